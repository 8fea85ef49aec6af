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
    """Writes to one connection in clear; what the system does not take waits in the transport, as ever. It is a
    DirectSocket while nothing waits and the connection has shown that it is worth one.

    `changed` is called with true when it becomes one, and with false when it is none any more. The transport owns the
    `descriptor`: who sends to it must have been told that the connection closes before the transport closes it (it says
    connection_lost first). `let_go` must be called before this is dropped.
    """

    __slots__ = ("_changed", "_direct", "_first", "_post", "_socket", "_transport", "descriptor", "send")

    send: Callable[[bytes], int]

    def __init__(self, transport: asyncio.Transport, changed: Callable[[bool], None], post: BatchSender) -> None:
        self._transport = transport
        self._changed: Callable[[bool], None] | None = changed
        self._post = post
        self._first = FIRST_WRITES
        self._direct = False
        self._socket: socket.socket | None = None
        self.descriptor = -1

    def write(self, data: bytes) -> None:
        """See Outlet.write."""
        self.flush()
        if self._transport.is_closing():
            return
        if not self._direct and not self._begins():
            self._transport.write(data)
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
        self._become(False)
        if self._changed is not None and not self._transport.is_closing():
            self._transport.write(rest)

    def let_go(self) -> None:
        """The descriptor is the transport's to close."""
        self.flush()
        self._changed = None
        self._direct = False
        self.descriptor = -1
        if self._socket is not None:
            self._socket.detach()
            self._post.closed += 1

    def _begins(self) -> bool:
        """Whether what is written goes past the transport from now on."""
        if self._first:
            self._first -= 1
            return False
        if self._transport.get_write_buffer_size():
            return False
        if self._socket is None:
            own = self._transport.get_extra_info("socket")
            if own is None:
                self._first = sys.maxsize  # nothing of the system's lies below
                return False
            self._socket = socket.socket(own.family, own.type, own.proto, own.fileno())
            self.descriptor = own.fileno()
            self.send = self._socket.send
        self._become(True)
        return True

    def _become(self, direct: bool) -> None:
        self._direct = direct
        if self._changed is not None:
            self._changed(direct)
