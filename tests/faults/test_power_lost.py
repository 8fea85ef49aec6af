"""The power may go at any moment: what is acknowledged or told to anybody was synced to disk before.

The server runs below strace; the order of its system calls is the proof.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import Make
from tests.faults.sayers import ClassicSayer, Sayer
from tests.server_process import until

pytestmark = pytest.mark.faults

WRITES = ("write", "writev", "sendto", "sendmsg")
SYNCS = ("fdatasync", "fsync")
TRACED = ",".join((*WRITES, *SYNCS, "pwrite64", "pwritev"))

_LINE = re.compile(r"(\d+) +(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)", re.DOTALL)
_KEY = re.compile(r"((?:anna|bert|luc)-\d+) ")
_ACK = re.compile(r'\\"is\\":\\"ack\\"[^}]*\\"key\\":\\"((?:anna|bert)-\d+)\\"')


@dataclass(frozen=True, slots=True)
class Call:
    """A system call: the lines of the trace at which it began and was over, and whether it succeeded."""

    name: str
    about: str
    began: int
    over: int
    done: bool


def calls(trace: str) -> list[Call]:
    """The calls of a trace made with `strace -f`, by when they began; one that another interrupted is put together."""
    found: list[Call] = []
    under_way: dict[str, tuple[str, str, int]] = {}
    for number, line in enumerate(trace.splitlines()):
        match = _LINE.match(line)
        if match is None:
            continue
        thread, rest = match.groups()
        if rest.startswith("<... ") and thread in under_way:
            name, about, began = under_way.pop(thread)
            found.append(Call(name, about, began, number, not _failed(rest)))
        elif (call := _CALL.match(rest)) is not None:
            if rest.endswith("<unfinished ...>"):
                under_way[thread] = call[1], call[2], number
            else:
                found.append(Call(call[1], call[2], number, number, not _failed(rest)))
    return sorted(found, key=lambda call: call.began)


def _failed(line: str) -> bool:
    return " = -1 " in line or line.endswith("= ?")


async def test_nothing_is_told_before_it_is_synced(server: Make, thorough: bool, tmp_path: Path) -> None:
    """For each message: its write to the log, then a sync that succeeds, and only then its ack and its deliveries."""
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-qq", "-y", "--seccomp-bpf", "-s", "65536", "-o", str(trace), "-e", f"trace={TRACED}"]
    one = server(before=strace).start()
    anna, bert, luc = Sayer(one, "Anna"), Sayer(one, "Bert"), ClassicSayer(one, "Luc")
    for person in (anna, bert, luc):
        await person.come()
    most = 2000 if thorough else 150
    talking = asyncio.create_task(luc.talk(100))
    await asyncio.gather(anna.talk(most=most), bert.talk(a_second=300, most=most))
    await asyncio.gather(anna.answered(), bert.answered())
    await until(lambda: len(luc.heard) >= most // 10, "the classic client hears itself")
    one.stop()
    await asyncio.wait_for(talking, 10)
    checked = check(calls(trace.read_text(errors="replace")), {*anna.said, *bert.said})
    print(f"\n{checked} messages, each synced before its acknowledgement and before anybody heard of it", end="")
    assert checked >= 2 * most
    for person in (anna, bert, luc):
        await person.go()


def check(trace: list[Call], acknowledged: set[str]) -> int:
    """How many messages' orders are right; raises AssertionError for the first that is not."""
    written: dict[str, Call] = {}
    told: dict[str, Call] = {}
    acks: dict[str, Call] = {}
    syncs = [call for call in trace if call.name in SYNCS and "causerie.db" in call.about and call.done]
    for call in trace:
        if call.name.startswith("pwrite") and "causerie.db-wal>" in call.about and call.done:
            for key in _KEY.findall(call.about):
                written.setdefault(key, call)
        elif call.name in WRITES and "<socket:" in call.about[:40]:
            for key in _KEY.findall(call.about):
                told.setdefault(key, call)
            for key in _ACK.findall(call.about):
                acks.setdefault(key, call)
    assert acks.keys() == acknowledged, "the trace does not show every acknowledgement"
    assert acknowledged <= told.keys()
    for heard in (acks, told):
        for key, call in heard.items():
            assert key in written, f"{key} was told and never written"
            right = any(written[key].over < sync.began and sync.over < call.began for sync in syncs)
            assert right, f"{key} was told before it was synced: {call.name} in line {call.began}"
    return len(told)


def test_a_wrong_order_is_found_out() -> None:
    """The check itself: an acknowledgement sent while the sync is still under way is seen as one."""
    ack = '10 write(9<socket:[1]>, "{\\"re\\":1,\\"is\\":\\"ack\\",\\"key\\":\\"anna-1\\"}anna-1 ", 9) = 9'
    wal = '11 pwrite64(5</d/causerie.db-wal>, "anna-1 |", 9, 0) = 9'
    right = "\n".join([wal, "11 fdatasync(5</d/causerie.db-wal>) = 0", ack])
    assert check(calls(right), {"anna-1"}) == 1
    wrong = [wal, "11 fdatasync(5</d/causerie.db-wal> <unfinished ...>", ack, "11 <... fdatasync resumed>) = 0"]
    with pytest.raises(AssertionError, match="before it was synced"):
        check(calls("\n".join(wrong)), {"anna-1"})
