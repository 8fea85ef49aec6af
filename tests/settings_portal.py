"""A real program on a session's bus that says whether the system is dark, as xdg-desktop-portal does."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusConnection, ReceiveStopped, open_dbus_connection

NAME = "org.freedesktop.portal.Desktop"
SETTINGS = DBusAddress("/org/freedesktop/portal/desktop", interface="org.freedesktop.portal.Settings")
SCHEME = ("org.freedesktop.appearance", "color-scheme")


class SettingsPortal:
    """`with SettingsPortal(address) as portal:`"""

    def __init__(self, bus: str, dark: bool = False) -> None:
        self._dark = dark
        self._connection: DBusConnection = open_dbus_connection(bus)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._connection.send(message_bus.RequestName(NAME))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.interrupt()
        self._thread.join()
        self._connection.close()

    def turns(self, dark: bool) -> None:
        """Whoever listens is told."""
        self._dark = dark
        self._connection.send(new_signal(SETTINGS, "SettingChanged", "ssv", (*SCHEME, self._scheme())))

    def _scheme(self) -> tuple[str, int]:
        return ("u", 1 if self._dark else 2)

    def _serve(self) -> None:
        try:
            while True:
                self._answer(self._connection.receive())
        except ReceiveStopped:
            return

    def _answer(self, message: Any) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        if message.header.fields[HeaderFields.member] == "Read" and tuple(message.body) == SCHEME:
            # The older of the two ways to ask, which all portals know, wraps the variant in another one.
            self._connection.send(new_method_return(message, "v", (("v", self._scheme()),)))
        else:
            self._connection.send(new_error(message, "org.freedesktop.portal.Error.NotFound"))
