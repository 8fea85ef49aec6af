"""A fair queue of connections: whose input is worked on next, and how much of it in one turn of the event loop.

While a turn has time left, input is worked on as it comes, a slice for each connection. What does not fit waits here.
In each turn those who wait are served before new input is: first people who have logged in, then strangers, each in the
order in which they came; then, one slice each in turn, those who sent more than fits into a slice. So whoever sends
without end waits for everybody who does not, and nobody waits for the whole of what another one sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from causerie.server.engine.commit_loop import CommitLoop

TURN_SECONDS = 0.002
"""Work on input in one turn of the event loop, over all connections; the last slice may go past it."""

SLICE_SECONDS = 0.001
"""Work on the input of one connection before it is another one's turn; the last command may go past it."""

UNIT_SECONDS = 0.004
"""Work on input that goes into one unit of work: what it comes to is told at once, and takes a few times as long."""

UNNOTICED = 0.001
"""Seconds of work up to which turns are not told apart, so that nearly all of them cost nothing for that."""

BACKLOG_SECONDS = 0.001
"""Of a turn and of a unit of work, what those have who sent more than fits into a slice: one slice at least, so that
they go on too."""

BEHIND_SECONDS = 1.0
"""For so long after it sent more than fits into a slice a connection waits behind all others."""


class Rank(IntEnum):
    """In which order those who wait are served."""

    PERSON = 0
    STRANGER = 1
    BACKLOG = 2


class Worker(Protocol):
    """A connection whose input waits."""

    def work(self) -> None:
        """Work on it for one slice."""


class WorkQueue:
    """See the module. `clock`: seconds, monotonic; `cpu`: seconds that this thread has used of a processor;
    `call_soon`: in the next turn of the event loop; `commit_loop`: whose unit of work all that is worked goes into.

    `used`: seconds of this turn that were worked so far, or could not be had, since the unit of work is full. Whoever
    works on input adds to it, and calls `notice` if it is more than UNNOTICED.
    """

    __slots__ = (
        "_call_soon", "_commit_loop", "_in_unit", "_scheduled", "_start", "_taken", "_waiting", "clock", "cpu", "used",
    )  # fmt: skip

    def __init__(
        self,
        clock: Callable[[], float],
        cpu: Callable[[], float],
        call_soon: Callable[[Callable[[], None]], object],
        commit_loop: CommitLoop,
    ) -> None:
        self.clock = clock
        self.cpu = cpu
        self.used = 0.0
        self._commit_loop = commit_loop
        self._taken = commit_loop.taken
        self._in_unit = 0.0  # seconds of earlier turns that went into the unit of work that is collecting
        self._start = 0.0  # what `used` was when this turn began
        self._call_soon = call_soon
        self._scheduled = False
        self._waiting: tuple[deque[Worker], ...] = tuple(deque() for _ in Rank)

    def __len__(self) -> int:
        """How many connections wait."""
        return sum(map(len, self._waiting))

    def notice(self) -> None:
        """More of this turn was worked than goes unnoticed: what does not fit into it waits for the next."""
        if self.used > UNNOTICED and not self._scheduled:
            self._schedule()

    def _schedule(self) -> None:
        self._scheduled = True
        self._call_soon(self._turn)

    def add(self, worker: Worker, rank: Rank) -> None:
        """It waits for its turn; it may wait once only."""
        self._waiting[rank].append(worker)
        if not self._scheduled:
            self._schedule()

    def _turn(self) -> None:
        self._scheduled = False
        self._in_unit += self.used - self._start
        self._start = self.used
        if self._commit_loop.taken != self._taken or self._commit_loop.unit.empty:
            self._taken, self._in_unit = self._commit_loop.taken, 0.0
        elif self._in_unit >= UNIT_SECONDS:
            # It goes on when this unit of work has been taken.
            self._scheduled = True
            self.used = self._start = TURN_SECONDS
            self._commit_loop.after_this.append(self._turn)
            self._commit_loop.wake()
            return
        self.used = self._start = max(0.0, TURN_SECONDS - (UNIT_SECONDS - self._in_unit))
        try:
            for rank in (Rank.PERSON, Rank.STRANGER):
                self._serve(self._waiting[rank], TURN_SECONDS)
            backlog = self._waiting[Rank.BACKLOG]
            if backlog:
                left = max(0.0, BACKLOG_SECONDS - self._in_unit - (self.used - self._start))
                self._serve(backlog, min(TURN_SECONDS, self.used + left), least=1)
        finally:
            # Whatever one of them did, the others go on.
            if len(self) and not self._scheduled:
                self._schedule()

    def _serve(self, waiting: deque[Worker], until: float, least: int = 0) -> None:
        # Who waits again meanwhile has had its slice of this turn.
        now = self.clock() if waiting else 0.0
        for count in range(len(waiting)):
            if self.used >= until and count >= least:
                return
            waiting.popleft().work()
            began, now = now, self.clock()
            self.used += now - began
