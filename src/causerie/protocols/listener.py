"""One port, every language: connections come in here, and their first bytes choose what they speak."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from causerie.protocols.connection import Connection
from causerie.protocols.wire import Bounds, Protocol
from causerie.server.core import Core
from causerie.server.limits import Addresses, Bucket
from causerie.server.session import Session, Trust

if TYPE_CHECKING:
    import ssl

    from causerie.protocols.tls import TlsPipe

log = logging.getLogger("causerie.connection")

SILENCE_SECONDS = 1.0

TURNED_AWAY = {
    "server_full": "the server is full; try again later",
    "too_many_connections": "too many connections from your address",
    "too_fast": "too many connections from your address in ten minutes",
}


@functools.lru_cache(maxsize=4096)
def reach(host: str) -> str:
    """Where an address is: "loopback", "lan" (private or link-local) or "far"."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "far"
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return "loopback"
    return "lan" if address.is_private or address.is_link_local else "far"


def trust(host: str, secure: bool, plaintext: str) -> Trust:
    """What may be said over a connection; `plaintext` is the setting of that name."""
    where = reach(host)
    if secure or where == "loopback" or plaintext == "all":
        return Trust.PASSWORDS
    if where == "lan":
        return Trust.PASSWORDS if plaintext == "lan" else Trust.GUESTS
    return Trust.REFUSED


class Admission:
    """What all listeners share: how many connections an address has, and until when each must have logged in."""

    def __init__(self, core: Core, exempt: Callable[[str], bool]) -> None:
        limits = core.config.limits
        self.core = core
        self.exempt = functools.lru_cache(maxsize=4096)(exempt)
        self.addresses = Addresses(
            limits.connections_address, limits.connections_address_10min, limits.connections, self.exempt
        )
        self.expected: deque[tuple[float, Connection]] = deque()

    def set_figures(self, exempt: Callable[[str], bool]) -> None:
        """After the settings were read again."""
        limits = self.core.config.limits
        self.exempt = functools.lru_cache(maxsize=4096)(exempt)
        self.addresses.set_figures(
            limits.connections_address, limits.connections_address_10min, limits.connections, self.exempt
        )

    def sweep_silent(self) -> None:
        """Close classic connections that were silent for `idle_seconds`. Asked every SILENCE_SECONDS.

        The language has no ping, so that only this and the system's keep-alive find out who is gone.
        """
        most = self.core.config.limits.idle_seconds
        for session in tuple(self.core.sessions) if most else ():
            connection = session.outlet
            if isinstance(connection, Connection) and connection.language.name == "classic":
                connection.silent += 1
                if connection.silent * SILENCE_SECONDS > most + SILENCE_SECONDS:
                    connection.end("idle")

    def sweep(self) -> None:
        """Close connections that have not logged in in time. Asked every second."""
        now = self.core.clock()
        while self.expected and self.expected[0][0] <= now:
            _, connection = self.expected.popleft()
            session = connection.session
            if connection.admitted and (session is None or session.person is None):
                self.core.counters["never_logged_in"] += 1
                connection.end("login_timeout")


class Listener:
    """One address, with the languages it takes. `tls`: "auto" (by the first byte), "always" or "never"."""

    def __init__(
        self,
        admission: Admission,
        protocols: Sequence[Protocol],
        tls: str,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        self.core = admission.core
        self.admission = admission
        self.protocols = protocols
        self.tls = tls
        self.tls_allowed = tls != "never"
        self._context = context
        self.set_figures()

    def set_figures(self) -> None:
        """Bounds for connections from now on."""
        limits = self.core.config.limits
        self.bounds = Bounds(limits.frame_bytes_before_login, limits.frame_bytes, limits.json_depth)

    def connection(self) -> Connection:
        """What asyncio asks for each new connection."""
        return Connection(self)

    def came(self, connection: Connection, transport: asyncio.Transport) -> None:
        """Count a connection in, or turn it away."""
        peer = transport.get_extra_info("peername")
        if not peer:
            # Reset by its peer before it was looked at: it comes from nowhere any more.
            connection.abort()
            return
        host = connection.host = peer[0]
        refusal = self.admission.addresses.enter(host, self.core.clock())
        if refusal is not None:
            self.core.counters["turned_away"] += 1
            connection.turn_away(TURNED_AWAY[refusal])
            return
        connection.admitted = True
        if seconds := self.core.config.limits.login_seconds:
            self.admission.expected.append((self.core.clock() + seconds, connection))

    def left(self, connection: Connection) -> None:
        """Count it out."""
        self.admission.addresses.leave(connection.host)

    def start_tls(self, connection: Connection, transport: asyncio.Transport) -> TlsPipe:
        """From here on the connection speaks TLS."""
        from causerie.protocols.tls import TlsPipe

        return TlsPipe(self._context(), transport, connection)

    def recognise(self, first: bytes, tls: TlsPipe | None) -> Protocol | str | None:
        """The language of these first bytes; None: more are needed; a text: why it is none of ours."""
        if tls is None and self.tls == "always":
            return "this address takes TLS only"
        agreed = tls.alpn() if tls is not None else None
        undecided = False
        for protocol in self.protocols:
            if agreed is not None and agreed in protocol.alpn:
                return protocol
            yes = protocol.recognises(first)
            if yes:
                return protocol
            undecided = undecided or yes is None
        if undecided:
            return None
        names = ", ".join(protocol.name for protocol in self.protocols)
        return f"these first bytes are no language of this address; it speaks: {names}"

    def open_session(self, connection: Connection) -> Session | None:
        """The core's side of a connection that speaks a language; None: it may not, and was turned away."""
        core = self.core
        limits = core.config.limits
        allowed = trust(connection.host, connection.tls is not None, core.config.server.plaintext)
        if allowed is Trust.REFUSED:
            log.warning("%s may not come in clear; `plaintext` in [server] would allow it", connection.host)
            connection.turn_away("this server is reached from here by TLS only")
            return None
        bucket = None
        if limits.command_rate and not self.admission.exempt(connection.host):
            bucket = Bucket(limits.command_burst, limits.command_rate, core.clock())
        session = Session(connection, connection.host, allowed, bucket)
        session.exempt = self.admission.exempt(connection.host)
        core.sessions[session] = True
        return session
