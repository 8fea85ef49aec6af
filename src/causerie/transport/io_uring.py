"""The same bytes to many connections in one call of the system: Linux's io_uring (io_uring(7), io_uring_enter(2)).

A channel of a hundred costs one call and not a hundred, and nothing for each member in Python. The sends are done
within that call, on this thread and in their order; none of them waits. Where the system has no io_uring, is older than
Linux 6.1 or does not allow it, as Docker does not, there is no ring, and each is sent to by its own call.

Names and numbers are those of linux/include/uapi/linux/io_uring.h, unless another place is given.
"""

from __future__ import annotations

import logging
import mmap
import os
import socket
import struct
import sys
from array import array
from collections.abc import Iterable, Sequence

log = logging.getLogger("causerie.connection")

ENTRIES = 1024
"""Sends of one call; more of them are several calls."""

TEXT_BYTES = 256 * 1024
"""What is sent with one call, at most."""

MOST_BYTES = 64 * 1024
"""Longer texts are not worth a ring: the system's own part of a send is nearly all then."""

LEAST = 8
"""Fewer than these are sent to one by one. A call by itself is cheaper than `socket.send` from a dozen on
(`bench/sends.py`), and earlier where the channels of a unit of work share it."""

NR_IO_URING_SETUP, NR_IO_URING_ENTER = 425, 426
"""The system calls' numbers, on every architecture (linux/include/uapi/asm-generic/unistd.h)."""

IORING_SETUP_SUBMIT_ALL, IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_DEFER_TASKRUN = 1 << 7, 1 << 12, 1 << 13
"""Go on after a send that failed; one thread only; its work is done within its own calls. The last is what needs Linux
6.1 (io_uring_setup(2))."""

IORING_ENTER_GETEVENTS = 1 << 0
IORING_OFF_SQES = 0x1000_0000
IORING_OP_SEND = 26

SEND_FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0x4000)
"""A send that cannot be done at once is over, with EAGAIN; one to who is gone, with EPIPE."""

PARAMS = struct.Struct("=8xI28x7I12x6I16x")
"""struct io_uring_params: flags; struct io_sqring_offsets (head, tail, ring_mask, ring_entries, flags, dropped, array);
struct io_cqring_offsets (head, tail, ring_mask, ring_entries, overflow, cqes). 120 bytes."""

SQE = struct.Struct("=BxxxiQQIIQ24x")
"""struct io_uring_sqe: opcode, fd, off, addr, len, msg_flags, user_data. 64 bytes."""

SQE_ADDR, SQE_LEN, SQE_USER_DATA = 2, 3, 4
"""Which of its words of 8 bytes have the address, the length with the flags above it, and the user's data."""

CQE_BYTES = 16
"""struct io_uring_cqe: user_data (8 bytes), res, flags. There are twice as many as SQEs."""


class SendRing:
    """See the module. For the thread that makes it. Raises OSError where the system has or allows none.

    A row is the SQE that says how one is sent to; its user's data are the descriptor. `sizes`: bytes of each send that
    goes with the next `go`.
    """

    def __init__(self) -> None:
        import ctypes

        self.least, self.most = LEAST, MOST_BYTES
        self._errno = ctypes.get_errno
        self._call = ctypes.CDLL(None, use_errno=True).syscall
        self._call.restype = ctypes.c_long
        flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN
        params = ctypes.create_string_buffer(PARAMS.pack(flags, *[0] * 13), PARAMS.size)
        self._file = self._call(ctypes.c_long(NR_IO_URING_SETUP), ctypes.c_uint(ENTRIES), params)
        if self._file < 0:
            raise OSError(self._errno(), "no io_uring")
        self._call.argtypes = (ctypes.c_long, ctypes.c_int, *[ctypes.c_uint] * 3, ctypes.c_void_p, ctypes.c_size_t)
        _, _, tail, _, _, _, _, order, read, ready, _, _, _, results = PARAMS.unpack(params.raw)
        # Both queues, which the system and we write in turn, as words of 4 bytes.
        shared = memoryview(mmap.mmap(self._file, max(order + 4 * ENTRIES, results + CQE_BYTES * 2 * ENTRIES)))
        self._words, self._signed = shared.cast("I"), shared.cast("i")
        self._tail, self._read, self._ready, self._result = tail // 4, read // 4, ready // 4, results // 4
        # SQEs are sent in the order in which they lie.
        self._words[order // 4 : order // 4 + ENTRIES] = memoryview(array("I", range(ENTRIES)))
        self._rows = memoryview(mmap.mmap(self._file, SQE.size * ENTRIES, offset=IORING_OFF_SQES))
        self._fields = self._rows.cast("Q")
        text = ctypes.create_string_buffer(TEXT_BYTES)
        self._text = memoryview(text).cast("B")
        self._address = ctypes.addressof(text)
        self._sent = self._used = 0
        self.sizes: list[int] = []
        self._row: dict[int, bytes] = {}

    def rows(self, descriptors: Iterable[int]) -> bytes:
        """One row for each, in this order."""
        return b"".join([self._row.get(descriptor) or self._make(descriptor) for descriptor in descriptors])

    def _make(self, descriptor: int) -> bytes:
        row = self._row[descriptor] = SQE.pack(IORING_OP_SEND, descriptor, 0, 0, 0, 0, descriptor & 0xFFFFFFFF)
        return row

    def put(self, rows: bytes, without: Sequence[int], data: bytes) -> Sequence[tuple[int, int]]:
        """See Ring."""
        left: list[tuple[int, int]] = []
        size, row = len(data), SQE.size
        if self._used + size > TEXT_BYTES:
            left += self.go()
        at = self._used
        self._text[at : at + size] = data
        if without:
            ends = zip((-1, *without), (*without, len(rows) // row), strict=True)
            rows = b"".join([rows[row * (begin + 1) : row * end] for begin, end in ends])
        while rows:
            first = self._sent % ENTRIES + len(self.sizes)
            if first == ENTRIES:
                left += self.go()
                first = 0
            fit = min(len(rows) // row, ENTRIES - first)
            self._rows[row * first : row * (first + fit)] = rows[: row * fit]
            words = slice(8 * first + SQE_ADDR, 8 * (first + fit), 8)
            self._fields[words] = array("Q", (self._address + at,)) * fit
            words = slice(8 * first + SQE_LEN, 8 * (first + fit), 8)
            self._fields[words] = array("Q", (SEND_FLAGS << 32 | size,)) * fit
            self.sizes += [size] * fit
            rows = rows[row * fit :]
        self._used = at + size  # last, since `go` begins anew
        return left

    def go(self) -> Sequence[tuple[int, int]]:
        """See Ring."""
        sizes, self.sizes = self.sizes, []
        count = len(sizes)
        if not count:
            return ()
        self._used = 0
        words = self._words
        words[self._tail] = self._sent = (self._sent + count) & 0xFFFFFFFF
        sent = self._call(NR_IO_URING_ENTER, self._file, count, count, IORING_ENTER_GETEVENTS, None, 0)
        if sent != count:
            return self._broken(sent, sizes)
        while (words[self._ready] - words[self._read]) & 0xFFFFFFFF < count:
            # A signal came in between. None of the sends waits, so they end.
            self._call(NR_IO_URING_ENTER, self._file, 0, count, IORING_ENTER_GETEVENTS, None, 0)
        return self._taken(sizes)

    def _taken(self, sizes: Sequence[int]) -> Sequence[tuple[int, int]]:
        """Read as many results: who took less than that, and how much: nothing, where the system says why not."""
        read = self._words[self._read]
        count = len(sizes)
        # The rows did not go beyond their end, and there are twice as many results: nor do these.
        begin = self._result + 4 * (read % (2 * ENTRIES))
        taken = self._signed[begin + 2 : begin + 4 * count : 4].tolist()
        self._words[self._read] = (read + count) & 0xFFFFFFFF
        if taken == sizes:
            return ()
        return [
            (self._signed[begin + 4 * nth], max(took, 0))
            for nth, (took, size) in enumerate(zip(taken, sizes, strict=True))
            if took < size
        ]

    def _broken(self, sent: int, sizes: Sequence[int]) -> Sequence[tuple[int, int]]:
        """Not all rows were taken, as when the system has no memory: the rest is for the transports, now and later."""
        log.error("the ring is not used any more: %s", os.strerror(self._errno()) if sent < 0 else f"took {sent}")
        self.least = sys.maxsize
        sent = max(sent, 0)
        before = self._sent - len(sizes)
        self._words[self._tail] = self._sent = (before + sent) & 0xFFFFFFFF
        place = before % ENTRIES
        whose = self._rows.cast("i")[2 * SQE_USER_DATA :: 16]
        rest = [(whose[place + nth], 0) for nth in range(sent, len(sizes))]
        return [*self._taken(sizes[:sent]), *rest]

    def close(self) -> None:
        """Nothing is sent by it any more."""
        self.least = sys.maxsize
        os.close(self._file)
        self._file = -1


def open_ring() -> SendRing | None:
    """A ring, where there can be one.

    A Python that was built without libffi has no ctypes to make it with, and an old libffi is not given the memory it
    wants where nothing may be written and run (MemoryDenyWriteExecute in the systemd unit).
    """
    if sys.platform != "linux":
        return None
    try:
        return SendRing()
    except (OSError, ImportError, MemoryError) as error:
        log.debug("no ring, so each is sent to by its own call: %s", error)
        return None
