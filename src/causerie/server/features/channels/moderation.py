"""Moderation where one stands: invite, kick, ban, mute, roles. It acts on the person, on all their connections."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Ban, BanAuthor, InviteTo, Kick, Mute, SetRole, SetVoice, Unban
from causerie.chat.errors import BadInput, NoSuchPerson, NotAMember
from causerie.chat.events import MembershipChanged
from causerie.chat.model import BANNED, ROLE_NAMES, ROLES, Channel, Person, Role, RoleName, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import Done
from causerie.chat.texts import check_reason
from causerie.server import message_cache
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.channels.channels import log, owned
from causerie.server.features.presence import address_bans, channel_presence, presence
from causerie.server.ports.changes import Append, PutPerson

MUTE_MOST = 366 * 86_400


class _Case(NamedTuple):
    """Who acts where on whom, and how both stand there."""

    channel: Channel
    actor: Person
    whom: Person
    mine: Standing | None
    his: Standing | None


def place(context: Context, session: Session, channel: str) -> tuple[Channel, Person, Standing | None]:
    """Where it is, who acts, who must be able to read there, and how they stand."""
    actor = session.require_person()  # it may have been asked before the connection logged out
    where = context.state.channel_for(actor, channel)
    mine = context.state.standing(where.id, actor.id)
    policy.check_read(where, actor, mine)
    return where, actor, policy.acting(mine, owned(context, where))


def _about(context: Context, session: Session, name: str, whom: Person) -> _Case:
    channel, actor, mine = place(context, session, name)
    return _Case(channel, actor, whom, mine, context.state.standing(channel.id, whom.id))


def _look_up(context: Context, session: Session, channel: str, name: str) -> _Case:
    place(context, session, channel)
    return _about(context, session, channel, context.state.person(name))


def _role(standing: Standing | None) -> RoleName | None:
    """The role that events tell; what is kept of who left is told as no role."""
    if standing is None or not (standing.admits or standing.role == Role.BANNED):
        return None
    return ROLE_NAMES[standing.role]


def _stands(
    context: Context, session: Session, channel: Channel, whom: Person, standing: Standing | None, reason: str = "",
    role: RoleName | None = None,
) -> Append:  # fmt: skip
    """Log and tell how `whom` stands here now; those sessions of theirs that are not in the channel are told too.
    `role`: what is told, where that is not what is on record."""
    actor = session.require_person()
    at = context.moment(channel.id)
    before = context.state.standing(channel.id, whom.id)
    channel_presence.stand(context, channel, whom, standing)
    event = MembershipChanged(
        channel=channel.name,
        at=at,
        person=actor.id,
        name=actor.name,
        whom=whom.id,
        whom_name=whom.name,
        whom_guest=whom.guest,
        role=role or _role(standing),
        muted_until=standing.muted_until if standing else 0,
        reason=reason,
        was=_role(before),
        voiced=standing.voiced if standing else False,
        was_voiced=before.voiced if before else False,
        guest=actor.guest,
    )
    # Who merely left something behind may not know what a private channel is called by now.
    knows = channel.access == "public" or any(_role(one) for one in (before, standing))
    for ears in context.state.connected.get(whom.id, ()) if knows else ():
        if channel.id not in ears.channels:
            context.unit.tell_one(ears, event)
    kept = {
        "whom": whom.id,
        "whom_name": whom.name,
        "whom_guest": whom.guest,
        "role": event.role,
        "muted_until": event.muted_until,
        "reason": reason,
        "was": event.was,
        "voiced": event.voiced,
        "was_voiced": event.was_voiced,
    }
    return log(context, session, channel, "stands", at, data=msgspec.json.encode(kept).decode())


def _put_out(context: Context, channel: Channel, whom: Person, reason: str) -> None:
    for own in tuple(context.state.connected.get(whom.id, ())):
        if channel.id in own.channels:
            channel_presence.leave(context, own, channel, reason, gone=True, how="put_out")
            # One that lags behind would not hear what the others hear.
            context.unit.tell_one(own, presence.left(channel, whom, reason, True, "put_out"))


def invite(context: Context, session: Session, command: InviteTo) -> Append:
    """Invite a person to a channel; one who is in it already stays as they are. Only a moderator's is on record."""
    channel, actor, whom, mine, his = _look_up(context, session, command.channel, command.name)
    policy.check_invite(channel, actor, mine, his)
    past = policy.invites_past_bans(channel, actor, mine)
    return _stands(context, session, channel, whom, policy.as_invited(his) if past else his, role="invited")


def kick(context: Context, session: Session, command: Kick) -> Append:
    """Put a person out, or take back their invitation, or forget what is kept of their mute or reader's role."""
    channel, actor, whom, mine, his = _look_up(context, session, command.channel, command.name)
    policy.check_remove(channel, actor, mine, whom, his)
    reason = check_reason(command.reason)
    audit(context, session, "kicked", channel=channel.name, name=whom.name, reason=reason)
    told = _stands(context, session, channel, whom, None, reason)
    _put_out(context, channel, whom, reason)
    return told


def ban(context: Context, session: Session, command: Ban) -> Append:
    """Put a person out and keep them out; a guest's address too, for a time (address_bans.py)."""
    return _ban(context, session, _look_up(context, session, command.channel, command.name), command.reason)


async def ban_author(context: Context, session: Session, command: BanAuthor) -> Append:
    """The same for who wrote a message, who may have left long ago."""
    where, actor, mine = place(context, session, command.channel)
    policy.check_moderator(where, actor, mine)
    message = (await message_cache.about(context, session, command.channel, command.number, deleted=True)).message
    gone = Person(id=message.author, name=message.author_name, guest=message.guest)
    whom = context.state.people.get(message.author, gone)
    with context.unit.whole():
        return _ban(context, session, _about(context, session, command.channel, whom), command.reason)


def _ban(context: Context, session: Session, case: _Case, why: str) -> Append:
    channel, actor, whom, mine, his = case
    policy.check_moderate(channel, actor, mine, whom, his)
    reason = check_reason(why)
    about: dict[str, str | int] = {"channel": channel.name, "name": whom.name, "reason": reason}
    if hours := address_bans.put(context, channel, whom, actor):
        about["address_hours"] = hours
        if whom.id in context.state.people and whom.id not in context.state.kept_guests:
            # It may be gone, and have said nothing, when somebody wants to lift this again.
            context.apply(PutPerson(whom, ""))
    audit(context, session, "banned", **about)
    told = _stands(context, session, channel, whom, BANNED, reason)
    _put_out(context, channel, whom, reason)
    return told


async def unban(context: Context, session: Session, command: Unban) -> Append:
    """Let a banned person come back, and others from a guest's address. The guest may be gone."""
    where, actor, mine = place(context, session, command.channel)
    policy.check_moderator(where, actor, mine)
    whom = await _banned(context, where, command.name)
    with context.unit.whole():
        channel, actor, whom, mine, his = _about(context, session, command.channel, whom)
        policy.check_moderate(channel, actor, mine, whom, his)
        lifted = address_bans.lift(context, channel, whom.id)
        was_banned = his is not None and his.role == Role.BANNED
        if not (lifted or was_banned):
            raise BadInput(why="not_banned", name=whom.name)
        audit(context, session, "unbanned", channel=channel.name, name=whom.name)
        return _stands(context, session, channel, whom, None if was_banned else his)


async def _banned(context: Context, channel: Channel, name: str) -> Person:
    """Who is banned there by this name: somebody who has it now, or a guest that had it. Raises NoSuchPerson."""
    state = context.state
    try:
        now = state.person(name)
    except NoSuchPerson:
        now = None
    if now is not None:
        standing = state.standing(channel.id, now.id)
        if (standing is not None and standing.role == Role.BANNED) or address_bans.of(context, channel, now.id):
            return now
    for gone in state.banned_guests.values():
        if skeleton(gone.name) == skeleton(name[:80]) and state.standing(channel.id, gone.id) == BANNED:
            return gone
    number = await context.store.author(name) if len(name) <= 80 else 0
    before = await context.store.guest(number) if number else None
    if before is not None and address_bans.of(context, channel, before.id):
        return before
    # Whether anybody was called so elsewhere is not told.
    return now or state.person(name)


def mute(context: Context, session: Session, command: Mute) -> Append:
    """Keep a person from speaking for a time."""
    channel, actor, whom, mine, his = _look_up(context, session, command.channel, command.name)
    policy.check_moderate(channel, actor, mine, whom, his)
    if his is None or his.role == Role.BANNED or not (his.inside or his.muted_until):
        raise NotAMember(channel=channel.name, name=whom.name)
    if not 0 <= command.seconds <= MUTE_MOST:
        raise BadInput(why="seconds", most=MUTE_MOST)
    reason = check_reason(command.reason)
    until = context.now() + command.seconds * 1000 if command.seconds else 0
    audit(context, session, "muted", channel=channel.name, name=whom.name, seconds=command.seconds, reason=reason)
    now = msgspec.structs.replace(his, muted_until=until)
    return _stands(context, session, channel, whom, now if his.admits else policy.kept(now, context.now()), reason)


def set_role(context: Context, session: Session, command: SetRole) -> Append | Done:
    """Make a member reader, member, moderator or owner."""
    channel, actor, whom, mine, his = _look_up(context, session, command.channel, command.name)
    role = ROLES[command.role]
    policy.check_role(channel, actor, mine, whom, his, role)
    assert his is not None
    if his.role == role:
        return Done()
    audit(context, session, "role", channel=channel.name, name=whom.name, role=command.role)
    return _stands(context, session, channel, whom, Standing(role, his.muted_until, his.voiced))


def set_voice(context: Context, session: Session, command: SetVoice) -> Append | Done:
    """Let a member speak where only moderators do, or no longer."""
    channel, actor, whom, mine, his = _look_up(context, session, command.channel, command.name)
    policy.check_voice(channel, actor, mine, whom, his)
    assert his is not None
    if his.voiced is command.on:
        return Done()
    audit(context, session, "voice", channel=channel.name, name=whom.name, on=command.on)
    return _stands(context, session, channel, whom, Standing(his.role, his.muted_until, command.on))
