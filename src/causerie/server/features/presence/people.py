"""People: what one may know of somebody, and a guest's change of name."""

from __future__ import annotations

import msgspec

from causerie.chat import policy
from causerie.chat.bounds import ABOUT_BYTES
from causerie.chat.commands import Describe, Gone, SetName, Whois
from causerie.chat.errors import BadInput, BadName
from causerie.chat.events import AboutChanged, Renamed
from causerie.chat.masks import matches
from causerie.chat.model import Mode, Person
from causerie.chat.names import fold, skeleton
from causerie.chat.replies import Done, GoneLine, GoneList, PersonCard
from causerie.chat.texts import check_text
from causerie.server.context import Context
from causerie.server.elevation import is_elevated
from causerie.server.engine import presence_view
from causerie.server.engine.passing import PutAbout, PutGuest
from causerie.server.engine.session import Session
from causerie.server.features.presence import presence, presence_watch
from causerie.server.name_checks import checked_guest_name
from causerie.server.ports.changes import PutPerson
from causerie.server.send_quota import give_back

CHANNELS_MOST = 1000
GONE_MOST = 100
NAME_MOST = 80


def whois(context: Context, session: Session, command: Whois) -> PersonCard:
    """What one may know of a person; one's own card says it when one is invisible."""
    asker = session.require_person()
    state = context.state
    person = state.person(command.name)
    preferences = state.preferences.get(person.id)
    devices = presence_view.visible(context.state, person.id)
    seen = presence_view.shown_anywhere(context.state, person.id)
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
        last_seen=state.seen.get(person.id, 0) if shares and not devices else 0,
        since=min((own.since for own in devices), default=0),
        channels=_shared(context, asker, person),
        idle=presence_view.idle(devices, context.now()),
        secure=bool(devices) and all(own.secure for own in devices),
        operator=person.admin or any(is_elevated(context, own) for own in devices),
        about=state.about.get(person.id, ""),
        hosts=sorted({own.host for own in devices})
        if policy.may_see_hosts(asker, is_elevated(context, session), person)
        else [],
    )


def gone(context: Context, session: Session, command: Gone) -> GoneList:
    """Who left lately."""
    if len(command.name) > NAME_MOST:
        raise BadName(name="", why="too_long")
    if "*" in command.name or "?" in command.name:
        pattern = fold(command.name)
        found = [line for line in presence.departed(context) if matches(pattern, fold(line.name))]
    else:
        mark = skeleton(command.name)
        found = [line for line in presence.departed(context) if skeleton(line.name) == mark]
    return GoneList(people=found[: max(1, min(command.limit, GONE_MOST))])


def describe(context: Context, session: Session, command: Describe) -> Done:
    """Say something of oneself, to be shown beside one's name. It costs as much as a message."""
    person = session.require_person()
    state = context.state
    about = check_text(command.about, ABOUT_BYTES) if command.about else ""
    if "\n" in about:
        raise BadInput(why="line_end")
    context.apply(PutAbout(person.id, about))
    for number, standing in state.places.get(person.id, {}).items():
        if standing.inside and person.id in state.here.get(number, ()):
            told = AboutChanged(channel=state.channels[number].name, person=person.id, name=person.name, about=about)
            context.unit.tell(number, told, by=session)
    presence_watch.changed(context, person, AboutChanged(channel="", person=person.id, name=person.name, about=about))
    return Done()


def _shared(context: Context, asker: Person, person: Person) -> list[str]:
    """The channels that both are members of, by name. Direct conversations have no name to show."""
    places = context.state.places
    mine, theirs = places.get(asker.id, {}), places.get(person.id, {})
    both = [
        context.state.channels[number]
        for number, standing in mine.items()
        if standing.inside and number in theirs and theirs[number].inside
    ]
    return sorted(channel.name for channel in both if channel.access != "direct")[:CHANNELS_MOST]


def set_name(context: Context, session: Session, command: SetName) -> Done:
    """A guest takes another name, as if it came in by it, and stays who it is. It costs as much as a message."""
    was = session.require_person()
    policy.check_rename(was)
    name, mark = checked_guest_name(context, command.name, was.id)
    if name == was.name:
        give_back(context, session)
        return Done()
    state = context.state
    person = msgspec.structs.replace(was, name=name)
    context.apply(PutGuest(person, mark))
    if person.id in state.kept_guests:
        context.apply(PutPerson(person, ""))
    presence_watch.renamed(context, was, person)
    presence.note_departed(context, GoneLine(was.id, was.name, context.now(), True))
    for number, standing in state.places.get(person.id, {}).items():
        if standing.inside:
            channel = state.channels[number].name
            renamed = Renamed(channel=channel, person=person.id, name=name, was=was.name, guest=True)
            context.unit.tell(number, renamed, by=session)
    return Done()
