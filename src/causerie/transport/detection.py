"""A connection before its language is known: whom a proxy says it is, TLS, WebSocket, and the first bytes that choose.

Each of these is over before the next begins; what is left of the bytes is given to it.
"""

from __future__ import annotations

import asyncio
import hashlib
import typing

from causerie.i18n.text import _
from causerie.protocols.wire import Protocol
from causerie.transport.intake import Admits, Intake
from causerie.transport.languages import Languages
from causerie.transport.layer import Layer

if typing.TYPE_CHECKING:
    from causerie.transport.tls import TlsTransport
    from causerie.transport.websocket import WebSocketTransport

FIRST_BYTES_MOST = 4096
"""Bytes of which nobody knows what they are."""

TLS_HEADER = 5
"""Bytes of a TLS record before its content; the last two of them are its length (RFC 8446, section 5.1)."""

TLS_HANDSHAKE = 22
"""The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1)."""

TLS_RECORD = 16_384
"""The most that a record in clear holds."""


class Speaks(Admits, typing.Protocol):
    """Where connections come in, as they see it until their language is known; listener.Listener is one."""

    languages: Languages

    def admit(self, intake: Intake, host: str) -> None:
        """Count in a connection from this host, or turn it away."""

    def handshake_begins(self, intake: Intake) -> None:
        """TLS begins on it."""

    def speaks(self, intake: Intake, protocol: Protocol, secure: bool, certificate: str) -> asyncio.Protocol:
        """Who is put on a connection that speaks this."""


class Detection(asyncio.Protocol):
    """See the module. `proxied`: a proxy connects it, and says whom before anything else."""

    __slots__ = ("_held", "_intake", "_listener", "_secure", "_tls", "_transport", "_web", "proxied")

    known = False
    unread = 0

    def __init__(self, listener: Speaks) -> None:
        self._listener = listener
        self._held = b""
        self._secure = False
        self._tls: TlsTransport | None = None
        self._web: WebSocketTransport | None = None
        self.proxied = False
        self._intake = Intake(listener, self)
        self._intake.owner = self
        self._transport: asyncio.Transport = self._intake

    @property
    def intake(self) -> Intake:
        """The lowest layer of the connection."""
        return self._intake

    def data_received(self, data: bytes) -> None:
        """Bytes, cut anywhere, as they are below the layers that are there already."""
        if self._transport.is_closing():
            return
        data = self._held + data if self._held else data
        self._held = b""
        if self.proxied:
            data = self._introduced(data)
            if not data:
                return
        languages = self._listener.languages
        if self._tls is None and self._web is None and data[0] == TLS_HANDSHAKE and languages.tls_allowed:
            self._listener.handshake_begins(self._intake)
            if len(data) < TLS_HEADER or len(data) < TLS_HEADER + min(TLS_RECORD, int.from_bytes(data[3:TLS_HEADER])):
                # OpenSSL's memory is for those who have said all of their first record.
                self._held = data
            else:
                self._tls = languages.start_tls(self, self._intake)
                self._add(self._tls, data)
            return
        if self._web is None and (found := languages.is_websocket(data, self._tls is not None)):
            self._web = languages.start_websocket(self)
            self._add(self._web, data)
        elif self._web is not None:
            self.begin(languages.of_websocket(self._web), data)
        elif found is None:
            self._hold(data)
        else:
            agreed = self._transport.get_extra_info("alpn")
            protocol = languages.recognise(data, self._tls is not None, agreed)
            if isinstance(protocol, Protocol):
                self.begin(protocol, data)
            elif protocol is None:
                self._hold(data)
            else:
                self._turn_away(protocol)

    def _add(self, layer: Layer, data: bytes) -> None:
        """A layer more, which reads these bytes first."""
        below = self._transport
        below.set_protocol(layer)
        layer.connection_made(below)
        self._transport = layer
        if isinstance(below, Layer):
            below.replay(data)

    def begin(self, protocol: Protocol, data: bytes) -> None:
        """This is its language."""
        shown = self._transport.get_extra_info("peercert_der")
        certificate = hashlib.sha256(shown).hexdigest() if shown else ""
        secure = self._secure or self._tls is not None
        above = self._listener.speaks(self._intake, protocol, secure, certificate)
        self._transport.set_protocol(above)
        above.connection_made(self._transport)
        if data and not self._transport.is_closing():
            above.data_received(data)

    def _hold(self, data: bytes) -> None:
        if len(data) > FIRST_BYTES_MOST:
            self._turn_away(_("this is no language of this server"))
        else:
            self._held = data

    def _turn_away(self, line: str) -> None:
        self._intake.turn_away(self._transport, line, self._listener.languages.away)

    def _introduced(self, data: bytes) -> bytes:
        """What follows the proxy's header; nothing: there is nothing more, or the header is not all there."""
        from causerie.transport import proxy_header

        try:
            told = proxy_header.read(data)
        except proxy_header.BadHeader as bad:
            self._turn_away(_("a proxy connects from your address, but this is {what}").format(what=bad))
            return b""
        if told is None:
            self._hold(data)
            return b""
        self.proxied = False
        self._secure = told.secure
        self._listener.admit(self._intake, told.host or self._intake.host)
        rest = data[told.size :]
        if self._intake.owner is not self:
            # The address has one language only, so that this is its already.
            if rest:
                self._intake.replay(rest)
            return b""
        return rest if self._intake.admitted else b""

    def pump(self) -> None:
        """See Owner: all that came was looked at."""

    def paid(self, seconds: float) -> None:
        """See Owner."""

    def kept(self) -> None:
        """See Owner."""

    def too_much(self) -> None:
        """See Owner."""
        self._intake.flooded(self._transport, self._listener.languages.away)

    def end(self, code: str) -> None:
        """See Owner: nobody knows in which language to say farewell."""
        self._transport.close()
