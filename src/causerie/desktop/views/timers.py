"""Named timers: one that is set again starts anew."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable


class Timers:
    """See the module; on Tk's own thread."""

    def __init__(self, root: tk.Misc) -> None:
        self._root = root
        self._waiting: dict[str, str] = {}

    def later(self, name: str, milliseconds: int, call: Callable[[], object]) -> None:
        """Call this after so many milliseconds; a timer of the same name is cancelled."""
        self.cancel(name)

        def due() -> None:
            self._waiting.pop(name, None)
            call()

        self._waiting[name] = self._root.after(milliseconds, due)

    def cancel(self, name: str) -> None:
        """Cancel a timer."""
        if (waiting := self._waiting.pop(name, None)) is not None:
            self._root.after_cancel(waiting)

    def close(self) -> None:
        """Cancel all timers."""
        for name in list(self._waiting):
            self.cancel(name)
