"""Follows the system's colour scheme: by freedesktop.org's portal, or else by polling.

Specification: org.freedesktop.portal.Settings, the namespace org.freedesktop.appearance.
"""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from collections.abc import Callable
from typing import Any

from causerie.desktop.system.session_bus import BusObject, OnSignal, SessionBus

log = logging.getLogger("causerie.desktop")

PORTAL = BusObject(
    "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings"
)
SCHEME = ("org.freedesktop.appearance", "color-scheme")
DARK = 1

EVERY = 5.0
"""Seconds between two polls, where no signal tells of a change."""


class Appearance:
    """See the module. `changed` is called on the interface thread, by `later`. `ask` asks the system."""

    def __init__(
        self,
        later: Callable[[Callable[[], None]], None],
        changed: Callable[[], None],
        ask: Callable[[], bool] | None = None,
    ) -> None:
        self._later = later
        self._changed = changed
        self._ask = ask or _asked
        self._dark = self._ask()

    def is_dark(self, theme: str) -> bool:
        """Whether a theme (`system`, `light`, `dark`) is dark now."""
        return self._dark if theme == "system" else theme == "dark"

    @property
    def listening(self) -> tuple[BusObject, OnSignal]:
        """For the bus."""
        return PORTAL, self._heard

    def begin(self, bus: SessionBus | None) -> None:
        """Begin to follow it. Called on the bus's thread, if there is one."""
        answer = bus.call(PORTAL, "Read", "ss", *SCHEME) if bus is not None else None
        if answer is not None:
            self._is(answer[0])
        elif _can_be_asked():
            threading.Thread(target=self._poll, name="appearance", daemon=True).start()

    def _heard(self, signal: str, about: tuple[Any, ...]) -> None:
        if signal == "SettingChanged" and about[:2] == SCHEME:
            self._is(about[2])

    def _is(self, value: object) -> None:
        while isinstance(value, tuple):  # a variant, maybe in a variant: its signature, and what it holds
            value = value[1]
        self._now(value == DARK)

    def _now(self, dark: bool) -> None:
        if dark != self._dark:
            self._dark = dark
            self._later(self._changed)

    def _poll(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            self._now(self._ask())


def _can_be_asked() -> bool:
    return not sys.platform.startswith("linux") or shutil.which("gsettings") is not None


def _asked() -> bool:
    try:
        import darkdetect

        return bool(darkdetect.isDark())
    except Exception as error:  # a desktop that nobody has thought of
        log.info("whether the system is dark is not known: %s", error)
        return False
