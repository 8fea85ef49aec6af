"""Whose certificate is right: the one that is pinned, one of a usual authority, or one that somebody vouches for.

Causerie's servers make a certificate for themselves, which no authority knows; links carry its fingerprint.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

ALPN = ("causerie",)
"""What is offered in the handshake (RFC 7301): the native protocol."""


class Certificate(Struct, frozen=True):
    """One that nobody vouches for. `known`: the fingerprint that was accepted for this address before, or empty."""

    where: str
    fingerprint: str
    known: str = ""


Vouch = Callable[[Certificate], Awaitable[bool]]
"""Asks a person, however long that takes; no connection is held meanwhile. True: it is remembered and used."""


def trusting_authorities() -> ssl.SSLContext:
    """A usual authority vouches for the server's name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(ALPN)
    return context


def trusting_nobody() -> ssl.SSLContext:
    """For certificates that are compared by their fingerprint, before a word is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(ALPN)
    return context


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, 64 hexadecimal digits, as links have it."""
    return hashlib.sha256(der).hexdigest()


class KnownServers:
    """A file with a line for each server: its address, a space, the fingerprint that was accepted for it."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def get(self, where: str) -> str:
        """The fingerprint that was accepted, or an empty text. Raises OSError."""
        return self._read().get(where, "")

    def put(self, where: str, accepted: str) -> None:
        """Remember this one from now on, in place of any other. Raises OSError."""
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
