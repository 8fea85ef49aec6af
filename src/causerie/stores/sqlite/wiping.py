"""A truncating checkpoint soon after something was deleted: until then the write-ahead log holds it.

SQLite writes deleted rows over with zeros (secure_delete), but in new pages, which come behind the old ones in the
write-ahead log. A checkpoint with TRUNCATE copies them into the file and leaves the log empty.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

SECONDS = 5.0
"""From a deletion to the checkpoint; what is deleted meanwhile goes with it. Tried again after as long while a reader
is in the log."""

BUSY_SECONDS = 0.2
"""How long a checkpoint waits for readers, while commits wait for it."""


def checkpoint(path: Path, mode: str) -> bool:
    """PRAGMA wal_checkpoint with this mode; whether it went through. Raises sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
        busy, _frames, _copied = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return not busy


class Wiping:
    """Calls `wipe` SECONDS after `soon`, and again until it returns True. On the running event loop."""

    def __init__(self, wipe: Callable[[], Awaitable[bool]]) -> None:
        self._wipe = wipe
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._more = False

    def soon(self) -> None:
        """Something was deleted."""
        if self._task is not None:
            self._more = True
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._begin)

    async def close(self) -> None:
        """Do at once what is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._begin()
        if self._task is not None:
            await self._task
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        self._timer = None
        self._more = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        done = await self._wipe()
        self._task = None
        if self._more or not done:
            self.soon()
