"""How many there are of all, as LUSERS says it."""

from __future__ import annotations

from typing import NamedTuple

from causerie.protocols.irc.messages.faces import Faces

EXACT_MOST = 100
"""Up to so many people are counted anew each time."""

COUNTED_A_SECOND = 4_000
"""Of more, so many a second at most: it takes about 1 % of a processor, however many come in."""


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
        self._most = 0
        self._counted: tuple[float, Counts] | None = None

    def counts(self) -> Counts:
        """How many there are of all. Where they are many, as it was a moment ago: see COUNTED_A_SECOND."""
        view = self._faces.view
        now, connected = view.clock(), len(view.connected())
        if (
            self._counted is not None
            and connected > EXACT_MOST
            and now - self._counted[0] < connected / COUNTED_A_SECOND
        ):
            return self._counted[1]
        here = [person for person in view.connected() if view.is_here(person)]
        self._most = max(self._most, len(here))
        counts = Counts(
            people=len(here),
            most=self._most,
            hidden=sum("i" in self._faces.of(person).modes for person in here),
            operators=sum(map(view.is_administrator, here)),
            unknown=view.strangers(),
            channels=sum(channel.access == "public" for channel in view.channels()),
        )
        self._counted = now, counts
        return counts
