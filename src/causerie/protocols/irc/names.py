"""How the world's names are written in IRC: channel `home` is `#home`; a person's name is a nick as it is."""

from __future__ import annotations

ROLE_PREFIXES = {"owner": ("~", "@"), "moderator": ("@",)}
"""What stands before a nick in lists of names, highest first (ISUPPORT PREFIX)."""

ROLE_MODES = {"owner": "qo", "moderator": "o"}
"""The channel modes that say the same."""


def is_channel(target: str) -> bool:
    """Whether a target is a channel's (ISUPPORT CHANTYPES)."""
    return target[:1] == "#"


def core_name(target: str) -> str:
    """The name of an IRC channel in the core. A second "#" is kept, and refused there as no channel's."""
    return target if target[1:2] == "#" else target[1:]


def shown_channel(name: str) -> str:
    """A channel of the core in IRC."""
    return name if name[:1] == "#" else f"#{name}"


def is_direct(name: str) -> bool:
    """Whether a channel of the core is a direct conversation, which IRC has no channel for."""
    return name[:1] == "@"


def partner(conversation: str, author: int) -> int:
    """Whom an author speaks to in the direct conversation of this name; 0 where there are several, or none.

    The name holds its people's ids (see `server.channels.direct`).
    """
    people = [int(number, 16) for number in conversation[1:].split("+")]
    others = [number for number in people if number != author]
    return others[0] if len(others) == 1 else 0


def prefixes(role: str, every: bool) -> str:
    """What stands before a nick; `every`: all of it (IRCv3 multi-prefix), not only the highest."""
    own = ROLE_PREFIXES.get(role, ())
    return "".join(own if every else own[:1])
