"""Costly work on the event loop, cut into slices: one slice of one job in each turn of the loop, the jobs in turn.

However many ask, all others wait for one slice at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator


class Slices:
    """See the module. A job is an iterator that does some milliseconds of work at each step."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[Iterator[None], asyncio.Future[None]]] = deque()

    async def run(self, job: Iterator[None]) -> None:
        """Have a job done to its end; what it raises is raised here."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.append((job, done))
        if len(self._jobs) == 1:
            loop.call_soon(self._turn)
        await done

    def _turn(self) -> None:
        job, done = self._jobs[0]
        over = done.done()  # whoever asked has given up
        if not over:
            try:
                next(job)
            except StopIteration:
                done.set_result(None)
                over = True
            except Exception as error:
                done.set_exception(error)
                over = True
        self._jobs.popleft()
        if not over:
            self._jobs.append((job, done))
        if self._jobs:
            asyncio.get_running_loop().call_soon(self._turn)
