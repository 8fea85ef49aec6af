"""What causerie asks of a store, method by method. One test suite holds every adapter to it.

The store is the truth. It keeps people, channels, standings, invites and tokens, and for each channel a log of
numbered events. All that one tick decided is committed as one: after `commit` returned, it is on disk and synced;
when it raises StoreFailed, nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel, Invite, Person, Standing

if TYPE_CHECKING:
    from causerie.chat.commands import Command
    from causerie.server.session import Session


class StoreFailed(Exception):
    """The store could not do it: disk full, I/O error, gone. str() says what in one line."""


class Append(Struct, eq=False, gc=False):
    """One event to be numbered and logged. The store sets `number`; `again` when its author sent the key before.

    Not frozen: a message is made once on its way to a thousand people, and its number comes in between.
    `kind` is the event's tag; `data` is JSON of what the columns do not hold. For a repeated key `number` and `at` are
    the first one's and nothing is stored. In a channel with history off the number rises and nothing is kept.
    `asked`: by which session and command, for the acknowledgement; a store does not look at it.
    """

    channel: Channel
    kind: str
    at: int
    author: Person
    text: str
    key: str
    data: str
    number: int = 0
    again: bool = False
    asked: tuple[Session, Command] | None = None


class PutPerson(Struct, frozen=True):
    """Keep a person as it is now; `password` is an argon2 string, None leaves the one there is."""

    person: Person
    skeleton: str
    password: str | None = None


class PutChannel(Struct, frozen=True):
    """Keep a channel as it is now."""

    channel: Channel


class PutStanding(Struct, frozen=True):
    """Keep how a person stands in a channel; None: not at all any more."""

    channel: int
    person: int
    standing: Standing | None


class PutInvite(Struct, frozen=True):
    """Keep an invite as it is now; `uses_left` 0 forgets it."""

    invite: Invite


class PutToken(Struct, frozen=True):
    """Keep a session token, by its hash (SHA-256 of 256 random bits)."""

    token: Token


class DropTokens(Struct, frozen=True):
    """Forget a person's tokens: those with these ids, or all (None) but `but`."""

    person: int
    ids: tuple[int, ...] | None = None
    but: int = 0


class DropStaleTokens(Struct, frozen=True):
    """Forget the tokens of all people that were not used since `before`."""

    before: int


class Audit(Struct, frozen=True):
    """A line for the record of what was done to whom: never edited, never with a secret in it."""

    at: int
    actor: int
    act: str
    data: str


class Token(Struct, frozen=True):
    """A session token. `used_at` is brought up to date at log-in."""

    id: int
    hash: bytes
    person: int
    device: str
    made_at: int
    used_at: int


Change = Append | PutPerson | PutChannel | PutStanding | PutInvite | PutToken | DropTokens | DropStaleTokens | Audit


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the server keeps in memory, as it is at start. `numbers`: each channel's last, by its id."""

    people: list[Person]
    channels: list[Channel]
    standings: list[tuple[int, int, Standing]]
    invites: list[Invite]
    numbers: dict[int, int]


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for. `channels`: ids that the asker may read. 0 or empty: not asked. Times in ms."""

    text: str
    channels: frozenset[int]
    author: int = 0
    since: int = 0
    until: int = 0
    before: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hits:
    """Messages found, newest first, each with its place and its channel's id; `behind` are not yet indexed."""

    hits: list[tuple[int, int, Message]]
    more: bool
    behind: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a check found. No problems: the store is whole."""

    messages: int
    people: int
    channels: int
    problems: list[str]


class Store(Protocol):
    """The port."""

    async def load(self) -> Loaded:
        """Everything that is kept in memory. Asked once, before anything else."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """Store all of it, in this order, or nothing: synced when it returns. One commit at a time.

        Raises StoreFailed. Sets `number`, `again` (and `at` when again) of every Append: a channel's numbers rise by
        one, in the order given.
        """

    async def page(self, channel: Channel, above: int, below: int, limit: int, newest: bool) -> list[LoggedEvent]:
        """Events with above < number < below (0: no bound), oldest first: the newest or the oldest `limit` of them.

        Sees every commit that has returned. An event no longer kept is left out.
        """

    async def search(self, query: Query) -> Hits:
        """Messages that match, newest first. Sees every commit that has returned, but for `behind` of them."""

    async def credentials(self, skeleton: str) -> tuple[int, str] | None:
        """The account with this name: its id and its password's argon2 string."""

    async def token(self, hash: bytes) -> Token | None:
        """The token with this hash."""

    async def tokens(self, person: int) -> list[Token]:
        """A person's tokens, oldest first."""

    async def guest(self, person: int) -> Person | None:
        """A guest that is kept because it said something or holds a token."""

    async def author(self, name: str) -> int:
        """The id of the one who last spoke as this name and is not connected (a guest that is gone); 0: nobody."""

    async def forget_before(self, channel: int, at: int, limit: int) -> int:
        """Drop at most `limit` events older than `at` (retention); numbers go on from where they are. How many went."""

    async def check(self) -> Count:
        """Read everything and say what is wrong. Reading and writing go on meanwhile."""

    async def backup(self, target: Path) -> Count:
        """Write a copy of this moment to a new file, open it, count it, check it. Raises StoreFailed."""

    async def close(self) -> None:
        """Finish what is under way and let go. Nothing may be asked afterwards."""
