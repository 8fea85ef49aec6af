"""WebSocket below a language of lines: a message is a line without its end (IRCv3 websocket; RFC 6455).

The protocol itself is the `websockets` library's, without its I/O; it is imported with the first such connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from websockets.datastructures import MultipleValuesError
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from causerie.protocols.wire import Layer

if TYPE_CHECKING:
    from causerie.config.settings import Server

MESSAGE_MOST = 65_536
"""Bytes of a message; a longer one ends the connection (RFC 6455, close code 1009). A line has its own bound."""

REQUEST_MOST = 16_384
"""Bytes of the request that begins it; browsers send a page's cookies with it."""

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
"""RFC 6585, section 5."""

BINARY = "binary."
"""How the names of subprotocols begin whose messages are binary."""

_QUIET = logging.getLogger("causerie.websocket")
_QUIET.setLevel(logging.CRITICAL)


class WebSocketPipe(Layer):
    """One connection's WebSocket, server side, over TLS (`below`) or none. `subprotocol`: what both sides agreed on."""

    __slots__ = (
        "_below", "_binary", "_empty", "_origins", "_own_names", "_pieces", "_protocol", "_request",
        "_transport", "subprotocol",
    )  # fmt: skip

    def __init__(
        self,
        below: Layer | None,
        transport: asyncio.Transport,
        subprotocols: Sequence[str],
        origins: Sequence[str],
        own_names: Collection[str],
    ) -> None:
        self._below = below
        self._transport = transport
        self._origins = origins
        self._own_names = own_names
        self._protocol = ServerProtocol(
            subprotocols=[Subprotocol(name) for name in subprotocols],
            select_subprotocol=first_wanted,
            max_size=MESSAGE_MOST,
            logger=_QUIET,
        )
        self._binary = False
        self._empty = 0
        self._request = bytearray()
        self._pieces: list[bytes] = []
        self.subprotocol = ""

    def receive(self, data: bytes) -> bytes:
        """See Layer."""
        if self._below is not None:
            data = self._below.receive(data)
        return self.plain(data) if data else b""

    def plain(self, data: bytes) -> bytes:
        """The lines that these bytes completed; the handshake, pings and the like are answered on the way."""
        protocol = self._protocol
        if protocol.state is State.CONNECTING:
            data = self._requested(data)
        if not data or protocol.state is not State.OPEN:
            return b""
        protocol.receive_data(data)
        lines: list[bytes] = []
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._take(event, lines)
        self._flush()
        return b"".join(lines)

    def _requested(self, data: bytes) -> bytes:
        """Answer the request, once it is all there; what followed it. The library is not shown that before: it would
        read frames on a connection that nobody has agreed to."""
        if self._transport.is_closing():
            return b""
        self._request += data
        end = self._request.find(b"\r\n\r\n") + 4
        if end < 4 and len(self._request) > REQUEST_MOST:
            self._send(TOO_LONG)
            self._transport.close()
        if end < 4:
            return b""
        request, rest = bytes(self._request[:end]), bytes(self._request[end:])
        self._request.clear()
        self._protocol.receive_data(request)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
        self._flush()
        return rest

    def write(self, data: bytes) -> None:
        """See Layer: each line is a message."""
        send = self._protocol.send_binary if self._binary else self._protocol.send_text
        try:
            for line in data.split(b"\r\n"):
                if line:
                    send(line)
        except InvalidState:
            return  # nobody listens any more, or not yet
        self._flush()

    def finish(self) -> None:
        """See Layer."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        if self._below is not None:
            self._below.finish()

    def let_go(self) -> None:
        """See Layer."""
        if self._protocol.handshake_exc is not None:
            # Its traceback holds the frames it came through, and they all that was read.
            self._protocol.handshake_exc.__traceback__ = None
        if self._below is not None:
            self._below.let_go()

    def _shake_hands(self, request: Request) -> None:
        try:
            origin, host = request.headers.get("Origin"), request.headers.get("Host")
        except MultipleValuesError:
            origin = host = None  # refused below, for that reason
        self._protocol.origins = None if may_come(origin, host, self._origins, self._own_names) else []
        response = self._protocol.accept(request)
        self._protocol.send_response(response)
        self.subprotocol = self._protocol.subprotocol or ""
        self._binary = self.subprotocol.startswith(BINARY)

    def take_empty(self) -> int:
        """See Layer: pings and the like, and frames of a message that are not its last."""
        empty, self._empty = self._empty, 0
        return empty

    def _take(self, frame: Frame, lines: list[bytes]) -> None:
        if not frame.fin or frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._empty += 1
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._pieces.append(bytes(frame.data))
        if frame.fin:
            message = b"".join(self._pieces)
            self._pieces.clear()
            lines.append(message if message.endswith(b"\n") else message + b"\r\n")

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._send(data)
            else:
                self._transport.close()

    def _send(self, data: bytes) -> None:
        if self._below is not None:
            self._below.write(data)
        elif not self._transport.is_closing():
            self._transport.write(data)


def first_wanted(protocol: ServerProtocol, wanted: Sequence[Subprotocol]) -> Subprotocol | None:
    """The first of those the client wants that is on offer (IRCv3 websocket: "respecting the client's order")."""
    offered = protocol.available_subprotocols or ()
    return next((name for name in wanted if name in offered), None)


def own_names(server: Server) -> frozenset[str]:
    """The names that this server is reached by, as far as it knows: see may_come."""
    machine = socket.gethostname().lower()
    return frozenset(
        (
            server.public_address.lower(),
            machine,
            f"{machine}.local",
            *(address.host.lower() for address in server.listen),
        )
    ) - {""}


def may_come(origin: str | None, host: str | None, allowed: Sequence[str], own: Collection[str]) -> bool:
    """Whether a page from this origin may connect (RFC 6455, section 10.2). What is no browser names none.

    A page that was loaded from the address it connects to may, if it names this server by an address, by one of its
    `own` names or as this machine. Any other name may be a stranger's that leads here for a moment ("DNS rebinding"),
    and so has to be among those that are `allowed`.
    """
    if origin is None or "*" in allowed:
        return True
    origin = origin.lower()
    if origin in (one.lower().rstrip("/") for one in allowed):
        return True
    place = origin.partition("://")[2]
    if host is None or place != host.lower():
        return False
    name = ""
    try:
        name = urlsplit(f"//{place}").hostname or ""
        ipaddress.ip_address(name)
    except ValueError:
        return name in own or name == "localhost" or name.endswith(".localhost")
    return True
