"""Keeps one channel in sync: applies its events in order to its view, and fills gaps from history.

Each numbered event is passed on once and in order. When one comes too early, what follows is held until a page of
history has filled the gap; what history does not have is reported as a `Gap`.
"""

from __future__ import annotations

from collections import deque

import msgspec

from causerie.chat.commands import Command, History, Join
from causerie.chat.events import Event, Gap, Typing
from causerie.chat.replay import apply, quiet
from causerie.chat.replies import Page, Snapshot
from causerie.chat.view import Missing, View, from_snapshot
from causerie.client.frames import UnknownEvent
from causerie.client.updates import ChannelSynced, EventReceived, TypingStopped, Update

MAX_HELD = 5000
"""Events held while a gap is filled, at most; past it the channel is joined anew, and the `Gap` is reported."""

MAX_FILL = 2000
"""Events that are requested to fill a gap, at most; a larger one is reported as a `Gap`."""

PAGE = 200

TYPING_SECONDS = 7.0
"""How long a typing event holds; a client repeats it every few seconds while somebody types."""

ChannelInput = Event | Snapshot | UnknownEvent


class ChannelSync:
    """See the module. `caught_up`: what was missed while the connection was lost has arrived."""

    def __init__(self, view: View, caught_up: bool, keep: int) -> None:
        self.view = view
        self.typing: dict[int, float] = {}
        """By person: when their typing event expires, unless it is repeated."""
        self.caught_up = caught_up
        self._keep = keep
        self._held: deque[ChannelInput] = deque()
        self._gap_end = 0
        """Events below this number are missing; 0: none are."""
        self._must_rejoin = False
        self._asking = False

    def hear(self, received: ChannelInput) -> list[Update]:
        """Something arrived from the server: the updates that follow from it."""
        if self._must_rejoin:
            if not isinstance(received, Snapshot):
                return []
            self._must_rejoin = self._asking = False
        if not self._gap_end:
            return self._apply(received)
        if len(self._held) >= MAX_HELD:
            self._held.clear()
            self._gap_end, self._must_rejoin, self._asking = 0, True, False
        else:
            self._held.append(received)
        return []

    def next_request(self) -> Command | None:
        """The command to send now, each once; None: none. Its reply goes to `page`, `refused` or `hear`."""
        if self._asking or not (self._gap_end or self._must_rejoin):
            return None
        self._asking = True
        if self._must_rejoin:
            return Join(channel=self.view.channel, create=False)
        if self.view.number:
            return History(channel=self.view.channel, after=self.view.number, limit=PAGE)
        return History(channel=self.view.channel, around=1, limit=PAGE)  # `after` 0 is "not given"

    def page(self, page: Page) -> list[Update]:
        """A page of the missing events arrived."""
        if not self._gap_end:
            return []
        self._asking = False
        before, updates = self.view.number, []
        for event in page.events:
            if self.view.number < event.number < self._gap_end:
                updates += self._skip_to(event.number - 1)
                updates += self._apply(event)
        if page.more and before < self.view.number < self._gap_end - 1:
            return updates
        return updates + self._release_held()

    def refused(self) -> list[Update]:
        """The request for missing events was refused: they are reported as a `Gap`."""
        self._asking = False
        return self._release_held() if self._gap_end else []

    def typing_seen(self, event: Typing, now: float) -> None:
        """Somebody is typing: remember until when."""
        self.typing = {person: until for person, until in self.typing.items() if person in self.view.typing}
        self.typing[event.person] = now + TYPING_SECONDS

    def expire_typing(self, now: float) -> list[Update]:
        """Time has passed: take those out whose typing event has expired."""
        before = self.view
        for person, until in tuple(self.typing.items()):
            if until <= now:
                del self.typing[person]
                self.view = quiet(self.view, person)
        return [TypingStopped(self.view)] if self.view is not before else []

    def connection_lost(self) -> None:
        """The connection was lost: what was held is sent again when the channel is resumed."""
        self._held.clear()
        self._gap_end, self._must_rejoin, self._asking, self.caught_up = 0, False, False, False

    def _release_held(self) -> list[Update]:
        updates = self._skip_to(self._gap_end - 1)
        self._gap_end = 0
        held, self._held = self._held, deque()
        while held and not self._gap_end:
            updates += self._apply(held.popleft())
        self._held.extend(held)
        return updates

    def _skip_to(self, number: int) -> list[Update]:
        if number <= self.view.number:
            return []
        return self._apply(Gap(channel=self.view.channel, number=number, after=self.view.number))

    def _apply(self, received: ChannelInput) -> list[Update]:
        before = self.view
        if isinstance(received, Snapshot):
            if received.number > before.number:
                # A snapshot has no events in it; and those of its own moment may arrive after it.
                return self._hold(received, received.number + 1)
            self.view = from_snapshot(received, before)
            self.caught_up = True
            put_back = Gap(channel=received.channel, number=received.number, after=before.number)
            gap: list[Update] = [EventReceived(put_back, self.view)] if received.number < before.number else []
            return [*gap, ChannelSynced(self.view)]
        if not isinstance(received, Gap) and received.number:
            if received.number <= before.number:
                return []
            if received.number > before.number + 1:
                return self._hold(received, received.number)
        if isinstance(received, Event) and received.channel != before.channel:
            # History has events from before a channel was renamed under the older name.
            received = msgspec.structs.replace(received, channel=before.channel)
        if isinstance(received, UnknownEvent):
            self.view = msgspec.structs.replace(before, number=received.number)
            return []
        try:
            self.view = apply(before, received, self._keep)
        except Missing as missing:
            return self._hold(received, missing.before)
        if isinstance(received, Gap) and self.view is before:
            return []
        return [EventReceived(received, self.view)]

    def _hold(self, received: ChannelInput, number: int) -> list[Update]:
        if number - self.view.number - 1 > MAX_FILL:
            return self._skip_to(number - 1) + self._apply(received)
        self._gap_end = number
        self._held.appendleft(received)
        return []
