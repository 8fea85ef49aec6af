"""Which messages are worth a notification of the system, and what it says. No Tk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from causerie.chat.events import Message
from causerie.chat.view import View
from causerie.desktop.rows import plain
from causerie.text import _

WORDS = 120
"""Characters of a message in a notification."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification; a click on it opens the message."""

    title: str
    text: str
    channel: str
    number: int


def notice(message: Message, view: View, ignored: Collection[str], looked_at: bool) -> Notice | None:
    """What to show for a message that came; None: nothing. `looked_at`: the window has the focus and shows it."""
    if message.person == view.me or looked_at or message.name.casefold() in ignored:
        return None
    if not worth(message, view):
        return None
    words = plain(message.text)
    title = (
        message.name
        if view.access == "direct"
        else _("{name} in #{channel}").format(name=message.name, channel=view.channel)
    )
    return Notice(title, words[:WORDS] + ("…" if len(words) > WORDS else ""), view.channel, message.number)


def worth(message: Message, view: View) -> bool:
    """Whether one wants to hear of it: by the channel's level, as chat.notify has it on the server."""
    level = view.level or ("all" if view.access == "direct" else "mentions")
    if level == "none":
        return False
    return level == "all" or view.me in message.mentions or bool(message.everyone)


def title(unread: int, where: str) -> str:
    """The window's title."""
    return f"({unread}) {where} – Causerie" if unread else f"{where} – Causerie"
