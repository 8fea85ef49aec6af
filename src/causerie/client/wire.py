"""One connection of a chat, as asyncio sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast


class Wire(asyncio.Protocol):
    """Hands bytes on; knows whether more may be written, and when all is over (`gone`, with a line for a log)."""

    def __init__(self, received: Callable[[Wire, bytes], None], writable: Callable[[], None]) -> None:
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
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
        if not self.gone.done():
            self.gone.set_result(str(exc or ""))

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._writable()

    def begin(self) -> None:
        """It is the right server; what it said meanwhile (why it turns one away at the door) is handed on now."""
        self._begun = True
        if self._early:
            early, self._early = self._early, b""
            self._received(self, early)

    @property
    def takes(self) -> bool:
        """Whether something can be written now."""
        return self._transport is not None and not self._full

    def write(self, data: bytes) -> None:
        """Send this."""
        assert self._transport is not None
        self._transport.write(data)

    def read(self, reading: bool) -> None:
        """Read on, or not for now: the server is told by that it has to wait."""
        if self._transport is None or reading == self._reading:
            return
        self._reading = reading
        if reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def hang_up(self) -> None:
        """It is over."""
        if self._transport is not None:
            self._transport.abort()
