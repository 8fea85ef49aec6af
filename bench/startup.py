"""How fast the server is up: `python bench/startup.py`, from exec to listening and to the first answer.

The first start makes the store and what is in it; later ones find it. A first answer is the `OK` of a guest
who connects the moment the server says that it listens. Linux only.
"""

from __future__ import annotations

import argparse
import json
import platform
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.one_server import OneServer

HELLO = b'{"CONN": {"us": "Guest100", "pwd": "", "channel": "home"}}'
MEASURES = ("first start", "later start", "first start, first answer", "later start, first answer")


def start(data: Path) -> tuple[float, float]:
    """Start a server and stop it: milliseconds until it listened, and until it had answered."""
    with OneServer(settings='[server]\nlog_level = "error"\n', data=data) as server:
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as guest:
            guest.sendall(HELLO)
            if not guest.recv(1024).startswith(b"OK"):
                raise SystemExit("the first answer was not OK")
        answered = server.seconds + time.perf_counter() - began
        return server.seconds * 1000, answered * 1000


def main() -> int:
    """Run it and print the table; 1 when the bound was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="starts of each kind")
    parser.add_argument("--bound", type=float, default=250, help="ms that the median may take to listen")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    took: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    with tempfile.TemporaryDirectory(prefix="causerie-bench-") as folder:
        start(Path(folder) / "unmeasured")  # brings the files into the system's cache
        for number in range(chosen.rounds):
            data = Path(folder) / str(number)
            for kind in ("first start", "later start"):
                listening, answered = start(data)
                took[kind].append(listening)
                took[f"{kind}, first answer"].append(answered)
    table = {
        measure: {"median_ms": statistics.median(times), "least_ms": min(times), "most_ms": max(times)}
        for measure, times in took.items()
    }
    kept = all(table[kind]["median_ms"] <= chosen.bound for kind in ("first start", "later start"))
    if chosen.json:
        about = {"python": platform.python_version(), "rounds": chosen.rounds, "bound_ms": chosen.bound}
        print(json.dumps({**about, "starts": table, "kept": kept}, indent=1))
        return 0 if kept else 1
    print(f"{'':28} {'median ms':>10} {'least':>8} {'most':>8}")
    for measure, row in table.items():
        print(f"{measure:28} {row['median_ms']:>10.0f} {row['least_ms']:>8.0f} {row['most_ms']:>8.0f}")
    print(f"listening within {chosen.bound:.0f} ms: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
