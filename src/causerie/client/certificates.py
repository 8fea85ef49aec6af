"""Which server certificates are trusted: a pinned one, one that an authority signed, or one that the user accepted.

Causerie's servers make self-signed certificates; links carry the fingerprint.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

ALPN = ("causerie",)
"""Offered in the TLS handshake (RFC 7301): the native protocol."""


class Certificate(Struct, frozen=True):
    """A certificate that nothing vouches for. `known`: the fingerprint accepted for this address before, or empty."""

    where: str
    fingerprint: str
    known: str = ""


ConfirmCertificate = Callable[[Certificate], Awaitable[bool]]
"""Asks a person whether to trust a certificate, however long that takes; no connection is open meanwhile. True: it is
trusted and remembered."""


def trusting_authorities() -> ssl.SSLContext:
    """A TLS context that verifies the server's name against the system's authorities."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(ALPN)
    return context


def trusting_nobody() -> ssl.SSLContext:
    """A TLS context that verifies nothing: the certificate is compared by its fingerprint before anything is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(ALPN)
    return context


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate (DER), 64 hexadecimal digits, as links carry it."""
    return hashlib.sha256(der).hexdigest()


class KnownServers:
    """The file of accepted certificates: a line for each server, its address, a space, the fingerprint."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def get(self, where: str) -> str:
        """The fingerprint that was accepted, or an empty text. Raises OSError."""
        return self._read().get(where, "")

    def put(self, where: str, accepted: str) -> None:
        """Remember this fingerprint, in place of any other. Raises OSError."""
        known = {**self._read(), where: accepted}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.new")
        new.write_text("".join(f"{server} {pin}\n" for server, pin in known.items()), encoding="utf-8")
        os.replace(new, self.path)

    def _read(self) -> dict[str, str]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.rsplit(" ", 1) for line in lines if " " in line)
