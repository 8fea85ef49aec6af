"""How fast the server is up: `python bench/startup.py`, from exec to listening and to the first answer.

The first start makes the store and what is in it; later ones find it. A first answer is the `OK` of a guest of the
classic protocol who connects the moment the server says that it listens, a first 001 the welcome of one of IRC, each
with a server of its own. Linux only.
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
IRC = b"NICK Ann\r\nUSER ann 0 * :Ann\r\n"
STARTS = ("first start", "later start")
MEASURES = (*STARTS, *(f"{start}, first answer" for start in STARTS), *(f"{start}, first 001" for start in STARTS))


def start(data: Path, said: bytes = HELLO, answer: bytes = b"OK") -> tuple[float, float]:
    """Start a server and stop it: milliseconds until it listened, and until it had answered what was said."""
    with OneServer(settings='[server]\nlog_level = "error"\n', data=data) as server:
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as guest:
            guest.sendall(said)
            if answer not in (told := guest.recv(1024)):
                raise SystemExit(f"the first answer was not {answer!r} but {told!r}")
        answered = server.seconds + time.perf_counter() - began
        return server.seconds * 1000, answered * 1000


def main() -> int:
    """Run it and print the table; 1 when the bound was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="starts of each kind")
    parser.add_argument("--bound", type=float, default=250, help="ms that the median may take to listen")
    parser.add_argument("--bound-001", type=float, default=300, help="ms that the median may take to the first 001")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    took: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    with tempfile.TemporaryDirectory(prefix="causerie-bench-") as folder:
        start(Path(folder) / "unmeasured")  # brings the files into the system's cache
        for number in range(chosen.rounds):
            for kind in STARTS:
                listening, answered = start(Path(folder) / str(number))
                took[kind].append(listening)
                took[f"{kind}, first answer"].append(answered)
                took[f"{kind}, first 001"].append(start(Path(folder) / f"irc{number}", IRC, b" 001 Ann ")[1])
    table = {
        measure: {"median_ms": statistics.median(times), "least_ms": min(times), "most_ms": max(times)}
        for measure, times in took.items()
    }
    bounds = {kind: chosen.bound for kind in STARTS} | {f"{kind}, first 001": chosen.bound_001 for kind in STARTS}
    kept = all(table[measure]["median_ms"] <= bound for measure, bound in bounds.items())
    if chosen.json:
        about = {
            "python": platform.python_version(),
            "rounds": chosen.rounds,
            "bound_ms": chosen.bound,
            "bound_001_ms": chosen.bound_001,
        }
        print(json.dumps({**about, "starts": table, "kept": kept}, indent=1))
        return 0 if kept else 1
    print(f"{'':28} {'median ms':>10} {'least':>8} {'most':>8}")
    for measure, row in table.items():
        print(f"{measure:28} {row['median_ms']:>10.0f} {row['least_ms']:>8.0f} {row['most_ms']:>8.0f}")
    print(
        f"listening within {chosen.bound:.0f} ms, 001 within {chosen.bound_001:.0f}: {'kept' if kept else 'NOT KEPT'}"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
