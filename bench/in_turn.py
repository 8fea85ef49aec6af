"""Servers side by side under one load: `python bench/in_turn.py --load chatload inspircd=6667:812 ours=5077:977`.

A shared machine changes its speed by a tenth from one minute to the next. So each round gives every server, in an order
of its own, a load of a few seconds, and what is compared is the ratio within a round: the mean of the middle three
fifths of the rounds, with its standard error. The servers are NAME=PORT:PID[:PROTOCOL], started by whoever measures,
each on core 0; the load is `chatload` of the comparison bench, on core 1. The first server is what the others are
compared with. Linux only.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

WORKLOADS = {
    "fan100": "--clients 100 --senders 10 --seconds 3 --window 8",
    "fan1000": "--clients 1000 --senders 10 --seconds 3 --window 8",
    "many": "--clients 1000 --channels 100 --senders 100 --seconds 2 --window 4",
    "paced": "--clients 100 --senders 10 --seconds 4 --rate 20",
    "paced1000": "--clients 1000 --senders 10 --seconds 4 --rate 10",
}
"""As compare.py has them, but for their seconds."""

_SAID = re.compile(r"lost (-?\d+) .* cpu ([\d.]+) us/delivery")


@dataclass
class Server:
    """One that is measured. `taken`: CPU microseconds a delivery, in each round."""

    name: str
    port: int
    pid: int
    protocol: str
    taken: list[float] = field(default_factory=list)


def server(text: str) -> Server:
    """Read NAME=PORT:PID[:PROTOCOL]. Raises ValueError."""
    name, _, rest = text.partition("=")
    port, pid, *protocol = rest.split(":")
    return Server(name, int(port), int(pid), protocol[0] if protocol else "irc")


def measure(load: str, workload: str, one: Server) -> float:
    """CPU microseconds a delivery. Raises OSError when the load fails, or something is lost."""
    where = ["--proto", one.protocol, "--port", str(one.port), "--pid", str(one.pid), "--tag", one.name]
    command = ["taskset", "-c", "1", load, *where, "--burst", "500", *WORKLOADS[workload].split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said = _SAID.search(done.stdout)
    if said is None or int(said[1]):
        raise OSError(f"{one.name}: {(done.stdout + done.stderr).strip()[-300:]}")
    return float(said[2])


def ratio(ours: list[float], first: list[float]) -> tuple[float, float]:
    """By how much one takes more than the other, and the standard error of that, of the middle three fifths."""
    rounds = sorted(math.log(own / other) for own, other in zip(ours, first, strict=True))
    cut = len(rounds) // 5
    middle = rounds[cut : len(rounds) - cut]
    error = statistics.stdev(middle) / math.sqrt(len(middle)) if len(middle) > 1 else math.nan
    return math.exp(statistics.mean(middle)), error


def main() -> int:
    """Exit status 1: the load failed, or something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="+", type=server, metavar="NAME=PORT:PID[:PROTOCOL]")
    parser.add_argument("--load", required=True, help="the program of chatload.c")
    parser.add_argument("--workload", default="many", choices=WORKLOADS)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    servers: list[Server] = asked.servers
    try:
        for count in range(asked.rounds):
            for one in random.sample(servers, len(servers)):
                one.taken.append(measure(asked.load, asked.workload, one))
            if sys.stderr.isatty():
                end = "\n" if count + 1 == asked.rounds else ""
                print(f"\rround {count + 1} of {asked.rounds}", end=end, file=sys.stderr, flush=True)
    except OSError as failure:
        print(failure, file=sys.stderr)
        return 1
    if not asked.json:
        print(f"{asked.workload:<12} {'us/delivery':>12} {'ratio':>8} {'error %':>8}")
    for one in servers:
        by, error = ratio(one.taken, servers[0].taken)
        if asked.json:
            about = {"name": one.name, "us_delivery": statistics.median(one.taken), "ratio": by, "error": error}
            print(json.dumps(about | {"rounds": one.taken}))
        else:
            print(f"{one.name:<12} {statistics.median(one.taken):>12.3f} {by:>8.3f} {error * 100:>8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
