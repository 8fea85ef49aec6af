"""Shows desktop notifications and rings: by the session bus, or else by the system's own program."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import tkinter as tk
from collections.abc import Callable

from causerie.desktop.models.notifications import DesktopNotification
from causerie.desktop.system.bus_notifications import BusNotifications

ICON = "internet-chat"


class Notifier:
    """See the module. `bus`: the better way, where there is one. Without either the number in the title has to do."""

    def __init__(self, root: tk.Tk, bus: BusNotifications) -> None:
        self._root = root
        self._bus = bus
        self._program = shutil.which("notify-send") if sys.platform.startswith("linux") else shutil.which("osascript")

    def show(self, notification: DesktopNotification, clicked: Callable[[], None]) -> None:
        """One notification. Where the system tells of clicks, `clicked` opens the message."""
        if self._bus.is_there:
            self._bus.show(notification, clicked)
            return
        if self._program is None:
            return
        if self._program.endswith("osascript"):
            script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
            command = [self._program, "-e", script, notification.title, notification.text]
        else:
            command = [
                self._program,
                "--app-name=Causerie",
                f"--icon={ICON}",
                "--",
                notification.title,
                notification.text,
            ]
        threading.Thread(target=_run, args=(command,), daemon=True).start()

    def ring(self) -> None:
        """The system's own sound."""
        self._root.bell()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=False, timeout=5, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return
