"""Keyboard access to clickable widgets: Tab focuses them, space and Enter press them. Enter that is held down does not
count: what has just opened under it must not take the repeated key for a yes."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

Enter = Callable[["tk.Event[tk.Misc]"], object]
"""What Enter does; \"break\": nothing else does anything."""


def make_focusable(widget: tk.Misc, press: Callable[[], object], show: Callable[[bool], object]) -> None:
    """`press` is what a click does; `show`: whether the keys go there now."""

    def pressed(event: object) -> str:
        press()
        return "break"

    # Not the widget's own `bind` and `configure`, which those of customtkinter hand on to their parts.
    tk.Misc.configure(widget, takefocus=1)  # type: ignore[call-arg]
    tk.Misc.bind(widget, "<space>", pressed)
    bind_enter(lambda key, call: tk.Misc.bind(widget, key, call, add="+"), lambda event: pressed(event))
    tk.Misc.bind(widget, "<FocusIn>", lambda event: show(True))
    tk.Misc.bind(widget, "<FocusOut>", lambda event: show(False))


def bind_enter(bind: Callable[[str, Callable[[tk.Event[tk.Misc]], object]], object], press: Enter) -> None:
    """Enter, and that of the number pad; not when the key is only held down. `bind`: that of the widget.

    X11 says that a key repeats by a release and a press of the same time.
    """
    released = [0]

    def let_go(event: tk.Event[tk.Misc]) -> None:
        released[0] = int(event.time)

    def pressed(event: tk.Event[tk.Misc]) -> object:
        return "break" if int(event.time) == released[0] != 0 else press(event)

    for key in ("Return", "KP_Enter"):
        bind(f"<KeyRelease-{key}>", let_go)
        bind(f"<{key}>", pressed)
