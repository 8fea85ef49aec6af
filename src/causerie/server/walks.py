"""Long walks over all people or a large channel: one at a time, a slice in each turn of the event loop.

Those who wait have their turn as with other long reads, so nobody's crowd holds up the others, and only the walk that
is under way has anything in memory.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Iterator
from typing import Any, TypeVar

from causerie.chat.errors import NotLoggedIn
from causerie.chat.replies import Done
from causerie.server.context import Context
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Session
from causerie.server.read_shares import turn_of

T = TypeVar("T")

LOOKED_AT = 1000
"""People that are looked at in one slice, and where no more are there, at once: some 1 ms of work."""


async def walk(context: Context, session: Session, job: Iterator[None]) -> None:
    """Do a job to its end, when it is this person's turn. It begins then. Raises Busy, NotLoggedIn."""
    inside = session.person is not None
    async with turn_of(context.walks, session):
        await context.slices.run(job)
    if inside and session.person is None:
        raise NotLoggedIn()


def local_answer(context: Context, session: Session, command: LocalAnswer) -> Done | Coroutine[Any, Any, Done]:
    """What a protocol answers by itself has its turn."""
    return Done() if command.work is None else _worked(context, session, command.work)


async def _worked(context: Context, session: Session, job: Iterator[None]) -> Done:
    await walk(context, session, job)
    return Done()


def in_slices(found: Iterable[T | None], into: list[T]) -> Iterator[None]:
    """A job that takes what is found, but for None, LOOKED_AT at each step."""
    for at, one in enumerate(found, 1):
        if one is not None:
            into.append(one)
        if not at % LOOKED_AT:
            yield
