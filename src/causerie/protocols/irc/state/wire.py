"""One IRC connection as its commands see it: what it knows, what they ask of the core, what they reply.

A command asks the core (`ask`, with what to do with the answer) and replies (`reply`, `line`). What is asked goes to
the core one after the other; what is replied without the core goes out in its place among the answers (LocalAnswer).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import Entered, Event, Marked
from causerie.chat.model import ROLE_NAMES
from causerie.protocols.irc.messages.event_encoder import IrcEncoder
from causerie.protocols.irc.messages.faces import Face, Faces
from causerie.protocols.irc.messages.formatting import without_codes
from causerie.protocols.irc.state.labels import Labelled
from causerie.protocols.irc.state.multiline_batch import Batch
from causerie.protocols.irc.state.network import Network
from causerie.protocols.irc.state.registration import Registration, Sasl
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import errors
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.framing import LineWire
from causerie.protocols.irc.syntax.lines import BODY_MOST, cut, packed, split
from causerie.protocols.irc.syntax.numerics import Numeric
from causerie.protocols.wire import Bounds
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Answer
from causerie.server.state_view import StateView

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

    __slots__ = (
        "_answering",
        "_asked",
        "_asking_as",
        "_labelled",
        "_mark",
        "_out",
        "_queue",
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

    encoder: IrcEncoder

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
        self._out: list[str] = []
        self._asked: dict[int, Asked] = {}
        self._mark = 0
        self._asking_as = ""
        self._answering = False
        self._labelled: Labelled | None = None

    @property
    def view(self) -> StateView:
        """What may be read of the state."""
        return self.network.view

    @property
    def faces(self) -> Faces:
        """How people look."""
        return self.network.faces

    @property
    def nick(self) -> str:
        """What the client is called when it is spoken to: by its nick, or the one that it asked for, or "*"."""
        return self.told_nick or (self.registration.nick if self.registration else "") or "*"

    def role(self, channel: str, person: int) -> str:
        """What a person is in the channel of this name; "" for nothing."""
        standing = self.view.standings(self.view.channel_id(channel)).get(person)
        return ROLE_NAMES[standing.role] if standing is not None else ""

    def made_at(self, channel: str) -> int:
        """When the channel of this name was made (ms); 0: there is none."""
        known = self.view.channel_for(self.person, channel)
        return known.made_at if known is not None else 0

    def has(self, capability: int) -> bool:
        """Whether the client has negotiated this capability."""
        return bool(self.caps & capability)

    def ask(self, command: c.Command, then: Then | None = None, every: bool = False) -> None:
        """Ask the core. `then` is called with the answer; with a refusal too if it wants `every` one."""
        if not self._answering:
            self._flush()
        command = without_codes(command)
        if then is not None or self._labelled is not None:
            command = msgspec.structs.replace(command, id=self._note(then, every))
        self._queue.append(command)

    def in_turn(self, then: Then, work: Iterator[None] | None = None) -> None:
        """Answer without the core, when all that was asked before is answered: `then` is called, with a refusal too.
        `work`: done before that, in slices, which may end with a refusal."""
        self.ask(LocalAnswer(work=work), then, every=True)

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
            self.face = self.faces.show(person, face.user, face.real_name)
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
            self._queue.append(LocalAnswer(data="".join(f"{line}\r\n" for line in lines).encode()))
        else:
            mark = self._note(lambda wire, command, answer: wire._out.extend(lines), True)
            self._queue.append(LocalAnswer(id=mark))

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
