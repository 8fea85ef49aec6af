"""A causerie server of a benchmark's own: on loopback, in a temporary folder, and what /proc says of it.

Linux only: see proc(5).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SETTINGS = """
[server]
log_level = "error"

[limits]
send_rate = 0
command_rate = 0
connections = 0
connections_address = 0
connections_address_10min = 0
login_seconds = 600
exempt = ["127.0.0.0/8"]

[channels]
history = true
"""
"""Limits of rates off, and what is said is kept and synced as it always is."""

COMMAND = (sys.executable, "-m", "causerie", "serve", "--listen", "127.0.0.1:0", "--json", "--data")
PATIENCE = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


class OneServer:
    """A running server: `with OneServer() as server:`. `seconds` passed from exec until it listened.

    `data`: its directory, made if need be; None: one of its own, that goes with it. `cpu`: the core it gets.
    """

    def __init__(self, settings: str = SETTINGS, data: Path | None = None, cpu: int | None = None) -> None:
        self._settings = settings
        self._own = tempfile.TemporaryDirectory(prefix="causerie-bench-") if data is None else None
        self.data = Path(self._own.name) if self._own is not None else data or Path()
        self._cpu = cpu
        self.port = 0
        self.pid = 0
        self.seconds = 0.0
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        (self.data / "causerie.toml").write_text(self._settings)
        began = time.perf_counter()
        self._process = subprocess.Popen((*COMMAND, str(self.data)), stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.seconds = time.perf_counter() - began
        try:
            about: dict[str, Any] = json.loads(line)
        except ValueError:
            self._process.wait(PATIENCE)
            raise SystemExit("the server did not start; it says why above") from None
        self.pid = self._process.pid
        self.port = int(about["addresses"][0].rpartition(":")[2])
        if self._cpu is not None:
            for thread in os.listdir(f"/proc/{self.pid}/task"):
                os.sched_setaffinity(int(thread), {self._cpu})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        if self._own is not None:
            self._own.cleanup()

    def cpu_seconds(self) -> float:
        """CPU time that it has used, all threads, user and system together; to 10 ms as a rule."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS

    def cpu_nanoseconds(self) -> int:
        """CPU time that its threads of now have used, to the nanosecond (the first field of schedstat)."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)

    def memory_kib(self) -> int:
        """What it holds in memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0
