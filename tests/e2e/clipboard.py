"""Clipboards on a screen: what others copied, and a clipboard manager (freedesktop.org's ClipboardManager)."""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.e2e.screen import Screen

_COPY = """
import sys, tkinter
root = tkinter.Tk(); root.withdraw()
root.clipboard_clear(); root.clipboard_append(sys.argv[1]); root.update()
print("ready", flush=True)
root.mainloop()
"""

_MANAGER = """
import tkinter
root = tkinter.Tk(); root.withdraw()

def save(offset, length):
    kept = root.selection_get(selection="CLIPBOARD", type="UTF8_STRING")
    print("kept " + kept, flush=True)
    return ""

root.selection_handle(save, selection="CLIPBOARD_MANAGER", type="SAVE_TARGETS")
root.selection_own(selection="CLIPBOARD_MANAGER")
root.update()
print("ready", flush=True)
root.mainloop()
"""


class Program:
    """A small program of Tk's on a screen. `with Program(screen, source, ...) as program:`"""

    def __init__(self, screen: Screen, source: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            env={**os.environ, "DISPLAY": screen.display},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        assert self.says() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()


def copied(screen: Screen, text: str) -> Program:
    """Somebody copied this elsewhere."""
    return Program(screen, _COPY, text)


def manager(screen: Screen) -> Program:
    """A clipboard manager; it says "kept ..."."""
    return Program(screen, _MANAGER)
