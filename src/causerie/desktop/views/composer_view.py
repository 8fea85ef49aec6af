"""Draws a composer: the text, what it replies to, and the completions above it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

import customtkinter as ctk

from causerie.desktop.models.completion import LARGE, Completion
from causerie.desktop.models.lines import ListLine
from causerie.desktop.views.editing import insert
from causerie.desktop.views.keyboard_access import bind_enter
from causerie.desktop.views.list_view import ListView
from causerie.desktop.views.theme import Look
from causerie.i18n.text import _

MAX_LINES = 8


@dataclass(frozen=True, slots=True)
class ComposerCallbacks:
    """What the view calls. `send`: Enter was pressed; the owner sets the text then."""

    send: Callable[[str], None]
    completions: Callable[[str, bool], list[Completion]]
    changed: Callable[[str], None]
    up: Callable[[], None]
    shift_up: Callable[[], None]
    escape: Callable[[], None]
    large: Callable[[str, Callable[[], None]], None]
    emoji: Callable[[], None]


class ComposerView:
    """See the module. Its own `keys` win over the text widget's."""

    def __init__(self, parent: tk.Misc, look: Look, callbacks: ComposerCallbacks, enter_sends: bool) -> None:
        colour = look.palette
        self._look = look
        self._callbacks = callbacks
        self._enter_sends = enter_sends
        self._completions: list[Completion] = []
        self._chosen = 0
        self._quiet = False
        self.frame = tk.Frame(parent, background=colour.ground)
        self._strip = tk.Label(
            self.frame, background=colour.ground, foreground=colour.faint, font=look.font(13), anchor="w"
        )
        box = ctk.CTkFrame(
            self.frame, corner_radius=10, fg_color=colour.raised, border_width=1, border_color=colour.border
        )
        box.pack(side="bottom", fill="x")
        self.text = tk.Text(
            box,
            height=1,
            wrap="word",
            bd=0,
            highlightthickness=0,
            undo=True,
            maxundo=200,
            background=colour.raised,
            foreground=colour.text,
            insertbackground=colour.text,
            selectbackground=colour.accent,
            selectforeground=colour.on_accent,
            font=look.font(15),
            spacing1=look.px(1),
            spacing3=look.px(1),
        )
        smile = tk.Label(
            box, text="☺", font=look.font(18), background=colour.raised, foreground=colour.faint, cursor="hand2"
        )
        smile.pack(side="right", anchor="s", padx=(0, look.px(10)), pady=look.px(7))
        smile.bind("<Button-1>", lambda event: callbacks.emoji())
        smile.bind("<Enter>", lambda event: smile.configure(foreground=colour.text))
        smile.bind("<Leave>", lambda event: smile.configure(foreground=colour.faint))
        self.text.pack(fill="both", expand=True, padx=look.px(12), pady=look.px(9))
        self._hint = tk.Label(
            box, background=colour.raised, foreground=colour.faint, font=look.font(15), anchor="w", cursor="xterm"
        )
        self._hint.bind("<Button-1>", lambda event: self.text.focus_set())
        self._popup_frame = tk.Frame(parent.winfo_toplevel(), background=colour.border)
        self._popup = ListView(self._popup_frame, look, colour.raised, self._pick, called="offers")
        self._popup.text.pack(fill="both", expand=True, padx=1, pady=1)
        bind_enter(self.text.bind, self._enter)
        self.text.bind("<Shift-Return>", lambda event: self._line_break())
        self.text.bind("<Tab>", self._tab)
        self.text.bind("<<PrevWindow>>", self._out)
        self.text.bind("<Up>", self._up)
        self.text.bind("<Down>", self._down)
        self.text.bind("<Shift-Up>", self._shift_up)
        self.text.bind("<Escape>", self._escape)
        self.text.bind("<<Modified>>", self._modified)
        self.text.bind("<<Paste>>", lambda event: self._paste("CLIPBOARD"))
        self.text.bind("<<PasteSelection>>", self._paste_selection)
        self.text.bind("<FocusOut>", lambda event: self._hide())
        # It stands in the window itself, above all else there, and goes with this.
        self.frame.bind("<Destroy>", lambda event: self._popup_frame.destroy())

    @property
    def keys(self) -> dict[str, Callable[[], object]]:
        """Its own keys with letters, as `keys` names them."""
        return {"Control-b": lambda: self._around("**"), "Control-i": lambda: self._around("_")}

    def get(self) -> str:
        """The text."""
        return self.text.get("1.0", "end-1c")

    def set(self, text: str) -> None:
        """Set the text, with the cursor at its end."""
        if text != self.get():
            self._quiet = True
            self.text.delete("1.0", "end")
            self.text.insert("1.0", text)
            # Undo goes back to here: not to another channel's text, nor to what was sent.
            self.text.edit_reset()
        self.text.mark_set("insert", "end-1c")
        self._grow()

    def select(self) -> None:
        """Select all of it, so that typing replaces it."""
        self.text.tag_add("sel", "1.0", "end-1c")

    def hint(self, text: str) -> None:
        """Set the hint of the empty composer."""
        self._hint.configure(text=text)
        self._look_empty()

    def strip(self, text: str) -> None:
        """Show a line above the text; empty: hide it."""
        self._strip.configure(text=text)
        if text:
            self._strip.pack(side="top", fill="x", pady=(0, self._look.px(4)))
        else:
            self._strip.pack_forget()

    def put(self, text: str) -> None:
        """Insert text at the cursor, or in place of the selection."""
        insert(self.text, text)
        self.text.focus_set()

    def _enter(self, event: object) -> str:
        if self._completions and not (self._chosen == 0 and self._is_complete(self._completions[0])):
            self._pick(str(self._chosen))
            return "break"
        if not self._enter_sends:
            return self._line_break()
        return self._send()

    def _is_complete(self, offer: Completion) -> bool:
        """Whether it is typed already: there is nothing to complete, and Enter means to send."""
        return self._before().endswith(offer.text.rstrip()) and len(offer.text.rstrip()) == offer.length

    def _send(self) -> str:
        self._hide()
        self._callbacks.send(self.get())
        return "break"

    def _line_break(self) -> str:
        if not self._enter_sends:
            return self._send()
        self.text.insert("insert", "\n")
        self.text.see("insert")
        return "break"

    def _tab(self, event: object) -> str:
        if self._completions:
            self._pick(str(self._chosen))
        else:
            completions = self._callbacks.completions(self._before(), True)
            if len(completions) == 1:
                self._take(completions[0])
            else:
                self._show(completions)
        return "break"

    def _out(self, event: object) -> str:
        """Shift+Tab leaves the line, as Tab cannot."""
        before = self.text.tk_focusPrev()
        if before is not None:
            before.focus_set()
        return "break"

    def _up(self, event: object) -> str | None:
        if self._completions:
            return self._choose(-1)
        if not self.get():
            self._callbacks.up()
            return "break"
        return None

    def _down(self, event: object) -> str | None:
        return self._choose(1) if self._completions else None

    def _shift_up(self, event: object) -> str | None:
        if self.get():
            return None
        self._callbacks.shift_up()
        return "break"

    def _escape(self, event: object) -> str:
        if self._completions:
            self._hide()
        else:
            self._callbacks.escape()
        return "break"

    def _before(self) -> str:
        return self.text.get("insert linestart", "insert")

    def _modified(self, event: object) -> None:
        if not self.text.edit_modified():
            return
        self.text.edit_modified(False)
        self._grow()
        self._callbacks.changed(self.get())
        quiet, self._quiet = self._quiet, False
        typing = not quiet and self.text.focus_get() is self.text
        self._show(self._callbacks.completions(self._before(), False) if typing else [])

    def _grow(self) -> None:
        counted = self.text.count("1.0", "end", "displaylines")
        lines = counted[0] if isinstance(counted, tuple) else counted or 1
        self.text.configure(height=min(max(int(lines), 1), MAX_LINES))
        self.text.see("insert")
        self._look_empty()

    def _look_empty(self) -> None:
        if self.get():
            self._hint.place_forget()
        else:
            self._hint.place(in_=self.text, x=0, y=0, relheight=1.0)

    def _paste(self, selection: str) -> str | None:
        try:
            text = str(self.text.selection_get(selection=selection))  # type: ignore[no-untyped-call]
        except tk.TclError:
            return None
        if len(text) < LARGE:
            return None
        self._callbacks.large(text, lambda: self.put(text))
        return "break"

    def _paste_selection(self, event: tk.Event[tk.Text]) -> str | None:
        """The middle button: where the mouse is, beside what is selected. Dragged, it has scrolled."""
        if self.text.getvar("tk::Priv(mouseMoved)"):
            return None
        asks = self._paste("PRIMARY")
        if asks is not None:
            self.text.tag_remove("sel", "1.0", "end")
            self.text.mark_set("insert", f"@{event.x},{event.y}")
        return asks

    def _around(self, sign: str) -> str:
        try:
            first, last = self.text.index("sel.first"), self.text.index("sel.last")
        except tk.TclError:
            self.text.insert("insert", sign + sign)
            self.text.mark_set("insert", f"insert-{len(sign)}c")
        else:
            self.text.insert(last, sign)
            self.text.insert(first, sign)
        return "break"

    def _show(self, completions: list[Completion]) -> None:
        self._completions, self._chosen = completions, 0
        if not completions:
            self._popup_frame.place_forget()
            return
        self._draw()
        look, top = self._look, self.frame.winfo_toplevel()
        height = look.px(27) * len(completions) + look.px(14)
        x = self.frame.winfo_rootx() - top.winfo_rootx()
        y = self.frame.winfo_rooty() - top.winfo_rooty() - look.px(4)
        self._popup_frame.place(x=x, y=y, anchor="sw", width=min(look.px(460), self.frame.winfo_width()), height=height)
        self._popup_frame.lift()

    def _draw(self) -> None:
        lines = []
        for at, offer in enumerate(self._completions):
            about = (("   " + offer.about, "faint"),) if offer.about else ()
            sign = ((offer.sign, "emoji"), ("  ", "plain")) if offer.sign else ()
            lines.append(ListLine(str(at), (*sign, (offer.label, "plain"), *about), chosen=at == self._chosen))
        self._popup.set(lines)

    def _choose(self, step: int) -> str:
        self._chosen = (self._chosen + step) % len(self._completions)
        self._draw()
        return "break"

    def _pick(self, key: str) -> None:
        self._take(self._completions[int(key)])
        self.text.focus_set()

    def _take(self, offer: Completion) -> None:
        self._hide()
        self.text.delete(f"insert-{offer.length}c", "insert")
        self.text.insert("insert", offer.text)

    def _hide(self) -> None:
        self._completions = []
        self._popup_frame.place_forget()


def asks_large(text: str) -> str:
    """The question before a large paste."""
    return _("Paste {count} characters?").format(count=len(text))
