"""How fast thousands are in who come at once: `python bench/storm.py`, by every protocol.

Starts a server of its own for each round, with history on and no limits of rates, on the first core. This process, on
the second, opens connections so that as many as `--in-flight` are on their way in at any time, each as a guest
into a channel of ten. It only looks for the bytes that say that one is in. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import PROTOCOLS, Crowd, Load
from bench.one_server import OneServer

TOGETHER = 10
"""Clients in a channel."""
DEADLINE = 60.0
"""Seconds after which who is not in has failed."""
SETTLE = 1.0
"""Seconds that all stay after the last came in; who is let go meanwhile has failed too."""
COLUMNS = {
    "seconds": ("seconds", ".2f"),
    "failed": ("failed", ".0f"),
    "cpu_us_per_client": ("us/client", ".0f"),
    "kib_per_client": ("KiB/client", ".1f"),
    "load_busy_percent": ("load busy %", ".0f"),
}


def storm(protocol: str, clients: int, in_flight: int, pin: bool) -> dict[str, float]:
    """One storm over a fresh server: its figures."""
    cores = sorted(os.sched_getaffinity(0))
    pin = pin and len(cores) > 1
    with OneServer(cpu=cores[0] if pin else None) as server:
        if pin:
            os.sched_setaffinity(0, {cores[1]})
        try:
            return measure(server, protocol, clients, in_flight)
        finally:
            os.sched_setaffinity(0, set(cores))


def measure(server: OneServer, protocol: str, clients: int, in_flight: int) -> dict[str, float]:
    """Let one come in, who brings what is loaded only then, and after that all others at once."""
    first = Crowd(protocol, server.port, Load(clients + 1, clients + 1, 0, 0, 0, 0), clients, clients + 1)
    first.connect(most=DEADLINE)
    first.settle(SETTLE)
    crowd = Crowd(protocol, server.port, Load(clients, -(-clients // TOGETHER), 0, 0, 0, 0), 0, 1)
    memory, cpu, own = server.memory_kib(), server.cpu_seconds(), time.process_time()
    seconds = crowd.connect(in_flight, DEADLINE)
    own = time.process_time() - own
    crowd.settle(SETTLE)
    figures = {
        "seconds": seconds,
        "failed": clients - crowd.inside,
        "cpu_us_per_client": (server.cpu_seconds() - cpu) * 1e6 / clients,
        "kib_per_client": (server.memory_kib() - memory) / clients,
        "load_busy_percent": own / max(seconds, 0.001) * 100,
    }
    crowd.leave()
    first.leave()
    return figures


def main() -> int:
    """Run it and print the table; 1 when the promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", default="native,classic,irc", help=f"any of {','.join(sorted(PROTOCOLS))}")
    parser.add_argument("--clients", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, default=1000, help="connections on their way in at the same time")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many storms, a fresh server for each")
    parser.add_argument("--bound", type=float, default=3, help="seconds until all are in")
    parser.add_argument("--bound-kib", type=float, default=12, help="KiB that a client may take")
    parser.add_argument("--no-pin", action="store_true", help="do not give the server a core of its own")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    names = chosen.protocol.split(",")
    if unknown := [name for name in names if name not in PROTOCOLS]:
        parser.error(f"there is no protocol {unknown[0]}; there are {', '.join(sorted(PROTOCOLS))}")
    if min(chosen.clients, chosen.in_flight, chosen.rounds) < 1:
        parser.error("--clients, --in-flight and --rounds are at least 1")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(chosen.rounds):
        for name in names:
            rounds[name].append(storm(name, chosen.clients, chosen.in_flight, not chosen.no_pin))
    results = {}
    for name, each in rounds.items():
        results[name] = {key: statistics.median(one[key] for one in each) for key in each[0]}
        results[name]["failed"] = sum(one["failed"] for one in each)
    kept = {
        name: row["seconds"] < chosen.bound and not row["failed"] and row["kib_per_client"] <= chosen.bound_kib
        for name, row in results.items()
    }
    if chosen.json:
        about = {"python": platform.python_version(), "clients": chosen.clients, "in_flight": chosen.in_flight}
        about |= {"rounds": chosen.rounds, "bound_seconds": chosen.bound, "bound_kib": chosen.bound_kib}
        print(json.dumps({**about, "protocols": results, "kept": kept, "each_round": rounds}, indent=1))
        return 0 if all(kept.values()) else 1
    print(f"{chosen.clients:>8,} {' '.join(f'{title:>12}' for title, _ in COLUMNS.values())}")
    for name, row in results.items():
        figures = " ".join(f"{row[key]:>12{form}}" for key, (_, form) in COLUMNS.items())
        print(f"{name:8} {figures}  {'kept' if kept[name] else 'NOT KEPT'}")
    print(f"promised: under {chosen.bound:g} s, none failed, {chosen.bound_kib:g} KiB a client at most")
    return 0 if all(kept.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
