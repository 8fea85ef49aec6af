"""The lines about how things stand: the connection, who is typing, what is below. No Tk."""

from __future__ import annotations

from collections.abc import Sequence

from causerie.client import State
from causerie.desktop.models.read_state import Fresh
from causerie.desktop.models.timeline import Timeline
from causerie.i18n.text import _, ngettext

NAMED = 3
"""People who are named when they type; more are several."""


def connection(state: State) -> str:
    """Above the timeline; empty: all is well."""
    if state is State.LOST:
        return _("The connection is lost; what you say is kept and sent when it is back.")
    if state in (State.CONNECTING, State.GREETING, State.LOGGING_IN):
        return _("Connecting again…")
    return ""


def below(says: str, typing: Sequence[str]) -> str:
    """Under the composer: what there is to say, or else who is typing."""
    if says or not typing:
        return says
    if len(typing) > NAMED:
        return _("Several people are typing…")
    return ngettext("{names} is typing…", "{names} are typing…", len(typing)).format(names=", ".join(typing))


def fresh(fresh: Fresh) -> str:
    """On the button that leads to the first of what is new; empty: it was seen, or there is nothing new."""
    if not fresh.after or fresh.seen:
        return ""
    return ngettext("↑ {count} new message", "↑ {count} new messages", fresh.count).format(count=fresh.count)


def newer(timeline: Timeline, at_bottom: bool) -> str:
    """On the button that leads to the end; empty: one is there. `at_bottom`: the last row here is seen."""
    if not timeline.shown or (timeline.at_end and at_bottom):
        return ""
    if timeline.newer:
        text = ngettext("{count} new message ↓", "{count} new messages ↓", timeline.newer)
        return text.format(count=timeline.newer)
    return _("To the end ↓")
