"""Readers that do not read cost the server little and nobody else anything; they are let go, or brought up to date."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import Any

import pytest

from tests.faults.conftest import Make
from tests.server_process import CONFIG, LINE_MOST, ServerProcess, until

pytestmark = pytest.mark.faults

KIB = 1024
MESSAGE = 8 * KIB
WINDOW = 8

EACH_KIB = 256
"""Promised: the memory for each reader that does not read."""

OTHERS_KIB = 16 * KIB
"""What the server may need besides: the store's pages, what is on its way to those who read."""

LONGEST_SECONDS = 1.0
"""Promised is 50 ms; asserted is what a busy machine reaches. The measured figure is printed."""

SWEEP_SECONDS = 5.0
"""How often the server looks for those that are stuck."""


def hello(name: str) -> bytes:
    """How a guest comes into the channel."""
    commands = [{"do": "hello", "version": 1}, {"do": "login", "name": name, "guest": True}]
    return b"".join(json.dumps(each).encode() + b"\n" for each in [*commands, {"do": "join", "channel": "home"}])


async def slow_reader(server: ServerProcess, name: str) -> socket.socket:
    """Somebody who has joined the channel and reads nothing more; the system keeps little for it."""
    loop = asyncio.get_running_loop()
    one = await server.bare_socket(kept=4 * KIB)
    await loop.sock_sendall(one, hello(name))
    heard = b""
    async with asyncio.timeout(10):
        # Its own coming in is the last that it hears.
        while not (b'"entered"' in heard and heard.endswith(b"\n")):
            heard += await loop.sock_recv(one, 65536)
    return one


async def joined(reader: asyncio.StreamReader) -> None:
    """The answer to joining has come."""
    async with asyncio.timeout(10):
        while b'"is":"snapshot"' not in await reader.readline():
            pass


class Healthy:
    """Somebody who reads all that comes, and notes when."""

    def __init__(self) -> None:
        self.heard: dict[int, float] = {}
        self.reading: asyncio.Task[None]

    async def come(self, server: ServerProcess) -> None:
        """Join, and read from now on."""
        self._reader, self._writer = await server.connect()
        self._writer.write(hello("Healthy"))
        await joined(self._reader)
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while line := await self._reader.readline():
            told = json.loads(line)
            assert told["is"] not in ("gap", "farewell"), told
            if told["is"] == "message":
                assert told["number"] not in self.heard
                self.heard[told["number"]] = time.monotonic()

    async def go(self) -> None:
        """And raise what went wrong while it read."""
        self._writer.transport.abort()
        await asyncio.wait_for(self.reading, 10)


async def talk(server: ServerProcess, size: int) -> dict[int, float]:
    """Say so many bytes, a few messages ahead of the acknowledgements; when each number was sent."""
    reader, writer = await server.connect()
    writer.write(hello("Talker"))
    await joined(reader)
    count, acked = size // MESSAGE, 0
    sent: list[float] = []
    numbers: dict[int, float] = {}
    async with asyncio.timeout(300):
        while acked < count:
            while len(sent) < min(acked + WINDOW, count):
                text = f"{len(sent)} ".ljust(MESSAGE, "x")
                send = {"do": "send", "id": len(sent) + 1, "channel": "home", "text": text}
                sent.append(time.monotonic())
                writer.write(json.dumps(send).encode() + b"\n")
            told: dict[str, Any] = json.loads(await reader.readline())
            assert told["is"] != "error", told
            if told["is"] == "ack":
                acked += 1
                numbers[told["number"]] = sent[told["re"] - 1]
    writer.transport.abort()
    return numbers


async def ended(slow: socket.socket) -> bytes:
    """All that comes, until the connection ends."""
    loop = asyncio.get_running_loop()
    came = bytearray()
    async with asyncio.timeout(30):
        try:
            while more := await loop.sock_recv(slow, 65536):
                came += more
        except ConnectionError:
            pass
    return bytes(came)


@pytest.mark.parametrize("readers", [1, 50])
async def test_readers_that_never_read(server: Make, thorough: bool, readers: int) -> None:
    """1 and 50 of them (in brief 10), while 20 MB are said (in brief 6)."""
    readers = readers if thorough else min(readers, 10)
    size = (20 if thorough else 6) * KIB * KIB
    stalled = 30 if thorough else 2
    # The search index, which fills caches of its own when it is quiet enough, waits until the end.
    index = "[store]\nindex_quiet_seconds = 3600\n"
    one = server(f"{CONFIG}stalled_seconds = {stalled}\nmessage_bytes = 16384\n{index}").start()
    # Once without them, so that what the store keeps in memory for anybody's messages is not counted as theirs.
    await talk(one, size)
    slow = [await slow_reader(one, f"Slow{number}") for number in range(readers)]
    healthy = Healthy()
    await healthy.come(one)
    before = one.memory()
    most = [before]
    watching = asyncio.create_task(_watch(one, most))
    numbers = await talk(one, size)
    said_by = time.monotonic()
    await until(lambda: len(healthy.heard) >= len(numbers), "the healthy reader has everything", 30)
    watching.cancel()
    assert sorted(healthy.heard) == sorted(numbers)
    waits = sorted(healthy.heard[number] - at for number, at in numbers.items())

    operator = await one.operator()

    async def let_go() -> bool:
        status = await operator.asks("status")
        return bool(status["counters"].get("stalled", 0) >= readers)

    await until(let_go, "the slow ones are let go", stalled + 2 * SWEEP_SECONDS + 5, every=0.1)
    gone = time.monotonic() - said_by
    status = await operator.asks("status")
    for each in slow:
        told = await ended(each)
        assert len(told) < size
        each.close()
    growth = (max(most) - before) / KIB
    print(
        f"\n{readers} that never read, {size / KIB / KIB:g} MB said: longest wait of the healthy one "
        f"{waits[-1] * 1000:.0f} ms (middle {waits[len(waits) // 2] * 1000:.1f} ms), {growth:.0f} KiB more memory, "
        f"lagged {status['counters']['lagged']}, let go after {gone:.1f} s",
        end="",
    )
    assert waits[-1] < LONGEST_SECONDS
    assert growth < readers * EACH_KIB + OTHERS_KIB
    await healthy.go()
    operator.hang_up()


async def _watch(server: ServerProcess, most: list[int]) -> None:
    while True:
        most.append(server.memory())
        await asyncio.sleep(0.05)


async def test_readers_that_read_again(server: Make, thorough: bool) -> None:
    """Those that read on after a while are given what they missed: each number once, in order."""
    one = server().start()
    slow = [await slow_reader(one, f"Slow{number}") for number in range(10 if thorough else 3)]
    numbers = await talk(one, (20 if thorough else 6) * KIB * KIB)
    operator = await one.operator()
    lagging = (await operator.asks("status"))["counters"]["lagging"]
    assert lagging == len(slow), "they were to lag behind"
    for each in slow:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * KIB)
        reader, writer = await asyncio.open_connection(sock=each, limit=LINE_MOST)
        heard: list[int] = []
        async with asyncio.timeout(60):
            while not heard or heard[-1] < len(numbers):
                line = await reader.readline()
                assert line, "the connection ended"
                told = json.loads(line)
                assert told["is"] not in ("gap", "farewell"), told
                if told["is"] == "message":
                    heard.append(told["number"])
        assert heard == list(range(1, len(numbers) + 1))
        # From here on it hears the stream again.
        await talk(one, MESSAGE)
        async with asyncio.timeout(10):
            while (told := json.loads(await reader.readline()))["is"] != "message":
                pass
        assert told["number"] == len(numbers) + 1
        numbers[told["number"]] = 0.0
        writer.transport.abort()
    operator.hang_up()
