"""Starts and stops a server: chooses the store, protocols and listeners, and connects them to the core."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from causerie.address import EVERY, Address, within
from causerie.certs.certificate import CertificateError
from causerie.certs.identity import Identity
from causerie.chat.errors import BadName, NoSuchChannel
from causerie.chat.model import Channel
from causerie.chat.names import channel_name, skeleton
from causerie.config.irc import IrcListener
from causerie.config.settings import Config, changed, reloaded
from causerie.data_directory import CannotStart, DataDirectory
from causerie.i18n.text import _
from causerie.protocols import classic, irc, native
from causerie.protocols.wire import Protocol
from causerie.server import catch_up, elevation
from causerie.server.context import Context
from causerie.server.delivery.batch_sender import Ring
from causerie.server.delivery.fanout import Fanout
from causerie.server.engine.apply.loading import load
from causerie.server.engine.apply.messages import committed
from causerie.server.engine.commit_loop import CommitLoop
from causerie.server.engine.hashing import Hashing
from causerie.server.engine.login_throttle import LoginThrottle
from causerie.server.engine.session import Session
from causerie.server.features.admin import operations
from causerie.server.features.presence import read_state
from causerie.server.ports.changes import PutChannel
from causerie.server.ports.store import Store, StoreFailed
from causerie.server.read_shares import long_reads
from causerie.socket_path import LENGTH_MOST
from causerie.stores.sqlite.store import SqliteStore
from causerie.transport import control_socket
from causerie.transport.io_uring import SendRing, open_ring
from causerie.transport.listener import SILENCE_SECONDS, Admission, Listener

log = logging.getLogger("causerie.server")

PROTOCOLS: tuple[Protocol, ...] = (classic.PROTOCOL, native.PROTOCOL, irc.PROTOCOL)
"""The languages on offer, asked in this order."""

BACKLOG = 4096
"""Connections that may wait to be accepted."""

ACCEPTED_A_TURN = 1 if sys.platform == "win32" else 8
"""Connections that one turn of the loop accepts at each address: uvloop takes one from each listening socket, so that
many who come at once would cost a turn and a unit of work each."""

RETENTION_SECONDS = 3600.0

CERTIFICATE_SECONDS = 86_400.0
"""How often the log is told of a certificate that ends soon."""

NEXT_PORTS = 20
"""Ports after the usual one that are tried where nobody asked for that one: macOS has AirPlay on 5000."""


def random_below(most: int) -> int:
    """A random whole number from 0 to most - 1, from the system; without bias when `most` is a power of two."""
    return int.from_bytes(os.urandom(8)) % most


async def build_context(
    config: Config, store: Store, link: Callable[[str, bool], str], ring: Ring | None = None
) -> Context:
    """The core over a store; its commit loop does not run yet."""
    loaded = await store.load()
    fanout = Fanout(asyncio.get_running_loop().call_later, ring)
    state = load(loaded)
    for channel, end in state.log_ends.items():
        subscribers = fanout.subscribers(channel)
        subscribers.number, subscribers.said = end
    accounts, guard = config.accounts, config.guard
    context = Context(
        config=config,
        store=store,
        moments=loaded.times,
        state=state,
        fanout=fanout,
        commit_loop=CommitLoop(store, fanout.tell, config.store.commit_timeout),
        hashing=Hashing(
            accounts.hash_memory, accounts.hash_passes, accounts.hash_threads, accounts.hash_queue,
            accounts.scram_passes,
        ),
        login_throttle=LoginThrottle(
            guard.failures_account_address, guard.failures_address, guard.failures_account, guard.delay_first,
            guard.delay_most, guard.remembered,
        ),
        clock=time.monotonic,
        now=lambda: time.time_ns() // 1_000_000,
        pick=random_below,
        secret=lambda: os.urandom(32),
        decoy=loaded.decoy,
        link=link,
        long_reads=long_reads(config.store.read_threads),
        started=time.monotonic(),
    )  # fmt: skip
    for one in loaded.networks:
        if (account := context.state.people.get(one.person)) is not None:
            context.login_throttle.knows_since(skeleton(account.name), one.network, one.at)
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def caught_up_later(session: Session) -> None:
        task = loop.create_task(catch_up.refill(context, session))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    fanout.caught_up_later = caught_up_later
    context.commit_loop.also(lambda unit: committed(state, unit.stored, context.unit.undo))
    return context


@dataclass(slots=True)
class Server:
    """A running server.

    `stopping` is set by whoever wants it to stop: a signal, or a background task that failed; that sets
    `broken` too.
    """

    config: Config
    directory: DataDirectory
    identity: Identity
    context: Context
    admission: Admission
    listeners: list[Listener] = field(default_factory=list)
    sockets: list[asyncio.AbstractServer] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    ring: SendRing | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Do this beside serving. If it fails the server stops: half a server is worse than a restart."""
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._over)
        self.tasks.append(task)

    def _over(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        log.critical("a background task failed, so the server stops", exc_info=task.exception())
        self.broken = True
        self.stopping.set()

    def reload(self, config: Config) -> None:
        """Take over new settings and the certificate, dropping nobody. Raises CertificateError, taking over nothing."""
        _now, later = changed(self.config, config)
        config = reloaded(self.config, config)
        self.identity.reload(config)
        self.look_at_certificate()
        if later:
            log.warning("only a restart takes over what was changed of %s", ", ".join(later))
        before = elevation.rights(self.context)
        self.config = self.context.config = config
        elevation.tell_changed(self.context, before)
        accounts = config.accounts
        self.context.hashing.set_figures(accounts.hash_memory, accounts.hash_passes, accounts.scram_passes)
        guard = config.guard
        self.context.login_throttle.set_figures(
            guard.failures_account_address, guard.failures_address, guard.failures_account, guard.delay_first,
            guard.delay_most,
        )  # fmt: skip
        self.context.state.buckets.clear()
        self.context.departed_quotas.clear()
        self.admission.set_figures(within(config.limits.exempt), within(config.server.proxies))
        self.admission.judge_again()
        for listener in self.listeners:
            listener.set_figures()

    def look_at_certificate(self) -> None:
        """Note when the certificate in use ends; there is a warning when that is soon. Raises CertificateError."""
        from causerie.certs.validity import warning

        self.context.certificate_until = self.identity.good_until()
        if said := warning(self.context.certificate_until, self.context.now()):
            log.warning("%s", said)

    async def stop(self) -> None:
        """Farewell to everyone, all that was acknowledged on disk, within `shutdown_grace` seconds."""
        self.context.leaving = True
        for one in self.sockets:
            one.close()
        grace = self.config.server.shutdown_grace
        if grace:
            try:
                async with asyncio.timeout(grace):
                    if not self.broken:
                        await self.context.commit_loop.told()
                        read_state.flush(self.context)
                    for session in tuple(self.context.sessions):
                        session.outlet.end("shutting_down")
                    if not self.broken:
                        await self.context.commit_loop.told()
                    while any(session.outlet.unsent() for session in tuple(self.context.sessions)):
                        await asyncio.sleep(0.02)
            except TimeoutError:
                log.warning("stopped after %g s with some farewells unsent", grace)
        for task in self.tasks:
            task.cancel()
        self.context.hashing.close()
        await self.context.store.close()
        if self.ring is not None:
            self.ring.close()
        (self.directory.path / control_socket.NAME).unlink(missing_ok=True)
        self.directory.release()


async def start(config: Config, data: Path, port_asked: bool = True) -> Server:
    """Listen, and serve what is in `data`. Raises CannotStart.

    Without `port_asked` a port of `server.listen` that is taken gives way to the next free one.
    """
    server = await _open(config, data, serves=True)
    context = server.context
    try:
        _check_certificate(server)
        _make_home(context)
        protocols = tuple(protocol.at(context.view()) for protocol in PROTOCOLS)
        for address in config.server.listen:
            listener = Listener(server.admission, protocols, "auto", server.identity.context)
            await _listen(server, address, listener, 0 if port_asked else NEXT_PORTS)
        for more in config.listen:
            offered = tuple(p for p in protocols if not more.protocols or p.name in more.protocols)
            await _listen(server, more.address, Listener(server.admission, offered, more.tls, server.identity.context))
        for own in config.irc.listen:
            await _listen(server, Address(own.host, own.port), _irc_listener(server, protocols, own))
        if config.web_push.enabled:
            _push(server, protocols)
        try:
            server.sockets.append(await control_socket.open_control_socket(context, data, native.PROTOCOL))
        except OSError as error:
            length = len(os.fsencode(data / control_socket.NAME))
            if length > LENGTH_MOST and error.errno is None:
                why = _(
                    "the data directory's path is too long: a socket in it has {length} bytes, and the system takes"
                    " {most}; name a shorter one with --data (a symbolic link to it will do)"
                ).format(length=length, most=LENGTH_MOST)
            else:
                why = _("cannot make the control socket in {path}: {why}").format(path=data, why=error)
            raise CannotStart(why) from None
    except CannotStart:
        await server.stop()
        raise
    server.run(_every(1.0, server.admission.sweep))
    server.run(_every(SILENCE_SECONDS, server.admission.sweep_silent))
    server.run(_every(5.0, lambda: catch_up.sweep(context)))
    server.run(_every(read_state.FLUSH_SECONDS, lambda: read_state.flush(context)))
    server.run(_retention(context))
    server.run(_every(CERTIFICATE_SECONDS, server.look_at_certificate))
    # What is here now stays; the collector need not look at it again, and the many that come are not garbage either.
    # Everybody waits while it looks: 50,000 new objects are what 2,000 connections bring, and took it some 25 ms.
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 10, 100)
    return server


@asynccontextmanager
async def offline(config: Config, data: Path) -> AsyncIterator[Context]:
    """The core over `data`, without a listener, for a command while no server runs. Raises CannotStart."""
    server = await _open(config, data, serves=False)
    try:
        yield server.context
    finally:
        await server.stop()


async def _open(config: Config, data: Path, serves: bool) -> Server:
    directory = DataDirectory(data)
    try:
        store = SqliteStore(data, config.store.read_threads, config.store.index_quiet_seconds)
    except StoreFailed as failure:
        directory.release()
        raise CannotStart(_("cannot open the store: {why}").format(why=failure)) from None
    identity = Identity(config, data, [name for protocol in PROTOCOLS for name in protocol.alpn])
    ring = open_ring() if serves else None
    try:
        context = await build_context(config, store, identity.link, ring)
    except StoreFailed as failure:
        await store.close()
        if ring is not None:
            ring.close()
        directory.release()
        raise CannotStart(_("cannot open the store: {why}").format(why=failure)) from None
    context.backup = store.backup
    admission = Admission(context, within(config.limits.exempt), within(config.server.proxies))
    server = Server(config, directory, identity, context, admission, ring=ring)
    server.run(context.commit_loop.run())
    return server


def _irc_listener(server: Server, protocols: tuple[Protocol, ...], own: IrcListener) -> Listener:
    """A listener of IRC's own. Web pages have no certificate to show, and browsers would ask people about it."""
    return Listener(
        server.admission,
        [protocol for protocol in protocols if protocol.name == "irc"],
        "always" if own.tls else "never",
        server.identity.context,
        websocket="always" if own.websocket else "never",
        own=True,
        asking=server.identity.asking_context if own.tls and not own.websocket else None,
    )


def _check_certificate(server: Server) -> None:
    """A certificate that is there must be right before anybody connects; if none is, it is made later."""
    if server.identity.there():
        try:
            server.identity.context()
        except CertificateError as error:
            raise CannotStart(str(error)) from None


def _make_home(context: Context) -> None:
    """The channel that everybody comes into is there before anybody has named it."""
    settings = context.config.channels
    try:
        context.state.channel(settings.home)
    except NoSuchChannel:
        pass
    else:
        return
    try:
        name = channel_name(settings.home)
    except BadName:
        why = _("channels.home: no channel can be called {name!r}").format(name=settings.home)
        raise CannotStart(why) from None
    home = Channel(
        id=context.new_id(),
        name=name,
        history=settings.history,
        retention_days=settings.retention_days,
        made_at=context.now(),
    )
    context.apply(PutChannel(home))
    context.commit_loop.wake()


def _push(server: Server, protocols: tuple[Protocol, ...]) -> None:
    """Start Web Push, if it is on."""
    from causerie.push import start

    forms = {protocol.name: protocol.pushed for protocol in protocols if protocol.pushed is not None}
    try:
        for work in start.start(server.context, server.directory.path, forms):
            server.run(work)
    except (OSError, ValueError) as error:
        raise CannotStart(_("cannot begin with Web Push: {why}").format(why=error)) from None


async def _listen(server: Server, address: Address, listener: Listener, next_ports: int = 0) -> None:
    """`next_ports`: so many ports after this one are tried while one is taken."""
    loop = asyncio.get_running_loop()
    try:
        socket_ = await loop.create_server(
            listener.connection, None if address.host == EVERY else address.host, address.port, backlog=BACKLOG
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE and next_ports and address.port < 65535:
            other = Address(address.host, address.port + 1)
            log.warning(
                _(
                    "port {port} is in use by another program, so {other} is tried; --listen HOST:PORT chooses one"
                ).format(port=address.port, other=other.port)
            )
            await _listen(server, other, listener, next_ports - 1)
            return
        if error.errno == errno.EADDRINUSE:
            why = _("the port is in use; stop what uses it, or choose another with --listen HOST:PORT")
        else:
            # asyncio puts the address into the text, again.
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CannotStart(_("cannot listen on {address}: {why}").format(address=address, why=why)) from None
    server.listeners.append(listener)
    server.sockets.append(socket_)
    for bound in socket_.sockets:
        _keep_alive(bound)
        for _again in range(ACCEPTED_A_TURN - 1):
            same = socket.socket(fileno=os.dup(bound.fileno()))
            server.sockets.append(await loop.create_server(listener.connection, sock=same, backlog=BACKLOG))
        host, port = bound.getsockname()[:2]
        server.identity.listening.append(Address(host, port))
        server.context.listening.append(listener.languages.listening(str(Address(host, port))))


def _keep_alive(bound: socket.socket) -> None:
    """Connections inherit these: a peer that vanished is found out in two minutes, without a word of any protocol."""
    with socket.socket(fileno=os.dup(bound.fileno())) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15)
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)


async def _every(seconds: float, work: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        work()


async def _retention(context: Context) -> None:
    """From the start on: a server that is restarted every hour drops what is old too."""
    while True:
        operations.forget_tokens(context)
        if gone := await operations.forget_old(context):
            log.info("dropped %d events that their channels keep no longer", gone)
        await asyncio.sleep(RETENTION_SECONDS)


def handle_signals(server: Server, read_config: Callable[[], Config]) -> None:
    """SIGTERM and SIGINT stop; SIGHUP reads settings and certificate again."""
    loop = asyncio.get_running_loop()

    def read_again() -> None:
        server.reload(read_config())

    def hang_up() -> None:
        try:
            read_again()
        except Exception as error:  # whatever is wrong with a file, those who are connected must not notice
            log.error("settings not read again, all stays as it was: %s", error)
        else:
            log.info("settings and certificate read again")

    server.context.reload = read_again
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stopping.set)
    loop.add_signal_handler(signal.SIGHUP, hang_up)
