"""Draws the form at the beginning."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Any

import customtkinter as ctk

from causerie.desktop.login import HERE, HOME, Field, Trouble
from causerie.desktop.theme import Look
from causerie.text import _


class LoginView:
    """See the module. `enter`: the form is sent, with its fields in this order and two ticks: stay, new account."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        fields: dict[Field, str],
        stay: bool,
        enter: Callable[[dict[Field, str], bool, bool], None],
        cancel: Callable[[], None],
    ) -> None:
        colour = look.palette
        self._look = look
        self._enter = enter
        self._cancel = cancel
        self._waiting = False
        self.frame = tk.Frame(parent, background=colour.panel)
        card = ctk.CTkFrame(
            self.frame, corner_radius=14, fg_color=colour.ground, border_width=1, border_color=colour.border
        )
        card.place(relx=0.5, rely=0.5, anchor="center")
        inner = tk.Frame(card, background=colour.ground)
        inner.pack(padx=look.px(36), pady=look.px(30))
        tk.Label(
            inner, text="Causerie", font=look.font(28, "bold"), background=colour.ground, foreground=colour.text
        ).pack(anchor="w")
        self._line(inner, _("Everything may stay blank: you come in as a guest."), look.px(14))
        labels: dict[Field, tuple[str, str]] = {
            "name": (_("Name"), _("Guest and three digits")),
            "password": (_("Password"), _("none for a guest")),
            "channel": (_("Channel"), HOME),
            "server": (_("Server, or the link that somebody gave you"), HERE),
        }
        self.entries: dict[Field, Any] = {}
        for field, (label, blank) in labels.items():
            tk.Label(inner, text=label, font=look.font(13), background=colour.ground, foreground=colour.faint).pack(
                anchor="w", pady=(look.px(6), look.px(2))
            )
            entry = ctk.CTkEntry(
                inner,
                width=320,
                height=36,
                placeholder_text=blank,
                show="•" if field == "password" else "",
                font=(look.sans, 14),
                fg_color=colour.raised,
                text_color=colour.text,
                placeholder_text_color=colour.faint,
                border_color=colour.border,
                border_width=1,
            )
            if fields.get(field):
                entry.insert(0, fields[field])
            entry.pack(anchor="w")
            entry.bind("<Return>", lambda event: self._send())
            self.entries[field] = entry
        self._stay = tk.BooleanVar(value=stay)
        self._new = tk.BooleanVar(value=False)
        for text, ticked in (
            (_("Let me in without a password next time"), self._stay),
            (_("Make a new account"), self._new),
        ):
            ctk.CTkCheckBox(
                inner,
                text=text,
                variable=ticked,
                font=(look.sans, 13),
                text_color=colour.text,
                fg_color=colour.accent,
                border_color=colour.faint,
                checkbox_width=18,
                checkbox_height=18,
                border_width=2,
            ).pack(anchor="w", pady=(look.px(10), 0))
        self._button = ctk.CTkButton(
            inner,
            text=_("Enter"),
            width=320,
            height=40,
            font=(look.sans, 15, "bold"),
            fg_color=colour.accent,
            text_color=colour.on_accent,
            command=self._send,
        )
        self._button.pack(anchor="w", pady=(look.px(18), 0))
        self._trouble = self._line(inner, "", look.px(10))
        self._trouble.configure(foreground=colour.warn, font=look.font(14, "bold"))
        self._hint = self._line(inner, "", look.px(2))
        first: Field = "password" if fields.get("name") else "name"
        self.frame.after(50, self.entries[first].focus_set)

    def trouble(self, trouble: Trouble) -> None:
        """Why one is not in."""
        self._wait(False)
        self._trouble.configure(text=trouble.text)
        self._hint.configure(text=trouble.hint)
        entry = self.entries[trouble.field]
        entry.focus_set()
        entry.select_range(0, "end")

    def _line(self, parent: tk.Misc, text: str, above: int) -> tk.Label:
        colour, look = self._look.palette, self._look
        label = tk.Label(
            parent,
            text=text,
            font=look.font(13),
            background=colour.ground,
            foreground=colour.faint,
            wraplength=look.px(320),
            justify="left",
        )
        label.pack(anchor="w", pady=(above, 0))
        return label

    def _wait(self, waiting: bool) -> None:
        self._waiting = waiting
        self._button.configure(text=_("Cancel") if waiting else _("Enter"))

    def _send(self) -> None:
        if self._waiting:
            self._wait(False)
            self._cancel()
            return
        self._trouble.configure(text="")
        self._hint.configure(text=_("Connecting…"))
        self._wait(True)
        self._enter({field: entry.get() for field, entry in self.entries.items()}, self._stay.get(), self._new.get())
