"""pyOpenSSL in the form of the ssl module, for TLS whose client is asked for a certificate.

certs/client_certificates.py says why that takes it.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator

from OpenSSL import SSL

from causerie.transport.tls import Parts


def asking_parts(context: SSL.Context) -> Parts:
    """See tls.Parts, server side."""
    machine = AskingMachine(context)
    return Parts(machine, machine.put, machine.take)


class AskingMachine:
    """See tls.Machine."""

    __slots__ = ("_tls",)

    def __init__(self, context: SSL.Context) -> None:
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()

    def put(self, data: bytes) -> None:
        """Bytes that came."""
        while data:
            data = data[self._tls.bio_write(data) :]

    def take(self) -> bytes:
        """Bytes that are to be sent."""
        pieces: list[bytes] = []
        with contextlib.suppress(SSL.WantReadError):
            while data := self._tls.bio_read(65536):
                pieces.append(data)
        return b"".join(pieces)

    def do_handshake(self) -> None:
        """See Machine."""
        with _errors():
            self._tls.do_handshake()

    def read(self, len: int) -> bytes:
        """See Machine."""
        with _errors():
            return self._tls.recv(len)

    def write(self, data: bytes) -> int:
        """See Machine."""
        with _errors():
            self._tls.sendall(data)
        return len(data)

    def unwrap(self) -> None:
        """See Machine."""
        with _errors():
            self._tls.shutdown()

    def selected_alpn_protocol(self) -> str | None:
        """See Machine."""
        return self._tls.get_alpn_proto_negotiated().decode() or None

    def getpeercert(self, binary_form: bool) -> bytes | dict[str, object] | None:
        """See Machine. The dictionary is empty, as the ssl module's is for a certificate that nobody has validated."""
        shown = self._tls.get_peer_certificate(as_cryptography=True)
        if shown is None or not binary_form:
            return None if shown is None else {}
        from cryptography.hazmat.primitives.serialization import Encoding

        return shown.public_bytes(Encoding.DER)


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """The ssl module's errors for pyOpenSSL's."""
    try:
        yield
    except SSL.WantReadError:
        raise ssl.SSLWantReadError from None
    except SSL.ZeroReturnError:
        raise ssl.SSLZeroReturnError from None
    except SSL.Error as error:
        failed = ssl.SSLError(ssl.SSL_ERROR_SSL, "TLS failed")
        failed.reason = _reason(error)
        raise failed from None


def _reason(error: SSL.Error) -> str:
    """OpenSSL's word for what failed: errors are told as a list of (library, function, reason)."""
    try:
        return str(error.args[0][0][2]) or "broken"
    except (IndexError, TypeError):
        return "broken"
