"""What is noted about people and channels under keys, for programs; and who is told when it changes.

Whoever may read a channel may read what is noted of it; of people everybody may. Accounts' and channels' notes are
kept, a guest's as long as it is here. They are few and small (limits.metadata_*), so all are in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from causerie.chat import policy
from causerie.chat.commands import FollowMetadata, Metadata, SetMetadata, SyncMetadata
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.events import MetadataSet
from causerie.chat.metadata import check_key, check_value
from causerie.chat.model import Channel, Person
from causerie.chat.names import skeleton
from causerie.chat.official_names import sounds_official
from causerie.chat.replies import Done, MetadataKeys, MetadataLine, MetadataList, MetadataPage
from causerie.server.context import Core
from causerie.server.elevation import is_elevated
from causerie.server.engine.session import Session
from causerie.server.features.presence import presence
from causerie.server.name_checks import own_names
from causerie.server.ports.changes import PutMetadata

DISPLAY_NAME = "display-name"
"""What clients show in the place of a name (IRCv3 registry), and so held to what a name may be."""

SHOWN_MOST = 200
"""Characters of it that are looked at."""


def set_metadata(core: Core, session: Session, command: SetMetadata) -> Done | MetadataList:
    """Note it. It costs as much as a message. Raises NotYours, NotModerator, TooMany."""
    me = session.person
    assert me is not None
    channel, person = _about(core, session, command.channel, command.name)
    if channel is not None:
        policy.check_note_channel(channel, me, core.directory.standing(channel.id, me.id))
    else:
        policy.check_note(me, is_elevated(core, session), person)
    most = core.config.limits.metadata_keys
    notes = _notes(core, channel, person)
    if command.key or command.value:
        mine = channel is None and not (me.admin or is_elevated(core, session))
        if mine and command.key == DISPLAY_NAME and sounds_official(command.value[:SHOWN_MOST], own_names(core)):
            raise BadInput(why="display_name")
        changes = {check_key(command.key): check_value(command.value, core.config.limits.metadata_value_bytes)}
        if command.value and command.key not in notes and len(notes) >= most:
            raise TooMany(why="metadata", most=most)
    else:
        changes = dict.fromkeys(notes, "")
    before = dict(notes)
    for key, value in changes.items():
        if notes.get(key, "") != value:
            _note(core, session, channel, person, key, value)
    if command.key:
        return Done()
    return _list(channel, person, before)


def _note(core: Core, session: Session, channel: Channel | None, person: Person, key: str, value: str) -> None:
    directory, tick = core.directory, core.tick
    kept = directory.person_notes if channel is None else directory.channel_notes
    number = person.id if channel is None else channel.id
    notes = {**kept.get(number, {}), key: value}
    if not value:
        del notes[key]
    if notes:
        tick.put(kept, number, notes)
    else:
        tick.drop(kept, number)
    if channel is not None:
        tick.store(PutMetadata(channel.id, 0, key, value))
        told = MetadataSet(channel=channel.name, key=key, value=value)
    else:
        if not person.guest:
            tick.store(PutMetadata(0, person.id, key, value))
        told = MetadataSet(channel="", key=key, value=value, person=person.id, name=person.name)
    for ears in core.metadata_ears.get(key, ()):
        # Who asked is answered.
        if ears is not session and (
            channel.id in ears.channels if channel is not None else _hears_of(core, ears, person)
        ):
            tick.tell_one(ears, told)


def _hears_of(core: Core, ears: Session, person: Person) -> bool:
    """Whether a connection is told of what changes about a person."""
    if ears.person is None or ears.person.id == person.id:
        return ears.person is not None
    if not presence.visible(core, person.id):
        return False
    here = core.directory.here
    if any(person.id in here.get(number, ()) for number in ears.channels):
        return True
    return skeleton(person.name) in (ears.watching or ())


def metadata(core: Core, session: Session, command: Metadata) -> MetadataList:
    """All that is noted."""
    channel, person = _about(core, session, command.channel, command.name)
    return _list(channel, person, _notes(core, channel, person))


def follow_metadata(core: Core, session: Session, command: FollowMetadata) -> MetadataKeys:
    """Follow these keys in their order, as many as there is room for, or no longer."""
    most, known = core.config.limits.metadata_follows, session.keys or {}
    for key in command.keys:
        check_key(key)
    if not command.on:
        _drop(core, session, command.keys or known)
        return MetadataKeys(keys=list(session.keys or ()), most=most)
    new: list[str] = []
    refused = ""
    for key in command.keys:
        if key in known:
            continue
        if len(known) >= most:
            refused = key
            break
        known = {**known, key: True}
        if (ears := core.metadata_ears.get(key)) is None:
            core.tick.put(core.metadata_ears, key, {session: True})
        else:
            core.tick.put(ears, session, True)
        new.append(key)
    core.tick.set(session, "keys", known or None)
    return MetadataKeys(keys=list(known), new=new, refused=refused, most=most)


def _drop(core: Core, session: Session, keys: Iterable[str]) -> None:
    known, dropped = session.keys or {}, frozenset(keys)
    for key in dropped & known.keys():
        core.tick.drop(core.metadata_ears[key], session)
        if not core.metadata_ears[key]:
            core.tick.drop(core.metadata_ears, key)
    core.tick.set(session, "keys", {key: True for key in known if key not in dropped} or None)


def forget(core: Core, session: Session) -> None:
    """The connection is gone, and follows nothing."""
    if session.keys is not None:
        _drop(core, session, session.keys)


def sync_metadata(core: Core, session: Session, command: SyncMetadata) -> MetadataPage:
    """What is noted under the keys that the session follows."""
    keys = list(session.keys or ())
    directory = core.directory
    if command.channel:
        channel, _ = _about(core, session, command.channel, "")
        assert channel is not None
        return MetadataPage(lines=[*_of_channel(core, channel, keys), *_of(core, _inside(core, [channel]), keys)])
    if command.name:
        return MetadataPage(lines=list(_of(core, [directory.person(command.name).id], keys)))
    assert session.person is not None
    channels = [directory.channels[number] for number in session.channels]
    watched = (directory.names.get(mark, 0) for mark in session.watching or ())
    here = (number for number in watched if number and presence.visible(core, number))
    people = dict.fromkeys((session.person.id, *_inside(core, channels), *here))
    lines = [line for channel in channels for line in _of_channel(core, channel, keys)]
    return MetadataPage(lines=[*lines, *_of(core, people, keys)])


def _inside(core: Core, channels: Iterable[Channel]) -> dict[int, bool]:
    return {person: True for channel in channels for person in core.directory.here.get(channel.id, ())}


def _of_channel(core: Core, channel: Channel, keys: Iterable[str]) -> Iterator[MetadataLine]:
    notes = core.directory.channel_notes.get(channel.id, {})
    return (MetadataLine(key=key, value=notes[key], channel=channel.name) for key in keys if key in notes)


def _of(core: Core, people: Iterable[int], keys: list[str]) -> Iterator[MetadataLine]:
    kept = core.directory.person_notes
    for number in people:
        notes, person = kept.get(number), core.directory.people.get(number)
        if notes and person is not None:
            for key in keys:
                if key in notes:
                    yield MetadataLine(key=key, value=notes[key], person=number, name=person.name)


def became(core: Core, person: Person) -> None:
    """A guest is an account now: what is noted of it is kept."""
    for key, value in core.directory.person_notes.get(person.id, {}).items():
        core.tick.store(PutMetadata(0, person.id, key, value))


def _about(core: Core, session: Session, channel: str, name: str) -> tuple[Channel | None, Person]:
    """Which channel it is about, or else which person."""
    me, directory = session.person, core.directory
    assert me is not None
    if not channel:
        return None, directory.person(name) if name else me
    if name:
        raise BadInput(why="metadata")
    place = directory.channel_for(me, channel)
    policy.check_read(place, me, directory.standing(place.id, me.id))
    return place, me


def _notes(core: Core, channel: Channel | None, person: Person) -> dict[str, str]:
    if channel is not None:
        return core.directory.channel_notes.get(channel.id, {})
    return core.directory.person_notes.get(person.id, {})


def _list(channel: Channel | None, person: Person, notes: dict[str, str]) -> MetadataList:
    if channel is not None:
        return MetadataList(channel=channel.name, metadata=dict(notes))
    return MetadataList(person=person.id, name=person.name, metadata=dict(notes))
