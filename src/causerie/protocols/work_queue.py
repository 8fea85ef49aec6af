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

TURN_SECONDS = 0.008
"""Work on input in one turn of the event loop, over all connections; the last slice may go past it."""

SLICE_SECONDS = 0.001
"""Work on the input of one connection before it is another one's turn; the last command may go past it."""

BACKLOG_SECONDS = 0.004
"""Of a turn, what those have who sent more than fits into a slice: one slice at least, so that they go on too."""


class Rank(IntEnum):
    """In which order those who wait are served."""

    PERSON = 0
    STRANGER = 1
    BACKLOG = 2


class Worker(Protocol):
    """A connection whose input waits."""

    def work(self) -> None:
        """Work on it for one slice. It must not raise."""


class WorkQueue:
    """See the module. `clock`: seconds, monotonic; `call_soon`: in the next turn of the event loop.

    `used`: seconds of this turn that were worked so far.
    """

    __slots__ = ("_call_soon", "_scheduled", "_waiting", "clock", "used")

    def __init__(self, clock: Callable[[], float], call_soon: Callable[[Callable[[], None]], object]) -> None:
        self.clock = clock
        self.used = 0.0
        self._call_soon = call_soon
        self._scheduled = False
        self._waiting: tuple[deque[Worker], ...] = tuple(deque() for _ in Rank)

    def __len__(self) -> int:
        """How many connections wait."""
        return sum(map(len, self._waiting))

    def spent(self, seconds: float) -> None:
        """So much of this turn was worked."""
        self.used += seconds
        if not self._scheduled:
            self._scheduled = True
            self._call_soon(self._turn)

    def add(self, worker: Worker, rank: Rank) -> None:
        """It waits for its turn; it may wait once only."""
        self._waiting[rank].append(worker)
        self.spent(0.0)

    def _turn(self) -> None:
        self._scheduled = False
        self.used = 0.0
        for rank in (Rank.PERSON, Rank.STRANGER):
            self._serve(self._waiting[rank], TURN_SECONDS)
        backlog = self._waiting[Rank.BACKLOG]
        if backlog:
            self._serve(backlog, min(TURN_SECONDS, self.used + BACKLOG_SECONDS), least=1)
        if len(self):
            self.spent(0.0)

    def _serve(self, waiting: deque[Worker], until: float, least: int = 0) -> None:
        # Who waits again meanwhile has had its slice of this turn.
        for count in range(len(waiting)):
            if self.used >= until and count >= least:
                return
            began = self.clock()
            waiting.popleft().work()
            self.used += self.clock() - began
