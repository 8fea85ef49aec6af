"""What the lowest layer of a connection needs of whoever reads from it: detection first, then a session's side."""

from __future__ import annotations

from typing import Protocol


class Owner(Protocol):
    """See the module."""

    @property
    def known(self) -> bool:
        """Whether somebody has logged in, or it is the machine's own operator."""

    @property
    def unread(self) -> int:
        """Bytes that were given and not taken yet."""

    def pump(self) -> None:
        """Go on with what was given before and did not fit into its slice."""

    def paid(self, seconds: float) -> None:
        """What it asked took so many seconds of a processor."""

    def kept(self) -> None:
        """More bytes wait."""

    def too_much(self) -> None:
        """It sent more than any honest client does."""

    def end(self, code: str) -> None:
        """Say farewell and close."""
