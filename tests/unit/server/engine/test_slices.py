"""Work in slices: one a turn of the loop, the jobs in turn; one that fails or is given up ends alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from causerie.server.engine.slices import Slices


class CommitLoop:
    """Counts the loop's turns."""

    def __init__(self) -> None:
        self.now = 0
        self._count()

    def _count(self) -> None:
        self.now += 1
        asyncio.get_running_loop().call_soon(self._count)


async def test_one_slice_a_turn_and_the_jobs_in_turn() -> None:
    commit_loop, slices = CommitLoop(), Slices()
    done: list[tuple[str, int]] = []

    def job(name: str, steps: int) -> Iterator[None]:
        for _ in range(steps):
            done.append((name, commit_loop.now))
            yield

    await asyncio.gather(*(slices.run(job(name, steps)) for name, steps in (("a", 3), ("b", 1), ("c", 2))))
    assert "".join(name for name, _ in done) == "abcaca"
    assert len({turn for _, turn in done}) == len(done)
    await slices.run(job("d", 1))
    assert done[-1][0] == "d"


async def test_a_job_that_fails_or_is_given_up_ends_and_the_others_go_on() -> None:
    slices = Slices()
    steps = 0

    def endless() -> Iterator[None]:
        nonlocal steps
        while True:
            steps += 1
            yield

    def fails() -> Iterator[None]:
        yield
        raise ValueError("no")

    given_up = asyncio.ensure_future(slices.run(endless()))
    with pytest.raises(ValueError, match="no"):
        await slices.run(fails())
    given_up.cancel()
    await asyncio.wait([given_up])
    before = steps
    await slices.run(iter(()))
    for _ in range(5):
        await asyncio.sleep(0)
    assert steps <= before + 1
