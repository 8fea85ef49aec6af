"""How many there are of all, as LUSERS says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from causerie.protocols.irc.messages.faces import Faces

EXACT_MOST = 100
"""Up to so many people are counted anew each time."""

COUNTED_A_SECOND = 4_000
"""Of more, so many a second at most: it takes about 1 % of a processor, however many come in."""


PEOPLE_A_SLICE = 500
"""Some 1 ms of work."""


class Counts(NamedTuple):
    """What LUSERS says. `hidden` are those of `people` with mode i; `unknown`: connections that nobody is, so far."""

    people: int
    most: int
    hidden: int
    operators: int
    unknown: int
    channels: int


class Census:
    """The counts, kept for a while where there are many to count."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._counted = 0.0
        self.counts = Counts(0, 0, 0, 0, 0, 0)

    def recount(self) -> Iterator[None] | None:
        """Count anew, a slice of all people at each step; None: what was counted is new enough, or was just counted.

        Many may ask before the first of them is counted for: who comes after that has nothing left to do.
        """
        if len(self._faces.view.connected()) <= EXACT_MOST:
            for _ in self._count():
                pass
            return None
        return None if self._is_new() else self._count_if_old()

    def _is_new(self) -> bool:
        view = self._faces.view
        return bool(self._counted) and view.clock() - self._counted < len(view.connected()) / COUNTED_A_SECOND

    def _count_if_old(self) -> Iterator[None]:
        if not self._is_new():
            yield from self._count()

    def _count(self) -> Iterator[None]:
        view, here, hidden, operators = self._faces.view, 0, 0, 0
        for at, person in enumerate(tuple(view.connected()), 1):
            if view.is_here(person):
                here += 1
                hidden += "i" in self._faces.of(person).modes
                operators += view.is_administrator(person)
            if not at % PEOPLE_A_SLICE:
                yield
        self.counts = Counts(
            people=here,
            most=max(self.counts.most, here),
            hidden=hidden,
            operators=operators,
            unknown=view.strangers(),
            channels=sum(channel.access == "public" for channel in view.channels()),
        )
        self._counted = view.clock()
