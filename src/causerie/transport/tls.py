"""TLS on a connection that began in clear: the ssl module's own state machine between two buffers of bytes.

asyncio's `start_tls` can't be given the bytes that were read to find out that they are TLS; this can.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Protocol

from causerie.protocols.wire import Layer

RECORD = 16384
"""The most plaintext that one TLS record holds (RFC 8446, section 5.1)."""


class Secured(Protocol):
    """What TLS tells the connection that it is on."""

    def secured(self) -> None:
        """The handshake is over."""

    def refused(self, why: str) -> None:
        """It failed; for the log."""


class TlsPipe(Layer):
    """One connection's TLS, server side."""

    __slots__ = ("_connection", "_done", "_early", "_incoming", "_object", "_outgoing", "_transport")

    def __init__(self, context: ssl.SSLContext, transport: asyncio.Transport, connection: Secured) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object: ssl.SSLObject | None = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._transport = transport
        self._connection = connection
        self._done = False
        self._early: list[bytes] = []

    def receive(self, data: bytes) -> bytes:
        """Plaintext that these bytes completed; the handshake is answered on the way."""
        if self._object is None:
            return b""
        self._incoming.write(data)
        plain: list[bytes] = []
        try:
            if not self._done:
                self._object.do_handshake()
                self._done = True
                self._connection.secured()
                for early in self._early:
                    self.write(early)
                self._early.clear()
            while piece := self._object.read(RECORD):
                plain.append(piece)
            self._transport.close()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._flush()
            self._transport.close()
        except ssl.SSLError as error:
            self._connection.refused(f"TLS failed: {error.reason or 'broken'}")
            self._flush()
            self._transport.close()
            return b""
        self._flush()
        return b"".join(plain)

    def write(self, data: bytes) -> None:
        """Encrypt and send."""
        if self._object is None:
            return
        if not self._done:
            self._early.append(data)
            return
        try:
            self._object.write(data)
        except ssl.SSLError:
            self._transport.close()
        self._flush()

    def finish(self) -> None:
        """Say in TLS that nothing more comes."""
        if self._done and self._object is not None:
            # The other side's own close need not be waited for (RFC 8446, section 6.1).
            with contextlib.suppress(ssl.SSLError):
                self._object.unwrap()
            self._flush()

    def alpn(self) -> str | None:
        """The protocol that both sides agreed on, if the client offered any."""
        return self._object.selected_alpn_protocol() if self._done and self._object is not None else None

    def certificate(self) -> str:
        """The fingerprint of the client's certificate; "" here, where none is asked for."""
        return ""

    def let_go(self) -> None:
        """The connection is over: OpenSSL's 45 KiB are given back now, and not when the collector comes by."""
        self._object = None
        self._incoming = self._outgoing = ssl.MemoryBIO()

    def _flush(self) -> None:
        if (data := self._outgoing.read()) and not self._transport.is_closing():
            self._transport.write(data)
