"""Search over the log of the SQLite store: when to index, and what a search waits for.

Two threads: one, at low priority, brings the index up to date; the other answers searches and never waits for
it, except to see the last few messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import get_native_id
from typing import TypeVar, cast

from causerie.chat.events import Message
from causerie.server.ports.event_codec import logged_event
from causerie.server.ports.records import Hits, Query
from causerie.stores.sqlite.search_file import CATCH_UP, IndexFile, is_broken

T = TypeVar("T")

BUSY = 1_000
"""So many events in a second are a storm, during which no indexing starts."""
ENOUGH = 1_000
"""So many events are worth indexing while people talk; a search brings in fewer by itself, in some 20 ms."""
FORCED = 60.0
"""Seconds after which indexing starts in a storm too, and after which it is tried again when it failed."""

log = logging.getLogger("causerie.search")


class Calm:
    """When indexing may start: after `quiet` seconds in which nothing was said, or in which `ENOUGH` was waiting and no
    storm, or `FORCED` seconds after the first event.

    To be asked every `step` seconds; an index that lacks nothing is not asked at all.
    """

    def __init__(self, quiet: float) -> None:
        self.step = min(quiet, 1.0)
        self._quiet = quiet
        self._told = self._first = 0
        self._from = self._calm_from = self._silent_from = 0.0

    def begin(self, told: int, now: float) -> None:
        """Something is to be indexed. `told`: events so far; `now` in seconds."""
        self._told = self._first = told
        self._from = self._calm_from = self._silent_from = now

    def storm(self, told: int, now: float) -> bool:
        """Whether there were `BUSY` events since it was asked last, at most a second ago."""
        return self._hear(told, now) >= BUSY

    def _hear(self, told: int, now: float) -> int:
        heard, self._told = told - self._told, told
        if heard:
            self._silent_from = now
        if heard >= BUSY:
            self._calm_from = now
        return heard

    def over(self, told: int, now: float) -> bool:
        """Whether to start now. A timer's second may be a millisecond short."""
        self._hear(told, now)
        since = now - self._quiet + 0.001
        enough = told - self._first >= ENOUGH and self._calm_from <= since
        return self._silent_from <= since or enough or self.forced(now)

    def forced(self, now: float) -> bool:
        """Whether it has waited long enough to start whatever goes on."""
        return now - self._from >= FORCED


class SearchIndex:
    """An index file, and when it is brought up to date: `quiet` seconds decide that, see Calm.

    Making one opens nothing. On a running event loop it looks for what is missing after `quiet` seconds by
    itself; otherwise at the first `more` or `search`.
    """

    def __init__(self, file: IndexFile, quiet: float) -> None:
        self._file = file
        self._indexer = ThreadPoolExecutor(1, "index", initializer=_step_back)
        self._searcher = ThreadPoolExecutor(1, "search")
        self._calm = Calm(quiet)
        self._told = 0
        self._waiting = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop()
            self._wait()

    def more(self, count: int) -> None:
        """So many events were logged, and their commit has returned."""
        self._told += count
        if not self._waiting:
            self._wait()

    async def search(self, query: Query, names: dict[int, str]) -> Hits:
        """Messages that match; `names` has the channels' names by id. Raises sqlite3.Error.

        `since` is the first millisecond, `until` the first one after. Sees every commit that has returned,
        unless more than `CATCH_UP` events are not indexed yet: so many are then `behind`.
        """
        try:
            return await self._search(query, names)
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
        await self._on(self._indexer, self._file.start_anew)
        return await self._search(query, names)

    async def forget(self, ids: Sequence[int]) -> None:
        """Take these log ids out of the index, after they went from the log. Raises sqlite3.Error."""
        await self._on(self._indexer, self._file.forget, ids)

    async def wipe(self) -> bool:
        """Leave nothing of what was deleted in the write-ahead log; whether that was done. Raises sqlite3.Error."""
        return await self._on(self._indexer, self._file.wipe)

    async def close(self) -> None:
        """Finish the transaction under way and let go; the rest is indexed after the next start."""
        self._closed = self._waiting = True
        if self._timer is not None:
            self._timer.cancel()
        await self.indexed()
        if self._file.ready:
            await self._on(self._indexer, self._file.close)
        self._indexer.shutdown()
        self._searcher.shutdown()

    async def indexed(self) -> None:
        """Wait for the indexing that is under way, if any is."""
        while self._task is not None:
            await self._task

    @property
    def wakes_at(self) -> float | None:
        """When it looks again whether to start, in the loop's time; None: only once something is logged."""
        return self._timer.when() if self._waiting and self._timer is not None else None

    async def _search(self, query: Query, names: dict[int, str]) -> Hits:
        if not self._file.ready:
            await self._on(self._indexer, self._file.open)
        behind = await self._on(self._searcher, self._file.behind)
        if 0 < behind <= CATCH_UP:
            await self._on(self._indexer, self._file.catch_up)
            behind = 0
        elif behind and self._task is None and not self._closed:
            if not self._waiting:
                self._calm.begin(self._told, asyncio.get_running_loop().time())
            self.start()
        rows, more = await self._on(self._searcher, self._file.find, query)
        hits: list[tuple[int, int, Message]] = []
        for place, channel, number, at, author, name, guest, text, key, data, *counts in rows:
            if channel in names:
                about = names[channel], number, at, author, name, bool(guest), text, key or "", data or ""
                hits.append((place, channel, cast(Message, logged_event("message", *about, *counts))))
        return Hits(hits, more, behind)

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = True
        self._calm.begin(self._told, loop.time())
        self._timer = loop.call_later(self._calm.step, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if self._calm.over(self._told, loop.time()):
            self.start()
        else:
            self._timer = loop.call_later(self._calm.step, self._tick)

    def start(self) -> None:
        """Index now what is missing, as it does by itself."""
        self._waiting = True
        if self._timer is not None:
            self._timer.cancel()
        self._task = asyncio.get_running_loop().create_task(self._index())

    async def _index(self) -> None:
        """Index chunk after chunk, until nothing is missing or a storm begins."""
        loop = asyncio.get_running_loop()
        again: float | None = None
        try:
            left = 1
            while left and again is None and not self._closed:
                told = self._told
                left = await self._on(self._indexer, self._file.advance)
                now = loop.time()
                if left and self._calm.storm(self._told, now) and not self._calm.forced(now):
                    again = self._calm.step
            if not left and self._told != told:
                self._calm.begin(self._told, loop.time())
                again = self._calm.step
        except Exception as error:
            # Whatever it is: search goes on with what is indexed, and this is tried again.
            log.warning("the search index is not up to date, next try in %d s: %r", FORCED, error)
            again = FORCED
        self._task = None
        if self._closed:
            return
        if again is None:
            self._waiting = False
        else:
            self._timer = loop.call_later(again, self._tick)

    async def _on(self, thread: ThreadPoolExecutor, work: Callable[..., T], *about: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(thread, work, *about)


def _step_back() -> None:
    """Let every other thread go first, where the system can do that for one thread (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, get_native_id(), 10)
