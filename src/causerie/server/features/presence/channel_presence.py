"""Who is where: entering and leaving channels, coming and going.

A person is in a channel as long as one of their connections is; only the first to come and the last to go is told, of
those that are not invisible (presence.py).
"""

from __future__ import annotations

from functools import partial

from causerie.chat import policy
from causerie.chat.commands import Ping, Quit
from causerie.chat.errors import TooManyChannels
from causerie.chat.events import How
from causerie.chat.model import BANNED, Channel, Person, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import Done, Pong
from causerie.server import send_quota
from causerie.server.context import Core
from causerie.server.engine.session import Session
from causerie.server.features.accounts import tokens
from causerie.server.features.presence import address_bans, metadata, presence, presence_watch, read_state
from causerie.server.ports.changes import PutStanding


def stand(core: Core, channel: Channel, person: Person, standing: Standing | None) -> None:
    """Change how a person stands in a channel; None: not at all. A guest's standing is kept while it is here."""
    directory, tick = core.directory, core.tick
    # One who is gone stands nowhere but in this channel: a banned guest.
    places = directory.places.get(person.id)
    if places is None:
        places = {}
        if person.id in directory.people:
            tick.put(directory.places, person.id, places)
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
    was = presence.shown(core, channel, person.id)
    tick.put(session.channels, channel.id, True)
    if session.mode != "invisible":
        presence.count(core, session, channel, 1)
    tick.enter(session, channel.id)
    now = presence.shown(core, channel, person.id)
    told = presence.entered(channel, person, standing, now or presence.AVAILABLE)
    if was is None and (now is not None or newcomer):
        tick.tell(channel.id, told, by=session)
        if now is None:
            # To become a member is something that others see, as to speak is; to be here is not.
            presence.tell_left(core, channel, person, presence.AVAILABLE)
        return
    tick.tell_one(session, told)
    if was is not None and now is not None:
        presence.tell_changed(core, channel, person, was, now)


def bring_in(core: Core, session: Session, channel: Channel, person: int) -> None:
    """Let those devices of a person (an id) hear a direct conversation that can't ask to hear it themselves."""
    most = core.config.limits.channels_person
    for ears in tuple(core.directory.connected.get(person, ())):
        if ears.outlet.language.hears_direct and ears is not session and (not most or len(ears.channels) < most):
            enter(core, ears, channel)


def leave(
    core: Core, session: Session, channel: Channel, reason: str = "", gone: bool = False, how: How = "left"
) -> None:
    """Take a session out of a channel. `gone`: its person is no longer a member either. `how`: see Left."""
    person = session.person
    assert person is not None
    if channel.id not in session.channels:
        return
    directory, tick = core.directory, core.tick
    was = presence.shown(core, channel, person.id)
    tick.drop(session.channels, channel.id)
    tick.exit(session, channel.id)
    if session.mode != "invisible":
        presence.count(core, session, channel, -1)
    now = presence.shown(core, channel, person.id)
    if was is None:
        return
    if now is not None:
        presence.tell_changed(core, channel, person, was, now)
        return
    standing = directory.standing(channel.id, person.id)
    if person.guest and standing is not None and standing.inside:
        standing = remains(core, channel, person)
        stand(core, channel, person, standing)
    gone = gone or standing is None or not standing.inside
    presence.tell_left(core, channel, person, was, reason, gone, how)


def depart(core: Core, session: Session, reason: str = "", at: int = 0) -> None:
    """A session's person leaves it: out of every channel; a guest is forgotten, its name free again. `at` (ms): when
    that was, if not now."""
    person = session.person
    if person is None:
        return
    directory, tick, at = core.directory, core.tick, at or core.now()
    # Another dictionary: what is undone comes back in its place, and the devices in their order.
    connected = {own: True for own in directory.connected[person.id] if own is not session}
    forgotten = person.guest and not connected
    seemed = presence.shown_anywhere(core, person.id) if core.watchers else None
    for number in tuple(session.channels):
        leave(core, session, directory.channels[number], reason, gone=forgotten, how="quit")
    tick.put(directory.connected, person.id, connected)
    if seemed is not None:
        presence_watch.seems(core, person, seemed, presence.shown_anywhere(core, person.id))
    if session.mode != "invisible":
        presence.note_seen(core, person, at)
        presence.note_gone(core, person, at)
        presence_watch.went(core, person)
    if session.elevated_by is not None:
        tick.set(session, "elevated_by", None)
    tick.set(session, "away", "")
    tick.set(session, "mode", "online")
    address_bans.remember(core, session)
    if not connected:
        tick.drop(directory.connected, person.id)
        tick.drop(directory.about, person.id)
        if person.guest:
            tick.drop(core.buckets, person.id)
            for number, standing in tuple(directory.places.get(person.id, {}).items()):
                if standing.role == Role.BANNED:
                    tick.put(directory.banned_guests, person.id, person)
                else:
                    stand(core, directory.channels[number], person, None)
                if standing.inside:
                    tick.tell(number, presence.left(directory.channels[number], person, reason, True, "quit"))
            tick.drop(directory.people, person.id)
            tick.drop(directory.names, skeleton(person.name))
            tick.drop(directory.places, person.id)
            tick.drop(directory.kept_guests, person.id)
            tick.drop(directory.preferences, person.id)
            tick.drop(directory.person_notes, person.id)
    tick.set(session, "person", None)
    tick.set(session, "token", 0)


def close(core: Core, session: Session, at: int = 0) -> None:
    """The connection is gone, which holds even if its tick fails. `at` (ms): when that was, if not now."""
    at = at or core.now()
    session.closed = True
    core.sessions.pop(session, None)
    core.lagging.pop(session, None)
    for number in (*session.channels, *session.parting):
        core.fanout.audience(number).remove(session)
    presence_watch.forget(core, session)
    metadata.forget(core, session)
    depart(core, session, at=at)
    core.tick.fact(partial(close, core, session, at))
    core.turns.wake()


def go(core: Core, session: Session, code: str, reason: str = "", at: int = 0) -> None:
    """The session's person goes, as the others are told with the reason, and its connection is ended: because it wants
    to, or is made to, and not in consequence of a change. This holds even if its tick fails."""
    at = at or core.now()
    depart(core, session, reason, at)
    core.tick.end(session, code, holds=True)
    core.tick.fact(partial(go, core, session, code, reason, at))
    core.turns.wake()


def quit(core: Core, session: Session, command: Quit) -> Done:
    """Leave, as the others are told with the reason, and end the connection. A reason that one may not send for now is
    left out: nobody is kept from leaving."""
    reason = command.reason[: presence.AWAY_BYTES] if command.reason.isprintable() else ""
    go(core, session, "", reason if reason and send_quota.affords(core, session) else "")
    return Done()


def log_out(core: Core, session: Session, command: object) -> Done:
    """The same without a reason, and the token that this session came in by is good no longer: if that cannot be
    stored, one is still logged in."""
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
