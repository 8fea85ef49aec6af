"""A connection breaks anywhere, or the server is killed: who comes back misses nothing and hears nothing twice."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterable
from typing import Any

import pytest

from tests.faults.conftest import Make
from tests.faults.sayers import PATIENCE, Sayer, compare, text_of
from tests.server_process import ServerProcess, everything, until

pytestmark = pytest.mark.faults

SAMPLE = 120
"""Cuts in brief; at length it is every byte."""


def line(**command: object) -> bytes:
    """A command as it goes over the wire."""
    return json.dumps(command).encode() + b"\n"


def cuts(stream: bytes, thorough: bool) -> Iterable[int]:
    """Where to cut: everywhere, or around the ends of lines and at places that are always the same."""
    if thorough:
        return range(len(stream) + 1)
    ends = [at + near for at, byte in enumerate(stream) if byte == 10 for near in (0, 1, 2)]
    dice = random.Random(len(stream))
    places = dice.sample(ends, min(len(ends), SAMPLE // 2)) + dice.choices(range(len(stream)), k=SAMPLE // 2)
    return sorted({0, len(stream), *(place for place in places if place <= len(stream))})


async def a_token(server: ServerProcess, name: str) -> str:
    """Somebody who can come back, and is a member of home."""
    person = await server.native()
    await person.logs_in(name, keep=True)
    await person.joins("home")
    person.hang_up()
    return person.token


def numbers_in(stream: bytes) -> list[int]:
    """Numbers of the events in the lines that came whole."""
    told: list[dict[str, Any]] = [json.loads(whole) for whole in stream.split(b"\n")[:-1]]
    assert not [event for event in told if event["is"] in ("gap", "error")]
    return [event["number"] for event in told if event["is"] == "message"]


async def read_from(server: ServerProcess, token: str, since: int, most: int, cut: int | None = None) -> bytes:
    """Come back and read on from a number: until the channel's last one has come, or so many bytes."""
    reader, writer = await server.connect()
    writer.write(line(do="hello", version=1) + line(do="login", token=token))
    writer.write(line(do="resume", since={"home": since}))
    stream = b""
    async with asyncio.timeout(PATIENCE):
        if cut is not None:
            stream = await reader.readexactly(cut)
        else:
            while since < most:
                stream += (more := await reader.readline())
                assert more, "the server ended the connection"
                if numbers_in(more) == [most]:
                    break
    writer.transport.abort()
    return stream


async def test_cut_at_every_byte_of_what_is_heard(server: Make, thorough: bool) -> None:
    """A client reads so many bytes, loses its connection, and goes on from the last event that it had whole."""
    one = server().start()
    anna = Sayer(one, "Anna")
    await anna.come()
    await anna.talk(most=40)
    await anna.answered()
    token = await a_token(one, "Reader")
    last = len(anna.acked)
    # Another connection of the same person stays, so that nobody comes or goes in these streams.
    staying = await one.native()
    await staying.returns(token)
    await staying.asks("resume", since={"home": last})
    whole = await read_from(one, token, 0, last)
    count = 0
    for cut in cuts(whole, thorough):
        first = numbers_in(await read_from(one, token, 0, last, cut)) if cut else []
        rest = numbers_in(await read_from(one, token, first[-1] if first else 0, last))
        assert first + rest == list(range(1, last + 1)), f"cut after {cut} bytes"
        count += 1
    staying.hang_up()
    print(f"\n{count} of {count} cuts in {len(whole)} bytes: no gap, no duplicate", end="")
    await anna.go()


async def test_cut_at_every_byte_of_what_is_said(server: Make, thorough: bool) -> None:
    """A client's own words break off anywhere; it comes back and says all of it again: each thing is there once."""
    one = server().start()
    token = await a_token(one, "Anna")
    hello = line(do="hello", version=1) + line(do="login", token=token) + line(do="resume", since={"home": 0})
    said: list[str] = []
    count = 0
    sends = _sends(0)
    for cut in cuts(hello + sends, thorough):
        sends = _sends(count)
        reader, writer = await one.connect()
        writer.write((hello + sends)[:cut])
        # What was cut off is on its way when the connection breaks; an end in order gives it a chance to arrive.
        writer.close() if count % 2 else writer.write_eof()
        reader, writer2 = await one.connect()
        writer2.write(hello + sends)
        acks: list[int] = []
        async with asyncio.timeout(PATIENCE):
            while len(acks) < 2:
                told = json.loads(await reader.readline())
                assert told["is"] not in ("error", "gap"), told
                if told["is"] == "ack":
                    acks.append(told["number"])
        for each in (writer, writer2):
            each.transport.abort()
        said += [f"cut-{count:06}-a", f"cut-{count:06}-b"]
        count += 1
    reader_ = await one.native_in("home", "Reader")
    events = await everything(reader_, "home")
    assert [event["key"] for event in events] == said
    assert [event["number"] for event in events] == list(range(1, len(said) + 1))
    print(f"\n{count} of {count} cuts: each message once", end="")


def _sends(count: int) -> bytes:
    keys = [f"cut-{count:06}-{which}" for which in "ab"]
    return b"".join(line(do="send", id=key, channel="home", key=key, text="short " + key) for key in keys)


async def test_killed_in_mid_stream(server: Make, thorough: bool) -> None:
    """Two talk, one only listens, the server is killed again and again: all three end up with the whole log, once."""
    one = server().start()
    anna, bert, reader = Sayer(one, "Anna"), Sayer(one, "Bert"), Sayer(one, "Reader")
    dice = random.Random(7)
    for _ in range(50 if thorough else 5):
        for person in (anna, bert, reader):
            await person.come()
        so_far = len(reader.heard)
        talking = [asyncio.create_task(sayer.talk()) for sayer in (anna, bert)]
        more = dice.randint(1, 400)
        await until(lambda want=so_far + more: len(reader.heard) >= want, "the stream", every=0.0)  # type: ignore[misc]
        one.kill()
        await asyncio.wait_for(asyncio.gather(*talking), 10)
        one.restart()
    for person in (anna, bert, reader):
        await person.come()
        await person.again()
    witness = await one.native_in("home", "Witness")
    events = await everything(witness, "home")
    for person in (anna, bert, reader):
        await until(lambda heard=person.heard: heard[-1][0] >= len(events), f"{person.name} heard all")  # type: ignore[misc]
        assert [number for number, _ in person.heard] == list(range(1, len(events) + 1))
        await person.go()
    compare(events, anna, bert, reader)
    print(f"\n{len(events)} events heard by each, no gap, no duplicate", end="")
    assert text_of("anna-0") in [event["text"] for event in events]
