"""Session tokens as they are at this moment: one whose revocation is on its way to the store is good no longer."""

from __future__ import annotations

from causerie.chat.errors import Busy
from causerie.server.context import Context
from causerie.server.ports.changes import DropTokens, Token

TRIES = 10
"""How often tokens that are revoked meanwhile may get in between."""


def drop(context: Context, person: int, ids: tuple[int, ...] | None = None, but: int = 0) -> None:
    """Forget a person's tokens: those with these ids, or all (None) but `but`."""
    context.apply(DropTokens(person, ids, but))


async def read(context: Context, hashed: bytes) -> Token | None:
    """The token with this hash, if nobody has revoked it until now. Whoever asked goes on without waiting.

    The store is read beside the loop: what is revoked in between, or waits to be committed, is not seen there. Raises
    Busy.
    """
    before = context.state.tokens_dropped
    pending = _is_dropping(context)
    token = await context.store.token(hashed)
    for _ in range(TRIES):
        if token is None or (before == context.state.tokens_dropped and not pending):
            return token
        while _is_dropping(context, token.person):
            if context.commit_loop.stalled:
                raise Busy(retry_after=1)
            await context.commit_loop.told()
        before, pending = context.state.tokens_dropped, False
        token = await context.store.token(hashed)
    raise Busy(retry_after=1)


def _is_dropping(context: Context, person: int = 0) -> bool:
    """Whether tokens (of this person) are revoked in what is not committed yet."""
    return any(
        type(change) is DropTokens and (not person or change.person == person)
        for unit in context.commit_loop.uncommitted()
        for change in unit.changes
    )
