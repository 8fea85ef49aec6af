"""Which messages are worth a notification of the system, and what it says. No Tk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causerie.chat import notify
from causerie.chat.events import Message
from causerie.chat.model import Preferences
from causerie.chat.view import View
from causerie.desktop.models.rows import plain
from causerie.i18n.text import _

WORDS = 120
"""Characters of a message in a notification."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification; a click on it opens the message."""

    title: str
    text: str
    channel: str
    number: int


def notice(message: Message, view: View, looked_at: bool, wants: Preferences | None = None) -> Notice | None:
    """What to show for a message that came; None: nothing. `looked_at`: the window has the focus and shows it.
    `wants`: what one has chosen, for all devices."""
    if looked_at or not worth(message, view, wants or Preferences()):
        return None
    words = plain(message.text)
    title = (
        message.name
        if view.access == "direct"
        else _("{name} in #{channel}").format(name=message.name, channel=view.channel)
    )
    return Notice(title, words[:WORDS] + ("…" if len(words) > WORDS else ""), view.channel, message.number)


def worth(message: Message, view: View, wants: Preferences) -> bool:
    """Whether one wants to hear of it: by the same rules as the server's."""
    own = view.members.get(view.me)
    return notify.decide(
        message,
        wants,
        view.level,
        view.access,
        view.me,
        follows=message.thread in view.follows,
        dnd=own is not None and own.dnd,
        minute=minute(message.at, wants.zone),
    ).notified


def minute(at: int, zone: str) -> int:
    """The minute of the day at that time (ms since 1970) in this zone; one that is not known here is UTC."""
    try:
        there: tzinfo = ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        there = UTC
    moment = datetime.fromtimestamp(at / 1000, there)
    return moment.hour * 60 + moment.minute


def title(unread: int, where: str) -> str:
    """The window's title."""
    return f"({unread}) {where} – Causerie" if unread else f"{where} – Causerie"
