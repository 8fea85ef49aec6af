"""Who is gone leaves nothing that waits for the garbage collector, however they went."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Iterator

import pytest

from causerie.server.engine.session import Session
from causerie.transport.connection import Connection
from causerie.transport.detection import Detection
from causerie.transport.intake import Intake
from tests.people import House
from tests.server_process import until

HELLO = b'{"do":"hello","version":1}\n'
INSIDE = HELLO + b'{"do":"login","guest":true}\n'
GUEST = b'{"CONN":{"us":"","pwd":"","channel":"home"}}'

SAID = {
    "nothing": b"",
    "what no language knows": b"a" * 5000,
    "native: in and silent": INSIDE,
    "native: not JSON": HELLO + b'{"do":' + b"[" * 2000 + b"\n",
    "native: not JSON inside": INSIDE + b'{"do":"send","text":"\xff"}\n',
    "native: of the wrong shape": HELLO + b'{"do":"hello","version":' + b"9" * 3000 + b"}\n",
    "native: refused": INSIDE + b'{"do":"send","channel":"nowhere","text":"hello"}\n',
    "classic: in and silent": GUEST,
    "classic: not JSON": GUEST + b'{"SEND":{"PAYLOAD":"\xff\xc0\xaf"}}',
    "classic: said": GUEST + b'{"SEND":{"PAYLOAD":"hello"}}',
    "IRC": b"NICK a\r\nUSER a 0 * :a\r\nJOIN #home\r\nPRIVMSG #home :hello\r\nNOTHING\r\n",
    "TLS that is none": b"\x16\x03\x01\x02\x00" + b"\x01" * 600,
    "HTTP": b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
}


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """It does not come by while this is tested."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _left() -> int:
    return sum(type(one) in (Intake, Detection, Connection, Session) for one in gc.get_objects())


@pytest.mark.parametrize("closes", [True, False], ids=["closes", "resets"])
@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
async def test_nothing_is_left(said: bytes, closes: bool) -> None:
    """Neither the connection, nor its session, nor what it read."""
    async with House() as house:
        before = _left()
        reader, writer = await house.connect()
        writer.write(said)
        await writer.drain()
        await until(lambda: _left() > before, "it has come")
        if closes:
            writer.write_eof()
            while await reader.read(65536):
                pass
        writer.transport.abort()
        await until(lambda: _left() == before, "nothing is left of it")


async def test_nothing_is_left_of_who_spoke_by_tls() -> None:
    """And of its TLS."""
    async with House() as house:
        before = _left()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        address = house.server.identity.listening[0]
        reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
        writer.write(INSIDE)
        await reader.readline()
        assert _left() > before
        writer.close()
        await until(lambda: _left() == before, "nothing is left of it")
