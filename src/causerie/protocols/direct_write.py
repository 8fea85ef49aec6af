"""Sending without a detour: send(2) on a connection's socket, as long as nothing waits in its transport.

A delivery is one such call for each member, and nearly all that it costs: through the transport it is a write(2),
which goes through the file system's layers first (10 to 20 % more: `bench/chat.py`, before and after).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

FIRST_WRITES = 16
"""Writes that go through the transport first: those who come and say little need no socket of their own."""


class DirectWriter:
    """Writes to one connection in clear; what the system does not take waits in the transport, as ever.

    The transport owns the descriptor. Once it is closing, its number may be another connection's, so that is asked
    before every send; `let_go` must be called before this is dropped.
    """

    __slots__ = ("_closing", "_first", "_queued", "_send", "_socket", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._closing = transport.is_closing
        self._queued = False
        self._first = FIRST_WRITES
        self._socket: socket.socket | None = None
        self._send: Callable[[bytes], int] = self._through_transport

    def write(self, data: bytes) -> None:
        """See Outlet.write."""
        if self._closing():
            return
        if self._queued:
            if self._transport.get_write_buffer_size():
                self._transport.write(data)
                return
            self._queued = False
        try:
            sent = self._send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the transport finds out by itself, and says so with connection_lost
        if sent < len(data):
            self._queued = True
            self._transport.write(data[sent:])

    def let_go(self) -> None:
        """The descriptor is the transport's to close."""
        if self._socket is not None:
            self._socket.detach()

    def _through_transport(self, data: bytes) -> int:
        self._transport.write(data)
        self._queued = True
        self._first -= 1
        if not self._first:
            own = self._transport.get_extra_info("socket")
            self._socket = socket.socket(own.family, own.type, own.proto, own.fileno())
            self._send = self._socket.send
        return len(data)
