"""One wire without a socket or a server, driven as a written dialogue (in the manner of mitmproxy's Playbook).

    dialogue = Dialogue(classic.PROTOCOL)
    dialogue >> b'{"SEND":{"PAYLOAD":"hello"}}'      the client says these bytes
    dialogue << Send(channel="home", text="hello")   the wire asks the core for this
    dialogue >> TextTooLong(most=5)                  the core answers the oldest command that is not answered
    dialogue << b"causerie>not said: it is too long" the client is told these bytes

A text stands for one line of IRC. What is told about others is an event (`>> Entered(...)`); what the client's own
command came to, `>> Own(event)`. Commands are compared without the marks that a wire gives them. A LocalAnswer is given
back when all before it is answered, as the core does. Nothing may be left when the dialogue ends (`ends`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Self

import msgspec

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.chat.replies import Done
from causerie.protocols.wire import NOTHING, Bounds, Protocol
from causerie.server.engine.local_answer import LocalAnswer
from causerie.server.engine.session import Answer

BOUNDS = Bounds(before_login=4096, frame=65536, depth=16)


@dataclass(frozen=True)
class Own:
    """The event that the oldest command came to, as the one who asked for it is told."""

    event: Event


@dataclass(frozen=True)
class Private:
    """An event for this client's ears alone, or of its own doing on another connection."""

    event: Event


class Dialogue:
    """See the module."""

    def __init__(self, protocol: Protocol, bounds: Bounds = BOUNDS) -> None:
        self.wire = protocol.wire(bounds)
        self.wire.encoder = protocol.encoder
        self._asked: deque[Command] = deque()
        """What the wire asked that is not answered."""
        self._unnamed: deque[Command] = deque()
        """Of these, what the dialogue has not named."""
        self._refused: dict[int, ChatError] = {}
        self._told = b""
        """Of what the client was told, what the dialogue has not named."""

    def __rshift__(self, given: bytes | str | Answer | Event | Own | Private) -> Self:
        if isinstance(given, str):
            given = f"{given}\r\n".encode()
        if isinstance(given, bytes):
            self.wire.receive(given)
        elif isinstance(given, Own):
            self._answered(given)
        elif isinstance(given, Private):
            told = self.wire.encode_for_sender(None, given.event)
            self._told += self.wire.encoder.encode(given.event) if told is None else told
        elif isinstance(given, Event):
            self._told += self.wire.encoder.encode(given)
        else:
            self._answered(given)
        self._pump()
        return self

    def __lshift__(self, expected: bytes | str | Command) -> Self:
        if isinstance(expected, Command):
            assert self._unnamed, f"the wire was to ask {expected!r} and asks nothing; {self._rest()}"
            asked = self._unnamed.popleft()
            if expected.id is None:
                asked = msgspec.structs.replace(asked, id=None)
            assert asked == expected, f"the wire was to ask {expected!r} and asks {asked!r}"
            return self
        if isinstance(expected, str):
            expected = f"{expected}\r\n".encode()
        told = self._told[: len(expected)]
        assert told == expected, f"the client was to be told {expected!r}; {self._rest()}"
        self._told = self._told[len(expected) :]
        return self

    def skip_to(self, line: str) -> Self:
        """What is told before this line is not looked at."""
        found = self._told.find(f"{line}\r\n".encode())
        assert found >= 0, f"the client was to be told {line!r}; {self._rest()}"
        self._told = self._told[found:]
        return self << line

    def ends(self) -> None:
        """All that was asked and told was named, and all that was asked was answered."""
        assert not self._told, self._rest()
        assert not self._asked, self._rest()

    def _rest(self) -> str:
        return f"it is told {self._told!r}, and asks {list(self._unnamed)!r}; {len(self._asked)} are not answered"

    def _answered(self, answer: Answer | Own) -> None:
        assert self._asked, f"nothing was asked that {answer!r} could answer"
        command = self._asked.popleft()
        assert command not in self._unnamed, f"the dialogue has not named {command!r}"
        if isinstance(answer, Own):
            told = self.wire.encode_for_sender(command, answer.event)
            self._told += self.wire.encoder.encode(answer.event) if told is None else told
        else:
            self._told += self.wire.answer(command, answer)

    def _pump(self) -> None:
        """Take what the wire asks, and answer what needs no core, in order."""
        while True:
            while self._asked and self._is_local(self._asked[0]):
                command = self._asked.popleft()
                refused = self._refused.pop(id(command), None)
                for _ in getattr(command, "work", None) or ():
                    pass
                self._told += self.wire.answer(command, refused or Done())
            if any(self.wire.holds(command) for command in self._asked):
                return
            try:
                taken = self.wire.next_command()
            except ChatError as error:
                taken = Command(id=error.mark)
                self._refused[id(taken)] = error
            if taken is None:
                return
            if taken is not NOTHING:
                self._asked.append(taken)
                if not self._is_local(taken):
                    self._unnamed.append(taken)

    def _is_local(self, command: Command) -> bool:
        return type(command) is LocalAnswer or id(command) in self._refused
