"""Something that is waited for, held up until a test lets it go on: what happens meanwhile is then no chance."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.people import PATIENCE


class Held:
    """In the place of an async function: each call does its work, and then waits for `go_on`; of many, the first
    `most`."""

    def __init__(self, work: Callable[..., Awaitable[Any]], most: int = 1000) -> None:
        self._work = work
        self._most = most
        self._came = asyncio.Condition()
        self._calls = 0
        self._open = asyncio.Event()

    async def __call__(self, *args: Any, **named: Any) -> Any:
        """See the class."""
        done = await self._work(*args, **named)
        if self._calls >= self._most:
            return done
        async with self._came:
            self._calls += 1
            self._came.notify_all()
        async with asyncio.timeout(PATIENCE):
            await self._open.wait()
        return done

    async def waits_for(self, calls: int) -> None:
        """So many calls are being held."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: self._calls >= calls)

    def go_on(self) -> None:
        """Let all of them go on, and those that come."""
        self._open.set()
