"""The window's keyboard shortcuts.

A name in angle brackets is a sequence of Tk's. Any other one ("Control-k", "Control-Shift-e", "Alt-a") is a key with a
letter or a sign, whatever Caps Lock is and whichever script the keyboard writes.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping

from causerie.desktop.models import sidebar
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.views.choosers import Choosers
from causerie.desktop.views.keyboard import ALT, SHIFT, letter

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
    """The shortcuts that hold in all of the window."""

    def neighbour(step: int, unread: bool) -> None:
        go(sidebar.neighbour(chat.entries(), chat.current, step, unread))

    return {
        "Control-k": choosers.open_channel,
        "Control-f": search,
        "Control-e": emoji,
        "Control-Shift-e": react,
        "Control-Shift-t": thread,
        "Control-slash": choosers.shortcuts,
        "<Alt-Up>": lambda: neighbour(-1, False),
        "<Alt-Down>": lambda: neighbour(1, False),
        "<Alt-Shift-Up>": lambda: neighbour(-1, True),
        "<Alt-Shift-Down>": lambda: neighbour(1, True),
        "Alt-a": lambda: go(sidebar.first_unread(chat.entries()) or chat.current),
        "<Shift-Escape>": read_all,
    }


def timeline_keys(page: Callable[[int], None], to_end: Callable[[], None], to_first_new: Callable[[], None]) -> Keys:
    """The keys that scroll the timeline above a composer."""
    return {
        "<Prior>": lambda: page(-1),
        "<Next>": lambda: page(1),
        "<Control-End>": to_end,
        "<Control-Home>": to_first_new,
    }


def bind_line(text: tk.Text, keys: Keys, end: Callable[[], None]) -> None:
    """Bind keys in a composer; they win over its own. `end`: the key End, where it is empty."""
    _bind(text.bind, keys)

    def at_end(event: tk.Event[tk.Text]) -> str | None:
        if event.widget.get("1.0", "end-1c"):
            return None
        end()
        return "break"

    text.bind("<End>", at_end)


def bind_window(frame: tk.Misc, keys: Keys, escape: Callable[[], None], asking: Callable[[], bool]) -> None:
    """Bind keys everywhere else, but not while a dialog is open: what is typed in it is not to be lost."""
    _bind(frame.bind_all, keys, asking)
    frame.bind_all("<Escape>", lambda event: escape())


def _bind(bind: Callable[..., object], keys: Keys, asking: Callable[[], bool] = lambda: False) -> None:
    for key, call in keys.items():
        if key.startswith("<"):
            bind(key, lambda event, call=call: None if asking() else _done(call))
    for modifier in ("Control", "Alt"):

        def pressed(event: tk.Event[tk.Misc], modifier: str = modifier) -> str | None:
            call = None if asking() else keys.get(named(modifier, event))
            return _done(call) if call is not None else None

        bind(f"<{modifier}-KeyPress>", pressed)


def named(modifier: str, event: tk.Event[tk.Misc]) -> str:
    """The name of a key that was pressed with Ctrl or Alt; empty with both, which writes a character."""
    state = int(event.state)
    if modifier == "Control" and state & ALT:
        return ""
    name = letter(event)
    shift = "Shift-" if state & SHIFT and len(name) == 1 else ""
    return f"{modifier}-{shift}{name}"


def _done(call: Callable[[], object]) -> str:
    call()
    return "break"
