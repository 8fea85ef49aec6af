"""Draws the emoji picker: a search field above a grid, of which only the visible rows are drawn."""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable

import customtkinter as ctk

from causerie.desktop.models.emoji_list import Emoji
from causerie.desktop.views.keyboard_access import bind_enter
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

COLUMNS = 10
ROWS = 7
CELL = 42
"""Side of one, in pixels at 96 dots an inch."""


class EmojiView:
    """See the module. `found`: what a search finds; `chosen`: one was pressed, or Enter."""

    def __init__(
        self, overlay: Overlay, look: Look, found: Callable[[str], list[Emoji]], chosen: Callable[[str], None]
    ) -> None:
        self._overlay = overlay
        self._look = look
        self._find = found
        self._chosen = chosen
        self._found: list[Emoji] = []
        self._at = 0
        self._top = 0
        """The row that is at the top."""
        colour = look.palette
        inner, self._entry = overlay.searched(_("Emoji"))
        window = overlay.size
        cell = min(look.px(CELL), (window[0] - look.px(80)) // COLUMNS, (window[1] - look.px(170)) // ROWS)
        self._cell = cell = max(cell, look.px(16))
        box = tk.Frame(inner, background=colour.raised)
        box.pack(pady=(look.px(10), look.px(6)))
        self._canvas = canvas = tk.Canvas(
            box,
            width=cell * COLUMNS,
            height=cell * ROWS,
            background=colour.raised,
            highlightthickness=0,
            cursor="hand2",
        )
        canvas.pack(side="left")
        self._bar = ctk.CTkScrollbar(
            box, command=self._dragged, fg_color=colour.raised, button_color=colour.border, width=12, height=20
        )
        self._bar.pack(side="right", fill="y")
        self._name = tk.Label(
            inner, font=look.font(13), background=colour.raised, foreground=colour.faint, anchor="w", width=1
        )
        self._name.pack(fill="x")
        self._light = canvas.create_rectangle(0, 0, 0, 0, fill=colour.chosen, width=0)
        self._cells = [
            canvas.create_text(
                (place % COLUMNS) * cell + cell // 2, (place // COLUMNS) * cell + cell // 2, fill=colour.text
            )
            for place in range(COLUMNS * ROWS)
        ]
        self._texts = [""] * len(self._cells)
        self._waiting = ""
        """The rest of what is being drawn."""
        canvas.bind("<Destroy>", lambda event: canvas.after_cancel(self._waiting) if self._waiting else None)
        canvas.bind("<Motion>", self._hovered)
        canvas.bind("<Button-1>", self._pressed)
        for widget in (canvas, self._entry):
            widget.bind("<Button-4>", lambda event: self._scroll(-1))
            widget.bind("<Button-5>", lambda event: self._scroll(1))
            widget.bind("<MouseWheel>", lambda event: self._scroll(-1 if event.delta > 0 else 1))
        steps = {"Left": -1, "Right": 1, "Up": -COLUMNS, "Down": COLUMNS}
        steps |= {"Prior": -COLUMNS * ROWS, "Next": COLUMNS * ROWS}
        for key, step in steps.items():
            self._entry.bind(f"<{key}>", lambda event, step=step: self._move(step))
        bind_enter(self._entry.bind, lambda event: self._take(self._at))
        self._entry.bind("<KeyRelease>", lambda event: self._search())
        self._typed: str | None = None
        self._search()

    # The rest is its own.

    def _search(self) -> None:
        typed = self._entry.get()
        if typed != self._typed:
            self._typed, self._at, self._top = typed, 0, 0
            self._found = self._find(typed)
            self._draw()
            log.info("%d emoji for %r", len(self._found), typed)

    def _draw(self) -> None:
        canvas, cell = self._canvas, self._cell
        first = self._top * COLUMNS
        self._draw_row(0)
        place = self._at - first
        if self._found and 0 <= place < len(self._cells):
            x, y = (place % COLUMNS) * cell, (place // COLUMNS) * cell
            canvas.coords(self._light, x, y, x + cell, y + cell)
        else:
            canvas.coords(self._light, 0, 0, 0, 0)
        one = self._found[self._at] if self._found else None
        self._name.configure(text=f"{one.name}   :{one.code}:" if one is not None else _("Nothing was found."))
        rows = max(self._rows, 1)
        self._bar.set(self._top / rows, min((self._top + ROWS) / rows, 1.0))

    def _draw_row(self, row: int) -> None:
        """This row and, a moment later each, those below it: a font takes its time with emoji that it draws first."""
        look, canvas = self._look, self._canvas
        large, small = look.emoji(24), look.emoji(12)
        for place in range(row * COLUMNS, (row + 1) * COLUMNS):
            at = self._top * COLUMNS + place
            # Tk draws some that are one elsewhere as the two or three that they are made of: closer together then.
            text = self._found[at].text.replace("\u200d", "") if at < len(self._found) else ""
            if text != self._texts[place]:
                self._texts[place] = text
                fits = large.measure(text) <= self._cell
                canvas.itemconfigure(self._cells[place], text=text, font=large if fits else small)
        if self._waiting:
            canvas.after_cancel(self._waiting)
        self._waiting = canvas.after(1, lambda: self._draw_row(row + 1)) if row + 1 < ROWS else ""

    @property
    def _rows(self) -> int:
        return -(-len(self._found) // COLUMNS)

    def _move(self, step: int) -> str:
        if self._found:
            self._at = min(max(self._at + step, 0), len(self._found) - 1)
            row = self._at // COLUMNS
            self._top = min(max(self._top, row - ROWS + 1), row)
            self._draw()
        return "break"

    def _scroll(self, rows: int) -> str:
        self._top = max(min(self._top + rows, self._rows - ROWS), 0)
        self._draw()
        return "break"

    def _dragged(self, what: str, *about: str) -> None:
        """As yview (Tk's listbox manual page) is called by a scroll bar."""
        if what == "moveto":
            self._top = 0
            self._scroll(round(float(about[0]) * self._rows))
        else:
            self._scroll(int(about[0]) * (ROWS if about[1] == "pages" else 1))

    def _place(self, event: tk.Event[tk.Canvas]) -> int:
        cell = self._cell
        column, row = event.x // cell, event.y // cell
        place = (self._top + row) * COLUMNS + column
        return place if column < COLUMNS and row < ROWS and place < len(self._found) else -1

    def _hovered(self, event: tk.Event[tk.Canvas]) -> None:
        place = self._place(event)
        if place not in (-1, self._at):
            self._at = place
            self._draw()

    def _pressed(self, event: tk.Event[tk.Canvas]) -> None:
        self._take(self._place(event))

    def _take(self, place: int) -> str:
        if 0 <= place < len(self._found):
            text = self._found[place].text
            self._overlay.leave()
            self._chosen(text)
        return "break"
