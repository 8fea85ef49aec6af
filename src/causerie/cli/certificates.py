"""Whose certificate is right: the link's pin, a usual authority, or one that the user has accepted before."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys
from pathlib import Path

from causerie.cli.failure import Failure
from causerie.cli.native_client import over_tcp
from causerie.text import _

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class UnknownCertificate(Failure):
    """Nobody vouches for this server's certificate, and it was not accepted before. Nothing was sent."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(
            _("{where} shows a certificate that is not known here; use a link, or accept it on a terminal").format(
                where=where
            )
        )
        self.where = where
        self.found = found

    def accept(self) -> None:
        """Ask the person, and remember what they accept. Raises Failure where they do not."""
        if not sys.stdin.isatty():
            raise self
        print(
            _("{where} shows a certificate that is not known here. Its fingerprint (SHA-256):").format(where=self.where)
        )
        print(f"  {self.found}")
        # TRANSLATORS: the letter before the slash means yes.
        question = _("Is that the server's? [y/N] ")
        # TRANSLATORS: the letter that means yes.
        if input(question).strip().lower()[:1] != _("y"):
            raise Failure(_("the certificate was not accepted; nothing was sent"))
        file = known_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as known:
            known.write(f"{self.where} {self.found}\n")


async def connect_securely(host: str, port: int, pin: str | None) -> Streams:
    """Connect with TLS; what comes back is to the right server. Raises Failure and OSError."""
    if pin is None:
        try:
            return await over_tcp(host, port, ssl.create_default_context())
        except ssl.SSLCertVerificationError:
            pass
    # No authority vouches for a self-made certificate: its fingerprint is compared, before a word is said.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await over_tcp(host, port, context)
    try:
        der = writer.get_extra_info("ssl_object").getpeercert(True)
        _check(f"{host}:{port}", hashlib.sha256(der).hexdigest(), pin)
    except BaseException:
        writer.transport.abort()
        raise
    return reader, writer


def known_file() -> Path:
    """Where accepted certificates are kept: a line each, the address and the fingerprint."""
    from platformdirs import user_config_path

    return user_config_path("causerie", appauthor=False) / "known_servers"


def _check(where: str, found: str, pin: str | None) -> None:
    if pin is not None:
        if found != pin:
            raise Failure(
                _("{where} shows another certificate than the link says; it may be somebody else's machine").format(
                    where=where
                )
            )
        return
    file = known_file()
    lines = file.read_text().splitlines() if file.exists() else []
    known = dict(line.rsplit(" ", 1) for line in lines if " " in line)
    if where in known:
        if known[where] != found:
            raise Failure(
                _("the certificate of {where} has changed; if that is right, take its line out of {file}").format(
                    where=where, file=file
                )
            )
        return
    raise UnknownCertificate(where, found)
