"""How names are written in IRC: channel `home` is `#home`; a person's name is a nick as it is."""

from __future__ import annotations

from causerie.chat.model import Rank

ROLE_MODES = {"owner": "qo", "moderator": "o"}
"""The channel modes of roles, highest first; `v` is a voice."""

PREFIXES = {"q": "~", "o": "@", "v": "+"}
"""What stands before a nick in lists of names (ISUPPORT PREFIX)."""


def modes_of(role: str, voiced: bool) -> str:
    """The modes of somebody who stands so in a channel, highest first."""
    return ROLE_MODES.get(role, "") + ("v" if voiced else "")


STATUS: dict[str, Rank] = {"~": "owners", "@": "moderators", "+": "voiced"}
"""Whom a prefix before a channel's name means (ISUPPORT STATUSMSG), highest first."""

STATUS_PREFIX = {rank: prefix for prefix, rank in STATUS.items()}


def status_of(target: str) -> tuple[Rank | None, str]:
    """Whom of a channel a target means alone (of several prefixes the lowest), and the channel; None: it is no such
    target."""
    bare = target.lstrip("~@+")
    if bare == target or not is_channel(bare):
        return None, target
    return STATUS[max(target[: -len(bare)], key="~@+".index)], bare


def is_channel(target: str) -> bool:
    """Whether a target is a channel's (ISUPPORT CHANTYPES)."""
    return target[:1] == "#"


def core_name(target: str) -> str:
    """The name of an IRC channel in the core, where `##x` is another name than `x`."""
    return target if target[1:2] == "#" else target[1:]


def shown_channel(name: str) -> str:
    """A channel of the core in IRC."""
    return name if name[:1] == "#" else f"#{name}"


def is_direct(name: str) -> bool:
    """Whether a channel of the core is a direct conversation, which IRC has no channel for."""
    return name[:1] == "@"


def is_alone(name: str) -> bool:
    """Whether a channel of the core is somebody's conversation with themselves."""
    return name[:1] == "@" and "+" not in name


def partner(conversation: str, author: int) -> int:
    """Whom an author speaks to in the direct conversation of this name (it may be oneself); 0 where there are several.

    The name holds its people's ids (`chat.names.direct_name`).
    """
    people = [int(number, 16) for number in conversation[1:].split("+")]
    others = [number for number in people if number != author] or people
    return others[0] if len(others) == 1 else 0


def prefixes(role: str, every: bool, voiced: bool = False) -> str:
    """What stands before a nick; `every`: all of it (IRCv3 multi-prefix), not only the highest."""
    own = "".join(PREFIXES[mode] for mode in modes_of(role, voiced))
    return own if every else own[:1]
