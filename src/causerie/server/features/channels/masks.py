"""A channel's lists of masks: who may not enter, who may in spite of that, who needs no invitation.

They hold for who would enter; who is in the channel already stays, as with bans of addresses. To ban one person by a
name that somebody has is a ban of that person, wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.bounds import MASKS_MOST
from causerie.chat.commands import Ban, Kick, Masks, SetMask, Unban
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.masks import check_mask, is_name
from causerie.chat.model import Channel, Mask, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import MaskLine, MaskLines
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.channels import moderation
from causerie.server.features.channels.channels import log
from causerie.server.ports.changes import Append, PutMask


def set_mask(context: Context, session: Session, command: SetMask) -> Append | Coroutine[Any, Any, Append]:
    """Put a mask on a list, or take it off."""
    channel, actor, mine = moderation.place(context, session, command.channel)
    policy.check_moderator(channel, actor, mine)
    mask = check_mask(command.mask)
    kept = context.state.masks.get(channel.id, {})
    key = command.list, mask
    if command.list == "ban" and is_name(mask) and key not in kept:
        if not command.on:
            return moderation.unban(context, session, Unban(channel=command.channel, name=mask))
        if skeleton(mask) in context.state.names:
            return moderation.ban(context, session, Ban(channel=command.channel, name=mask))
    if command.list == "invite" and not command.on and key not in kept and _is_invited(context, channel, mask):
        return moderation.kick(context, session, Kick(channel=command.channel, name=mask))
    if command.on is (key in kept):
        raise BadInput(why="masked" if command.on else "not_banned", name=mask)
    if command.on and len(kept) >= MASKS_MOST:
        raise TooMany(why="masks", most=MASKS_MOST)
    now = context.moment(channel.id)
    put = Mask(channel.id, command.list, mask, actor.name, now)
    context.apply(PutMask(put, command.on))
    audit(context, session, "masked", channel=channel.name, list=command.list, mask=mask, on=command.on)
    told = {"list": command.list, "mask": mask, "on": command.on}
    return log(context, session, channel, "masked", now, data=msgspec.json.encode(told).decode())


def _is_invited(context: Context, channel: Channel, name: str) -> bool:
    person = context.state.names.get(skeleton(name), 0) if is_name(name) else 0
    standing = context.state.standing(channel.id, person)
    return standing is not None and standing.invited


def masks(context: Context, session: Session, command: Masks) -> MaskLines:
    """A list: the bans for whoever may read the channel, as one may know who may not; the others for moderators. Those
    of bans and invitations name the people who are banned and invited too."""
    channel, actor, mine = moderation.place(context, session, command.channel)
    if command.list != "ban":
        policy.check_moderator(channel, actor, mine)
    kept = context.state.masks.get(channel.id, {}).values()
    lines = [MaskLine(mask.mask, mask.by, mask.at) for mask in kept if mask.list == command.list]
    if command.list == "ban":
        lines += [MaskLine(name) for name in _names(context, channel, lambda own: own.role == Role.BANNED)]
    elif command.list == "invite":
        lines += [MaskLine(name) for name in _names(context, channel, lambda own: own.invited)]
    return MaskLines(channel=channel.name, list=command.list, masks=tuple(lines))


def _names(context: Context, channel: Channel, wanted: Callable[[Standing], bool]) -> list[str]:
    """The people whose record is one of these, by the name that they have or had."""
    state = context.state
    numbers = (number for number, own in state.standings[channel.id].items() if wanted(own))
    people = (state.people.get(number) or state.banned_guests.get(number) for number in numbers)
    return sorted(person.name for person in people if person is not None)
