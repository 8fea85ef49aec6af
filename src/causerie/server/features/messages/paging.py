"""Pages of a channel's log that are full: what a reader does not want is left out before it is counted, not after."""

from __future__ import annotations

from dataclasses import dataclass

from causerie.chat.commands import History
from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel
from causerie.server.context import Bounds
from causerie.server.ports.store import LogStore

CHUNK_MOST = 1000
"""Events read at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be on a page. `asker`: who reads it (an id); the others as in commands.History. `bounds`: of the
    events gone through for one page; where more are left out the page says from where to go on."""

    asker: int
    talk: bool
    deleted: bool
    without: frozenset[str]
    bounds: Bounds

    def takes(self, event: LoggedEvent) -> bool:
        """Whether it is to be on the page."""
        if type(event) is Message and event.deleted and not self.deleted:
            return False
        return type(event).__struct_config__.tag not in self.without


def wanted_by(command: History, asker: int, bounds: Bounds) -> Wanted:
    """What a command asks for."""
    return Wanted(asker, command.talk, command.deleted, frozenset(command.without), bounds)


async def events_between(
    store: LogStore, channel: Channel, above: int, below: int, limit: int, newest: bool, wanted: Wanted
) -> tuple[list[LoggedEvent], int]:
    """As Store.page: `limit` of the wanted events, oldest first; and where the search for them ended before there was
    nothing more, the event to go on from (0: it did not)."""
    found: list[LoggedEvent] = []
    scanned = 0
    chunk = limit
    while limit:
        events = await store.page(channel, above, below, chunk, newest, wanted.asker, wanted.talk)
        scanned += len(events)
        some = [event for event in events if wanted.takes(event)]
        found = some + found if newest else found + some
        if len(events) < chunk or len(found) >= limit:
            break
        if newest:
            below = events[0].number
        else:
            above = events[-1].number
        if scanned >= wanted.bounds.scanned:
            return found, below if newest else above
        chunk = min(max(2 * chunk, wanted.bounds.chunk), CHUNK_MOST)
    return (found[-limit:] if newest else found[:limit]) if limit else [], 0
