"""How far each person has read each channel and thread, the same on every device and by every protocol.

A marker that somebody moves is stored with the unit of work that answers it, like everything that is acknowledged.
One's own message moves it too: that is noted in memory (`state.markers`) and stored within seconds, and what a crash
takes back of it is that one's last words are unread again. Until then, what is in memory comes before what the store
has. Guests' markers stay in memory, as long as they are connected.

Two devices that are told the same agree, whatever the order: a marker says after which event it was moved (`counted`),
and one's own message that comes after that event moves it on, in memory as in every client.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from msgspec.structs import replace

from causerie.chat import policy
from causerie.chat.commands import Mark, Unread
from causerie.chat.errors import Busy, NoSuchMessage
from causerie.chat.events import Marked
from causerie.chat.model import Channel, Person, Preferences
from causerie.chat.replies import Done, ReadLine, ReadList
from causerie.server.context import Context
from causerie.server.engine.passing import DropMarker, NoteFlushed
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.ports.changes import PutMarker
from causerie.server.ports.records import ReadState

FLUSH_SECONDS = 3.0
"""How often markers are stored."""

TRIES = 10
"""How often what goes on being said may get in between counting and telling."""

Marker = tuple[int, ...]
"""As in events.Marked: `upto` and `said`, and `at` where a time was given."""


def mark(context: Context, session: Session, command: Mark) -> Done | Coroutine[Any, Any, Done]:
    """Move one's marker to an event of the channel, or of a thread in it; one of the future counts as the last one."""
    channel, person = _place(context, session, command.channel)
    check_numbers(number=command.number, thread=command.thread, at=command.at)
    last, said = context.state.log_end(channel.id)
    if command.at:
        return _mark_at(context, session, command)
    if command.thread:
        return _mark_thread(context, session, command)
    if command.number < last:
        return _mark_back(context, session, command)
    _move(context, channel, person, 0, (last, said), 0, context.now())
    return Done()


async def _mark_at(context: Context, session: Session, command: Mark) -> Done:
    """Up to what was said by a time, if the marker is not there yet."""
    for _ in range(TRIES):
        channel, person = _place(context, session, command.channel)
        at = min(command.at, max(context.now(), context.moments.get(channel.id, 0)))
        last, _ = context.state.log_end(channel.id)
        before = await _state(context, channel, person, last)
        upto = max(before.upto, await context.store.number_at(channel.id, at))
        # More may have been said by the time that the marker has: in the same millisecond, or after a clock went back.
        if before.upto > last or (before.at >= at and upto == before.upto):
            return Done()
        marker = await _marker_at(context, channel, upto)
        at = max(at, before.at)
        (kept,) = await context.store.read_states(person.id, [(channel.id, marker[0], last)])
        channel, person = _place(context, session, command.channel)
        if context.state.log_end(channel.id)[0] == last:
            _move(context, channel, person, 0, (*marker, at), kept.mentions, at)
            return Done()
    raise Busy(retry_after=1)


async def _state(context: Context, channel: Channel, person: Person, last: int) -> ReadState:
    """A marker with its time."""
    moved = context.state.markers.get((channel.id, person.id, 0))
    (kept,) = await context.store.read_states(person.id, [(channel.id, -1 if moved is None else moved[0], last)])
    moved = context.state.markers.get((channel.id, person.id, 0))
    if moved is not None:
        kept = ReadState(channel.id, moved[0], moved[1], kept.mentions, moved[2] if len(moved) > 2 else 0)
    if not kept.at and kept.upto:
        kept = replace(kept, at=await context.store.time_of(channel.id, kept.upto))
    return kept


async def _mark_back(context: Context, session: Session, command: Mark) -> Done:
    """Up to an event that is not the last one: the store knows what was said by then, and who was named since."""
    for _ in range(TRIES):
        channel, person = _place(context, session, command.channel)
        last, _ = context.state.log_end(channel.id)
        marker = await _marker_at(context, channel, command.number)
        at = await context.store.time_of(channel.id, marker[0])
        (kept,) = await context.store.read_states(person.id, [(channel.id, marker[0], last)])
        channel, person = _place(context, session, command.channel)
        if context.state.log_end(channel.id)[0] == last:
            _move(context, channel, person, 0, marker, kept.mentions, at)
            return Done()
    raise Busy(retry_after=1)


async def _marker_at(context: Context, channel: Channel, number: int) -> Marker:
    """The marker after an event that is not the last one."""
    if channel.history:
        return await context.store.said_at(channel.id, number)
    # Nobody knows any more which of the events in between were messages: most are.
    last, said = context.state.log_end(channel.id)
    return number, max(0, said - (last - number))


async def _mark_thread(context: Context, session: Session, command: Mark) -> Done:
    for _ in range(TRIES):
        channel, person = _place(context, session, command.channel)
        last, _ = context.state.log_end(channel.id)
        marker = await context.store.said_at(channel.id, min(command.number, last), command.thread)
        if not marker[0] and (await context.store.said_at(channel.id, last, command.thread))[0] == 0:
            raise NoSuchMessage(channel=channel.name, number=command.thread)
        channel, person = _place(context, session, command.channel)
        if context.state.log_end(channel.id)[0] == last:
            _move(context, channel, person, command.thread, marker, 0, 0)
            return Done()
    raise Busy(retry_after=1)


def _place(context: Context, session: Session, name: str) -> tuple[Channel, Person]:
    person = session.require_person()
    channel = context.state.channel_for(person, name)
    policy.check_member(channel, person, context.state.standing(channel.id, person.id))
    return channel, person


def _move(
    context: Context, channel: Channel, person: Person, thread: int, marker: Marker, mentions: int, at: int
) -> None:
    put = PutMarker(person.id, channel.id, thread, *marker)  # its time last, where it has one
    context.apply(put, stored=not person.guest)
    _tell(context, channel, person.id, thread, marker, mentions, at)


def _tell(context: Context, channel: Channel, person: int, thread: int, marker: Marker, mentions: int, at: int) -> None:
    told = Marked(
        channel=channel.name,
        upto=marker[0],
        said=marker[1],
        thread=thread,
        mentions=mentions,
        counted=context.state.log_end(channel.id)[0],
        at=at,
    )
    for own in context.state.connected.get(person, ()):
        context.unit.tell_one(own, told)


async def mentions_dropped(context: Context, channel_id: int, mentioned: frozenset[int]) -> None:
    """Retention dropped mentions of these people (0: of everybody): tell those who are connected how many are left."""
    state = context.state
    for person_id in tuple(state.connected) if 0 in mentioned else mentioned:
        for _ in range(TRIES):
            channel, person = state.channels.get(channel_id), state.people.get(person_id)
            standing = state.standing(channel_id, person_id)
            if channel is None or person is None or person_id not in state.connected:
                break
            if standing is None or not standing.inside:
                break
            last, total = context.state.log_end(channel_id)
            kept = await _state(context, channel, person, last)
            if context.state.log_end(channel_id)[0] == last:
                if kept.said < total:
                    _tell(context, channel, person_id, 0, (kept.upto, kept.said), kept.mentions, kept.at)
                    context.commit_loop.wake()
                break


def arrived(context: Context, channel: Channel, person: Person) -> None:
    """Who becomes a member of a channel has nothing unread in it: what was said before is history."""
    number, said = context.state.log_end(channel.id)
    if number:
        context.apply(PutMarker(person.id, channel.id, 0, number, said), stored=False)


async def unread(context: Context, session: Session, command: Unread) -> ReadList:
    """What is unread in each of the channels that one is a member of, by name."""
    person = session.require_person()
    if command.channel:
        return await _unread_in(context, session, command.channel)
    me, state, markers = person.id, context.state, context.state.markers
    for _ in range(TRIES):
        moved: dict[int, Marker | None] = {}
        last: list[tuple[int, int]] = []
        asked: list[tuple[int, int, int]] = []
        for place, standing in state.places.get(me, {}).items():
            if standing.inside:
                moved[place] = marker = markers.get((place, me, 0))
                last.append(context.state.log_end(place))
                asked.append((place, -1 if marker is None else marker[0], last[-1][0]))
        states = await context.store.read_states(me, asked)
        # One that was moved meanwhile comes before what was read; one that left the memory was stored before.
        if all(now is None or now == moved[place] for place in moved for now in (markers.get((place, me, 0)),)):
            break
    levels = state.preferences.get(me, Preferences()).levels
    places = state.places.get(me, {})
    lines = []
    for kept, (number, total) in zip(states, last, strict=True):
        place = kept.channel
        if place not in places or not places[place].inside:
            continue
        upto, said = (moved[place] or (kept.upto, kept.said))[:2]
        lines.append(
            ReadLine(
                state.channels[place].name, number, upto, said, max(0, total - said), kept.mentions,
                levels.get(place),
            )
        )  # fmt: skip
    lines.sort(key=_name)
    return ReadList(channels=lines)


async def _unread_in(context: Context, session: Session, name: str) -> ReadList:
    channel, person = _place(context, session, name)
    last, total = context.state.log_end(channel.id)
    kept = await _state(context, channel, person, last)
    level = context.state.preferences.get(person.id, Preferences()).levels.get(channel.id)
    line = ReadLine(
        channel.name, last, kept.upto, kept.said, max(0, total - kept.said), kept.mentions, level, kept.at
    )  # fmt: skip
    return ReadList(channels=[line])


def _name(line: ReadLine) -> str:
    return line.channel


def marker_of(context: Context, channel: int, person: int, thread: int = 0) -> Marker | None:
    """A marker that the store may not have yet; None: it has it, or there is none.

    To be asked after the store was read: a marker stays in memory for seconds after it was stored.
    """
    return context.state.markers.get((channel, person, thread))


def flush(context: Context) -> None:
    """Let the unit of work store the markers that were moved; those that it was seen to have stored leave the
    memory."""
    state = context.state
    if context.flushing is not None and context.flushing in context.commit_loop.uncommitted():
        return
    flushed, moving = state.flushed, {}
    for key, marker in tuple(state.markers.items()):
        person = state.people.get(key[1])
        if person is None:
            # A guest that is gone, unless that is undone.
            context.apply(DropMarker(*key))
        elif not person.guest and flushed.get(key) != marker:
            moving[key] = marker
    context.flushing = context.unit
    context.apply(NoteFlushed(moving))
    for (channel, who, thread), marker in moving.items():
        context.apply(PutMarker(who, channel, thread, *marker))
    if moving:
        context.commit_loop.wake()
