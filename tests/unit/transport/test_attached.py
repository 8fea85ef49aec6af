"""An asyncio protocol of somebody else's is put on a connection that was found to speak it, in clear and by TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol

from causerie import bootstrap
from causerie.certs.identity import Identity
from causerie.config.settings import Config
from causerie.protocols.native import PROTOCOL
from causerie.protocols.wire import Protocol
from causerie.transport.listener import Admission, Listener
from tests.people import PATIENCE

LARGE = "x" * 300_000
"""More than the system takes at once: both sides must hold back."""


class Plain(asyncio.Protocol):
    """A protocol as anybody writes one: it answers an HTTP request, with what its transport tells it of TLS."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._read += data
        if self._read.endswith(b"\r\n\r\n"):
            scheme = b"http" if self._transport.get_extra_info("ssl_object") is None else b"https"
            self._transport.write(b"HTTP/1.0 200 OK\r\n\r\n" + scheme)
            self._transport.close()


@pytest.fixture(params=["clear", "tls"])
def tls(request: pytest.FixtureRequest) -> ssl.SSLContext | None:
    """How clients connect."""
    if request.param == "clear":
        return None
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Elsewhere(Server):
    """The library's own server, without the port."""

    def is_serving(self) -> bool:
        """It always is."""
        return True


async def elsewhere() -> asyncio.Server:
    """Not called: it listens nowhere itself."""
    raise NotImplementedError


@asynccontextmanager
async def listening(tmp_path: Path, offered: tuple[Protocol, ...]) -> AsyncIterator[int]:
    """The port of an address that takes these languages."""
    async with bootstrap.offline(Config(), tmp_path) as context:
        listener = Listener(
            Admission(context, lambda host: True),
            offered,
            "auto",
            Identity(context.config, tmp_path, ()).context,
            "never",
        )
        server = await asyncio.get_running_loop().create_server(listener.connection, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
        async with asyncio.timeout(PATIENCE):
            while listener.admission.addresses.open:  # who is gone is counted out
                await asyncio.sleep(0)


def http(attaches: Callable[[], asyncio.Protocol]) -> Protocol:
    """HTTP, spoken by what this makes."""

    def recognises(first: bytes) -> bool | None:
        return first.startswith(b"GET ") or (None if b"GET ".startswith(first) else False)

    return Protocol("http", PROTOCOL.encoder, PROTOCOL.wire, recognises, attaches=attaches)


async def test_a_protocol_that_answers_http(tmp_path: Path, tls: ssl.SSLContext | None) -> None:
    """It sees an ordinary transport; what was read to find out what it is comes first."""
    async with listening(tmp_path, (http(Plain), PROTOCOL)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        for piece in (b"G", b"ET / HTTP/1.1\r\nHost: localhost\r\n", b"\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        assert (await reader.read()).endswith(b"\nhttp" if tls is None else b"\nhttps")
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        writer.write(b'{"do":"hello","version":1}\n')
        assert b'"welcome"' in await reader.readline()
        writer.close()
        await asyncio.wait_for(writer.wait_closed(), 5)


async def test_a_library_of_websocket(tmp_path: Path, tls: ssl.SSLContext | None) -> None:
    """The `websockets` library's own server, with back-pressure both ways, where another language is spoken too."""

    async def echo(connection: ServerConnection) -> None:
        await connection.handshake()
        async for message in connection:
            await connection.send(message)

    server = Elsewhere(elsewhere, echo)
    async with listening(tmp_path, (http(lambda: ServerConnection(ServerProtocol(), server)), PROTOCOL)) as port:
        address = f"{'ws' if tls is None else 'wss'}://127.0.0.1:{port}/"
        async with connect(address, ssl=tls, proxy=None) as client:
            for said in ("hello", LARGE, "good-bye"):
                await client.send(said)
                assert await client.recv() == said
