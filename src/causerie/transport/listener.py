"""One port, every language: connections come in here, and their first bytes choose what they speak."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import ref

from causerie.i18n.text import _
from causerie.protocols.wire import Bounds, Protocol
from causerie.server.context import Context
from causerie.server.engine.rate_limits import Addresses, Bucket
from causerie.server.engine.session import Session, Trust
from causerie.transport.connection import Connection
from causerie.transport.detection import Detection
from causerie.transport.half_open import HalfOpen
from causerie.transport.intake import CROWDED, Intake
from causerie.transport.languages import Languages
from causerie.transport.refused_log import RefusedLog
from causerie.transport.work_queue import WorkQueue

if TYPE_CHECKING:
    import ssl

    from OpenSSL import SSL


log = logging.getLogger("causerie.connection")

SILENCE_SECONDS = 1.0

GONE_AT_ONCE = 20
"""Connections that are asked in one slice whether their peer is there yet."""


def turned_away(code: str) -> str:
    """Why a connection is not taken, in the server's language; `code`: what `Addresses.enter` says."""
    return {
        "server_full": _("the server is full; try again later"),
        "too_many_connections": _("too many connections from your address"),
        "too_fast": _("too many connections from your address in ten minutes"),
    }[code]


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
    """What all listeners share: how many connections an address has, until when each must have logged in, the queue of
    those whose input waits, whose TLS handshake is not over, and what is logged of those who were refused.

    `proxies`: whether a proxy connects from an address.
    """

    def __init__(
        self, context: Context, exempt: Callable[[str], bool], proxies: Callable[[str], bool] = lambda host: False
    ) -> None:
        limits = context.config.limits
        self.context = context
        self.work_queue = WorkQueue(
            context.clock, time.thread_time, asyncio.get_running_loop().call_soon, context.commit_loop
        )
        self.exempt = functools.lru_cache(maxsize=4096)(exempt)
        self.proxies = functools.lru_cache(maxsize=4096)(proxies)
        self.addresses = Addresses(
            limits.connections_address, limits.connections_address_10min, limits.connections, self.exempt
        )
        self.refused = RefusedLog()
        self._looking: asyncio.Task[None] | None = None
        self.half_open: HalfOpen[Intake] = HalfOpen(lambda host: self.exempt(host))
        # By how long they were given: among those who were given as long, who came first is due first.
        self.expected: dict[float, deque[tuple[float, ref[Intake]]]] = {}

    def set_figures(self, exempt: Callable[[str], bool], proxies: Callable[[str], bool]) -> None:
        """After the settings were read again."""
        limits = self.context.config.limits
        self.exempt = functools.lru_cache(maxsize=4096)(exempt)
        self.proxies = functools.lru_cache(maxsize=4096)(proxies)
        self.addresses.set_figures(
            limits.connections_address, limits.connections_address_10min, limits.connections, self.exempt
        )

    def expect(self, intake: Intake, seconds: float) -> None:
        """Who is on it must have logged in in so many seconds from now; 0: whenever they like."""
        intake.deadline = self.context.clock() + seconds if seconds else 0.0
        if seconds:
            self.expected.setdefault(seconds, deque()).append((intake.deadline, ref(intake)))

    def judge_again(self) -> None:
        """The settings may be others: say of each connection anew what it may do in clear, and whether its address is
        exempt from rates. Who may not come in clear any more is let go, and so is an account in clear where only guests
        may be."""
        limits = self.context.config.limits
        for session in tuple(self.context.sessions):
            if session.trust is Trust.OPERATOR:
                continue
            session.exempt = self.exempt(session.host)
            session.bucket = None
            if limits.command_rate and not session.exempt:
                session.bucket = Bucket(limits.command_burst, limits.command_rate, self.context.clock())
            session.trust = trust(session.host, session.secure, self.context.config.server.plaintext)
            account = session.person is not None and not session.person.guest
            if session.trust < (Trust.PASSWORDS if account else Trust.GUESTS):
                log.warning("%s may not stay in clear; `plaintext` in [server] would allow it", session.host)
                session.outlet.end("in_clear")

    def sweep_silent(self) -> None:
        """Ask those for a sign of life who have been silent for too long, where their language can, and close those who
        gave none; close classic connections that were silent for `idle_seconds`. Asked every SILENCE_SECONDS.

        The classic language has no ping, so that only this and the system's keep-alive find out who is gone. Of whom
        nothing is read, since much of it waits, it is asked whether they are there yet.
        """
        most = self.context.config.limits.idle_seconds
        full: list[Intake] = []
        for session in tuple(self.context.sessions):
            connection = session.outlet
            if not isinstance(connection, Connection):
                continue
            if connection.intake.is_full:
                full.append(connection.intake)
            if connection.protocol.timeout_policy is not None:
                connection.silent += 1
                _ask(connection, connection.protocol.timeout_policy().ping_seconds)
            elif most and connection.encoder.name == "classic":
                connection.silent += 1
                if connection.silent * SILENCE_SECONDS > most + SILENCE_SECONDS:
                    connection.end("idle")
        if full and (self._looking is None or self._looking.done()):
            work = self.context.slices.run(_end_gone(full))
            self._looking = asyncio.get_running_loop().create_task(work)

    def sweep(self) -> None:
        """Close connections that have not logged in, or ended their TLS handshake, in time. Asked every second."""
        now = self.context.clock()
        self.refused.sweep(now)
        for late in self.half_open.late(now):
            self._let_go(late, "the TLS handshake took too long")
        for seconds, expected in tuple(self.expected.items()):
            while expected and expected[0][0] <= now:
                deadline, waited_for = expected.popleft()
                intake = waited_for()
                if intake is None or intake.deadline != deadline or intake.owner is None or intake.owner.known:
                    continue
                self.context.counters["never_logged_in"] += 1
                intake.owner.end("login_timeout")
            if not expected:
                del self.expected[seconds]

    def handshake_begins(self, intake: Intake) -> None:
        """A TLS handshake begins on it; somebody else's may have to end for that."""
        oldest = self.half_open.begin(intake, intake.host, self.context.clock())
        if oldest is not None:
            self._let_go(oldest, "too many unfinished TLS handshakes")

    def _let_go(self, intake: Intake, why: str) -> None:
        self.context.counters["never_logged_in"] += 1
        self.refused.note(intake.host, why, self.context.clock())
        intake.abort()


def _end_gone(full: Sequence[Intake]) -> Iterator[None]:
    """Close those whose peer is gone, some in each slice: the end of each is told to others."""
    for nth, intake in enumerate(full):
        intake.end_if_gone(len(full) > CROWDED)
        if nth % GONE_AT_ONCE == GONE_AT_ONCE - 1:
            yield


def _ask(connection: Connection, seconds: float) -> None:
    silent = connection.silent * SILENCE_SECONDS
    if not seconds or silent <= seconds or connection.session is None:
        return
    ping = connection.wire.ping()
    if not ping:
        return
    if silent - SILENCE_SECONDS <= seconds:
        connection.write(ping)
    elif silent > 2 * seconds + SILENCE_SECONDS:
        connection.depart("ping_timeout", f"Ping timeout: {2 * seconds:.0f} seconds")


class Listener:
    """One address. `tls` and those behind it: see Languages."""

    def __init__(
        self,
        admission: Admission,
        protocols: Sequence[Protocol],
        tls: str,
        tls_context: Callable[[], ssl.SSLContext],
        websocket: str = "auto",
        own: bool = False,
        asking: Callable[[], SSL.Context] | None = None,
    ) -> None:
        self.context = admission.context
        self.admission = admission
        self.work_queue = admission.work_queue
        self.languages = Languages(self.context, protocols, tls, tls_context, websocket, own, asking)
        self.set_figures()

    def set_figures(self) -> None:
        """Bounds for connections from now on."""
        limits = self.context.config.limits
        self.bounds = Bounds(limits.frame_bytes_before_login, limits.frame_bytes, limits.json_depth)

    def connection(self) -> Intake:
        """What asyncio asks for each new connection."""
        return Detection(self).intake

    def came(self, intake: Intake) -> None:
        """Count a connection in, or turn it away; where a proxy connects, once it has said whom."""
        peer = intake.get_extra_info("peername")
        if not peer:
            # Reset by its peer before it was looked at: it comes from nowhere any more.
            intake.abort()
            return
        intake.host = peer[0]
        if self.admission.proxies(intake.host) and isinstance(intake.owner, Detection):
            intake.owner.proxied = True
            self.admission.expect(intake, self.context.config.limits.login_seconds)
        else:
            self.admit(intake, intake.host)

    def admit(self, intake: Intake, host: str) -> None:
        """Count in a connection from this address, or turn it away."""
        intake.host = host
        refusal = self.admission.addresses.enter(host, self.context.clock())
        if refusal is not None:
            self.context.counters["turned_away"] += 1
            intake.turn_away(intake, turned_away(refusal), self.languages.away)
            return
        intake.admitted = True
        self.admission.expect(intake, self.context.config.limits.login_seconds)
        if self.languages.only is not None and isinstance(intake.owner, Detection):
            # It may be silent: what it is told when its time is up must be in its language.
            intake.owner.begin(self.languages.only, b"")

    def left(self, intake: Intake) -> None:
        """Count it out."""
        self.admission.addresses.leave(intake.host)

    def handshake_begins(self, intake: Intake) -> None:
        """TLS begins on it."""
        self.admission.handshake_begins(intake)

    def handshake_over(self, intake: Intake) -> None:
        """TLS works on it, or it is gone."""
        self.admission.half_open.over(intake)

    def refused(self, intake: Intake, why: str) -> None:
        """Note for the log why it was refused."""
        self.admission.refused.note(intake.host, why, self.context.clock())

    def speaks(self, intake: Intake, protocol: Protocol, secure: bool, certificate: str) -> asyncio.Protocol:
        """Who is put on a connection that speaks this: its session's side, or the asyncio protocol that it brings."""
        if protocol.attaches is not None:
            intake.answers_for_itself()
            return protocol.attaches()
        return Connection(self, intake, protocol, secure, certificate)

    def open_session(self, connection: Connection) -> Session | None:
        """The core's side of a connection that speaks a language; None: it may not, and was turned away."""
        context, intake, protocol, secure = self.context, connection.intake, connection.protocol, connection.wire.secure
        limits = context.config.limits
        allowed = trust(intake.host, secure, context.config.server.plaintext)
        if allowed is Trust.REFUSED:
            connection.turn_away(
                _("this server is reached from here by TLS only"),
                "not in clear from there; `plaintext` in [server] would allow it",
            )
            return None
        if protocol.timeout_policy is not None:
            seconds = protocol.timeout_policy().login_seconds
            if seconds != limits.login_seconds:  # else what it was given when it came holds
                self.admission.expect(intake, seconds)
        bucket = None
        if limits.command_rate and not self.admission.exempt(intake.host):
            bucket = Bucket(limits.command_burst, limits.command_rate, context.clock())
        session = Session(connection, intake.host, allowed, bucket)
        session.exempt = self.admission.exempt(intake.host)
        session.secure = secure
        session.arriving = connection.encoder.registers
        context.open(session)
        return session
