"""What a delivery costs: `python bench/chat.py --workload fan100,paced --protocol classic`.

Starts a server of its own for each workload, with history on, synced commits and no limits of rates,
drives it with clients in several processes over loopback, and prints what the server used. CPU per delivery
is the figure to quote: what is counted by the wall clock moves with the machine's neighbours. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from array import array
from collections import Counter
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import PROTOCOLS, Load, work
from bench.one_server import OneServer

WORKLOADS: dict[str, tuple[str, Load]] = {
    "fan100": ("one channel of 100, 10 talkers, saturated", Load(100, 1, 10, 8, 0, 2.5)),
    "fan1000": ("one channel of 1000, 10 talkers, saturated", Load(1000, 1, 10, 8, 0, 2.5)),
    "many": ("100 channels of 10, a talker in each, saturated", Load(1000, 100, 100, 4, 0, 2.5)),
    "paced": ("one channel of 100, 10 talkers at 20 messages/s", Load(100, 1, 10, 0, 20, 3)),
    "paced1000": ("one channel of 1000, 10 talkers at 10 messages/s", Load(1000, 1, 10, 0, 10, 3)),
    "idle10k": ("10,000 clients in 1,000 channels, a whisper of talk", Load(10_000, 1000, 100, 0, 1, 3)),
}
SETTLE = 1.0
COLUMNS = {
    "cpu_us_per_delivery": ("us/delivery", ".3f"),
    "deliveries_per_second": ("deliveries/s", ",.0f"),
    "p50_ms": ("p50 ms", ".2f"),
    "p99_ms": ("p99 ms", ".2f"),
    "lost": ("lost", "d"),
    "connects_per_second": ("connects/s", ",.0f"),
    "kib_per_client": ("KiB/client", ".1f"),
    "server_busy_percent": ("busy %", ".0f"),
}


def run(protocol: str, load: Load, processes: int, pin: bool) -> dict[str, Any]:
    """One workload against a fresh server: its figures."""
    cores = sorted(os.sched_getaffinity(0))
    pin = pin and len(cores) > 1
    start_fresh = multiprocessing.get_context("spawn")
    with OneServer(cpu=cores[0] if pin else None) as server, contextlib.ExitStack() as stack:
        pipes: list[Pipe] = []
        if pin:
            os.sched_setaffinity(0, set(cores[1:]))
            stack.callback(os.sched_setaffinity, 0, set(cores))
        for part in range(processes):
            ours, theirs = start_fresh.Pipe()
            about = (theirs, protocol, server.port, load, part, processes)
            process = start_fresh.Process(target=work, args=about, daemon=True)
            process.start()
            stack.callback(process.join, 10)
            theirs.close()
            pipes.append(ours)
        figures = drive(server, pipes, load, PROTOCOLS[protocol].echoes)
        for pipe in pipes:
            pipe.send(None)
        return figures


def drive(server: OneServer, pipes: list[Pipe], load: Load, echoes: bool) -> dict[str, Any]:
    """Tell the processes what to do when, and put together what they heard."""
    time.sleep(SETTLE)
    memory, cpu = server.memory_kib(), server.cpu_seconds()
    inside = tell_all(pipes, [None] * len(pipes))
    clients = sum(one["inside"] for one in inside)
    connecting = server.cpu_seconds() - cpu
    time.sleep(SETTLE)
    grown = server.memory_kib() - memory
    members: Counter[int] = Counter()
    for one in inside:
        members.update(one["members"])
    cpu = server.cpu_seconds()
    start = time.monotonic() + 0.2
    sent = tell_all(pipes, [start] * len(pipes))
    said: Counter[int] = Counter()
    for each in sent:
        said.update(each)
    expected = [sum(count * said[channel] for channel, count in one["members"].items()) for one in inside]
    if not echoes:
        expected = [all_of_it - sum(own.values()) for all_of_it, own in zip(expected, sent, strict=True)]
    heard = tell_all(pipes, expected)
    cpu = server.cpu_seconds() - cpu
    delivered = sum(one["delivered"] for one in heard)
    seconds = max(one["last"] for one in heard) - start
    latencies = sorted(each for one in heard for each in array("d", one["latencies"]))
    return {
        "clients": clients,
        "dead": sum(one["dead"] for one in inside),
        "sent": sum(said.values()),
        "delivered": delivered,
        "lost": sum(expected) - delivered,
        "cpu_us_per_delivery": cpu * 1e6 / max(1, delivered),
        "deliveries_per_second": delivered / max(seconds, load.seconds),
        "p50_ms": at(latencies, 0.5) * 1000,
        "p99_ms": at(latencies, 0.99) * 1000,
        "connects_per_second": clients / max(0.001, *(one["seconds"] for one in inside)),
        "cpu_us_per_connect": connecting * 1e6 / max(1, clients),
        "kib_per_client": grown / max(1, clients),
        "server_busy_percent": cpu / max(seconds, load.seconds) * 100,
    }


def tell_all(pipes: list[Pipe], what: list[Any]) -> list[Any]:
    """Say something to each process and return what each answers."""
    for pipe, word in zip(pipes, what, strict=True):
        pipe.send(word)
    return [pipe.recv() for pipe in pipes]


def at(ordered: list[float], share: float) -> float:
    """The value below which this share lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main() -> int:
    """Run it, print the table; 1 when a delivery was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), default="classic")
    parser.add_argument("--workload", default="fan100,many,paced", help=f"any of {','.join(WORKLOADS)}")
    parser.add_argument("--rounds", type=int, default=1, help="the median of so many runs")
    parser.add_argument("--seconds", type=float, default=0, help="how long to talk, instead of 2.5 or 3")
    parser.add_argument("--processes", type=int, default=2, help="of clients")
    parser.add_argument("--no-pin", action="store_true", help="do not give the server a core of its own")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    names = chosen.workload.split(",")
    if "many" in names and not PROTOCOLS[chosen.protocol].echoes:
        parser.error(f"who talks alone in a channel must hear itself: no `many` by {chosen.protocol}")
    if unknown := [name for name in names if name not in WORKLOADS]:
        parser.error(f"there is no workload {unknown[0]}; there are {', '.join(WORKLOADS)}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results: dict[str, dict[str, Any]] = {}
    if not chosen.json:
        print(f"{chosen.protocol} {' '.join(f'{title:>12}' for title, _ in COLUMNS.values())}")
    for name in names:
        what, load = WORKLOADS[name]
        if chosen.seconds:
            load = Load(load.clients, load.channels, load.senders, load.window, load.rate, chosen.seconds)
        rounds = [run(chosen.protocol, load, chosen.processes, not chosen.no_pin) for _ in range(chosen.rounds)]
        results[name] = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        results[name]["lost"] = sum(one["lost"] for one in rounds)
        if not chosen.json:
            figures = " ".join(f"{results[name][key]:>12{form}}" for key, (_, form) in COLUMNS.items())
            print(f"{name:{len(chosen.protocol)}} {figures}  {what}", flush=True)
    if chosen.json:
        about = {"protocol": chosen.protocol, "python": platform.python_version(), "rounds": chosen.rounds}
        print(json.dumps({**about, "workloads": results}, indent=1))
    return 1 if any(one["lost"] for one in results.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
