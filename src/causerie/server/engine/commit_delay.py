"""How long a unit of work waits for more: fewer and larger commits and writes, where that makes them fewer.

At ease nobody waits. Where commits come faster than anybody reads, some 100 a second, messages wait until the last one
is `window` old: with few of them in each commit, the sync and the writes to a channel's members are most of what they
cost. Whatever else is asked, by anybody, ends the wait. After a unit of work so large that its writes are most of what
it cost, `merges` says whether patience makes fewer of them.
"""

from __future__ import annotations

from collections import deque

from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Append

LARGE = 8
"""Changes that make a unit of work a large one, which waits for nothing more."""

WINDOW = 0.01
"""Seconds that a unit of work waits at most: less than a screen takes to show it."""

HURRIED = 8
"""Commits that begin within as many windows before anybody waits."""


class CommitDelay:
    """See the module. Times are of the loop's clock, in seconds."""

    __slots__ = ("_began", "window")

    def __init__(self, window: float = WINDOW) -> None:
        self.window = window
        self._began: deque[float] = deque(maxlen=HURRIED)

    def commit_begins(self, now: float) -> None:
        """A commit is begun."""
        self._began.append(now)

    def until(self, now: float) -> float:
        """When the next unit of work is to be taken; `now` at ease."""
        began = self._began
        if len(began) < HURRIED or now - began[0] > HURRIED * self.window:
            return now
        return max(now, began[-1] + self.window)

    def waited_in_vain(self) -> None:
        """Nothing more came: there are as many commits without waiting. Begin anew to count them."""
        self._began.clear()


def may_wait(unit: UnitOfWork) -> bool:
    """Whether it is small, and all that it tells are messages."""
    return (
        0 < unit.size < LARGE
        and not unit.waiting
        and all([type(step) is Append and step.kind == "message" for step in unit.steps])
    )


def merges(unit: UnitOfWork) -> bool:
    """Whether patience makes fewer writes: what several say in a channel is told at once, what one says is anyway."""
    spoken_in = [step.channel.id for step in unit.steps if type(step) is Append]
    return len(spoken_in) >= 2 * len(set(spoken_in))
