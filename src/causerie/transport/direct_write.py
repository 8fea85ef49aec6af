"""Sending without a detour: send(2) on a connection's socket, as long as nothing waits in its transport.

A delivery is one such call for each member, and nearly all that it costs: through the transport it is a write(2),
which goes through the file system's layers first (10 to 20 % more: `bench/chat.py`, before and after).
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

from causerie.server.delivery.batch_sender import BatchSender

FIRST_WRITES = 8
"""Writes that go through the transport first: those who come and say little need no socket of their own."""


class DirectWriter:
    """Writes to one connection in clear; what the system does not take waits in the transport, as ever.

    `send` is the system's own call while nothing waits and the connection has shown that it is worth one, else None;
    `changed` is called when that changes. The transport owns the `descriptor` (-1: none yet, or it was let go): who
    sends to it must have been told that the connection closes before the transport closes it (it says connection_lost
    first). `let_go` must be called before this is dropped.
    """

    __slots__ = ("_changed", "_first", "_gone", "_post", "_socket", "_transport", "descriptor", "send")

    def __init__(self, transport: asyncio.Transport, changed: Callable[[], None], post: BatchSender) -> None:
        self._transport = transport
        self._changed = changed
        self._post = post
        self._first = FIRST_WRITES
        self._gone = False
        self._socket: socket.socket | None = None
        self.send: Callable[[bytes], int] | None = None
        self.descriptor = -1

    def write(self, data: bytes) -> None:
        """See Outlet.write."""
        self.flush()
        transport = self._transport
        if transport.is_closing():
            return
        if self.send is None:
            if self._first:
                self._first -= 1
                transport.write(data)
                return
            if transport.get_write_buffer_size():
                transport.write(data)
                return
            self._begin()
        if self.send is None:
            transport.write(data)
            return
        try:
            sent = self.send(data)
        except OSError:
            sent = 0  # its buffer is full; or it is gone, which the transport finds out as it tries, if not by reading
        if sent < len(data):
            self.wait(data[sent:])

    def flush(self) -> None:
        """What waits in the post goes first: it may be for this connection."""
        self._post.flush()

    def wait(self, rest: bytes) -> None:
        """The system did not take these: they wait, and so does all that is written until they are gone."""
        self.send = None
        self._changed()
        if not (self._gone or self._transport.is_closing()):
            self._transport.write(rest)

    def let_go(self) -> None:
        """The descriptor is the transport's to close."""
        self.flush()
        self._gone = True
        self._changed = _nobody
        self.send = None
        self.descriptor = -1
        if self._socket is not None:
            self._socket.detach()
            self._post.closed += 1

    def _begin(self) -> None:
        if self._socket is None:
            own = self._transport.get_extra_info("socket")
            if own is None:
                self._first = sys.maxsize  # nothing of the system's lies below
                return
            self._socket = socket.socket(own.family, own.type, own.proto, own.fileno())
            self.descriptor = own.fileno()
        self.send = self._socket.send
        self._changed()


def _nobody() -> None:
    """Who is told of what changes at somebody who is gone."""
