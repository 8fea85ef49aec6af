"""Applies events to a view of a channel: `apply(view, event) -> view`, shared with every client.

The law, which a test holds the server to: the view made from a snapshot, with every event applied that was
told after it, is the view made from a later snapshot, as long as the snapshots list all members (`more` is
false); and its messages stand as a page of history says they stand. A logged event that is in the view already changes
nothing, so telling twice is telling once; one that comes too early raises `Missing`, and says what to ask for.

What is asked for besides (pages, what is unread, drafts) is put into a view by `merge`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from causerie.chat.annotate import annotate, bare, outdated, targets
from causerie.chat.events import (
    AboutChanged,
    Announced,
    Changed,
    ChannelRenamed,
    Deleted,
    Disconnected,
    Drafted,
    Edited,
    Entered,
    Event,
    Farewell,
    Followed,
    Gap,
    Left,
    Marked,
    Masked,
    MembershipChanged,
    Message,
    MetadataSet,
    Pinned,
    PreferencesChanged,
    Presence,
    Reacted,
    Renamed,
    Reported,
    RestrictedMessage,
    Rights,
    Signalled,
    Topic,
    Typing,
    WatchedPresence,
)
from causerie.chat.model import ROLES, Role
from causerie.chat.replies import Member
from causerie.chat.view import (
    KEPT,
    MENTIONED,
    RECENT,
    THREADS,
    TYPING,
    Change,
    Missing,
    ThreadMarker,
    View,
    fields_of,
    jumped,
)


def apply(view: View, event: Event, keep: int = KEPT) -> View:
    """The view after an event; of another channel, or known already, it changes nothing. Raises Missing.

    `keep`: how many messages stay in it.
    """
    if type(event) is PreferencesChanged:
        return _with(view, level=event.levels.get(view.channel))
    if event.channel != view.channel:
        return view
    if type(event) is Gap:
        return _gap(view, event)
    if event.number:
        if event.number <= view.number:
            return view
        if event.number > view.number + 1:
            raise Missing(view.channel, view.number, event.number)
        view = _with(view, number=event.number)
    return _APPLY[type(event)](view, event, keep)


def quiet(view: View, person: int) -> View:
    """This person is typing no longer: the client knows after how long."""
    if person not in view.typing:
        return view
    return _with(view, typing=MappingProxyType({one: name for one, name in view.typing.items() if one != person}))


def marked(view: View, upto: int, said: int, mentions: int, counted: int) -> View:
    """The view with one's read marker where the server had it after event `counted`, with so many mentions by then."""
    if view.upto > counted:
        # One has spoken since, on some device: that moved it further.
        return view
    heard = tuple(number for number in view.mentioned if number > max(upto, counted))
    recount = bool(mentions) and any(
        isinstance(change, Deleted)
        and change.number > counted
        and any(upto < one <= counted for one in targets(change))
        for change in view.recent
    )
    return _with(
        view, upto=upto, read_said=said, counted=counted, mentions_before=mentions, mentioned=heard, recount=recount
    )


def marked_thread(view: View, thread: int, marker: ThreadMarker) -> View:
    """The same for a thread. The markers of so many threads are known; the oldest are forgotten."""
    counted = marker[2]
    if view.threads.get(thread, marker)[0] > counted:
        return view
    others = [(one, known) for one, known in view.threads.items() if one != thread]
    return _with(view, threads=MappingProxyType(dict([*others, (thread, marker)][-THREADS:])))


def _with(view: View, **changes: Any) -> View:
    return msgspec.structs.replace(view, **changes)


def _put(view: View, member: Member) -> Mapping[int, Member]:
    return MappingProxyType({**view.members, member.person: member})


def _without(view: View, person: int) -> Mapping[int, Member]:
    return MappingProxyType({number: member for number, member in view.members.items() if number != person})


def _message(view: View, event: Message, keep: int) -> View:
    number, said = event.number, event.said or view.said + 1
    if event.thread:
        view = _change(view, event, keep)
    messages = (*view.messages, event)[-keep:] if keep else ()
    view = quiet(_with(view, said=said, messages=messages), event.person)
    if event.thread and event.person == view.me and number > view.threads.get(event.thread, (0, 0, 0))[2]:
        view = marked_thread(view, event.thread, (number, event.nth, number))
    if number <= view.counted:
        return view
    if event.person == view.me:
        return _with(view, upto=number, read_said=said, counted=number, mentions_before=0, mentioned=(), recount=False)
    if event.everyone or view.me in event.mentions:
        mentioned = (*view.mentioned, number)
        return _with(
            view,
            mentions_before=view.mentions_before + len(mentioned[:-MENTIONED]),
            mentioned=mentioned[-MENTIONED:],
        )
    return view


def _change(view: View, event: Change, keep: int) -> View:
    """A message is changed; the change is remembered, for pages that were read before it and come after it."""
    known = view.recent
    if isinstance(event, Edited | Deleted):
        known = tuple(change for change in known if not outdated(change, event))
    recent = (*known, bare(event))
    after = view.recent_after
    if len(recent) > RECENT:
        after, recent = recent[-RECENT - 1].number, recent[-RECENT:]
    messages = annotate(view.messages, event, view.me)
    return _with(view, messages=messages, recent=recent, recent_after=after)


def _deleted(view: View, event: Deleted, keep: int) -> View:
    gone = frozenset(targets(event))
    # Which messages the count stands for is not known here: it may have been one of them.
    doubt = (
        bool(view.mentions_before)
        and event.number > view.counted
        and any(number > view.upto for number in gone.difference(view.mentioned))
    )
    return _with(
        _change(view, event, keep),
        pins=tuple(pin for pin in view.pins if pin not in gone),
        mentioned=tuple(mention for mention in view.mentioned if mention not in gone),
        recount=view.recount or doubt,
    )


def _pinned(view: View, event: Pinned, keep: int) -> View:
    pins = tuple(pin for pin in view.pins if pin != event.target)
    return _with(view, pins=(*pins, event.target) if event.on else pins)


def _topic(view: View, event: Topic, keep: int) -> View:
    return _with(view, topic=event.topic, topic_by=event.name, topic_at=event.at)


def _changed(view: View, event: Changed, keep: int) -> View:
    return _with(view, **fields_of(event, View))


def _channel_renamed(view: View, event: ChannelRenamed, keep: int) -> View:
    """All that is known of the channel is now that of the other name."""
    messages = tuple(msgspec.structs.replace(message, channel=event.now) for message in view.messages)
    recent = tuple(msgspec.structs.replace(change, channel=event.now) for change in view.recent)
    return _with(view, channel=event.now, messages=messages, recent=recent)


def _stands(view: View, event: MembershipChanged, keep: int) -> View:
    members, known = view.members, view.members.get(event.whom)
    if event.role is None or ROLES[event.role] < Role.READER:
        members = _without(view, event.whom)
    elif known is not None:
        changed = {"role": event.role, "muted_until": event.muted_until, "voiced": event.voiced}
        members = _put(view, msgspec.structs.replace(known, **changed))
    elif not view.more:
        # Somebody new: nobody is here before they are a member.
        somebody = Member(person=event.whom, name=event.whom_name, guest=event.whom_guest, role=event.role)
        members = _put(view, msgspec.structs.replace(somebody, muted_until=event.muted_until, voiced=event.voiced))
    return _with(view, members=members)


def _entered(view: View, event: Entered, keep: int) -> View:
    member = Member(here=True, **fields_of(event, Member))
    return _with(view, members=_put(view, member))


def _left(view: View, event: Left, keep: int) -> View:
    view = quiet(view, event.person)
    known = view.members.get(event.person)
    if known is None:
        return view
    if event.gone:
        return _with(view, members=_without(view, event.person))
    return _with(view, members=_put(view, msgspec.structs.replace(known, here=False, away="", dnd=False)))


def _presence(view: View, event: Presence, keep: int) -> View:
    known = view.members.get(event.person)
    if known is None:
        return view
    return _with(view, members=_put(view, msgspec.structs.replace(known, away=event.away, dnd=event.dnd)))


def _renamed(view: View, event: Renamed, keep: int) -> View:
    about = {"name": event.name, "guest": event.guest}
    messages = tuple(
        msgspec.structs.replace(message, **about) if message.person == event.person else message
        for message in view.messages
    )
    view = _with(view, messages=messages)
    known = view.members.get(event.person)
    if known is None:
        return view
    return _with(view, members=_put(view, msgspec.structs.replace(known, name=event.name, guest=event.guest)))


def _typing(view: View, event: Typing, keep: int) -> View:
    typing = [(person, name) for person, name in view.typing.items() if person != event.person]
    return _with(view, typing=MappingProxyType(dict([*typing, (event.person, event.name)][-TYPING:])))


def _marked(view: View, event: Marked, keep: int) -> View:
    if event.thread:
        return marked_thread(view, event.thread, (event.upto, event.said, event.counted))
    return marked(view, event.upto, event.said, event.mentions, event.counted)


def _followed(view: View, event: Followed, keep: int) -> View:
    thread = frozenset((event.thread,))
    return _with(view, follows=view.follows | thread if event.on else view.follows - thread)


def _drafted(view: View, event: Drafted, keep: int) -> View:
    return _with(view, draft=event.text, draft_reply=event.reply, draft_at=event.at)


def _nothing(view: View, event: Event, keep: int) -> View:
    return view


def _gap(view: View, event: Gap) -> View:
    """What is between is not to be had; or numbers fell: the server's store was put back from a backup."""
    if event.after > event.number:
        return view if view.number < event.after else jumped(view, event.number)
    if event.number <= view.number:
        return view
    if event.after > view.number:
        raise Missing(view.channel, view.number, event.after + 1)
    return jumped(view, event.number)


_APPLY: dict[type[Event], Callable[[View, Any, int], View]] = {
    Message: _message,
    Edited: _change,
    Deleted: _deleted,
    Reacted: _change,
    Pinned: _pinned,
    Topic: _topic,
    MembershipChanged: _stands,
    Changed: _changed,
    ChannelRenamed: _channel_renamed,
    Masked: _nothing,
    Entered: _entered,
    Left: _left,
    Presence: _presence,
    Renamed: _renamed,
    Typing: _typing,
    Signalled: _nothing,
    RestrictedMessage: _nothing,
    Marked: _marked,
    Followed: _followed,
    Drafted: _drafted,
    Reported: _nothing,
    AboutChanged: _nothing,
    WatchedPresence: _nothing,
    MetadataSet: _nothing,
    Announced: _nothing,
    Rights: _nothing,
    Disconnected: _nothing,
    Farewell: _nothing,
}
