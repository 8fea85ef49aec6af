"""Logs what is drawn, for `CAUSERIE_DEBUG=2` and the tests with a screen.

The log has messages of people in it, so it is never on by itself.
"""

from __future__ import annotations

import json
import logging
import tkinter as tk
from collections.abc import Callable, Mapping

log = logging.getLogger("causerie.shown")


def trace(what: str, about: Callable[[], object]) -> None:
    """Log `about()` as one line of JSON; not called where the log is off."""
    if log.isEnabledFor(logging.DEBUG):
        log.debug("%s: %s", what, json.dumps(about(), ensure_ascii=False))


def trace_later(widget: tk.Misc, what: str, about: Callable[[], object]) -> None:
    """The same, once the widget is laid out."""
    if log.isEnabledFor(logging.DEBUG):
        widget.after_idle(lambda: trace(what, about))


def middle(widget: tk.Misc) -> tuple[int, int]:
    """The middle of a widget, on the screen."""
    widget.update_idletasks()
    return widget.winfo_rootx() + widget.winfo_width() // 2, widget.winfo_rooty() + widget.winfo_height() // 2


def positions(text: tk.Text, tags: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Where on the screen each tag begins, by the name that it has here; those that are seen."""
    found = {}
    for name, tag in tags.items():
        box = text.bbox(f"{tag}.first") if text.tag_ranges(tag) else None
        if box is not None:
            found[name] = text.winfo_rootx() + box[0] + 4, text.winfo_rooty() + box[1] + box[3] // 2
    return found
