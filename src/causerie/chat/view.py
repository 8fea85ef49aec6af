"""The view: a channel as one person knows it, made from a snapshot and changed event by event (`replay`).

A view holds nothing that its person may not read: what is deleted, or said anew, is gone from all of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from causerie.chat.events import Deleted, Edited, Message, Reacted
from causerie.chat.model import Access, Level, TopicFor
from causerie.chat.replies import Member, Snapshot

KEPT = 500
"""Messages that a view keeps, where `apply` is not told otherwise; the older ones are in the channel's history."""

GAPS = 50
"""Gaps that a view remembers; past it the oldest are forgotten, as its messages are by then."""

RECENT = 500
"""Changes to messages that a view remembers, for pages that were read before them and come after them."""

MENTIONED = 1000
"""Numbers of unread mentions that a view remembers one by one; the oldest become a count."""

TYPING = 20
"""People shown as typing; more than can be shown anyway."""

THREADS = 1000
"""Threads of which a view remembers the marker."""

ThreadMarker = tuple[int, int, int]
"""How far one has read a thread: `upto`, `said` and `counted`, as in events.Marked."""

Change = Message | Edited | Deleted | Reacted
"""What changes how an earlier message stands; a message does it to the one whose thread it replies in."""


class Missing(Exception):
    """Events above `after` and below `before` are missing here: they are to be asked for by the history command."""

    def __init__(self, channel: str, after: int, before: int) -> None:
        super().__init__(f"{channel}: nothing is known between event {after} and event {before}")
        self.channel = channel
        self.after = after
        self.before = before


class View(Struct, frozen=True, kw_only=True):
    """One channel as it is known. `number`: the last event in it. `me`: whose view it is. `more`: not all members are
    listed. `said`: the messages that the channel has had.

    `messages` are those known, oldest first, as they stand now. `gaps` are pairs (after, up to and with): what is
    between is not in `messages`; a client that wants it asks for its page. `stale`: the numbers of those that may have
    been changed in a gap, until their page is asked for.

    `upto` and `read_said` are one's read marker and the messages that the channel had with it, `counted` the last event
    that they take into account; they, `level`, `draft` and `follows` are known from `merge.apply_read` and its
    neighbours. `recount`: a message was deleted that may be one of the mentions that are known as a count only
    (`mentions_before`): the unread command has how many there are. `threads`: the markers of threads, by their first
    messages. `typing`: who is, by their id; `replay.quiet`
    takes them out when their time is over.
    """

    channel: str
    number: int
    me: int = 0
    access: Access = "public"
    topic: str = ""
    history: bool = True
    read_only: bool = False
    retention_days: int = 0
    slow_seconds: int = 0
    tell_reactions: bool = False
    topic_by: str = ""
    topic_at: int = 0
    topic_for: TopicFor = "accounts"
    keyed: bool = False
    people_most: int = 0
    hidden: bool = False
    outsiders: bool = False
    more: bool = False
    members: Mapping[int, Member] = MappingProxyType({})
    said: int = 0
    pins: tuple[int, ...] = ()
    messages: tuple[Message, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    stale: frozenset[int] = frozenset()

    upto: int = 0
    read_said: int = 0
    counted: int = 0
    mentions_before: int = 0
    mentioned: tuple[int, ...] = ()
    recount: bool = False
    level: Level | None = None
    draft: str = ""
    draft_reply: int = 0
    draft_at: int = 0
    follows: frozenset[int] = frozenset()
    threads: Mapping[int, ThreadMarker] = MappingProxyType({})
    typing: Mapping[int, str] = MappingProxyType({})

    recent: tuple[Change, ...] = ()
    recent_after: int = 0

    @property
    def unread(self) -> int:
        """How many messages came after the marker."""
        return max(0, self.said - self.read_said)

    @property
    def mentions(self) -> int:
        """How many of them name this person: those counted by the server, and those heard since (`mentioned`)."""
        return self.mentions_before + len(self.mentioned)


def from_snapshot(snapshot: Snapshot, kept: View | None = None, me: int = 0) -> View:
    """The view that a snapshot gives to the person `me`.

    `kept` is the one before: its messages and what is one's own stay. What it missed is a gap; the read marker is then
    not what the server has until it is asked for (the unread command).
    """
    before = View(channel=snapshot.channel, number=0) if kept is None else jumped(kept, snapshot.number)
    told = fields_of(snapshot, View)
    told["members"] = MappingProxyType({member.person: member for member in snapshot.members})
    told["recent_after"] = snapshot.number if kept is None else before.recent_after
    return msgspec.structs.replace(before, **told, me=me or before.me, typing=MappingProxyType({}))


def fields_of(value: Struct, kind: type[Struct]) -> dict[str, Any]:
    """What a struct says of those fields that another kind of struct has too."""
    return {name: getattr(value, name) for name in value.__struct_fields__ if name in kind.__struct_fields__}


def jumped(view: View, number: int) -> View:
    """The view at another number, by a gap: forward past what is not known, or back to what there was then."""
    if number == view.number:
        return view
    messages, gaps = view.messages, view.gaps
    if number > view.number:
        gaps = (*gaps, (view.number, number))[-GAPS:]
    else:
        messages = tuple(message for message in messages if message.number <= number)
        gaps = tuple(gap for gap in gaps if gap[1] <= number)
    return msgspec.structs.replace(
        view,
        number=number,
        messages=messages,
        gaps=gaps,
        stale=frozenset(message.number for message in messages),
        pins=tuple(pin for pin in view.pins if pin <= number),
        upto=min(view.upto, number),
        counted=min(view.counted, number),
        mentioned=tuple(mention for mention in view.mentioned if mention <= number),
        recent=(),
        recent_after=number,
    )
