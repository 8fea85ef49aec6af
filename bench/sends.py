"""What a send of the same bytes to N connections costs: `python bench/sends.py --connections 8,20,99`.

By the ring (ADR 13), which is one call of the system for all, and by `socket.send` for each, in turn. The connections
are over loopback and are read from between the runs, not meanwhile: nobody is woken, so that a delivery on a running
server costs more by either way. Linux only, and only where io_uring is allowed.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

from causerie.transport.io_uring import open_ring

ROUNDS, RUNS, SENDS = 25, 40, 5


def measure(connections: int, size: int) -> dict[str, float]:
    """Microseconds a send, by each way: the median of the rounds. Raises OSError where there is no ring."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=connections))
        ring = open_ring()
        if ring is None:
            raise OSError("this system has or allows no io_uring")
        stack.callback(ring.close)
        near: list[socket.socket] = []
        far: list[socket.socket] = []
        for _ in range(connections):
            far.append(stack.enter_context(socket.create_connection(server.getsockname())))
            near.append(stack.enter_context(server.accept()[0]))
            near[-1].setblocking(False)
            far[-1].setblocking(False)
        data = b"x" * size
        rows = ring.rows([one.fileno() for one in near])

        def by_ring() -> None:
            left = [*ring.put(rows, (), data), *ring.go()]
            assert not left, "a socket was full"

        def by_each() -> None:
            for one in near:
                assert one.send(data) == size, "a socket was full"

        ways: dict[str, Callable[[], None]] = {"ring": by_ring, "each": by_each}
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                taken[name].append(_run(way, far) / connections)
        return {name: statistics.median(times) for name, times in taken.items()}


def _run(way: Callable[[], None], far: list[socket.socket]) -> float:
    spent = 0
    for _ in range(RUNS):
        begun = time.perf_counter_ns()
        for _ in range(SENDS):
            way()
        spent += time.perf_counter_ns() - begun
        for one in far:
            with suppress(BlockingIOError):
                one.recv(1 << 20)
    return spent / (RUNS * SENDS) / 1000


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--connections", default="4,8,20,99", help="how many, with commas between (default: %(default)s)"
    )
    parser.add_argument("--size", type=int, default=90, help="bytes of a send (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    try:
        for number in map(int, options.connections.split(",")):
            rows.append({"connections": number, **measure(number, options.size)})
    except OSError as error:
        sys.exit(f"sends: {error}")
    if options.json:
        print(json.dumps(rows))
        return
    print(f"us a send of {options.size} bytes\n{'connections':>11}  {'ring':>6}  {'each':>6}")
    for row in rows:
        print(f"{row['connections']:>11}  {row['ring']:6.3f}  {row['each']:6.3f}")


if __name__ == "__main__":
    main()
