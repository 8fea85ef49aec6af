"""Which languages an address takes, below which layers, and how the first bytes say which it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.chat.replies import ListeningAddress
from causerie.i18n.text import _
from causerie.protocols.wire import Layer, Protocol
from causerie.server.context import Context

if TYPE_CHECKING:
    import ssl

    from OpenSSL import SSL

    from causerie.transport.tls import Secured, TlsPipe
    from causerie.transport.websocket import WebSocketPipe

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

    def start_tls(self, transport: asyncio.Transport, connection: Secured) -> TlsPipe:
        """TLS for a connection, from here on."""
        if self._asking is not None:
            from causerie.transport.tls_client_certificates import AskingTlsPipe

            return AskingTlsPipe(self._asking(), transport, connection)
        from causerie.transport.tls import TlsPipe

        return TlsPipe(self._tls_context(), transport, connection)

    def start_websocket(self, below: Layer | None, transport: asyncio.Transport) -> WebSocketPipe:
        """WebSocket for a connection, from here on, over TLS (`below`) or none."""
        from causerie.transport.websocket import WebSocketPipe, own_names

        config = self._context.config
        return WebSocketPipe(below, transport, self._subprotocols, config.irc.origins, own_names(config.server))

    def is_websocket(self, first: bytes, secure: bool) -> bool | None:
        """Whether these first bytes begin WebSocket; None: more are needed."""
        if self._websocket == "never" or not self._subprotocols or (self._tls == "always" and not secure):
            return False
        if len(first) < len(_GET):
            return None if _GET.startswith(first) else False
        return first.startswith(_GET)

    def of_websocket(self, web: WebSocketPipe) -> Protocol:
        """The language of a WebSocket; where none was agreed on, the first that has a name there."""
        named = [protocol for protocol in self._protocols if protocol.subprotocols]
        return next((protocol for protocol in named if web.subprotocol in protocol.subprotocols), named[0])

    def recognise(self, first: bytes, tls: TlsPipe | None) -> Protocol | str | None:
        """The language of these first bytes; None: more are needed; a text: why it is none of ours."""
        if tls is None and self._tls == "always":
            return _("this address takes TLS only")
        if self._websocket == "always":
            return _("this address takes WebSocket only")
        if self._own:
            return self._protocols[0]
        agreed = tls.alpn() if tls is not None else None
        undecided = False
        for protocol in self._protocols:
            if agreed is not None and agreed in protocol.alpn:
                return protocol
            yes = protocol.recognises(first)
            if yes:
                return protocol
            undecided = undecided or yes is None
        if undecided:
            return None
        names = ", ".join(protocol.name for protocol in self._protocols)
        return _("these first bytes are no language of this address; it speaks: {names}").format(names=names)
