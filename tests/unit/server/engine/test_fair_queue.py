"""A queue with shares: whoever has a crowd waits behind the one who is alone, and loses its places to them."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.server.engine.fair_queue import FairQueue, QueueFull


class CommitLoop:
    """Who asked, who has had a turn, and who was refused, in their order."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.had: list[str] = []
        self.refused: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, *who: str, kind: int = 0) -> None:
        """These ask one after the other."""
        for one in who:
            self.tasks.append(asyncio.create_task(self._one(one, kind)))
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # for who lost its place by that

    async def _one(self, who: str, kind: int) -> None:
        try:
            await self.queue.enter(who, kind)
        except QueueFull:
            self.refused.append(who)
        else:
            self.had.append(who)

    async def end(self) -> None:
        """All turns end, one after the other."""
        for _ in self.tasks:
            self.queue.leave()
            await asyncio.sleep(0)


def test_turns_go_round_whoever_came_first() -> None:
    async def play() -> None:
        commit_loop = CommitLoop(FairQueue(1, most=20, each=20))
        await commit_loop.ask(*"aaaaa", *"bb", "c")
        await commit_loop.end()
        assert "".join(commit_loop.had) == "aabcabaa"

    asyncio.run(play())


def test_whoever_fills_the_queue_gives_way_to_others_and_only_then_is_refused() -> None:
    async def play() -> None:
        commit_loop = CommitLoop(FairQueue(1, most=4, each=20))
        await commit_loop.ask(*"aaaaaaa")
        assert commit_loop.refused == ["a"] * 2
        await commit_loop.ask("b", "c", "d")
        assert commit_loop.refused == ["a"] * 5
        # Each has one place now: who comes next has nobody to take one from.
        await commit_loop.ask("e", "b")
        assert commit_loop.refused == [*"aaaaa", "e", "b"]
        await commit_loop.end()
        assert "".join(commit_loop.had) == "aabcd"

    asyncio.run(play())


def test_one_asker_may_have_so_many_waiting() -> None:
    async def play() -> None:
        commit_loop = CommitLoop(FairQueue(1, most=100, each=2))
        await commit_loop.ask(*"aaaa", *"bbb")
        assert commit_loop.refused == ["a", "b"]

    asyncio.run(play())


def test_a_later_class_waits_for_an_earlier_and_gives_way_to_it() -> None:
    async def play() -> None:
        commit_loop = CommitLoop(FairQueue(1, most=3, each=20, classes=2))
        await commit_loop.ask("x", "r", "s", "t", kind=1)
        await commit_loop.ask("a", "b")
        assert commit_loop.refused == ["r", "s"]
        await commit_loop.ask("u", kind=1)
        assert commit_loop.refused == ["r", "s", "u"]
        await commit_loop.end()
        assert commit_loop.had == ["x", "a", "b", "t"]

    asyncio.run(play())


def test_who_gives_up_frees_its_place_or_its_turn() -> None:
    async def play() -> None:
        commit_loop = CommitLoop(FairQueue(1, most=2, each=2))
        await commit_loop.ask("a", "b", "c")
        commit_loop.tasks[1].cancel()
        await asyncio.sleep(0)
        await commit_loop.ask("d")
        commit_loop.queue.leave()  # c has its turn, and gives up before it knows
        commit_loop.tasks[2].cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        assert commit_loop.had == ["a", "d"]

    asyncio.run(play())


def test_closing_tells_all_who_wait() -> None:
    async def play() -> None:
        queue = FairQueue(1, most=9, each=9)
        commit_loop = CommitLoop(queue)
        await commit_loop.ask(*"abc")
        queue.close(RuntimeError("closed"))
        ended = await asyncio.gather(*commit_loop.tasks, return_exceptions=True)
        assert [type(end) for end in ended] == [type(None), RuntimeError, RuntimeError]

    asyncio.run(play())


@given(
    st.integers(1, 3),
    st.integers(0, 8),
    st.integers(0, 5),
    st.lists(st.one_of(st.none(), st.tuples(st.sampled_from("aaaaaabcd"), st.integers(0, 1))), max_size=60),
)
def test_bounds_and_shares_hold_in_any_order(
    at_once: int, most: int, each: int, asked: list[tuple[str, int] | None]
) -> None:
    """None: a turn ends. Nobody is forgotten, no bound is passed, and who waits alone has one."""

    async def play() -> None:
        queue = FairQueue(at_once, most, each, classes=2)
        commit_loop, ended = CommitLoop(queue), 0
        for step in asked:
            if step is not None:
                await commit_loop.ask(step[0], kind=step[1])
            elif len(commit_loop.had) > ended:
                queue.leave()
                ended += 1
                await asyncio.sleep(0)
            waiting = len(commit_loop.tasks) - len(commit_loop.had) - len(commit_loop.refused)
            assert waiting <= most
            assert len(commit_loop.had) - ended <= at_once
            assert not waiting or len(commit_loop.had) - ended == at_once
        while len(commit_loop.had) > ended:
            queue.leave()
            ended += 1
            await asyncio.sleep(0)
        assert len(commit_loop.had) + len(commit_loop.refused) == len(commit_loop.tasks)
        assert Counter(commit_loop.had) + Counter(commit_loop.refused) == Counter(step[0] for step in asked if step)

    asyncio.run(play())


@pytest.mark.parametrize("figures", [(0, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        FairQueue(*figures)
