"""One connection as the core sees it: who it is, where it came from, which channels it hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError, NotLoggedIn
from causerie.chat.events import Event, MessageRun
from causerie.chat.model import Mode, Person
from causerie.chat.replies import Reply, Snapshot
from causerie.server.engine.rate_limits import Bucket
from causerie.server.engine.scram_exchange import ScramExchange
from causerie.server.ports.changes import Append, Stored

if TYPE_CHECKING:
    from causerie.config.irc import Oper


class PendingSnapshot(Struct, frozen=True):
    """A channel's snapshot on its way: its number is known when its turn to be told comes."""

    channel: int
    snapshot: Snapshot


Answer = Reply | Append | Stored | PendingSnapshot | ChatError
"""What a command comes to. What became of an Append, a Stored, is told as the acknowledgement of its number."""


class Trust(IntEnum):
    """What may be said over a connection, from where it comes and whether others can read along."""

    REFUSED = 0
    GUESTS = 1
    PASSWORDS = 2
    OPERATOR = 3


class EventEncoder(Protocol):
    """How one kind of client is told events. Sessions with the same encoder share each encoded byte."""

    name: str
    snapshots: bool = True
    """Whether joining is answered with a snapshot; if not, none is made."""
    acknowledges: bool = True
    """Whether a message that was stored is acknowledged; its echo may serve instead."""
    encodes_for_sender: bool = False
    """Whether a session is told of its own doings otherwise than the others are: its outlet is asked how."""
    hears_direct: bool = False
    """Whether its sessions are in their direct conversations without asking, since they have no way to ask."""
    reactions: bool = True
    """Whether it is told of reactions; if not, only where a channel wants them told as lines (`tell_reactions`)."""
    one_place: bool = False
    """Whether its clients are in one channel at a time."""
    once: bool = False
    """Whether what a person does in every channel at once (quit, take a name, be away) is told once, and not for each
    channel that one shares with them."""
    registers: bool = False
    """Whether its clients log in before they have come in, and say when that is done (set_presence)."""
    renames: bool = True
    """Whether it can say that a channel has another name; if not, each of its sessions is told in its own way."""
    with_html: EventEncoder | None = None
    """The same language with HTML beside each text; None: it has none."""

    def encode(self, event: Event) -> bytes:
        """The event in this language; b"" when it has no words for it."""

    def ahead(self, events: Sequence[Event]) -> Iterator[None] | None:
        """What encoding these takes that is better done in slices before it (slices.py); None: nothing."""
        return None

    def encode_run(self, run: MessageRun) -> bytes:
        """All of its messages as `encode` has them, for a language that can do that faster."""
        return b"".join(map(self.encode, run.messages()))


class Outlet(Protocol):
    """The way out of a connection: what the core may do with it. None of these raises or waits."""

    encoder: EventEncoder

    def write(self, data: bytes) -> None:
        """Send bytes, after all that was written before."""

    def answer(self, command: Command, answer: Answer) -> None:
        """Answer a command, in the wire's own words."""

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """What this session is told in the place of an event that is its own doing, or for its ears alone; None: what
        its encoder tells everybody. `command` is what it came of, where that is known.

        Only asked where the encoder has `encodes_for_sender`.
        """

    def wants_html(self) -> None:
        """Use the encoder's `with_html` from here on, if it has one. Nothing may be heard yet."""

    def unsent(self) -> int:
        """Bytes written and not yet taken by the system."""

    def end(self, code: str) -> None:
        """Say farewell and close once all is sent, or after a moment; nothing may be written afterwards."""


class Session:
    """See the module. `id`: its key in State.sessions; 0: it is not there. `heard`, while it lags behind: the last
    number it was sent, for each channel's id. `own_told`: its own doings (channel, number) of that while, which it was
    told of otherwise. `parting`: channels it has left and is still told, until the unit of work in which it left is
    told too. `keys`: under which it follows what is noted. `known_as`: what it calls channels, by id, of whose other
    name it has not read yet. `private_events`: how many were put into a unit of work for it alone.

    `mode` is never "away": `away` is that, a text beside it. `since` (ms): when others could first see it here.
    `elevated_by`: the `[[oper]]` entry that gives it an administrator's rights (elevation.py). `secure`: it came by
    TLS, and showed `certificate`, a fingerprint in hexadecimal, or none. `spoke` (ms): when it last said something.
    `arriving`: it may be logged in, but it has not said yet how it is present, and nobody sees it (EventEncoder's
    `registers`). `scram`: how far a log-in of several steps is. `watching`: whose coming and going it is told
    of, names by their skeletons. `flooding`: it was just refused for asking too fast; whoever drives it slows it down.
    """

    __slots__ = (
        "arriving", "away", "bucket", "certificate", "channels", "closed", "elevated_by", "exempt", "flooding", "heard",
        "host", "id", "keys", "known_as", "mode", "outlet", "own_told", "parting", "person", "private_events",
        "refilling", "scram", "secure", "since", "spoke", "stuck_bytes", "stuck_since", "token", "trust", "watching",
    )  # fmt: skip

    def __init__(self, outlet: Outlet, host: str, trust: Trust, bucket: Bucket | None) -> None:
        self.id = 0
        self.outlet = outlet
        self.host = host
        self.trust = trust
        self.bucket = bucket
        self.exempt = bucket is None
        self.person: Person | None = None
        self.token = 0
        self.channels: dict[int, bool] = {}
        self.parting: dict[int, bool] = {}
        self.arriving = False
        self.away = ""
        self.mode: Mode = "online"
        self.since = 0
        self.spoke = 0
        self.elevated_by: Oper | None = None
        self.secure = False
        self.certificate = ""
        self.scram: ScramExchange | None = None
        self.watching: dict[str, str] | None = None
        self.heard: dict[int, int] | None = None
        self.keys: dict[str, bool] | None = None
        self.known_as: dict[int, str] | None = None
        self.own_told: set[tuple[int, int]] = set()
        self.private_events = 0
        self.refilling = False
        self.stuck_bytes = 0
        self.stuck_since = 0.0
        self.closed = False
        self.flooding = False

    def require_person(self) -> Person:
        """Who is logged in here. Raises NotLoggedIn: while something was awaited they may have been put out."""
        if self.person is None:
            raise NotLoggedIn()
        return self.person
