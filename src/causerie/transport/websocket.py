"""WebSocket below a language of lines: a message is a line without its end (IRCv3 websocket; RFC 6455).

The protocol itself is the `websockets` library's, without its I/O; it is imported with the first such connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from websockets.datastructures import MultipleValuesError
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from causerie.transport.layer import Layer

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


class WebSocketTransport(Layer):
    """One connection's WebSocket, server side. `subprotocol`: what both sides agreed on.

    A protocol above that has a method `empty_received` is told how many frames held nothing for it (pings and the like,
    and frames of a message that are not its last), before what the others held.
    """

    __slots__ = ("_binary", "_origins", "_own_names", "_pieces", "_protocol", "_request", "subprotocol")

    def __init__(
        self, above: asyncio.Protocol, subprotocols: Sequence[str], origins: Sequence[str], own_names: Collection[str]
    ) -> None:
        super().__init__(above)
        self._origins = origins
        self._own_names = own_names
        self._protocol = ServerProtocol(
            subprotocols=[Subprotocol(name) for name in subprotocols],
            select_subprotocol=first_wanted,
            max_size=MESSAGE_MOST,
            logger=_QUIET,
        )
        self._binary = False
        self._request = bytearray()
        self._pieces: list[bytes] = []
        self.subprotocol = ""

    def data_received(self, data: bytes) -> None:
        """See asyncio: the lines that these bytes complete go up; the handshake, pings and the like are answered."""
        protocol = self._protocol
        if protocol.state is State.CONNECTING:
            data = self._requested(data)
        if not data or protocol.state is not State.OPEN:
            return
        protocol.receive_data(data)
        lines: list[bytes] = []
        empty = sum([self._take(event, lines) for event in protocol.events_received() if isinstance(event, Frame)])
        self._flush()
        if empty and (tell := getattr(self._above, "empty_received", None)) is not None:
            tell(empty)
        if lines:
            self._above.data_received(b"".join(lines))

    def _requested(self, data: bytes) -> bytes:
        """Answer the request, once it is all there; what followed it. The library is not shown that before: it would
        read frames on a connection that nobody has agreed to."""
        if self.below.is_closing():
            return b""
        self._request += data
        end = self._request.find(b"\r\n\r\n") + 4
        if end < 4 and len(self._request) > REQUEST_MOST:
            self.below.write(TOO_LONG)
            self.below.close()
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

    def _take(self, frame: Frame, lines: list[bytes]) -> int:
        """Take what a frame holds; 1 if that is no line."""
        data = frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
        if data:
            self._pieces.append(bytes(frame.data))
        if not (data and frame.fin):
            return 1
        message = b"".join(self._pieces)
        self._pieces.clear()
        lines.append(message if message.endswith(b"\n") else message + b"\r\n")
        return 0

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """See asyncio: each line is a message."""
        send = self._protocol.send_binary if self._binary else self._protocol.send_text
        try:
            for line in bytes(data).split(b"\r\n"):
                if line:
                    send(line)
        except InvalidState:
            return  # nobody listens any more, or not yet
        self._flush()

    def close(self) -> None:
        """See asyncio."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        self.below.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        if self._protocol.handshake_exc is not None:
            # Its traceback holds the frames it came through, and they all that was read.
            self._protocol.handshake_exc.__traceback__ = None
        super().connection_lost(exc)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if not data:
                self.below.close()
            elif not self.below.is_closing():
                self.below.write(data)


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
