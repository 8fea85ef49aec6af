"""One's own state (read markers, drafts, threads, preferences, presence), kept true over cuts and new channels.

Events about it have no number: what happens while the connection is lost is never told. So what was asked about it
once is asked again by itself after each cut, for each channel that is entered, and where an event says less than the
answer would. How one is present belongs to a connection: the next one is told it anew.
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

QUESTIONS: dict[type[Command], Command] = {one.__class__: one for one in (Unread(), Drafts(), Threads(), Preferred())}
"""What answers about one's own state come to."""


_CONCERNS: dict[type[Command], type[Command]] = {Draft: Drafts, Follow: Threads, Mark: Unread, Notify: Preferred}
"""What changes the state that one of these answers with."""


class OwnState:
    """See the module. `take` gives what is to be asked now; `is_asked` whether a command is one of these."""

    def __init__(self) -> None:
        self.presence: Command | None = None
        """How one is present: the last of Away and SetPresence that was done; None: as at a log-in."""
        self._kept: dict[type[Command], Command] = {}
        """What was asked once, or concerns what was set."""
        self._due: dict[type[Command], Command] = {}
        self._open: list[Command] = []

    def asked(self, command: Command) -> None:
        """The user asks something."""
        kind = _CONCERNS.get(type(command), type(command))
        if kind in QUESTIONS:
            self._kept[kind] = QUESTIONS[kind]

    def done(self, command: Command) -> None:
        """What the user asked was done."""
        if isinstance(command, Away | SetPresence):
            self.presence = command

    def heard(self, event: Event) -> None:
        """An event came; one follows a thread, and how far one has read it stands in the list of threads."""
        if isinstance(event, Followed) and event.on and Threads in self._kept:
            self._due[Threads] = QUESTIONS[Threads]

    def recount(self) -> None:
        """What the server counted is not what it would count now: see View.recount."""
        self._kept[Unread] = self._due[Unread] = QUESTIONS[Unread]

    def missed(self) -> None:
        """Events may have been missed, or a channel is new."""
        self._due |= self._kept

    def cut(self) -> None:
        """The connection broke: nothing that is on its way is answered."""
        self._open.clear()
        self.missed()

    def forget(self) -> None:
        """Somebody else is logged in."""
        self.presence = None
        self._due.clear()

    def take(self) -> list[Command]:
        """What is to be asked now; nothing while answers are awaited."""
        if self._open or not self._due:
            return []
        self._open, self._due = list(self._due.values()), {}
        return list(self._open)

    def is_asked(self, command: Command) -> bool:
        """Whether it was taken from here and is not answered yet."""
        return any(command is one for one in self._open)

    def answered(self, command: Command) -> None:
        """It was, or will not be."""
        self._open = [one for one in self._open if one is not command]
