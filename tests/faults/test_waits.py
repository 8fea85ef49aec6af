"""Nobody makes others wait, whatever they send: each kind of input in `bench/floods.py`, beside people who talk.

Promised are 50 ms, and under 1 % of a processor 2 s later; asserted is what a busy machine reaches, where each of these
kinds once made others wait for 3 to 17 s. The measured figures are `bench/waits.py`'s.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from bench import floods, waits
from tests.faults.conftest import Make

pytestmark = pytest.mark.faults

LONGEST_SECONDS = 1.5
SETTLED_SECONDS = 5.0
BUSY = 0.1
"""Of a processor, at most, once all who flooded are gone; a tenth of a second is looked at again and again."""

CONFIG = """\
[accounts]
hash_memory = 8192
hash_passes = 1
[limits]
exempt = ["127.0.0.1/32"]
connections_address = 0
connections_address_10min = 0
"""
"""Rates are as installed for those who flood: they come from 127.0.1.x."""

GROUPS = [*sorted({name.partition(":")[0] for name in floods.KINDS if ":" in name}), "others"]


def kinds_of(group: str) -> list[str]:
    """The kinds whose names begin so, or have no group."""
    return [name for name in floods.KINDS if (name.partition(":")[0] if ":" in name else "others") == group]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("group", GROUPS)
async def test_others_wait_for_nobody(server: Make, thorough: bool, group: str) -> None:
    """Each kind from 200 connections (in brief from 10), for 3 s (0.7)."""
    count, seconds = (200, 3.0) if thorough else (10, 0.7)
    one = server(CONFIG).start()
    those = waits.people()
    for person in those:
        await person.come(one.address.port)
    for kind in kinds_of(group):
        command = (sys.executable, floods.__file__, str(one.address.port), str(count), str(seconds), kind)
        flood = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        until = time.monotonic() + seconds + 0.3
        async with asyncio.timeout(waits.PATIENCE):
            await asyncio.gather(*(person.live(0.0, until) for person in those))
            await flood.communicate()
        assert flood.returncode == 0, kind
        longest = max(wait for person in those for wait in person.waits)
        for person in those:
            person.waits.clear()
        print(f"\n{kind}: others waited {longest * 1000:.0f} ms at most", end="")
        assert longest < LONGEST_SECONDS, kind
        assert one.alive(), kind
    began = time.monotonic()
    busy = 1.0
    while busy > BUSY:
        used, since = one.cpu(), time.monotonic()
        await asyncio.sleep(0.3)
        busy = (one.cpu() - used) / (time.monotonic() - since)
        assert time.monotonic() - began < SETTLED_SECONDS, "it is still busy with those who are gone"
    assert "Traceback" not in one.log(), one.log()
    for person in those:
        person.writer.close()


def test_the_table_is_whole() -> None:
    """Every kind is in a group, and has something to send."""
    assert sorted(name for group in GROUPS for name in kinds_of(group)) == sorted(floods.KINDS)
    assert Path(floods.__file__).name == "floods.py"
