"""The rhythm of the server: collect a tick, commit it, tell it; while the disk syncs, the next one collects.

One commit is under way at a time. A tick that stores nothing is told in its turn, without a commit. When a commit
fails, its tick and the one that collected meanwhile are undone, newest first, and every command in them refused. When
one takes longer than `patience` seconds its commands are refused with `store_unavailable` and nothing that changes
anything is taken until the store has answered: what it then did is told, what it did not is undone. A client that
sends the same message again with the same key gets the first one's number either way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from causerie.chat.errors import StoreUnavailable
from causerie.server.store import Store, StoreFailed
from causerie.server.tick import Tick

log = logging.getLogger("causerie.store")

RETRY_SECONDS = 5


class Turns:
    """See the module. `tell` hands a committed tick to everyone; `undone` is called after a tick was undone.

    `after_this` are called once when the tick that is collecting has been taken: those whom it was too full for.
    """

    def __init__(
        self, store: Store, tell: Callable[[Tick], None], undone: Callable[[Tick], None], patience: float
    ) -> None:
        self.tick = Tick()
        self.patience = patience
        self.commits = 0
        self.failures = 0
        self.stalled = False
        self.after_this: list[Callable[[], None]] = []
        self._store = store
        self._tell = tell
        self._undone = undone
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        self._committing: Tick | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def wake(self) -> None:
        """There is something in the tick; it is taken when all that this turn of the loop brought is in."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.set_result(None)
        elif self.stalled:
            self._loop.call_soon(self._while_stalled)

    async def run(self) -> None:
        """Take tick after tick, until cancelled."""
        while True:
            if not self.tick.steps and not self.tick.changes:
                self._idle.set()
                self._waiting = self._loop.create_future()
                await self._waiting
                self._idle.clear()
            tick, self.tick = self.tick, Tick()
            waiting, self.after_this = self.after_this, []
            for go_on in waiting:
                self._loop.call_soon(go_on)
            if tick.changes:
                await self._commit(tick)
            else:
                self._tell(tick)

    async def settled(self) -> None:
        """Wait until all that was asked so far is committed and told."""
        await self._idle.wait()

    async def _commit(self, tick: Tick) -> None:
        self._committing = tick
        alarm = self._loop.call_later(self.patience, self._stall)
        try:
            await self._store.commit(tick.changes)
        except StoreFailed as failure:
            self.failures += 1
            log.error("nothing was stored: %s", failure)
            collected, self.tick = self.tick, Tick()
            for failed in (collected, tick):
                failed.fail(StoreUnavailable(retry_after=RETRY_SECONDS))
                self._undone(failed)
        else:
            self.commits += 1
            self._tell(tick)
        finally:
            alarm.cancel()
            self._committing = None
            if self.stalled:
                self.stalled = False
                log.warning("the store answers again")

    def _stall(self) -> None:
        log.error("the store has not answered for %g s; refusing until it does", self.patience)
        self.stalled = True
        if self._committing is not None:
            self._committing.answer_all(StoreUnavailable(retry_after=RETRY_SECONDS))
        self._while_stalled()

    def _while_stalled(self) -> None:
        if not self.stalled:
            return
        tick, self.tick = self.tick, Tick()
        if tick.changes or tick.undo:
            tick.fail(StoreUnavailable(retry_after=RETRY_SECONDS))
            self._undone(tick)
        else:
            self._tell(tick)
