"""A text as lines: those its author sent (IRCv3 multiline), or cut where they are too long. No I/O.

A message's text is one, whatever lines it came in. Where its author's client cut a long line is kept beside it, in the
tag `draft/multiline-concat`, as places in the text: others are sent the same lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

CONCAT = "draft/multiline-concat"

LINES_MOST = 100
"""Of one message that comes in several."""


class Piece(NamedTuple):
    """One line; `on`: it goes on the one before, with no line end between them."""

    text: str
    on: bool


def joined(pieces: Sequence[Piece]) -> tuple[str, str]:
    """The text that lines come to, and where it was cut."""
    text, cuts = "", []
    for number, piece in enumerate(pieces):
        if piece.on:
            cuts.append(str(len(text)))
        elif number:
            text += "\n"
        text += piece.text
    return text, ",".join(cuts)


def composed(text: str, cuts: str, most: int) -> list[Piece]:
    """A text as lines of at most `most` bytes: at its line ends, where its author cut it, and where it must be."""
    places = sorted({int(place) for place in cuts.split(",") if place.isdecimal() and len(place) < 9} if cuts else ())
    found: list[Piece] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        edges = [start, *places[bisect_right(places, start) : bisect_left(places, end)], end]
        for first, last in pairwise(edges):
            for number, part in enumerate(_fitting(text[first:last], most)):
                found.append(Piece(part, first > start or number > 0))
        start = end + 1
    return found


def _fitting(line: str, most: int) -> list[str]:
    """A line in parts that fit, cut behind spaces where there are any, so that nothing is lost."""
    data = line.encode()
    if len(data) <= most:
        return [line]
    parts = []
    while len(data) > most:
        end = most
        while data[end] & 0xC0 == 0x80:
            end -= 1
        space = data.rfind(b" ", most // 2, end)
        end = space + 1 if space > 0 else end
        parts.append(data[:end].decode())
        data = data[end:]
    return [*parts, data.decode()] if data else parts
