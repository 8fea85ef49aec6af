"""Status texts: the connection, who is typing, and the buttons to new messages. No Tk."""

from __future__ import annotations

from collections.abc import Sequence

from causerie.chat.events import RestrictedMessage
from causerie.client import State
from causerie.desktop.models.read_state import NewMessages
from causerie.desktop.models.timeline import Timeline
from causerie.i18n.text import _, ngettext

NAMED = 3
"""Typing people who are named, at most; more are "several"."""


def connection(state: State) -> str:
    """The bar above the timeline; empty: connected."""
    if state is State.LOST:
        return _("The connection is lost; what you say is kept and sent when it is back.")
    if state in (State.CONNECTING, State.GREETING, State.LOGGING_IN):
        return _("Connecting again…")
    return ""


def below(says: str, typing: Sequence[str]) -> str:
    """The line below the composer: the status, or else who is typing."""
    if says or not typing:
        return says
    if len(typing) > NAMED:
        return _("Several people are typing…")
    return ngettext("{names} is typing…", "{names} are typing…", len(typing)).format(names=", ".join(typing))


def new_messages(new_messages: NewMessages) -> str:
    """The button that leads to the first new message; empty: it was seen, or there is none."""
    if not new_messages.after or new_messages.seen:
        return ""
    return ngettext("↑ {count} new message", "↑ {count} new messages", new_messages.count).format(
        count=new_messages.count
    )


def newer(timeline: Timeline, at_bottom: bool) -> str:
    """The button that leads to the end; empty: it is seen. `at_bottom`: the last loaded row is seen."""
    if not timeline.shown or (timeline.at_end and at_bottom):
        return ""
    if timeline.newer:
        text = ngettext("{count} new message ↓", "{count} new messages ↓", timeline.newer)
        return text.format(count=timeline.newer)
    return _("To the end ↓")


def restricted_message_line(event: RestrictedMessage) -> str:
    """A restricted message (STATUSMSG) as one line."""
    sentences = {
        "voiced": _("{name} in #{channel}, to who has a voice: {text}"),
        "moderators": _("{name} in #{channel}, to the moderators: {text}"),
        "owners": _("{name} in #{channel}, to the owners: {text}"),
    }
    text = " ".join(event.text.split("\n"))
    return sentences[event.to].format(name=event.name, channel=event.channel, text=text)
