"""What causerie asks of a store, method by method. One test suite holds every adapter to it.

The store is the truth. It keeps people, channels, standings, invites and tokens, and for each channel a log of numbered
events. All that one unit of work decided is committed as one: after `commit` returned, it is on disk and synced; when
it raises StoreFailed, nothing of it is stored; when it raises StoreUnknown, `outcome` says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing, Subscription
from causerie.server.ports.changes import AddressBan, Append, Change, Complaint, PutMetadata, PutNetwork, Stored, Token


class StoreFailed(Exception):
    """The store could not do it: disk full, I/O error, gone. str() says what in one line."""


class StoreUnknown(Exception):
    """Whether a commit was done is not known: the way to the store was lost meanwhile. `unit` is what to ask `outcome`
    with; `stored`: what became of every Append, if it was done."""

    def __init__(self, unit: int, stored: Mapping[Append, Stored]) -> None:
        super().__init__(unit)
        self.unit = unit
        self.stored = stored


class SearchTimedOut(Exception):
    """A search took as long as one may."""


class ReadState(Struct, frozen=True, gc=False):
    """How far a person has read a channel, and how many mentions they did not read. `at` as in events.Marked."""

    channel: int
    upto: int
    said: int
    mentions: int
    at: int = 0


class Forgotten(Struct, frozen=True):
    """What retention dropped: how many events, and who was mentioned in them (ids; 0: everybody)."""

    events: int
    mentioned: frozenset[int]


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


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the server keeps in memory, as it is at start. `numbers`: each channel's last, by its id; `times`: the
    latest time in its log (ms); `said`: how many messages each has had. `pins`: (channel, message), the first pinned
    first. `seen`: when people were last here.
    `networks`: from where accounts were logged in to, the longest unused first. `decoy`: a secret made with the store.
    `scram_passes`: by their figure of passes, how many accounts have SCRAM keys. `hash_figures`:
    likewise of Argon2's, see hashing.figures_of.
    """

    people: list[Person]
    channels: list[Channel]
    standings: list[tuple[int, int, Standing]]
    invites: list[Invite]
    numbers: dict[int, int]
    times: dict[int, int]
    said: dict[int, int]
    pins: list[tuple[int, int]]
    preferences: dict[int, Preferences]
    seen: dict[int, int]
    address_bans: list[AddressBan]
    masks: list[Mask]
    subscriptions: list[Subscription]
    former_names: list[tuple[str, int]]
    metadata: list[PutMetadata]
    networks: list[PutNetwork]
    decoy: bytes
    scram_passes: dict[int, int]
    hash_figures: dict[str, int]


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

    async def commit(self, changes: Sequence[Change]) -> Mapping[Append, Stored]:
        """Store all of it, in this order, or nothing: synced when it returns. One commit at a time.

        Gives what became of every Append: a channel's numbers rise by one, in the order given, and so do a thread's;
        one with `more` is a message for each of its texts, and its Stored tells of the first. Of one that is sent again
        nothing is stored, counted or followed. Raises StoreFailed, StoreUnknown.
        """

    async def outcome(self, unit: int) -> bool:
        """Whether the commit that ended with StoreUnknown last was done; asked before the next one. Raises StoreFailed:
        it cannot be asked now."""

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

    async def follow_count(self, person: int, channels: Sequence[int]) -> int:
        """How many threads a person follows in these channels."""

    async def drafts(self, person: int) -> list[DraftState]:
        """A person's drafts, the newest first."""

    async def reports(self, channels: Sequence[int]) -> list[Complaint]:
        """The open reports of these channels, oldest first."""

    async def audit(self, before: int, limit: int) -> list[Act]:
        """The audit log below the entry `before` (0: from its end), newest first."""

    async def search(self, query: Query) -> Hits:
        """Messages that match, newest first. Sees every commit that has returned, but for `behind` of them. Raises
        SearchTimedOut."""

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

    async def forget_before(self, channel: int, at: int, limit: int) -> Forgotten:
        """Drop at most `limit` events older than `at` (retention); numbers go on from where they are."""

    async def check(self) -> Count:
        """Read everything and say what is wrong. Reading and writing go on meanwhile."""

    async def backup(self, target: Path) -> Count:
        """Write a copy of this moment to a new file, open it, count it, check it. Raises StoreFailed."""

    async def close(self) -> None:
        """Finish what is under way and let go. Nothing may be asked afterwards."""
