"""How long it takes to say what is unread in N channels: `python bench/read_state.py --channels 500`.

Makes a store in a temporary folder: one person in all channels, a marker in each, some unread messages and mentions,
and, for the second row, markers that were moved a moment ago and are not stored yet. The core answers as it would a
client; JSON and the wire are not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from causerie import bootstrap
from causerie.chat.commands import Command, Unread
from causerie.chat.events import Event
from causerie.chat.model import MEMBER, Channel, Person
from causerie.config.settings import Config
from causerie.protocols.native import ENCODER
from causerie.server.context import Context
from causerie.server.engine.session import Answer, EventEncoder, Session, Trust
from causerie.server.features.presence.read_state import unread
from causerie.server.ports.changes import Append, Change, PutChannel, PutMarker, PutPerson, PutStanding
from causerie.stores.sqlite.store import SqliteStore

BOUND_MS = 5.0
"""At the 95th percentile."""

ME, OTHER = Person(1, "me"), Person(2, "other")


class Nowhere:
    """An outlet that nobody reads."""

    encoder: EventEncoder = ENCODER
    direct = None
    descriptor = -1

    def wait(self, rest: bytes) -> None:
        """Nothing."""

    def wants_html(self) -> None:
        """Nothing."""

    def write(self, data: bytes) -> None:
        """Nothing."""

    def answer(self, command: Command, answer: Answer) -> None:
        """Nothing."""

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """Nothing."""
        return None

    def unsent(self) -> int:
        """Nothing."""
        return 0

    def end(self, code: str) -> None:
        """Nothing."""


async def fill(state: Path, channels: int, messages: int) -> None:
    """A store of so many channels, with so many messages in each; of the last ten, two name this person."""
    store = SqliteStore(state)
    await store.load()
    places = [Channel(100 + i, f"channel{i}") for i in range(channels)]
    changes: list[Change] = [PutPerson(ME, "me"), PutPerson(OTHER, "other")]
    for place in places:
        changes += [PutChannel(place), PutStanding(place.id, ME.id, MEMBER)]
    await store.commit(changes)
    for number in range(messages):
        named = (ME.id,) if number >= messages - 2 else ()
        await store.commit(
            [Append(place, "message", 1000 + number, OTHER, "good day", "", "", mentions=named) for place in places]
        )
    await store.commit([PutMarker(ME.id, place.id, 0, messages - 10, messages - 10) for place in places])
    await store.close()


async def timed(rounds: int, once: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """p50, p95 and the longest, in milliseconds."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await once()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {"p50_ms": took[rounds // 2], "p95_ms": took[int(rounds * 0.95)], "most_ms": took[-1]}


async def measure(state: Path, channels: int, messages: int, rounds: int) -> dict[str, dict[str, float]]:
    """The answer with all markers stored, and with all of them just moved."""
    await fill(state, channels, messages)
    async with bootstrap.offline(Config(), state) as context:
        # As a server has it (bootstrap.start).
        gc.freeze()
        gc.set_threshold(10_000, 10, 100)
        session = Session(Nowhere(), "127.0.0.1", Trust.PASSWORDS, None)
        session.person = ME

        async def ask() -> None:
            answer = await unread(context, session, Unread())
            assert len(answer.channels) == channels
            assert all((line.unread, line.mentions) == (10, 2) for line in answer.channels)

        stored = await timed(rounds, ask)
        move(context, messages - 10)
        return {"stored": stored, "just moved": await timed(rounds, ask)}


def move(context: Context, upto: int) -> None:
    """Every marker was just moved to where it was."""
    for channel in context.state.channels:
        context.state.markers[channel, ME.id, 0] = upto, upto


def main() -> int:
    """Run it, print the table; 1 when the bound was not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=500)
    parser.add_argument("--messages", type=int, default=100, help="in each channel")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="causerie-bench-") as folder:
        table = asyncio.run(measure(Path(folder), chosen.channels, chosen.messages, chosen.rounds))
    kept = all(row["p95_ms"] < BOUND_MS for row in table.values())
    if chosen.json:
        about = {"channels": chosen.channels, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
        print(json.dumps({**about, "unread": table, "bound_ms": BOUND_MS, "kept": kept}, indent=1))
        return 0 if kept else 1
    print(f"what is unread in {chosen.channels:,} channels, {BOUND_MS:.0f} ms {'kept' if kept else 'NOT KEPT'}")
    print(f"{'markers':12} {'p50 ms':>8} {'p95 ms':>8} {'most ms':>8}")
    for name, row in table.items():
        print(f"{name:12} " + " ".join(f"{figure:8.2f}" for figure in row.values()))
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
