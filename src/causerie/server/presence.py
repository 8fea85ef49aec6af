"""Who is where: entering and leaving channels, coming and going.

A person is in a channel as long as one of their connections is; only the first to come and the last to go is told, of
those that are not invisible (who_is_here.py).
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Ping, Quit
from causerie.chat.errors import TooManyChannels
from causerie.chat.events import How
from causerie.chat.model import BANNED, Channel, Person, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import Done, Pong
from causerie.server import address_bans, metadata, read_state, speaking, tokens, watching, who_is_here
from causerie.server.changes import PutStanding
from causerie.server.core import Core
from causerie.server.session import Session


def stand(core: Core, channel: Channel, person: Person, standing: Standing | None) -> None:
    """Change how a person stands in a channel; None: not at all. A guest's standing is kept while it is here."""
    directory, tick = core.directory, core.tick
    # One who is gone stands nowhere but in this channel: a banned guest.
    places = directory.places.setdefault(person.id, {}) if person.id in directory.people else {}
    if standing is None:
        tick.drop(directory.standings[channel.id], person.id)
        tick.drop(places, channel.id)
    else:
        if standing.role == Role.BANNED:
            standing = BANNED
        tick.put(directory.standings[channel.id], person.id, standing)
        tick.put(places, channel.id, standing)
    if not person.guest:
        tick.store(PutStanding(channel.id, person.id, standing))


def remains(core: Core, channel: Channel, person: Person) -> Standing | None:
    """What is left of a standing when its person leaves: see policy.kept."""
    return policy.kept(core.directory.standing(channel.id, person.id), core.now())


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
    newcomer = standing is None or not standing.inside
    if standing is None or not standing.inside:
        standing = policy.as_member(standing)
        stand(core, channel, person, standing)
        read_state.arrived(core, channel, person)
    was = who_is_here.shown(core, channel, person.id)
    tick.put(session.channels, channel.id, True)
    if session.mode != "invisible":
        who_is_here.count(core, session, channel, 1)
    tick.enter(session, channel.id)
    now = who_is_here.shown(core, channel, person.id)
    told = who_is_here.entered(channel, person, standing, now or who_is_here.AVAILABLE)
    if was is None and (now is not None or newcomer):
        tick.tell(channel.id, told, by=session)
        if now is None:
            # To become a member is something that others see, as to speak is; to be here is not.
            who_is_here.tell_left(core, channel, person, who_is_here.AVAILABLE)
        return
    tick.tell_one(session, told)
    if was is not None and now is not None:
        who_is_here.tell_changed(core, channel, person, was, now)


def leave(
    core: Core, session: Session, channel: Channel, reason: str = "", gone: bool = False, how: How = "left"
) -> None:
    """Take a session out of a channel. `gone`: its person is no longer a member either. `how`: see Left."""
    person = session.person
    assert person is not None
    if channel.id not in session.channels:
        return
    directory, tick = core.directory, core.tick
    was = who_is_here.shown(core, channel, person.id)
    tick.drop(session.channels, channel.id)
    tick.exit(session, channel.id)
    if session.mode != "invisible":
        who_is_here.count(core, session, channel, -1)
    now = who_is_here.shown(core, channel, person.id)
    if was is None:
        return
    if now is not None:
        who_is_here.tell_changed(core, channel, person, was, now)
        return
    standing = directory.standing(channel.id, person.id)
    if person.guest and standing is not None and standing.inside:
        standing = remains(core, channel, person)
        stand(core, channel, person, standing)
    gone = gone or standing is None or not standing.inside
    who_is_here.tell_left(core, channel, person, was, reason, gone, how)


def depart(core: Core, session: Session, reason: str = "") -> None:
    """A session's person leaves it: out of every channel; a guest is forgotten, its name free again."""
    person = session.person
    if person is None:
        return
    directory, tick = core.directory, core.tick
    connected = directory.connected[person.id]
    forgotten = person.guest and len(connected) == 1
    seemed = who_is_here.shown_anywhere(core, person.id) if core.watchers else None
    for number in tuple(session.channels):
        leave(core, session, directory.channels[number], reason, gone=forgotten, how="quit")
    tick.drop(connected, session)
    if seemed is not None:
        watching.seems(core, person, seemed, who_is_here.shown_anywhere(core, person.id))
    if session.mode != "invisible":
        who_is_here.note_seen(core, person)
        who_is_here.note_gone(core, person)
        watching.went(core, person)
    if session.elevated_by is not None:
        tick.set(session, "elevated_by", None)
    tick.set(session, "away", "")
    tick.set(session, "mode", "online")
    address_bans.remember(core, session)
    if not connected:
        tick.drop(directory.connected, person.id)
        tick.drop(directory.about, person.id)
        if person.guest:
            core.buckets.pop(person.id, None)
            for number, standing in tuple(directory.places.get(person.id, {}).items()):
                if standing.role == Role.BANNED:
                    tick.put(directory.banned_guests, person.id, person)
                else:
                    stand(core, directory.channels[number], person, None)
                if standing.inside:
                    tick.tell(number, who_is_here.left(directory.channels[number], person, reason, True, "quit"))
            tick.drop(directory.people, person.id)
            tick.drop(directory.names, skeleton(person.name))
            tick.drop(directory.places, person.id)
            tick.drop(directory.kept_guests, person.id)
            tick.drop(directory.preferences, person.id)
            tick.drop(directory.person_notes, person.id)
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
    watching.forget(core, session)
    metadata.forget(core, session)
    depart(core, session)
    core.turns.wake()


def reclose(core: Core, closed: list[Session]) -> None:
    """After a tick was undone: what it had closed is closed all the same."""
    for session in closed:
        close(core, session)


def quit(core: Core, session: Session, command: Quit) -> Done:
    """Leave, as the others are told with the reason, and end the connection. A reason that one may not send for now is
    left out: nobody is kept from leaving."""
    reason = command.reason[: who_is_here.AWAY_BYTES] if command.reason.isprintable() else ""
    depart(core, session, reason if reason and speaking.affords(core, session) else "")
    core.tick.end(session, "")
    return Done()


def log_out(core: Core, session: Session, command: object) -> Done:
    """The same, and the token that this session came in by is good no longer."""
    person = session.person
    assert person is not None
    if session.token:
        tokens.drop(core, person.id, (session.token,))
    depart(core, session)
    core.tick.end(session, "logged_out")
    return Done()


def ping(core: Core, session: Session, command: Ping) -> Pong:
    """Answered in its turn, so after all that the session asked before."""
    return Pong()
