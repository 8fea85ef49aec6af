"""Read markers over units of work that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from causerie.chat import commands as c
from causerie.config.settings import Config
from causerie.server.ports.changes import Append, Change, Stored
from tests.law import FailingStore, World, build


async def settled(world: World, *commands: c.Command) -> None:
    """These are done, one after the other."""
    for command in commands:
        world.ask(world.clients[0], command)
        await world.settle()


async def test_what_is_undone_later_takes_no_marker_back_that_ones_own_words_moved(tmp_path: Path) -> None:
    """Words are on their way to the disk while the marker is moved, which then cannot be stored."""
    world = await build(tmp_path, ("ann",), ("ann",), Config())
    context, store = world.context, world.store
    commit_loop = asyncio.create_task(context.commit_loop.run())
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(changes: Sequence[Change]) -> dict[Append, Stored]:
        if any(isinstance(change, Append) for change in changes):
            begun.set()
            await go_on.wait()
        return await FailingStore.commit(store, changes)

    try:
        world.connect(world.clients[0])
        await settled(world, c.Join(channel="home"), c.Send(channel="home", text="one"))
        store.commit = held  # type: ignore[method-assign]
        world.ask(world.clients[0], c.Send(channel="home", text="two"))
        await asyncio.wait_for(begun.wait(), 10)
        world.ask(world.clients[0], c.Mark(channel="home", number=99))
        assert context.commit_loop.unit.undo, "it is decided already"

        def fail_the_next(unit: object) -> None:
            store.fails = 1

        context.commit_loop.also(fail_the_next)
        go_on.set()
        await world.settle()
        channel = context.state.channel("home")
        assert context.fanout.subscribers(channel.id).number == 2
        assert context.state.markers[channel.id, world.clients[0].me, 0][:2] == (2, 2)
    finally:
        commit_loop.cancel()
        await asyncio.gather(commit_loop, return_exceptions=True)
        context.hashing.close()
        await context.store.close()
