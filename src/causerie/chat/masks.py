"""Masks: patterns of names, for rules about people who are not here or do not exist yet.

A mask is a name in which `*` stands for any characters and `?` for one; behind `account:` it is an account's name, and
a guest of that name is not meant. Names are compared as names are: without regard to case. What a person's address is,
or how their client calls itself, is no part of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from causerie.chat.errors import BadInput
from causerie.chat.model import Person
from causerie.chat.names import PERSON_LONGEST, fold

ACCOUNT = "account:"

LONGEST = 2 * PERSON_LONGEST
"""Characters of a mask behind what it begins with."""


def check_mask(text: str) -> str:
    """The mask as it is kept. Raises BadInput."""
    if len(text) > 4 * LONGEST:
        raise BadInput(why="mask", mask=text[:LONGEST], most=LONGEST)
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
    return _compiled(pattern).match(name) is not None


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as an expression. What is between two stars is looked for once, at the first place where it fits (an
    atomic group), so that none takes longer than its length times the name's."""
    first, *parts = map(_piece, pattern.split("*"))
    middle = "".join(f"(?>.*?{part})" for part in parts[:-1] if part)
    return re.compile(first + middle + (f".*{parts[-1]}" if parts else "") + r"\Z", re.DOTALL)


def _piece(part: str) -> str:
    return re.escape(part).replace(r"\?", ".")
