"""A layer of a connection: to what is below it an asyncio protocol, to what is above it an asyncio transport.

So layers stack in any order, and any asyncio protocol may be on top. A layer that overrides nothing passes all on.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast


class Layer(asyncio.Transport, asyncio.Protocol):
    """See the module. `below`: the transport that it writes to."""

    __slots__ = ("_above", "below")

    below: asyncio.Transport

    def __init__(self, above: asyncio.Protocol) -> None:
        self._above = above

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio. What is above is told by whoever puts it there."""
        self.below = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._above.data_received(data)

    def eof_received(self) -> bool | None:
        """See asyncio."""
        return self._above.eof_received()

    def pause_writing(self) -> None:
        """See asyncio."""
        self._above.pause_writing()

    def resume_writing(self) -> None:
        """See asyncio."""
        self._above.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio. Layers know each other no more, so that nothing waits for the collector."""
        above, self._above = self._above, NOBODY
        above.connection_lost(exc)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """See asyncio: this one is above from now on."""
        self._above = cast(asyncio.Protocol, protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """See asyncio."""
        return self._above

    def replay(self, data: bytes) -> None:
        """Give these bytes, which were read already, to the protocol that is above now."""
        self._above.data_received(data)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """See asyncio."""
        self.below.write(data)

    def close(self) -> None:
        """See asyncio."""
        self.below.close()

    def abort(self) -> None:
        """See asyncio."""
        self.below.abort()

    def is_closing(self) -> bool:
        """See asyncio."""
        return self.below.is_closing()

    def can_write_eof(self) -> bool:
        """See asyncio: an end in one direction only is not passed on."""
        return False

    def pause_reading(self) -> None:
        """See asyncio."""
        self.below.pause_reading()

    def resume_reading(self) -> None:
        """See asyncio."""
        self.below.resume_reading()

    def is_reading(self) -> bool:
        """See asyncio."""
        return self.below.is_reading()

    def get_write_buffer_size(self) -> int:
        """See asyncio."""
        return self.below.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """See asyncio."""
        return self.below.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """See asyncio."""
        self.below.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio."""
        return self.below.get_extra_info(name, default)


NOBODY = asyncio.Protocol()
"""Above a layer whose connection is gone."""
