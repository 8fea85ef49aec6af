"""Draws a small round button that floats over the timeline."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Any

import customtkinter as ctk

from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import middle, trace_later


class FloatingButton:
    """See the module. `press` is what a click does."""

    def __init__(self, parent: tk.Misc, look: Look, press: Callable[[], None]) -> None:
        colour = look.palette
        self._text = ""
        self._button = ctk.CTkButton(
            parent,
            command=press,
            height=28,
            corner_radius=14,
            font=(look.sans, 13, "bold"),
            fg_color=colour.accent,
            bg_color=colour.ground,
            text_color=colour.on_accent,
            hover_color=colour.accent,
            cursor="hand2",
        )

    def show(self, text: str, **place: Any) -> None:
        """Show it at a place (Tk's `place`); without a text hide it."""
        if text == self._text:
            return
        self._text = text
        if text:
            self._button.configure(text=text, width=10)
            self._button.place(**place)
            self._button.lift()
            trace_later(self._button, f"button {text}", lambda: middle(self._button))
        else:
            self._button.place_forget()
