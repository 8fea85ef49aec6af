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
from causerie.server.pace import LARGE, Pace, may_wait, merges
from causerie.server.store import Store, StoreFailed
from causerie.server.tick import Tick

log = logging.getLogger("causerie.store")

RETRY_SECONDS = 5

GATHER = 0.002
"""After a large tick, in which several spoke in one channel, the next one gathers for as long as that one took and each
so many seconds bring more, at most a window."""


class Turns:
    """See the module. `tell` hands a committed tick to everyone; `undone` is called after a tick was undone.

    `after_this` are called once when the tick that is collecting has been taken: those whom it was too full for.
    """

    def __init__(
        self, store: Store, tell: Callable[[Tick], None], undone: Callable[[Tick], None], patience: float
    ) -> None:
        self.tick = Tick()
        self.pace = Pace()
        self.patience = patience
        self.commits = 0
        self.failures = 0
        self._failing = False
        self.stalled = False
        self.resting = False
        self.after_this: list[Callable[[], None]] = []
        self._store = store
        self._tell = tell
        self._undone = undone
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        self._for_more = False
        self._committing: Tick | None = None
        self._since = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._undone_later: list[Tick] = []

    def wake(self) -> None:
        """There is something in the tick; it is taken when all that this turn of the loop brought is in."""
        if self._waiting is not None:
            if self._for_more and self._may_wait():
                return
            waiting, self._waiting = self._waiting, None
            self.resting = False
            if not waiting.done():  # as when the server stops, and connections end after that
                waiting.set_result(None)
        elif self.stalled:
            self._loop.call_soon(self._while_stalled)

    def also(self, hear: Callable[[Tick], None]) -> None:
        """What was told is given to this one too, after it was told."""
        tell = self._tell

        def both(tick: Tick) -> None:
            tell(tick)
            hear(tick)

        self._tell = both

    async def run(self) -> None:
        """Take tick after tick, until cancelled."""
        while True:
            if self.tick.empty and not self.after_this:
                await self._rest()
            if self._may_wait():
                await self._wait_for_more()
            tick = self._take()
            if tick.changes:
                await self._commit(tick)
                if len(tick.changes) + tick.more >= LARGE:
                    await self._gather(self._loop.time() - self._since if merges(tick) else 0)
            else:
                self._tell_safely(tick)
            del tick  # with all that it holds, however long nothing comes

    def _may_wait(self) -> bool:
        return not self.after_this and may_wait(self.tick)

    async def _rest(self) -> None:
        """Until `wake` finds that there is something to do."""
        self._waiting = self._loop.create_future()
        self.resting = True
        await self._waiting

    async def _wait_for_more(self) -> None:
        """As long as the pace says, or until there is something that may not wait."""
        now, had = self._loop.time(), len(self.tick.steps)
        until = self.pace.until(now)
        if until <= now:
            return
        alarm = self._loop.call_at(until, self._waited)
        self._for_more = True
        try:
            await self._rest()
        finally:
            self._for_more = False
            alarm.cancel()
        if len(self.tick.steps) == had:
            self.pace.waited_in_vain()

    def _waited(self) -> None:
        self._for_more = False
        self.wake()

    async def _gather(self, took: float) -> None:
        """A moment's patience makes fewer and larger commits and writes. Where nothing comes it would only be idle."""
        until, had = self._loop.time() + min(took, self.pace.window), -1
        await asyncio.sleep(0)  # what came while the last tick was told is read first
        while len(self.tick.steps) != had and self._loop.time() < until:
            had = len(self.tick.steps)
            await asyncio.sleep(GATHER)

    def _take(self) -> Tick:
        tick, self.tick = self.tick, Tick()
        waiting, self.after_this = self.after_this, []
        for go_on in waiting:
            self._loop.call_soon(go_on)
        return tick

    def _tell_safely(self, tick: Tick) -> None:
        # The rhythm goes on whatever a language's encoder did: one bad event must not silence the server.
        try:
            self._tell(tick)
        except Exception:
            log.exception("not everything of a tick was told")
        tick.over()

    def uncommitted(self) -> tuple[Tick, ...]:
        """The ticks that may still be undone, oldest first."""
        return (self.tick,) if self._committing is None else (self._committing, self.tick)

    async def told(self) -> None:
        """Wait until all that was asked so far is committed and told, or refused."""
        last: Tick | None = self.tick
        if self.tick.empty:
            # What a stalled store holds was refused already.
            last = None if self.stalled else self._committing
        if last is not None:
            over = self._loop.create_future()
            last.waiting.append(over)
            self.wake()
            await over

    async def _commit(self, tick: Tick) -> None:
        self._committing = tick
        self._since = self._loop.time()
        self.pace.commit_begins(self._since)
        if self._alarm is None:
            self._alarm = self._loop.call_later(self.patience, self._look)
        try:
            await self._store.commit(tick.changes)
        except StoreFailed as failure:
            self.failures += 1
            if not self._failing:
                # Once: a full disk fails every commit.
                log.error("nothing is stored, and every change is refused: %s", failure)
            self._failing = True
            self._fail(tick, self._take())
        else:
            self.commits += 1
            if self._failing:
                self._failing = False
                log.warning("changes are stored again")
            self._tell_safely(tick)
        finally:
            self._committing = None
            if self.stalled:
                self.stalled = self.resting = False
                log.warning("the store answers again")
            undone, self._undone_later = self._undone_later, []
            for tick in undone:
                self._undone(tick)

    def _fail(self, *ticks: Tick) -> None:
        """Undo ticks, given oldest first, and refuse what was asked in them.

        Who left in them is said to have left once no commit is under way: what that says is a change of its own, which
        must neither be undone with an older tick nor be refused again and again by a store that has stalled.
        """
        for tick in reversed(ticks):
            tick.take_back()
        for tick in ticks:
            tick.answer_all(StoreUnavailable(retry_after=RETRY_SECONDS))
            tick.over()
        self._undone_later.extend(ticks)

    def _look(self) -> None:
        """Whether the commit under way takes too long: one timer serves all those that do not."""
        self._alarm = None
        if self._committing is None:
            return
        left = self._since + self.patience - self._loop.time()
        if left <= 0:
            self._stall()
        else:
            self._alarm = self._loop.call_later(left, self._look)

    def _stall(self) -> None:
        log.error("the store has not answered for %g s; refusing until it does", self.patience)
        self.stalled = self.resting = True
        if self._committing is not None:
            self._committing.answer_all(StoreUnavailable(retry_after=RETRY_SECONDS))
            self._committing.over()
        self._while_stalled()

    def _while_stalled(self) -> None:
        if not self.stalled:
            return
        tick = self._take()
        if tick.changes or tick.undo:
            self._fail(tick)
        else:
            self._tell_safely(tick)
