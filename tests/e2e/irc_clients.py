"""Real IRC clients, from Debian, as somebody would use them: irssi in a terminal, WeeChat without one.

They are skipped where they are not installed; in CI that fails the run.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from pathlib import Path

from causerie.address import Address
from tests.e2e.terminal import SECONDS, Terminal, needs
from tests.server_process import until

_IRSSI = """\
servers = ({{ address = "{host}"; port = "{port}"; chatnet = "test"; use_tls = "no"; autoconnect = "yes"; }});
chatnets = {{ test = {{ type = "IRC"; }}; }};
channels = ({{ name = "#home"; chatnet = "test"; autojoin = "yes"; }});
settings = {{
  core = {{ real_name = "{nick}"; user_name = "{nick}"; nick = "{nick}"; server_reconnect_time = "1s"; }};
  "fe-common/core" = {{ autocreate_windows = "no"; term_charset = "utf-8"; }};
}};
"""


class Irssi(Terminal):
    """irssi in a terminal of its own: it connects, and comes into #home. `with Irssi(...) as ann:`"""

    def __init__(self, home: Path, address: Address, nick: str) -> None:
        needs("irssi")
        home.mkdir()
        (home / "config").write_text(_IRSSI.format(host=address.host, port=address.port, nick=nick))
        super().__init__(nick, ["irssi", f"--home={home}"])


class WeeChat:
    """WeeChat without a terminal: what it would show is in its log, and it is told by its FIFO what to do."""

    def __init__(self, home: Path, address: Address, nick: str) -> None:
        needs("weechat-headless")
        self.nick = nick
        self._home = home
        self._fifo = home / "fifo"
        settings = {
            "fifo.file.path": str(self._fifo),
            "logger.file.flush_delay": "0",
            "logger.file.path": str(home / "logs"),
            "irc.server_default.autoreconnect_delay": "1",
        }
        commands = [f"/set {name} {value}" for name, value in settings.items()]
        commands.append("/fifo enable")
        commands.append(
            f"/server add test {address.host}/{address.port} -notls -nicks={nick} -username={nick} -autojoin=#home"
        )
        self._command = ["weechat-headless", "--stdout", "--dir", str(home)]
        for command in [*commands, "/connect test"]:
            self._command += ["--run-command", command]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WeeChat:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self

    def __exit__(self, *why: object) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(SECONDS)

    def types(self, line: str) -> None:
        """A line in #home."""
        # Not made if it is not there: it would be a file then, and WeeChat could not make its FIFO.
        with open(os.open(self._fifo, os.O_WRONLY), "w") as fifo:
            fifo.write(f"irc.test.#home *{line}\n")

    def log(self) -> str:
        """What it has shown in #home."""
        path = self._home / "logs" / "irc.test.#home.weechatlog"
        return path.read_text() if path.exists() else ""

    async def sees(self, wanted: str, times: int = 1) -> None:
        """A line like this comes to be in the log, so many times. `*` stands for anything."""
        await _seen(self.nick, self.log, wanted, times)


async def _seen(nick: str, shown: object, wanted: str, times: int) -> None:
    assert callable(shown)
    pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))))
    try:
        await until(lambda: len(pattern.findall(shown())) >= times, f"{nick} sees {wanted!r}", SECONDS, every=0.1)
    except AssertionError:
        raise AssertionError(f"{nick} was to see {wanted!r} and saw:\n{shown()}") from None
