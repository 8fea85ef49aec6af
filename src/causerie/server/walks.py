"""Walks over everybody, or over all of a large channel: one at a time, a slice of it in each turn of the event loop.

Those who wait have their turn as with other long reads, so nobody's crowd holds up the others, and only the walk that
is under way has anything in memory.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from typing import Any

from causerie.chat.errors import Busy
from causerie.chat.replies import Done
from causerie.server.context import Context
from causerie.server.engine.fair_queue import QueueFull
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Session
from causerie.server.read_shares import BUSY_SECONDS, share_of


async def walk(context: Context, session: Session, job: Iterator[None]) -> None:
    """Do a job to its end, when it is this person's turn. It begins then. Raises Busy."""
    try:
        async with context.walks.turn(share_of(session)):
            await context.slices.run(job)
    except QueueFull:
        raise Busy(retry_after=BUSY_SECONDS) from None


def local_answer(context: Context, session: Session, command: LocalAnswer) -> Done | Coroutine[Any, Any, Done]:
    """What a protocol answers by itself has its turn."""
    return Done() if command.work is None else _worked(context, session, command.work)


async def _worked(context: Context, session: Session, job: Iterator[None]) -> Done:
    await walk(context, session, job)
    return Done()
