"""Who is where: entering and leaving channels, coming and going, being away.

A person is in a channel as long as one of their connections is; only the first to come and the last to go is told.
"""

from __future__ import annotations

from causerie.chat.commands import Away, Ping, Quit
from causerie.chat.errors import TooManyChannels
from causerie.chat.events import Entered, How, Left, Presence
from causerie.chat.model import MEMBER, ROLE_NAMES, Channel, Person, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import Done, Pong
from causerie.chat.texts import check_text
from causerie.server.core import Core
from causerie.server.session import Session
from causerie.server.store import DropTokens, PutStanding

AWAY_BYTES = 400


def stand(core: Core, channel: Channel, person: Person, standing: Standing | None) -> None:
    """Change how a person stands in a channel; None: not at all. A guest's standing is kept while it is here."""
    directory, tick = core.directory, core.tick
    places = directory.places.setdefault(person.id, {})
    if standing is None:
        tick.drop(directory.standings[channel.id], person.id)
        tick.drop(places, channel.id)
    else:
        tick.put(directory.standings[channel.id], person.id, standing)
        tick.put(places, channel.id, standing)
    if not person.guest:
        tick.store(PutStanding(channel.id, person.id, standing))


def remains(core: Core, channel: Channel, person: Person) -> Standing | None:
    """What is left of a standing when its person leaves: nobody walks out of a ban, a mute or a reader's role."""
    standing = core.directory.standing(channel.id, person.id)
    if standing is None or standing.role in (Role.BANNED, Role.READER):
        return standing
    if standing.muted_until > core.now() and channel.access == "public":
        return Standing(Role.INVITED, standing.muted_until)
    return None


def enter(core: Core, session: Session, channel: Channel) -> None:
    """Let a session into a channel that it may enter (see policy): from here on it hears it."""
    person = session.person
    assert person is not None
    if channel.id in session.channels:
        return
    directory, tick = core.directory, core.tick
    most = core.config.limits.channels_person
    if most and len(session.channels) >= most:
        raise TooManyChannels(most=most)
    standing = directory.standings[channel.id].get(person.id)
    if standing is None or not standing.inside:
        standing = Standing(Role.MEMBER, standing.muted_until) if standing and standing.muted_until else MEMBER
        stand(core, channel, person, standing)
    here = directory.here.get(channel.id)
    if here is None:
        here = directory.here[channel.id] = {}
    count = here.get(person.id, 0)
    was = away_text(core, channel, person.id) if count else ""
    tick.put(session.channels, channel.id, True)
    tick.put(here, person.id, count + 1)
    tick.enter(session, channel.id)
    event = Entered(
        channel=channel.name,
        person=person.id,
        name=person.name,
        guest=person.guest,
        role=ROLE_NAMES[standing.role],
        away=away_text(core, channel, person.id) if count else session.away,
        muted_until=standing.muted_until,
    )
    if count:
        tick.tell_one(session, event)
        _tell_away(core, channel, person, was)
    else:
        tick.tell(channel.id, event, by=session)


def leave(
    core: Core, session: Session, channel: Channel, reason: str = "", gone: bool = False, how: How = "left"
) -> None:
    """Take a session out of a channel. `gone`: its person is no longer a member either. `how`: see Left."""
    person = session.person
    assert person is not None
    if channel.id not in session.channels:
        return
    directory, tick = core.directory, core.tick
    was = away_text(core, channel, person.id)
    tick.drop(session.channels, channel.id)
    tick.exit(session, channel.id)
    here = directory.here[channel.id]
    count = here[person.id] - 1
    if count:
        tick.put(here, person.id, count)
        _tell_away(core, channel, person, was)
        return
    tick.drop(here, person.id)
    standing = directory.standing(channel.id, person.id)
    if person.guest and standing is not None and standing.inside:
        standing = remains(core, channel, person)
        if gone and standing is not None and standing.inside:
            standing = None
        stand(core, channel, person, standing)
    gone = gone or standing is None or not standing.inside
    tick.tell(channel.id, left(channel, person, reason, gone, how))


def left(channel: Channel, person: Person, reason: str, gone: bool, how: How = "left") -> Left:
    """The event that says so."""
    return Left(
        channel=channel.name, person=person.id, name=person.name, guest=person.guest, gone=gone, reason=reason, how=how
    )


def depart(core: Core, session: Session, reason: str = "") -> None:
    """A session's person leaves it: out of every channel; a guest is forgotten, its name free again."""
    person = session.person
    if person is None:
        return
    directory, tick = core.directory, core.tick
    connected = directory.connected[person.id]
    forgotten = person.guest and len(connected) == 1
    for number in tuple(session.channels):
        leave(core, session, directory.channels[number], reason, gone=forgotten, how="quit")
    tick.drop(connected, session)
    tick.set(session, "away", "")
    if not connected:
        tick.drop(directory.connected, person.id)
        if person.guest:
            core.buckets.pop(person.id, None)
            for number, standing in tuple(directory.places.get(person.id, {}).items()):
                if standing.inside:
                    stand(core, directory.channels[number], person, None)
                    tick.tell(number, left(directory.channels[number], person, reason, True, "quit"))
            tick.drop(directory.people, person.id)
            tick.drop(directory.names, skeleton(person.name))
            tick.drop(directory.places, person.id)
            tick.drop(directory.kept_guests, person.id)
    tick.set(session, "person", None)
    tick.set(session, "token", 0)


def close(core: Core, session: Session) -> None:
    """The connection is gone. This holds even if its tick fails: `reclose` says it again."""
    session.closed = True
    core.sessions.pop(session, None)
    core.lagging.pop(session, None)
    core.tick.closed.append(session)
    for number in session.channels:
        core.fanout.audience(number).remove(session)
    depart(core, session)
    core.turns.wake()


def reclose(core: Core, closed: list[Session]) -> None:
    """After a tick was undone: what it had closed is closed all the same."""
    for session in closed:
        close(core, session)


def quit(core: Core, session: Session, command: Quit) -> Done:
    """Leave, as the others are told with the reason, and end the connection."""
    depart(core, session, command.reason[:AWAY_BYTES] if command.reason.isprintable() else "")
    core.tick.end(session, "")
    return Done()


def log_out(core: Core, session: Session, command: object) -> Done:
    """The same, and the token that this session came in by is good no longer."""
    person = session.person
    assert person is not None
    if session.token:
        core.tick.store(DropTokens(person.id, (session.token,)))
    depart(core, session)
    core.tick.end(session, "logged_out")
    return Done()


def ping(core: Core, session: Session, command: Ping) -> Pong:
    """Answered in its turn, so after all that the session asked before."""
    return Pong()


def away(core: Core, session: Session, command: Away) -> Done:
    """Away with a text, or back; told in every channel that the session is in."""
    person = session.person
    assert person is not None
    text = check_text(command.text, AWAY_BYTES) if command.text else ""
    places = [core.directory.channels[number] for number in session.channels]
    before = [away_text(core, channel, person.id) for channel in places]
    core.tick.set(session, "away", text)
    for channel, was in zip(places, before, strict=True):
        _tell_away(core, channel, person, was)
    return Done()


def away_text(core: Core, channel: Channel, person: int) -> str:
    """Why a person in a channel is away: empty as long as one of their connections there is not."""
    texts = [own.away for own in core.directory.connected.get(person, ()) if channel.id in own.channels]
    return texts[-1] if texts and all(texts) else ""


def _tell_away(core: Core, channel: Channel, person: Person, was: str) -> None:
    away = away_text(core, channel, person.id)
    if away != was:
        core.tick.tell(channel.id, Presence(channel=channel.name, person=person.id, name=person.name, away=away))
