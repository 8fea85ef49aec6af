"""What a client saves from one run to the next, and the interface through which it does.

With it the next run sends the messages that were not acknowledged, and resumes each channel where this one stopped.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from causerie.chat.commands import Send


class SavedSession(Struct, frozen=True, kw_only=True):
    """A session to resume: of one person on one server.

    `token` logs in without a password: keep it as secret. `numbers`: for each channel the last event that was received.
    `outbox`: messages that are not acknowledged, oldest first.
    """

    token: str = ""
    person: int = 0
    name: str = ""
    guest: bool = False
    numbers: dict[str, int] = {}
    outbox: list[Send] = []


class Storage(Protocol):
    """Where the session is saved. Called from the client's event loop, so both are to be quick."""

    def get(self) -> SavedSession:
        """What was saved last; `SavedSession()` if nothing was. Raises StorageDamaged."""

    def put(self, saved: SavedSession) -> None:
        """Save this instead: whole, and on disk when this returns. Raises OSError."""
