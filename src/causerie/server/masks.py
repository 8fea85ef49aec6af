"""A channel's lists of masks: who may not enter, who may in spite of that, who needs no invitation.

They hold for who would enter; who is in the channel already stays, as with bans of addresses. To ban one person by a
name that somebody has is a ban of that person, wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Ban, Masks, SetMask, Unban
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.masks import check_mask, is_name
from causerie.chat.model import Channel, Mask, Role
from causerie.chat.names import skeleton
from causerie.chat.replies import MaskLine, MaskLines
from causerie.server import moderation
from causerie.server.audit import audit
from causerie.server.changes import Append, PutMask
from causerie.server.channels import log
from causerie.server.core import Core
from causerie.server.session import Session

MASKS_MOST = 100
"""Masks of a channel, of all its lists together."""


def set_mask(core: Core, session: Session, command: SetMask) -> Append | Coroutine[Any, Any, Append]:
    """Put a mask on a list, or take it off."""
    channel, actor, mine = moderation.place(core, session, command.channel)
    policy.check_moderator(channel, actor, mine)
    mask = check_mask(command.mask)
    kept = core.directory.masks.setdefault(channel.id, {})
    key = command.list, mask
    if command.list == "ban" and is_name(mask) and key not in kept:
        if not command.on:
            return moderation.unban(core, session, Unban(channel=command.channel, name=mask))
        if skeleton(mask) in core.directory.names:
            return moderation.ban(core, session, Ban(channel=command.channel, name=mask))
    if command.on is (key in kept):
        raise BadInput(why="masked" if command.on else "not_banned", name=mask)
    if command.on and len(kept) >= MASKS_MOST:
        raise TooMany(why="masks", most=MASKS_MOST)
    now = core.now()
    put = Mask(channel.id, command.list, mask, actor.name, now)
    if command.on:
        core.tick.put(kept, key, put)
    else:
        core.tick.drop(kept, key)
    core.tick.store(PutMask(put, command.on))
    audit(core, session, "masked", channel=channel.name, list=command.list, mask=mask, on=command.on)
    told = {"list": command.list, "mask": mask, "on": command.on}
    return log(core, session, channel, "masked", now, data=msgspec.json.encode(told).decode())


def masks(core: Core, session: Session, command: Masks) -> MaskLines:
    """A list: the bans for whoever may read the channel, as one may know who may not; the others for moderators."""
    channel, actor, mine = moderation.place(core, session, command.channel)
    if command.list != "ban":
        policy.check_moderator(channel, actor, mine)
    kept = core.directory.masks.get(channel.id, {}).values()
    lines = [MaskLine(mask.mask, mask.by, mask.at) for mask in kept if mask.list == command.list]
    if command.list == "ban":
        lines += [MaskLine(name) for name in _banned(core, channel)]
    return MaskLines(channel=channel.name, list=command.list, masks=tuple(lines))


def _banned(core: Core, channel: Channel) -> list[str]:
    """The people who are banned, by the name that they have or had."""
    banned = (number for number, own in core.directory.standings[channel.id].items() if own.role == Role.BANNED)
    people = (core.directory.people.get(number) for number in banned)
    return sorted(person.name for person in people if person is not None)
