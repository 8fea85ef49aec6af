"""Dialogs over the window: a question with fields and buttons, or a list to choose from. One at a time."""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Any

import customtkinter as ctk

from causerie.desktop.models.lines import ListLine
from causerie.desktop.views.keyboard_access import bind_enter
from causerie.desktop.views.list_view import ListView
from causerie.desktop.views.theme import Look
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

UNASKED_MS = 800
"""Milliseconds until Enter answers a dialog that opened by itself: it was pressed for something else."""


class Overlay:
    """See the module. `closed` is called when a dialog is closed, however."""

    def __init__(self, root: tk.Misc, look: Look, closed: Callable[[], None]) -> None:
        self._root = root
        self._look = look
        self._closed = closed
        self._card: Any = None
        self._escape: Callable[[], None] = lambda: None

    @property
    def is_open(self) -> bool:
        """Whether a dialog is open."""
        return self._card is not None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window that it is over."""
        return self._root.winfo_width(), self._root.winfo_height()

    def close(self) -> None:
        """Close it, as Esc does."""
        if self._card is not None:
            self.leave()
            self._escape()

    def question(
        self,
        title: str,
        text: str,
        answer: Callable[[list[str]], None],
        fields: Sequence[tuple[str, bool, str]] = (),
        yes: str = "",
        no: Callable[[], None] = lambda: None,
        unasked: bool = False,
    ) -> None:
        """Ask. `fields`: label, whether it is secret, what stands in it. `answer` gets what was typed. `unasked`: it
        opens by itself, so that Enter says yes only after a moment."""
        inner = self._open(no)
        look, colour = self._look, self._look.palette
        self._label(inner, title, look.font(18, "bold"), colour.text)
        if text:
            self._label(inner, text, look.font(14), colour.faint)
        entries = []
        for label, secret, value in fields:
            self._label(inner, label, look.font(13), colour.faint)
            entries.append(self._entry(inner, value, secret))

        def done() -> None:
            typed = [entry.get() for entry in entries]
            self.leave()
            answer(typed)

        buttons = tk.Frame(inner, background=colour.raised)
        buttons.pack(anchor="e", pady=(look.px(18), 0))
        self._button(buttons, _("Cancel"), self.close, False)
        self._button(buttons, yes or _("OK"), done, True)
        for entry in entries:
            bind_enter(entry.bind, lambda event: done())
        if entries:
            self._give_keys(entries[0], title)
        else:
            inner.bind("<Escape>", lambda event: self.close())
            self._give_keys(inner, title)
            if unasked:
                inner.after(UNASKED_MS, lambda: self._enter_answers(inner, title, done))
            else:
                bind_enter(inner.bind, lambda event: done())

    def _enter_answers(self, inner: tk.Frame, title: str, done: Callable[[], None]) -> None:
        if inner.winfo_exists():
            bind_enter(inner.bind, lambda event: done())
            log.info("Enter answers: %s", title)

    def searched(self, title: str) -> tuple[tk.Frame, Any]:
        """A dialog with a search field, which has the focus; whoever opens it fills the rest, and calls `leave`."""
        inner = self._open(lambda: None)
        self._label(inner, title, self._look.font(18, "bold"), self._look.palette.text)
        entry = self._entry(inner, "", False)
        self._give_keys(entry, title)
        return inner, entry

    def choose(
        self,
        title: str,
        lines: Callable[[str], list[ListLine]],
        chosen: Callable[[str], None],
        typed: Callable[[str], None] | None = None,
    ) -> None:
        """A list under a line to type in. `lines`: what matches. `typed`: Enter where nothing matches."""
        inner = self._open(lambda: None)
        look, colour = self._look, self._look.palette
        self._label(inner, title, look.font(18, "bold"), colour.text)
        entry = self._entry(inner, "", False)
        shown: list[ListLine] = []
        place = [0]

        def pick(key: str) -> None:
            self.leave()
            chosen(key)

        high = min(look.px(300), max(self._root.winfo_height() - look.px(220), look.px(60)))
        holder = tk.Frame(inner, background=colour.raised, height=high, width=self._wide)
        holder.pack_propagate(False)
        view = ListView(holder, look, colour.raised, pick)
        holder.pack(pady=(look.px(8), 0))
        view.text.pack(fill="both", expand=True)

        def draw() -> None:
            view.set([line._replace(chosen=at == place[0]) for at, line in enumerate(shown)])

        def refresh() -> None:
            shown[:] = lines(entry.get())[:200]
            place[0] = 0
            draw()

        def move(step: int) -> str:
            if shown:
                place[0] = (place[0] + step) % len(shown)
                draw()
            return "break"

        def enter() -> None:
            if shown:
                pick(shown[place[0]].key)
            elif typed is not None and entry.get().strip():
                name = entry.get().strip()
                self.leave()
                typed(name)

        entry.bind("<KeyRelease>", lambda event: None if event.keysym in ("Up", "Down", "Return") else refresh())
        entry.bind("<Up>", lambda event: move(-1))
        entry.bind("<Down>", lambda event: move(1))
        bind_enter(entry.bind, lambda event: enter())
        self._give_keys(entry, title)
        refresh()

    def _give_keys(self, widget: tk.Misc, title: str) -> None:
        """Give the focus to this widget, and log when it has it."""
        told: list[str] = []

        def trace(_event: object) -> None:
            if not told:
                told.append(title)
                log.info("keys go to: %s", title)

        widget.bind("<FocusIn>", trace, add="+")
        # At once, so that no key goes on to where it went before; a menu that is closing takes the keys once more.
        self._root.update_idletasks()
        widget.focus_set()
        widget.after(30, widget.focus_set)

    def _open(self, escape: Callable[[], None]) -> tk.Frame:
        self.close()
        self._escape = escape
        look, colour = self._look, self._look.palette
        self._card = ctk.CTkFrame(
            self._root,
            corner_radius=12,
            fg_color=colour.raised,
            bg_color=colour.ground,
            border_width=1,
            border_color=colour.border,
        )
        self._card.place(relx=0.5, rely=0.42, anchor="center")
        self._card.lift()
        inner = tk.Frame(self._card, background=colour.raised)
        inner.pack(padx=look.px(24), pady=look.px(20))
        return inner

    @property
    def _wide(self) -> int:
        """Width of what is in it."""
        return min(self._look.px(420), max(self._root.winfo_width() - self._look.px(64), self._look.px(160)))

    def leave(self) -> None:
        """Close it as answered."""
        card, self._card = self._card, None
        if card is not None:
            card.destroy()
            self._closed()

    def _label(self, parent: tk.Misc, text: str, font: object, colour: str) -> None:
        label = tk.Label(
            parent,
            text=text,
            font=font,  # type: ignore[arg-type]
            foreground=colour,
            background=self._look.palette.raised,
            justify="left",
            wraplength=self._wide,
        )
        label.pack(anchor="w", pady=(self._look.px(4), self._look.px(2)))

    def _entry(self, parent: tk.Misc, value: str, secret: bool) -> Any:
        colour = self._look.palette
        entry = ctk.CTkEntry(
            parent,
            width=round(self._wide / self._look.scale),
            height=34,
            show="•" if secret else "",
            font=(self._look.sans, 14),
            fg_color=colour.ground,
            text_color=colour.text,
            border_color=colour.border,
            border_width=1,
        )
        entry.insert(0, value)
        entry.pack(anchor="w")
        entry.bind("<Escape>", lambda event: self.close())
        return entry

    def _button(self, parent: tk.Misc, text: str, command: Callable[[], None], main: bool) -> None:
        colour = self._look.palette
        ctk.CTkButton(
            parent,
            text=text,
            command=command,
            width=90,
            height=34,
            font=(self._look.sans, 14, "bold" if main else "normal"),
            fg_color=colour.accent if main else colour.ground,
            text_color=colour.on_accent if main else colour.text,
            hover_color=colour.accent if main else colour.hover,
        ).pack(side="left", padx=(self._look.px(8), 0))
