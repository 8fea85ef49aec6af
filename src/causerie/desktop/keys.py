"""The window's own keys, wherever in it the cursor is."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping

from causerie.desktop import sidebar
from causerie.desktop.choosers import Choosers
from causerie.desktop.conversation import Conversation

Keys = Mapping[str, Callable[[], object]]


def window_keys(
    chat: Conversation,
    choosers: Choosers,
    go: Callable[[str], None],
    search: Callable[[], None],
    read_all: Callable[[], None],
    emoji: Callable[[], None],
    react: Callable[[], None],
    thread: Callable[[], None],
) -> Keys:
    """What they do in all of the window."""

    def neighbour(step: int, unread: bool) -> None:
        go(sidebar.neighbour(chat.places(), chat.current, step, unread))

    return {
        "<Control-k>": choosers.place,
        "<Control-f>": search,
        "<Control-e>": emoji,
        "<Control-E>": react,
        "<Control-T>": thread,
        "<Control-slash>": choosers.shortcuts,
        "<Alt-Up>": lambda: neighbour(-1, False),
        "<Alt-Down>": lambda: neighbour(1, False),
        "<Alt-Shift-Up>": lambda: neighbour(-1, True),
        "<Alt-Shift-Down>": lambda: neighbour(1, True),
        "<Alt-a>": lambda: go(sidebar.first_unread(chat.places()) or chat.current),
        "<Shift-Escape>": read_all,
    }


def timeline_keys(page: Callable[[int], None], to_end: Callable[[], None], to_fresh: Callable[[], None]) -> Keys:
    """What they do to the messages above the line that one types in."""
    return {
        "<Prior>": lambda: page(-1),
        "<Next>": lambda: page(1),
        "<Control-End>": to_end,
        "<Control-Home>": to_fresh,
    }


def bind_line(text: tk.Text, keys: Keys, end: Callable[[], None]) -> None:
    """In a line that one types in; they win over its own. `end`: the key End, where nothing is typed."""
    _bind(text.bind, keys)

    def at_end(event: tk.Event[tk.Text]) -> str | None:
        if event.widget.get("1.0", "end-1c"):
            return None
        end()
        return "break"

    text.bind("<End>", at_end)


def bind_window(frame: tk.Misc, keys: Keys, escape: Callable[[], None]) -> None:
    """Wherever else the cursor is."""
    _bind(frame.bind_all, keys)
    frame.bind_all("<Escape>", lambda event: escape())


def _bind(bind: Callable[[str, Callable[[object], str]], object], keys: Keys) -> None:
    for key, call in keys.items():

        def pressed(event: object, call: Callable[[], object] = call) -> str:
            call()
            return "break"

        bind(key, pressed)
