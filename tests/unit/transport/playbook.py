"""A dialogue with one connection, without sockets, in the manner of mitmproxy's Playbook.

    play = Playbook(listener, cut=7)
    await (play >> said(b"NICK Ann\\r\\n") << hears(b" 001 ") >> gone())

`>>` is what happens to the connection, `<<` what it must do then. What is said comes in pieces of `cut` bytes.
A client's own layers (TLS, WebSocket) are `Codec`s: what is said goes down through them, what is heard comes up.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from causerie.server.engine.session import Session
from causerie.transport.connection import Connection
from causerie.transport.intake import Intake
from causerie.transport.listener import Listener

TURNS_MOST = 5000
"""Turns of the loop in which something must have been done."""


class Raw(asyncio.Transport):
    """Where the lowest layer writes to: kept. `full`: what is written is not taken."""

    def __init__(self, host: str) -> None:
        super().__init__({"peername": (host, 40000)})
        self.sent = bytearray()
        self.full = False
        self.closing = False
        self.reading = True
        self._near: socket.socket | None = None

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.sent += data

    def close(self) -> None:
        self.closing = True

    abort = close

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 1 if self.full else 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """It takes all."""

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_reading(self) -> bool:
        return self.reading

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        # A socket of its own that nobody reads: past its first writes a connection sends to that.
        return default if name == "socket" and self._near is None else super().get_extra_info(name, default)


class Codec(Protocol):
    """A layer of the client's."""

    def begins(self) -> bytes:
        """What it sends first."""

    def says(self, data: bytes) -> bytes:
        """This, as it is below."""

    def hears(self, data: bytes) -> tuple[bytes, bytes]:
        """What these bytes from below hold, and what it answers to them."""


class Tls:
    """TLS, client side; no certificate is looked at. `shows`: a certificate of its own."""

    def __init__(self, shows: Callable[[ssl.SSLContext], None] = lambda context: None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        shows(context)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing)
        self._done = False
        self._early = b""

    def begins(self) -> bytes:
        return self.hears(b"")[1]

    def says(self, data: bytes) -> bytes:
        if self._done:
            self._tls.write(data)
        else:
            self._early += data
        return self._outgoing.read()

    def hears(self, data: bytes) -> tuple[bytes, bytes]:
        self._incoming.write(data)
        plain = b""
        try:
            if not self._done:
                self._tls.do_handshake()
                self._done = True
                if self._early:
                    self._tls.write(self._early)
            while piece := self._tls.read(65536):
                plain += piece
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return plain, self._outgoing.read()


class Web:
    """WebSocket, client side: what is said is a message of text."""

    def __init__(self) -> None:
        self._protocol = ClientProtocol(parse_uri("ws://localhost/"))
        self._early: list[bytes] = []

    def begins(self) -> bytes:
        self._protocol.send_request(self._protocol.connect())
        return b"".join(self._protocol.data_to_send())

    def says(self, data: bytes) -> bytes:
        if self._protocol.state.name != "OPEN":
            self._early.append(data)
            return b""
        self._protocol.send_text(data)
        return b"".join(self._protocol.data_to_send())

    def hears(self, data: bytes) -> tuple[bytes, bytes]:
        self._protocol.receive_data(data)
        heard = b"".join(
            bytes(event.data) + b"\r\n"
            for event in self._protocol.events_received()
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT
        )
        answers = b"".join(self._protocol.data_to_send())
        if self._protocol.state.name == "OPEN":
            early, self._early = self._early, []
            answers += b"".join(map(self.says, early))
        return heard, answers


Step = Callable[["Playbook"], Awaitable[None]]


class Playbook:
    """See the module. `heard`: all that came up through the client's layers."""

    def __init__(self, listener: Listener, cut: int = 1 << 20, codecs: tuple[Codec, ...] = (), host: str = "127.0.0.1"):
        self.raw = Raw(host)
        self.intake: Intake = listener.connection()
        self.heard = b""
        self._context = listener.context
        self._cut = cut
        self.codecs = codecs
        self._seen = 0
        self._steps: list[Step] = []

    @property
    def connection(self) -> Connection:
        """The session's side."""
        assert isinstance(self.intake.owner, Connection), "its language is not known"
        return self.intake.owner

    @property
    def session(self) -> Session:
        """The core's side."""
        assert self.connection.session is not None
        return self.connection.session

    def __rshift__(self, event: Step) -> Self:
        self._steps.append(event)
        return self

    def __lshift__(self, command: Step) -> Self:
        self._steps.append(command)
        return self

    def __await__(self) -> Generator[Any, None, None]:
        return self._play().__await__()

    async def _play(self) -> None:
        steps, self._steps = self._steps, []
        for step in steps:
            await step(self)

    def gives(self, data: bytes) -> None:
        """These bytes come from the network, cut."""
        for at in range(0, len(data), self._cut):
            if not self.raw.closing:
                self.intake.data_received(data[at : at + self._cut])

    def down(self, data: bytes, past: int = 0) -> bytes:
        """What the client says, as it is below its layers; `past`: not through the uppermost ones."""
        for codec in reversed(self.codecs[: len(self.codecs) - past]):
            data = codec.says(data)
        return data

    def listens(self) -> None:
        """Hear what was sent, and answer what the layers answer."""
        while self._seen < len(self.raw.sent):
            data, self._seen = bytes(self.raw.sent[self._seen :]), len(self.raw.sent)
            for place, codec in enumerate(self.codecs):
                data, answer = codec.hears(data)
                for below in reversed(self.codecs[:place]):
                    answer = below.says(answer)
                self.gives(answer)
            self.heard += data

    async def settle(self, done: Callable[[], bool]) -> None:
        """Turns of the loop until something is done."""
        for _turn in range(TURNS_MOST):
            self.listens()
            if done():
                return
            await asyncio.sleep(0)
            if _turn % 10 == 9:
                await self._context.commit_loop.told()
        raise AssertionError(f"not done; heard {self.heard[-500:]!r}, closing: {self.raw.closing}")


def opens() -> Step:
    """It connects, and its layers begin."""

    async def step(play: Playbook) -> None:
        play.intake.connection_made(play.raw)
        for place, codec in enumerate(play.codecs):
            data = codec.begins()
            for below in reversed(play.codecs[:place]):
                data = below.says(data)
            play.gives(data)
        play.listens()

    return step


def said(data: bytes) -> Step:
    """The client says this."""

    async def step(play: Playbook) -> None:
        play.gives(play.down(data))
        play.listens()

    return step


def came(data: bytes) -> Step:
    """These bytes come below all layers."""

    async def step(play: Playbook) -> None:
        play.gives(data)
        play.listens()

    return step


def ends() -> Step:
    """The client says no more: it has shut down its side."""

    async def step(play: Playbook) -> None:
        if not play.intake.eof_received():
            play.raw.close()

    return step


def gone() -> Step:
    """The connection is gone."""

    async def step(play: Playbook) -> None:
        play.raw.closing = True
        play.intake.connection_lost(None)
        await asyncio.sleep(0)

    return step


def hears(data: bytes) -> Step:
    """The client hears this, after all it heard before, and whatever else in between."""

    async def step(play: Playbook) -> None:
        await play.settle(lambda: data in play.heard)
        play.heard = play.heard.partition(data)[2]

    return step


def closes() -> Step:
    """The connection is closed."""

    async def step(play: Playbook) -> None:
        await play.settle(lambda: play.raw.closing)

    return step


def stays(data: bytes = b"") -> Step:
    """It is open, and nothing else was sent but this."""

    async def step(play: Playbook) -> None:
        await play.settle(lambda: len(play.heard) >= len(data))
        assert (play.heard, play.raw.closing) == (data, False)

    return step
