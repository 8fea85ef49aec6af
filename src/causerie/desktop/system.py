"""Notifications of the system and a sound: by the system's own program, where it has one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import tkinter as tk
from collections.abc import Callable

from causerie.desktop.notices import Notice

ICON = "internet-chat"


class Notifier:
    """See the module. Without such a program the number in the title has to do."""

    def __init__(self, root: tk.Tk) -> None:
        self._root = root
        self._program = shutil.which("notify-send") if sys.platform.startswith("linux") else shutil.which("osascript")

    def show(self, notice: Notice, clicked: Callable[[], None]) -> None:
        """One notification. Where the system tells of clicks, `clicked` opens the message."""
        if self._program is None:
            return
        if self._program.endswith("osascript"):
            script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
            command = [self._program, "-e", script, notice.title, notice.text]
        else:
            command = [self._program, "--app-name=Causerie", f"--icon={ICON}", "--", notice.title, notice.text]
        del clicked  # what waits for a click would be a process for each notification
        threading.Thread(target=_run, args=(command,), daemon=True).start()

    def ring(self) -> None:
        """The system's own sound."""
        self._root.bell()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=False, timeout=5, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return
