"""A channel as one knows it who is told its events: `apply(view, event) -> view`, shared with every client.

The law, which a test holds the server to: the view made from a snapshot, with every event applied that was
told after it, is the view made from a later snapshot, as long as the snapshots list all members (`more` is
false). A logged event that is in the view already changes nothing, so telling twice is telling once; one that
comes too early raises `Missing`, and says what to ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from causerie.chat.events import (
    Changed,
    Entered,
    Event,
    Farewell,
    Gap,
    Left,
    Message,
    Presence,
    Renamed,
    Stands,
    Topic,
)
from causerie.chat.model import ROLES, Access, Role, RoleName
from causerie.chat.replies import Member, Snapshot

KEPT = 500
"""Messages that a view keeps; the older ones are in the channel's history."""

GAPS = 50
"""Gaps that a view remembers; past it the oldest are forgotten, as its messages are by then."""


class Missing(Exception):
    """What is numbered above `after` and below `before` was never told here: the history command has it."""

    def __init__(self, channel: str, after: int, before: int) -> None:
        super().__init__(f"{channel}: nothing is known between event {after} and event {before}")
        self.channel = channel
        self.after = after
        self.before = before


class View(Struct, frozen=True, kw_only=True):
    """One channel as it is known. `number`: the last event in it. `more`: not all members are listed.

    `messages` are the last ones known, at most so many as `apply` was told to keep. `gaps` are pairs (after,
    up to and with): what is between is not in `messages`; a client that wants it asks for its page.
    """

    channel: str
    number: int
    access: Access = "public"
    topic: str = ""
    history: bool = True
    read_only: bool = False
    retention_days: int = 0
    more: bool = False
    members: Mapping[int, Member] = MappingProxyType({})
    messages: tuple[Message, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()


def from_snapshot(snapshot: Snapshot, kept: View | None = None) -> View:
    """The view that a snapshot gives. `kept`: the one before; its messages stay, what it missed is a gap."""
    messages: tuple[Message, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    if kept is not None:
        messages = tuple(message for message in kept.messages if message.number <= snapshot.number)
        gaps = tuple(gap for gap in kept.gaps if gap[1] <= snapshot.number)
        if kept.number < snapshot.number:
            gaps = (*gaps, (kept.number, snapshot.number))[-GAPS:]
    return View(
        channel=snapshot.channel,
        number=snapshot.number,
        access=snapshot.access,
        topic=snapshot.topic,
        history=snapshot.history,
        read_only=snapshot.read_only,
        retention_days=snapshot.retention_days,
        more=snapshot.more,
        members=MappingProxyType({member.person: member for member in snapshot.members}),
        messages=messages,
        gaps=gaps,
    )


def apply(view: View, event: Event, keep: int = KEPT) -> View:
    """The view after an event; of another channel, or known already, it changes nothing. Raises Missing."""
    if event.channel != view.channel:
        return view
    if type(event) is Gap:
        return _gap(view, event)
    if event.number:
        if event.number <= view.number:
            return view
        if event.number > view.number + 1:
            raise Missing(view.channel, view.number, event.number)
    return _APPLY[type(event)](view, event, keep)


def _with(view: View, **changes: Any) -> View:
    return msgspec.structs.replace(view, **changes)


def _at(view: View, event: Event) -> int:
    """The view's number after the event; some kinds are told both logged and in passing."""
    return event.number or view.number


def _put(view: View, member: Member) -> Mapping[int, Member]:
    return MappingProxyType({**view.members, member.person: member})


def _without(view: View, person: int) -> Mapping[int, Member]:
    return MappingProxyType({number: member for number, member in view.members.items() if number != person})


def _message(view: View, event: Message, keep: int) -> View:
    messages = (*view.messages, event)[-keep:] if keep else ()
    return _with(view, number=_at(view, event), messages=messages)


def _topic(view: View, event: Topic, keep: int) -> View:
    return _with(view, number=_at(view, event), topic=event.topic)


def _changed(view: View, event: Changed, keep: int) -> View:
    return _with(
        view,
        number=_at(view, event),
        access=event.access,
        history=event.history,
        read_only=event.read_only,
        retention_days=event.retention_days,
    )


def _stands(view: View, event: Stands, keep: int) -> View:
    members, known = view.members, view.members.get(event.whom)
    if event.role is None or ROLES[event.role] < Role.READER:
        members = _without(view, event.whom)
    elif known is not None:
        members = _put(view, msgspec.structs.replace(known, role=event.role, muted_until=event.muted_until))
    elif not view.more:
        # Somebody new: nobody is here before they are a member.
        members = _put(view, _member(event.whom, event.whom_name, event.whom_guest, event.role, event.muted_until))
    return _with(view, number=_at(view, event), members=members)


def _member(person: int, name: str, guest: bool, role: RoleName, muted_until: int) -> Member:
    return Member(person=person, name=name, guest=guest, role=role, muted_until=muted_until)


def _entered(view: View, event: Entered, keep: int) -> View:
    member = _member(event.person, event.name, event.guest, event.role, event.muted_until)
    return _with(view, members=_put(view, msgspec.structs.replace(member, here=True, away=event.away)))


def _left(view: View, event: Left, keep: int) -> View:
    known = view.members.get(event.person)
    if known is None:
        return view
    if event.gone:
        return _with(view, members=_without(view, event.person))
    return _with(view, members=_put(view, msgspec.structs.replace(known, here=False, away="")))


def _presence(view: View, event: Presence, keep: int) -> View:
    known = view.members.get(event.person)
    if known is None:
        return view
    return _with(view, members=_put(view, msgspec.structs.replace(known, away=event.away)))


def _renamed(view: View, event: Renamed, keep: int) -> View:
    known = view.members.get(event.person)
    if known is None:
        return view
    return _with(view, members=_put(view, msgspec.structs.replace(known, name=event.name, guest=event.guest)))


def _farewell(view: View, event: Farewell, keep: int) -> View:
    return view


def _gap(view: View, event: Gap) -> View:
    """What is between is not to be had; or numbers fell: the server's store was put back from a backup."""
    if event.after > event.number:
        if view.number < event.after:
            return view
        messages = tuple(message for message in view.messages if message.number <= event.number)
        gaps = tuple(gap for gap in view.gaps if gap[1] <= event.number)
        return _with(view, number=event.number, messages=messages, gaps=gaps)
    if event.number <= view.number:
        return view
    if event.after > view.number:
        raise Missing(view.channel, view.number, event.after + 1)
    return _with(view, number=event.number, gaps=(*view.gaps, (view.number, event.number))[-GAPS:])


_APPLY: dict[type[Event], Callable[[View, Any, int], View]] = {
    Message: _message,
    Topic: _topic,
    Stands: _stands,
    Changed: _changed,
    Entered: _entered,
    Left: _left,
    Presence: _presence,
    Renamed: _renamed,
    Farewell: _farewell,
}
