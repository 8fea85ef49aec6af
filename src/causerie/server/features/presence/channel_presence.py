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
from causerie.chat.replies import Done, Pong
from causerie.server import send_quota
from causerie.server.context import Context
from causerie.server.engine import presence_view
from causerie.server.engine.passing import DropLogin, DropSession, EnterChannel, ExitChannel
from causerie.server.engine.session import Session
from causerie.server.features.accounts import tokens
from causerie.server.features.presence import address_bans, presence, presence_watch, read_state
from causerie.server.ports.changes import PutStanding


def stand(context: Context, channel: Channel, person: Person, standing: Standing | None) -> None:
    """Change how a person stands in a channel; None: not at all. A guest's standing is kept while it is here."""
    if standing is not None and standing.role == Role.BANNED:
        standing = BANNED
    context.apply(PutStanding(channel.id, person.id, standing), stored=not person.guest)


def remains(context: Context, channel: Channel, person: Person) -> Standing | None:
    """What is left of a standing when its person leaves: see policy.kept."""
    return policy.kept(context.state.standing(channel.id, person.id), context.now())


def enter(context: Context, session: Session, channel: Channel) -> None:
    """Let a session into a channel that it may enter (see policy): from here on it hears it."""
    person = session.require_person()
    if channel.id in session.channels:
        return
    state, unit = context.state, context.unit
    most = context.config.limits.channels_person
    if most and len(session.channels) >= most:
        raise TooManyChannels(most=most)
    standing = state.standings[channel.id].get(person.id)
    newcomer = standing is None or not standing.inside
    if standing is None or not standing.inside:
        standing = policy.as_member(standing)
        stand(context, channel, person, standing)
        read_state.arrived(context, channel, person)
    was = presence_view.shown(context.state, channel, person.id)
    context.apply(EnterChannel(session.id, channel.id))
    unit.enter(session, channel.id)
    now = presence_view.shown(context.state, channel, person.id)
    told = presence.entered(channel, person, standing, now or presence_view.AVAILABLE)
    if was is None and (now is not None or newcomer):
        unit.tell(channel.id, told, by=session)
        if now is None:
            # To become a member is something that others see, as to speak is; to be here is not.
            presence.tell_left(context, channel, person, presence_view.AVAILABLE)
        return
    unit.tell_one(session, told)
    if was is not None and now is not None:
        presence.tell_changed(context, channel, person, was, now)


def bring_in(context: Context, session: Session, channel: Channel, person: int) -> None:
    """Let those devices of a person (an id) hear a direct conversation that can't ask to hear it themselves."""
    most = context.config.limits.channels_person
    for ears in tuple(context.state.connected.get(person, ())):
        if ears.outlet.encoder.hears_direct and ears is not session and (not most or len(ears.channels) < most):
            enter(context, ears, channel)


def leave(
    context: Context, session: Session, channel: Channel, reason: str = "", gone: bool = False, how: How = "left"
) -> None:
    """Take a session out of a channel. `gone`: its person is no longer a member either. `how`: see Left."""
    person = session.require_person()
    if channel.id not in session.channels:
        return
    state, unit = context.state, context.unit
    was = presence_view.shown(context.state, channel, person.id)
    context.apply(ExitChannel(session.id, channel.id))
    unit.exit(session, channel.id)
    now = presence_view.shown(context.state, channel, person.id)
    if was is None:
        return
    if now is not None:
        presence.tell_changed(context, channel, person, was, now)
        return
    standing = state.standing(channel.id, person.id)
    if person.guest and standing is not None and standing.inside:
        standing = remains(context, channel, person)
        stand(context, channel, person, standing)
    gone = gone or standing is None or not standing.inside
    presence.tell_left(context, channel, person, was, reason, gone, how)


def depart(context: Context, session: Session, reason: str = "", at: int = 0) -> None:
    """A session's person leaves it: out of every channel; a guest is forgotten, its name free again. `at` (ms): when
    that was, if not now."""
    person = session.person
    if person is None:
        return
    state, at = context.state, at or context.now()
    forgotten = person.guest and len(state.connected[person.id]) == 1
    for number in tuple(session.channels):
        leave(context, session, state.channels[number], reason, gone=forgotten, how="quit")
    if context.state.watchers:
        seemed = presence_view.shown_anywhere(context.state, person.id)
        presence_watch.seems(
            context, person, seemed, presence_view.shown_anywhere(context.state, person.id, but=session)
        )
    visible = session.mode != "invisible"
    places = state.places.get(person.id, {})
    member_of = [number for number, standing in places.items() if standing.inside] if forgotten else []
    address_bans.remember(context, session)
    if forgotten:
        send_quota.leave_behind(context, session)
    context.apply(DropLogin(session.id))
    if visible:
        presence.note_seen(context, person, at)
        presence.note_gone(context, person, at)
        presence_watch.went(context, person)
    for number in member_of:
        context.unit.tell(number, presence.left(state.channels[number], person, reason, True, "quit"))


def close(context: Context, session: Session, at: int = 0) -> None:
    """The connection is gone, which holds even if its unit of work fails. `at` (ms): when that was, if not now."""
    at = at or context.now()
    session.closed = True
    context.lagging.pop(session, None)
    context.fanout.remove(session)
    depart(context, session, at=at)
    context.apply(DropSession(session.id))
    context.unit.fact(partial(close, context, session, at))
    context.commit_loop.wake()


def go(context: Context, session: Session, code: str, reason: str = "", at: int = 0) -> None:
    """The session's person goes, as the others are told with the reason, and its connection is ended: because it wants
    to, or is made to, and not in consequence of a change. This holds even if its unit of work fails."""
    at = at or context.now()
    depart(context, session, reason, at)
    context.unit.end(session, code, holds=True)
    context.unit.fact(partial(go, context, session, code, reason, at))
    context.commit_loop.wake()


def quit(context: Context, session: Session, command: Quit) -> Done:
    """Leave, as the others are told with the reason, and end the connection. A reason that one may not send for now is
    left out: nobody is kept from leaving."""
    reason = command.reason[: presence.AWAY_BYTES] if command.reason.isprintable() else ""
    go(context, session, "", reason if reason and send_quota.affords(context, session) else "")
    return Done()


def log_out(context: Context, session: Session, command: object) -> Done:
    """The same without a reason, and the token that this session came in by is good no longer: if that cannot be
    stored, one is still logged in."""
    person = session.require_person()
    if session.token:
        tokens.drop(context, person.id, (session.token,))
    depart(context, session)
    context.unit.end(session, "logged_out")
    return Done()


def ping(context: Context, session: Session, command: Ping) -> Pong:
    """Answered in its turn, so after all that the session asked before."""
    return Pong()
