"""The timelines that are kept: of so many channels, with the place in each; and of the thread that is open. No Tk."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from causerie.desktop.models.timeline import Timeline

KEPT = 8
"""Channels whose place in the timeline is kept; the others open at their end."""


class Timelines:
    """See the module. `make`: an empty timeline of a channel; with a number, of the thread that this message began."""

    def __init__(self, make: Callable[[str, int], Timeline]) -> None:
        self.thread: Timeline | None = None
        self._make = make
        self._known: OrderedDict[str, Timeline] = OrderedDict()

    def get(self, channel: str, current: str) -> Timeline:
        """A channel's. `current`: the one that is open, which is never forgotten."""
        timeline = self._known.get(channel)
        if timeline is None:
            timeline = self._known[channel] = self._make(channel, 0)
            while len(self._known) > KEPT:
                del self._known[next(name for name in self._known if name not in (channel, current))]
        self._known.move_to_end(channel)
        return timeline

    def known(self, channel: str) -> Timeline | None:
        """A channel's, if it is kept."""
        return self._known.get(channel)

    def of(self, channel: str) -> Iterator[Timeline]:
        """All that show something of this channel."""
        if channel in self._known:
            yield self._known[channel]
        if self.thread is not None and self.thread.channel == channel:
            yield self.thread

    def all(self) -> Iterator[Timeline]:
        """All that are kept."""
        yield from self._known.values()
        if self.thread is not None:
            yield self.thread

    def open(self, channel: str, thread: int) -> Timeline:
        """The thread beside the conversation is this one."""
        self.thread = self._make(channel, thread)
        return self.thread

    def drop(self, channel: str) -> None:
        """One is not there any more."""
        self._known.pop(channel, None)
        if self.thread is not None and self.thread.channel == channel:
            self.thread = None
