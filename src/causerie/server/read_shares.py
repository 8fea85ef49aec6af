"""Shares of the store's readers: whoever asks for page after page holds up only their own requests.

One reader is left for what is short and others wait for: log-ins, tokens, read markers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from causerie.chat.errors import Busy, NotLoggedIn
from causerie.server.context import Context
from causerie.server.engine.fair_queue import FairQueue, QueueFull
from causerie.server.engine.rate_limits import network_of
from causerie.server.engine.session import Session

T = TypeVar("T")

LONG_READS_MOST = 20_000
"""Who may wait; a connection asks one thing at a time, and there are no more of them as installed."""

BUSY_SECONDS = 2.0
"""Who is refused because more wait may ask again after so long."""


def long_reads(readers: int) -> FairQueue:
    """The turns of those who read much, where the store has so many readers."""
    return FairQueue(at_once=max(1, readers - 1), most=LONG_READS_MOST, each=LONG_READS_MOST)


def share_of(session: Session) -> int | str:
    """Whose share it is: an account's own; guests, and who has not logged in, have one for each network, since anybody
    can be as many of them as they like."""
    person = session.person
    return network_of(session.host) if person is None or person.guest else person.id


@asynccontextmanager
async def turn_of(queue: FairQueue, session: Session) -> AsyncIterator[None]:
    """A turn of a session's person, as long as this is held. Raises Busy; NotLoggedIn, if it logged out meanwhile."""
    inside = session.person is not None
    try:
        async with queue.turn(share_of(session)):
            if inside and session.person is None:
                raise NotLoggedIn()
            yield
    except QueueFull:
        raise Busy(retry_after=BUSY_SECONDS) from None


def in_turn(
    use_case: Callable[[Context, Session, Any], Coroutine[Any, Any, T]],
) -> Callable[[Context, Session, Any], Coroutine[Any, Any, T]]:
    """The use case, which reads much, when it is its person's turn. Raises Busy, NotLoggedIn."""

    async def waiting(context: Context, session: Session, command: Any) -> T:
        async with turn_of(context.long_reads, session):
            return await use_case(context, session, command)

    return waiting
