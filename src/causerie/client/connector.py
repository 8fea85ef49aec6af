"""Connects to one server: by a Unix socket, over TCP in clear, or over TLS with the server's certificate checked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from causerie.client import certificates
from causerie.client.certificates import Certificate, ConfirmCertificate, KnownServers
from causerie.client.errors import CertificateChanged, CertificateUnknown, Unreachable
from causerie.client.server_address import ServerAddress
from causerie.socket_path import bindable

CONNECT_SECONDS = 30.0
"""Seconds that connecting may take, the TLS handshake with it."""

P = TypeVar("P", bound=asyncio.Protocol)


class Connector:
    """See the module. `connect` is called for each connection; the certificate that was accepted once has to stay."""

    def __init__(
        self,
        server: ServerAddress,
        known_servers: KnownServers | None = None,
        confirm_certificate: ConfirmCertificate | None = None,
    ) -> None:
        self._server = server
        self._pin = server.pin
        self._known_servers = known_servers
        self._confirm = confirm_certificate

    async def connect(self, factory: Callable[[], P]) -> P:
        """The protocol of a new connection to the right server; nothing was sent on it. Raises Unreachable.

        `factory` makes a protocol for each connection that is tried.
        """
        try:
            if not self._server.secure or self._server.path is not None:
                return (await self._open(factory, None))[1]
            return await self._securely(factory)
        except TimeoutError as error:
            raise Unreachable(str(self._server), "it does not answer", error) from None
        except OSError as error:
            # asyncio puts the address, which is named already, into the text of these.
            about = os.strerror(error.errno) if isinstance(error, ConnectionError) and error.errno else str(error)
            raise Unreachable(str(self._server), about, error) from None

    async def _securely(self, factory: Callable[[], P]) -> P:
        where = str(self._server)
        known = self._known_servers.get(where) if self._known_servers is not None else ""
        if not self._pin:
            # A certificate that an authority vouches for is right, whatever was accepted before.
            with contextlib.suppress(ssl.SSLCertVerificationError):
                return (await self._open(factory, certificates.trusting_authorities()))[1]
        transport, protocol = await self._open(factory, certificates.trusting_nobody())
        der = transport.get_extra_info("ssl_object").getpeercert(True)
        found = certificates.fingerprint(der)
        if found == (self._pin or known):
            return protocol
        transport.abort()
        if self._pin:
            raise CertificateChanged(where, found, self._pin)
        # A server does not wait while a person decides: the connection is made again afterwards.
        if self._confirm is None or not await self._confirm(Certificate(where, found, known)):
            raise CertificateChanged(where, found, known) if known else CertificateUnknown(where, found)
        if self._known_servers is not None:
            self._known_servers.put(where, found)
        self._pin = found
        return await self._securely(factory)

    async def _open(self, factory: Callable[[], P], tls: ssl.SSLContext | None) -> tuple[asyncio.Transport, P]:
        loop = asyncio.get_running_loop()
        server = self._server
        async with asyncio.timeout(CONNECT_SECONDS):
            if server.path is not None:
                with bindable(server.path) as address:
                    return await loop.create_unix_connection(factory, address)
            name = server.host if tls is not None else None
            made: tuple[asyncio.Transport, P] = await loop.create_connection(
                factory, server.host, server.port, ssl=tls, server_hostname=name
            )
        made[0].get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
