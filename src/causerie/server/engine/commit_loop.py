"""The commit loop: takes a unit of work, commits it, delivers it; while the disk syncs, the next one collects.

One commit is under way at a time. A unit of work that stores nothing is told in its turn, without a commit. When a
commit fails, its unit of work and the one that collected meanwhile are undone, newest first, and every command in them
refused. When one takes longer than `patience` seconds its commands are refused with `store_unavailable` and nothing
that changes anything is taken until the store has answered: what it then did is told, what it did not is undone. A
client that sends the same message again with the same key gets the first one's number either way. So it is when the
store was lost during a commit: its commands are refused with `outcome_unknown`, and the store is asked until it says
what it did.

What cannot be undone is done again once its unit of work was undone (`UnitOfWork.fact`); what must be stored of it is
owed to the store, and written with the next commit that succeeds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping, Sequence

from causerie.chat.errors import ChatError, OutcomeUnknown, StoreUnavailable
from causerie.server.engine.commit_delay import LARGE, CommitDelay, may_wait, merges
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Append, Change, Stored
from causerie.server.ports.store import CommitStore, StoreFailed, StoreUnknown

log = logging.getLogger("causerie.store")

RETRY_SECONDS = 5

ASK_SECONDS = 1
"""How often a store is asked how a commit came out."""

OWED_MOST = 10_000
"""Changes that are owed to a store that fails; past it the oldest are forgotten, and counted in the log."""

GATHER = 0.002
"""After a large unit of work, in which several spoke in one channel, the next one gathers for as long as that one took
and each so many seconds bring more, at most a window."""


class CommitLoop:
    """See the module. `tell` hands a committed unit of work to everyone.

    `taken`: how many units of work were. `after_this` are called once when the unit of work that is collecting has
    been taken: those whom it was too full for. `owed`: changes that hold whatever becomes of the units of work, until
    they are stored.
    """

    def __init__(self, store: CommitStore, tell: Callable[[UnitOfWork], None], patience: float) -> None:
        self.unit = UnitOfWork()
        self.commit_delay = CommitDelay()
        self.patience = patience
        self.commits = 0
        self.failures = 0
        self.taken = 0
        self._failing = False
        self.stalled = False
        self.resting = False
        self.after_this: list[Callable[[], None]] = []
        self._store = store
        self._tell = tell
        self.owed: dict[Hashable, Change] = {}
        self._forgotten = 0
        self._retry: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        self._for_more = False
        self._committing: UnitOfWork | None = None
        self._since = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._facts: list[Callable[[], None]] = []

    def wake(self) -> None:
        """There is something in the unit of work; it is taken when all that this turn of the loop brought is in."""
        if self._waiting is not None:
            if self._for_more and self._may_wait():
                return
            waiting, self._waiting = self._waiting, None
            self.resting = False
            if not waiting.done():  # as when the server stops, and connections end after that
                waiting.set_result(None)
        elif self.stalled:
            self._loop.call_soon(self._while_stalled)

    def owe(self, change: Change, about: Hashable = None) -> None:
        """Store it with the next commit that succeeds: it is true whatever becomes of the units of work. `about`: it
        takes the place of what was owed about the same."""
        key = object() if about is None else about
        self.owed.pop(key, None)
        self.owed[key] = change
        if len(self.owed) > OWED_MOST:
            del self.owed[next(iter(self.owed))]
            self._forgotten += 1
        if self._retry is None:
            self.wake()

    def also(self, hear: Callable[[UnitOfWork], None]) -> None:
        """What was told is given to this one too, after it was told."""
        tell = self._tell

        def both(unit: UnitOfWork) -> None:
            try:
                tell(unit)
            finally:
                hear(unit)

        self._tell = both

    async def run(self) -> None:
        """Take unit of work after unit of work, until cancelled."""
        while True:
            if self.unit.empty and not self.after_this and not self._may_pay():
                await self._rest()
            if self._may_wait():
                await self._wait_for_more()
            unit = self._take()
            if unit.changes or self._may_pay():
                await self._commit(unit)
                if len(unit.changes) + unit.more >= LARGE:
                    await self._gather(self._loop.time() - self._since if merges(unit) else 0)
            else:
                self._tell_safely(unit)
            del unit  # with all that it holds, however long nothing comes

    def _may_pay(self) -> bool:
        """Whether what is owed is worth a commit of its own: after one that failed not before RETRY_SECONDS."""
        return bool(self.owed) and self._retry is None

    def _retry_now(self) -> None:
        self._retry = None
        self.wake()

    def _may_wait(self) -> bool:
        return not self.after_this and may_wait(self.unit)

    async def _rest(self) -> None:
        """Until `wake` finds that there is something to do."""
        self._waiting = self._loop.create_future()
        self.resting = True
        await self._waiting

    async def _wait_for_more(self) -> None:
        """Wait as long as the commit delay says, or until there is something that may not wait."""
        now, had = self._loop.time(), len(self.unit.steps)
        until = self.commit_delay.until(now)
        if until <= now:
            return
        alarm = self._loop.call_at(until, self._waited)
        self._for_more = True
        try:
            await self._rest()
        finally:
            self._for_more = False
            alarm.cancel()
        if len(self.unit.steps) == had:
            self.commit_delay.waited_in_vain()

    def _waited(self) -> None:
        self._for_more = False
        self.wake()

    async def _gather(self, took: float) -> None:
        """Wait for more, `took` seconds at most, as long as more comes: that makes fewer, larger commits and writes."""
        until, had = self._loop.time() + min(took, self.commit_delay.window), -1
        await asyncio.sleep(0)  # what came while the last unit of work was told is read first
        while len(self.unit.steps) != had and self._loop.time() < until:
            had = len(self.unit.steps)
            await asyncio.sleep(GATHER)

    def _take(self) -> UnitOfWork:
        unit, self.unit = self.unit, UnitOfWork()
        self.taken += 1
        waiting, self.after_this = self.after_this, []
        for go_on in waiting:
            self._loop.call_soon(go_on)
        return unit

    def _tell_safely(self, unit: UnitOfWork) -> None:
        # The loop goes on whatever an encoder raised: one bad event must not stop the server.
        try:
            self._tell(unit)
        except Exception:
            log.exception("not everything of a unit of work was told")
        unit.over()

    def uncommitted(self) -> tuple[UnitOfWork, ...]:
        """The units of work that may still be undone, oldest first."""
        return (self.unit,) if self._committing is None else (self._committing, self.unit)

    async def told(self) -> None:
        """Wait until all that was asked so far is committed and told, or refused."""
        last: UnitOfWork | None = self.unit
        if self.unit.empty and not self._may_pay():
            # What a stalled store holds was refused already.
            last = None if self.stalled else self._committing
        if last is not None:
            over = self._loop.create_future()
            last.waiting.append(over)
            self.wake()
            await over

    async def _commit(self, unit: UnitOfWork) -> None:
        self._committing = unit
        self._since = self._loop.time()
        self.commit_delay.commit_begins(self._since)
        if self._alarm is None:
            self._alarm = self._loop.call_later(self.patience, self._look)
        owed = tuple(self.owed.items())
        try:
            changes = [*(change for _, change in owed), *unit.changes] if owed else unit.changes
            unit.stored = await self._stored(changes)
        except StoreFailed as failure:
            self.failures += 1
            if self._retry is None:
                self._retry = self._loop.call_later(RETRY_SECONDS, self._retry_now)
            if not self._failing:
                # Once: a full disk fails every commit.
                log.error("nothing is stored, and every change is refused: %s", failure)
            self._failing = True
            self._fail(unit, self._take())
        else:
            self.commits += 1
            self._paid(owed)
            if self._failing:
                self._failing = False
                log.warning("changes are stored again")
            self._tell_safely(unit)
        finally:
            self._committing = None
            if self.stalled:
                self.stalled = self.resting = False
                log.warning("the store answers again")
            self._do_facts()

    async def _stored(self, changes: Sequence[Change]) -> Mapping[Append, Stored]:
        """Commit these. Raises StoreFailed: nothing of them is stored."""
        try:
            return await self._store.commit(changes)
        except StoreUnknown as lost:
            log.error("the store was lost during a commit; refusing until it says how that came out")
            self._stall(OutcomeUnknown(retry_after=RETRY_SECONDS))
            while True:
                try:
                    done = await self._store.outcome(lost.unit)
                    break
                except StoreFailed:
                    await asyncio.sleep(ASK_SECONDS)
            if not done:
                raise StoreFailed("it was lost before it could store anything") from None
            return lost.stored

    def _paid(self, owed: tuple[tuple[Hashable, Change], ...]) -> None:
        for key, change in owed:
            if self.owed.get(key) is change:
                del self.owed[key]
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._forgotten:
            log.warning("%d lines that were owed to the store (audit log, last seen) are lost", self._forgotten)
            self._forgotten = 0

    def _fail(self, *units: UnitOfWork) -> None:
        """Undo units of work, given oldest first, and refuse what was asked in them."""
        for unit in reversed(units):
            unit.take_back()
        for unit in units:
            self._facts.extend(unit.facts)
        if not self.stalled:
            # Before anybody is let go of, so that who said why they leave has left for that reason.
            self._committing = None
            self._do_facts()
        for unit in units:
            unit.answer_all(StoreUnavailable(retry_after=RETRY_SECONDS))
            unit.over()

    def _do_facts(self) -> None:
        """What cannot be undone is done again, once no commit is under way: what it changes must neither be undone with
        an older unit of work nor be refused again and again by a store that has stalled."""
        facts, self._facts = self._facts, []
        for again in facts:
            try:
                again()
            except Exception:  # one that fails must not keep the others from being done
                log.exception("what cannot be undone could not be done again")

    def _look(self) -> None:
        """Whether the commit under way takes too long: one timer serves all those that do not."""
        self._alarm = None
        if self._committing is None or self.stalled:
            return
        left = self._since + self.patience - self._loop.time()
        if left <= 0:
            log.error("the store has not answered for %g s; refusing until it does", self.patience)
            self._stall(StoreUnavailable(retry_after=RETRY_SECONDS))
        else:
            self._alarm = self._loop.call_later(left, self._look)

    def _stall(self, refusal: ChatError) -> None:
        """Refuse what is being committed so, and all that changes anything from now on."""
        self.stalled = self.resting = True
        if self._committing is not None:
            self._committing.answer_all(refusal)
            self._committing.over()
        self._while_stalled()

    def _while_stalled(self) -> None:
        if not self.stalled:
            return
        unit = self._take()
        if unit.changes or unit.undo:
            self._fail(unit)
        else:
            self._tell_safely(unit)
