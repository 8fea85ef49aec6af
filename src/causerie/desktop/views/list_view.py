"""A list of lines that can be clicked: one text widget, however many lines there are."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence

from causerie.desktop.models.lines import ListLine
from causerie.desktop.views.keyboard_access import bind_enter
from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import trace, trace_later


class ListView:
    """See the module. Styles: plain, bold, faint, heading, badge, emoji, here, away, dnd, gone, mono.

    `called`: its name in the UI trace.
    """

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        ground: str,
        click: Callable[[str], None],
        called: str = "list",
        by_keys: bool = False,
    ) -> None:
        self._called = called
        self._click = click
        self._lines: tuple[ListLine, ...] = ()
        self._hovered = ""
        colour = look.palette
        self.text = text = tk.Text(
            parent,
            wrap="none",
            bd=0,
            highlightthickness=1 if by_keys else 0,
            highlightbackground=ground,
            highlightcolor=colour.link,
            background=ground,
            foreground=colour.text,
            font=look.font(14),
            padx=0,
            pady=look.px(4),
            spacing1=look.px(4),
            spacing3=look.px(4),
            cursor="arrow",
            state="disabled",
            takefocus=by_keys,
            width=1,
            height=1,
            exportselection=False,
            selectbackground=ground,
            selectforeground=colour.text,
            inactiveselectbackground=ground,
        )
        text.tag_configure("bold", font=look.font(14, "bold"))
        text.tag_configure("faint", foreground=colour.faint)
        text.tag_configure("emoji", font=look.emoji(14))
        text.tag_configure("heading", foreground=colour.faint, font=look.font(12, "bold"), spacing1=look.px(12))
        text.tag_configure("badge", foreground=colour.link, font=look.font(13, "bold"))
        text.tag_configure("here", foreground=colour.here)
        text.tag_configure("away", foreground=colour.away)
        text.tag_configure("dnd", foreground=colour.warn)
        text.tag_configure("gone", foreground=colour.faint)
        text.tag_configure("hover", background=colour.hover if ground != colour.panel else colour.raised)
        text.tag_configure("chosen", background=colour.chosen)
        for style in ("heading", "line"):
            text.tag_configure(style, lmargin1=look.px(14), lmargin2=look.px(14), rmargin=look.px(10))
        text.tag_raise("badge")
        text.tag_lower("hover")
        text.bind("<Configure>", self._sized)
        text.bind("<Button-1>", self._pressed)
        text.bind("<Motion>", self._moved)
        text.bind("<Leave>", lambda event: self._hover(""))
        text.bind("<B1-Motion>", lambda event: "break")
        text.bind("<Double-Button-1>", lambda event: "break")
        text.bind("<Up>", lambda event: self._by_key(-1))
        text.bind("<Down>", lambda event: self._by_key(1))
        bind_enter(text.bind, lambda event: self._enter())
        text.bind("<FocusIn>", lambda event: self._by_key(0))
        text.bind("<FocusOut>", lambda event: self._hover(""))
        self._edge = look.px(14)

    def set(self, lines: Sequence[ListLine]) -> None:
        """Show these; nothing is drawn when they are the same as before."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        text = self.text
        place = text.yview()[0]
        parts: list[object] = []
        for line in lines:
            tags = ("line", "chosen") if line.chosen else ("line",)
            for words, style in line.parts:
                parts += [words, (style, *tags)]
            if line.right:
                parts += ["\t", tags, f" {line.right} ", (line.right_style, *tags)]
            parts += ["\n", tags]
        text.configure(state="normal")
        text.delete("1.0", "end")
        if parts:
            text.insert("1.0", *parts)  # type: ignore[arg-type]
        text.configure(state="disabled")
        trace(self._called, lambda: [[line.key, "".join(words for words, _style in line.parts)] for line in lines])
        trace_later(text, f"places of {self._called}", self._positions)
        text.yview_moveto(place)
        chosen = next((at for at, line in enumerate(lines) if line.chosen), None)
        if chosen is not None:
            text.see(f"{chosen + 1}.0")
            text.xview_moveto(0)

    def _sized(self, event: object) -> None:
        self.text.configure(tabs=(max(self.text.winfo_width() - 2 * self._edge, 10), "right"))

    def _at(self, event: tk.Event[tk.Text]) -> str:
        line = int(self.text.index(f"@{event.x},{event.y}").split(".")[0]) - 1
        box = self.text.dlineinfo(f"@{event.x},{event.y}")
        if line >= len(self._lines) or box is None or event.y > box[1] + box[3]:
            return ""
        return self._lines[line].key

    def _pressed(self, event: tk.Event[tk.Text]) -> str:
        key = self._at(event)
        if key:
            self._click(key)
        return "break"

    def _positions(self) -> dict[str, tuple[int, int]]:
        found = {}
        for at, line in enumerate(self._lines):
            box = self.text.bbox(f"{at + 1}.0")
            if box is not None:
                found[line.key] = self.text.winfo_rootx() + box[0] + 4, self.text.winfo_rooty() + box[1] + box[3] // 2
        return found

    def _moved(self, event: tk.Event[tk.Text]) -> None:
        trace("pointer", lambda: [event.x_root, event.y_root, self._at(event), ""])
        self._hover(self._at(event))

    def _by_key(self, step: int) -> str:
        """The next line that can be pressed; with 0 the one that is chosen, or else the first."""
        keys = [line.key for line in self._lines if line.key]
        if not keys:
            return "break"
        chosen = next((line.key for line in self._lines if line.chosen), keys[0])
        at = keys.index(self._hovered) if self._hovered in keys else keys.index(chosen)
        key = keys[min(max(at + step, 0), len(keys) - 1)]
        self._hover(key)
        place = next(place for place, line in enumerate(self._lines, 1) if line.key == key)
        self.text.see(f"{place}.0")
        return "break"

    def _enter(self) -> str:
        if self._hovered:
            self._click(self._hovered)
        return "break"

    def _hover(self, key: str) -> None:
        if key == self._hovered:
            return
        self._hovered = key
        self.text.tag_remove("hover", "1.0", "end")
        for at, line in enumerate(self._lines):
            if key and line.key == key:
                self.text.tag_add("hover", f"{at + 1}.0", f"{at + 2}.0")
        self.text.configure(cursor="hand2" if key else "arrow")
