"""What a wire language is to the rest: bytes into commands, answers and events into bytes. No I/O, no waiting.

A protocol registers itself as a `Protocol` record in bootstrap's list; the listener asks each in turn whether the
first bytes of a connection are its own, so a new language needs no change there.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event, Message
from causerie.server.engine.session import Answer, EventEncoder
from causerie.server.state_view import StateView

NOTHING = Command()
"""A line was read, and comes to nothing: what `Wire.next_command` gives for it, so that it is counted."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a wire may be fed: bytes a frame, before log-in and after; levels of nesting."""

    before_login: int
    frame: int
    depth: int


class TimeoutPolicy(NamedTuple):
    """How a language treats those who are slow or fast, where it differs from the settings in [limits].

    `login_seconds`: how long logging in may take. `ping_seconds`: after so much silence a client is asked for a sign of
    life (`Wire.ping`), after as much again it is gone. 0 is "for ever" for both. Its commands wait rather than be
    refused as too fast; `unread_most`: bytes that may wait so, past which the client is closed; 0: no bound, it is read
    more slowly.
    """

    login_seconds: float
    ping_seconds: float
    unread_most: int


class Wire(ABC):
    """One connection's side of a language. `closing` is set by a wire that can't go on after what it read.

    `secure`: nobody reads along. `certificate`: the fingerprint of the client's own certificate (SHA-256, hexadecimal),
    or "". Both are set before the first bytes come.

    `alone` is asked after each answer: whether it must not share its packet with anything else.

    What came and was not taken yet is `_unread` from `_at` on. A frame that comes in many pieces, and many frames that
    come in one, cost no more than their bytes: nothing is copied again for each piece or each frame.
    """

    refuses_haste: frozenset[type[Command]] = frozenset()
    """Where the language has a timeout policy: of these it can say that they came too fast, so they do not wait."""

    __slots__ = ("_at", "_unread", "bounds", "certificate", "closing", "encoder", "secure")

    @property
    def along(self) -> list[str] | None:
        """Texts that came with the message that was just taken, for the same channel and asking nothing else: what the
        core says with it it takes from here, the others are the next messages. For a protocol that reads several
        messages at once, and acknowledges none."""
        return None

    encoder: EventEncoder
    """What its session is told events in; a wire may change it with an answer."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.closing = False
        self.secure = False
        self.certificate = ""
        self._unread: bytes | bytearray = b""
        self._at = 0

    @property
    def unread(self) -> int:
        """Bytes that were received and not taken yet."""
        return len(self._unread) - self._at

    @property
    def pending(self) -> bool:
        """Whether there may be a command to take."""
        return len(self._unread) > self._at

    def receive(self, data: bytes) -> None:
        """Take bytes as they came, cut anywhere."""
        if not self._unread:
            self._unread = data
        elif isinstance(self._unread, bytearray):
            del self._unread[: self._at]  # its start moves; nothing is copied
            self._unread += data
            self._at = 0
        else:
            self._unread = bytearray(self._unread[self._at :])
            self._unread += data
            self._at = 0

    def _taken(self, end: int) -> None:
        """All before `end` was read."""
        if end == len(self._unread):
            self._unread, self._at = b"", 0
        else:
            self._at = end

    @abstractmethod
    def next_command(self) -> Command | None:
        """The next command that is complete; NOTHING: a line that comes to none; None: more bytes are needed. Raises
        BadInput for what is none, once. At most one line or frame is read by one call, however short they are."""

    @abstractmethod
    def answer(self, command: Command, answer: Answer) -> bytes:
        """What a command came to. Input that was no command is answered too, with a bare Command and its error."""

    def holds(self, command: Command) -> bool:
        """Whether nothing more is read until this command has been answered. Asked when it is taken, and again just
        before it is answered; not of commands that come to an event of a log, which may be answered by that event."""
        return False

    def ahead(self, answer: Answer) -> Iterator[None] | None:
        """What `answer` takes that is better done in slices before it (server/engine/slices.py), where the command was
        waited for; None: nothing."""
        return None

    @abstractmethod
    def farewell(self, code: str) -> bytes:
        """The last words; `code` says why, empty: because the client asked."""

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """See Outlet."""
        return None

    def alone(self, command: Command, answer: Answer) -> bool:
        """Whether this answer must not share its packet with anything else."""
        return False

    def put_back(self, command: Command) -> None:
        """It comes first again: asked where the language has a timeout policy."""
        raise NotImplementedError

    def ping(self) -> bytes:
        """What asks a silent client for a sign of life; nothing where it need not give one now."""
        return b""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A language on offer. `recognises` is given the first bytes: yes, no, or None for not enough yet.

    `alpn` are its names in TLS (RFC 7301): a connection that agreed on one needs no first bytes. `for_server` makes the
    record that one server uses, for a language that has something of its own for each. `subprotocols` are its names in
    WebSocket. `away` is how somebody is turned away, in the place of {}. `timeout_policy` may change while the server
    runs. `pushed` makes of a message what is told by Web Push, by how a subscription asked for that. `attaches` makes
    the asyncio protocol that is put on the connection in the place of a wire, for what is no language of chat.
    """

    name: str
    encoder: EventEncoder
    wire: Callable[[Bounds], Wire]
    recognises: Callable[[bytes], bool | None]
    alpn: tuple[str, ...] = ()
    for_server: Callable[[StateView], Protocol] | None = None
    subprotocols: tuple[str, ...] = ()
    away: str = "causerie: {}\r\n"
    timeout_policy: Callable[[], TimeoutPolicy] | None = None
    pushed: Callable[[str, Message], bytes] | None = None
    attaches: Callable[[], asyncio.Protocol] | None = None

    def at(self, view: StateView) -> Protocol:
        """The record for this server."""
        return self if self.for_server is None else self.for_server(view)


def refused(answer: Answer) -> ChatError | None:
    """The error that an answer is, if it is one."""
    return answer if isinstance(answer, ChatError) else None
