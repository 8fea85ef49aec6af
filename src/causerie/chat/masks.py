"""Masks: patterns for people, so that rules hold for those who are not here, or not made yet.

A mask is a name in which `*` stands for any characters and `?` for one; behind `account:` it is an account's name, and
a guest of that name is not meant. Names are compared as names are: without regard to case. What a person's address is,
or how their client calls itself, is no part of it.
"""

from __future__ import annotations

from causerie.chat.errors import BadInput
from causerie.chat.model import Person
from causerie.chat.names import PERSON_LONGEST, fold

ACCOUNT = "account:"

LONGEST = 2 * PERSON_LONGEST
"""Characters of a mask behind what it begins with."""


def check_mask(text: str) -> str:
    """The mask as it is kept. Raises BadInput."""
    account = ACCOUNT if text.startswith(ACCOUNT) else ""
    name = fold(text.removeprefix(ACCOUNT))
    while "**" in name:
        name = name.replace("**", "*")
    if not name or len(name) > LONGEST or not name.isprintable() or any(letter in " ,:!@" for letter in name):
        raise BadInput(why="mask", mask=text[:LONGEST], most=LONGEST)
    return account + name


def is_name(mask: str) -> bool:
    """Whether a mask is one name, and not a pattern for several."""
    return not mask.startswith(ACCOUNT) and "*" not in mask and "?" not in mask


def fits(mask: str, person: Person) -> bool:
    """Whether a mask means this person."""
    if mask.startswith(ACCOUNT):
        return not person.guest and matches(mask[len(ACCOUNT) :], fold(person.name))
    return matches(mask, fold(person.name))


def matches(pattern: str, name: str) -> bool:
    """Whether a folded name is as a folded pattern says."""
    # Each star is tried at the last place it can begin: no pattern takes longer than its length times the name's.
    at, place, star, tried = 0, 0, -1, 0
    while place < len(name):
        if at < len(pattern) and pattern[at] == "*":
            star, tried = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", name[place]):
            at += 1
            place += 1
        elif star >= 0:
            at, tried = star + 1, tried + 1
            place = tried
        else:
            return False
    return not pattern[at:].strip("*")
