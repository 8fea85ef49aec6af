"""A connection before its language is known: whom a proxy says it is, TLS, WebSocket, and the first bytes that choose.

Each of these is over before the next begins; what is left of the bytes is given to it.
"""

from __future__ import annotations

import asyncio
import typing
from collections.abc import Callable

from causerie.i18n.text import _
from causerie.protocols.wire import Layer, Protocol, Wire
from causerie.transport.languages import Languages

if typing.TYPE_CHECKING:
    from causerie.transport.tls import TlsPipe
    from causerie.transport.websocket import WebSocketPipe

FIRST_BYTES_MOST = 4096
"""Bytes of which nobody knows what they are."""

TLS_HEADER = 5
"""Bytes of a TLS record before its content; the last two of them are its length (RFC 8446, section 5.1)."""

TLS_HANDSHAKE = 22
"""The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1)."""

TLS_RECORD = 16_384
"""The most that a record in clear holds."""


class Incoming(typing.Protocol):
    """A connection as it is seen from here, before its language is known."""

    host: str
    admitted: bool
    layer: Layer | None
    wire: Wire | None
    write: Callable[[bytes], None]

    def admit(self, host: str) -> None:
        """It comes from this address: count it in, or turn it away."""

    def handshake_begins(self) -> None:
        """TLS begins on it."""

    def secured(self) -> None:
        """TLS works on it."""

    def refused(self, why: str) -> None:
        """Note for the log why it was refused."""

    def feed(self, data: bytes) -> None:
        """Work on bytes as they are below all layers."""

    def begin(self, protocol: Protocol, secure: bool, certificate: str, data: bytes) -> None:
        """Its language is known; `data` are its first bytes."""

    def turn_away(self, line: str, template: str) -> None:
        """Close it with a line that a person may read."""


class Detection:
    """See the module. `proxied`: a proxy connects it, and says whom before anything else."""

    __slots__ = ("_connection", "_held", "_languages", "_secure", "_tls", "_transport", "_web", "proxied")

    def __init__(self, connection: Incoming, languages: Languages, transport: asyncio.Transport) -> None:
        self._connection = connection
        self._languages = languages
        self._transport = transport
        self._held = b""
        self._secure = False
        self._tls: TlsPipe | None = None
        self._web: WebSocketPipe | None = None
        self.proxied = False

    def receive(self, data: bytes) -> None:
        """Bytes, cut anywhere, as they are below the layers that are there already."""
        data = self._held + data if self._held else data
        self._held = b""
        if self.proxied:
            data = self._introduced(data)
            if not data:
                return
        languages = self._languages
        if self._tls is None and self._web is None and data[0] == TLS_HANDSHAKE and languages.tls_allowed:
            self._connection.handshake_begins()
            if len(data) < TLS_HEADER or len(data) < TLS_HEADER + min(TLS_RECORD, int.from_bytes(data[3:TLS_HEADER])):
                # OpenSSL's memory is for those who have said all of their first record.
                self._held = data
            else:
                self._start_tls(data)
            return
        if self._web is None and (found := languages.is_websocket(data, self._tls is not None)):
            self._start_websocket(data)
        elif self._web is not None:
            self.begin(languages.of_websocket(self._web), data)
        elif found is None:
            self._hold(data)
        else:
            protocol = languages.recognise(data, self._tls)
            if isinstance(protocol, Protocol):
                self.begin(protocol, data)
            elif protocol is None:
                self._hold(data)
            else:
                self._connection.turn_away(protocol, languages.away)

    def begin(self, protocol: Protocol, data: bytes) -> None:
        """This is its language."""
        secure = self._secure or self._tls is not None
        self._connection.begin(protocol, secure, self._tls.certificate() if self._tls is not None else "", data)

    def _hold(self, data: bytes) -> None:
        if len(data) > FIRST_BYTES_MOST:
            self._connection.turn_away(_("this is no language of this server"), self._languages.away)
        else:
            self._held = data

    def _introduced(self, data: bytes) -> bytes:
        """What follows the proxy's header; nothing: there is nothing more, or the header is not all there."""
        from causerie.transport import proxy_header

        try:
            told = proxy_header.read(data)
        except proxy_header.BadHeader as bad:
            why = _("a proxy connects from your address, but this is {what}").format(what=bad)
            self._connection.turn_away(why, self._languages.away)
            return b""
        if told is None:
            self._hold(data)
            return b""
        self.proxied = False
        self._secure = told.secure
        self._connection.admit(told.host or self._connection.host)
        rest = data[told.size :]
        if self._connection.wire is None:
            return rest if self._connection.admitted else b""
        if rest:
            self._connection.feed(rest)
        return b""

    def _start_tls(self, data: bytes) -> None:
        connection = self._connection
        self._tls = connection.layer = self._languages.start_tls(self._transport, connection)
        connection.write = self._tls.write
        connection.feed(data)

    def _start_websocket(self, data: bytes) -> None:
        connection = self._connection
        self._web = connection.layer = self._languages.start_websocket(self._tls, self._transport)
        connection.write = self._web.write
        if rest := self._web.plain(data):
            self.receive(rest)
