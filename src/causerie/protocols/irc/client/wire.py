"""One IRC connection: decodes lines into commands, and encodes replies as lines.

A line is handled by a function of its command's file, which is given the connection as an IrcWire (state/wire.py).
"""

from __future__ import annotations

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import Event, Message, MessageRun, Reacted
from causerie.chat.replies import Done
from causerie.protocols.irc.client import self_events
from causerie.protocols.irc.client.commands import COMMANDS, UNREGISTERED
from causerie.protocols.irc.commands import talk
from causerie.protocols.irc.state.labels import Labelled
from causerie.protocols.irc.state.network import Network
from causerie.protocols.irc.state.wire import IrcWire
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, parse, split
from causerie.protocols.irc.syntax.names import is_alone
from causerie.protocols.wire import NOTHING, Bounds
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Answer


class ClientWire(IrcWire):
    """See the module."""

    refuses_haste = frozenset((c.SetMetadata,))
    """FAIL METADATA RATE_LIMITED (draft/metadata-3)."""

    __slots__ = ("_place", "_said", "_saying")

    def __init__(self, bounds: Bounds, network: Network) -> None:
        super().__init__(bounds, network)
        self._said: list[str] = []
        self._saying = False
        self._place = ""

    @property
    def unread(self) -> int:
        """See Wire. What was read ahead is not taken yet."""
        return super().unread + sum(map(len, self._said))

    @property
    def pending(self) -> bool:
        """See Wire."""
        return bool(self._queue or self._said or super().unread)

    def next_command(self) -> c.Command | None:
        """The next command of the lines received so far."""
        while True:
            if self._queue:
                self._saying = False  # what waits in `_said` does not belong to this
                return self._queue.popleft()
            if self._said and not self.closing:
                self._saying = True
                return c.Send(channel=self._place, text=self._said.pop(0), literal=True)
            buffer = self._unread
            if not buffer or self.closing:
                return None
            # What is said is nearly all that comes. With other lines among it, all are gone through one by one.
            if self.begins and self.registration is None and (said := talk.said(buffer)):
                (self._place, self._said), self._unread = said, b""
                continue
            raw = self.next_line()
            if raw is None:
                return None
            self._take(raw)
            if not self._queue:
                return NOTHING

    @property
    def along(self) -> list[str] | None:
        """See Wire."""
        return self._said if self._saying else None

    def _take(self, raw: bytes | bytearray) -> None:
        try:
            line, whole = parse(raw.decode()), True
        except UnicodeDecodeError:
            # What it was to be is read for the answer alone.
            line, whole = parse(raw.decode(errors="replace")), False
        if line is None:
            return
        self._handle(line, whole)
        self._flush()

    def _handle(self, line: Line, whole: bool) -> None:
        self._asking_as = line.command
        label = line.tags.get("label", "") if self.caps & cap.LABELED_RESPONSE else ""
        self._labelled = Labelled(label) if label else None
        try:
            entry = COMMANDS.get(line.command)
            if not whole:
                word = line.command if line.command.isalpha() and line.command.isascii() else "*"
                self.line(f"FAIL {word} INVALID_UTF8 :Lines are UTF-8, and this one is not")
            elif self.registration is not None and line.command not in UNREGISTERED:
                self.reply(n.ERR_NOTREGISTERED)
            elif entry is None:
                self.reply(n.ERR_UNKNOWNCOMMAND, line.command)
            elif len(line.params) < entry.least:
                self.reply(n.ERR_NEEDMOREPARAMS, line.command)
            else:
                entry.handle(self, line)
            if self._labelled is not None and not self._labelled.open:
                self._flush(even_if_empty=True)
        finally:
            self._flush()
            self._labelled = None

    def answer(self, command: c.Command, answer: Answer) -> bytes:
        """The lines of a reply or refusal."""
        if type(command) is LocalAnswer and command.data:
            return command.data
        mark = command.id
        asked = self._asked.pop(mark, None) if isinstance(mark, int) else None
        asked_as = asked.asked_as if asked is not None else _WORDS.get(type(command), "*")
        self._asking_as = asked_as
        self._labelled = asked.labelled if asked is not None else None
        self._answering = True
        try:
            if isinstance(answer, ChatError) and not (asked is not None and asked.every):
                self.refuse(command, asked_as, answer)
            elif asked is not None and asked.then is not None:
                asked.then(self, command, answer)
        finally:
            self._answering = False
        lines, self._out = self._out, []
        labelled, self._labelled = self._labelled, None
        if labelled is None:
            return "".join(f"{line}\r\n" for line in lines).encode()
        return labelled.add(self.network.server, lines)

    def encode_for_sender(self, command: c.Command | None, event: Event) -> bytes | None:
        """See Outlet: messages are echoed only by echo-message, with their label."""
        if command is None:
            return self_events.encode(self, event)
        silent = not self.caps & cap.ECHO_MESSAGE and type(event) in _ECHOED
        if type(command.id) is not int:
            return b"" if silent else None
        asked = self._asked.pop(command.id, None)
        told = b"" if silent else self.encoder.encode(event)
        if asked is None:
            return told
        lines = split(told)
        if asked.then is not None:
            # What was replied to a line that is still being read is not this command's.
            kept, self._out = self._out, []
            asked.then(self, command, _STORED)
            lines += self._out
            self._out = kept
        # To oneself one says something and hears it.
        heard = self.encoder.encode(event) if type(event) is Message and is_alone(event.channel) else b""
        if asked.labelled is None:
            return "".join(f"{line}\r\n" for line in lines).encode() + heard
        return asked.labelled.add(self.network.server, lines) + heard

    def holds(self, command: c.Command) -> bool:
        """What becomes of an answer may be another command, which goes before the next line's. Of an answer that the
        wire only puts in its place, nothing does."""
        asked = self._asked.get(command.id) if type(command.id) is int else None
        if asked is None or asked.then is None or isinstance(command, c.Logged):
            return False
        return type(command) is not LocalAnswer or command.work is not None

    def put_back(self, command: c.Command) -> None:
        """See Wire."""
        self._queue.appendleft(command)

    def ping(self) -> bytes:
        """PING; who has not registered yet has a time of its own for that (Modern IRC, "PING message")."""
        return f"PING :{self.network.server}\r\n".encode() if self.registration is None else b""

    def farewell(self, code: str) -> bytes:
        """ERROR, the last line (Modern IRC, "ERROR message")."""
        return f"ERROR :Closing link: ({_FAREWELLS.get(code, code.replace('_', ' '))})\r\n".encode()


_ECHOED = (Message, MessageRun, Reacted)
"""Events of one's own commands that only echo-message sends back."""

_STORED = Done()
"""The reply to a command whose event was stored."""

_WORDS: dict[type[c.Command], str] = {c.Send: "PRIVMSG", c.Tell: "PRIVMSG"}
"""The IRC names of commands that no request was noted for."""

_FAREWELLS = {
    "": "Client quit",
    "login_timeout": "Registration timed out",
    "frame_too_long": "Input line was too long",
    "stalled": "Send queue exceeded",
    "disconnected": "Killed by an operator",
    "ping_timeout": "Ping timeout",
    "excess_flood": "Excess Flood",
    "in_clear": "This server is reached from here by TLS only",
    "shutting_down": "Server is shutting down",
}
