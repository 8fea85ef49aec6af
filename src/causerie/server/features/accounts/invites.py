"""Invite links: made by administrators, used at registration. Only a token's hash is kept."""

from __future__ import annotations

from causerie.chat.commands import ListInvites, MakeInvite, RevokeInvite
from causerie.chat.errors import BadInput, NoSuchInvite
from causerie.chat.model import Invite
from causerie.chat.replies import Done, InviteLine, InviteList, InviteMade
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.accounts.login import hash_token
from causerie.server.ports.changes import PutInvite

USES_MOST = 10_000
HOURS_MOST = 24 * 3660
NOTE_MOST = 200


def is_good(context: Context, invite: Invite) -> bool:
    """Whether a link still lets people in: it has not ended, and whoever made it could make it now.

    A demoted administrator could otherwise come back by a link that they made before.
    """
    if invite.until and invite.until <= context.now():
        return False
    if invite.made_as:
        return any(entry.name == invite.made_as for entry in context.config.oper)
    maker = context.state.people.get(invite.made_by)
    return not invite.made_by or (maker is not None and maker.admin and not maker.disabled)


def make(context: Context, session: Session, command: MakeInvite) -> InviteMade:
    """A new link; it is told only here."""
    if not 1 <= command.uses <= USES_MOST:
        raise BadInput(why="uses", least=1, most=USES_MOST)
    if not 0 <= command.hours <= HOURS_MOST:
        raise BadInput(why="hours", most=HOURS_MOST)
    if len(command.note) > NOTE_MOST or not command.note.isprintable():
        raise BadInput(why="note", most=NOTE_MOST)
    token, now, entry = context.secret().hex(), context.now(), session.elevated_by
    own = session.person is None or session.person.admin
    invite = Invite(
        id=context.new_id(),
        token_hash=hash_token(token),
        made_by=session.person.id if session.person else 0,
        made_at=now,
        uses_left=command.uses,
        until=now + command.hours * 3_600_000 if command.hours else 0,
        admin=command.admin,
        note=command.note,
        made_as="" if own or entry is None else entry.name,
    )
    context.apply(PutInvite(invite))
    audit(context, session, "invite_made", invite=invite.id, uses=command.uses, admin=int(command.admin))
    return InviteMade(invite=invite.id, token=token, link=context.link(token, command.admin))


def invites(context: Context, session: Session, command: ListInvites) -> InviteList:
    """Those that are still good, oldest first."""
    people = context.state.people
    good = sorted(
        (invite for invite in context.state.invites.values() if is_good(context, invite)),
        key=lambda invite: invite.made_at,
    )
    return InviteList(
        invites=[
            InviteLine(
                invite=invite.id,
                uses_left=invite.uses_left,
                until=invite.until,
                made_by=people[invite.made_by].name if invite.made_by in people else "",
                admin=invite.admin,
                note=invite.note,
            )
            for invite in good
        ]
    )


def revoke(context: Context, session: Session, command: RevokeInvite) -> Done:
    """Make a link useless."""
    invite = context.state.invites.get(command.invite)
    if invite is None:
        raise NoSuchInvite(invite=command.invite)
    gone = Invite(invite.id, invite.token_hash, invite.made_by, invite.made_at, 0, invite.until)
    context.apply(PutInvite(gone))
    audit(context, session, "invite_revoked", invite=invite.id)
    return Done()
