"""People: what one may know of somebody, and a guest's change of name."""

from __future__ import annotations

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Describe, Gone, SetName, Whois
from causerie.chat.errors import BadInput, BadName
from causerie.chat.events import Described, Renamed
from causerie.chat.masks import matches
from causerie.chat.model import Mode, Person
from causerie.chat.names import fold, skeleton
from causerie.chat.replies import Done, GoneLine, GoneList, PersonCard
from causerie.chat.texts import check_text
from causerie.server.context import Core
from causerie.server.elevation import is_elevated
from causerie.server.engine.session import Session
from causerie.server.features.presence import presence, presence_watch
from causerie.server.name_checks import checked_guest_name
from causerie.server.ports.changes import PutPerson
from causerie.server.send_quota import give_back

CHANNELS_MOST = 1000
ABOUT_BYTES = 200
GONE_MOST = 100
NAME_MOST = 80


def whois(core: Core, session: Session, command: Whois) -> PersonCard:
    """What one may know of a person; one's own card says it when one is invisible."""
    asker = session.person
    assert asker is not None
    directory = core.directory
    person = directory.person(command.name)
    preferences = directory.preferences.get(person.id)
    devices = presence.visible(core, person.id)
    seen = presence.shown_anywhere(core, person.id)
    mode: Mode = "online"
    if seen is not None:
        mode = "dnd" if seen[1] else "away" if seen[0] else "online"
    elif person.id == asker.id:
        mode = "invisible"
    shares = preferences is not None and preferences.share_last_seen
    return PersonCard(
        person=person.id,
        name=person.name,
        guest=person.guest,
        admin=person.admin,
        here=bool(devices),
        mode=mode,
        away=seen[0] if seen is not None else "",
        last_seen=directory.seen.get(person.id, 0) if shares and not devices else 0,
        since=min((own.since for own in devices), default=0),
        channels=_shared(core, asker, person),
        idle=idle(core, devices),
        secure=bool(devices) and all(own.secure for own in devices),
        operator=person.admin or any(is_elevated(core, own) for own in devices),
        about=directory.about.get(person.id, ""),
        hosts=sorted({own.host for own in devices})
        if policy.may_see_hosts(asker, is_elevated(core, session), person)
        else [],
    )


def idle(core: Core, devices: list[Session]) -> int:
    """Seconds since anything was said on one of these."""
    last = max((own.spoke or own.since for own in devices), default=0)
    return max(0, core.now() - last) // 1000 if last else 0


def gone(core: Core, session: Session, command: Gone) -> GoneList:
    """Who left lately."""
    if len(command.name) > NAME_MOST:
        raise BadName(name="", why="too_long")
    if "*" in command.name or "?" in command.name:
        pattern = fold(command.name)
        found = [line for line in presence.departed(core) if matches(pattern, fold(line.name))]
    else:
        mark = skeleton(command.name)
        found = [line for line in presence.departed(core) if skeleton(line.name) == mark]
    return GoneList(people=found[: max(1, min(command.limit, GONE_MOST))])


def describe(core: Core, session: Session, command: Describe) -> Done:
    """Say something of oneself, to be shown beside one's name. It costs as much as a message."""
    person = session.person
    assert person is not None
    directory = core.directory
    about = check_text(command.about, ABOUT_BYTES) if command.about else ""
    if "\n" in about:
        raise BadInput(why="line_end")
    core.tick.put(directory.about, person.id, about)
    for number, standing in directory.places.get(person.id, {}).items():
        if standing.inside and person.id in directory.here.get(number, ()):
            told = Described(channel=directory.channels[number].name, person=person.id, name=person.name, about=about)
            core.tick.tell(number, told, by=session)
    presence_watch.changed(core, person, Described(channel="", person=person.id, name=person.name, about=about))
    return Done()


def _shared(core: Core, asker: Person, person: Person) -> list[str]:
    """The channels that both are members of, by name. Direct conversations have no name to show."""
    places = core.directory.places
    mine, theirs = places.get(asker.id, {}), places.get(person.id, {})
    both = [
        core.directory.channels[number]
        for number, standing in mine.items()
        if standing.inside and number in theirs and theirs[number].inside
    ]
    return sorted(channel.name for channel in both if channel.access != "direct")[:CHANNELS_MOST]


def set_name(core: Core, session: Session, command: SetName) -> Done:
    """A guest takes another name, as if it came in by it, and stays who it is. It costs as much as a message."""
    was = session.person
    assert was is not None
    policy.check_rename(was)
    name, mark = checked_guest_name(core, command.name, was.id)
    if name == was.name:
        give_back(core, session)
        return Done()
    directory, tick = core.directory, core.tick
    person = msgspec.structs.replace(was, name=name)
    tick.put(directory.people, person.id, person)
    if mark != (before := skeleton(was.name)):
        tick.drop(directory.names, before)
        tick.put(directory.names, mark, person.id)
    if person.id in directory.kept_guests:
        tick.store(PutPerson(person, ""))
    for own in directory.connected[person.id]:
        tick.set(own, "person", person)
    presence_watch.renamed(core, was, person)
    presence.note_departed(core, GoneLine(was.id, was.name, core.now(), True))
    for number, standing in directory.places.get(person.id, {}).items():
        if standing.inside:
            channel = directory.channels[number].name
            renamed = Renamed(channel=channel, person=person.id, name=name, was=was.name, guest=True)
            tick.tell(number, renamed, by=session)
    return Done()
