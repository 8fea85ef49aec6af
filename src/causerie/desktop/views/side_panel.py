"""The panel on the right: people, pins, a thread, or search results."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from causerie.chat.commands import Search
from causerie.chat.replies import Found, PinList
from causerie.desktop.models import lines, members
from causerie.desktop.models.actions import Actions
from causerie.desktop.models.search_results import SearchResults
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views.chat_view import ChatView
from causerie.desktop.views.thread_pane import ThreadPane
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

PanelContent = Literal["", "people", "pins", "thread", "search"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the panel shows. `search_text`: in the search field; `thread`: the message whose thread it is (0: none), and
    `cursor` in its composer."""

    shown: PanelContent
    results: SearchResults
    search_text: str
    thread: int
    cursor: str


class SidePanel:
    """See the module. `go` shows a message, by channel and number; `person`: a name was clicked; `choose`: whether
    people are shown from now on; `pane` makes the pane of a thread."""

    def __init__(
        self,
        view: ChatView,
        actions: Actions,
        people: bool,
        go: Callable[[str, int], None],
        person: Callable[[str], None],
        choose: Callable[[bool], None],
        pane: Callable[[Timeline], ThreadPane],
    ) -> None:
        self.results = SearchResults()
        self.shown: PanelContent = "people" if people else ""
        self.thread: ThreadPane | None = None
        self._people = people
        self._view = view
        self._actions = actions
        self._go = go
        self._person = person
        self._choose = choose
        self._pane = pane

    @property
    def in_the_way(self) -> bool:
        """Whether it shows something that Esc closes."""
        return self.shown not in ("", "people")

    def refresh(self) -> None:
        """What is shown here has changed."""
        model = self._actions.chat.thread
        if self.thread is not None and self.thread.model is not model:
            self._close_thread()
            if model is None and self.shown == "thread":
                self.shown = "people" if self._people else ""
                self._view.side("", ())
        if self.thread is not None:
            self.thread.refresh()

    def refresh_people(self) -> None:
        """Who is in the channel has changed."""
        view = self._actions.chat.view
        if self.shown == "people" and view is not None:
            here = sum(member.here for member in view.members.values())
            self._view.side(_("People ({count})").format(count=here), lines.of_people(members.lines(view)))

    def toggle_people(self, on: bool | None = None) -> None:
        """Show people or not; without `on` toggle."""
        self._people = self.shown != "people" if on is None else on
        self.back()
        self._choose(self._people)

    def back(self) -> None:
        """Back to people, or to nothing."""
        self._shows("people" if self._people else "")
        if self._people:
            self.refresh_people()
        else:
            self._view.side("", ())

    def pins(self) -> None:
        """Show the pinned messages."""

        def show(pins: PinList) -> None:
            self._shows("pins")
            self._view.side(_("Pinned"), lines.of_messages(pins.messages), seeking=True)

        self._actions.pins(show)

    def open_thread(self, number: int) -> None:
        """Show a thread, with a composer."""
        self._actions.chat.read_state.open_thread(number)
        model = self._actions.chat.thread
        assert model is not None
        if self.thread is None or self.thread.model is not model:
            self._close_thread()
            self.shown = "thread"
            self._view.side("", ())
            self.thread = self._pane(model)
            self._view.show_thread(True)
        self.thread.refresh()
        self.thread.composer.focus()

    def snapshot(self) -> Snapshot:
        """For the window that replaces this one."""
        pane = self.thread
        thread, cursor = (pane.model.thread, pane.composer.cursor) if pane is not None else (0, "")
        return Snapshot(self.shown, self.results, self._view.search_text, thread, cursor)

    def restore(self, before: Snapshot) -> None:
        """Show what another window showed."""
        self.results = before.results
        if before.shown == "search":
            self.shown = "search"
            self._show_hits(answered=not before.results.waiting)
            self._view.seek(before.search_text, focus=False)
        elif before.shown == "pins":
            self.pins()
        elif before.shown == "thread":
            self.open_thread(before.thread)
            if self.thread is not None:
                self.thread.composer.restore(before.cursor)

    def seek(self) -> None:
        """Open the search (Ctrl+F)."""
        self._shows("search")
        self._show_hits()
        self._view.seek()

    def search(self, typed: str) -> None:
        """Search for this."""
        self._shows("search")
        asked = self.results.ask(typed, self._actions.chat.current)
        self._show_hits()
        if asked is not None:
            self._ask(asked)

    def pressed(self, key: str) -> None:
        """A line was clicked."""
        if self.shown == "people":
            self._person(key)
        elif key == "more":
            asked = self.results.next()
            if asked is not None:
                self._ask(asked)
        else:
            channel, _space, number = key.rpartition(" ")
            self._go(channel, int(number))

    def sync_composer(self) -> None:
        """Bring what is typed in the thread's composer into the model."""
        if self.thread is not None:
            self.thread.composer.sync()

    def fill(self) -> None:
        """The text of the thread's composer may have changed."""
        if self.thread is not None:
            self.thread.composer.fill()

    def _shows(self, what: PanelContent) -> None:
        if self.shown == "thread":
            self._actions.chat.read_state.close_thread()
            self._close_thread()
        self.shown = what

    def _close_thread(self) -> None:
        pane, self.thread = self.thread, None
        if pane is not None:
            pane.close()
            self._view.show_thread(False)

    def _ask(self, asked: Search) -> None:
        def show(found: Found | None) -> None:
            if self.results.found(asked, found) and self.shown == "search":
                self._show_hits(answered=True)
                self._view.frame.update_idletasks()
            log.info("found %d", len(found.hits) if found is not None else 0)

        self._actions.search(asked, show)

    def _show_hits(self, answered: bool = False) -> None:
        self._view.side(_("Find"), lines.of_hits(self.results, answered), seeking=True)
