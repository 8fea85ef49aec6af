"""Draws the log-in form."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import Any

import customtkinter as ctk

from causerie.desktop.models.login import DEFAULT_CHANNEL, DEFAULT_SERVER, Field, FormInput, LoginProblem
from causerie.desktop.views.keyboard_access import bind_enter, make_focusable
from causerie.desktop.views.scrolled import Scrolled
from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import middle, trace_later
from causerie.i18n.text import _


class LoginView:
    """See the module. `filled`: what stands in it; `enter`: the form is sent. Whether there is a keyring is told by
    `keyring`; until then its box cannot be ticked."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        filled: FormInput,
        enter: Callable[[FormInput], None],
        cancel: Callable[[], None],
    ) -> None:
        colour = look.palette
        self._look = look
        self._enter = enter
        self._cancel = cancel
        self._waiting = False
        self.frame = tk.Frame(parent, background=colour.panel)
        self._scrolled = Scrolled(self.frame, look, colour.panel)
        card = ctk.CTkFrame(
            self._scrolled.canvas, corner_radius=14, fg_color=colour.ground, border_width=1, border_color=colour.border
        )
        inner = tk.Frame(card, background=colour.ground)
        inner.pack(padx=look.px(36), pady=look.px(30))
        tk.Label(
            inner, text="Causerie", font=look.font(28, "bold"), background=colour.ground, foreground=colour.text
        ).pack(anchor="w")
        self._line(inner, _("Everything may stay blank: you come in as a guest."), look.px(14))
        labels: dict[Field, tuple[str, str]] = {
            "name": (_("Name"), _("Guest and three digits")),
            "password": (_("Password"), _("none for a guest")),
            "channel": (_("Channel"), DEFAULT_CHANNEL),
            "server": (_("Server, or the link that somebody gave you"), DEFAULT_SERVER),
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
            if filled.fields[field]:
                entry.insert(0, filled.fields[field])
            entry.pack(fill="x")
            bind_enter(entry.bind, lambda event: self._send())
            entry.bind("<FocusIn>", lambda event, entry=entry: entry.configure(border_color=colour.link), add="+")
            entry.bind("<FocusOut>", lambda event, entry=entry: entry.configure(border_color=colour.border), add="+")
            self.entries[field] = entry
        self._stay = tk.BooleanVar(value=filled.stay)
        self._keyring = tk.BooleanVar(value=filled.keyring)
        self._new = tk.BooleanVar(value=filled.register)
        self._has_keyring = False
        self._tick(inner, _("Let me in without a password next time"), self._stay, self._stays)
        self._keyring_box = self._tick(inner, _("Keep what that takes in the system's keyring"), self._keyring)
        self._why_not = self._line(inner, "", 0)
        self._why_not.configure(font=look.font(12), wraplength=look.px(320 - 26))
        self._why_not.pack_forget()
        self._tick(inner, _("Make a new account"), self._new)
        self._stays()
        self._button = ctk.CTkButton(
            inner,
            text=_("Enter"),
            width=320,
            height=40,
            font=(look.sans, 15, "bold"),
            fg_color=colour.accent,
            text_color=colour.on_accent,
            command=self._send,
            border_width=2,
            border_color=colour.accent,
        )
        make_focusable(self._button, self._send, self._lit)
        self._button.pack(fill="x", pady=(look.px(18), 0))
        self._problem = self._line(inner, "", look.px(10))
        self._problem.configure(foreground=colour.warn, font=look.font(14, "bold"))
        self._hint = self._line(inner, "", look.px(2))
        self._scrolled.hold(card)
        card.bind("<Configure>", lambda event: self._tell(), add="+")
        self.frame.bind("<Configure>", lambda event: self._tell())
        first: Field = "password" if filled.fields["name"] else "name"
        self._first = self.entries[first]
        self.frame.after(50, lambda: self._first.focus_set())

    @property
    def filled(self) -> FormInput:
        """The form as it is filled in now."""
        return FormInput(
            fields={field: entry.get() for field, entry in self.entries.items()},
            stay=self._stay.get(),
            keyring=self._keyring.get(),
            register=self._new.get(),
        )

    def as_it_was(self, before: LoginView) -> None:
        """Show the problem that another view showed, with its cursor."""
        self._wait(before._waiting)
        self._problem.configure(text=before._problem.cget("text"))
        self._hint.configure(text=before._hint.cget("text"))
        focus = str(before.frame.focus_displayof())
        first = next((field for field, entry in before.entries.items() if focus.startswith(str(entry))), None)
        if first is not None:
            self._first = self.entries[first]
            self._first.focus_set()

    def show_problem(self, problem: LoginProblem) -> None:
        """Show why the log-in failed."""
        self._wait(False)
        self._problem.configure(text=problem.text)
        self._hint.configure(text=problem.hint)
        entry = self.entries[problem.field]
        entry.focus_set()
        entry.select_range(0, "end")
        self.frame.update_idletasks()
        self._scrolled.see(self._hint if problem.hint else self._problem)

    def keyring(self, why_not: str) -> None:
        """Whether there is a keyring is known; `why_not`: the line that says why there is none."""
        self._has_keyring = not why_not
        if why_not:
            self._why_not.configure(text=why_not)
            self._why_not.pack(anchor="w", padx=(self._look.px(26), 0), after=self._keyring_box)
        self._stays()

    # The rest is its own.

    def _lit(self, here: bool) -> None:
        """The button has the focus, or lost it."""
        colour = self._look.palette
        self._button.configure(border_color=colour.text if here else colour.accent)
        self._tell()

    def _tell(self) -> None:
        trace_later(self._button, "button Enter", lambda: middle(self._button))

    def _stays(self) -> None:
        """Enable the keyring's box where a token is to be kept; without a keyring it can still be unticked."""
        able = self._stay.get() and (self._has_keyring or self._keyring.get())
        self._keyring_box.configure(state="normal" if able else "disabled")

    def _tick(self, parent: tk.Misc, text: str, ticked: tk.BooleanVar, call: Callable[[], None] | None = None) -> Any:
        colour, look = self._look.palette, self._look
        box = ctk.CTkCheckBox(
            parent,
            text=text,
            variable=ticked,
            command=call,
            font=(look.sans, 13),
            text_color=colour.text,
            text_color_disabled=colour.faint,
            fg_color=colour.accent,
            border_color=colour.faint,
            checkbox_width=18,
            checkbox_height=18,
            border_width=2,
        )
        box.pack(anchor="w", pady=(look.px(10), 0))
        make_focusable(box, box.toggle, lambda here: box.configure(border_color=colour.link if here else colour.faint))
        return box

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
        self._problem.configure(text="")
        self._hint.configure(text=_("Connecting…"))
        self._wait(True)
        self._enter(self.filled)
