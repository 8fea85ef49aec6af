"""How many commits a given order of messages costs, counted in virtual time."""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from causerie.chat.model import Channel, Person
from causerie.server.engine.commit_delay import HURRIED, LARGE, WINDOW
from causerie.server.engine.commit_loop import CommitLoop
from causerie.server.ports.changes import Append, Change
from causerie.server.ports.store import Store
from tests.virtual_time import run_in_virtual_time

ANNA = Person(id=1, name="anna")
SYNC = 0.005
"""Seconds that a commit takes here."""


class TimedStore:
    """Takes SYNC for each commit, and notes when it began and how much was in it."""

    def __init__(self) -> None:
        self.commits: list[tuple[float, int]] = []

    async def commit(self, changes: Sequence[Change]) -> None:
        self.commits.append((asyncio.get_running_loop().time(), len(changes)))
        await asyncio.sleep(SYNC)


async def _commits(first: list[Channel], said: list[tuple[float, Channel]]) -> list[tuple[float, int]]:
    """When commits begin (milliseconds) and how many messages each holds, if so many are said at once and then one at
    each of these times (seconds) in a channel."""
    store = TimedStore()
    commit_loop = CommitLoop(cast(Store, store), lambda unit: None, patience=60)
    loop = asyncio.get_running_loop()

    def say(channel: Channel) -> None:
        commit_loop.unit.append(Append(channel, "message", 1, ANNA, "hi", "", ""))
        commit_loop.wake()

    running = asyncio.create_task(commit_loop.run())
    await asyncio.sleep(0)
    for channel in first:
        say(channel)
    for at, channel in said:
        loop.call_at(at, say, channel)
    await asyncio.sleep(1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return [(round(at * 1000, 6), size) for at, size in store.commits]


def test_after_a_large_unit_of_work_in_one_channel_the_next_one_gathers_as_long_as_it_took() -> None:
    """Eight speak in one channel, and one more each 1.2 ms: two commits where there would be three."""
    home = Channel(id=100, name="home")
    said = [(count * 0.0012, home) for count in range(1, 9)]
    assert run_in_virtual_time(_commits([home] * LARGE, said)) == [(0, 8), (11, 8)]


def test_gathering_ends_when_nothing_more_comes() -> None:
    """2 ms without a message are enough: what came meanwhile is committed."""
    home = Channel(id=100, name="home")
    assert run_in_virtual_time(_commits([home] * LARGE, [(0.001, home)])) == [(0, 8), (7, 1)]


def test_where_each_speaks_in_a_channel_of_their_own_nothing_is_gathered_for() -> None:
    """There are no writes to merge: the next commit begins when the last one ends."""
    channels = [Channel(id=100 + count, name=f"c{count}") for count in range(LARGE)]
    said = [(count * 0.0012, channel) for count, channel in enumerate(channels, start=1)]
    assert run_in_virtual_time(_commits(channels, said)) == [(0, 8), (5, 4), (10, 4)]


def test_where_messages_come_without_a_pause_a_commit_begins_each_window() -> None:
    """One message each 2.5 ms for half a second: the first commits follow one another, the others serve several."""
    home = Channel(id=100, name="home")
    commits = run_in_virtual_time(_commits([], [(count * 0.0025, home) for count in range(1, 200)]))
    assert sum(size for _, size in commits) == 199
    hurried, paced = commits[:HURRIED], commits[HURRIED:]
    assert {size for _, size in hurried[1:]} <= {1, 2}
    began = [at for at, _ in commits[HURRIED - 1 :]]
    assert {round(after - before, 6) for before, after in itertools.pairwise(began[:-1])} == {WINDOW * 1000}
    assert len(paced) <= 50
