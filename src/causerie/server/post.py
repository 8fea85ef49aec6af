"""Sends to many, put together for one call of the system where it can do that (`Ring`).

What is put waits until `flush`. So whoever writes to a connection in another way, or lets it go, flushes first, and
`Fanout` does when it has told all it had. No connection is in it twice: what is left of one text must go out before the
next does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from causerie.server.session import Session

Left = Sequence[tuple[int, int]]
"""By descriptor: who was not sent all, and how much of it."""

Places = Mapping[int, tuple[int, Session]]
"""By descriptor: the place of its row, and whose it is."""


class Ring(Protocol):
    """One call of the system for many sends, of which none waits.

    For groups of `least` and more, and up to `most` bytes.
    """

    least: int
    most: int

    def rows(self, descriptors: Iterable[int]) -> bytes:
        """What says to whom to send."""

    def put(self, rows: bytes, without: Sequence[int], data: bytes) -> Left:
        """Send the same to these, but for those at some places, in rising order, with the next `go`.

        What there is no room for goes at once, after all that was put before it: what was left of that.
        """

    def go(self) -> Left:
        """Send all that was put."""


class Post:
    """See the module. `closed` counts descriptors that were closed: what `rows` gave before is not used any more, since
    another connection may have the same descriptor from then on."""

    __slots__ = ("_owed", "_parts", "closed", "ring", "waiting")

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.closed = 0
        self.waiting = False
        self._owed: set[int] = set()
        self._parts: list[tuple[Places, bytes]] = []

    def owes(self, places: Places) -> bool:
        """Whether something waits for one of these."""
        return not self._owed.isdisjoint(places)

    def put(self, rows: bytes, places: Places, without: Sequence[int], data: bytes) -> None:
        """Send to these, to whom nothing is owed, but for those at some places, with the next `flush`."""
        self.waiting = True
        self._owed.update(places)
        self._parts.append((places, data))
        if left := self.ring.put(rows, without, data):
            self._leave(left, self._parts.copy())

    def flush(self) -> None:
        """Send all that waits."""
        if self.waiting:
            parts, self._parts = self._parts, []
            self._owed.clear()
            self.waiting = False
            if left := self.ring.go():
                self._leave(left, parts)

    def _leave(self, left: Left, parts: Sequence[tuple[Places, bytes]]) -> None:
        for descriptor, sent in left:
            for places, data in reversed(parts):
                if descriptor in places:
                    places[descriptor][1].outlet.wait(data[sent:])
                    break
