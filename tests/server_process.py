"""A real server in a process of its own, for tests that kill it, starve it and look at it from outside.

`ServerProcess` starts `causerie serve`, if wanted below another program (strace, prlimit, unshare), waits for the line
that says where it listens, and always ends what it started: by process id, and reaped.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from causerie.address import Address
from tests.people import ClassicPerson, NativePerson

START_SECONDS = 30.0
"""Until it must listen; a busy machine and strace are no reason to fail sooner."""

CONFIG = """\
[accounts]
hash_memory = 8192
hash_passes = 1
[limits]
exempt = ["127.0.0.0/8", "::1"]
"""
"""Cheap hashing, and no bounds on rates for this machine: tests are quicker than people are."""

LINE_MOST = 1 << 24
"""The longest line that a client here reads: a page of history is one line."""

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class ServerProcess:
    """A server over the directory `data`. `config` is its settings file's text; None: no file, as installed.

    `before` is a program with its arguments to run it below; `environment` is added to this process's own. The log of
    all its runs is `log()`. It is not started by making it.
    """

    def __init__(
        self,
        data: Path,
        config: str | None = CONFIG,
        before: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1:0",
    ) -> None:
        self.data = data
        self.before = before
        self.environment = dict(environment or {})
        self.listen = listen
        self.pid = 0
        self.address = Address("", 0)
        self.status = 0
        """How the last run ended (a negative number: by that signal)."""
        self.started_in = 0.0
        """Seconds from starting the process until it listened."""
        self.said: list[dict[str, Any]] = []
        """The objects on its standard output so far, as far as they were waited for."""
        self._top: subprocess.Popen[bytes] | None = None
        self._connections: list[asyncio.StreamWriter] = []
        self._sockets: list[socket.socket] = []
        self._unread = b""
        self._log = data.with_name(data.name + ".log")
        self._config = data.with_name(data.name + ".toml")
        if config is not None:
            self._config.write_text(config)

    def start(self) -> ServerProcess:
        """Start it, and wait until it listens. Raises AssertionError with its log if it does not."""
        assert self._top is None, "it runs already"
        command = [*self.before, sys.executable, "-m", "causerie", "serve", "--json", "--data", str(self.data)]
        if self._config.exists():
            command += ["--config", str(self._config)]
        if self.listen:
            command += ["--listen", self.listen]
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._top = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "LC_ALL": "C.UTF-8", **self.environment},
            )
        self._unread = b""
        listening = self.says("listening")
        self.started_in = time.monotonic() - began
        self.pid = listening["pid"]
        self.address = Address.parse(listening["addresses"][0])
        return self

    def says(self, event: str) -> dict[str, Any]:
        """Wait until it has said this on standard output, and what."""
        assert self._top is not None
        assert self._top.stdout is not None
        until = time.monotonic() + START_SECONDS
        while True:
            line, end, rest = self._unread.partition(b"\n")
            if end:
                self._unread = rest
                told = json.loads(line)
                self.said.append(told)
                if told["event"] == event:
                    return dict(told)
                continue
            left = until - time.monotonic()
            ready, _, _ = select.select([self._top.stdout], [], [], max(left, 0))
            more = os.read(self._top.stdout.fileno(), 65536) if ready else b""
            if not more:
                self.end()
                raise AssertionError(f"the server did not say {event!r}; its log:\n{self.log()}")
            self._unread += more

    def kill(self) -> None:
        """kill -9, and reap it."""
        os.kill(self.pid, signal.SIGKILL)
        self._reap()

    def stop(self) -> int:
        """SIGTERM, and its exit status once it has ended."""
        assert self._top is not None
        os.kill(self.pid, signal.SIGTERM)
        self._top.wait(START_SECONDS)
        self._reap()
        return self.status

    def restart(self) -> None:
        """Start it again over the same data."""
        self.start()

    def end(self) -> None:
        """However it is: it is gone afterwards. May be called twice."""
        if self._top is None:
            return
        # What runs it (strace) ends with it; killed first it might leave it behind.
        if self.pid and self._top.poll() is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            else:
                self._reap()
                return
        self._top.kill()
        self._reap()

    def _reap(self) -> None:
        assert self._top is not None
        try:
            self.status = self._top.wait(10)
        except subprocess.TimeoutExpired:
            self._top.kill()
            self.status = self._top.wait()
        if self._top.stdout is not None:
            self._top.stdout.close()
        self._top, self.pid = None, 0

    def alive(self) -> bool:
        """Whether it runs."""
        return self._top is not None and self._top.poll() is None

    def log(self) -> str:
        """All that it logged, in all its runs."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def memory(self) -> int:
        """Bytes that it holds in memory (resident)."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_BYTES

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS

    def arguments(self) -> str:
        """Its command line, as everybody on the machine can read it."""
        return Path(f"/proc/{self.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        reader, writer = await asyncio.open_connection(self.address.host, self.address.port, limit=LINE_MOST)
        self._connections.append(writer)
        return reader, writer

    async def bare_socket(self, kept: int = 0) -> socket.socket:
        """A bare socket that reads only when asked. `kept`: bytes that the system keeps for it unread, about."""
        one = socket.socket()
        self.keep(one)
        if kept:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, kept)
        one.setblocking(False)
        await asyncio.get_running_loop().sock_connect(one, (self.address.host, self.address.port))
        return one

    def keep(self, one: socket.socket) -> None:
        """Close this socket when all is over."""
        self._sockets.append(one)

    async def hang_up(self) -> None:
        """Every connection that was made here breaks."""
        for writer in self._connections:
            writer.transport.abort()
        for one in self._sockets:
            one.close()
        self._connections.clear()
        self._sockets.clear()
        await asyncio.sleep(0)

    async def native(self) -> NativePerson:
        """Somebody who speaks the native protocol, and has said hello."""
        person = NativePerson(*await self.connect())
        await person.asks("hello", version=1)
        return person

    async def native_in(self, channel: str, name: str, **about: Any) -> NativePerson:
        """A guest in a channel, by the native protocol."""
        person = await self.native()
        await person.logs_in(name, **about)
        await person.joins(channel)
        return person

    async def classic(self) -> ClassicPerson:
        """Somebody who speaks the classic protocol."""
        return ClassicPerson(*await self.connect())

    async def operator(self) -> NativePerson:
        """The machine's own operator, on the control socket."""
        reader, writer = await asyncio.open_unix_connection(str(self.data / "control.sock"), limit=LINE_MOST)
        self._connections.append(writer)
        person = NativePerson(reader, writer)
        await person.asks("hello", version=1)
        return person


async def until(
    happens: Callable[[], bool | Awaitable[bool]], what: str, seconds: float = 10.0, every: float = 0.02
) -> float:
    """Wait until this is so, asking again and again; how long it took. Raises AssertionError after `seconds`."""
    began = time.monotonic()
    while True:
        answer = happens()
        if not isinstance(answer, bool):
            answer = await answer
        took = time.monotonic() - began
        if answer:
            return took
        assert took < seconds, f"not within {seconds:g} s: {what}"
        await asyncio.sleep(every)


async def everything(reader: NativePerson, channel: str) -> list[dict[str, Any]]:
    """All of a channel's log, read in pages of history, oldest first."""
    events: list[dict[str, Any]] = []
    while True:
        # Backwards from the newest page: `before` 0 is "not given".
        before = events[0]["number"] if events else 0
        page = await reader.asks("history", channel=channel, before=before, limit=200)
        events[:0] = page["events"]
        if not page.get("more"):
            return events
