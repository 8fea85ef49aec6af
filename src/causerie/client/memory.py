"""What a client remembers from one run to the next, and the port through which it does.

With it, what was typed and not acknowledged is sent by the next run, which goes on hearing where this one stopped.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from causerie.chat.commands import Send


class Kept(Struct, frozen=True, kw_only=True):
    """For one server and one person there: nothing else may share it.

    `token` logs in without a password: keep it as secret. `numbers`: for each channel the last event that was heard.
    `outbox`: what is not acknowledged, oldest first.
    """

    token: str = ""
    person: int = 0
    name: str = ""
    guest: bool = False
    numbers: dict[str, int] = {}
    outbox: list[Send] = []


class Memory(Protocol):
    """Where it is kept. Called from the client's event loop, so both are to be quick."""

    def get(self) -> Kept:
        """What was put last; `Kept()` if nothing was. Raises BrokenMemory."""

    def put(self, kept: Kept) -> None:
        """Keep this instead. When it returns, it outlives this process; never half of it. Raises OSError."""
