"""What is stored is damaged by hand, in twenty ways: the server does not start on it, and says what is missing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.address import Address
from causerie.cli.main import main
from causerie.config.settings import Config, Server
from causerie.data_directory import CannotStart
from tests.faults.sayers import Sayer
from tests.server_process import CONFIG, ServerProcess

pytestmark = pytest.mark.faults

MESSAGES = 300
SECONDS = 60

Damage = Callable[[Path], None]


def cut(name: str, share: float) -> Damage:
    """Leave only the first part of a file; a share above 1: all but so many bytes."""

    def damage(data: Path) -> None:
        size = (data / name).stat().st_size
        os.truncate(data / name, int(size * share) if share < 1 else size - int(share))

    return damage


def flip(name: str, share: float) -> Damage:
    """Turn the bits of eight bytes around."""

    def damage(data: Path) -> None:
        content = bytearray((data / name).read_bytes())
        at = int(len(content) * share)
        content[at : at + 8] = bytes(byte ^ 0xFF for byte in content[at : at + 8])
        (data / name).write_bytes(content)

    return damage


def remove(*names: str) -> Damage:
    """These files are gone."""

    def damage(data: Path) -> None:
        for name in names:
            (data / name).unlink()

    return damage


DB, LOG = "causerie.db", "causerie.db-wal"

KILLED: dict[str, Damage] = {
    **{f"log cut at {share}": cut(LOG, share) for share in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9)},
    "log cut near its end": cut(LOG, 0.95),
    **{f"log flipped at {share}": flip(LOG, share) for share in (0.0, 0.2, 0.4, 0.6, 0.8)},
    "log removed": remove(LOG),
    "database removed": remove(DB),
    "database and log removed": remove(DB, LOG),
    "database emptied": cut(DB, 0.0),
}
"""Of a server that was killed: the newest is in the write-ahead log."""

STOPPED: dict[str, Damage] = {
    "database removed, only the search index there": remove(DB, "acknowledged"),
    "database removed, only the note there": remove(DB, "search.db"),
    "database emptied": cut(DB, 0.0),
    "database cut in half": cut(DB, 0.5),
    "database's head flipped": flip(DB, 0.0),
}
"""Of one that was stopped: all is in the database."""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a server that was killed, `killed`, and of one that was stopped, `stopped`."""
    folder = tmp_path_factory.mktemp("left")

    async def talk(server: ServerProcess) -> None:
        sayer = Sayer(server, "Anna")
        await sayer.come()
        await sayer.talk(most=MESSAGES)
        await sayer.answered()
        assert len(sayer.acked) == MESSAGES
        await sayer.go()
        reader, writer = await server.connect()
        for command in (
            {"do": "hello", "version": 1},
            {"do": "login", "name": "Bert", "guest": True},
            {"do": "join", "channel": "home"},
            {"do": "search", "text": "anna"},
        ):
            writer.write(json.dumps({**command, "id": 1}).encode() + b"\n")
            while json.loads(await asyncio.wait_for(reader.readline(), SECONDS)).get("re") != 1:
                pass
        writer.close()

    for name in ("killed", "stopped"):
        server = ServerProcess(folder / name, CONFIG).start()
        try:
            asyncio.run(talk(server))
            if name == "killed":
                server.kill()
            else:
                assert server.stop() == 0
        finally:
            server.end()
    assert (folder / "stopped/search.db").exists()
    return folder


Causerie = Callable[..., tuple[int, str]]


@pytest.fixture
def causerie(thorough: bool, capsys: pytest.CaptureFixture[str]) -> Causerie:
    """Runs a command to its end: its exit status, and what it said. In brief in this process, which is quicker."""

    def in_a_process(*words: str, data: Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "causerie", *words, "--data", str(data)],
            capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=SECONDS, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def in_here(*words: str, data: Path) -> tuple[int, str]:
        if words[0] == "serve":
            return serve(data)
        status = main([*words, "--data", str(data)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return in_a_process if thorough else in_here


def serve(data: Path) -> tuple[int, str]:
    """As `causerie serve` would begin: 0, or 1 and why not."""

    async def start() -> None:
        server = await bootstrap.start(Config(server=Server(listen=(Address("127.0.0.1", 0),))), data)
        await server.stop()

    try:
        asyncio.run(start())
    except CannotStart as error:
        return 1, str(error)
    return 0, ""


def refused(done: tuple[int, str]) -> str:
    """It failed with a sentence, which names the database."""
    status, said = done
    assert status == 1, said
    assert "Traceback" not in said
    assert "bug" not in said
    assert DB in said or "This store is damaged" in said
    return said


WAYS = [("killed", name) for name in KILLED] + [("stopped", name) for name in STOPPED]


@pytest.mark.parametrize(("ended", "way"), WAYS)
def test_nothing_is_served_as_if_it_were_whole(
    ended: str, way: str, left: Path, tmp_path: Path, causerie: Causerie
) -> None:
    data = tmp_path / "data"
    shutil.copytree(left / ended, data, ignore=shutil.ignore_patterns("control.sock"))
    {"killed": KILLED, "stopped": STOPPED}[ended][way](data)
    refused(causerie("db", "check", data=data))
    said = refused(causerie("serve", "--listen", "127.0.0.1:0", data=data))
    if "half" not in way and "head" not in way:
        missing = re.search(r"(\d+) events? that (was|were) acknowledged", said)
        assert missing is not None, said
        assert 0 < int(missing[1]) <= MESSAGES + 3


@pytest.mark.parametrize("ended", ["killed", "stopped"])
def test_what_is_whole_is_served(ended: str, left: Path, tmp_path: Path, causerie: Causerie) -> None:
    """Also without the note, as a server of before has none, and from a backup that is older than the note."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    shutil.copytree(left / ended, data, ignore=shutil.ignore_patterns("control.sock"))
    assert causerie("db", "check", data=data)[0] == 0
    assert causerie("db", "backup", str(backup), data=data)[0] == 0
    note = data / "acknowledged"
    note.write_text(f"{int(note.read_text()) + 5:020d}\n")
    assert "5 events" in refused(causerie("db", "check", data=data))
    assert causerie("db", "restore", str(backup), data=data)[0] == 0
    assert causerie("db", "check", data=data)[0] == 0
    note.unlink(missing_ok=True)
    assert causerie("db", "check", data=data)[0] == 0
