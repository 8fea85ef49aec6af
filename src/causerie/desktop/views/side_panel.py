"""What stands on the right of the conversation: its people, pins, a thread, or what was found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from causerie.chat.commands import Search
from causerie.chat.replies import Found, PinList
from causerie.desktop.models import lines, members
from causerie.desktop.models.actions import Acts
from causerie.desktop.models.searching import Searching
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views import writing
from causerie.desktop.views.chat_view import ChatView
from causerie.desktop.views.thread_pane import ThreadPane
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

Shown = Literal["", "people", "pins", "thread", "search"]


@dataclass(frozen=True, slots=True)
class Carried:
    """What stands there. `sought`: typed in the search field; `threaded`: the message whose thread it is, and what one
    writes in it."""

    shown: Shown
    searching: Searching
    sought: str
    threaded: int
    written: writing.Carried | None


class Beside:
    """See the module. `go`: to a message, by channel and number. `person`: somebody was pressed. `choose`: whether
    people are shown from now on. `pane`: draws this thread."""

    def __init__(
        self,
        view: ChatView,
        acts: Acts,
        people: bool,
        go: Callable[[str, int], None],
        person: Callable[[str], None],
        choose: Callable[[bool], None],
        pane: Callable[[Timeline], ThreadPane],
    ) -> None:
        self.searching = Searching()
        self.shown: Shown = "people" if people else ""
        self.thread: ThreadPane | None = None
        self._people = people
        self._view = view
        self._acts = acts
        self._go = go
        self._person = person
        self._choose = choose
        self._pane = pane

    @property
    def in_the_way(self) -> bool:
        """Whether there is something that Esc closes."""
        return self.shown not in ("", "people")

    def refresh(self) -> None:
        """What is shown there has changed."""
        model = self._acts.chat.thread
        if self.thread is not None and self.thread.model is not model:
            self._close_thread()
            if model is None and self.shown == "thread":
                self.shown = "people" if self._people else ""
                self._view.side("", ())
        if self.thread is not None:
            self.thread.refresh()

    def refresh_people(self) -> None:
        """Who is in the channel has changed."""
        view = self._acts.chat.view
        if self.shown == "people" and view is not None:
            here = sum(member.here for member in view.members.values())
            self._view.side(_("People ({count})").format(count=here), lines.of_people(members.lines(view)))

    def toggle_people(self, on: bool | None = None) -> None:
        """Shown or not; as it was not, without `on`."""
        self._people = self.shown != "people" if on is None else on
        self.back()
        self._choose(self._people)

    def back(self) -> None:
        """Whatever else is shown is shown no more."""
        self._shows("people" if self._people else "")
        if self._people:
            self.refresh_people()
        else:
            self._view.side("", ())

    def pins(self) -> None:
        """What is pinned here."""

        def show(pins: PinList) -> None:
            self._shows("pins")
            self._view.side(_("Pinned"), lines.of_messages(pins.messages), seeking=True)

        self._acts.pins(show)

    def open_thread(self, number: int) -> None:
        """A message and its replies, with a line to type in."""
        self._acts.chat.reading.open_thread(number)
        model = self._acts.chat.thread
        assert model is not None
        if self.thread is None or self.thread.model is not model:
            self._close_thread()
            self.shown = "thread"
            self._view.side("", ())
            self.thread = self._pane(model)
            self._view.beside(True)
        self.thread.refresh()
        self.thread.writing.focus()

    def carried(self) -> Carried:
        """What stands here, for another window."""
        pane = self.thread
        threaded, written = (pane.model.thread, pane.writing.carried()) if pane is not None else (0, None)
        return Carried(self.shown, self.searching, self._view.sought, threaded, written)

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
            self.open_thread(before.threaded)
            if self.thread is not None and before.written is not None:
                self.thread.writing.carry_on(before.written)

    def seek(self) -> None:
        """Ctrl+F."""
        self._shows("search")
        self._show_hits()
        self._view.seek()

    def search(self, typed: str) -> None:
        """Look for this."""
        self._shows("search")
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

    def keep(self) -> None:
        """What is typed so far in the thread is known to the model."""
        if self.thread is not None:
            self.thread.writing.keep()

    def fill(self) -> None:
        """What stands in the thread's line may be something else now."""
        if self.thread is not None:
            self.thread.writing.fill()

    def close(self) -> None:
        """The window shows something else from now on."""
        self.keep()

    # The rest is its own.

    def _shows(self, what: Shown) -> None:
        if self.shown == "thread":
            self._acts.chat.reading.close_thread()
            self._close_thread()
        self.shown = what

    def _close_thread(self) -> None:
        pane, self.thread = self.thread, None
        if pane is not None:
            pane.close()
            self._view.beside(False)

    def _ask(self, asked: Search) -> None:
        def show(found: Found | None) -> None:
            if self.searching.found(asked, found) and self.shown == "search":
                self._show_hits(answered=True)
                self._view.frame.update_idletasks()
            log.info("found %d", len(found.hits) if found is not None else 0)

        self._acts.search(asked, show)

    def _show_hits(self, answered: bool = False) -> None:
        self._view.side(_("Find"), lines.of_hits(self.searching, answered), seeking=True)
