"""The disk is full, or fails: what cannot be stored is refused, reading goes on, and with space all is whole again."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.faults.conftest import Make
from tests.faults.sayers import Sayer, compare
from tests.server_process import ServerProcess, everything, until

pytestmark = pytest.mark.faults

WHOLE_SECONDS = 5.0
REFUSED_SECONDS = 5.0

KIB = 1024


async def talk_through(
    server: ServerProcess, heal: Callable[[], object], last: Callable[[], object] = lambda: None
) -> None:
    """Talk until something is refused and a while longer, heal, say again what was refused, and compare.

    `last` is done before the server stops; then another one reads what it left.
    """
    anna, bert = Sayer(server, "Anna"), Sayer(server, "Bert")
    await anna.come()
    await bert.come()
    reader = await server.native_in("home", "Reader")
    for _ in range(20_000):
        await anna.say()
        await anna.answered()
        if anna.refused:
            break
    assert anna.refused, "nothing was refused"
    for _ in range(5):
        await anna.say()
        await bert.say()
        await anna.answered()
        await bert.answered()
        # Reading goes on: all that was acknowledged can be read.
        compare(await everything(reader, "home"), anna, bert)
    refused = len(anna.refused) + len(bert.refused)
    assert {*anna.refused.values(), *bert.refused.values()} == {"store_unavailable"}
    assert max(anna.answered_in + bert.answered_in) < REFUSED_SECONDS

    heal()
    first = next(iter(anna.refused))

    async def stored() -> bool:
        await anna.say(first)
        await anna.answered()
        return first in anna.acked

    took = await until(stored, "storing again", WHOLE_SECONDS)
    await anna.again()
    await bert.again()
    for _ in range(50):
        await anna.say()
    await anna.answered()
    events = await everything(reader, "home")
    for sayer in (anna, bert):
        await until(lambda heard=sayer.heard: heard[-1][0] >= len(events), f"{sayer.name} heard all")  # type: ignore[misc]
    compare(events, anna, bert)
    assert len(events) == len(anna.said) + len(bert.said)
    print(f"\nrefused {refused} of {len(events)}; storing again {took:.2f} s after it could", end="")
    for sayer in (anna, bert):
        await sayer.go()
    reader.hang_up()

    # What is on disk says the same to a server that was not there.
    last()
    server.stop()
    server.before = ()
    server.restart()
    reader = await server.native_in("home", "Reader")
    assert await everything(reader, "home") == events
    reader.hang_up()


async def test_no_file_may_grow(server: Make) -> None:
    """A bound on the size of files (RLIMIT_FSIZE), lifted later."""
    one = server(before=["prlimit", f"--fsize={600 * KIB}:unlimited"]).start()
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    await talk_through(one, lambda: resource.prlimit(one.pid, resource.RLIMIT_FSIZE, unlimited))


@pytest.mark.parametrize("ends", [True, False], ids=["they end", "they are cut"])
async def test_who_leaves_meanwhile_is_gone(server: Make, ends: bool) -> None:
    """Thirty people leave while nothing can be stored and others talk: neither a name nor a descriptor is kept."""
    one = server(before=["prlimit", f"--fsize={600 * KIB}:unlimited"]).start()
    operator, reader = await one.operator(), await one.native_in("home", "Reader")
    anna = Sayer(one, "Anna")
    await anna.come()
    descriptors = _descriptors(one)
    leaving = [await one.native_in("home", f"Guest{number}") for number in range(30)]
    for _ in range(20_000):
        await anna.say()
        await anna.answered()
        if anna.refused:
            break
    assert anna.refused, "nothing was refused"
    for person in leaving:
        await anna.say()
        person.tells("send", channel="home", text="my last words")
        if ends:
            person.stops_sending()
        else:
            person.hang_up()
        await anna.say()
    await anna.answered()
    await until(lambda: _descriptors(one) <= descriptors, "their descriptors are free", WHOLE_SECONDS)

    resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    first = next(iter(anna.refused))

    async def stored() -> bool:
        await anna.say(first)
        await anna.answered()
        return first in anna.acked

    await until(stored, "storing again", WHOLE_SECONDS)
    assert (await operator.asks("status"))["people"] == 2
    there = {member["name"] for member in (await reader.asks("members", channel="home"))["members"] if member["here"]}
    assert there == {"Anna", "Reader"}
    for number in range(30):
        (await one.native_in("home", f"Guest{number}")).hang_up()
    await anna.go()
    reader.hang_up()
    operator.hang_up()


def _descriptors(server: ServerProcess) -> int:
    """Of connections: files of the store are opened when they are first read."""
    sockets = 0
    for number in os.listdir(f"/proc/{server.pid}/fd"):
        with suppress(FileNotFoundError):  # closed while they are counted
            sockets += os.readlink(f"/proc/{server.pid}/fd/{number}").startswith("socket:")
    return sockets


async def test_the_disk_is_full(server: Make) -> None:
    """A disk of 2 MiB that something else has filled; then that goes away."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    one = server()
    one.data.mkdir()
    mount = 'mount -t tmpfs -o size=2m,mode=700 none "$0" && exec "$@"'
    one.before = ["unshare", "--mount", "sh", "-c", mount, str(one.data)]
    one.start()
    one.says("admin_link")
    # The disk is mounted for the server alone; this is its view of it.
    disk = Path(f"/proc/{one.pid}/root{one.data}")
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4 * KIB))
        except OSError:
            file.truncate(max(0, file.tell() - 256 * KIB))

    def keep() -> None:
        # The disk goes with the server; what is on it is taken as it is, as another process would see it now.
        copy = one.data.with_name("copy")
        copy.mkdir(mode=0o700)
        for name in ("causerie.db", "causerie.db-wal"):
            (copy / name).write_bytes((disk / name).read_bytes())
        one.data = copy

    await talk_through(one, filler.unlink, keep)


@pytest.mark.parametrize(
    "fault",
    ["fdatasync:error=EIO:when=30..60", "pwrite64:error=ENOSPC:when=60..90", "pwrite64:error=EIO:when=100..160"],
    ids=["sync fails", "no space to write", "writing fails"],
)
async def test_calls_fail(server: Make, fault: str) -> None:
    """The system's own calls fail for a while, as with a bad disk: in every thread from its nth on."""
    # What is made at the first start is there before the fault.
    one = server().start()
    one.says("admin_link")
    one.stop()
    one.before = failing(fault)
    one.start()
    await talk_through(one, lambda: None)


def failing(fault: str) -> list[str]:
    """The program below which a server's calls fail like this."""
    name = fault.partition(":")[0]
    quiet = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", os.devnull]
    return [*quiet, "-e", f"trace={name}", "-e", f"inject={fault}"]


async def test_started_on_a_disk_that_fails(server: Make) -> None:
    """What was said can be read, though not even the administrator's link can be stored."""
    one = server().start()
    one.says("admin_link")
    anna = Sayer(one, "Anna")
    await anna.come()
    await anna.talk(most=20)
    await anna.answered()
    await anna.go()
    one.stop()
    with closing(sqlite3.connect(one.data / "causerie.db")) as file, file:
        file.execute("DELETE FROM invites")
    one.before = failing("fdatasync:error=EIO:when=1+")
    one.start()
    await until(lambda: "no administrator's link" in one.log(), "the log says that there is no link")
    reader = await one.native()
    await reader.logs_in("Reader")
    compare(await everything(reader, "home"), anna)
    reader.tells("quit")
    assert one.alive()
