"""What the store keeps for one person alone (followed threads, drafts), read so that the answer is not out of date.

An answer replaces what a client knows, so it must not be older than an event that the client is told before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from causerie.chat.errors import Busy
from causerie.server.context import Context
from causerie.server.engine.session import Session

T = TypeVar("T")

TRIES = 10
"""How often something that is told to this session alone may come in between."""


async def read_own(context: Context, session: Session, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` gives, with all in it that this session is told before it is answered. Raises Busy."""
    for _ in range(TRIES):
        before = session.private_events
        await context.commit_loop.told()
        found = await read()
        if session.private_events == before:
            return found
    raise Busy(retry_after=1)
