"""Thousands log in at once, by every protocol: all of them get in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.conftest import Make
from tests.server_process import CONFIG, ServerProcess, until

pytestmark = pytest.mark.faults

KIB = 1024
EACH_KIB = 64
"""Promised are 12 KiB each; asserted is what is clearly too much. The measured figures are printed."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HELLO = b'{"do":"hello","version":1}\n{"do":"login","guest":true,"id":1}\n{"do":"ping","id":2}\n'


async def native(server: ServerProcess, number: int) -> Connection:
    """A guest by the native protocol, answered."""
    reader, writer = await server.connect()
    writer.write(HELLO)
    for wanted in (b'"is":"welcome"', b'"is":"logged_in"', b'"is":"pong"'):
        line = await reader.readline()
        assert wanted in line, line
    return reader, writer


async def classic(server: ServerProcess, number: int) -> Connection:
    """A guest by the classic protocol, alone in a channel of ten."""
    reader, writer = await server.connect()
    writer.write(b'{"CONN":{"us":"Guest-%d","pwd":"","channel":"room%d"}}' % (number, number // 10))
    assert await reader.readexactly(2) == b"OK"
    mine = b"[+]Guest-%d" % number
    heard = b""
    while not heard.endswith(mine) and mine + b"[" not in heard:
        more = await reader.read(1024)
        assert more, heard
        heard += more
    return reader, writer


async def irc(server: ServerProcess, number: int) -> Connection:
    """A guest by IRC, with a channel of ten joined."""
    reader, writer = await server.connect()
    writer.write(b"NICK g%d\r\nUSER g 0 * :g\r\nJOIN #room%d\r\n" % (number, number // 10))
    while b" 366 " not in (line := await reader.readline()):
        assert line, "the server ended the connection"
    return reader, writer


@pytest.mark.parametrize("come", [native, classic, irc], ids=["native", "classic", "irc"])
async def test_all_come_at_once(
    server: Make, thorough: bool, come: Callable[[ServerProcess, int], Awaitable[Connection]]
) -> None:
    """5,000 (in brief 500), as many as 1,000 at the same time."""
    count = 5000 if thorough else 500
    one = server(f"{CONFIG}login_seconds = 120\n").start()
    _, first = await come(one, 10_000)
    operator = await one.operator()
    before = one.memory()
    gate = asyncio.Semaphore(1000)

    async def enter(number: int) -> Connection:
        async with gate, asyncio.timeout(60):
            return await come(one, number)

    began = time.monotonic()
    came = await asyncio.gather(*(enter(number) for number in range(count)))
    took = time.monotonic() - began
    status = await operator.asks("status")
    each = (one.memory() - before) / count / KIB
    print(f"\n{count} in {took:.2f} s, none failed, {each:.1f} KiB each", end="")
    assert status["people"] == count + 1
    assert each < EACH_KIB
    for _, writer in (*came, (None, first)):
        writer.transport.abort()

    async def empty() -> bool:
        return bool((await operator.asks("status"))["people"] == 0)

    await until(empty, "all are gone", 30)
    operator.hang_up()
