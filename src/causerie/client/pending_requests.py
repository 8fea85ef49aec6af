"""What was asked and not answered yet: a handle for each command, and the marks that answers come back with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from causerie.chat import commands as c
from causerie.chat.errors import FrameTooLong
from causerie.chat.replies import Reply
from causerie.client import frames
from causerie.client.errors import Ended, Lost, TooMuchAsked

Then = Callable[["Asked"], None]

ASKED_MOST = 256
"""Questions of the user's that wait for an answer, at most."""

HARMLESS = (
    c.AuditLog, c.Channels, c.Drafts, c.Help, c.History, c.Join, c.ListAccounts, c.ListInvites, c.Members, c.Ping,
    c.Pins, c.Preferred, c.Reactions, c.Reports, c.Search, c.Sessions, c.Status, c.Thread, c.Threads, c.Unread,
    c.Versions, c.Whois, c.Why,
)  # fmt: skip
"""Commands that may be asked twice: they are asked again by themselves when the connection broke before the answer."""


class Asked:
    """A command and, some time, its answer: `reply`, or `error` where it was refused or the connection broke."""

    __slots__ = ("_then", "command", "error", "reply")

    def __init__(self, command: c.Command, then: Then | None = None) -> None:
        self.command = command
        self.reply: Reply | None = None
        self.error: Exception | None = None
        self._then: list[Then] = [] if then is None else [then]

    @property
    def done(self) -> bool:
        """Whether there is an answer."""
        return self.reply is not None or self.error is not None

    def then(self, call: Then) -> None:
        """Call this with the handle when it is done; at once if it is."""
        if self.done:
            call(self)
        else:
            self._then.append(call)

    def settle(self, answer: Reply | Exception) -> None:
        """This is the answer; only the first one counts."""
        if self.done:
            return
        if isinstance(answer, Exception):
            self.error = answer
        else:
            self.reply = answer
        calls, self._then = self._then, []
        for call in calls:
            call(self)


class Questions:
    """The commands of one session: those that wait for a connection, and those that wait for an answer."""

    def __init__(self) -> None:
        self._last = 0
        self._waiting: deque[tuple[int, Asked, bytes]] = deque()
        self._open: dict[int, tuple[Asked, bytes]] = {}
        self._own: set[int] = set()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._open)

    def ask(self, asked: Asked, most: int) -> None:
        """The user asks; sent by `take`. Raises TooMuchAsked, and FrameTooLong past `most` bytes."""
        if len(self) - len(self._own) >= ASKED_MOST:
            raise TooMuchAsked(ASKED_MOST)
        self._last += 1
        line = frames.encode(asked.command, self._last)
        if len(line) > most:
            raise FrameTooLong(most=most)
        self._waiting.append((self._last, asked, line))

    def own(self, asked: Asked) -> bytes:
        """The session itself asks: the line to send, now. It is not asked again when the connection breaks."""
        self._last += 1
        line = frames.encode(asked.command, self._last)
        self._open[self._last] = asked, line
        self._own.add(self._last)
        return line

    def take(self) -> bytes:
        """All that waits for a connection, to be sent now."""
        lines = []
        while self._waiting:
            mark, asked, line = self._waiting.popleft()
            self._open[mark] = asked, line
            lines.append(line)
        return b"".join(lines)

    def answered(self, mark: int | str | None) -> Asked | None:
        """An answer came: what it is to. Not settled yet; None where nothing was asked under this mark."""
        if not isinstance(mark, int) or mark not in self._open:
            return None
        self._own.discard(mark)
        return self._open.pop(mark)[0]

    def leaving(self) -> list[Asked]:
        """The goodbyes among them, which only a farewell answers; taken out."""
        marks = [mark for mark, (asked, _line) in self._open.items() if isinstance(asked.command, c.LogOut | c.Quit)]
        return [asked for mark in marks if (asked := self.answered(mark)) is not None]

    def cut(self, why: str) -> None:
        """The connection broke: harmless questions wait for the next one, the others fail with Lost."""
        own, self._own = self._own, set()
        was, self._open = self._open, {}
        again = []
        for mark, (asked, line) in was.items():
            if mark not in own and isinstance(asked.command, HARMLESS):
                again.append((mark, asked, line))
            else:
                asked.settle(Lost(why))
        self._waiting.extendleft(reversed(again))

    def over(self, code: str) -> None:
        """There will be no other connection: all of them fail with Ended."""
        waiting = [asked for asked, _line in self._open.values()] + [asked for _mark, asked, _line in self._waiting]
        self._open, self._own = {}, set()
        self._waiting.clear()
        for asked in waiting:
            asked.settle(Ended(code))
