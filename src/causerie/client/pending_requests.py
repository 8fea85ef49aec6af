"""Pending requests: commands that wait for a connection or a reply, by the ids that replies come back with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from causerie.chat import commands as c
from causerie.chat.errors import FrameTooLong
from causerie.chat.replies import Reply
from causerie.client import frames
from causerie.client.errors import ConnectionLost, SessionEnded, TooManyRequests

Then = Callable[["PendingRequest"], None]

MAX_REQUESTS = 256
"""Requests of the user's that may be pending, at most."""


class PendingRequest:
    """A command and, in the end, its `reply`, or `error` where it was refused or the connection was lost."""

    __slots__ = ("_callbacks", "command", "error", "reply")

    def __init__(self, command: c.Command, then: Then | None = None) -> None:
        self.command = command
        self.reply: Reply | None = None
        self.error: Exception | None = None
        self._callbacks: list[Then] = [] if then is None else [then]

    @property
    def done(self) -> bool:
        """Whether there is a reply or an error."""
        return self.reply is not None or self.error is not None

    def on_done(self, call: Then) -> None:
        """Call this with the request when it is done; at once if it is."""
        if self.done:
            call(self)
        else:
            self._callbacks.append(call)

    def resolve(self, answer: Reply | Exception) -> None:
        """Set the reply or the error; only the first one counts."""
        if self.done:
            return
        if isinstance(answer, Exception):
            self.error = answer
        else:
            self.reply = answer
        calls, self._callbacks = self._callbacks, []
        for call in calls:
            call(self)


class PendingRequests:
    """The requests of one session: those that wait for a connection, and those that wait for a reply."""

    def __init__(self) -> None:
        self._last = 0
        self._waiting: deque[tuple[int, PendingRequest, bytes]] = deque()
        self._sent: dict[int, tuple[PendingRequest, bytes]] = {}
        self._internal: set[int] = set()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    def ask(self, request: PendingRequest, most: int) -> None:
        """Add a request of the user's, sent by `take`. Raises TooManyRequests, and FrameTooLong past `most` bytes."""
        if len(self) - len(self._internal) >= MAX_REQUESTS:
            raise TooManyRequests(MAX_REQUESTS)
        self._last += 1
        line = frames.encode(request.command, self._last)
        if len(line) > most:
            raise FrameTooLong(most=most)
        self._waiting.append((self._last, request, line))

    def ask_internally(self, request: PendingRequest) -> bytes:
        """Add a request of the session's own: the line to send now. It is not repeated when the connection is lost."""
        self._last += 1
        line = frames.encode(request.command, self._last)
        self._sent[self._last] = request, line
        self._internal.add(self._last)
        return line

    def take(self) -> bytes:
        """The lines of all that waits for a connection, to be sent now."""
        lines = []
        while self._waiting:
            mark, request, line = self._waiting.popleft()
            self._sent[mark] = request, line
            lines.append(line)
        return b"".join(lines)

    def answered(self, mark: int | str | None) -> PendingRequest | None:
        """The request that a reply with this id belongs to, taken out; None: there is none."""
        if not isinstance(mark, int) or mark not in self._sent:
            return None
        self._internal.discard(mark)
        return self._sent.pop(mark)[0]

    def take_goodbyes(self) -> list[PendingRequest]:
        """The pending LogOut and Quit, which only a Farewell answers; taken out."""
        marks = [
            mark for mark, (request, _line) in self._sent.items() if isinstance(request.command, c.LogOut | c.Quit)
        ]
        return [request for mark in marks if (request := self.answered(mark)) is not None]

    def connection_lost(self, why: str) -> None:
        """The connection was lost: repeatable requests wait for the next one, the others fail with ConnectionLost."""
        internal, self._internal = self._internal, set()
        was, self._sent = self._sent, {}
        again = []
        for mark, (request, line) in was.items():
            if mark not in internal and request.command.repeatable:
                again.append((mark, request, line))
            else:
                request.resolve(ConnectionLost(why))
        self._waiting.extendleft(reversed(again))

    def session_ended(self, code: str) -> None:
        """There will be no other connection: all fail with SessionEnded."""
        requests = [one for one, _line in self._sent.values()] + [one for _mark, one, _line in self._waiting]
        self._sent, self._internal = {}, set()
        self._waiting.clear()
        for request in requests:
            request.resolve(SessionEnded(code))
