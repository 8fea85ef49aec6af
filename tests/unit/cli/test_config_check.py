"""`causerie config check` opens what the server would open."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from causerie.certs.certificate import CERTIFICATE, KEY, make_certificate


def check(tmp_path: Path, text: str) -> tuple[int, str]:
    """Its exit status, and what it said."""
    file = tmp_path / "causerie.toml"
    file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "causerie", "config", "check", str(file)],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def settings(tmp_path: Path, more: str = "", port: int = 0) -> str:
    return f'[server]\ndata = "{tmp_path / "data"}"\nlisten = ["127.0.0.1:{port}"]\n{more}\n'


def test_all_is_there(tmp_path: Path) -> None:
    assert check(tmp_path, settings(tmp_path))[0] == 0


@pytest.mark.parametrize("damage", ["absent", "a directory", "empty", "another's key"])
def test_a_key_that_cannot_be_used(tmp_path: Path, damage: str) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_certificate(tmp_path / name, ["localhost"], datetime.now(UTC))
    key = tmp_path / "one" / KEY
    if damage == "another's key":
        key.write_bytes((tmp_path / "two" / KEY).read_bytes())
    elif damage == "empty":
        key.write_bytes(b"")
    else:
        key.unlink()
        if damage == "a directory":
            key.mkdir()
    tls = f'[tls]\ncertificate = "{tmp_path / "one" / CERTIFICATE}"\nkey = "{key}"\n'
    status, said = check(tmp_path, settings(tmp_path, tls))
    assert status == 2, said
    assert str(key) in said
    line = 5 if damage == "another's key" else 6
    assert f"causerie.toml:{line}: tls.{'certificate' if line == 5 else 'key'}: " in said


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, said = check(tmp_path, settings(tmp_path, port=port))
    assert status == 2
    assert f"causerie.toml:3: server.listen: cannot listen on 127.0.0.1:{port}" in said


def test_a_file_in_the_place_of_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    status, said = check(tmp_path, settings(tmp_path))
    assert status == 2
    assert f"causerie.toml:2: server.data: {tmp_path / 'data'}" in said


def test_a_port_under_server(tmp_path: Path) -> None:
    status, said = check(tmp_path, "[server]\nport = 6000\n")
    assert status == 2
    assert "listen" in said
    assert "irc" not in said
