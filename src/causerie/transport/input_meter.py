"""Counts what one connection sends, and says when it is more than any honest client sends. Times are in seconds.

Rates are rate_limits.py's. These bounds hold for everybody, whoever is exempt from rates too: past them a connection is
closed, so that what a flood leaves behind does not go on costing.
"""

from __future__ import annotations

BYTES_BEFORE_LOGIN = 131_072
"""Bytes that a connection sends before it has logged in, whatever they are: TLS, the request of a WebSocket and all."""

LINES_BEFORE_LOGIN = 256
"""Lines, frames and commands of one that has not logged in; the most talkative client registers with some 40."""

EMPTY_A_MINUTE = 256
"""Lines and frames in a minute that are no command or come to nothing, with no command between them."""

OVERHEAD_BYTES = 32_768
"""Bytes below a layer (TLS, WebSocket) that carried nothing, or a byte in a record of its own."""

OVERHEAD_FACTOR = 4
"""Bytes below a layer for each byte that it carries which are no overhead: a record of 20 bytes takes 42."""

_MINUTE = 60.0


class Meter:
    """See the module. Each method counts, and returns whether that is too much.

    `empties`: empty lines in this minute; whoever takes a command sets it to 0, for who asks something is no flood of
    nothing.
    """

    __slots__ = ("_bytes", "_empty_since", "_lines", "_overhead", "empties")

    def __init__(self) -> None:
        self._bytes = 0
        self._lines = 0
        self.empties = 0
        self._empty_since = 0.0
        self._overhead = 0

    def bytes_before_login(self, size: int) -> bool:
        """So many bytes came, below all layers."""
        self._bytes += size
        return self._bytes > BYTES_BEFORE_LOGIN

    def lines_before_login(self, lines: int = 1) -> bool:
        """A line or frame was read, or a command taken."""
        self._lines += lines
        return self._lines > LINES_BEFORE_LOGIN

    def empty(self, now: float, lines: int = 1) -> bool:
        """A line or frame came to nothing, or was no command."""
        if now - self._empty_since > _MINUTE:
            self.empties, self._empty_since = 0, now
        self.empties += lines
        return self.empties > EMPTY_A_MINUTE

    def carried(self, below: int, above: int) -> bool:
        """A layer took so many bytes, and gave so many to what is above it."""
        self._overhead = max(0, self._overhead + below - OVERHEAD_FACTOR * above)
        return self._overhead > OVERHEAD_BYTES
