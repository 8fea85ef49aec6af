"""The machine's clock jumps an hour, each way: order, numbers, paging and timeouts do not notice."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.conftest import Make
from tests.faults.sayers import Sayer, compare
from tests.server_process import CONFIG, everything

pytestmark = pytest.mark.faults

HOUR = 3_600_000
LOGIN_SECONDS = 2.0


def faketime(clock: Path) -> dict[str, str]:
    """What makes a process go by the clock that this file tells: "+0", "+1h", "-1h"."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.skip("libfaketime is not installed")
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        # A clock that is set does not move the one that timeouts go by (clock_gettime(2), CLOCK_MONOTONIC).
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        # Its workaround for an old glibc makes waits by that clock end at once: the interpreter's threads then spin.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


async def test_the_clock_jumps(server: Make, thorough: bool, tmp_path: Path) -> None:
    """An hour forward, back to where it was, and an hour behind, while people talk."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    one = server(f"{CONFIG}login_seconds = {LOGIN_SECONDS}\n", environment=faketime(clock)).start()
    anna, bert = Sayer(one, "Anna"), Sayer(one, "Bert")
    await anna.come()
    await bert.come()
    count = 200 if thorough else 40
    jumps = ["+0", "+1h", "+0", "-1h", "+0", "-1h", "+1h"]
    silent = None
    for turn, jump in enumerate(jumps, 1):
        if jump == "-1h" and silent is None:
            # One that never logs in while the clock jumps: it is gone in its time, not an hour later.
            silent = asyncio.create_task(_stays_silent(*await one.connect()))
        clock.write_text(f"{jump}\n")
        await asyncio.gather(anna.talk(most=turn * count), bert.talk(most=turn * count))
        await asyncio.gather(anna.answered(), bert.answered())
        assert not anna.refused
        assert not bert.refused
    assert silent is not None
    stayed = await silent
    print(f"\none that did not log in was let go after {stayed:.1f} s", end="")
    assert LOGIN_SECONDS - 0.1 <= stayed < LOGIN_SECONDS + 5

    reader = await one.native_in("home", "Reader")
    events = await everything(reader, "home")
    assert len(events) == 2 * count * len(jumps)
    compare(events, anna, bert)
    times = [event["at"] for event in events]
    forward = max(b - a for a, b in pairwise(times))
    assert forward > HOUR - 60_000, "the clock was to jump, and did not: this test tests nothing"
    assert times == sorted(times), "the times of a channel never fall"

    # Coming back goes by number, so that what was said "an hour later" is not skipped.
    await bert.come()
    await anna.say()
    await anna.answered()
    reader.hang_up()
    for person in (anna, bert):
        await person.go()
    one.stop()
    one.restart()
    reader = await one.native_in("home", "Reader")
    assert (await everything(reader, "home"))[:-1] == events
    reader.hang_up()


async def _stays_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    began = time.monotonic()
    async with asyncio.timeout(60):
        await reader.read()
    writer.close()
    return time.monotonic() - began
