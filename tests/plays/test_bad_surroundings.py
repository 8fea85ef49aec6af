"""The command line where the machine is against it: one sentence and an exit status, and never "this is a bug"."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.address import Address
from causerie.config.settings import Config, Server
from causerie.data_directory import CannotStart

SECONDS = 60


def causerie(
    *words: str | bytes | Path, files: int = 0, before: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command, to its end. `files`: so many descriptors are all that it gets."""

    def limit() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    return subprocess.run(
        [*before, sys.executable, "-m", "causerie", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        timeout=SECONDS,
        check=False,
        preexec_fn=limit,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """It failed with one line of its own on standard error."""
    assert done.returncode in (1, 2), done
    own = [line for line in done.stderr.splitlines() if line.startswith("causerie:")]
    assert len(own) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "this is a bug" not in done.stderr
    return own[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with an account in it."""
    path = tmp_path / "data"
    path.mkdir()
    made = subprocess.run(
        [sys.executable, "-m", "causerie", "account", "add", "ben", "--data", path],
        input="seven quiet herons\n", capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return path


@pytest.mark.parametrize(
    "words",
    [
        (b"serve", b"--data", b"/tmp/caf\xe9"),
        (b"account", b"add", b"ren\xe9e"),
        (b"talk", b"localhost:5000", b"--name", b"ren\xe9e"),
        (b"db", b"backup", b"/tmp/caf\xe9"),
        (b"\xff",),
    ],
)
@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX"])
def test_arguments_that_are_not_utf8(words: tuple[bytes, ...], locale: str) -> None:
    assert "is not UTF-8" in sentence(causerie(*words, LC_ALL=locale))


def test_a_backup_into_a_directory_that_is_not_there(data: Path, tmp_path: Path) -> None:
    said = sentence(causerie("db", "backup", tmp_path / "no/backup", "--data", data))
    assert str(tmp_path / "no") in said
    assert "disk" not in said


def test_a_data_directory_whose_socket_has_too_long_a_path(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    said = sentence(causerie("serve", "--listen", "127.0.0.1:0", "--data", deep))
    assert "107" in said or "103" in said
    assert "--data" in said


@pytest.mark.parametrize("files", [7, 9, 11, 13, 15, 17])
def test_descriptors_run_out_at_the_first_start(files: int, tmp_path: Path) -> None:
    assert sentence(causerie("serve", "--listen", "127.0.0.1:0", "--data", tmp_path / "new", files=files))


@pytest.mark.parametrize("call", ["pread64", "fdatasync", "openat"])
@pytest.mark.parametrize("command", [("serve", "--listen", "127.0.0.1:0"), ("db", "check"), ("account", "list")])
def test_the_disk_cannot_be_read(call: str, command: tuple[str, ...], data: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    store = str(data / "causerie.db")
    before = ("timeout", "-s", "INT", "20", "strace", "-f", "-qq", "-o", "/dev/null", "-P", store, "-e",
              f"inject={call}:error=EIO")  # fmt: skip
    done = causerie(*command, "--data", data, before=before)
    assert "this is a bug" not in done.stderr
    assert "Traceback" not in done.stderr
    if call != "fdatasync":
        assert sentence(done)


@pytest.mark.parametrize(
    "words", [("serve", "--listen", "127.0.0.1:0"), ("db", "check"), ("account", "list"), ("status",)]
)
@pytest.mark.parametrize("what", ["a file for the directory", "a directory for the store", "a directory for the lock"])
def test_the_wrong_kind_of_thing_is_there(words: tuple[str, ...], what: str, tmp_path: Path) -> None:
    place = tmp_path / "data"
    if what.startswith("a file"):
        place.write_text("")
    else:
        (place / ("causerie.db" if "store" in what else "lock")).mkdir(parents=True)
    done = causerie(*words, "--data", place)
    if words == ("status",):
        assert done.returncode == 3
    else:
        sentence(done)


async def test_a_port_that_nobody_asked_for_gives_way(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        config = Config(server=Server(listen=(Address("127.0.0.1", taken),)))
        server = await bootstrap.start(config, tmp_path / "data", port_asked=False)
        try:
            ports = {address.port for address in server.identity.listening}
            assert len(ports) == 1
            assert taken < min(ports) <= taken + bootstrap.NEXT_PORTS
            assert f":{min(ports)}/" in server.identity.link("0" * 32, False)
        finally:
            await server.stop()
        with pytest.raises(CannotStart, match=f"127.0.0.1:{taken}"):
            await bootstrap.start(config, tmp_path / "data")
