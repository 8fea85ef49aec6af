"""A channel's lists of masks: who may not enter, who may in spite of that, who needs no invitation.

They hold for who would enter; who is in the channel already stays, as with bans of addresses. To ban one person by a
name that somebody has is a ban of that person, wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.bounds import MASKS_MOST
from causerie.chat.commands import Ban, Kick, Masks, SetMask, Unban
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.masks import check_mask, is_name
from causerie.chat.model import Channel, Mask, MaskList, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import MaskLine, MaskLines
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.channels import moderation
from causerie.server.features.channels.channels import log
from causerie.server.ports.changes import Append, PutMask
from causerie.server.walks import LOOKED_AT, in_slices, walk


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


def masks(context: Context, session: Session, command: Masks) -> MaskLines | Coroutine[Any, Any, MaskLines]:
    """A list: the bans for whoever may read the channel, as one may know who may not; the others for moderators. Those
    of bans and invitations name the people who are banned and invited too."""
    channel = _listed(context, session, command)
    standings, wanted = context.state.standings[channel.id], _ON_RECORD.get(command.list)
    if wanted is None or len(standings) <= LOOKED_AT:
        return _lines(
            context, channel, command, [] if wanted is None else filter(None, _names(context, channel, wanted))
        )
    return _walked(context, session, command, wanted)


def _listed(context: Context, session: Session, command: Masks) -> Channel:
    channel, actor, mine = moderation.place(context, session, command.channel)
    if command.list != "ban":
        policy.check_moderator(channel, actor, mine)
    return channel


async def _walked(context: Context, session: Session, command: Masks, wanted: Callable[[Standing], bool]) -> MaskLines:
    names: list[str] = []
    await walk(context, session, in_slices(_names(context, _listed(context, session, command), wanted), names))
    return _lines(context, _listed(context, session, command), command, names)


def _lines(context: Context, channel: Channel, command: Masks, names: Iterable[str]) -> MaskLines:
    kept = context.state.masks.get(channel.id, {}).values()
    lines = [MaskLine(mask.mask, mask.by, mask.at) for mask in kept if mask.list == command.list]
    lines += map(MaskLine, sorted(names))
    return MaskLines(channel=channel.name, list=command.list, masks=tuple(lines))


_ON_RECORD: dict[MaskList, Callable[[Standing], bool]] = {
    "ban": lambda own: own.role == Role.BANNED,
    "invite": lambda own: own.invited,
}
"""Which lists name people too, and of which records."""


def _names(context: Context, channel: Channel, wanted: Callable[[Standing], bool]) -> Iterator[str | None]:
    """The people whose record is one of these, by the name that they have or had; None for each of the others."""
    state = context.state
    for number, own in list(state.standings[channel.id].items()):
        yield (state.name_of(number) or None) if wanted(own) else None
