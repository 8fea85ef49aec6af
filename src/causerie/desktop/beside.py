"""What stands on the right of the conversation: its people, pins, a thread, or what was found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from causerie.chat.commands import Search
from causerie.chat.replies import Found, PinList, ThreadPage
from causerie.desktop import lines, members
from causerie.desktop.acts import Acts
from causerie.desktop.chat_view import ChatView
from causerie.desktop.searching import Searching
from causerie.text import _

log = logging.getLogger("causerie.desktop")

Shown = Literal["", "people", "pins", "thread", "search"]


@dataclass(frozen=True, slots=True)
class Carried:
    """What stands there. `sought`: typed in the search field; `threaded`: the message whose thread it is."""

    shown: Shown
    searching: Searching
    sought: str
    threaded: int


class Beside:
    """See the module. `go`: to a message, by channel and number. `person`: somebody was pressed. `choose`: whether
    people are shown from now on. `answer`: what is typed answers the thread that was opened."""

    def __init__(
        self,
        view: ChatView,
        acts: Acts,
        people: bool,
        go: Callable[[str, int], None],
        person: Callable[[str], None],
        choose: Callable[[bool], None],
        answer: Callable[[ThreadPage], None],
    ) -> None:
        self.searching = Searching()
        self._threaded = 0
        self.shown: Shown = "people" if people else ""
        self._view = view
        self._acts = acts
        self._go = go
        self._person = person
        self._choose = choose
        self._answer = answer

    @property
    def in_the_way(self) -> bool:
        """Whether there is something that Esc closes."""
        return self.shown not in ("", "people")

    def refresh(self) -> None:
        """Who is in the channel has changed."""
        view = self._acts.chat.view
        if self.shown == "people" and view is not None:
            here = sum(member.here for member in view.members.values())
            self._view.side(_("People ({count})").format(count=here), lines.of_people(members.lines(view)))

    def toggle_people(self, on: bool | None = None) -> None:
        """Shown or not; as it was not, without `on`."""
        on = self.shown != "people" if on is None else on
        self.shown = "people" if on else ""
        if on:
            self.refresh()
        else:
            self._view.side("", ())
        self._choose(on)

    def pins(self) -> None:
        """What is pinned here."""

        def show(pins: PinList) -> None:
            self.shown = "pins"
            self._view.side(_("Pinned"), lines.of_messages(pins.messages), seeking=True)

        self._acts.pins(show)

    def thread(self, number: int) -> None:
        """A message and its replies."""
        self._threaded = number

        def show(page: ThreadPage) -> None:
            self.shown = "thread"
            self._view.side(_("Thread"), lines.of_messages(page.messages), seeking=True)
            self._answer(page)

        self._acts.thread(number, show)

    def carried(self) -> Carried:
        """What stands here, for another window."""
        return Carried(self.shown, self.searching, self._view.sought, self._threaded)

    def carry_on(self, before: Carried) -> None:
        """The same, from another window."""
        self.searching = before.searching
        if before.shown == "search":
            self.shown = "search"
            self._show_hits(answered=not before.searching.waiting)
            self._view.seek(before.sought, focus=False)
        elif before.shown == "pins":
            self.pins()
        elif before.shown == "thread":
            self.thread(before.threaded)

    def seek(self) -> None:
        """Ctrl+F."""
        self.shown = "search"
        self._show_hits()
        self._view.seek()

    def search(self, typed: str) -> None:
        """Look for this."""
        self.shown = "search"
        asked = self.searching.ask(typed, self._acts.chat.current)
        self._show_hits()
        if asked is not None:
            self._ask(asked)

    def pressed(self, key: str) -> None:
        """A line was pressed."""
        if self.shown == "people":
            self._person(key)
        elif key == "more":
            asked = self.searching.next()
            if asked is not None:
                self._ask(asked)
        else:
            channel, _space, number = key.rpartition(" ")
            self._go(channel, int(number))

    # The rest is its own.

    def _ask(self, asked: Search) -> None:
        def show(found: Found | None) -> None:
            if self.searching.found(asked, found) and self.shown == "search":
                self._show_hits(answered=True)
                self._view.frame.update_idletasks()
            log.info("found %d", len(found.hits) if found is not None else 0)

        self._acts.search(asked, show)

    def _show_hits(self, answered: bool = False) -> None:
        self._view.side(_("Find"), lines.of_hits(self.searching, answered), seeking=True)
