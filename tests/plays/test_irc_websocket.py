"""IRC over WebSocket, with a real client's library: on the one port, and on an address of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from causerie.config.irc import IrcListener
from tests.irc_people import irc_in, matches
from tests.people import PATIENCE, House


class WebPerson:
    """Somebody at a web page that speaks IRC. `kinds`: the types of the messages so far."""

    def __init__(self, web: ClientConnection) -> None:
        self.web = web
        self.kinds: set[type] = set()

    async def says(self, *lines: str, binary: bool = False) -> None:
        for line in lines:
            await self.web.send(line.encode() if binary else line)

    async def line(self) -> str:
        async with asyncio.timeout(PATIENCE):
            message = await self.web.recv()
        self.kinds.add(type(message))
        line = message if isinstance(message, str) else message.decode()
        assert "\r" not in line
        assert "\n" not in line
        return line

    async def hears_at_last(self, wanted: str) -> None:
        while not matches(await self.line(), wanted):
            pass


@asynccontextmanager
async def web(house: House, place: int = 0, secure: bool = False, **how: Any) -> AsyncIterator[WebPerson]:
    address = house.server.identity.listening[place]
    if secure:
        how["ssl"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        how["ssl"].check_hostname, how["ssl"].verify_mode = False, ssl.CERT_NONE
    scheme = "wss" if secure else "ws"
    async with connect(f"{scheme}://{address.host}:{address.port}/", compression=None, proxy=None, **how) as one:
        yield WebPerson(one)


TEXT, BINARY = "text.ircv3.net", "binary.ircv3.net"


@pytest.mark.parametrize(
    ("wanted", "agreed", "kind"),
    [
        ([TEXT], TEXT, str),
        ([BINARY], BINARY, bytes),
        ([TEXT, BINARY], TEXT, str),
        ([BINARY, TEXT], BINARY, bytes),
        (["other", BINARY, TEXT], BINARY, bytes),
        (None, None, str),
    ],
)
async def test_a_subprotocol_is_agreed_on_in_the_clients_order(
    wanted: list[Any] | None, agreed: str | None, kind: type
) -> None:
    """IRCv3 websocket: the first that is supported; text messages where none is; each message is one line."""
    async with House() as house, web(house, subprotocols=wanted) as ann:
        assert ann.web.subprotocol == agreed
        await ann.says("NICK Ann", "USER ann 0 * :Ann", binary=kind is bytes)
        await ann.hears_at_last(":SERVER 001 Ann :*")
        await ann.hears_at_last(":SERVER 422 Ann :*")
        assert ann.kinds == {kind}


@pytest.mark.parametrize(("secure", "place"), [(False, 0), (True, 0), (False, 1), (True, 2)])
async def test_who_comes_by_websocket_talks_with_everybody(secure: bool, place: int) -> None:
    """IRCv3 websocket: on the one port in clear and by TLS, and on addresses of its own."""
    own = tuple(IrcListener(host="127.0.0.1", port=0, tls=tls, websocket=True) for tls in (False, True))
    async with House(irc={"listen": own}) as house, web(house, place, secure, subprotocols=[TEXT]) as ann:
        bob = await irc_in(house, "#home", "Bob")
        await ann.says("NICK Ann", "USER ann 0 * :Ann", "JOIN #home\r\n", "PRIVMSG #home :grüße")
        await bob.hears(":Ann!* JOIN #home", ":Ann!* PRIVMSG #home :grüße")
        bob.says(*[f"PRIVMSG #home :{number} " + "x" * 400 for number in range(200)])
        for number in range(200):
            await ann.hears_at_last(f":Bob!* PRIVMSG #home :{number} *")
        await ann.says("QUIT :bye")
        await ann.hears_at_last("ERROR :*")
        with pytest.raises(ConnectionClosed):
            await ann.line()
        await bob.hears_at_last(":Ann!* QUIT :Quit: bye")


async def test_a_page_that_is_closed_is_a_quit() -> None:
    """RFC 6455, section 5.5.1: the close is answered; Modern IRC, "QUIT message"."""
    async with House() as house:
        bob = await irc_in(house, "#home", "Bob")
        async with web(house, subprotocols=[TEXT]) as ann:
            await ann.says("NICK Ann", "USER ann 0 * :Ann", "JOIN #home")
            await bob.hears(":Ann!* JOIN #home")
        await bob.hears(":Ann!* QUIT :*")


@pytest.mark.parametrize(
    ("origin", "origins", "may"),
    [
        (None, (), True),
        ("https://evil.example", (), False),
        ("null", (), False),
        ("https://chat.example", ("https://chat.example/",), True),
        ("https://evil.example", ("https://chat.example",), False),
        ("https://evil.example", ("*",), True),
        ("same", (), True),
    ],
)
async def test_pages_of_other_sites_stay_outside(origin: str | None, origins: tuple[str, ...], may: bool) -> None:
    """Issue: "a missing Origin accepted, a wrong one refused" (RFC 6455, section 10.2); setting irc.origins."""
    async with House(irc={"origins": origins}) as house:
        if origin == "same":
            origin = f"http://{house.server.identity.listening[0]}"
        if may:
            async with web(house, subprotocols=[TEXT], origin=origin):
                return
        with pytest.raises(InvalidStatus) as caught:
            async with web(house, subprotocols=[TEXT], origin=origin):
                pass
        assert caught.value.response.status_code == 403


@pytest.mark.parametrize(
    ("sent", "code"), [(b"\x81\x85abcdabcde", 1002), (b"\x01\x80abcd\x81\x80abcd", 1002), (b"\x83\x80abcd", 1002)]
)
async def test_frames_that_are_none_end_the_connection(sent: bytes, code: int) -> None:
    """RFC 6455, sections 5.4 and 7.4.1; nobody else notices."""
    async with House() as house:
        async with web(house, subprotocols=[TEXT]) as ann:
            ann.web.transport.write(sent.replace(b"\x81\x85abcdabcde", b"\xf1\x85abcdabcde"))
            with pytest.raises(ConnectionClosed) as caught:
                await ann.line()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == code
        await irc_in(house, "#home", "Bob")


async def test_a_line_over_its_bound_is_refused_and_the_connection_stays() -> None:
    """Modern IRC, numeric 417; a message of more than 64 KiB ends it (RFC 6455, close code 1009)."""
    async with House() as house, web(house, subprotocols=[TEXT]) as ann:
        await ann.says("NICK Ann", "USER ann 0 * :Ann", "PRIVMSG #home :" + "x" * 20_000, "PING x")
        await ann.hears_at_last(":SERVER 417 Ann :*")
        await ann.hears_at_last(":SERVER PONG SERVER :x")
        await ann.says("x" * 100_000)
        with pytest.raises(ConnectionClosed) as caught:
            await ann.hears_at_last("nothing that ever comes")
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009


async def test_a_message_in_pieces_is_one_line() -> None:
    """RFC 6455, section 5.4; and the handshake may come byte by byte."""
    async with House() as house, web(house, subprotocols=[TEXT]) as ann:
        await ann.says("NICK Ann", "USER ann 0 * :Ann")
        await ann.web.send(["PING", " in", " pieces"])
        await ann.hears_at_last(":SERVER PONG SERVER :in")


async def test_a_browser_that_wants_a_page_is_told_that_there_is_none() -> None:
    """RFC 6455, section 4.2.1; HTTP 426."""
    async with House() as house:
        reader, writer = await house.connect()
        for byte in b"GET / HTTP/1.1\r\nHost: x\r\n\r\n":
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            assert (await reader.read()).startswith(b"HTTP/1.1 426 ")
        writer.close()


async def raw(house: House, data: bytes) -> bytes:
    """All that is answered to these bytes, sent at once, until the server closes."""
    address = house.server.identity.listening[0]
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(data)
            return await reader.read()
    finally:
        writer.close()


async def test_frames_that_come_with_a_request_that_is_refused_are_not_looked_at() -> None:
    """The refusal is the answer, whatever followed the request in the same packet."""
    async with House() as house:
        refused = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"
        assert (await raw(house, refused + b"\x81\xfe\x00\x00")).startswith(b"HTTP/1.1 426")


async def test_a_request_without_an_end_is_refused_in_time() -> None:
    """Nobody makes the server keep more than a browser may send: 16 KiB (RFC 6585, section 5)."""
    async with House() as house:
        assert (await raw(house, b"GET / HTTP/1.1\r\n" + b"Cookie: a\r\n" * 1600)).startswith(b"HTTP/1.1 431")
