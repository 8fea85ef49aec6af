"""Widgets that only a mouse reaches, by keys too: Tab comes to them, space and Enter press them, and it is seen."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable


def reachable(widget: tk.Misc, press: Callable[[], object], show: Callable[[bool], object]) -> None:
    """`press` is what a click does; `show`: whether the keys go there now."""

    def pressed(event: object) -> str:
        press()
        return "break"

    # Not the widget's own `bind` and `configure`, which those of customtkinter hand on to their parts.
    tk.Misc.configure(widget, takefocus=1)  # type: ignore[call-arg]
    for key in ("<space>", "<Return>", "<KP_Enter>"):
        tk.Misc.bind(widget, key, pressed)
    tk.Misc.bind(widget, "<FocusIn>", lambda event: show(True))
    tk.Misc.bind(widget, "<FocusOut>", lambda event: show(False))
