"""The server's certificate in use, its host name, and the invite links that carry both."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.address import EVERY, Address, is_host
from causerie.certs.certificate import CERTIFICATE, KEY, make_certificate, server_context
from causerie.config.settings import Config

if TYPE_CHECKING:
    from OpenSSL import SSL


class Identity:
    """See the module. `listening` are the addresses as they turned out, filled in by whoever listens."""

    def __init__(self, config: Config, data: Path, alpn: Sequence[str]) -> None:
        self.config = config
        self.listening: list[Address] = []
        self._data = data
        self._alpn = alpn
        self._context: ssl.SSLContext | None = None
        self._pem = b""
        self._asking: SSL.Context | None = None
        self._making = threading.Lock()

    def context(self) -> ssl.SSLContext:
        """The certificate in use, loaded (and made, the first time) when it is first needed, from any thread.

        Raises CertificateError.
        """
        if self._context is None:
            with self._making:
                # Whoever waited for the lock finds it made.
                if self._context is None:
                    self._context, self._pem = self._load(self.config)
        return self._context

    def asking_context(self) -> SSL.Context:
        """The same, for connections that are asked for a certificate of theirs. Raises CertificateError."""
        if self._asking is None:
            from causerie.certs.client_certificates import asking_context

            self.context()
            self._asking = asking_context(*self._paths(self.config), self._alpn, self.config.tls.oldest)
        return self._asking

    def reload(self, config: Config) -> None:
        """Take over settings, and the certificate as it is now. Raises CertificateError, taking over nothing."""
        self._context, self._pem = self._load(config)
        self._asking = None
        self.config = config

    def there(self) -> bool:
        """Whether there is a certificate, or one was named and has to be."""
        return bool(self.config.tls.certificate) or self._paths(self.config)[0].exists()

    def fingerprint(self) -> str:
        """The certificate's, as links carry it. Raises CertificateError."""
        from causerie.certs.certificate import fingerprint

        self.context()
        return fingerprint(self._pem)

    def good_until(self) -> int:
        """When the certificate in use ends, in ms since 1970. Raises CertificateError."""
        from causerie.certs.validity import good_until

        self.context()
        return good_until(self._pem)

    def host(self) -> str:
        """The host for links: the one that was set, or the address that this machine uses towards the world."""
        if self.config.server.public_address:
            return self.config.server.public_address
        hosts = {address.host for address in self._addresses()}
        if hosts <= {"127.0.0.1", "::1"}:
            return next(iter(hosts), "127.0.0.1")
        if not hosts & {"0.0.0.0", "::", EVERY}:
            return sorted(hosts)[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                # Nothing is sent: the system only chooses the address that it would send from.
                probe.connect(("192.0.2.1", 9))
                return str(probe.getsockname()[0])
            except OSError:
                return socket.gethostname()

    def link(self, token: str, admin: bool) -> str:
        """A link that brings somebody here with an invitation; it carries the certificate's fingerprint."""
        from causerie import links

        return links.format(
            links.Link(
                host=self.host(),
                port=self._addresses()[0].port or 5000,
                token=token,
                kind="admin" if admin else "invite",
                pin=self.fingerprint(),
            )
        )

    def _addresses(self) -> Sequence[Address]:
        return self.listening or self.config.server.listen

    def _paths(self, config: Config) -> tuple[Path, Path]:
        if config.tls.certificate:
            return Path(config.tls.certificate), Path(config.tls.key)
        return self._data / CERTIFICATE, self._data / KEY

    def _load(self, config: Config) -> tuple[ssl.SSLContext, bytes]:
        certificate, key = self._paths(config)
        if not config.tls.certificate and not certificate.exists():
            from datetime import UTC, datetime

            names = ["localhost", "127.0.0.1", "::1"]
            # What a machine is called need not be a host name: 64 letters at once, as containers have, are none.
            own = socket.gethostname()
            if own.isascii() and is_host(own):
                names.append(own)
            if config.server.public_address:
                names.append(config.server.public_address)
            make_certificate(self._data, names, datetime.now(UTC))
        context = server_context(certificate, key, self._alpn)
        if config.tls.oldest == "1.3":
            context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context, certificate.read_bytes()
