"""Session tokens as they are at this moment: one whose revocation is on its way to the store is good no longer."""

from __future__ import annotations

from causerie.chat.errors import Busy
from causerie.server.context import Core
from causerie.server.ports.changes import DropTokens, Token

TRIES = 10
"""How often tokens that are revoked meanwhile may get in between."""


def drop(core: Core, person: int, ids: tuple[int, ...] | None = None, but: int = 0) -> None:
    """Forget a person's tokens: those with these ids, or all (None) but `but`."""
    core.tokens_dropped += 1
    core.tick.store(DropTokens(person, ids, but))


async def read(core: Core, hashed: bytes) -> Token | None:
    """The token with this hash, if nobody has revoked it until now. Whoever asked goes on without waiting.

    The store is read beside the loop: what is revoked in between, or waits to be committed, is not seen there. Raises
    Busy.
    """
    before = core.tokens_dropped
    pending = _is_dropping(core)
    token = await core.store.token(hashed)
    for _ in range(TRIES):
        if token is None or (before == core.tokens_dropped and not pending):
            return token
        while _is_dropping(core, token.person):
            if core.turns.stalled:
                raise Busy(retry_after=1)
            await core.turns.told()
        before, pending = core.tokens_dropped, False
        token = await core.store.token(hashed)
    raise Busy(retry_after=1)


def _is_dropping(core: Core, person: int = 0) -> bool:
    """Whether tokens (of this person) are revoked in what is not committed yet."""
    return any(
        type(change) is DropTokens and (not person or change.person == person)
        for tick in core.turns.uncommitted()
        for change in tick.changes
    )
