"""A frame that scrolls where its contents are higher, to what has the focus."""

from __future__ import annotations

import tkinter as tk
from typing import Any

import customtkinter as ctk

from causerie.desktop.views.theme import Look

MARGIN = 12
"""Around it, in pixels at 96 dots an inch."""


class Scrolled:
    """See the module. `canvas` is the parent of what is put in by `hold`."""

    def __init__(self, parent: tk.Misc, look: Look, ground: str) -> None:
        self._margin = look.px(MARGIN)
        self.canvas = tk.Canvas(parent, background=ground, highlightthickness=0, bd=0)
        self._bar = ctk.CTkScrollbar(
            parent, command=self.canvas.yview, fg_color=ground, button_color=look.palette.border, width=12, height=20
        )
        self.canvas.configure(yscrollcommand=self._bar.set)
        self.canvas.pack(side="left", fill="both", expand=True)
        self._held: Any = None
        self._item = 0
        self.canvas.bind("<Configure>", lambda event: self._arrange())

    def hold(self, widget: tk.Misc) -> None:
        """Hold this widget, once it has its contents."""
        self._held = widget
        self._item = self.canvas.create_window(0, 0, window=widget, anchor="n")  # type: ignore[call-overload]
        tk.Misc.bind(widget, "<Configure>", lambda event: self._arrange(), add="+")
        # By a tag of its own: bindings of its own would make Tab stop at every label.
        tag = f"scrolled {self.canvas}"
        self.canvas.bind_class(tag, "<FocusIn>", self._focused)
        self.canvas.bind_class(tag, "<Button-4>", lambda event: self.canvas.yview_scroll(-1, "units"))
        self.canvas.bind_class(tag, "<Button-5>", lambda event: self.canvas.yview_scroll(1, "units"))
        self.canvas.bind_class(tag, "<MouseWheel>", self._wheel)
        for one in _all(widget):
            one.bindtags((*one.bindtags(), tag))

    def see(self, widget: tk.Misc) -> None:
        """Scroll to this widget, with a margin."""
        height = self.canvas.winfo_height()
        whole = self._held.winfo_reqheight() + 2 * self._margin
        if whole <= height:
            return
        top = widget.winfo_rooty() - self._held.winfo_rooty() + self._margin
        seen = round(self.canvas.canvasy(0))
        if top - 3 * self._margin < seen:
            seen = top - 3 * self._margin
        elif top + widget.winfo_height() + 3 * self._margin > seen + height:
            seen = top + widget.winfo_height() + 3 * self._margin - height
        self.canvas.yview_moveto(max(seen, 0) / whole)

    def _arrange(self) -> None:
        if self._held is None:
            return
        width, height = self.canvas.winfo_width(), self.canvas.winfo_height()
        needed = self._held.winfo_reqheight() + 2 * self._margin
        fits = needed <= height
        self.canvas.coords(self._item, width // 2, (height - needed) // 2 + self._margin if fits else self._margin)
        self.canvas.configure(scrollregion=(0, 0, width, height if fits else needed))
        if fits:
            self._bar.pack_forget()
        else:
            self._bar.pack(side="right", fill="y")

    def _focused(self, event: tk.Event[tk.Misc]) -> None:
        self.see(event.widget)

    def _wheel(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.yview_scroll(-1 if event.delta > 0 else 1, "units")


def _all(widget: tk.Misc) -> list[tk.Misc]:
    found = [widget]
    for child in widget.winfo_children():
        found += _all(child)
    return found
