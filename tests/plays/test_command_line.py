"""The command line as people use it: real processes, real sockets, a directory of their own."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from causerie import bootstrap, links
from causerie.address import Address
from causerie.certs.certificate import CERTIFICATE, KEY, make_certificate
from causerie.config.settings import Config, Server

PASSWORD = "seven quiet herons"
SECONDS = 30

Start = Callable[..., "Running"]


class Running:
    """A server process: what it said first, and how to end it."""

    def __init__(self, data: Path, environment: dict[str, str], *more: str, listen: bool = True) -> None:
        where = ["--listen", "127.0.0.1:0"] if listen else []
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-m", "causerie", "serve", "--data", str(data), "--json", *where, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.said, self.log = self.process.stdout, self.process.stderr
        first = self.said.readline()
        if not first:
            self.process.wait(SECONDS)
            pytest.fail(f"the server did not start: {self.log.read()}")
        self.listening: dict[str, Any] = json.loads(first)
        self.address = Address.parse(self.listening["addresses"][0])

    def link(self) -> str:
        """The administrator's link, which is said second at the very first start."""
        return str(json.loads(self.said.readline())["link"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it; the exit status, and what else it said on standard output."""
        self.process.send_signal(number)
        rest, _log = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, rest


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user of their own, who reads English."""
    home = tmp_path / "home"
    home.mkdir()
    keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**keep, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts servers, and ends those that a test leaves running."""
    servers: list[Running] = []

    def begin(data: Path, *more: str, listen: bool = True) -> Running:
        servers.append(Running(data, environment, *more, listen=listen))
        return servers[-1]

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command to its end."""

    def command(
        *words: str | Path, data: Path | None = None, given: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        place = ["--data", str(data)] if data is not None else []
        return subprocess.run(
            [sys.executable, "-m", "causerie", *map(str, words), *place],
            input=given,
            capture_output=True,
            text=True,
            env={**environment, **more},
            timeout=SECONDS,
            check=False,
        )

    return command


Run = Callable[..., subprocess.CompletedProcess[str]]


class Native:
    """A client of the native protocol, with nothing of causerie in it."""

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection((address.host, address.port), SECONDS)
        self._file = self._socket.makefile("rw", encoding="utf-8")

    def ask(self, **command: object) -> dict[str, Any]:
        """One command, and the line that answers it."""
        self._file.write(json.dumps({**command, "id": 1}) + "\n")
        self._file.flush()
        while True:
            line = self._file.readline()
            assert line, "the server hung up"
            answer: dict[str, Any] = json.loads(line)
            if answer.get("re") == 1:
                return answer

    def rest(self) -> list[dict[str, Any]]:
        """All that comes until the end."""
        lines = [json.loads(line) for line in self._file]
        self.close()
        return lines

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()


def only_line(text: str) -> str:
    """What was printed is one line, and no trace."""
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


def test_it_says_where_it_listens_first_and_stops_with_0(tmp_path: Path, start: Start) -> None:
    """`--json`: the first line tells a program all that it needs; SIGTERM ends it in order."""
    server = start(tmp_path / "data")
    assert server.listening["event"] == "listening"
    assert server.listening["data"] == str(tmp_path / "data")
    assert server.listening["pid"] == server.process.pid
    assert server.address.host == "127.0.0.1"
    server.link()
    assert server.stop()[0] == 0


def test_ctrl_c_stops_it_with_0(tmp_path: Path, start: Start) -> None:
    """SIGINT is the same as SIGTERM."""
    server = start(tmp_path / "data")
    server.link()
    assert server.stop(signal.SIGINT)[0] == 0


def test_the_administrators_link_is_printed_once(tmp_path: Path, start: Start) -> None:
    """The first start prints it, and the second does not: the first one's is still good."""
    server = start(tmp_path / "data")
    link = links.parse(server.link())
    assert link.kind == "admin"
    assert link.port == server.address.port
    assert server.stop() == (0, "")
    assert start(tmp_path / "data").stop() == (0, "")


def test_people_get_the_link_as_a_code_too(tmp_path: Path, environment: dict[str, str]) -> None:
    """On a terminal the link comes with a QR code; in a file there is no code to garble it."""
    ours, theirs = pty.openpty()
    server = subprocess.Popen(
        [sys.executable, "-m", "causerie", "serve", "--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0"],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    os.close(theirs)
    said = b""
    try:
        while b"Ctrl+C" not in said:
            said += os.read(ours, 65536)
    finally:
        server.terminate()
        os.close(ours)
        assert server.wait(SECONDS) == 0
    text = said.decode()
    assert text.count("causerie://127.0.0.1:") == 1, "the link, and nobody is told to make an argument of it"
    assert "talk -" in text
    assert len(re.findall("[█▀▄]{10,}", text)) > 10


def test_tls_works_from_the_first_moment_with_one_certificate(tmp_path: Path, start: Start) -> None:
    """Who connects while the certificate is being made gets that one; its fingerprint is the link's pin."""
    server = start(tmp_path / "data")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((server.address.host, server.address.port), SECONDS) as plain,
        context.wrap_socket(plain) as secure,
    ):
        shown = secure.getpeercert(True)
    assert shown is not None
    assert sha256(shown).hexdigest() == links.parse(server.link()).pin


async def test_many_threads_make_one_certificate(tmp_path: Path) -> None:
    """Four threads that need TLS at the same time are given the same context."""
    config = Config(server=Server(listen=(Address("127.0.0.1", 0),)))
    server = await bootstrap.start(config, tmp_path)
    with ThreadPoolExecutor(4) as threads:
        contexts = [work.result() for work in [threads.submit(server.identity.context) for _ in range(4)]]
    await server.stop()
    assert all(context is contexts[0] for context in contexts)


async def test_a_background_task_that_fails_stops_the_server(tmp_path: Path) -> None:
    """Nothing that serving needs dies unnoticed: the server wants to stop, and knows that it is broken."""
    config = Config(server=Server(listen=(Address("127.0.0.1", 0),)))
    server = await bootstrap.start(config, tmp_path)

    async def failing() -> None:
        raise RuntimeError("out of luck")

    server.run(failing())
    await server.stopping.wait()
    assert server.broken
    await server.stop()


def test_home_is_there_from_the_start(tmp_path: Path, start: Start) -> None:
    """A newcomer finds the home channel in the list before anybody has entered it."""
    native = Native(start(tmp_path / "data").address)
    native.ask(do="hello", version=1)
    native.ask(do="login", guest=True)
    assert [line["channel"] for line in native.ask(do="channels")["channels"]] == ["home"]
    native.close()


def test_those_who_are_connected_get_a_farewell(tmp_path: Path, start: Start) -> None:
    """The last line says that the server shuts down; the exit status is 0 all the same."""
    server = start(tmp_path / "data")
    native = Native(server.address)
    native.ask(do="hello", version=1)
    native.ask(do="login", guest=True)
    server.link()
    assert server.stop()[0] == 0
    assert native.rest()[-1] == {"is": "farewell", "channel": "", "code": "shutting_down"}
    assert not (tmp_path / "data" / "control.sock").exists(), "nobody listens there any more"


def test_hanging_up_reads_the_settings_again(tmp_path: Path, start: Start) -> None:
    """SIGHUP takes new settings over; a file that is wrong changes nothing, and is named in the log."""
    data = tmp_path / "data"
    data.mkdir()
    settings = data / "causerie.toml"
    settings.write_text('[server]\nlisten = ["127.0.0.1:0"]\n[limits]\nmessage_bytes = 1000\n')
    server = start(data, listen=False)
    server.link()
    most = []
    for text, word in (
        ("[limits]\nmessage_bytes = 2000\n", "read again"),
        ("[limits]\nmessage_bytes = 1\n", "causerie.toml:2"),
        (
            '[server]\nlisten = ["127.0.0.1:9"]\n[limits]\nmessage_bytes = 3000\n',
            "restart takes over what was changed of server.listen",
        ),
    ):
        native = Native(server.address)
        most.append(native.ask(do="hello", version=1)["message_bytes"])
        native.close()
        settings.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        while word not in (line := server.log.readline()):
            assert line, "the log ended"
    native = Native(server.address)
    most.append(native.ask(do="hello", version=1)["message_bytes"])
    native.close()
    assert most == [1000, 2000, 2000, 3000]


def test_hanging_up_a_hundred_times_at_once(tmp_path: Path, start: Start) -> None:
    """With a file that is right, one that is broken and one that is not there, in turn: nobody is dropped."""
    data = tmp_path / "data"
    data.mkdir()
    settings = data / "causerie.toml"
    right = '[server]\nlisten = ["127.0.0.1:0"]\n[limits]\nmessage_bytes = {}\n'
    settings.write_text(right.format(1000))
    server = start(data, listen=False)
    server.link()
    native = Native(server.address)
    native.ask(do="hello", version=1)
    for each in range(100):
        if each % 3 == 0:
            settings.write_text(right.format(1001 + each))
        elif each % 3 == 1:
            settings.write_text("[limits\n")
        else:
            settings.unlink()
        server.process.send_signal(signal.SIGHUP)
    settings.write_text(right.format(2000))
    server.process.send_signal(signal.SIGHUP)
    while (answer := native.ask(do="hello", version=1))["message_bytes"] != 2000:
        assert answer["is"] == "welcome"
    native.close()
    assert server.stop()[0] == 0


def test_a_port_in_use_is_named(tmp_path: Path, run: Run) -> None:
    """One line that says which, and what to do; exit status 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--listen", f"127.0.0.1:{port}", data=tmp_path / "data")
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in last_line(done.stderr)
    assert "--listen" in last_line(done.stderr)


def last_line(text: str) -> str:
    """The last line, where root was warned before; no trace anywhere."""
    assert "Traceback" not in text
    return text.splitlines()[-1]


def test_data_that_is_served_already(tmp_path: Path, start: Start, run: Run) -> None:
    """Two servers never share a directory."""
    start(tmp_path / "data")
    done = run("serve", "--listen", "127.0.0.1:0", data=tmp_path / "data")
    assert done.returncode == 1
    assert "already served" in last_line(done.stderr)


def test_data_that_cannot_be_written(tmp_path: Path, run: Run) -> None:
    """A file in the way is named, with what to do."""
    (tmp_path / "data").write_text("in the way")
    done = run("serve", "--listen", "127.0.0.1:0", data=tmp_path / "data")
    assert done.returncode == 1
    assert str(tmp_path / "data") in last_line(done.stderr)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--listen", "nowhere"), "HOST:PORT"),
        (("--config", "missing.toml"), "missing.toml"),
        (("--dta", "x"), "--dta"),
    ],
)
def test_what_is_asked_wrongly_exits_with_2(tmp_path: Path, run: Run, words: tuple[str, ...], wanted: str) -> None:
    """A mistake in the words or the settings is told from one of the machine."""
    done = run("serve", *words, data=tmp_path / "data")
    assert done.returncode == 2
    assert wanted in only_line(done.stderr)


def test_settings_that_are_wrong(tmp_path: Path, run: Run) -> None:
    """`serve` and `config check` say the same: file, line, setting."""
    bad = tmp_path / "bad.toml"
    bad.write_text("[server]\nnmae = 'x'\n")
    for words in (("serve", "--config", bad), ("config", "check", bad)):
        done = run(*words)
        assert done.returncode == 2
        assert f"{bad}:2: server.nmae" in only_line(done.stderr)
    bad.write_text("[server]\nname = 'x'\n")
    done = run("config", "check", bad)
    assert (done.returncode, done.stdout) == (0, f"{bad}: OK\n")


def test_a_second_start_reads_nothing_that_it_does_not_use(
    tmp_path: Path, start: Start, environment: dict[str, str]
) -> None:
    """The libraries that are slow to import wait until somebody needs them."""
    start(tmp_path / "data").stop()
    server = subprocess.Popen(
        [
            *(sys.executable, "-X", "importtime", "-m", "causerie", "serve", "--json"),
            *("--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert server.stdout is not None
    server.stdout.readline()
    server.terminate()
    _said, told = server.communicate(timeout=SECONDS)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines()}
    assert "causerie" in imported
    assert imported & {"cryptography", "alembic", "segno", "platformdirs", "precis_i18n", "tomllib", "click"} == set()


@pytest.mark.parametrize("served", [True, False], ids=["running", "not running"])
def test_accounts(tmp_path: Path, start: Start, run: Run, served: bool) -> None:
    """Adding, listing, changing and shutting out are the same whether the server runs or not."""
    data = tmp_path / "data"
    if served:
        start(data)
    added = run("account", "add", "alice", "--admin", data=data, given=PASSWORD + "\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert run("account", "add", "bob", data=data, given=PASSWORD + "\n").returncode == 0
    assert run("account", "disable", "bob", data=data).returncode == 0
    assert run("account", "role", "bob", "admin", data=data).returncode == 0
    assert run("account", "passwd", "bob", data=data, given="nine other geese\n").returncode == 0
    listed = run("account", "list", data=data).stdout.splitlines()
    assert [line.split()[:2] for line in listed[1:3]] == [
        ["alice", "administrator"],
        ["bob", "administrator"],
    ]
    assert run("account", "enable", "bob", data=data).returncode == 0
    lines = json.loads(run("account", "list", "--json", data=data).stdout)["accounts"]
    assert [(line["name"], line["admin"], line["disabled"]) for line in lines] == [
        ("alice", True, False),
        ("bob", True, False),
    ]


def test_a_refusal_is_a_sentence_for_people_and_a_code_for_programs(tmp_path: Path, start: Start, run: Run) -> None:
    """Standard error has the sentence, and with --json standard output has the code; exit status 1."""
    data = tmp_path / "data"
    server = start(data)
    for _ in ("running", "not running"):
        done = run("account", "add", "alice", "--json", data=data, given="short\n")
        assert done.returncode == 1
        assert "too short" in only_line(done.stderr)
        assert json.loads(done.stdout)["error"] == "weak_password"
        if server.process.poll() is None:
            server.stop()
    done = run("account", "disable", "nobody", data=data, LC_ALL="fr_FR.UTF-8")
    assert (done.returncode, done.stderr) == (1, "causerie: personne ne s’appelle nobody\n")


def test_no_password_is_not_an_account(tmp_path: Path, run: Run) -> None:
    """An empty standard input makes nothing."""
    done = run("account", "add", "alice", data=tmp_path / "data")
    assert done.returncode == 2
    assert "no password" in only_line(done.stderr)


def test_a_directory_that_was_mistyped_is_not_made(tmp_path: Path, run: Run) -> None:
    """Only what begins something makes a directory."""
    for words in (("account", "list"), ("db", "check"), ("invite", "list")):
        done = run(*words, data=tmp_path / "dta")
        assert done.returncode == 1
        assert "--data" in only_line(done.stderr)
    assert not (tmp_path / "dta").exists()


def test_invitations(tmp_path: Path, start: Start, run: Run) -> None:
    """A link is made, listed without its token, and revoked."""
    server = start(tmp_path / "data")
    server.link()
    made = json.loads(run("invite", "create", "--uses", "3", "--note", "friends", "--json", data=server.data).stdout)
    link = links.parse(made["link"])
    assert (link.kind, link.port) == ("invite", server.address.port)
    listed = run("invite", "list", data=server.data).stdout
    assert "friends" in listed
    assert link.token not in listed
    assert run("invite", "revoke", str(made["invite"]), data=server.data).returncode == 0
    assert "friends" not in run("invite", "list", data=server.data).stdout
    again = run("invite", "revoke", str(made["invite"]), data=server.data)
    assert again.returncode == 1
    assert str(made["invite"]) in only_line(again.stderr)


def test_status(tmp_path: Path, start: Start, run: Run) -> None:
    """Programs get figures; without a server the exit status is 3, as init scripts expect."""
    data = tmp_path / "data"
    assert run("status", data=data).returncode == 3
    server = start(data)
    done = run("status", "--json", data=data)
    assert done.returncode == 0
    status = json.loads(done.stdout)
    assert status["running"] is True
    assert status["status"]["store"] == "ready"
    assert status["status"]["channels"] == 1
    assert "home" not in run("status", data=data).stdout
    server.process.kill()
    server.process.wait()
    assert (data / "control.sock").exists(), "the socket that it left behind is nobody's"
    assert json.loads(run("status", "--json", data=data).stdout)["running"] is False


def test_status_says_where_it_listens(tmp_path: Path, start: Start, run: Run) -> None:
    """Each address, whether TLS is spoken there, and the protocols."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "causerie.toml").write_text(
        '[server]\nlisten = ["127.0.0.1:0"]\n'
        '[[listen]]\naddress = "127.0.0.1:0"\ntls = "always"\nprotocols = ["native"]\n'
        '[[irc.listen]]\nhost = "127.0.0.1"\nport = 0\ntls = false\nwebsocket = true\n'
    )
    server = start(data, listen=False)
    told = json.loads(run("status", "--json", data=data).stdout)["status"]["listening"]
    assert [one["address"] for one in told] == server.listening["addresses"]
    assert [(one["tls"], one["websocket"], one["protocols"]) for one in told] == [
        ("auto", "auto", ["classic", "native", "irc"]),
        ("always", "auto", ["native"]),
        ("never", "always", ["irc"]),
    ]
    said = run("status", data=data).stdout
    assert f"{server.listening['addresses'][1]}  native; TLS only\n" in said
    assert f"{server.listening['addresses'][2]}  irc; in clear only, WebSocket only\n" in said


@pytest.mark.parametrize(("made_days_ago", "says"), [(0, "ends on"), (40, "ended on")])
def test_a_certificate_that_ends_is_a_warning(
    tmp_path: Path, start: Start, run: Run, made_days_ago: int, says: str
) -> None:
    """At the start, in status and in config check, until another is in its place."""
    data, new = tmp_path / "data", tmp_path / "new"
    for folder in (data, new):
        folder.mkdir()
    now = datetime.now(UTC)
    make_certificate(data, ["localhost"], now - timedelta(days=made_days_ago), days=10)
    make_certificate(new, ["localhost"], now)
    settings = data / "causerie.toml"
    settings.write_text(f'[server]\ndata = "{data}"\nlisten = ["127.0.0.1:0"]\n')
    checked = run("config", "check", settings)
    assert (checked.returncode, checked.stdout) == (0, f"{settings}: OK\n")
    assert says in checked.stderr
    assert says in json.loads(run("config", "check", settings, "--json").stdout)["warning"]
    server = start(data, listen=False)
    server.link()
    while says not in (line := server.log.readline()):
        assert line, "the log ended"
    assert says in run("status", data=data).stdout
    for name in (KEY, CERTIFICATE):
        (new / name).replace(data / name)
    server.process.send_signal(signal.SIGHUP)
    while "read again" not in (line := server.log.readline()):
        assert line, "the log ended"
    assert "good until" in run("status", data=data).stdout
    until = json.loads(run("status", "--json", data=data).stdout)["status"]["certificate_until"]
    assert until == int((now + timedelta(days=3650)).timestamp()) * 1000


def test_a_backup_of_a_running_server_is_restored_elsewhere(tmp_path: Path, start: Start, run: Run) -> None:
    """What was acknowledged before the backup is there after it, in another directory."""
    server = start(tmp_path / "data")
    native = Native(server.address)
    native.ask(do="hello", version=1)
    native.ask(do="login", guest=True, name="wren")
    native.ask(do="join", channel="home")
    assert native.ask(do="send", channel="home", text="remember this")["is"] == "ack"
    copy = tmp_path / "copy.db"
    done = run("db", "backup", copy, data=server.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert run("db", "backup", copy, data=server.data).returncode == 1, "a file that is there is not overwritten"
    refused = run("db", "restore", copy, data=server.data)
    assert refused.returncode == 1
    assert "already served" in only_line(refused.stderr)
    native.close()

    other = tmp_path / "other"
    start(other).stop()
    (other / "search.db").write_text("stale")
    done = run("db", "restore", copy, data=other)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(other.glob("causerie.db.before-restore-*"))) == 1
    assert not (other / "search.db").exists()
    assert run("db", "check", data=other).returncode == 0
    native = Native(start(other).address)
    native.ask(do="hello", version=1)
    native.ask(do="login", guest=True)
    native.ask(do="join", channel="home")
    page = native.ask(do="history", channel="home")
    native.close()
    assert [event["text"] for event in page["events"] if event["is"] == "message"] == ["remember this"]


def test_a_damaged_backup_changes_nothing(tmp_path: Path, run: Run) -> None:
    """What is restored is checked first."""
    data = tmp_path / "data"
    run("account", "add", "alice", data=data, given=PASSWORD + "\n")
    before = (data / "causerie.db").read_bytes()
    bad = tmp_path / "bad.db"
    for content in (b"no database at all, only words", before[: len(before) // 2], b""):
        bad.write_bytes(content)
        done = run("db", "restore", bad, data=data)
        assert done.returncode == 1
        assert str(bad) in only_line(done.stderr)
    assert (data / "causerie.db").read_bytes() == before
    assert {path.name for path in data.iterdir()} <= {"causerie.db", "lock", "search.db"}


def test_a_newcomer_talks_with_the_printed_link(tmp_path: Path, start: Start, run: Run) -> None:
    """The link makes the account and lets one talk; later the password does, and what was said is shown."""
    server = start(tmp_path / "data")
    link = server.link()
    done = run(
        "talk",
        link,
        "--name",
        "alice",
        given=f"{PASSWORD}\nhello all\n/who\n/nonsense\n/me waves\n/topic tea\n/whois alice\n/help\n/quit\n",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "alice*" in done.stdout
    assert "there is no command /nonsense" in done.stdout
    assert re.search(r"^\d\d:\d\d \* alice waves$", done.stdout, re.MULTILINE)
    assert "* alice set the topic: tea" in done.stdout
    assert "alice: an administrator" in done.stdout
    assert "/react NUMBER EMOJI" in done.stdout
    again = run("talk", str(server.address), "--name", "alice", given=PASSWORD + "\n")
    assert (again.returncode, again.stderr) == (0, "")
    assert re.search(r"<alice> hello", again.stdout)
    used = run("talk", link, "--name", "bob", given=PASSWORD + "\n")
    assert used.returncode == 1
    assert "invitation" in only_line(used.stderr)
    wrong = run("talk", link.replace("pin=", "pin=0")[:-1], "--name", "bob", given=PASSWORD + "\n")
    assert wrong.returncode == 1
    assert "certificate" in only_line(wrong.stderr)


def test_the_secret_of_a_link_is_not_in_the_list_of_processes(
    tmp_path: Path, start: Start, environment: dict[str, str]
) -> None:
    """Every user of the machine can read the arguments of a program."""
    link = start(tmp_path / "data").link()
    command = [sys.executable, "-m", "causerie", "talk", link, "--name", "alice"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as talking:
        assert talking.stdin is not None
        assert talking.stdout is not None
        talking.stdin.write(PASSWORD + "\n")
        talking.stdin.flush()
        assert "alice" in talking.stdout.readline()
        shown = Path(f"/proc/{talking.pid}/cmdline").read_bytes().decode()
        assert shown.split("\0")[4] == link.partition("#")[0] + "#" + "*" * len(link.partition("#")[2])
        talking.communicate("/quit\n", timeout=SECONDS)


def test_two_talk(tmp_path: Path, start: Start, environment: dict[str, str]) -> None:
    """A guest hears what another one says, and is told why the server ends it."""
    server = start(tmp_path / "data")
    server.link()
    talk = [sys.executable, "-m", "causerie", "talk", str(server.address), "--guest", "--name"]
    pipes: dict[str, Any] = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "text": True,
        "env": environment,
    }
    with subprocess.Popen([*talk, "wren"], stderr=subprocess.PIPE, **pipes) as wren:
        assert wren.stdout is not None
        assert wren.stderr is not None
        try:
            while "-- home --" not in wren.stdout.readline():
                pass
            with subprocess.Popen([*talk, "heron"], **pipes) as heron:
                assert heron.stdin is not None
                assert "heron" in wren.stdout.readline()
                heron.stdin.write("good evening\n")
                heron.stdin.flush()
                assert "<heron> good evening" in wren.stdout.readline()
                heron.stdin.close()
                assert heron.wait(SECONDS) == 0
            server.stop()
            assert wren.wait(SECONDS) == 1
            assert "shutting down" in wren.stderr.read()
        finally:
            wren.kill()


def test_it_speaks_french(run: Run) -> None:
    """Help, argparse's own words and mistakes are in the reader's language."""
    said = run("--help", LC_ALL="fr_FR.UTF-8").stdout
    assert "affiche cette aide" in said
    assert "lance le serveur" in said
    assert "obligatoire" in only_line(run(LC_ALL="fr_FR.UTF-8").stderr)


def test_the_version(run: Run) -> None:
    """`--version` is one line for programs that look for it."""
    assert re.fullmatch(r"causerie \d+\.\d+\.\d+\S*\n", run("--version").stdout)
