"""Who a channel has on record, for its moderators: members, and who is invited, banned, or kept muted or a reader."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Memberships
from causerie.chat.model import ROLE_NAMES, Role, RoleName, Standing
from causerie.chat.replies import MembershipLine, MembershipList
from causerie.server.context import Context
from causerie.server.engine import presence_view
from causerie.server.engine.session import Session
from causerie.server.features.channels import moderation

PAGE_MOST = 1000


def memberships(context: Context, session: Session, command: Memberships) -> MembershipList:
    """A page of them by name, above `after`. Raises NotModerator, and what reading the channel does."""
    channel, actor, mine = moderation.place(context, session, command.channel)
    policy.check_moderator(channel, actor, mine)
    state, limit = context.state, max(1, min(command.limit, PAGE_MOST))
    lines: list[MembershipLine] = []
    more = False
    for name, number in state.on_record(channel.id, command.after):
        # Guests that are gone may have had one name: the next page begins behind all of that name.
        if len(lines) >= limit and name != lines[-1].name:
            more = True
            break
        person = state.people.get(number) or state.banned_guests.get(number)
        if person is None:
            continue
        standing = state.standings[channel.id][number]
        lines.append(
            MembershipLine(
                person=number,
                name=name,
                guest=person.guest,
                role=_role(standing),
                member=standing.inside,
                here=presence_view.shown_to(state, channel, number, actor.id) is not None,
                muted_until=standing.muted_until,
            )
        )
    return MembershipList(channel=channel.name, people=lines, more=more)


def _role(standing: Standing) -> RoleName:
    return "member" if standing.role == Role.INVITED and not standing.admits else ROLE_NAMES[standing.role]
