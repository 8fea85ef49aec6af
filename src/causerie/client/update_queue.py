"""A bounded queue of updates, which knows which of them the reader has not handled yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from causerie.client.updates import EventReceived, Update, UpdatesDropped

MAX_UNREAD = 10_000
"""Updates that wait, at most, while the program reads them."""

MAX_UNCLAIMED = 1000
"""Likewise before it begins to read: the last ones are kept."""

HIGH, LOW = 2000, 500
"""From HIGH waiting updates on the server is not read, until LOW are left."""


class UpdateQueue:
    """See the module. Past the bound the oldest are dropped, and reported as `UpdatesDropped`."""

    def __init__(self) -> None:
        self.is_read = False
        """Whether the program has begun to read."""
        self._waiting: deque[Update] = deque()
        self._in_hand: Update | None = None
        self._missed = 0
        self._full = False

    def put(self, updates: Iterable[Update]) -> None:
        """Add these."""
        self._waiting.extend(updates)
        most = MAX_UNREAD if self.is_read else MAX_UNCLAIMED
        while len(self._waiting) > most:
            self._waiting.popleft()
            self._missed += 1

    def take(self) -> Update | None:
        """The next update; None: there is none. The one taken before counts as handled."""
        self.is_read = True
        self._in_hand = None
        if self._missed:
            missed, self._missed = self._missed, 0
            return UpdatesDropped(missed)
        self._in_hand = self._waiting.popleft() if self._waiting else None
        return self._in_hand

    def mark_handled(self) -> None:
        """The update that was taken last is handled."""
        self._in_hand = None

    def full(self) -> bool:
        """Whether the server should not be read for now."""
        self._full = self.is_read and len(self._waiting) > (LOW if self._full else HIGH)
        return self._full

    def handled_numbers(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """For each channel, lowered from the last number received: the one up to which every event is handled."""
        numbers = dict(numbers)
        if self.is_read:
            for update in (self._in_hand, *self._waiting):
                if isinstance(update, EventReceived) and update.event.number and update.event.channel in numbers:
                    channel = update.event.channel
                    numbers[channel] = min(numbers[channel], update.event.number - 1)
        return numbers
