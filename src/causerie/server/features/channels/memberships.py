"""Who a channel has on record, for its moderators: members, and who is invited, banned, or kept muted or a reader."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Memberships
from causerie.chat.model import ROLE_NAMES, Role, RoleName, Standing
from causerie.chat.replies import MembershipLine, MembershipList
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.channels import moderation
from causerie.server.features.presence import presence

PAGE_MOST = 1000


def memberships(context: Context, session: Session, command: Memberships) -> MembershipList:
    """A page of them by name, above `after`. Raises NotModerator, and what reading the channel does."""
    channel, actor, mine = moderation.place(context, session, command.channel)
    policy.check_moderator(channel, actor, mine)
    state, limit = context.state, max(1, min(command.limit, PAGE_MOST))
    known = (
        (person, standing)
        for number, standing in state.standings[channel.id].items()
        if (person := state.people.get(number) or state.banned_guests.get(number)) is not None
    )
    found = sorted(
        (pair for pair in known if pair[0].name > command.after), key=lambda pair: (pair[0].name, pair[0].id)
    )
    while limit < len(found) and found[limit][0].name == found[limit - 1][0].name:
        limit += 1  # guests that are gone may have had one name, by which the next page begins
    lines = [
        MembershipLine(
            person=person.id,
            name=person.name,
            guest=person.guest,
            role=_role(standing),
            member=standing.inside,
            here=presence.shown_to(context, channel, person.id, actor.id) is not None,
            muted_until=standing.muted_until,
        )
        for person, standing in found[:limit]
    ]
    return MembershipList(channel=channel.name, people=lines, more=len(found) > limit)


def _role(standing: Standing) -> RoleName:
    return "member" if standing.role == Role.INVITED and not standing.admits else ROLE_NAMES[standing.role]
