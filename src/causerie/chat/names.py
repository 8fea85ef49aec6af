"""Names of people and channels: what they may be, when two are the same, when two look alike.

Four answers to "which name is this?", from the outside in:

- the shown name, what `person_name` or `channel_name` gives back: the only form that enters the chat;
- `fold`, the key by which two names are the same one;
- `skeleton`, the key by which two names look alike: two with one skeleton cannot both exist;
- `reserved_word`, whether the name passes for the server or its staff, and `guest_prefix`, for a classic guest.

Sources: RFC 8264 and RFC 8265 (PRECIS), through precis_i18n; UTS 39 (Unicode security mechanisms),
through the tables in unicode_tables.py. Both are imported when the first name that is not ASCII comes: a
storm of guests has none. A character that either the running Python or the tables do not know yet is
refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, Literal

from causerie.chat.errors import BadName

PERSON_LONGEST = 32
"""Characters in a person's name, after normalisation."""
CHANNEL_LONGEST = 64
"""Characters in a channel's name, after normalisation and without the leading "#"."""

_START = r"(?=[^A-Za-z0-9]*[A-Za-z0-9])[A-Za-z0-9_\[\]{}|^`\\]"
_INSIDE = r"A-Za-z0-9_\[\]{}|^`\\\-.'"
# "[-]" is how the classic protocol says that somebody has left.
_PERSON = re.compile(rf"(?!\[-\]){_START}[{_INSIDE}]{{0,{PERSON_LONGEST - 1}}}")
# One "#" before a name is IRC's way to write it; with more of them it is another name.
_CHANNEL = re.compile(rf"(?:##+)?{_START}[{_INSIDE}+&!?/=~#@$%()]{{0,{CHANNEL_LONGEST - 1}}}")


def person_name(text: str) -> str:
    """The name of an account or a guest as it is shown: RFC 8265 UsernameCasePreserved, then our own rules.

    Raises BadName.
    """
    if _PERSON.fullmatch(text):
        return text
    return _careful(text, text, _PERSON, PERSON_LONGEST, _compose)


def channel_name(text: str) -> str:
    """A channel's name, in small letters and without the "#" that IRC writes before it. "##x" is not "x" but another.

    A name that begins with "@" is a direct conversation's, see `direct_name`, and is refused here. Raises BadName.
    """
    bare = text if text.startswith("##") else text.removeprefix("#")
    if len(bare) <= CHANNEL_LONGEST and _CHANNEL.fullmatch(bare):
        return bare.lower()
    return _careful(text, bare, _CHANNEL, CHANNEL_LONGEST, _compose_small)


def direct_name(people: Iterable[int]) -> str:
    """The name of the direct conversation of these people (ids)."""
    return "@" + "+".join(f"{number:x}" for number in sorted(people))


def fold(name: str) -> str:
    """The key by which two names are the same: of a person's name, RFC 8265 UsernameCaseMapped.

    Any text has one, and a channel's name is its own.
    """
    if name.isascii():
        return name.lower()
    return _compose(_compose(name).lower())


def skeleton(name: str) -> str:
    """The key by which two names look alike: the UTS 39 skeleton of `fold(name)`, then ASCII look-alikes.

    It is a key, never shown. Any text has one, and a skeleton is its own. Wide letters are taken apart (m
    to rn, w to vv) rather than put together, so that every reading of "vvv" comes to the same.
    """
    if name.isascii():
        return _plain(name.lower())
    return _kept_skeleton(name) if len(name) <= CHANNEL_LONGEST else _skeleton(name)


def _skeleton(name: str) -> str:
    from unicodedata import normalize

    from causerie.chat.unicode_tables import LOOK_ALIKES

    alike = normalize("NFD", normalize("NFD", fold(name)).translate(LOOK_ALIKES))
    return re.sub("(?<=[lj])\N{COMBINING DOT ABOVE}+", "", _plain(alike))


_kept_skeleton = lru_cache(maxsize=5_000)(_skeleton)


def _plain(text: str) -> str:
    text = text.replace("1", "l").replace("i", "l").replace("|", "l").replace("0", "o")
    return text.replace("m", "rn").replace("w", "vv").replace("`", "'")


_RESERVED_WORDS = """
    abuse admin administrateur administrator admins all anonymous bot botserv causerie channel chanserv
    classic everybody everyone global help helpserv here home host hostmaster hostserv info invite irc
    ircd ircop localhost log memoserv mod moderateur moderation moderator mods nickserv nobody none null
    official oper operator operserv owner postmaster root saslserv security server serveur service
    services staff statserv status superuser support sysop system systeme team tous undefined user users
    webmaster
"""
_RESERVED = frozenset(map(skeleton, _RESERVED_WORDS.split()))


def reserved_word(name: str) -> bool:
    """Whether the name passes for the server or its staff ("admin", "r00t", "[server]"), for anybody."""
    bare = skeleton(name)
    if not bare.isalnum():
        from unicodedata import category

        bare = "".join(character for character in bare if category(character)[0] in "LN")
    return bare in _RESERVED


def guest_prefix(name: str) -> bool:
    """Whether the name could be taken for a classic guest's: only guests may have it.

    "Guénolé" could not: an accent is seen.
    """
    if fold(name).startswith("gue"):
        return True
    return not name.isascii() and _compose(skeleton(name)).startswith("gue")


def is_guest_style(name: str) -> bool:
    """Whether the classic protocol asks for no password: it looks at these three letters as they are."""
    return name.startswith("Gue")


def free_guest_name(taken: Callable[[str], bool], pick: Callable[[int], int]) -> str:
    """A name for a guest who gave none: "Guest" and three digits, more once those are nearly used up.

    `pick(n)` gives a number from 0 to n - 1. It asks `taken` up to 224 times: 32 for each number of
    digits from 3 to 9. Raises LookupError if every one was taken.
    """
    for digits in range(3, 10):
        first = 10 ** (digits - 1)
        for _ in range(32):
            name = f"Guest{first + pick(9 * first)}"
            if not taken(name):
                return name
    raise LookupError("no guest name is free: have guests choose their own")


def _compose(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFKC", text)


def _compose_small(text: str) -> str:
    # casefold() makes Cherokee letters capitals, which lower() undoes.
    return _compose(_compose(text).casefold().lower())


def _bad(given: str, why: Literal["empty", "too_long", "character", "look_alike"]) -> BadName:
    return BadName(name=given[:80].encode(errors="replace").decode(), why=why)


def _careful(given: str, text: str, ascii_rule: re.Pattern[str], longest: int, compose: Callable[[str], str]) -> str:
    """The whole check, for a name not ASCII or refused by the quick one; `given` is for the error."""
    if not text:
        raise _bad(given, "empty")
    if len(text) > 4 * longest:
        raise _bad(given, "too_long")
    name = text if text.isascii() else compose(text)
    if len(name) > longest:
        raise _bad(given, "too_long")
    if not ascii_rule.fullmatch(_in_ascii(name)):
        raise _bad(given, "character")
    if name.isascii():
        return name
    try:
        name = str(_precis().enforce(name))
    except ValueError:
        raise _bad(given, "character") from None
    _check_scripts(given, name)
    _check_digits_and_marks(given, name)
    return name


def _in_ascii(name: str) -> str:
    """The name with "a" for each further letter or digit, "-" for each mark and NUL for what no name has.

    PRECIS lets the joiners U+200C and U+200D in where they shape letters; here they are refused, as
    invisible.
    """
    if name.isascii():
        return name
    from unicodedata import category

    stand_in = {"L": "a", "N": "a", "C": "\0", "Z": "\0"}
    return "".join(
        character if character.isascii() else stand_in.get(category(character)[0], "-") for character in name
    )


@cache
def _precis() -> Any:
    from precis_i18n import get_profile

    return get_profile("UsernameCasePreserved")


def _check_scripts(given: str, name: str) -> None:
    """UTS 39, section 5.2, highly restrictive: one writing system, or Latin and an East Asian one."""
    from causerie.chat.unicode_tables import SCRIPT_INDEXES, SCRIPT_SETS, SCRIPT_STARTS

    ranges = {bisect_right(SCRIPT_STARTS, ord(character)) - 1 for character in name}
    labels = {SCRIPT_SETS[SCRIPT_INDEXES[index]] for index in ranges}
    if "" in labels:
        raise _bad(given, "character")
    sets = [frozenset(label.split()) for label in labels if label != "*"]
    if not sets or frozenset.intersection(*sets):
        return
    beside_latin = [scripts for scripts in sets if "Latn" not in scripts]
    if beside_latin and frozenset.intersection(*beside_latin) & {"Hanb", "Jpan", "Kore"}:
        return
    raise _bad(given, "look_alike")


def _check_digits_and_marks(given: str, name: str) -> None:
    """UTS 39, sections 5.3 and 5.4: the digits of one system; at most four marks on a letter, none of
    them twice.
    """
    from unicodedata import category, decimal, normalize

    zeros = {ord(character) - decimal(character) for character in name if category(character) == "Nd"}
    marks = ""
    for character in normalize("NFD", name):
        repeated = character in marks
        marks = marks + character if category(character) == "Mn" else ""
        if repeated or len(marks) > 4:
            raise _bad(given, "look_alike")
    if len(zeros) > 1:
        raise _bad(given, "look_alike")
