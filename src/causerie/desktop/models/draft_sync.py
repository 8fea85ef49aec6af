"""Keeps the drafts of channels on the server, for the person's other devices. No Tk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from causerie.chat.commands import Draft, Drafts
from causerie.chat.replies import DraftList, Reply
from causerie.chat.view import View
from causerie.desktop.models.bridge_messages import NetworkPort, OnAnswer
from causerie.desktop.models.composers import Composers

log = logging.getLogger("causerie.desktop")


class DraftSync:
    """See the module. `views`: the channels, as they change; `possible`: whether the server takes drafts now; `listed`
    is called with the reply to each request for all drafts."""

    def __init__(
        self,
        port: NetworkPort,
        composers: Composers,
        views: Mapping[str, View],
        possible: Callable[[], bool],
        listed: OnAnswer,
    ) -> None:
        self._port = port
        self._composers = composers
        self._views = views
        self._possible = possible
        self._listed = listed
        self._known: set[str] = set()
        """Channels whose draft on the server is known."""
        self._requested = False

    def logged_in(self) -> None:
        """Request all drafts: events of a time without connection are not repeated."""
        self._requested = False
        self._request()

    def channel_synced(self, channel: str) -> None:
        """A channel was joined or resumed."""
        if channel not in self._known:
            self._request()

    def channel_left(self, channel: str) -> None:
        """A channel's draft on the server is not known any more."""
        self._known.discard(channel)

    def save(self, channel: str) -> None:
        """Save a channel's draft (also an empty one) on the server."""
        text = self._composers.draft_to_sync(channel)
        if text is None or channel not in self._views or not self._possible():
            return

        def then(reply: Reply | None, error: Exception | None) -> None:
            view = self._views.get(channel)
            self._composers.synced(channel, text if error is None or view is None else view.draft)
            if error is None:
                log.info("the draft of %s is kept", channel)
                self.save(channel)  # what was typed meanwhile

        self._composers.sync_started(channel, text)
        self._port.ask(Draft(channel=channel, text=text), then)

    def _request(self) -> None:
        """One request at a time, however many channels are joined."""
        if self._requested:
            return
        self._requested = True
        there = frozenset(self._views)

        def then(reply: Reply | None, error: Exception | None) -> None:
            self._requested = False
            if isinstance(reply, DraftList):
                self._known |= there
                log.info("drafts are known")
                for channel in there & frozenset(self._views):
                    self._composers.server_draft(channel, self._views[channel].draft)
                    self.save(channel)
                if not self._known.issuperset(self._views):
                    self._request()
            self._listed(reply, error)

        self._port.ask(Drafts(), then)
