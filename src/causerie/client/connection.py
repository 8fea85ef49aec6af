"""A chat's connection to the server, as an asyncio protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast


class Connection(asyncio.Protocol):
    """See the module. `closed` is done when it is over, with a line for a log."""

    def __init__(self, received: Callable[[Connection, bytes], None], writable: Callable[[], None]) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._received = received
        self._writable = writable
        self._transport: asyncio.Transport | None = None
        self._full = False
        self._reading = True
        self._begun = False
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not of this class

    def data_received(self, data: bytes) -> None:
        if self._begun:
            self._received(self, data)
        else:
            self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.closed.done():
            self.closed.set_result(str(exc or ""))

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._writable()

    def begin(self) -> None:
        """The certificate is accepted: hand on what arrived meanwhile (a refusal at once, say), and what follows."""
        self._begun = True
        if self._early:
            early, self._early = self._early, b""
            self._received(self, early)

    @property
    def writable(self) -> bool:
        """Whether more may be written now."""
        return self._transport is not None and not self._full

    def write(self, data: bytes) -> None:
        """Send these bytes."""
        assert self._transport is not None
        self._transport.write(data)

    def set_reading(self, reading: bool) -> None:
        """Resume or pause reading; while it is paused, TCP makes the server wait."""
        if self._transport is None or reading == self._reading:
            return
        self._reading = reading
        if reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def abort(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()
