"""The timelines that are kept: of the last channels, and of the open thread. No Tk."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from causerie.desktop.models.timeline import Timeline

KEPT = 8
"""Channels whose timeline is kept, at most; the others open at their end."""


class Timelines:
    """See the module. `make` makes the empty timeline of a channel, or (with a number) of the thread of that
    message."""

    def __init__(self, make: Callable[[str, int], Timeline]) -> None:
        self.thread: Timeline | None = None
        self._make = make
        self._known: OrderedDict[str, Timeline] = OrderedDict()

    def get(self, channel: str, current: str) -> Timeline:
        """A channel's timeline. `current`: the open channel, which is never dropped."""
        timeline = self._known.get(channel)
        if timeline is None:
            timeline = self._known[channel] = self._make(channel, 0)
            while len(self._known) > KEPT:
                del self._known[next(name for name in self._known if name not in (channel, current))]
        self._known.move_to_end(channel)
        return timeline

    def known(self, channel: str) -> Timeline | None:
        """A channel's timeline, if it is kept."""
        return self._known.get(channel)

    def of(self, channel: str) -> Iterator[Timeline]:
        """All timelines of this channel: its own and its open thread's."""
        if channel in self._known:
            yield self._known[channel]
        if self.thread is not None and self.thread.channel == channel:
            yield self.thread

    def all(self) -> Iterator[Timeline]:
        """All timelines."""
        yield from self._known.values()
        if self.thread is not None:
            yield self.thread

    def open(self, channel: str, thread: int) -> Timeline:
        """Open this thread."""
        self.thread = self._make(channel, thread)
        return self.thread

    def drop(self, channel: str) -> None:
        """Drop the timelines of a channel."""
        self._known.pop(channel, None)
        if self.thread is not None and self.thread.channel == channel:
            self.thread = None
