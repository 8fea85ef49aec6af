"""Invite links: made by administrators, used at registration. Only a token's hash is kept."""

from __future__ import annotations

from causerie.chat.commands import ListInvites, MakeInvite, RevokeInvite
from causerie.chat.errors import BadInput, NoSuchInvite
from causerie.chat.model import Invite
from causerie.chat.replies import Done, InviteLine, InviteList, InviteMade
from causerie.server.audit import audit
from causerie.server.changes import PutInvite
from causerie.server.core import Core
from causerie.server.login import hash_token
from causerie.server.session import Session

USES_MOST = 10_000
HOURS_MOST = 24 * 3660
NOTE_MOST = 200


def make(core: Core, session: Session, command: MakeInvite) -> InviteMade:
    """A new link; it is told only here."""
    if not 1 <= command.uses <= USES_MOST:
        raise BadInput(why="uses", least=1, most=USES_MOST)
    if not 0 <= command.hours <= HOURS_MOST:
        raise BadInput(why="hours", most=HOURS_MOST)
    if len(command.note) > NOTE_MOST or not command.note.isprintable():
        raise BadInput(why="note", most=NOTE_MOST)
    token, now = core.secret().hex(), core.now()
    invite = Invite(
        id=core.new_id(),
        token_hash=hash_token(token),
        made_by=session.person.id if session.person else 0,
        made_at=now,
        uses_left=command.uses,
        until=now + command.hours * 3_600_000 if command.hours else 0,
        admin=command.admin,
        note=command.note,
    )
    core.tick.put(core.directory.invites, invite.id, invite)
    core.tick.store(PutInvite(invite))
    audit(core, session, "invite_made", invite=invite.id, uses=command.uses, admin=int(command.admin))
    return InviteMade(invite=invite.id, token=token, link=core.link(token, command.admin))


def invites(core: Core, session: Session, command: ListInvites) -> InviteList:
    """Those that are still good, oldest first."""
    now, people = core.now(), core.directory.people
    good = sorted(
        (invite for invite in core.directory.invites.values() if not invite.until or invite.until > now),
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


def revoke(core: Core, session: Session, command: RevokeInvite) -> Done:
    """Make a link useless."""
    invite = core.directory.invites.get(command.invite)
    if invite is None:
        raise NoSuchInvite(invite=command.invite)
    core.tick.drop(core.directory.invites, invite.id)
    gone = Invite(invite.id, invite.token_hash, invite.made_by, invite.made_at, 0, invite.until)
    core.tick.store(PutInvite(gone))
    audit(core, session, "invite_revoked", invite=invite.id)
    return Done()
