"""One connection floods: it slows itself down, what it makes the server keep is bounded, others talk as before.

The order of what happens is asserted, and memory; never how long something takes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.people import PATIENCE, NativePerson
from tests.server_process import ServerProcess, until

MIB = 1024 * 1024
LINES = 20_000
EXCHANGES = 20
MEMORY = 24 * MIB
CONFIG = """\
[accounts]
hash_memory = 8192
hash_passes = 1
[limits]
send_burst = 1000
"""
"""As installed, but for people who may talk a little faster than the test is."""

FREE = '[accounts]\nhash_memory = 8192\nhash_passes = 1\n[limits]\nexempt = ["127.0.0.0/8"]\n'
"""Nothing is metered: only what is not read holds a client back."""

HELLO = b'{"do":"hello","version":1}\n'
GUEST = b'{"do":"login","guest":true}\n'
SEND = b'{"do":"send","channel":"healthy","text":"no member says this"}\n'
FLOODS = {
    "lines that are no JSON": b"rubbish\n",
    "objects that are no command": b'{"do":"nothing"}\n',
    "commands of the wrong shape": b'{"do":"send","channel":1}\n',
    "sends that are refused": SEND,
    "pings": b'{"do":"ping"}\n',
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Callable[[str], ServerProcess]]:
    """Starts servers in processes of their own, whose memory can be measured; all are gone afterwards."""
    made: list[ServerProcess] = []

    def start(config: str) -> ServerProcess:
        made.append(ServerProcess(tmp_path / f"data{len(made)}", config))
        return made[-1].start()

    yield start
    for one in made:
        await one.hang_up()
        one.end()


def peak(server: ServerProcess) -> int:
    """Bytes: the most memory that it has held so far."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


async def pair(server: ServerProcess) -> tuple[NativePerson, NativePerson]:
    """Two who talk."""
    anna, ben = await server.native_in("healthy", "Anna"), await server.native_in("healthy", "Ben")
    await anna.hears("entered", name="Ben")
    return anna, ben


async def they_talk(anna: NativePerson, ben: NativePerson) -> None:
    """Each word arrives before the next is said."""
    for number in range(EXCHANGES):
        await anna.says("healthy", f"word {number}")
        await ben.hears("message", name="Anna", text=f"word {number}")


@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_is_slowed_down_and_others_talk(kind: str, server: Callable[[str], ServerProcess]) -> None:
    """20,000 lines at once: when two others have said all they wanted, most of the flood is still waiting."""
    one = server(CONFIG)
    anna, ben = await pair(one)
    reader, writer = await one.connect()
    writer.write(HELLO + GUEST)
    for _ in range(2):
        await asyncio.wait_for(reader.readline(), PATIENCE)
    before = peak(one)
    writer.write(FLOODS[kind] * LINES)
    answers = 0

    async def count() -> None:
        nonlocal answers
        while line := await reader.readline():
            assert json.loads(line)["is"] in ("error", "pong"), line
            answers += 1

    counting = asyncio.create_task(count())
    try:
        await until(lambda: answers >= 10, "the flood is answered")
        await they_talk(anna, ben)
        assert answers < LINES // 10, "the flood was not slowed down"
        assert peak(one) - before < MEMORY
    finally:
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
    assert "Traceback" not in one.log()


async def test_who_asks_without_reading_is_asked_no_more(server: Callable[[str], ServerProcess]) -> None:
    """2,000 big pages of history are asked for and none is read: they are not all made, and others talk."""
    one = server(FREE)
    anna, ben = await pair(one)
    for _ in range(200):
        await anna.says("healthy", "x" * 2000)
        await ben.hears("message", name="Anna")
    deaf = await one.bare_socket(kept=65536)
    loop = asyncio.get_running_loop()
    # What the first page takes stays; the promise is about what more of them take.
    await ben.asks("history", channel="healthy", limit=200)
    before = peak(one)
    asking = asyncio.create_task(
        loop.sock_sendall(deaf, HELLO + GUEST + b'{"do":"history","channel":"healthy","limit":200}\n' * 2000)
    )
    try:
        operator = await one.operator()

        async def choked() -> bool:
            return bool((await operator.asks("status"))["counters"].get("lagged", 0))

        await until(choked, "the one that does not read is held back")
        await they_talk(anna, ben)
        for _ in range(100):
            # Each is read, and in the meantime whoever else asks has a turn: 100 pages of 400 KB are 40 MB.
            await ben.asks("history", channel="healthy", limit=200)
        assert peak(one) - before < MEMORY
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert one.alive()
    assert "Traceback" not in one.log()


async def test_a_new_connection_is_no_new_burst(server: Callable[[str], ServerProcess]) -> None:
    """Who has an account has one measure of messages, over all connections and after coming back."""
    one = server("[accounts]\nhash_memory = 8192\nhash_passes = 1\n[limits]\nsend_burst = 5\nsend_rate = 0.01\n")
    operator = await one.operator()
    await operator.asks("add_account", name="Anna", password="correct horse 42")
    first = await one.native()
    await first.logs_in("Anna", "correct horse 42")
    await first.joins("home")  # making a channel would cost one; home is there
    for number in range(5):
        await first.says("home", f"{number}")
    await first.is_refused("too_fast", "send", channel="home", text="more")
    first.hang_up()
    second = await one.native()
    await second.logs_in("Anna", "correct horse 42")
    await second.is_refused("too_fast", "send", channel="home", text="more")
