"""Commits whose end nobody knows: whoever asked is told so by name, and the store says later what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

import pytest

from causerie.chat.model import Channel, Person
from causerie.server.engine.commit_loop import ASK_SECONDS, CommitLoop
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Append, Change, Stored
from causerie.server.ports.store import StoreFailed, StoreUnknown
from tests.slow_store import SlowHouse
from tests.virtual_time import run_in_virtual_time


async def test_what_was_stored_before_the_store_was_lost_is_told_and_not_said_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refused as unknown, heard by everybody; the same key is the same message."""
    async with SlowHouse(monkeypatch) as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        house.store.loses = "after"
        await mia.is_refused("outcome_unknown", "send", channel="home", text="one", key="k")
        await luc.hears("message", text="one", number=1)
        await mia.hears("message", text="one", number=1)
        house.store.loses = "never"
        again = await mia.asks("send", channel="home", text="one", key="k")
        assert (again["number"], again["again"]) == (1, True)
        assert (await luc.says("home", "two"))["number"] == 2


async def test_what_was_not_stored_is_undone_and_may_be_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody hears it, nothing is left of it in memory, and its number is another's."""
    async with SlowHouse(monkeypatch) as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        house.store.loses = "before"
        await mia.is_refused("outcome_unknown", "send", channel="home", text="one", key="k")
        await mia.is_refused("outcome_unknown", "join", channel="garden")
        await house.until(lambda: not house.context.commit_loop.stalled)
        assert "garden" not in house.context.state.by_name
        await luc.hears_nothing()
        house.store.loses = "never"
        assert (await luc.says("home", "two"))["number"] == 1
        said = await mia.asks("send", channel="home", text="one", key="k")
        assert said["number"] == 2
        assert "again" not in said


@pytest.mark.parametrize("loses", ["before", "after"])
async def test_until_the_store_answers_changes_are_refused_and_reading_goes_on(
    loses: Literal["before", "after"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is refused as unavailable was not done; what was unknown is told before anything new."""
    async with SlowHouse(monkeypatch) as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        house.store.loses = loses
        house.store.answers.clear()
        await mia.is_refused("outcome_unknown", "send", channel="home", text="one", key="k")
        await luc.is_refused("store_unavailable", "send", channel="home", text="two")
        assert (await luc.asks("ping"))["is"] == "pong"
        await luc.hears_nothing()
        house.store.loses = "never"
        house.store.answers.set()
        await house.until(lambda: not house.context.commit_loop.stalled)
        if loses == "after":
            await luc.hears("message", text="one", number=1)
        assert (await luc.says("home", "three"))["number"] == (2 if loses == "after" else 1)


async def test_each_protocol_says_that_the_outcome_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own words, once for each message."""
    async with SlowHouse(monkeypatch) as house:
        guest = await house.classic_in("home", "Guest-Luc")
        house.store.loses = "before"
        guest.says("one")
        await guest.hears("causerie>it is not known whether that was said: look before you say it again.")


class Lost:
    """A store that is lost in each commit, and for a while after it."""

    def __init__(self, done: bool, unreachable: int) -> None:
        self.done, self.unreachable = done, unreachable
        self.asked = 0

    async def commit(self, changes: Sequence[Change]) -> Mapping[Append, Stored]:
        """See Store."""
        raise StoreUnknown(7, {change: Stored("home", 1, 5, 1) for change in changes if isinstance(change, Append)})

    async def outcome(self, unit: int) -> bool:
        """See Store."""
        assert unit == 7
        self.asked += 1
        if self.asked <= self.unreachable:
            raise StoreFailed("not there yet")
        return self.done


@pytest.mark.parametrize("done", [True, False])
def test_a_store_that_cannot_be_asked_is_asked_again(done: bool) -> None:
    """Each second, for as long as it takes; then the unit of work is told or undone."""

    async def play() -> tuple[list[int], dict[str, int], float, int]:
        store, told = Lost(done, unreachable=3), list[int]()
        loop = asyncio.get_running_loop()

        def tell(unit: UnitOfWork) -> None:
            told.extend(stored.number for stored in unit.stored.values())

        commit_loop = CommitLoop(store, tell, patience=10)
        run = loop.create_task(commit_loop.run())
        memory: dict[str, int] = {}
        unit, began = commit_loop.unit, loop.time()
        unit.undo.put(memory, "said", 1)
        unit.append(Append(Channel(1, "home"), "message", 5, Person(1, "anna"), "hi", "", ""))
        over = loop.create_future()
        unit.waiting.append(over)
        commit_loop.wake()
        await over  # the askers are let go of at once
        assert loop.time() == began
        while commit_loop.commits + commit_loop.failures == 0:
            await asyncio.sleep(0.1)
        took = loop.time() - began
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        return told, memory, took, store.asked

    told, memory, took, asked = run_in_virtual_time(play())
    assert (told, memory) == (([1], {"said": 1}) if done else ([], {}))
    assert took == pytest.approx(3 * ASK_SECONDS, abs=0.2)
    assert asked == 4
