"""Draws a timeline's steps into a text widget, and keeps the scroll position."""

from __future__ import annotations

import contextlib
import tkinter as tk
from collections.abc import Callable, Iterable
from typing import Any

import customtkinter as ctk

from causerie.desktop.models.rows import TONES, Row
from causerie.desktop.models.timeline import AppendRows, DrawStep, PrependRows, RedrawRow, RemoveRows, ReplaceRows
from causerie.desktop.views.keyboard import ALT, CONTROL
from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import middle, positions, trace, trace_later

NEAR = 0.12
"""Of the loaded height: so near to an end the next page is requested."""


class TimelineView:
    """See the module. `act`: something was clicked, as rows name it. `scrolled`: an end is near. `menu`: a message's
    menu was opened, at this point of the screen. `called`: its name in the UI trace."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        act: Callable[[str], None],
        scrolled: Callable[[bool, bool], None],
        menu: Callable[[int, int, int], None],
        called: str = "timeline",
    ) -> None:
        self.typed: Callable[[str], None] = lambda text: None
        """Something is typed or pasted while this has the focus."""
        self._called = called
        self._look = look
        self._act = act
        self._scrolled = scrolled
        self._menu = menu
        self._actions: dict[str, list[str]] = {}
        self._pending: list[str] = []
        self._hovered = ""
        self._busy = False
        self._seen = (0.0, 0.0)
        colour = look.palette
        self.frame = tk.Frame(parent, background=colour.ground)
        self.frame.rowconfigure(0, weight=1)
        self.frame.columnconfigure(0, weight=1)
        self.text = tk.Text(
            self.frame,
            wrap="word",
            bd=0,
            highlightthickness=0,
            background=colour.ground,
            foreground=colour.text,
            font=look.font(15),
            padx=look.px(20),
            pady=look.px(8),
            spacing1=look.px(1),
            spacing2=look.px(2),
            spacing3=look.px(2),
            cursor="arrow",
            state="disabled",
            takefocus=0,
            width=1,
            height=1,
            selectbackground=colour.chosen,
            selectforeground=colour.text,
            inactiveselectbackground=colour.chosen,
        )
        self.text.grid(row=0, column=0, sticky="nsew")
        self._bar = ctk.CTkScrollbar(
            self.frame, command=self.text.yview, fg_color=colour.ground, button_color=colour.border, width=12
        )
        self._bar.grid(row=0, column=1, sticky="ns")
        self.text.configure(yscrollcommand=self._moved)
        self._styles()
        self._toolbar = tk.Frame(self.text, background=colour.border, bd=0)
        self._tools()
        self.text.bind("<Motion>", self._hover)
        self.text.bind("<Leave>", self._left)
        self.text.bind("<Button-1>", self._pressed, add=True)
        self.text.bind("<Button-3>", self._asked_menu)
        self.text.bind("<Configure>", self._sized)
        self.text.bind("<KeyPress>", self._key)
        self.text.bind("<<Paste>>", self._paste)

    @property
    def at_bottom(self) -> bool:
        """Whether the last line can be seen."""
        return self.text.dlineinfo("end-1c") is not None

    def draw(self, steps: Iterable[DrawStep]) -> None:
        """Draw the steps, in order."""
        steps = list(steps)
        if not steps:
            return
        text = self.text
        stay = self.at_bottom and not any(isinstance(step, AppendRows) and not step.follow for step in steps)
        anchor, y = self._anchor()
        text.configure(state="normal")
        self._busy = True
        shown: ReplaceRows | None = None
        for step in steps:
            if isinstance(step, ReplaceRows):
                self._clear()
                self._insert("end-1c", step.rows)
                self._pending = [row.key for row in step.rows if not row.number]
                shown = step
            elif isinstance(step, PrependRows):
                self._insert("1.0", step.rows)
            elif isinstance(step, AppendRows):
                self._below(step)
            elif isinstance(step, RedrawRow):
                self._redraw(step.row)
            elif isinstance(step, RemoveRows):
                for key in step.keys:
                    self._delete(key)
        text.configure(state="disabled")
        if shown is not None:
            self._show(shown)
        elif stay:
            self.to_bottom()
        elif anchor:
            text.yview("anchor")
            text.yview_scroll(self._look.px(8) - y, "pixels")
        self._busy = False
        self._moved(*text.yview())
        trace(self._called, self._rows)
        trace_later(self.text, f"places of {self._called}", self._positions)

    def to_bottom(self) -> None:
        """Scroll to the last line."""
        self.text.see("end-1c")
        self.text.yview_moveto(1.0)

    @property
    def top_row(self) -> str:
        """The row at the top; empty where the last one is seen."""
        return "" if self.at_bottom else self.top

    @property
    def top(self) -> str:
        """The row at the top, also where the last one is seen; empty: there is none."""
        tags = self.text.tag_names("@0,0")
        return next((tag[4:] for tag in tags if tag.startswith("row:m")), "")

    @property
    def first(self) -> int:
        """The number of the message at the top of what is seen; 0: there is none."""
        tags = self.text.tag_names("@0,0")
        return next((int(tag[5:]) for tag in tags if tag.startswith("row:m")), 0)

    @property
    def lowest(self) -> int:
        """The number of the last message that is seen; 0: there is none."""
        shown = self.text.tag_names(f"@0,{self.text.winfo_height()}")
        last = max((number for number in self._numbers(shown)), default=0)
        if last or not self.at_bottom:
            return last
        return max(self._numbers(self.text.tag_names("end-2c")), default=0)

    def menu_at(self, number: int) -> None:
        """Open the menu of a message, by a key."""
        box = self.text.dlineinfo(f"row:m{number}.first")
        y = box[1] if box is not None else 0
        self._menu(number, self.text.winfo_rootx() + self._look.px(40), self.text.winfo_rooty() + y)

    def page(self, pages: int) -> None:
        """Scroll by pages."""
        self.text.yview_scroll(pages, "pages")

    @staticmethod
    def _numbers(tags: Iterable[str]) -> list[int]:
        return [int(tag[5:]) for tag in tags if tag.startswith("row:m")]

    def _anchor(self) -> tuple[bool, int]:
        """Mark a line in the middle of what is visible: whether there is one, and its height."""
        text = self.text
        text.mark_set("anchor", f"@0,{text.winfo_height() // 2}")
        text.mark_gravity("anchor", "right")
        box = text.dlineinfo("anchor")
        return box is not None, box[1] if box is not None else 0

    def _show(self, shown: ReplaceRows) -> None:
        ranges = self.text.tag_ranges(f"row:{shown.at}") if shown.at else ()
        if not ranges:
            self.to_bottom()
            return
        self.text.yview(ranges[0])
        if not shown.top:
            self.text.yview_scroll(-self.text.winfo_height() // 3, "pixels")

    def _clear(self) -> None:
        for key in list(self._actions):
            self._forget(key)
        self.text.delete("1.0", "end")
        self._toolbar.place_forget()
        self._hovered = ""

    def _below(self, step: AppendRows) -> None:
        if step.after == "end":
            self._insert("end-1c", step.rows)
            self._pending += [row.key for row in step.rows]
            return
        first = self.text.tag_ranges(f"row:{self._pending[0]}") if self._pending else ()
        self._insert(str(first[0]) if first else "end-1c", step.rows)

    def _redraw(self, row: Row) -> None:
        ranges = self.text.tag_ranges(f"row:{row.key}")
        if not ranges:
            return
        start = str(ranges[0])
        self._delete(row.key, keep=True)
        self._insert(start, (row,))

    def _delete(self, key: str, keep: bool = False) -> None:
        ranges = self.text.tag_ranges(f"row:{key}")
        if ranges:
            self.text.delete(ranges[0], ranges[-1])
        self._forget(key)
        if not keep and key in self._pending:
            self._pending.remove(key)

    def _forget(self, key: str) -> None:
        names = self._actions.pop(key, [])
        self.text.tag_delete(f"row:{key}", *names)

    def _insert(self, index: str, rows: Iterable[Row]) -> None:
        parts: list[Any] = []
        for row in rows:
            actions = [f"act:{piece.act}" for piece in row.pieces if piece.act]
            self._actions[row.key] = actions
            for piece in row.pieces:
                tags = (*piece.styles, f"row:{row.key}")
                parts += [piece.text, (*tags, f"act:{piece.act}") if piece.act else tags]
        if parts:
            self.text.insert(index, *parts)

    def _moved(self, first: float | str, last: float | str) -> None:
        first, last = float(first), float(last)
        self._bar.set(first, last)
        if self._busy:
            return
        if (first, last) != self._seen:
            self._seen = (first, last)
            trace_later(self.text, f"places of {self._called}", self._positions)
            self._toolbar.place_forget()
        self._scrolled(first < NEAR, last > 1 - NEAR)

    def _sized(self, event: object) -> None:
        if self.at_bottom:
            self.text.after_idle(self.to_bottom)

    def _styles(self) -> None:
        text, look, colour = self.text, self._look, self._look.palette
        left = look.px(2)
        text.tag_configure("day", justify="center", foreground=colour.faint, font=look.font(12, "bold"))
        text.tag_configure("day", spacing1=look.px(18), spacing3=look.px(6))
        text.tag_configure("new", justify="right", foreground=colour.warn, font=look.font(12, "bold"))
        text.tag_configure("new", spacing1=look.px(2), spacing3=0)
        # A line as wide as the text, as high as its font: one pixel.
        text.tag_configure("rule", font=(look.sans, -1), spacing1=0, spacing2=0, spacing3=0)
        text.tag_configure("day_rule", background=colour.border)
        text.tag_configure("new_rule", background=colour.warn)
        text.tag_configure("head", spacing1=look.px(12), spacing3=look.px(1), lmargin1=left, lmargin2=left)
        text.tag_configure("body", lmargin1=left, lmargin2=left)
        text.tag_configure("quoted", foreground=colour.faint, font=look.font(13), lmargin1=left, lmargin2=look.px(18))
        text.tag_configure("quoted", spacing1=look.px(3))
        text.tag_configure("chips", font=look.font(13), lmargin1=left, lmargin2=left, spacing1=look.px(3))
        text.tag_configure("chip", background=colour.code)
        text.tag_configure("chip_mine", background=colour.chosen, foreground=colour.link)
        text.tag_configure("action", foreground=colour.link)
        text.tag_configure("error", foreground=colour.warn)
        text.tag_configure("name", font=look.font(15, "bold"))
        for tone in range(TONES):
            text.tag_configure(f"tone{tone}", foreground=colour.tones[tone])
        text.tag_configure("faint", foreground=colour.faint, font=look.font(12))
        text.tag_configure("badge", foreground=colour.away, font=look.font(12, "bold"))
        text.tag_configure("bold", font=look.font(15, "bold"))
        text.tag_configure("italic", font=look.font(15, slant="italic"))
        text.tag_configure("strike", overstrike=True)
        text.tag_configure("code", font=look.font(14, mono=True), background=colour.code)
        wide = look.px(14)
        text.tag_configure("pre", font=look.font(14, mono=True), background=colour.code, lmargin1=wide, lmargin2=wide)
        text.tag_configure("pre", lmargincolor=colour.ground, spacing1=0, spacing3=0)
        text.tag_configure("quote", background=colour.hover, lmargin1=wide, lmargin2=wide, lmargincolor=colour.ground)
        text.tag_configure("link", foreground=colour.link, underline=True)
        text.tag_configure("mention", foreground=colour.link, background=colour.chosen)
        text.tag_configure("mention_me", foreground=colour.text, background=colour.for_me, font=look.font(15, "bold"))
        text.tag_configure("for_me", background=colour.for_me)
        text.tag_configure("found", background=colour.found)
        text.tag_configure("emoji", font=look.emoji(14))
        text.tag_configure("emoji_in_text", font=look.emoji(16))
        text.tag_configure("sending", foreground=colour.faint)
        text.tag_raise("sel")

    def _tools(self) -> None:
        look, colour = self._look, self._look.palette
        self._buttons: dict[str, tk.Label] = {}
        inner = tk.Frame(self._toolbar, background=colour.raised)
        inner.pack(padx=1, pady=1)
        for sign, act in (("☺", "emoji"), ("↩", "reply"), ("⋯", "menu")):
            button = tk.Label(
                inner,
                text=sign,
                background=colour.raised,
                foreground=colour.text,
                font=look.font(16),
                padx=look.px(7),
                cursor="hand2",
            )
            button.pack(side="left")
            self._buttons[act] = button
            button.bind("<Button-1>", lambda event, act=act: self._tool(act, event))  # type: ignore[misc]

    def _tool(self, act: str, event: tk.Event[tk.Label]) -> None:
        number = self._hovered.removeprefix("m")
        if not number.isdigit():
            return
        if act == "menu":
            self._menu(int(number), event.x_root, event.y_root)
        else:
            self._act(f"{act}:{number}")

    def _row_at(self, event: tk.Event[tk.Text]) -> str:
        tags = self.text.tag_names(f"@{event.x},{event.y}")
        return next((tag[4:] for tag in tags if tag.startswith("row:")), "")

    def _act_at(self, event: tk.Event[tk.Text]) -> str:
        tags = self.text.tag_names(f"@{event.x},{event.y}")
        return next((tag[4:] for tag in tags if tag.startswith("act:")), "")

    def _rows(self) -> list[str]:
        ranges = {key: self.text.tag_ranges(f"row:{key}") for key in self._actions}
        found = sorted((float(str(at[0])), str(at[0]), str(at[-1])) for at in ranges.values() if at)
        return [self.text.get(start, end) for _line, start, end in found]

    def _positions(self) -> dict[str, tuple[int, int]]:
        actions = {act.removeprefix("act:"): act for actions in self._actions.values() for act in actions}
        return positions(self.text, {**{key: f"row:{key}" for key in self._actions}, **actions})

    def _hover(self, event: tk.Event[tk.Text]) -> None:
        trace("pointer", lambda: [event.x_root, event.y_root, self._row_at(event), self._act_at(event)])
        self.text.configure(cursor="hand2" if self._act_at(event) else "arrow")
        key = self._row_at(event)
        if key == self._hovered and self._toolbar.winfo_ismapped():
            return
        self._hovered = key
        if not key.startswith("m"):
            self._toolbar.place_forget()
            return
        box = self.text.dlineinfo(f"row:{key}.first")
        y = max(box[1] - self._look.px(6), 0) if box is not None else max(event.y - self._look.px(20), 0)
        self._toolbar.place(relx=1.0, x=-self._look.px(18), y=y, anchor="ne")
        trace_later(self.text, f"tools of {key}", lambda: {act: middle(tool) for act, tool in self._buttons.items()})

    def _left(self, event: tk.Event[tk.Text]) -> None:
        over = self.text.winfo_containing(event.x_root, event.y_root)
        if over is None or not str(over).startswith(str(self.text)):
            self._toolbar.place_forget()

    def _pressed(self, event: tk.Event[tk.Text]) -> str | None:
        act = self._act_at(event)
        if act:
            self._act(act)
            return "break"
        return None

    def _key(self, event: tk.Event[tk.Text]) -> str | None:
        if int(event.state) & (CONTROL | ALT) or not event.char or not event.char.isprintable():
            return None
        self.typed(event.char)
        return "break"

    def _paste(self, event: tk.Event[tk.Text]) -> str:
        with contextlib.suppress(tk.TclError):
            self.typed(self.text.clipboard_get())
        return "break"

    def _asked_menu(self, event: tk.Event[tk.Text]) -> None:
        number = self._row_at(event).removeprefix("m")
        if number.isdigit():
            self._menu(int(number), event.x_root, event.y_root)
