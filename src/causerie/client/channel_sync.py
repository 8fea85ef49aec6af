"""One channel that is followed: its view, kept by `chat.replay`, and the holes in what was told.

Each event with a number is passed on once and in order. When one comes too early, what follows is held until a page
of history has filled the hole; what history does not have is said as a `Gap`.
"""

from __future__ import annotations

from collections import deque

import msgspec

from causerie.chat.commands import Command, History, Join
from causerie.chat.events import Event, Gap, Typing
from causerie.chat.replay import apply, quiet
from causerie.chat.replies import Page, Snapshot
from causerie.chat.view import Missing, View, from_snapshot
from causerie.client.frames import Unknown
from causerie.client.notifications import Happening, Heard, Opened, Quiet

HELD_MOST = 5000
"""Events that are held while a hole is filled; past it the channel is entered anew, and the hole is a gap."""

FILL_MOST = 2000
"""Events that are asked for to fill a hole; a larger one is a gap."""

PAGE = 200

TYPING_SECONDS = 7.0
"""How long somebody is typing who has said so; who goes on says it again every few seconds."""

Told = Event | Snapshot | Unknown


class Following:
    """See the module. `caught_up`: what was missed while the connection was lost has come."""

    def __init__(self, view: View, caught_up: bool, keep: int) -> None:
        self.view = view
        self.typing: dict[int, float] = {}
        """When somebody who is typing is typing no longer, unless they say so again."""
        self.caught_up = caught_up
        self._keep = keep
        self._held: deque[Told] = deque()
        self._hole = 0
        """What is below this number is missing; 0: nothing is."""
        self._astray = False
        self._asking = False

    def hear(self, told: Told) -> list[Happening]:
        """Something came, in its order: what to pass on."""
        if self._astray:
            if not isinstance(told, Snapshot):
                return []
            self._astray = self._asking = False
        if not self._hole:
            return self._take(told)
        if len(self._held) >= HELD_MOST:
            self._held.clear()
            self._hole, self._astray, self._asking = 0, True, False
        else:
            self._held.append(told)
        return []

    def wants(self) -> Command | None:
        """What the session has to ask; each thing once. The answer goes to `page`, `refused` or `hear`."""
        if self._asking or not (self._hole or self._astray):
            return None
        self._asking = True
        if self._astray:
            return Join(channel=self.view.channel, create=False)
        if self.view.number:
            return History(channel=self.view.channel, after=self.view.number, limit=PAGE)
        return History(channel=self.view.channel, around=1, limit=PAGE)  # `after` 0 is "not given"

    def page(self, page: Page) -> list[Happening]:
        """A page of what is missing came."""
        if not self._hole:
            return []
        self._asking = False
        before, happenings = self.view.number, []
        for event in page.events:
            if self.view.number < event.number < self._hole:
                happenings += self._jump(event.number - 1)
                happenings += self._take(event)
        if page.more and before < self.view.number < self._hole - 1:
            return happenings
        return happenings + self._go_on()

    def refused(self) -> list[Happening]:
        """History has nothing to say about it."""
        self._asking = False
        return self._go_on() if self._hole else []

    def types(self, event: Typing, now: float) -> None:
        """Somebody is typing, for a while."""
        self.typing = {person: until for person, until in self.typing.items() if person in self.view.typing}
        self.typing[event.person] = now + TYPING_SECONDS

    def falls_quiet(self, now: float) -> list[Happening]:
        """Time has passed: who is not typing any more."""
        before = self.view
        for person, until in tuple(self.typing.items()):
            if until <= now:
                del self.typing[person]
                self.view = quiet(self.view, person)
        return [Quiet(self.view)] if self.view is not before else []

    def cut(self) -> None:
        """The connection broke: what was held comes again, when it is resumed."""
        self._held.clear()
        self._hole, self._astray, self._asking, self.caught_up = 0, False, False, False

    def _go_on(self) -> list[Happening]:
        happenings = self._jump(self._hole - 1)
        self._hole = 0
        held, self._held = self._held, deque()
        while held and not self._hole:
            happenings += self._take(held.popleft())
        self._held.extend(held)
        return happenings

    def _jump(self, number: int) -> list[Happening]:
        if number <= self.view.number:
            return []
        return self._take(Gap(channel=self.view.channel, number=number, after=self.view.number))

    def _take(self, told: Told) -> list[Happening]:
        before = self.view
        if isinstance(told, Snapshot):
            if told.number > before.number:
                # It tells nothing of what led to it; and the events of its own moment may come behind it.
                return self._too_early(told, told.number + 1)
            self.view = from_snapshot(told, before)
            self.caught_up = True
            put_back = Gap(channel=told.channel, number=told.number, after=before.number)
            gap: list[Happening] = [Heard(put_back, self.view)] if told.number < before.number else []
            return [*gap, Opened(self.view)]
        if not isinstance(told, Gap) and told.number:
            if told.number <= before.number:
                return []
            if told.number > before.number + 1:
                return self._too_early(told, told.number)
        if isinstance(told, Event) and told.channel != before.channel:
            # History tells of what was before a channel's other name under that one.
            told = msgspec.structs.replace(told, channel=before.channel)
        if isinstance(told, Unknown):
            self.view = msgspec.structs.replace(before, number=told.number)
            return []
        try:
            self.view = apply(before, told, self._keep)
        except Missing as missing:
            return self._too_early(told, missing.before)
        if isinstance(told, Gap) and self.view is before:
            return []
        return [Heard(told, self.view)]

    def _too_early(self, told: Told, number: int) -> list[Happening]:
        if number - self.view.number - 1 > FILL_MOST:
            return self._jump(number - 1) + self._take(told)
        self._hole = number
        self._held.appendleft(told)
        return []
