"""Masks as IRC writes them, and as the core has them (chat/masks.py).

`nick!*@*` is a name, with its wildcards; `$a:account` an account (IRCv3 account-extban). User names are what a client
calls itself, and everybody has the same host: a mask that goes by these alone would mean nobody or everybody, and is
refused; beside a nick they are dropped, as what is told of the mask then shows.
"""

from __future__ import annotations

from causerie.chat.masks import ACCOUNT

EXTBAN = "$,a"
"""ISUPPORT EXTBAN: what an extended ban begins with, and its kinds."""

_EXTENDED = "$a:"


def core_mask(mask: str) -> str:
    """The core's mask; "" for one that it has no rule for."""
    if mask.startswith(_EXTENDED):
        return ACCOUNT + mask[len(_EXTENDED) :]
    if "!" in mask:
        nick, _, rest = mask.partition("!")
    elif "@" in mask:
        nick, rest = "*", mask
    else:
        nick, rest = mask, ""
    if not nick.strip("*") and rest.strip("*@"):
        return ""
    return nick or "*"


def loses(mask: str) -> bool:
    """Whether there is more in a mask than the core's has: a user or a host."""
    rest = mask.partition("!")[2] if "!" in mask else mask.partition("@")[2]
    return not mask.startswith(_EXTENDED) and bool(rest.strip("*@"))


def shown_mask(mask: str) -> str:
    """A mask of the core's in IRC."""
    if mask.startswith(ACCOUNT):
        return _EXTENDED + mask[len(ACCOUNT) :]
    return f"{mask}!*@*"
