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
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing

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
    `said` is set like `number`: how many messages the channel has had. `target`: the message that it is about (an
    edit, a deletion, a reaction, a pin) or answers; `thread`: the first message of the thread that it replies in, and
    `nth` of the replies there. `mentions`: who is to find it among their mentions; 0 stands for every member. `event`:
    what is told, where the caller has it made but for `number`, `at` and `said`.
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
    said: int = 0
    target: int = 0
    thread: int = 0
    nth: int = 0
    mentions: tuple[int, ...] = ()
    event: LoggedEvent | None = None


class PutPerson(Struct, frozen=True):
    """Keep a person as it is now; `password` is an argon2 string, `scram` what hashing.scram_keys gives ("": nothing);
    None leaves the one there is."""

    person: Person
    skeleton: str
    password: str | None = None
    scram: str | None = None


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


class Rewrite(Struct, frozen=True):
    """A message says something else; what it said until `at`, when `person` changed it, is kept as a version.

    `data` is JSON like an Append's.
    """

    channel: int
    number: int
    text: str
    data: str
    at: int
    person: int


class Erase(Struct, frozen=True):
    """The texts of these messages are gone: from the log, with their versions, reactions, mentions and pins."""

    channel: int
    numbers: tuple[int, ...]


class PutReaction(Struct, frozen=True):
    """Keep a person's reaction to a message, or drop it."""

    channel: int
    number: int
    emoji: str
    person: int
    on: bool


class PutPin(Struct, frozen=True):
    """Keep a message pinned since `at`, or no longer."""

    channel: int
    number: int
    at: int
    on: bool


class PutMarker(Struct, frozen=True):
    """Keep how far a person has read a channel, or (`thread` not 0) a thread. `said` and `at` as in events.Marked."""

    person: int
    channel: int
    thread: int
    upto: int
    said: int
    at: int = 0


class PutFollow(Struct, frozen=True):
    """Keep that a person follows a thread, or no longer."""

    person: int
    channel: int
    thread: int
    on: bool


class PutPreferences(Struct, frozen=True):
    """Keep what a person wants."""

    person: int
    preferences: Preferences


class PutDraft(Struct, frozen=True):
    """Keep a person's draft in a channel; an empty text: none."""

    person: int
    channel: int
    text: str
    reply: int
    at: int


class PutSeen(Struct, frozen=True):
    """Keep when a person was last here."""

    person: int
    at: int


class PutReport(Struct, frozen=True):
    """Keep a report; `open` false forgets it (what came of it is in the audit log)."""

    report: Complaint
    open: bool = True


class PutAddressBan(Struct, frozen=True):
    """Keep guests from an address out of a channel until then (ms); 0: let them in again."""

    ban: AddressBan


class PutMask(Struct, frozen=True):
    """Keep a mask on a channel's list, or no longer."""

    mask: Mask
    on: bool = True


class Complaint(Struct, frozen=True):
    """A report of message `target` in a channel, written by `whom`."""

    id: int
    channel: int
    at: int
    person: int
    target: int
    whom: int
    reason: str


class AddressBan(Struct, frozen=True):
    """No guest from this address enters the channel before `until` (ms): `person` was banned there by `by`."""

    channel: int
    host: str
    person: int
    by: int
    until: int


class ReadState(Struct, frozen=True, gc=False):
    """How far a person has read a channel, and how many mentions they did not read. `at` as in events.Marked."""

    channel: int
    upto: int
    said: int
    mentions: int
    at: int = 0


class ThreadState(Struct, frozen=True):
    """A thread that a person follows: how many replies it has, the last one's number, how far it was read."""

    channel: int
    thread: int
    replies: int
    last: int
    upto: int
    said: int


class DraftState(Struct, frozen=True):
    """A person's draft in a channel."""

    channel: int
    text: str
    reply: int
    at: int


class Credentials(Struct, frozen=True):
    """What is kept of an account's password. See PutPerson."""

    person: int
    password: str
    scram: str = ""


class Past(Struct, frozen=True):
    """A text that a message had until `at`, when the person of this name changed it."""

    at: int
    person: int
    name: str
    text: str


class Act(Struct, frozen=True):
    """A line of the audit log."""

    id: int
    at: int
    actor: int
    name: str
    act: str
    data: str


Change = (
    Append | PutPerson | PutChannel | PutStanding | PutInvite | PutToken | DropTokens | DropStaleTokens | Audit
    | Rewrite | Erase | PutReaction | PutPin | PutMarker | PutFollow | PutPreferences | PutDraft | PutSeen | PutReport
    | PutAddressBan | PutMask
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the server keeps in memory, as it is at start. `numbers`: each channel's last, by its id; `said`: how
    many messages each has had. `pins`: (channel, message), the first pinned first. `seen`: when people were last here.
    """

    people: list[Person]
    channels: list[Channel]
    standings: list[tuple[int, int, Standing]]
    invites: list[Invite]
    numbers: dict[int, int]
    said: dict[int, int]
    pins: list[tuple[int, int]]
    preferences: dict[int, Preferences]
    seen: dict[int, int]
    address_bans: list[AddressBan]
    masks: list[Mask]


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

    async def page(
        self, channel: Channel, above: int, below: int, limit: int, newest: bool, asker: int = 0, talk: bool = False
    ) -> list[LoggedEvent]:
        """Events with above < number < below (0: no bound), oldest first: the newest or the oldest `limit` of them.

        Sees every commit that has returned. An event no longer kept is left out. Messages are as they stand now, with
        `mine` in their reactions as `asker` sees it; edits say what their message says now. `talk`: messages only.
        """

    async def messages(self, channel: Channel, numbers: Sequence[int], asker: int = 0) -> list[Message]:
        """The messages with these numbers, as they stand now, in the order asked; those not kept are left out."""

    async def thread(
        self, channel: Channel, thread: int, above: int, below: int, limit: int, newest: bool, asker: int = 0
    ) -> list[Message]:
        """The replies of a thread, as `page` gives events."""

    async def by_author(self, channel: int, author: int, least: int, limit: int) -> list[int]:
        """The numbers of the messages by an author from `least` on that have a text, oldest first."""

    async def reactors(self, channel: int, number: int) -> list[tuple[str, Person]]:
        """Who reacted to a message: by emoji, then by the person's id."""

    async def versions(self, channel: int, number: int) -> list[Past]:
        """The texts that a message had before, oldest first."""

    async def read_states(self, person: int, asked: Sequence[tuple[int, int, int]]) -> list[ReadState]:
        """How far a person has read channels, each asked for as (channel, above, upto). `mentions` counts the messages
        with above < number <= upto that name this person or every member; `above` -1: those above the stored marker."""

    async def said_at(self, channel: int, number: int, thread: int = 0) -> tuple[int, int]:
        """The number of the newest event up to `number`, and how many messages the channel (or the thread, replies)
        had had with it."""

    async def number_at(self, channel: int, at: int) -> int:
        """The number of the last event that is no later than `at` (ms); 0: none. Where clocks went back, one that may
        be meant. It is found in as many steps as a search by halves takes."""

    async def time_of(self, channel: int, number: int) -> int:
        """The time of the newest event up to `number`, if it is kept; 0: none is."""

    async def last_said(self, channels: Sequence[int]) -> list[tuple[int, int, int]]:
        """The last message of each of these channels that has one: channel, number, time (ms)."""

    async def threads(self, person: int, channels: Sequence[int]) -> list[ThreadState]:
        """The threads that a person follows in these channels."""

    async def follows(self, person: int, channel: int, thread: int) -> bool:
        """Whether a person follows a thread."""

    async def drafts(self, person: int) -> list[DraftState]:
        """A person's drafts, the newest first."""

    async def reports(self, channels: Sequence[int]) -> list[Complaint]:
        """The open reports of these channels, oldest first."""

    async def audit(self, before: int, limit: int) -> list[Act]:
        """The audit log below the entry `before` (0: from its end), newest first."""

    async def search(self, query: Query) -> Hits:
        """Messages that match, newest first. Sees every commit that has returned, but for `behind` of them."""

    async def credentials(self, skeleton: str) -> Credentials | None:
        """What is kept of the password of the account with this name."""

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
