"""Keeps the person's own state (read markers, drafts, threads, preferences, presence) current on every connection.

Events about it have no number, so those of a time without connection are never sent. What was requested once is
requested again after each reconnect, for each channel that is joined, and where an event says less than the reply
would. Presence belongs to a connection: it is set again on the next one.
"""

from __future__ import annotations

from causerie.chat.commands import (
    Away,
    Command,
    Draft,
    Drafts,
    Follow,
    Mark,
    Notify,
    Preferred,
    SetPresence,
    Threads,
    Unread,
)
from causerie.chat.events import Event, Followed

REQUESTS: dict[type[Command], Command] = {one.__class__: one for one in (Unread(), Drafts(), Threads(), Preferred())}
"""By type: the commands whose replies hold the person's own state."""


_CONCERNS: dict[type[Command], type[Command]] = {Draft: Drafts, Follow: Threads, Mark: Unread, Notify: Preferred}
"""Which of these a command that changes own state concerns."""


class OwnState:
    """See the module. `take` gives the commands to send now; `is_pending`: whether a command is one of these."""

    def __init__(self) -> None:
        self.presence: Command | None = None
        """The last of Away and SetPresence that was done; None: neither was."""
        self._saved: dict[type[Command], Command] = {}
        """The requests to repeat."""
        self._due: dict[type[Command], Command] = {}
        self._pending: list[Command] = []

    def requested(self, command: Command) -> None:
        """The user sends a command."""
        kind = _CONCERNS.get(type(command), type(command))
        if kind in REQUESTS:
            self._saved[kind] = REQUESTS[kind]

    def command_done(self, command: Command) -> None:
        """A command of the user's was done."""
        if isinstance(command, Away | SetPresence):
            self.presence = command

    def event_received(self, event: Event) -> None:
        """An event arrived. Of a thread that is followed now, the list of threads says how far it is read."""
        if isinstance(event, Followed) and event.on and Threads in self._saved:
            self._due[Threads] = REQUESTS[Threads]

    def recount(self) -> None:
        """The counts of unread messages are outdated: see View.recount."""
        self._saved[Unread] = self._due[Unread] = REQUESTS[Unread]

    def mark_outdated(self) -> None:
        """Events may have been missed, or a channel is new: request it all again."""
        self._due |= self._saved

    def connection_lost(self) -> None:
        """The connection was lost: nothing that was sent is replied to."""
        self._pending.clear()
        self.mark_outdated()

    def account_changed(self) -> None:
        """Another account is logged in."""
        self.presence = None
        self._due.clear()

    def take(self) -> list[Command]:
        """The commands to send now; none while replies are pending."""
        if self._pending or not self._due:
            return []
        self._pending, self._due = list(self._due.values()), {}
        return list(self._pending)

    def is_pending(self, command: Command) -> bool:
        """Whether this command was taken from here and is pending."""
        return any(command is one for one in self._pending)

    def answered(self, command: Command) -> None:
        """This command is not pending any more."""
        self._pending = [one for one in self._pending if one is not command]
