"""A bounded queue in which each of those who ask has a share, so that nobody's crowd holds up the others.

Turns go round: one to each of those who wait, then again. When the queue is full, who has the most waiting gives up
its newest for who has less (longest queue drop), so that whoever floods it fills its own share and nothing else.
Between classes there is an order: of a later class nobody has a turn, or keeps a place, while one of an earlier waits.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class QueueFull(Exception):
    """There is no place for this one."""


class FairQueue:
    """`at_once` have their turn at the same time, `most` wait, `each` of them of one asker. For one event loop.

    `waiting`: how many wait now.
    """

    def __init__(self, at_once: int, most: int, each: int, classes: int = 1) -> None:
        """Raises ValueError for figures that no queue can have."""
        if at_once < 1 or most < 0 or each < 0 or classes < 1:
            raise ValueError("a queue needs at_once >= 1, most >= 0, each >= 0 and classes >= 1")
        self._free = at_once
        self._most = most
        self._each = each
        self.waiting = 0
        self._queues: tuple[OrderedDict[Hashable, deque[asyncio.Future[None]]], ...] = tuple(
            OrderedDict() for _ in range(classes)
        )

    @asynccontextmanager
    async def turn(self, who: Hashable, kind: int = 0) -> AsyncIterator[None]:
        """A turn of `who`, of the class `kind`, for as long as this is held. Raises QueueFull."""
        await self.enter(who, kind)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, who: Hashable, kind: int = 0) -> None:
        """Wait for a turn; `leave` is owed for it. Raises QueueFull at once, or when it lost its place."""
        if self._free:
            self._free -= 1
            return
        if sum(len(queue.get(who, ())) for queue in self._queues) >= self._each:
            raise QueueFull
        if self.waiting >= self._most:
            self._make_room(who, kind)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._queues[kind]
        queue.setdefault(who, deque()).append(turn)
        self.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # it had just been given its turn
            elif turn in queue.get(who, ()):
                self._remove(queue, who, turn)
            raise

    def leave(self) -> None:
        """A turn is over: the next one's begins."""
        for queue in self._queues:
            while queue:
                who, waiting = next(iter(queue.items()))
                turn = waiting[0]
                self._remove(queue, who, turn)
                if who in queue:
                    queue.move_to_end(who)
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1

    def close(self, error: Exception) -> None:
        """All who wait get this error."""
        for queue in self._queues:
            for waiting in queue.values():
                for turn in waiting:
                    if not turn.done():
                        turn.set_exception(error)
            queue.clear()
        self.waiting = 0

    def _make_room(self, who: Hashable, kind: int) -> None:
        last = next((number for number in reversed(range(len(self._queues))) if self._queues[number]), None)
        if last is None or last < kind:
            raise QueueFull
        queue = self._queues[last]
        longest = max(queue, key=lambda one: len(queue[one]))
        if last == kind and len(queue[longest]) <= len(queue.get(who, ())) + 1:
            raise QueueFull
        turn = queue[longest][-1]
        self._remove(queue, longest, turn)
        if not turn.done():
            turn.set_exception(QueueFull())

    def _remove(
        self, queue: OrderedDict[Hashable, deque[asyncio.Future[None]]], who: Hashable, turn: asyncio.Future[None]
    ) -> None:
        queue[who].remove(turn)
        if not queue[who]:
            del queue[who]
        self.waiting -= 1
