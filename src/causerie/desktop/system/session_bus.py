"""The desktop session's D-Bus, on Linux and its like: calls go out, signals come in, on a thread of its own.

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
"""Seconds that an answer is waited for: the program that gives it may have to start first."""

WAITING_MOST = 500
"""Calls and signals that wait, at most; what is over is dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object of some program on the bus, and one of its interfaces."""

    name: str
    path: str
    interface: str


Heard = Callable[[str, tuple[Any, ...]], None]
"""A signal: its name, and what it says."""


class SessionBus:
    """See the module. `listening`: whose signals are heard, whoever sends them. All that is given to it is called on
    its own thread."""

    def __init__(self, listening: Sequence[tuple[Place, Heard]]) -> None:
        self._work: queue.Queue[Any] = queue.Queue(WAITING_MOST)
        self._listening = tuple(listening)
        self._router: Any = None
        self._closed = False

    def start(self, ready: Callable[[bool], None]) -> None:
        """Connect; then `ready`, with whether there is a bus."""
        threading.Thread(target=self._run, args=(ready,), name="bus", daemon=True).start()

    def do(self, work: Callable[[], None]) -> None:
        """Have this done on the bus's thread, where `call` can be used. Called on any."""
        with contextlib.suppress(queue.Full):
            self._work.put_nowait(work)

    def close(self) -> None:
        """Nothing is done any more. Called on any."""
        self._closed = True
        self.do(lambda: None)

    # On its own thread.

    def call(self, place: Place, method: str, signature: str = "", *about: Any) -> tuple[Any, ...] | None:
        """The answer; None: there is none, or it is an error."""
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.common import RouterClosed

        address = DBusAddress(place.path, bus_name=place.name, interface=place.interface)
        try:
            asked = new_method_call(address, method, signature, about)
            reply = self._router.send_and_get_reply(asked, timeout=PATIENCE)
        except (OSError, TimeoutError, RouterClosed) as error:
            log.info("%s of %s does not answer: %s", method, place.name, error or type(error).__name__)
            return None
        if reply.header.message_type is MessageType.error:
            log.info("%s of %s: %s", method, place.name, reply.body)
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
            MatchRule(type="signal", interface=place.interface, path=place.path) for place, _heard in self._listening
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
        for place, heard in self._listening:
            if (fields[HeaderFields.interface], fields[HeaderFields.path]) == (place.interface, place.path):
                heard(fields[HeaderFields.member], tuple(message.body))


def _quiet(receive: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but that the end of the bus (with the session) is an end like any other, and no traceback."""
    from jeepney.io.threading import ReceiveStopped

    def received(**about: Any) -> Any:
        try:
            return receive(**about)
        except OSError as error:
            raise ReceiveStopped(str(error)) from None

    return received
