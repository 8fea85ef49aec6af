"""Desktop notifications: which messages get one, and its text. No Tk."""

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
class DesktopNotification:
    """One desktop notification; a click on it opens the message."""

    title: str
    text: str
    channel: str
    number: int


def notification(
    message: Message, view: View, looked_at: bool, preferences: Preferences | None = None
) -> DesktopNotification | None:
    """The notification for a message; None: none. `looked_at`: the window has the focus and shows it. `preferences`:
    the person's, for all devices."""
    if looked_at or not is_notified(message, view, preferences or Preferences()):
        return None
    words = plain(message.text)
    title = (
        message.name
        if view.access == "direct"
        else _("{name} in #{channel}").format(name=message.name, channel=view.channel)
    )
    return DesktopNotification(title, words[:WORDS] + ("…" if len(words) > WORDS else ""), view.channel, message.number)


def is_notified(message: Message, view: View, preferences: Preferences) -> bool:
    """Whether the preferences notify of it: by the same rules as on the server."""
    own = view.members.get(view.me)
    return notify.decide(
        message,
        preferences,
        view.level,
        view.access,
        view.me,
        follows=message.thread in view.follows,
        dnd=own is not None and own.dnd,
        minute=minute(message.at, preferences.zone),
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
