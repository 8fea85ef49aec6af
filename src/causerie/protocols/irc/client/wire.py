"""One IRC connection: lines into commands of the core, its answers into lines.

A line is handled by a function of its command's file, which asks the core (`ask`, with what to do with the answer) and
replies (`reply`, `line`). What is asked goes to the core one after the other; what is replied without the core goes
out in its place among the answers, as the answer to a ping.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import Entered, Event, Marked, Message, MessageRun, Reacted
from causerie.chat.replies import Done
from causerie.protocols.irc.client import self_events
from causerie.protocols.irc.client.commands import COMMANDS, UNREGISTERED
from causerie.protocols.irc.commands import talk
from causerie.protocols.irc.commands.registration import Registration
from causerie.protocols.irc.messages.formatting import without_codes
from causerie.protocols.irc.state.labels import Labelled
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import errors
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.framing import LineWire
from causerie.protocols.irc.syntax.lines import BODY_MOST, Line, cut, packed, parse, split
from causerie.protocols.irc.syntax.names import is_alone
from causerie.protocols.irc.syntax.numerics import Numeric
from causerie.protocols.wire import NOTHING, Bounds
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.commands.multiline import Batch
    from causerie.protocols.irc.commands.sasl import Sasl
    from causerie.protocols.irc.messages.event_encoder import IrcLanguage
    from causerie.protocols.irc.state.network import Face, Network

Then = Callable[["IrcWire", c.Command, Answer], None]
"""What becomes of an answer that is no refusal, or (see `ask`) of any."""


class Asked:
    """What must be known when a command is answered: by which line it was asked, and what then."""

    __slots__ = ("asked_as", "every", "labelled", "then")

    def __init__(self, then: Then | None, asked_as: str, every: bool, labelled: Labelled | None) -> None:
        self.then = then
        self.asked_as = asked_as
        self.every = every
        self.labelled = labelled


class IrcWire(LineWire):
    """See the module.

    `registration` is there until the client is registered; `person` is who that is, 0 before, and `face` what they are
    shown as. `told_nick` is the nick that the client knows it has: it was told so by 001 or NICK. `caps`: its
    capabilities, bits of `capabilities`.
    """

    pausing = frozenset(
        (
            c.LogIn,
            c.Register,
            c.Scram,
            c.Knock,
            c.Join,
            c.Look,
            c.Members,
            c.Channels,
            c.SetName,
            c.SetPresence,
            c.Unread,
            c.Mark,
            c.Direct,
            c.FollowMetadata,
            c.History,
        )
    )
    """Answers to these may lead to more commands, which go before the next line's."""

    refuses_haste = frozenset((c.SetMetadata,))
    """FAIL METADATA RATE_LIMITED (draft/metadata-3)."""

    __slots__ = (
        "_answering",
        "_asked",
        "_asking_as",
        "_labelled",
        "_mark",
        "_out",
        "_place",
        "_queue",
        "_said",
        "_saying",
        "account",
        "batch",
        "caps",
        "entered",
        "face",
        "marked",
        "marking",
        "network",
        "passing",
        "person",
        "registration",
        "sasl",
        "told_nick",
    )  # fmt: skip

    encoder: IrcLanguage

    def __init__(self, bounds: Bounds, network: Network) -> None:
        super().__init__(bounds)
        self.network = network
        self.caps = 0
        self.registration: Registration | None = Registration()
        self.person = 0
        self.account = ""
        self.told_nick = ""
        self.sasl: Sasl | None = None
        self.face: Face | None = None
        self.entered: Entered | None = None
        self.batch: Batch | None = None
        self.marking = False
        self.marked: Marked | None = None
        self.passing: Event | None = None
        self._queue: deque[c.Command] = deque()
        self._said: list[str] = []
        self._saying = False
        self._place = ""
        self._out: list[str] = []
        self._asked: dict[int, Asked] = {}
        self._mark = 0
        self._asking_as = ""
        self._answering = False
        self._labelled: Labelled | None = None

    @property
    def unread(self) -> int:
        """See Wire. What was read ahead is not taken yet."""
        return super().unread + sum(map(len, self._said))

    @property
    def pending(self) -> bool:
        """See Wire."""
        return bool(self._queue or self._said or super().unread)

    @property
    def nick(self) -> str:
        """What the client is called when it is spoken to: by its nick, or the one that it asked for, or "*"."""
        return self.told_nick or (self.registration.nick if self.registration else "") or "*"

    def has(self, capability: int) -> bool:
        """Whether the client has negotiated this capability."""
        return bool(self.caps & capability)

    def next_command(self) -> c.Command | None:
        """The next command that the lines so far come to."""
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

    def said_too(self) -> list[str]:
        """See Wire."""
        if not self._saying:
            return []
        texts, self._said = self._said, []
        return texts

    def not_said(self, texts: list[str]) -> None:
        """See Wire."""
        self._said = texts

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

    def ask(self, command: c.Command, then: Then | None = None, every: bool = False) -> None:
        """Ask the core. `then` is called with the answer; with a refusal too if it wants `every` one."""
        if not self._answering:
            self._flush()
        command = without_codes(command)
        if then is not None or self._labelled is not None:
            command = msgspec.structs.replace(command, id=self._note(then, every))
        self._queue.append(command)

    def _note(self, then: Then | None, every: bool) -> int:
        self._mark += 1
        if self._labelled is not None:
            self._labelled.open += 1
        self._asked[self._mark] = Asked(then, self._asking_as, every, self._labelled)
        return self._mark

    def reply(self, numeric: Numeric, *params: str, **words: object) -> None:
        """A numeric to this client. Its own text comes last, with `words` filled in, unless it has none."""
        middle = "".join(f" {param}" for param in params)
        if numeric.text is not None:
            middle += f" :{numeric.text.format(**words) if words else numeric.text}"
        self.line(f"{numeric.number} {self.nick}{middle}")

    def line(self, text: str) -> None:
        """A line by the server to this client."""
        self._out.append(cut(f":{self.network.server} {text}"))

    def room(self, start: str) -> int:
        """Bytes that are left on a line by the server which begins so, where its last parameter has a colon."""
        return BODY_MOST - len(f":{self.network.server} {start} :".encode())

    def reply_all(self, numeric: Numeric, start: str, words: Iterable[str], between: str = " ") -> None:
        """A numeric whose last parameter is a list, in as many lines as it takes; none for no words. `start`: the
        parameters before it."""
        start = f"{numeric.number} {self.nick} {start}".rstrip()
        for some in packed(words, self.room(start), between):
            self.line(f"{start} :{some}")

    def show_as(self, person: int) -> None:
        """From now on this client is another person, to whom it looks as it did."""
        face = self.face
        if face is not None:
            self.face = self.network.show(person, face.user, face.real_name)
            self.face.modes |= face.modes

    def remark(self, kind: str, text: str) -> None:
        """WARN or NOTE, for who takes replies that they did not ask for (IRCv3 standard-replies, "Capabilities")."""
        if self.has(cap.STANDARD_REPLIES):
            self.line(f"{kind} {text}")

    def line_by(self, data: bytes) -> None:
        """Lines that a language made."""
        self._out.extend(split(data))

    def take(self) -> list[str]:
        """What was replied so far and is not on its way."""
        lines, self._out = self._out, []
        return lines

    def lines(self, lines: Sequence[str]) -> None:
        """Lines as they stand."""
        self._out.extend(lines)

    def take_label(self) -> Labelled | None:
        """The label of the line that is being read, which will be answered by a later one."""
        label, self._labelled = self._labelled, None
        return label

    def give_label(self, label: Labelled) -> None:
        """What the line that is being read comes to is the answer to this label."""
        self._labelled = label

    def _flush(self, even_if_empty: bool = False) -> None:
        """What was replied so far takes its place among the answers."""
        if not self._out and not even_if_empty:
            return
        lines, self._out = self._out, []
        if self._labelled is None:
            self._queue.append(c.Ping(id="".join(f"{line}\r\n" for line in lines)))
        else:
            self._queue.append(c.Ping(id=self._note(lambda wire, command, answer: wire._out.extend(lines), True)))

    def answer(self, command: c.Command, answer: Answer) -> bytes:
        """The lines that an answer comes to."""
        mark = command.id
        if isinstance(mark, str):
            return mark.encode()
        asked = self._asked.pop(mark, None) if mark is not None else None
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

    def refuse(self, command: c.Command, asked_as: str, error: ChatError) -> None:
        """Say why not."""
        if isinstance(command, c.Send | c.Tell) and error.data.get("why") == "empty":
            self.reply(n.ERR_NOTEXTTOSEND)
            return
        found = errors.refusal(command, asked_as, error)
        if found is None:
            self.line(errors.fail(asked_as, error))
            return
        numeric, (*params, text) = found
        self.reply(Numeric(numeric.number), *params, f":{text}")

    def own(self, command: c.Command | None, event: Event) -> bytes | None:
        """See Outlet: no echo of what one says but for those who asked for it, with its label."""
        if command is None:
            return self_events.told(self, event)
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
"""What one's own doing is told of only by echo-message."""

_STORED = Done()
"""What becomes of a command whose event was stored, for those who asked."""

_WORDS: dict[type[c.Command], str] = {c.Send: "PRIVMSG", c.Tell: "PRIVMSG"}
"""What commands are called that were asked without a note."""

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
