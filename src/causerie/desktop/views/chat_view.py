"""Draws the chat window: channels on the left, the conversation, the panel on the right."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import customtkinter as ctk

from causerie.desktop.models.lines import ListLine
from causerie.desktop.views.floating_button import FloatingButton
from causerie.desktop.views.keyboard_access import bind_enter, make_focusable
from causerie.desktop.views.list_view import ListView
from causerie.desktop.views.placement import CHANNELS, columns
from causerie.desktop.views.theme import Look
from causerie.desktop.views.ui_trace import middle, trace, trace_later
from causerie.i18n.text import _

HEAD = 48
"""Height of what stands above messages, in pixels at 96 dots an inch."""


@dataclass(frozen=True, slots=True)
class ChatCallbacks:
    """What clicks call."""

    open_channel: Callable[[str], None]
    side: Callable[[str], None]
    add: Callable[[], None]
    menu: Callable[[int, int], None]
    own_menu: Callable[[int, int], None]
    search: Callable[[], None]
    pins: Callable[[], None]
    people: Callable[[], None]
    reconnect_now: Callable[[], None]
    to_end: Callable[[], None]
    to_first_new: Callable[[], None]
    search_for: Callable[[str], None]


class ChatView:
    """See the module. Its owner puts the timeline and the composer into `middle`, a thread into `wide`."""

    def __init__(self, parent: tk.Misc, look: Look, callbacks: ChatCallbacks) -> None:
        colour = look.palette
        self._look = look
        self._callbacks = callbacks
        self._right_frame: tk.Frame | None = None
        """What is shown on the right, if there is room for it."""
        self._wanted_width = 0
        self._asked = False
        self.frame = tk.Frame(parent, background=colour.ground)
        self.frame.columnconfigure(2, weight=1)
        self.frame.rowconfigure(0, weight=1)
        self._left(callbacks)
        tk.Frame(self.frame, background=colour.border, width=1).grid(row=0, column=1, sticky="ns")
        self.middle = tk.Frame(self.frame, background=colour.ground)
        self.middle.grid(row=0, column=2, sticky="nsew")
        self.middle.columnconfigure(0, weight=1)
        self.middle.rowconfigure(3, weight=1)
        self._head(callbacks)
        self._bars(callbacks)
        self._right_line = tk.Frame(self.frame, background=colour.border, width=1)
        self._right(callbacks)
        self.wide = tk.Frame(self.frame, background=colour.ground)
        self.wide.pack_propagate(False)
        self.frame.bind("<Configure>", lambda event: self._arrange())

    # What is shown.

    def set_channels(self, lines: Sequence[ListLine], who: str) -> None:
        """Show the sidebar, and the name of who is logged in."""
        self._channels.set(lines)
        self._who.configure(text=who)

    def head(self, name: str, topic: str, pins: int) -> None:
        """Show the name, topic and pins of the open channel."""
        self._name.configure(text=name)
        self._topic.configure(text=topic)
        self._pins.configure(text=f"⚑ {pins}" if pins else "", takefocus=bool(pins))

    def bar(self, text: str, urgent: bool) -> None:
        """Show the state of the connection above the timeline; empty: connected."""
        self._bar_text.configure(text=text)
        if text:
            self._bar.grid(row=2, column=0, sticky="ew")
        else:
            self._bar.grid_remove()
        if urgent:
            self._bar_button.pack(side="right", padx=self._look.px(16), before=self._bar_text)
        else:
            self._bar_button.pack_forget()

    def below(self, text: str) -> None:
        """Show who is typing, or a status."""
        if text != self._below.cget("text"):
            self._below.configure(text=text)
            trace("below", lambda: text)

    def newer(self, text: str) -> None:
        """Show the button that leads to the end; empty: hide it."""
        self._newer.show(text, relx=0.5, rely=1.0, y=-self._look.px(94), anchor="s")

    def new_messages(self, text: str) -> None:
        """Show the button that leads to the first new message; empty: hide it."""
        self._new_messages.show(text, relx=0.5, rely=0.0, y=self._look.px(62), anchor="n")

    def side(self, title: str, lines: Sequence[ListLine], seeking: bool = False) -> None:
        """Show lines in the panel on the right; without a title hide it."""
        if not title:
            if self._right_frame is self._side_frame:
                self._right_frame = None
            self._arrange()
            return
        self._right_frame, self._wanted_width, self._asked = self._side_frame, 340 if seeking else 220, seeking
        self._arrange()
        self._side_title.configure(text=title)
        if seeking:
            self._seek.pack(fill="x", padx=self._look.px(12), pady=(0, self._look.px(6)), after=self._side_title)
        else:
            self._seek.pack_forget()
        self._side.text.configure(wrap="word" if seeking else "none")
        self._side.set(lines)

    def show_thread(self, on: bool) -> None:
        """Show what is in `wide` on the right, or hide it."""
        if on:
            self._right_frame, self._wanted_width, self._asked = self.wide, 380, True
        elif self._right_frame is self.wide:
            self._right_frame = None
        self._arrange()

    @property
    def search_text(self) -> str:
        """The text in the search field."""
        return str(self._seek.get())

    def seek(self, text: str | None = None, focus: bool = True) -> None:
        """Show and focus the search field."""
        if text is not None:
            self._seek.delete(0, "end")
            self._seek.insert(0, text)
        if focus:
            self._seek.focus_set()

    def _arrange(self) -> None:
        """Lay out the columns that there is room for."""
        look, width = self._look, self.frame.winfo_width()
        if width <= 1:
            width = self.frame.winfo_toplevel().winfo_width()
        preferences = look.px(self._wanted_width) if self._right_frame is not None else 0
        left, right = columns(width, look.scale, preferences, self._asked)
        if left:
            self._left_frame.configure(width=left)
            self._left_frame.grid()
        else:
            self._left_frame.grid_remove()
        for frame in (self._side_frame, self.wide):
            if frame is self._right_frame and right:
                frame.configure(width=right)
                frame.grid(row=0, column=4, sticky="ns")
            else:
                frame.grid_remove()
        if right:
            self._right_line.grid(row=0, column=3, sticky="ns")
        else:
            self._right_line.grid_remove()

    # How it is built.

    def _left(self, callbacks: ChatCallbacks) -> None:
        look, colour = self._look, self._look.palette
        self._left_frame = left = tk.Frame(self.frame, background=colour.panel, width=look.px(CHANNELS))
        left.grid(row=0, column=0, sticky="ns")
        left.pack_propagate(False)
        top = tk.Frame(left, background=colour.panel)
        top.pack(fill="x", padx=look.px(14), pady=(look.px(14), look.px(4)))
        # First, so that it has its room where the name has not.
        self._button(top, "+", callbacks.add, colour.panel).pack(side="right")
        tk.Label(
            top, text="Causerie", font=look.font(17, "bold"), background=colour.panel, foreground=colour.text
        ).pack(side="left")
        self._channels = ListView(left, look, colour.panel, callbacks.open_channel, called="channels", by_keys=True)
        foot = tk.Frame(left, background=colour.panel)
        foot.pack(side="bottom", fill="x", padx=look.px(14), pady=look.px(10))
        self._who = tk.Label(
            foot, font=look.font(14, "bold"), background=colour.panel, foreground=colour.text, anchor="w"
        )
        self._who.pack(side="left", fill="x", expand=True)
        gear = self._button(foot, "⚙", lambda: callbacks.own_menu(*lower_left(gear)), colour.panel)
        gear.pack(side="right")
        gear.bind("<Button-1>", lambda event: callbacks.own_menu(event.x_root, event.y_root))
        self._channels.text.pack(fill="both", expand=True)

    def _head(self, callbacks: ChatCallbacks) -> None:
        look, colour = self._look, self._look.palette
        head = tk.Frame(self.middle, background=colour.ground, height=look.px(HEAD))
        head.pack_propagate(False)
        head.grid(row=0, column=0, sticky="ew", padx=look.px(20))
        self._name = tk.Label(
            head, font=look.font(18, "bold"), background=colour.ground, foreground=colour.text, cursor="hand2"
        )
        self._name.pack(side="left")
        self._name.bind("<Button-1>", lambda event: callbacks.menu(event.x_root, event.y_root))
        self._name.configure(highlightthickness=1, highlightbackground=colour.ground, highlightcolor=colour.link)
        make_focusable(self._name, lambda: callbacks.menu(*lower_left(self._name)), lambda here: None)
        for sign, call in (("☰", callbacks.people), ("⌕", callbacks.search)):
            button = self._button(head, sign, call, colour.ground)
            button.configure(font=look.font(22 if sign == "⌕" else 17))
            button.pack(side="right")
        self._pins = self._button(head, "", callbacks.pins, colour.ground)
        self._pins.pack(side="right")
        self._topic = tk.Label(head, font=look.font(13), background=colour.ground, foreground=colour.faint, anchor="w")
        self._topic.pack(side="left", fill="x", expand=True, padx=(look.px(12), 0))
        tk.Frame(self.middle, background=colour.border, height=1).grid(row=1, column=0, sticky="ew")

    def _bars(self, callbacks: ChatCallbacks) -> None:
        look, colour = self._look, self._look.palette
        self._bar = tk.Frame(self.middle, background=colour.warn_ground)
        self._bar_text = tk.Label(
            self._bar, background=colour.warn_ground, foreground=colour.warn, font=look.font(13, "bold"), anchor="w"
        )
        self._bar_text.pack(side="left", padx=look.px(20), pady=look.px(6))
        self._bar_button = self._button(self._bar, _("Try now"), callbacks.reconnect_now, colour.warn_ground)
        self._bar_button.configure(font=look.font(13), foreground=colour.text)
        self._below = tk.Label(
            self.middle, background=colour.ground, foreground=colour.faint, font=look.font(12), anchor="w"
        )
        self._below.grid(row=5, column=0, sticky="ew", padx=look.px(22), pady=(look.px(2), look.px(6)))
        self._newer = FloatingButton(self.middle, look, callbacks.to_end)
        self._new_messages = FloatingButton(self.middle, look, callbacks.to_first_new)

    def _right(self, callbacks: ChatCallbacks) -> None:
        look, colour = self._look, self._look.palette
        self._side_frame = tk.Frame(self.frame, background=colour.panel, width=look.px(220))
        self._side_frame.pack_propagate(False)
        self._side_title = tk.Label(
            self._side_frame, font=look.font(14, "bold"), background=colour.panel, foreground=colour.text, anchor="w"
        )
        self._side_title.pack(fill="x", padx=look.px(14), pady=(look.px(16), look.px(8)))
        self._seek = ctk.CTkEntry(
            self._side_frame,
            height=34,
            corner_radius=8,
            font=(look.sans, 14),
            fg_color=colour.raised,
            text_color=colour.text,
            border_color=colour.border,
            border_width=1,
        )
        bind_enter(self._seek.bind, lambda event: callbacks.search_for(self._seek.get()))
        self._side = ListView(self._side_frame, look, colour.panel, callbacks.side, called="side", by_keys=True)
        self._side.text.pack(fill="both", expand=True)

    def _button(self, parent: tk.Misc, text: str, call: Callable[[], None], ground: str) -> tk.Label:
        look, colour = self._look, self._look.palette
        label = tk.Label(
            parent,
            text=text,
            font=look.font(17),
            background=ground,
            foreground=colour.faint,
            cursor="hand2",
            padx=look.px(6),
            highlightthickness=1,
            highlightbackground=ground,
            highlightcolor=colour.link,
        )
        make_focusable(label, call, lambda here: label.configure(foreground=colour.text if here else colour.faint))
        label.bind("<Button-1>", lambda event: call())
        label.bind("<Configure>", lambda event: trace_later(label, f"button {text}", lambda: middle(label)))
        label.bind("<Enter>", lambda event: label.configure(foreground=colour.text))
        label.bind("<Leave>", lambda event: label.configure(foreground=colour.faint))
        return label


def lower_left(widget: tk.Misc) -> tuple[int, int]:
    """Where a menu of this widget's stands, on the screen."""
    return widget.winfo_rootx(), widget.winfo_rooty() + widget.winfo_height()
