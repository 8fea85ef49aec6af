"""The very first start is killed at one of its writes: the next one goes on from whatever is there."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from causerie import bootstrap
from causerie.address import Address
from causerie.cli.main import main
from causerie.config.settings import Config, Server

pytestmark = pytest.mark.faults

CALLS = "write,pwrite64,ftruncate,fsync,fdatasync,rename,unlink,bind,mkdir,fchmod,chmod,flock"
SECONDS = 60
LAST = 80
"""The last call of one thread at which it is killed."""

POINTS = [
    *((CALLS, number) for number in range(1, LAST, 24)),
    # The certificate is made in a thread, and strace counts for each.
    *((call, number) for call in ("fsync", "rename") for number in (1, 2)),
]
ALL_POINTS = [*((CALLS, number) for number in range(1, LAST)), *POINTS]


def killed_at(calls: str, number: int, data: Path) -> bool:
    """Start over `data`, to be killed at this one of such calls of a thread; whether it was."""
    done = subprocess.run(
        ["timeout", "-s", "INT", "30", "strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}",
         "-e", f"inject={calls}:signal=KILL:when={number}",
         sys.executable, "-P", "-m", "causerie", "serve", "--listen", "127.0.0.1:0", "--data", str(data)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode in (-9, 137)


async def comes_up(data: Path) -> None:
    """The server starts, has a certificate and a channel, and stops."""
    server = await bootstrap.start(Config(server=Server(listen=(Address("127.0.0.1", 0),))), data)
    try:
        await asyncio.to_thread(server.identity.context)
        assert len(server.identity.fingerprint()) == 64
        assert server.context.state.channel("home").name == "home"
    finally:
        await server.stop()


@pytest.mark.timeout(1800)
def test_the_next_start_goes_on(thorough: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is the last one: what was left half-written is gone."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tried = 0
    for at, (calls, number) in enumerate(ALL_POINTS if thorough else POINTS):
        data = tmp_path / str(at)
        if not killed_at(calls, number, data):
            continue
        tried += 1
        if data.exists():
            asyncio.run(comes_up(data))
            assert main(["db", "check", "--data", str(data)]) == 0, capsys.readouterr()
            left = {path.name for path in data.iterdir()}
            assert not [name for name in left if name.startswith(".")], f"{calls}, {number}: {left}"
    assert tried >= 5, "it was killed nowhere"
