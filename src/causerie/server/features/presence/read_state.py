"""How far each person has read each channel and thread, the same on every device and by every protocol.

A marker that somebody moves is stored with the tick that answers it, like everything that is acknowledged. One's own
message moves it too: that is noted in memory (`core.markers`) and stored within seconds, and what a crash takes back of
it is that one's last words are unread again. Until then, what is in memory comes before what the store has. Guests'
markers stay in memory, as long as they are connected.

Two devices that are told the same agree, whatever the order: a marker says after which event it was moved (`counted`),
and one's own message that comes after that event moves it on, in memory as in every client.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from msgspec.structs import replace

from causerie.chat import policy
from causerie.chat.commands import Mark, Unread
from causerie.chat.errors import Busy, NoSuchMessage, NotLoggedIn
from causerie.chat.events import Marked
from causerie.chat.model import Channel, Person, Preferences
from causerie.chat.replies import Done, ReadLine, ReadList
from causerie.server.context import Core, Flushed
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.ports.changes import PutMarker
from causerie.server.ports.store import ReadState

FLUSH_SECONDS = 3.0
"""How often markers are stored."""

TRIES = 10
"""How often what goes on being said may get in between counting and telling."""

Marker = tuple[int, ...]
"""As in events.Marked: `upto` and `said`, and `at` where a time was given."""


def mark(core: Core, session: Session, command: Mark) -> Done | Coroutine[Any, Any, Done]:
    """Move one's marker to an event of the channel, or of a thread in it; one of the future counts as the last one."""
    channel, person = _place(core, session, command.channel)
    check_numbers(number=command.number, thread=command.thread, at=command.at)
    audience = core.fanout.audience(channel.id)
    if command.at:
        return _mark_at(core, session, command)
    if command.thread:
        return _mark_thread(core, session, command)
    if command.number < audience.number:
        return _mark_back(core, session, command)
    _move(core, channel, person, 0, (audience.number, audience.said), 0, core.now())
    return Done()


async def _mark_at(core: Core, session: Session, command: Mark) -> Done:
    """Up to what was said by a time, if the marker is not there yet."""
    for _ in range(TRIES):
        channel, person = _place(core, session, command.channel)
        at = min(command.at, max(core.now(), core.moments.get(channel.id, 0)))
        last = core.fanout.audience(channel.id).number
        before = await _state(core, channel, person, last)
        upto = max(before.upto, await core.store.number_at(channel.id, at))
        # More may have been said by the time that the marker has: in the same millisecond, or after a clock went back.
        if before.upto > last or (before.at >= at and upto == before.upto):
            return Done()
        marker = await _marker_at(core, channel, upto)
        at = max(at, before.at)
        (state,) = await core.store.read_states(person.id, [(channel.id, marker[0], last)])
        channel, person = _place(core, session, command.channel)
        if core.fanout.audience(channel.id).number == last:
            _move(core, channel, person, 0, (*marker, at), state.mentions, at)
            return Done()
    raise Busy(retry_after=1)


async def _state(core: Core, channel: Channel, person: Person, last: int) -> ReadState:
    """A marker with its time."""
    moved = core.markers.get((channel.id, person.id, 0))
    (state,) = await core.store.read_states(person.id, [(channel.id, -1 if moved is None else moved[0], last)])
    moved = core.markers.get((channel.id, person.id, 0))
    if moved is not None:
        state = ReadState(channel.id, moved[0], moved[1], state.mentions, moved[2] if len(moved) > 2 else 0)
    if not state.at and state.upto:
        state = replace(state, at=await core.store.time_of(channel.id, state.upto))
    return state


async def _mark_back(core: Core, session: Session, command: Mark) -> Done:
    """Up to an event that is not the last one: the store knows what was said by then, and who was named since."""
    for _ in range(TRIES):
        channel, person = _place(core, session, command.channel)
        last = core.fanout.audience(channel.id).number
        marker = await _marker_at(core, channel, command.number)
        at = await core.store.time_of(channel.id, marker[0])
        (state,) = await core.store.read_states(person.id, [(channel.id, marker[0], last)])
        channel, person = _place(core, session, command.channel)
        if core.fanout.audience(channel.id).number == last:
            _move(core, channel, person, 0, marker, state.mentions, at)
            return Done()
    raise Busy(retry_after=1)


async def _marker_at(core: Core, channel: Channel, number: int) -> Marker:
    """The marker after an event that is not the last one."""
    if channel.history:
        return await core.store.said_at(channel.id, number)
    # Nobody knows any more which of the events in between were messages: most are.
    audience = core.fanout.audience(channel.id)
    return number, max(0, audience.said - (audience.number - number))


async def _mark_thread(core: Core, session: Session, command: Mark) -> Done:
    for _ in range(TRIES):
        channel, person = _place(core, session, command.channel)
        last = core.fanout.audience(channel.id).number
        marker = await core.store.said_at(channel.id, min(command.number, last), command.thread)
        if not marker[0] and (await core.store.said_at(channel.id, last, command.thread))[0] == 0:
            raise NoSuchMessage(channel=channel.name, number=command.thread)
        channel, person = _place(core, session, command.channel)
        if core.fanout.audience(channel.id).number == last:
            _move(core, channel, person, command.thread, marker, 0, 0)
            return Done()
    raise Busy(retry_after=1)


def _place(core: Core, session: Session, name: str) -> tuple[Channel, Person]:
    person = session.person
    if person is None:
        raise NotLoggedIn()
    channel = core.directory.channel_for(person, name)
    policy.check_member(channel, person, core.directory.standing(channel.id, person.id))
    return channel, person


def _move(core: Core, channel: Channel, person: Person, thread: int, marker: Marker, mentions: int, at: int) -> None:
    tick = core.tick
    tick.put(core.markers, (channel.id, person.id, thread), marker)
    if not person.guest:
        tick.store(PutMarker(person.id, channel.id, thread, *marker))  # its time last, where it has one
    told = Marked(
        channel=channel.name,
        upto=marker[0],
        said=marker[1],
        thread=thread,
        mentions=mentions,
        counted=core.fanout.audience(channel.id).number,
        at=at,
    )
    for own in core.directory.connected.get(person.id, ()):
        tick.tell_one(own, told)


def arrived(core: Core, channel: Channel, person: Person) -> None:
    """Who becomes a member of a channel has nothing unread in it: what was said before is history."""
    audience = core.fanout.audience(channel.id)
    if audience.number:
        core.tick.put(core.markers, (channel.id, person.id, 0), (audience.number, audience.said))


async def unread(core: Core, session: Session, command: Unread) -> ReadList:
    """What is unread in each of the channels that one is a member of, by name."""
    person = session.person
    assert person is not None
    if command.channel:
        return await _unread_in(core, session, command.channel)
    me, directory, markers = person.id, core.directory, core.markers
    for _ in range(TRIES):
        moved: dict[int, Marker | None] = {}
        last: list[tuple[int, int]] = []
        asked: list[tuple[int, int, int]] = []
        for place, standing in directory.places.get(me, {}).items():
            if standing.inside:
                moved[place] = marker = markers.get((place, me, 0))
                audience = core.fanout.audience(place)
                last.append((audience.number, audience.said))
                asked.append((place, -1 if marker is None else marker[0], audience.number))
        states = await core.store.read_states(me, asked)
        # One that was moved meanwhile comes before what was read; one that left the memory was stored before.
        if all(now is None or now == moved[place] for place in moved for now in (markers.get((place, me, 0)),)):
            break
    levels = directory.preferences.get(me, Preferences()).levels
    places = directory.places.get(me, {})
    lines = []
    for state, (number, total) in zip(states, last, strict=True):
        place = state.channel
        if place not in places or not places[place].inside:
            continue
        upto, said = (moved[place] or (state.upto, state.said))[:2]
        lines.append(
            ReadLine(
                directory.channels[place].name, number, upto, said, max(0, total - said), state.mentions,
                levels.get(place),
            )
        )  # fmt: skip
    lines.sort(key=_name)
    return ReadList(channels=lines)


async def _unread_in(core: Core, session: Session, name: str) -> ReadList:
    channel, person = _place(core, session, name)
    audience = core.fanout.audience(channel.id)
    last, total = audience.number, audience.said
    state = await _state(core, channel, person, last)
    level = core.directory.preferences.get(person.id, Preferences()).levels.get(channel.id)
    line = ReadLine(
        channel.name, last, state.upto, state.said, max(0, total - state.said), state.mentions, level, state.at
    )  # fmt: skip
    return ReadList(channels=[line])


def _name(line: ReadLine) -> str:
    return line.channel


def marker_of(core: Core, channel: int, person: int, thread: int = 0) -> Marker | None:
    """A marker that the store may not have yet; None: it has it, or there is none.

    To be asked after the store was read: a marker stays in memory for seconds after it was stored.
    """
    return core.markers.get((channel, person, thread))


def flush(core: Core) -> None:
    """Let the tick store the markers that were moved; those that it was seen to have stored leave the memory."""
    flushed, markers, people = core.flushed, core.markers, core.directory.people
    if flushed is not None:
        if flushed.tick in core.turns.uncommitted():
            return
        if flushed.kept:
            for key, marker in flushed.markers.items():
                if markers.get(key) == marker:
                    del markers[key]
        core.flushed = None
    moving = {}
    for key, marker in tuple(markers.items()):
        person = people.get(key[1])
        if person is None:
            # A guest that is gone, unless that is undone.
            core.tick.drop(markers, key)
        elif not person.guest:
            moving[key] = marker
    if moving:
        tick = core.tick
        core.flushed = Flushed(tick, moving)
        tick.set(core.flushed, "kept", True)
        for (channel, who, thread), marker in moving.items():
            tick.store(PutMarker(who, channel, thread, *marker))
        core.turns.wake()
