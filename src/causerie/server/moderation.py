"""Moderation where one stands: invite, kick, ban, mute, roles. It acts on the person, on all their connections."""

from __future__ import annotations

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Ban, InviteTo, Kick, Mute, SetRole, Unban
from causerie.chat.errors import BadInput, NotAMember
from causerie.chat.events import Stands
from causerie.chat.model import ROLE_NAMES, ROLES, Channel, Person, Role, Standing
from causerie.chat.texts import check_text
from causerie.server import presence
from causerie.server.accounts import audit
from causerie.server.channels import log
from causerie.server.core import Core
from causerie.server.session import Session
from causerie.server.store import Append

REASON_BYTES = 400
MUTE_MOST = 366 * 86_400


def _look_up(
    core: Core, session: Session, channel: str, name: str
) -> tuple[Channel, Person, Person, Standing | None, Standing | None]:
    actor = session.person
    assert actor is not None
    place = core.directory.channel(channel)
    mine = core.directory.standing(place.id, actor.id)
    policy.check_read(place, actor, mine)
    whom = core.directory.person(name)
    return place, actor, whom, mine, core.directory.standing(place.id, whom.id)


def _stands(
    core: Core, session: Session, channel: Channel, whom: Person, standing: Standing | None, reason: str = ""
) -> Append:
    """Log and tell how `whom` stands here now; those sessions of theirs that are not in the channel are told too."""
    actor = session.person
    assert actor is not None
    now = core.now()
    before = core.directory.standing(channel.id, whom.id)
    presence.stand(core, channel, whom, standing)
    event = Stands(
        channel=channel.name,
        at=now,
        person=actor.id,
        name=actor.name,
        whom=whom.id,
        whom_name=whom.name,
        whom_guest=whom.guest,
        role=ROLE_NAMES[standing.role] if standing else None,
        was=ROLE_NAMES[before.role] if before else None,
        muted_until=standing.muted_until if standing else 0,
        reason=reason,
    )
    for ears in core.directory.connected.get(whom.id, ()):
        if channel.id not in ears.channels:
            core.tick.tell_one(ears, event)
    kept = {
        "whom": whom.id,
        "whom_name": whom.name,
        "whom_guest": whom.guest,
        "role": event.role,
        "was": event.was,
        "muted_until": event.muted_until,
        "reason": reason,
    }
    return log(core, session, channel, "stands", now, data=msgspec.json.encode(kept).decode())


def _reason(text: str) -> str:
    return check_text(text, REASON_BYTES).replace("\n", " ") if text else ""


def _put_out(core: Core, channel: Channel, whom: Person, reason: str) -> None:
    for own in tuple(core.directory.connected.get(whom.id, ())):
        if channel.id in own.channels:
            presence.leave(core, own, channel, reason, gone=True, how="put_out")
            # One that lags behind would not hear what the others hear.
            core.tick.tell_one(own, presence.left(channel, whom, reason, True, "put_out"))


def invite(core: Core, session: Session, command: InviteTo) -> Append:
    """Invite a person to a channel; one who is in it already stays as they are."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    policy.check_invite(channel, actor, mine, his)
    return _stands(core, session, channel, whom, his or Standing(Role.INVITED))


def kick(core: Core, session: Session, command: Kick) -> Append:
    """Put a person out."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    policy.check_moderate(channel, actor, mine, whom, his)
    if his is None or not his.inside:
        raise NotAMember(channel=channel.name, name=whom.name)
    reason = _reason(command.reason)
    audit(core, session, "kicked", channel=channel.name, name=whom.name, reason=reason)
    told = _stands(core, session, channel, whom, None, reason)
    _put_out(core, channel, whom, reason)
    return told


def ban(core: Core, session: Session, command: Ban) -> Append:
    """Put a person out and keep them out."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    policy.check_moderate(channel, actor, mine, whom, his)
    reason = _reason(command.reason)
    audit(core, session, "banned", channel=channel.name, name=whom.name, reason=reason)
    told = _stands(core, session, channel, whom, Standing(Role.BANNED), reason)
    _put_out(core, channel, whom, reason)
    return told


def unban(core: Core, session: Session, command: Unban) -> Append:
    """Let a banned person come back."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    policy.check_moderate(channel, actor, mine, whom, his)
    if his is None or his.role != Role.BANNED:
        raise BadInput(why="not_banned", name=whom.name)
    audit(core, session, "unbanned", channel=channel.name, name=whom.name)
    return _stands(core, session, channel, whom, None)


def mute(core: Core, session: Session, command: Mute) -> Append:
    """Keep a person from speaking for a time."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    policy.check_moderate(channel, actor, mine, whom, his)
    if his is None or not his.inside:
        raise NotAMember(channel=channel.name, name=whom.name)
    if not 0 <= command.seconds <= MUTE_MOST:
        raise BadInput(why="seconds", most=MUTE_MOST)
    reason = _reason(command.reason)
    until = core.now() + command.seconds * 1000 if command.seconds else 0
    audit(core, session, "muted", channel=channel.name, name=whom.name, seconds=command.seconds, reason=reason)
    return _stands(core, session, channel, whom, Standing(his.role, until), reason)


def set_role(core: Core, session: Session, command: SetRole) -> Append:
    """Make a member reader, member, moderator or owner."""
    channel, actor, whom, mine, his = _look_up(core, session, command.channel, command.name)
    role = ROLES[command.role]
    policy.check_role(channel, actor, mine, whom, his, role)
    assert his is not None
    audit(core, session, "role", channel=channel.name, name=whom.name, role=command.role)
    return _stands(core, session, channel, whom, Standing(role, his.muted_until))
