"""Collects sends to many sessions, for one system call where the system allows it (`Ring`).

What is put waits until `flush`. So whoever writes to a connection in another way, or lets it go, flushes first, and
`Fanout` does when it has told all it had. No connection is in it twice: what is left of one text must go out before the
next does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from causerie.server.engine.session import Session

Left = Sequence[tuple[int, int]]
"""By descriptor: who was not sent all, and how much of it."""


class DirectSocket(Protocol):
    """A connection's own socket, past its transport: transport/direct_write.py has it."""

    descriptor: int
    """Its number, for the system; -1: it was let go."""
    send: Callable[[bytes], int]
    """The system's own call: takes bytes, gives how many it took, or raises OSError."""

    def wait(self, rest: bytes) -> None:
        """Send what `send` did not take, before anything else."""


Places = Mapping[int, tuple[int, DirectSocket]]
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


class BatchSender:
    """See the module. Without a ring it takes nothing.

    `sockets`: those who may be sent to past their transports, since nothing waits there.
    `closed` counts descriptors that were closed: what `rows` gave before is not used any more, since another connection
    may have the same descriptor from then on.
    """

    __slots__ = ("_owed", "_ring", "closed", "sockets")

    def __init__(self, ring: Ring | None = None) -> None:
        self.closed = 0
        self.sockets: dict[Session, DirectSocket] = {}
        self._ring = ring
        self._owed: dict[int, tuple[Places, bytes]] = {}

    @property
    def waiting(self) -> bool:
        """Whether anything waits."""
        return bool(self._owed)

    def takes(self, sends: int, size: int) -> bool:
        """Whether a text of so many bytes for so many is for it."""
        return self._ring is not None and sends >= self._ring.least and size <= self._ring.most

    def rows(self, descriptors: Iterable[int]) -> bytes:
        """See Ring."""
        return b"" if self._ring is None else self._ring.rows(descriptors)

    def owes(self, places: Places) -> bool:
        """Whether something waits for one of these."""
        return not self._owed.keys().isdisjoint(places)

    def put(self, rows: bytes, places: Places, without: Sequence[int], data: bytes) -> None:
        """Send what it `takes` to these, to whom nothing is owed, but for those at some places, with the next flush."""
        assert self._ring is not None
        self._owed.update(dict.fromkeys(places, (places, data)))
        if left := self._ring.put(rows, without, data):
            _leave(left, self._owed)

    def flush(self) -> None:
        """Send all that waits."""
        if self._owed:
            assert self._ring is not None
            owed, self._owed = self._owed, {}
            if left := self._ring.go():
                _leave(left, owed)


def _leave(left: Left, owed: Mapping[int, tuple[Places, bytes]]) -> None:
    """What the system did not take waits in the transports."""
    for descriptor, sent in left:
        places, data = owed[descriptor]
        places[descriptor][1].wait(data[sent:])
