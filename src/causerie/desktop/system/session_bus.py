"""The desktop session's D-Bus: calls and signals, on a thread of its own.

Specification: D-Bus, 0.41. Where there is no bus, or it goes away, nothing is called and nothing comes.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("causerie.desktop")

PATIENCE = 3.0
"""Seconds that a reply is waited for: the program that gives it may have to start first."""

MAX_WAITING = 500
"""Calls and signals that wait, at most; the rest is dropped."""


@dataclass(frozen=True, slots=True)
class BusObject:
    """An object of some program on the bus, and one of its interfaces."""

    name: str
    path: str
    interface: str


OnSignal = Callable[[str, tuple[Any, ...]], None]
"""Called with a signal: its name and its arguments."""


class SessionBus:
    """See the module. `listening`: the objects whose signals are received. All callbacks are called on its own
    thread."""

    def __init__(self, listening: Sequence[tuple[BusObject, OnSignal]]) -> None:
        self._work: queue.Queue[Any] = queue.Queue(MAX_WAITING)
        self._listening = tuple(listening)
        self._router: Any = None
        self._closed = False

    def start(self, ready: Callable[[bool], None]) -> None:
        """Connect; then `ready`, with whether there is a bus."""
        threading.Thread(target=self._run, args=(ready,), name="bus", daemon=True).start()

    def do(self, work: Callable[[], None]) -> None:
        """Have this done on the bus's thread, where `call` can be used. Called on any thread."""
        with contextlib.suppress(queue.Full):
            self._work.put_nowait(work)

    def close(self) -> None:
        """Stop. Called on any thread."""
        self._closed = True
        self.do(lambda: None)

    # On its own thread.

    def call(self, where: BusObject, method: str, signature: str = "", *about: Any) -> tuple[Any, ...] | None:
        """The reply; None: there is none, or it is an error."""
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.common import RouterClosed

        address = DBusAddress(where.path, bus_name=where.name, interface=where.interface)
        try:
            asked = new_method_call(address, method, signature, about)
            reply = self._router.send_and_get_reply(asked, timeout=PATIENCE)
        except (OSError, TimeoutError, RouterClosed) as error:
            log.info("%s of %s does not answer: %s", method, where.name, error or type(error).__name__)
            return None
        if reply.header.message_type is MessageType.error:
            log.info("%s of %s: %s", method, where.name, reply.body)
            return None
        return tuple(reply.body)

    def _run(self, ready: Callable[[bool], None]) -> None:
        try:
            from jeepney.io.threading import DBusRouter, open_dbus_connection

            connection = open_dbus_connection("SESSION")
        except Exception as error:  # no jeepney, no bus, another bus than it should be
            log.info("there is no session bus: %s", error)
            ready(False)
            return
        connection.receive = _quiet(connection.receive)
        with connection:
            self._router = router = DBusRouter(connection)
            with router:
                self._listen()
                ready(True)
                while not self._closed:
                    self._one(self._work.get())

    def _listen(self) -> None:
        from jeepney import MatchRule, message_bus

        rules = [
            MatchRule(type="signal", interface=where.interface, path=where.path) for where, _heard in self._listening
        ]
        for rule in rules:
            self._router.filter(rule, queue=self._work)
        for rule in rules:
            self._router.send_and_get_reply(message_bus.AddMatch(rule), timeout=PATIENCE)

    def _one(self, work: Any) -> None:
        try:
            if callable(work):
                work()
            else:
                self._signal(work)
        except Exception:
            log.exception("a fault on the bus's thread")

    def _signal(self, message: Any) -> None:
        from jeepney import HeaderFields

        fields = message.header.fields
        for where, heard in self._listening:
            if (fields[HeaderFields.interface], fields[HeaderFields.path]) == (where.interface, where.path):
                heard(fields[HeaderFields.member], tuple(message.body))


def _quiet(receive: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but the end of the bus (with the session) ends the thread without a traceback."""
    from jeepney.io.threading import ReceiveStopped

    def received(**about: Any) -> Any:
        try:
            return receive(**about)
        except OSError as error:
            raise ReceiveStopped(str(error)) from None

    return received
