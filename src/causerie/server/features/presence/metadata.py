"""What is noted about people and channels under keys, for programs; and who is told when it changes.

Whoever may read a channel may read what is noted of it; of people everybody may. Accounts' and channels' notes are
kept, a guest's as long as it is here. They are few and small (limits.metadata_*), so all are in memory.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Iterator
from typing import Any

from causerie.chat import policy
from causerie.chat.commands import FollowMetadata, Metadata, SetMetadata, SyncMetadata
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.events import MetadataSet
from causerie.chat.metadata import check_key, check_value
from causerie.chat.model import Channel, Person
from causerie.chat.names import skeleton
from causerie.chat.official_names import sounds_official
from causerie.chat.replies import Done, MetadataKeys, MetadataLine, MetadataList, MetadataPage
from causerie.server.context import Context
from causerie.server.elevation import is_elevated
from causerie.server.engine import presence_view
from causerie.server.engine.passing import PutMetadataKeys
from causerie.server.engine.session import Session
from causerie.server.name_checks import own_names
from causerie.server.ports.changes import PutMetadata
from causerie.server.walks import LOOKED_AT, in_slices, walk

DISPLAY_NAME = "display-name"
"""What clients show in the place of a name (IRCv3 registry), and so held to what a name may be."""

SHOWN_MOST = 200
"""Characters of it that are looked at."""


def set_metadata(context: Context, session: Session, command: SetMetadata) -> Done | MetadataList:
    """Note it. It costs as much as a message. Raises NotYours, NotModerator, TooMany."""
    me = session.require_person()
    channel, person = _about(context, session, command.channel, command.name)
    if channel is not None:
        policy.check_note_channel(channel, me, context.state.standing(channel.id, me.id))
    else:
        policy.check_note(me, is_elevated(context, session), person)
    most = context.config.limits.metadata_keys
    notes = _notes(context, channel, person)
    if command.key or command.value:
        mine = channel is None and not (me.admin or is_elevated(context, session))
        if mine and command.key == DISPLAY_NAME and sounds_official(command.value[:SHOWN_MOST], own_names(context)):
            raise BadInput(why="display_name")
        changes = {check_key(command.key): check_value(command.value, context.config.limits.metadata_value_bytes)}
        if command.value and command.key not in notes and len(notes) >= most:
            raise TooMany(why="metadata", most=most)
    else:
        changes = dict.fromkeys(notes, "")
    before = dict(notes)
    for key, value in changes.items():
        if notes.get(key, "") != value:
            _note(context, session, channel, person, key, value)
    if command.key:
        return Done()
    return _list(channel, person, before)


def _note(context: Context, session: Session, channel: Channel | None, person: Person, key: str, value: str) -> None:
    if channel is not None:
        context.apply(PutMetadata(channel.id, 0, key, value))
        told = MetadataSet(channel=channel.name, key=key, value=value)
    else:
        context.apply(PutMetadata(0, person.id, key, value), stored=not person.guest)
        told = MetadataSet(channel="", key=key, value=value, person=person.id, name=person.name)
    for ears in context.state.metadata_ears.get(key, ()):
        # Who asked is answered.
        if ears is not session and (
            channel.id in ears.channels if channel is not None else _hears_of(context, ears, person)
        ):
            context.unit.tell_one(ears, told)


def _hears_of(context: Context, ears: Session, person: Person) -> bool:
    """Whether a connection is told of what changes about a person."""
    if ears.person is None or ears.person.id == person.id:
        return ears.person is not None
    if not presence_view.visible(context.state, person.id):
        return False
    here = context.state.here
    if any(person.id in here.get(number, ()) for number in ears.channels):
        return True
    return skeleton(person.name) in (ears.watching or ())


def metadata(context: Context, session: Session, command: Metadata) -> MetadataList:
    """All that is noted."""
    channel, person = _about(context, session, command.channel, command.name)
    return _list(channel, person, _notes(context, channel, person))


def follow_metadata(context: Context, session: Session, command: FollowMetadata) -> MetadataKeys:
    """Follow these keys in their order, as many as there is room for, or no longer."""
    most, known = context.config.limits.metadata_follows, session.keys or {}
    for key in command.keys:
        check_key(key)
    if not command.on:
        left = [key for key in known if command.keys and key not in command.keys]
        context.apply(PutMetadataKeys(session.id, tuple(left)))
        return MetadataKeys(keys=left, most=most)
    new: list[str] = []
    refused = ""
    for key in command.keys:
        if key in known:
            continue
        if len(known) >= most:
            refused = key
            break
        known = {**known, key: True}
        new.append(key)
    context.apply(PutMetadataKeys(session.id, tuple(known)))
    return MetadataKeys(keys=list(known), new=new, refused=refused, most=most)


def sync_metadata(
    context: Context, session: Session, command: SyncMetadata
) -> MetadataPage | Coroutine[Any, Any, MetadataPage]:
    """What is noted under the keys that the session follows."""
    here = context.state.here
    if sum(len(here.get(channel.id, ())) for channel in _channels(context, session, command)) > LOOKED_AT:
        return _walked(context, session, command)
    return MetadataPage(lines=list(filter(None, _noted(context, session, command))))


async def _walked(context: Context, session: Session, command: SyncMetadata) -> MetadataPage:
    lines: list[MetadataLine] = []
    await walk(context, session, in_slices(_noted(context, session, command), lines))
    _channels(context, session, command)  # they may not be for this person any more
    return MetadataPage(lines=lines)


def _channels(context: Context, session: Session, command: SyncMetadata) -> list[Channel]:
    """The channels that it is about, with those who are in them."""
    if command.channel:
        channel, _ = _about(context, session, command.channel, "")
        return [channel] if channel is not None else []
    return [] if command.name else [context.state.channels[number] for number in session.channels]


def _noted(context: Context, session: Session, command: SyncMetadata) -> Iterator[MetadataLine | None]:
    """What is noted; None for each of whom nothing is."""
    state, keys, channels = context.state, list(session.keys or ()), _channels(context, session, command)
    people = _inside(context, channels)
    if command.name:
        people = {state.person(command.name).id: True}
    elif not command.channel:
        watched = (state.names.get(mark, 0) for mark in session.watching or ())
        here = {number: True for number in watched if number and presence_view.visible(state, number)}
        people = {session.require_person().id: True, **people, **here}
    for channel in channels:
        yield from _of_channel(context, channel, keys)
    yield from _of(context, people, keys)


def _inside(context: Context, channels: Iterable[Channel]) -> dict[int, bool]:
    return {person: True for channel in channels for person in context.state.here.get(channel.id, ())}


def _of_channel(context: Context, channel: Channel, keys: Iterable[str]) -> Iterator[MetadataLine]:
    notes = context.state.channel_notes.get(channel.id, {})
    return (MetadataLine(key=key, value=notes[key], channel=channel.name) for key in keys if key in notes)


def _of(context: Context, people: Iterable[int], keys: list[str]) -> Iterator[MetadataLine | None]:
    """What is noted of people; None for each of whom nothing is."""
    kept = context.state.person_notes
    for number in people:
        notes, person = kept.get(number), context.state.people.get(number)
        if notes and person is not None:
            for key in keys:
                if key in notes:
                    yield MetadataLine(key=key, value=notes[key], person=number, name=person.name)
        else:
            yield None


def became(context: Context, person: Person) -> None:
    """A guest is an account now: what is noted of it is kept."""
    for key, value in context.state.person_notes.get(person.id, {}).items():
        context.apply(PutMetadata(0, person.id, key, value))


def _about(context: Context, session: Session, channel: str, name: str) -> tuple[Channel | None, Person]:
    """Which channel it is about, or else which person."""
    me, state = session.require_person(), context.state
    if not channel:
        return None, state.person(name) if name else me
    if name:
        raise BadInput(why="metadata")
    place = state.channel_for(me, channel)
    policy.check_read(place, me, state.standing(place.id, me.id))
    return place, me


def _notes(context: Context, channel: Channel | None, person: Person) -> dict[str, str]:
    if channel is not None:
        return context.state.channel_notes.get(channel.id, {})
    return context.state.person_notes.get(person.id, {})


def _list(channel: Channel | None, person: Person, notes: dict[str, str]) -> MetadataList:
    if channel is not None:
        return MetadataList(channel=channel.name, metadata=dict(notes))
    return MetadataList(person=person.id, name=person.name, metadata=dict(notes))
