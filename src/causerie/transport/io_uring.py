"""The same bytes to many connections in one call of the system: Linux's io_uring (io_uring(7), io_uring_enter(2)).

A channel of a hundred costs one call and not a hundred, and nothing for each member in Python. The sends are done
within that call, on this thread and in their order; none of them waits. Where the system has no io_uring, is older than
Linux 6.1 or does not allow it, as Docker does not, there is no ring, and each is sent to by its own call.
"""

from __future__ import annotations

import logging
import mmap
import os
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

_SETUP, _ENTER = 425, 426
"""The system calls' numbers, on every architecture (linux/include/uapi/asm-generic/unistd.h)."""

_SUBMIT_ALL, _SINGLE_ISSUER, _DEFER_TASKRUN = 1 << 7, 1 << 12, 1 << 13
"""io_uring_setup(2): go on after a send that failed; one thread only; its work is done within its own calls. The last
is what needs Linux 6.1."""

_GETEVENTS = 1
_ROWS = 0x10000000
_SEND = 26
_QUIET = 0x40 | 0x4000
"""MSG_DONTWAIT, MSG_NOSIGNAL: a send that cannot be done at once is over, with EAGAIN."""


class SendRing:
    """See the module. For the thread that makes it. Raises OSError where the system has or allows none.

    A row is the 64 bytes that say how one is sent to (struct io_uring_sqe).
    """

    def __init__(self) -> None:
        import ctypes

        self.least, self.most = LEAST, MOST_BYTES
        self._call = ctypes.CDLL(None, use_errno=True).syscall
        self._call.restype = ctypes.c_long
        flags = _SUBMIT_ALL | _SINGLE_ISSUER | _DEFER_TASKRUN
        params = ctypes.create_string_buffer(struct.pack("=8xI108x", flags), 120)
        self._file = self._call(ctypes.c_long(_SETUP), ctypes.c_uint(ENTRIES), params)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._call.argtypes = (ctypes.c_long, ctypes.c_int, *[ctypes.c_uint] * 3, ctypes.c_void_p, ctypes.c_size_t)
        self._map(params.raw)
        self._sent = self._used = 0
        self._sizes: list[int] = []
        text = ctypes.create_string_buffer(TEXT_BYTES)
        self._text = memoryview(text).cast("B")
        self._address = ctypes.addressof(text)
        self._row: dict[int, bytes] = {}

    def _map(self, params: bytes) -> None:
        """Both queues and the rows, which the system and we write in turn (struct io_uring_params)."""
        # Where in the shared memory, in bytes: head, tail, mask, size, flags, dropped, and which row is sent next.
        _, tail, _, _, _, _, order = struct.unpack_from("=7I", params, 40)
        # The same of the results, which come last.
        read, ready, _, _, _, results = struct.unpack_from("=6I", params, 80)
        size = max(order + 4 * ENTRIES, results + 16 * 2 * ENTRIES)
        shared = memoryview(mmap.mmap(self._file, size))
        self._words, self._signed = shared.cast("I"), shared.cast("i")
        self._tail = tail // 4
        self._read, self._ready, self._result = read // 4, ready // 4, results // 4
        self._rows = memoryview(mmap.mmap(self._file, 64 * ENTRIES, offset=_ROWS))
        self._fields = self._rows.cast("Q")
        # Rows are sent in the order in which they lie.
        self._words[order // 4 : order // 4 + ENTRIES] = memoryview(array("I", range(ENTRIES)))

    def rows(self, descriptors: Iterable[int]) -> bytes:
        """One row for each, in this order."""
        return b"".join([self._row.get(descriptor) or self._make(descriptor) for descriptor in descriptors])

    def _make(self, descriptor: int) -> bytes:
        row = struct.pack("=BxxxiQQIIi28x", _SEND, descriptor, 0, 0, 0, 0, descriptor)
        self._row[descriptor] = row
        return row

    def put(self, rows: bytes, without: Sequence[int], data: bytes) -> Sequence[tuple[int, int]]:
        """See Ring."""
        left: list[tuple[int, int]] = []
        size = len(data)
        if self._used + size > TEXT_BYTES:
            left += self.go()
        used = self._used
        self._text[used : used + size] = data
        begin = 0
        for end in (*without, len(rows) // 64):
            while begin < end:
                first = self._sent % ENTRIES + len(self._sizes)
                if first == ENTRIES:
                    left += self.go()
                    first = 0
                fit = min(end - begin, ENTRIES - first)
                last = first + fit
                self._rows[64 * first : 64 * last] = rows[64 * begin : 64 * (begin + fit)]
                fields = self._fields
                fields[8 * first + 2 : 8 * last : 8] = array("Q", (self._address + used,)) * fit
                fields[8 * first + 3 : 8 * last : 8] = array("Q", (_QUIET << 32 | size,)) * fit
                self._sizes += [size] * fit
                begin += fit
            begin = end + 1
        self._used = used + size
        return left

    def go(self) -> Sequence[tuple[int, int]]:
        """See Ring."""
        sizes, self._sizes = self._sizes, []
        count = len(sizes)
        if not count:
            return ()
        self._used = 0
        words = self._words
        words[self._tail] = self._sent = (self._sent + count) & 0xFFFFFFFF
        sent = self._call(_ENTER, self._file, count, count, _GETEVENTS, None, 0)
        if sent != count:
            return self._broken(sent, sizes)
        while (words[self._ready] - words[self._read]) & 0xFFFFFFFF < count:
            # A signal came in between. None of the sends waits, so they end.
            self._call(_ENTER, self._file, 0, count, _GETEVENTS, None, 0)
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
        import ctypes

        log.error("the ring is not used any more: %s", os.strerror(ctypes.get_errno()) if sent < 0 else f"took {sent}")
        self.least = sys.maxsize
        sent = max(sent, 0)
        before = self._sent - len(sizes)
        place = before % ENTRIES
        self._words[self._tail] = self._sent = (before + sent) & 0xFFFFFFFF
        whose = self._rows.cast("i")
        rest = [(whose[16 * (place + nth) + 8], 0) for nth in range(sent, len(sizes))]
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
