"""A program in a terminal of its own (tmux), driven by keys and read as somebody sees it."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence

import pytest

from tests.server_process import until

SECONDS = 20.0
"""Until a program has shown what is waited for."""

_TELLS_ITS_END = 'trap : INT; "$@"; echo "ended with status $?"; read -r _'
"""A shell's program that runs another one and says how that ended: tmux 3.3 now and then misses the end of a child."""

_numbers = itertools.count(1)


def needs(*programs: str) -> None:
    """Skip where one of these is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


class Terminal:
    """See the module: `with Terminal("anna", ["program", "argument"]) as anna:`; `name` is said when a wait fails."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        needs("tmux", command[0])
        self.name = name
        self._command = command
        self._environment = {**os.environ, **(environment or {}), "LC_ALL": "C.UTF-8", "TERM": "screen"}
        self._environment.pop("TMUX", None)
        self._tmux = ["tmux", "-f", "/dev/null", "-L", f"causerie-{os.getpid()}-{next(_numbers)}"]

    def __enter__(self) -> Terminal:
        program = ["sh", "-c", _TELLS_ITS_END, "sh", *self._command]
        options = [";", "set-option", "-g", "history-limit", "5000"]
        command = [*self._tmux, "new-session", "-d", "-x", "180", "-y", "200", *program, *options]
        subprocess.run(command, check=True, env=self._environment)
        return self

    def __exit__(self, *why: object) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def types(self, line: str) -> None:
        """A line, and Enter."""
        subprocess.run([*self._tmux, "send-keys", "-l", line], check=True)
        self.presses("Enter")

    def presses(self, *keys: str) -> None:
        """Keys by tmux's names for them, or text."""
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def pastes(self, text: str) -> None:
        """Text from a clipboard, as terminals tell it to programs that ask for that (bracketed paste)."""
        subprocess.run([*self._tmux, "load-buffer", "-"], check=True, input=text.encode())
        subprocess.run([*self._tmux, "paste-buffer", "-p"], check=True)

    def screen(self) -> str:
        """What one sees, and what has scrolled away."""
        shown = subprocess.run([*self._tmux, "capture-pane", "-p", "-J", "-S", "-"], check=True, capture_output=True)
        return shown.stdout.decode()

    async def sees(self, wanted: str, times: int = 1) -> None:
        """A line like this comes to be on the screen, so many times. `*` stands for anything."""
        pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))))
        try:
            shown = f"{self.name} sees {wanted!r}"
            await until(lambda: len(pattern.findall(self.screen())) >= times, shown, SECONDS, every=0.1)
        except AssertionError:
            raise AssertionError(f"{self.name} was to see {wanted!r} and saw:\n{self.screen()}") from None
