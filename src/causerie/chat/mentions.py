"""Finds the people whom a text mentions, once for every client.

They are mentioned as "@name", or "name:" at its beginning; "@channel" and "@here" mention all, if the author may.

A message begins with a name, or several, as is the custom on IRC: "anna: lunch?", "anna, bob: lunch?".
A name is looked up as a whole, then shorter by what may follow a name ("@anna's", "@anna."); the longest that somebody
has counts. Nobody is named inside code (CommonMark 0.31, sections 4.5 and 6.1), in an e-mail address or one on another
server ("@anna@example.org"), in a path ("/@anna"), or after a backslash: "\\@anna" writes the name and names nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from unicodedata import category

from causerie.chat.model import Everyone
from causerie.chat.names import PERSON_LONGEST, fold

PEOPLE_MOST = 50
"""So many people are named in one text; who comes after them is not."""

LOOKUPS_MOST = 100
"""So many names are looked up in one text, known or not."""

BEGINNINGS_MOST = 200
"""So many "@" are looked at in one text, whatever they are."""

_LONGEST = 2 * PERSON_LONGEST  # a letter and its accent may come as two characters
# What is in no name, so that the program is up sooner: the letters of all scripts take milliseconds to compile.
_LETTERS = r"[^\x00-&(-,/:-@~-\u00a9]"
_NAME = re.compile(rf"@({_LETTERS}{{1,{_LONGEST + 1}}})")
# A colon or comma of Chinese and Japanese needs no space behind it.
_ADDRESSED = re.compile(
    rf"\s*((?:(?![\uff0c\uff1a\u3001]){_LETTERS}){{1,{_LONGEST}}})(?:[:,](?=\s|\Z)|[\uff0c\uff1a\u3001])"
)


@cache
def _unspaced() -> re.Pattern[str]:
    """Scripts that put no space between words: there any letter may stand before the "@" and behind the name."""
    return re.compile(
        "[\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u318f\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af"
        "\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
    )


_HOST = re.compile(r"[-.]*[.][^\W_]")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_TICKS = re.compile(r"`+")
_ESCAPE_OR_TICKS = re.compile(r"\\[\s\S]|`+")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is named, by id, in the order of the text; and whether everyone is."""

    people: tuple[int, ...] = ()
    everyone: Everyone = ""


NOBODY = Mentions()


def find(text: str, person: Callable[[str], int | None], everyone: bool) -> Mentions:
    """Whom the text names. `person` gives the id of whoever has a name and may be named here; it is asked at most
    LOOKUPS_MOST times. `everyone`: whether @channel and @here mean anybody; if both stand there, it is the channel.
    """
    if not may_name(text):
        return NOBODY
    people = _addressed(text, person)
    all_of: Everyone = ""
    lookups = PEOPLE_MOST if people else 1
    looked_at = 0
    for piece in _outside_code(text):
        end = 0
        for found in _NAME.finditer(piece):
            looked_at += 1
            if looked_at > BEGINNINGS_MOST:
                return Mentions(tuple(people), all_of)
            if found.start() < end or not may_begin(piece, found.start()):
                continue
            for name in _candidates(found[1]):
                end = found.start() + 1 + len(name)
                if everyone and (word := _word(name)) and not piece.startswith("@", end):
                    all_of = word if all_of != "channel" else all_of
                    break
                if lookups == LOOKUPS_MOST:
                    return Mentions(tuple(people), all_of)
                lookups += 1
                number = person(name)
                if number is not None:
                    if not (piece.startswith("@", end) or _is_mail(piece, found.start(), end)):
                        people[number] = True
                    break
            else:
                end = 0
            if len(people) == PEOPLE_MOST:
                return Mentions(tuple(people), all_of)
    return Mentions(tuple(people), all_of)


def may_name(text: str) -> bool:
    """Whether a text may name anybody: nothing has to be looked up for most."""
    return "@" in text or ((":" in text or "," in text or not text.isascii()) and _ADDRESSED.match(text) is not None)


def _addressed(text: str, person: Callable[[str], int | None]) -> dict[int, bool]:
    """Those whose names the text begins with, each with a colon or a comma."""
    people: dict[int, bool] = {}
    at = 0
    for _ in range(PEOPLE_MOST):
        found = _ADDRESSED.match(text, at)
        number = person(found[1]) if found else None
        if found is None or number is None:
            break
        people[number] = True
        at = found.end()
    return people


def _word(name: str) -> Everyone:
    if len(name) > 8:
        return ""
    folded = fold(name)
    return "channel" if folded == "channel" else "here" if folded == "here" else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or (not character.isascii() and category(character)[0] == "M")


def may_begin(piece: str, at: int) -> bool:
    """Whether an "@" here begins a mention, from what stands before it."""
    if at == 0:
        return True
    before = piece[at - 1]
    if before in "@/\\" or (_is_word(before) and not _unspaced().match(before)):
        return False
    # "anna.@example.org" is an address too.
    return not (before in ".+-_%" and at > 1 and _is_word(piece[at - 2]))


def _is_mail(piece: str, at: int, end: int) -> bool:
    """Whether what has a letter right before its "@" is an e-mail address, as in "\u4f60\u597d@anna.example"."""
    return at > 0 and _is_word(piece[at - 1]) and _HOST.match(piece, end) is not None


def _candidates(run: str) -> Iterator[str]:
    """The names that this can be, longest first: all of it, then less by what may follow a name."""
    words_follow = len(run) > _LONGEST
    for end in range(len(run), 0, -1):
        if end == len(run):
            possible = not words_follow
        else:
            after = run[end]
            word = _is_word(after)
            words_follow = words_follow or word
            # "anna_b" is one name, in "_@anna_" the last stroke is none of it.
            possible = not words_follow if after == "_" else not word or bool(_unspaced().match(after))
        if possible:
            yield run[:end]


def _outside_code(text: str) -> Iterator[str]:
    """The parts of the text that are not code. A span does not reach over a blank line, nor over a fence."""
    if "`" not in text and "~~~" not in text:
        yield text
        return
    fence = ""
    lines: list[str] = []
    for line in text.split("\n"):
        opens = _FENCE.fullmatch(line)
        if fence:
            if opens and opens[1].startswith(fence) and not opens[2].strip():
                fence = ""
        elif opens and not (opens[1][0] == "`" and "`" in opens[2]):
            fence = opens[1]
            yield from _outside_spans("\n".join(lines))
            lines = []
        elif line.strip():
            lines.append(line)
        else:
            yield from _outside_spans("\n".join(lines))
            lines = []
    yield from _outside_spans("\n".join(lines))


def _outside_spans(text: str) -> Iterator[str]:
    """The parts of a paragraph that are not in a code span: it ends at as many backticks as it began with."""
    closers: dict[int, list[int]] = {}
    for ticks in _TICKS.finditer(text):
        closers.setdefault(len(ticks[0]), []).append(ticks.start())
    start = at = 0
    while mark := _ESCAPE_OR_TICKS.search(text, at):
        at = mark.end()
        if mark[0][0] != "`":
            continue
        same = closers.get(len(mark[0]), [])
        next_one = bisect_left(same, at)
        if next_one < len(same):
            yield text[start : mark.start()]
            start = at = same[next_one] + len(mark[0])
    yield text[start:]
