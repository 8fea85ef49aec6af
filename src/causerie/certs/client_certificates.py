"""TLS contexts that request a client certificate, signed by anybody: accounts are found by its fingerprint.

Python's ssl module takes a client's certificate only if an authority that is known signed it, and those of IRC clients
are signed by nobody; OpenSSL itself leaves that to its caller, and pyOpenSSL lets us be that.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from OpenSSL import SSL, crypto

from causerie.certs.certificate import CertificateError
from causerie.i18n.text import _

CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""As in certificate.py."""


def asking_context(certificate: Path, key: Path, alpn: Sequence[str], oldest: str) -> SSL.Context:
    """As `certificate.server_context`, and it asks. `oldest`: the oldest version, "1.2" or "1.3". The files are right:
    server_context has looked at them. Raises CertificateError where they are gone."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION if oldest == "1.3" else SSL.TLS1_2_VERSION)
    context.set_cipher_list(CIPHERS)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    # A session that is taken up again would have to show that it is the same client's.
    context.set_options(SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_verify(SSL.VERIFY_PEER, _any)
    names = [name.encode() for name in alpn]

    def choose(connection: SSL.Connection, offered: list[bytes]) -> bytes | object:
        return next((name for name in names if name in offered), SSL.NO_OVERLAPPING_PROTOCOLS)

    context.set_alpn_select_callback(choose)  # type: ignore[arg-type]
    try:
        context.use_certificate_chain_file(str(certificate))
        context.use_privatekey_file(str(key))
    except (SSL.Error, OSError) as error:
        text = _("{certificate} or {key} cannot be used: {why}")
        raise CertificateError(text.format(certificate=certificate, key=key, why=error)) from None
    return context


def _any(connection: SSL.Connection, shown: crypto.X509, error: int, depth: int, is_good: int) -> bool:
    """Accept every signer. That the client has its key is proven by the handshake itself (RFC 8446, section 4.4.3)."""
    return True
