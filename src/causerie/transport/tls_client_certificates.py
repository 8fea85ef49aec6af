"""TLS, as in tls.py, on a connection whose client is asked for a certificate: see client_certificates.py."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib

from OpenSSL import SSL

from causerie.transport.tls import RECORD, Secured, TlsPipe


class AskingTlsPipe(TlsPipe):
    """One connection's TLS, server side."""

    __slots__ = ("_tls",)

    def __init__(self, context: SSL.Context, transport: asyncio.Transport, connection: Secured) -> None:
        self._tls: SSL.Connection | None = SSL.Connection(context, None)
        self._tls.set_accept_state()
        self._transport = transport
        self._connection = connection
        self._done = False
        self._early: list[bytes] = []

    def receive(self, data: bytes) -> bytes:
        """See TlsPipe."""
        tls = self._tls
        if tls is None:
            return b""
        plain: list[bytes] = []
        try:
            # The buffer takes no more than it has room for.
            while data:
                data = data[tls.bio_write(data) :]
                self._read(tls, plain)
        except SSL.ZeroReturnError:
            self._flush()
            self._transport.close()
        except SSL.Error as error:
            self._connection.refused(f"TLS failed: {_reason(error)}")
            self._flush()
            self._transport.close()
            return b""
        self._flush()
        return b"".join(plain)

    def _read(self, tls: SSL.Connection, plain: list[bytes]) -> None:
        with contextlib.suppress(SSL.WantReadError):
            if not self._done:
                tls.do_handshake()
                self._done = True
                self._connection.secured()
                for early in self._early:
                    self.write(early)
                self._early.clear()
            while piece := tls.recv(RECORD):
                plain.append(piece)

    def write(self, data: bytes) -> None:
        """See TlsPipe."""
        if self._tls is None:
            return
        if not self._done:
            self._early.append(data)
            return
        try:
            # No more at once than the buffer has room for.
            for start in range(0, len(data), RECORD):
                self._tls.sendall(data[start : start + RECORD])
                self._flush()
        except SSL.Error:
            self._transport.close()

    def finish(self) -> None:
        """See TlsPipe."""
        if self._done and self._tls is not None:
            with contextlib.suppress(SSL.Error):
                self._tls.shutdown()
            self._flush()

    def alpn(self) -> str | None:
        """See TlsPipe."""
        return self._tls.get_alpn_proto_negotiated().decode() or None if self._done and self._tls is not None else None

    def certificate(self) -> str:
        """The fingerprint of the client's certificate, SHA-256 in hexadecimal digits; "" where it showed none."""
        shown = self._tls.get_peer_certificate(as_cryptography=True) if self._done and self._tls is not None else None
        if shown is None:
            return ""
        from cryptography.hazmat.primitives.serialization import Encoding

        return hashlib.sha256(shown.public_bytes(Encoding.DER)).hexdigest()

    def let_go(self) -> None:
        """See TlsPipe."""
        self._tls = None

    def _flush(self) -> None:
        if self._tls is None:
            return
        with contextlib.suppress(SSL.WantReadError):
            while data := self._tls.bio_read(65536):
                if not self._transport.is_closing():
                    self._transport.write(data)


def _reason(error: SSL.Error) -> str:
    """OpenSSL's word for what failed: errors are told as a list of (library, function, reason)."""
    try:
        return str(error.args[0][0][2]) or "broken"
    except (IndexError, TypeError):
        return "broken"
