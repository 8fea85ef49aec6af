"""The window's own keys, wherever in it the cursor is."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from causerie.desktop import sidebar
from causerie.desktop.choosers import Choosers
from causerie.desktop.conversation import Conversation


def bind(
    frame: tk.Misc,
    text: tk.Misc,
    chat: Conversation,
    choosers: Choosers,
    go: Callable[[str], None],
    search: Callable[[], None],
    read_all: Callable[[], None],
    page: Callable[[int], None],
    to_end: Callable[[], None],
    escape: Callable[[], None],
) -> None:
    """`frame`: any widget of the window; `text`: the line that one types in, whose own keys they win over."""

    def neighbour(step: int, unread: bool) -> None:
        go(sidebar.neighbour(chat.places(), chat.current, step, unread))

    keys: dict[str, Callable[[], object]] = {
        "<Control-k>": choosers.place,
        "<Control-f>": search,
        "<Control-slash>": choosers.shortcuts,
        "<Alt-Up>": lambda: neighbour(-1, False),
        "<Alt-Down>": lambda: neighbour(1, False),
        "<Alt-Shift-Up>": lambda: neighbour(-1, True),
        "<Alt-Shift-Down>": lambda: neighbour(1, True),
        "<Alt-a>": lambda: go(sidebar.first_unread(chat.places()) or chat.current),
        "<Shift-Escape>": read_all,
        "<Prior>": lambda: page(-1),
        "<Next>": lambda: page(1),
        "<Control-End>": to_end,
    }
    for key, call in keys.items():

        def pressed(event: object, call: Callable[[], object] = call) -> str:
            call()
            return "break"

        text.bind(key, pressed)
        frame.bind_all(key, pressed)
    frame.bind_all("<Escape>", lambda event: escape())
