"""How long others wait while connections flood, by kind of input: `python bench/waits.py`.

Starts a server for each kind of `floods.py` on the first core. On the second, people talk and ask by each protocol,
some 60 times a second together, and measure their own round trips, while 1, 10 and 2,000 connections send that kind
without end. Then these go, and 2 s later the server's CPU time is measured for a second. Linux only.

As root the people go before the flood on their core (SCHED_RR), so that what they wait for is the server.

`--after`: only what is asked so many seconds after the flood began counts, such as once all of them have come.

`--exempt`: those who flood are exempt from rates; otherwise rates are as installed, and only the number of connections
of an address is not limited.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.floods import KINDS
from bench.one_server import OneServer

SETTINGS = """
[server]
log_level = "error"
[limits]
connections_address = 0
connections_address_10min = 0
exempt = [{exempt}]
[accounts]
hash_memory = 8192
hash_passes = 1
"""

EVERY = 0.05
"""Seconds from one round trip of a person to the next."""
PATIENCE = 60.0
LATER = 2.0
IDLE = 1.0
"""Seconds after the flood at which the server should be idle again, and for how long that is looked at."""

Line = Callable[[asyncio.StreamReader], Awaitable[bytes]]


async def _line(reader: asyncio.StreamReader) -> bytes:
    return await reader.readline()


async def _some(reader: asyncio.StreamReader) -> bytes:
    return await reader.read(65536)


class Person:
    """Somebody by one protocol. `questions`: what is said in turn ({n}: a number), and what answers it."""

    def __init__(self, name: str, says: list[tuple[bytes, bytes]], questions: list[tuple[bytes, bytes]], by: Line):
        self.name, self.says, self.questions, self.by = name, says, questions, by
        self.waits: list[float] = []
        self.count = 0

    async def come(self, port: int) -> None:
        """Connect and log in."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        for said, answer in self.says:
            await self._ask(said, answer)

    async def _ask(self, said: bytes, answer: bytes) -> None:
        self.writer.write(said)
        heard = b""
        while answer not in heard:
            more = await self.by(self.reader)
            if not more:
                raise OSError(f"{self.name} lost the connection, after {heard[-200:]!r}")
            heard = heard[-len(answer) :] + more  # a page of history may be longer than any tail

    async def live(self, since: float, until: float) -> None:
        """Ask one thing after the other until then; each wait that began after `since` is kept, one that is not over by
        PATIENCE as that."""
        while time.monotonic() < until:
            said, answer = self.questions[self.count % len(self.questions)]
            self.count += 1
            number = b"%d" % self.count
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._ask(said.replace(b"{n}", number), answer.replace(b"{n}", number))
            finally:
                if began >= since:
                    self.waits.append(time.monotonic() - began)
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))


def people() -> list[Person]:
    """One by each protocol, in one channel. Each asks what memory answers, and what the store answers."""
    native = Person(
        "native",
        [
            (b'{"do":"hello","version":1}\n', b'"welcome"'),
            (b'{"do":"login","guest":true,"name":"Nina"}\n', b'"logged_in"'),
            (b'{"do":"join","channel":"talk"}\n', b'"snapshot"'),
        ],
        [
            (b'{"do":"send","channel":"talk","text":"{n}","id":"t{n}"}\n', b'{"re":"t{n}"'),
            (b'{"do":"members","channel":"talk","id":"m{n}"}\n', b'{"re":"m{n}"'),
            (b'{"do":"history","channel":"talk","limit":20,"id":"h{n}"}\n', b'{"re":"h{n}"'),
        ],
        _line,
    )
    irc = Person(
        "irc",
        [
            (b"CAP REQ :echo-message\r\nNICK Irene\r\nUSER i 0 * :i\r\nCAP END\r\n", b" 422 "),
            (b"JOIN #talk\r\n", b" 366 "),
        ],
        [
            (b"PRIVMSG #talk :i{n}.\r\n", b":i{n}.\r\n"),
            (b"NAMES #talk\r\n", b" 366 "),
            (b"PING {n}\r\n", b"PONG"),
        ],
        _line,
    )
    classic = Person(
        "classic",
        [(b'{"CONN":{"us":"Guest-Carl","pwd":"","channel":"talk"}}', b"OK")],
        [(b'{"SEND":{"PAYLOAD":"c{n}."}}', b"c{n}.")],
        _some,
    )
    return [native, irc, classic]


async def measure(server: OneServer, kind: str, count: int, seconds: float, after: float = 0.0) -> dict[str, float]:
    """One flood of so many connections: figures of those who waited meanwhile."""
    those = people()
    for person in those:
        await person.come(server.port)
    command = (sys.executable, str(Path(__file__).with_name("floods.py")), str(server.port), str(count))
    flood = await asyncio.create_subprocess_exec(*command, str(seconds), kind, stdout=asyncio.subprocess.PIPE)
    now = time.monotonic()
    await asyncio.gather(*(person.live(now + after, now + seconds + 0.5) for person in those))
    told, _ = await flood.communicate()
    await asyncio.sleep(LATER)
    cpu, began = server.cpu_nanoseconds(), time.monotonic()
    await asyncio.sleep(IDLE)
    idle = (server.cpu_nanoseconds() - cpu) / 1e9 / (time.monotonic() - began)
    waits = sorted(wait for person in those for wait in person.waits)
    longest = {person.name: max(person.waits) * 1000 for person in those}
    for person in those:
        person.writer.close()
    return {
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
        "longest_ms": waits[-1] * 1000,
        "later_percent": idle * 100,
        "round_trips": len(waits),
        **{f"longest_{name}_ms": wait for name, wait in longest.items()},
        **json.loads(told),
    }


def _before_others() -> None:
    """This process goes before those that it starts, if the system lets it."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(10))
    except PermissionError:
        print("not root: those who flood take time from those who wait", file=sys.stderr)


def main() -> int:
    """Exit status 1: somebody waited longer than `--bound`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="kinds whose names begin with one of these, divided by |")
    parser.add_argument("--connections", default="1,10,2000")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--after", type=float, default=0.0)
    parser.add_argument("--bound", type=float, default=0.0, help="milliseconds; 0: none")
    parser.add_argument("--exempt", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    counts = [int(count) for count in asked.connections.split(",")]
    names = [name for name in KINDS if any(name.startswith(only) for only in asked.only.split("|"))]
    settings = SETTINGS.format(exempt='"127.0.0.0/8"' if asked.exempt else '"127.0.0.1/32"')
    cores = sorted(os.sched_getaffinity(0))
    worst = 0.0
    _before_others()
    if not asked.json:
        heads = "".join(f" {f'from {count}: p99':>16} {'longest':>8} {'later %':>8} {'closed':>6}" for count in counts)
        print(f"{'kind, ms':<44}{heads}")
    for name in names:
        row = f"{name:<44}"
        with OneServer(settings, cpu=cores[0]) as server:
            os.sched_setaffinity(0, set(cores[1:]) or set(cores))
            for count in counts:
                one = asyncio.run(measure(server, name, count, asked.seconds, asked.after))
                worst = max(worst, one["longest_ms"])
                if asked.json:
                    print(json.dumps({"kind": name, "connections": count, **one}), flush=True)
                row += f" {one['p99_ms']:>16.1f} {one['longest_ms']:>8.1f} {one['later_percent']:>8.1f}"
                row += f" {one['closed']:>6.0f}"
        if not asked.json:
            print(row, flush=True)
    return int(bool(asked.bound) and worst > asked.bound)


if __name__ == "__main__":
    sys.exit(main())
