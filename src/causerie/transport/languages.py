"""Which languages an address takes, below which layers, and how the first bytes say which it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat.replies import ListeningAddress
from causerie.i18n.text import _
from causerie.protocols.wire import Protocol
from causerie.server.context import Context

if TYPE_CHECKING:
    import ssl

    from OpenSSL import SSL

    from causerie.transport.tls import Secured, TlsTransport
    from causerie.transport.websocket import WebSocketTransport

_GET = b"GET "
"""How WebSocket begins (RFC 6455, section 4.1)."""


class Languages:
    """See the module. `tls`: "auto" (by the first byte), "always" or "never".

    `websocket`: likewise, for languages that have a name there. `own`: the address is its one language's own, and takes
    whatever comes as that, from the first byte on. `only`: the one language that it can be, whatever comes.
    """

    def __init__(
        self,
        context: Context,
        protocols: Sequence[Protocol],
        tls: str,
        tls_context: Callable[[], ssl.SSLContext],
        websocket: str,
        own: bool,
        asking: Callable[[], SSL.Context] | None,
    ) -> None:
        self._context = context
        self._protocols = protocols
        self._tls = tls
        self.tls_allowed = tls != "never"
        self._websocket = websocket
        self._own = own
        self.away = protocols[0].away if own else "causerie: {}\r\n"
        self._subprotocols = [name for protocol in protocols for name in protocol.subprotocols]
        self._tls_context = tls_context
        self._asking = asking
        self.only = protocols[0] if own and tls == "never" and websocket == "never" else None

    def listening(self, address: str) -> ListeningAddress:
        """What is to be said of this address to whoever runs the server."""
        return ListeningAddress(address, self._tls, self._websocket, [protocol.name for protocol in self._protocols])

    def start_tls(self, above: asyncio.Protocol, watch: Secured) -> TlsTransport:
        """TLS for a connection, from here on."""
        from causerie.transport.tls import TlsTransport, ssl_parts

        if self._asking is None:
            return TlsTransport(ssl_parts(self._tls_context()), above, watch)
        from causerie.transport.tls_client_certificates import asking_parts

        return TlsTransport(asking_parts(self._asking()), above, watch)

    def start_websocket(self, above: asyncio.Protocol) -> WebSocketTransport:
        """WebSocket for a connection, from here on."""
        from causerie.transport.websocket import WebSocketTransport, own_names

        config = self._context.config
        return WebSocketTransport(above, self._subprotocols, config.irc.origins, own_names(config.server))

    def is_websocket(self, first: bytes, secure: bool) -> bool | None:
        """Whether these first bytes begin WebSocket; None: more are needed."""
        if self._websocket == "never" or not self._subprotocols or (self._tls == "always" and not secure):
            return False
        if len(first) < len(_GET):
            return None if _GET.startswith(first) else False
        return first.startswith(_GET)

    def of_websocket(self, web: WebSocketTransport) -> Protocol:
        """The language of a WebSocket; where none was agreed on, the first that has a name there."""
        named = [protocol for protocol in self._protocols if protocol.subprotocols]
        return next((protocol for protocol in named if web.subprotocol in protocol.subprotocols), named[0])

    def recognise(self, first: bytes, secure: bool, agreed: str | None) -> Protocol | str | None:
        """The language of these first bytes; None: more are needed; a text: why it is none of ours. `secure`: they came
        by TLS, in which both sides `agreed` on a protocol, or on none."""
        if not secure and self._tls == "always":
            return _("this address takes TLS only")
        if self._websocket == "always":
            return _("this address takes WebSocket only")
        if self._own:
            return self._protocols[0]
        for protocol in self._protocols if agreed is not None else ():
            if agreed in protocol.alpn:
                return protocol
        for protocol in self._protocols:
            yes = protocol.recognises(first)
            if yes is not False:
                # One that cannot tell yet comes before those behind it.
                return protocol if yes else None
        names = ", ".join(protocol.name for protocol in self._protocols)
        return _("these first bytes are no language of this address; it speaks: {names}").format(names=names)
