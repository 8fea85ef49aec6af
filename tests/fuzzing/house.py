"""A whole server without sockets: bytes go in at a connection, and all that follows from them happens.

It fails when anything is logged as an error, when a task or a callback dies, or when somebody is answered that what
happened was nobody's intention.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import random
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from causerie import bootstrap
from causerie.config.irc import Oper
from causerie.config.settings import Accounts, Config, Guard, Limits
from causerie.transport.listener import Admission, Listener

INPUTS_MOST = 20_000
"""Connections of one server; then there is a new one, so that what they leave behind does not slow them down."""

OPERATOR = Oper(name="root", password="operpassword")

SETTINGS = Config(
    oper=(OPERATOR,),
    accounts=Accounts(hash_memory=8192, hash_passes=1, registration="open", scram_passes=4096),
    guard=Guard(failures_account_address=1, failures_address=2),
    limits=Limits(send_rate=0, command_rate=0, connections_address=0, connections_address_10min=0, channels=200),
)


INSIDE = {
    b'{"do"': b'{"do":"hello","version":1}\n{"do":"login","guest":true}\n{"do":"join","channel":"home"}\n',
    b"{": b'{"CONN":{"us":"","pwd":"","channel":"home"}}',
    b"": b"NICK Ann\r\nUSER ann 0 * :Ann\r\nJOIN #home\r\n",
}
"""By how a connection's bytes begin, what has somebody talk in that language; as most connections do, before they go
wrong."""

_PROXY = (b"PROXY ", b"\r\n\r\n\0\r\nQUIT")


class Transport(asyncio.Transport):
    """Where a connection writes to: kept, and never full. Its socket is one end of a pair whose other end is read."""

    def __init__(self, host: str, pair: tuple[socket.socket, socket.socket], lost: Callable[[], None]) -> None:
        super().__init__({"peername": (host, 40000), "socket": pair[0]})
        self.said = bytearray()
        self._lost = lost
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See asyncio."""
        self.said += data

    def close(self) -> None:
        """See asyncio: who writes here is told a moment later."""
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._lost)

    abort = close

    def is_closing(self) -> bool:
        """See asyncio."""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """See asyncio."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """See asyncio: it takes all."""

    def pause_reading(self) -> None:
        """See asyncio: nothing is held back here."""

    def resume_reading(self) -> None:
        """See asyncio."""

    def is_reading(self) -> bool:
        """See asyncio."""
        return True


class _Trouble(logging.Handler):
    """What was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what causerie logs in here, and nobody else does."""
        logger = logging.getLogger("causerie")
        before = logger.level, logger.propagate
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.addHandler(self)
        try:
            yield
        finally:
            logger.removeHandler(self)
            logger.level, logger.propagate = before


class House:
    """See the module."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._died)
        self._trouble = _Trouble()
        self._pair = socket.socketpair()
        for end in self._pair:
            end.setblocking(False)
        self._inputs = INPUTS_MOST
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def one(self, data: bytes, dice: random.Random) -> None:
        """A connection says this, cut anywhere, and goes."""
        with self._trouble.listening():
            self._loop.run_until_complete(self._one(data, dice))

    async def _one(self, data: bytes, dice: random.Random) -> None:
        if self._inputs >= INPUTS_MOST:
            await self._move()
        self._inputs += 1
        context = self._context
        connection = (self._proxied if data.startswith(_PROXY) else self._plain).connection()
        transport = Transport("127.0.0.1", self._pair, lambda: connection.connection_lost(None))
        connection.connection_made(transport)
        if dice.random() < 0.7 and not data.startswith((b"GET ", *_PROXY)):
            connection.data_received(next(said for start, said in INSIDE.items() if data.startswith(start)))
            await context.commit_loop.told()
            for session in context.sessions if dice.random() < 0.3 else ():
                session.elevated_by = OPERATOR
        at = 0
        while at < len(data) and not transport.is_closing():
            cut = at + dice.choice((7, 100, len(data)))
            connection.data_received(data[at:cut])
            at = cut
            if dice.random() < 0.5:
                await context.commit_loop.told()
        await context.commit_loop.told()
        if not transport.is_closing():
            if dice.random() < 0.5:
                connection.eof_received()
                await context.commit_loop.told()
            transport.close()
        await asyncio.sleep(0)
        await context.commit_loop.told()
        self._drain()
        assert not context.sessions, "a connection that is gone is still known"
        assert not context.state.connected, "somebody without a connection is still here"
        assert b'"internal"' not in transport.said, bytes(transport.said)
        if self._trouble.seen:
            said = "\n".join(self._trouble.seen)
            self._trouble.seen.clear()
            raise AssertionError(said)

    async def _move(self) -> None:
        await self._leave()
        shared = Path("/dev/shm")
        self._place = tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)
        self._open = bootstrap.offline(SETTINGS, Path(self._place.name))
        self._context = context = await self._open.__aenter__()
        protocols = [protocol.at(context.view()) for protocol in bootstrap.PROTOCOLS]
        self._plain, self._proxied = (
            Listener(Admission(context, lambda host: True, proxies), protocols, "never", _no_tls)
            for proxies in (lambda host: False, lambda host: True)
        )
        self._inputs = 0

    async def _leave(self) -> None:
        if self._place is not None:
            await self._open.__aexit__(None, None, None)
            self._place.cleanup()
            self._place = None

    def close(self) -> None:
        """Nobody comes any more."""
        self._loop.run_until_complete(self._leave())
        self._loop.close()
        for end in self._pair:
            end.close()

    def _drain(self) -> None:
        try:
            while self._pair[1].recv(1 << 16):
                pass
        except BlockingIOError:
            return

    def _died(self, loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
        error = about.get("exception")
        self._trouble.seen.append(f"{about.get('message')}: {error!r}")


def _no_tls() -> Any:
    raise AssertionError("nobody speaks TLS here")


@functools.cache
def _house() -> House:
    return House()


def close() -> None:
    """Must be called before the program ends, if anything was decoded: a store ends with its threads."""
    if _house.cache_info().currsize:
        _house().close()
        _house.cache_clear()


def whole_server(data: bytes, dice: random.Random) -> None:
    """What any bytes of one connection come to."""
    _house().one(data, dice)
