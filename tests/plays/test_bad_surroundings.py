"""The command line where the machine is against it: one sentence and an exit status, and never "this is a bug"."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.address import Address
from causerie.cli.main import main
from causerie.config.settings import Config, Server
from causerie.data_directory import CannotStart
from causerie.socket_path import LENGTH_MOST
from tests.server_process import ServerProcess

SECONDS = 60

SERVE = ("serve", "--listen", "127.0.0.1:0")

NOBODY = ("unshare", "--user", "--map-user=54321")
"""Runs a command as a user that the system does not know, without root's right to pass over permissions."""


def causerie(
    *words: str | bytes | Path,
    files: int = 0,
    closed: Sequence[int] = (),
    before: Sequence[str] = (),
    without: Sequence[str] = (),
    stdout: int = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """A command, to its end. `files`: so many descriptors are all that it gets. `closed`: of the first three.

    `without`: variables of the environment that it does not get.
    """

    def limit() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        for number in closed:
            os.close(number)

    inherited = {key: value for key, value in os.environ.items() if key not in without}
    return subprocess.run(
        [*before, sys.executable, "-m", "causerie", *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, "LC_ALL": "C.UTF-8", **environment},
        timeout=SECONDS,
        check=False,
        preexec_fn=limit,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """It failed with one line of its own on standard error."""
    assert done.returncode in (1, 2), done
    return only_line(done.stderr)


def only_line(text: str) -> str:
    """The one line that a failure is."""
    own = [line for line in text.splitlines() if line.startswith("causerie:")]
    assert len(own) == 1, text
    assert "Traceback" not in text
    assert "this is a bug" not in text
    return own[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with an account in it, to be copied."""
    path = tmp_path_factory.mktemp("made") / "data"
    path.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "causerie", "account", "add", "ben", "--data", path],
        input="seven quiet herons\n", capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A store with an account in it."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("C.UTF-8", (b"serve", b"--data", b"/tmp/caf\xe9")),
        ("C", (b"account", b"add", b"ren\xe9e")),
        ("POSIX", (b"talk", b"localhost:5000", b"--name", b"ren\xe9e")),
        ("C", (b"db", b"backup", b"/tmp/caf\xe9")),
        ("C.UTF-8", (b"\xff",)),
    ],
)
def test_arguments_that_are_not_utf8(words: tuple[bytes, ...], locale: str) -> None:
    assert "is not UTF-8" in sentence(causerie(*words, LC_ALL=locale))


@pytest.mark.parametrize("locale", ["C", "fr_FR.ISO-8859-1"])
def test_french_names_where_the_locale_has_no_accents(locale: str, data: Path) -> None:
    said = sentence(causerie("account", "disable", "Zoë-Éléonore", "--data", data, LC_ALL=locale, LANGUAGE="fr"))
    assert "Zoë-Éléonore" in said


def test_a_backup_into_a_directory_that_is_not_there(data: Path, tmp_path: Path) -> None:
    said = sentence(causerie("db", "backup", tmp_path / "no/backup", "--data", data))
    assert str(tmp_path / "no") in said
    assert "disk" not in said


def test_a_data_directory_deeper_than_a_socket_s_path_is_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    deep.parent.mkdir()
    assert len(os.fsencode(deep)) > LENGTH_MOST
    server = ServerProcess(deep).start()
    try:
        status = causerie("status", "--json", "--data", deep)
        assert json.loads(status.stdout)["running"] is True, status
        assert causerie("invite", "create", "--data", deep).returncode == 0
        assert (deep / "control.sock").stat().st_mode & 0o777 == 0o600
        assert server.stop() == 0
        assert not (deep / "control.sock").exists()
    finally:
        server.end()
    assert causerie("status", "--data", deep).returncode == 3


@pytest.mark.parametrize("files", [7, 11, 15])
def test_descriptors_run_out_at_the_first_start(files: int, tmp_path: Path) -> None:
    assert sentence(causerie(*SERVE, "--data", tmp_path / "new", files=files))


@pytest.mark.parametrize(
    ("call", "command"),
    [("pread64", SERVE), ("pread64", ("db", "check")), ("openat", ("account", "list")), ("openat", SERVE),
     ("fdatasync", ("account", "disable", "ben"))],
)  # fmt: skip
def test_the_disk_cannot_be_read(call: str, command: tuple[str, ...], data: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    before = ("strace", "-f", "-qq", "-o", "/dev/null", "-P", str(data / "causerie.db"),
              "-P", str(data / "causerie.db-wal"), "-e", f"inject={call}:error=EIO")  # fmt: skip
    assert sentence(causerie(*command, "--data", data, before=before))


def occupy(what: str, place: Path) -> None:
    """Something else is where the data is kept."""
    if what == "a file for the directory":
        place.write_text("")
    else:
        (place / what).mkdir(parents=True)


WRONG = ["a file for the directory", "causerie.db", "lock"]


@pytest.mark.parametrize("what", WRONG)
def test_the_server_finds_the_wrong_kind_of_thing(what: str, tmp_path: Path) -> None:
    occupy(what, tmp_path / "data")
    sentence(causerie(*SERVE, "--data", tmp_path / "data"))


@pytest.mark.parametrize("words", [("db", "check"), ("account", "list"), ("status",)])
@pytest.mark.parametrize("what", WRONG)
def test_a_command_finds_the_wrong_kind_of_thing(
    words: tuple[str, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupy(what, tmp_path / "data")
    status = main([*words, "--data", str(tmp_path / "data")])
    if words == ("status",):
        assert status == 3
    else:
        assert status == 1
        only_line(capsys.readouterr().err)


@pytest.mark.parametrize("words", [SERVE, ("status",), ("talk", "localhost:1", "--guest")])
def test_a_user_without_a_home(words: tuple[str, ...], tmp_path: Path) -> None:
    """As containers make them: a number without a name. With a directory named it does without one."""
    without = ["HOME", *(name for name in os.environ if name.startswith("XDG_"))]
    assert "HOME" in sentence(causerie(*words, before=NOBODY, without=without))
    if words == ("status",):
        assert causerie(*words, "--data", tmp_path, before=NOBODY, without=without).returncode == 3


@pytest.mark.parametrize("words", [SERVE, ("db", "check")])
def test_a_store_that_one_may_only_read(words: tuple[str, ...], data: Path) -> None:
    for path in (data, *data.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    said = sentence(causerie(*words, "--data", data, before=NOBODY))
    assert str(data) in said
    assert os.strerror(13) in said


COMMANDS = [("--version",), ("account", "list"), ("status",)]


@pytest.mark.parametrize("words", COMMANDS)
def test_nobody_reads_what_a_command_prints(words: tuple[str, ...], data: Path) -> None:
    """Its reader has gone (`| head`), its disk is full, or its output was closed (`>&-`)."""
    there = () if words[0].startswith("-") else ("--data", str(data))
    end, pipe = os.pipe()
    os.close(end)
    try:
        gone = causerie(*words, *there, stdout=pipe)
    finally:
        os.close(pipe)
    assert gone.stderr == ""
    closed = causerie(*words, *there, closed=(1,))
    assert closed.returncode in (0, 3), closed
    assert closed.stderr == ""


def test_a_server_whose_first_descriptors_were_closed(tmp_path: Path) -> None:
    """Nothing of its own gets their numbers: what is printed there would go into the store."""
    data = tmp_path / "data"
    errors = tmp_path / "errors"
    with errors.open("wb") as stderr:
        one = subprocess.Popen(
            [sys.executable, "-m", "causerie", *SERVE, "--data", data],
            stderr=stderr, env={**os.environ, "LC_ALL": "C.UTF-8"}, preexec_fn=lambda: os.closerange(0, 2),
        )  # fmt: skip
        try:
            answers(data)
            for number in (0, 1):
                assert os.readlink(f"/proc/{one.pid}/fd/{number}") == os.devnull
            one.send_signal(signal.SIGTERM)
            assert one.wait(SECONDS) == 0, errors.read_text()
        finally:
            one.kill()
            one.wait()
    assert causerie("db", "check", "--data", data).returncode == 0


def answers(data: Path) -> None:
    """Wait until a server answers there."""
    for _ in range(SECONDS):
        if causerie("status", "--data", data).returncode == 0:
            return
    raise AssertionError("no server answers")


def test_a_server_whose_output_nobody_reads_ends_as_after_a_signal(tmp_path: Path) -> None:
    end, pipe = os.pipe()
    os.close(end)
    try:
        done = causerie(*SERVE, "--data", tmp_path / "data", stdout=pipe)
    finally:
        os.close(pipe)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data/control.sock").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Callable[[int, str], list[str]]:
    """A program that runs another with a file system of so many KiB at a place, `keep` of it copied there first."""

    def before(kib: int, keep: str = "") -> list[str]:
        place = tmp_path / "small"
        place.mkdir()
        copied = f"cp -a {keep}/. {place} && " if keep else ""
        script = f'mount -t tmpfs -o size={kib}k,mode=700 tmpfs {place} && {copied}exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh"]

    return before


@pytest.mark.parametrize("kib", [4, 48, 100])
def test_the_disk_is_full_at_the_first_start(
    kib: int, small_disk: Callable[[int, str], list[str]], tmp_path: Path
) -> None:
    before = small_disk(kib, "")
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may mount nothing")
    said = sentence(causerie(*SERVE, "--data", tmp_path / "small", before=[*before, "timeout", "-s", "INT", "20"]))
    assert "this is a bug" not in said


def test_a_machine_whose_name_is_no_host_name(tmp_path: Path) -> None:
    """64 letters, as containers are called: the longest that the system takes, and more than a label may have."""
    script = 'printf %s "$0" >/proc/sys/kernel/hostname && exec "$@"'
    before = ("unshare", "--uts", "sh", "-c", script, "a" * 64)
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may give the machine no name")
    server = ServerProcess(tmp_path / "data", before=before).start()
    try:
        assert server.says("admin_link")
        assert server.stop() == 0
    finally:
        server.end()


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
