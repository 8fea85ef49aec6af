"""A desktop session of its own for a test: a real session bus, and what runs on it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

PATIENCE = 20.0

CONFIGURATION = """<busconfig>
  <type>session</type>
  <listen>unix:path={bus}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
"""Of the bus: it starts no program by itself, whatever this machine has."""


class DesktopSession:
    """`with DesktopSession(directory) as session:`; `environment`: what programs in it are given beside their own."""

    def __init__(self, directory: Path) -> None:
        self.environment: dict[str, str] = {}
        self._directory = directory
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        runtime = self._directory / "runtime"
        runtime.mkdir(parents=True, mode=0o700)
        bus = runtime / "bus"
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}",
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_DATA_HOME": str(self._directory / "share"),
            "XDG_CONFIG_HOME": str(self._directory / "config"),
            "XDG_CACHE_HOME": str(self._directory / "cache"),
        }
        configuration = self._directory / "bus.conf"
        configuration.write_text(CONFIGURATION.format(bus=bus))
        self.run("dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile")
        until(lambda: _answers(bus), "the session bus")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._running):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            if process.poll() is None:
                process.kill()
                process.wait()

    def run(self, *command: str, typed: bytes = b"", **environment: str) -> subprocess.Popen[bytes]:
        """A program that goes on until the session ends; `typed` is what it reads."""
        if shutil.which(command[0]) is None:
            pytest.skip(f"not installed: {command[0]}")
        process = subprocess.Popen(
            command,
            env={**os.environ, **self.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._running.append(process)
        assert process.stdin is not None
        process.stdin.write(typed)
        process.stdin.close()
        return process

    def owns(self, name: str) -> None:
        """Wait until some program is there under this name."""
        from jeepney import message_bus
        from jeepney.io.blocking import open_dbus_connection

        with contextlib.closing(open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"])) as connection:
            until(
                lambda: bool(connection.send_and_get_reply(message_bus.NameHasOwner(name)).body[0]),
                f"{name} on the bus",
            )

    def keyring(self) -> None:
        """GNOME's, unlocked."""
        self.run("gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground", typed=b"a password")
        self.owns("org.freedesktop.secrets")


@contextmanager
def inside(session: DesktopSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is a program of the session."""
    with monkeypatch.context() as patch:
        for name, value in session.environment.items():
            patch.setenv(name, value)
        yield


def _answers(address: Path) -> bool:
    """The file is there before anybody listens."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def until(so: object, what: str) -> None:
    """Wait until something is so."""
    assert callable(so)
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} s"
        time.sleep(0.02)
