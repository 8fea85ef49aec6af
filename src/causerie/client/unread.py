"""Happenings that wait to be read, bounded; and which of them whoever reads has not dealt with yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from causerie.client.notifications import Happening, Heard, Missed

UNREAD_MOST = 10_000
"""Happenings that wait, at most, while somebody reads them."""

UNASKED_MOST = 1000
"""Likewise while nobody does: the last ones, for somebody who begins late."""

HIGH, LOW = 2000, 500
"""From so many on nothing more is read from the server, down to so many."""


class Unread:
    """See the module. What is past the bound is forgotten, oldest first, and said as `Missed`."""

    def __init__(self) -> None:
        self.is_read = False
        """Whether anybody has begun to read."""
        self._waiting: deque[Happening] = deque()
        self._in_hand: Happening | None = None
        self._missed = 0
        self._full = False

    def put(self, happenings: Iterable[Happening]) -> None:
        """These happened."""
        self._waiting.extend(happenings)
        most = UNREAD_MOST if self.is_read else UNASKED_MOST
        while len(self._waiting) > most:
            self._waiting.popleft()
            self._missed += 1

    def take(self) -> Happening | None:
        """The next one; None: there is none. Whoever asks has dealt with the one before."""
        self.is_read = True
        self._in_hand = None
        if self._missed:
            missed, self._missed = self._missed, 0
            return Missed(missed)
        self._in_hand = self._waiting.popleft() if self._waiting else None
        return self._in_hand

    def deal(self) -> None:
        """The last one that was taken was dealt with."""
        self._in_hand = None

    def full(self) -> bool:
        """Whether whoever reads should be given time."""
        self._full = self.is_read and len(self._waiting) > (LOW if self._full else HIGH)
        return self._full

    def dealt_with(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """Of these last numbers that were heard, those up to which everything was dealt with."""
        numbers = dict(numbers)
        if self.is_read:
            for happening in (self._in_hand, *self._waiting):
                if isinstance(happening, Heard) and happening.event.number and happening.event.channel in numbers:
                    channel = happening.event.channel
                    numbers[channel] = min(numbers[channel], happening.event.number - 1)
        return numbers
