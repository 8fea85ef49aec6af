"""Many sends in one call: each gets its bytes once and in order, and what a socket does not take is said.

On a system that allows no io_uring there is no ring, and all that these see is that it is the system that refuses.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from causerie.transport.io_uring import ENTRIES, SendRing, open_ring


def refused() -> bool:
    """Whether the kernel itself has no io_uring, or not for us, or is too old: asked without an address to write to."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    call(425, 1, None)
    version = tuple(int(part) for part in platform.release().split(".")[:2])
    return ctypes.get_errno() in {errno.ENOSYS, errno.EPERM} or version < (6, 1)


@contextmanager
def a_ring() -> Iterator[SendRing | None]:
    """A ring; none only where the kernel refuses it, and then there is nothing to see."""
    ring = open_ring()
    if ring is None:
        assert refused()
        yield None
        return
    try:
        yield ring
    finally:
        if ring.least < sys.maxsize:
            ring.close()


@contextmanager
def pairs(number: int) -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Connections over loopback: the server's end, which does not wait, and the other."""
    made = []
    with socket.create_server(("127.0.0.1", 0), backlog=number) as server:
        for _ in range(number):
            far = socket.create_connection(server.getsockname())
            near, _address = server.accept()
            near.setblocking(False)
            far.setblocking(False)
            made.append((near, far))
    try:
        yield made
    finally:
        for pair in made:
            for one in pair:
                one.close()


def heard(far: socket.socket) -> bytes:
    """All that has come; over loopback it is there when the send is over."""
    said = b""
    with suppress(BlockingIOError):
        while more := far.recv(1 << 20):
            said += more
    return said


def test_each_is_sent_to_but_those_left_out() -> None:
    """By one call, several texts to several."""
    with a_ring() as ring, pairs(5) as people:
        if ring is None:
            return
        rows = ring.rows([near.fileno() for near, _ in people])
        assert ring.put(rows, [], b"one ") == []
        assert ring.put(rows, [0, 3], b"two ") == []
        assert [heard(far) for _, far in people] == [b""] * 5
        assert ring.go() == ()
        assert [heard(far) for _, far in people] == [b"one ", b"one two ", b"one two ", b"one ", b"one two "]
        assert ring.go() == ()


def test_more_than_it_has_room_for() -> None:
    """Several calls then, in the same order; its counters go round and round."""
    with a_ring() as ring, pairs(1) as [(near, far)]:
        if ring is None:
            return
        rows = ring.rows([near.fileno()] * (ENTRIES - 24))
        for round_ in range(20):
            text = b"%02d" % round_
            assert ring.put(rows, [], text) == []
            assert ring.put(rows, range(40), b"-") == []
            assert ring.go() == ()
            assert heard(far) == text * (ENTRIES - 24) + b"-" * (ENTRIES - 64)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=40_000), st.sets(st.integers(0, 3), max_size=3), st.booleans()),
        max_size=12,
    )
)
def test_all_comes_in_order(said: list[tuple[bytes, set[int], bool]]) -> None:
    """Whatever is said to whom, and whenever it goes."""
    with a_ring() as ring, pairs(4) as people:
        if ring is None:
            return
        rows = ring.rows([near.fileno() for near, _ in people])
        wanted, came = [b""] * 4, [b""] * 4

        def listen() -> None:
            for nth, (_, far) in enumerate(people):
                came[nth] += heard(far)

        for text, without, goes in said:
            assert ring.put(rows, sorted(without), text) == []
            for nth in range(4):
                wanted[nth] += b"" if nth in without else text
            if goes:
                assert ring.go() == ()
                listen()
        assert ring.go() == ()
        listen()
        assert came == wanted


def test_what_is_not_taken_is_said() -> None:
    """One whose buffers are full is no trouble for the others; how much it took is known to the byte."""
    with a_ring() as ring, pairs(3) as people:
        if ring is None:
            return
        people[1][0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        full = people[1][0].fileno()
        rows = ring.rows([near.fileno() for near, _ in people])
        taken, others = 0, b""
        left: list[int] = []
        for number in range(1000):
            text = b"%04d" % number * 500
            ring.put(rows, [], text)
            short = dict(ring.go())
            others += text
            assert heard(people[0][1]) == heard(people[2][1]) == text
            assert set(short) <= {full}
            taken += short.get(full, len(text))
            left += short.values()
            if left and left[-1] == 0:
                break
        assert left[-1] == 0
        assert heard(people[1][1]) == others[:taken]


def test_one_that_is_broken_is_nobody_elses_trouble() -> None:
    """It took nothing: its transport, which may not be reading, finds out when it is given the rest."""
    with a_ring() as ring, pairs(3) as people:
        if ring is None:
            return
        rows = ring.rows([near.fileno() for near, _ in people] + [-1])
        people[1][0].shutdown(socket.SHUT_WR)
        ring.put(rows, [], b"hello")
        assert ring.go() == [(people[1][0].fileno(), 0), (-1, 0)]
        assert [heard(people[0][1]), heard(people[2][1])] == [b"hello"] * 2


def test_a_ring_that_fails_says_what_it_did_not_send() -> None:
    """Nothing is lost: the transports are given all of it, and it is not used again."""
    with a_ring() as ring, pairs(3) as people:
        if ring is None:
            return
        descriptors = [near.fileno() for near, _ in people]
        ring.put(ring.rows(descriptors), [1], b"hello")
        ring.close()
        assert ring.go() == [(descriptors[0], 0), (descriptors[2], 0)]
        assert ring.least == sys.maxsize
        assert [heard(far) for _, far in people] == [b""] * 3
