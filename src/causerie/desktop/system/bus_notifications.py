"""Desktop notifications by the session bus; a click opens the message.

Specification: Desktop Notifications, 1.2 (freedesktop.org).
"""

from __future__ import annotations

import html
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from causerie.desktop.models.notifications import DesktopNotification
from causerie.desktop.system.session_bus import BusObject, OnSignal, SessionBus
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

OBJECT = BusObject("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications")

ICON = "internet-chat"

KEPT = 50
"""Notifications that can still be clicked; of older ones a click does nothing."""

CLICK = "default"
"""The key of the action that a click on the notification itself is (Desktop Notifications, 9.1)."""


class BusNotifications:
    """See the module. `later` has something done on the interface thread."""

    def __init__(self, later: Callable[[Callable[[], None]], None]) -> None:
        self.is_there = False
        """Whether some program shows them."""
        self._later = later
        self._bus: SessionBus | None = None
        self._markup = False
        self._clicked: OrderedDict[int, Callable[[], None]] = OrderedDict()

    @property
    def listening(self) -> tuple[BusObject, OnSignal]:
        """For the bus."""
        return OBJECT, self._heard

    def begin(self, bus: SessionBus | None) -> None:
        """The bus is there, or (None) not. Called on the bus's thread, as all that follows."""
        answer = bus.call(OBJECT, "GetCapabilities") if bus is not None else None
        if bus is not None and answer is not None:
            self._bus = bus
            self._markup = "body-markup" in answer[0]
            self.is_there = True
            log.info("notifications by the bus")

    def show(self, notification: DesktopNotification, clicked: Callable[[], None]) -> None:
        """Show one; `clicked` is called on the interface thread. Called on any thread."""
        if self._bus is not None:
            self._bus.do(lambda: self._show(notification, clicked))

    def _show(self, notification: DesktopNotification, clicked: Callable[[], None]) -> None:
        assert self._bus is not None
        text = html.escape(notification.text, quote=False) if self._markup else notification.text
        hints = {"category": ("s", "im.received"), "desktop-entry": ("s", "causerie")}
        about = ("Causerie", 0, ICON, notification.title, text, [CLICK, _("Open")], hints, -1)
        answer = self._bus.call(OBJECT, "Notify", "susssasa{sv}i", *about)
        if answer is not None:
            self._clicked[answer[0]] = clicked
            while len(self._clicked) > KEPT:
                self._clicked.popitem(last=False)

    def _heard(self, signal: str, about: tuple[Any, ...]) -> None:
        if signal == "ActionInvoked":
            clicked = self._clicked.pop(about[0], None)
            if clicked is not None:
                self._later(clicked)
        elif signal == "NotificationClosed":
            self._clicked.pop(about[0], None)
