"""What causerie asks of a store, by what somebody may need of it. One test suite holds every adapter to it.

The store is the truth. It keeps people, channels, standings, invites and tokens, and for each channel a log of numbered
events. All that one unit of work decided is committed as one: after `commit` returned, it is on disk and synced; when
it raises StoreFailed, nothing of it is stored; when it raises StoreUnknown, `outcome` says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel, Person
from causerie.server.ports.changes import Append, Change, Complaint, Stored, Token
from causerie.server.ports.records import (
    Act,
    Count,
    Credentials,
    DraftState,
    Forgotten,
    Hits,
    Loaded,
    Past,
    Query,
    ReadState,
    ThreadState,
)


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


class CommitStore(Protocol):
    """What a store does with units of work."""

    async def commit(self, changes: Sequence[Change]) -> Mapping[Append, Stored]:
        """Store all of it, in this order, or nothing: synced when it returns. One commit at a time.

        Gives what became of every Append: a channel's numbers rise by one, in the order given, and so do a thread's;
        one with `more` is a message for each of its texts, and its Stored tells of the first. Of one that is sent again
        nothing is stored, counted or followed. Raises StoreFailed, StoreUnknown.
        """

    async def outcome(self, unit: int) -> bool:
        """Whether the commit that ended with StoreUnknown last was done; asked before the next one. Raises StoreFailed:
        it cannot be asked now."""


class LogStore(Protocol):
    """What a store has of the channels' logs. Every read sees each commit that has returned."""

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

    async def author(self, name: str) -> int:
        """The id of the one who last spoke as this name and is not connected (a guest that is gone); 0: nobody."""


class StateStore(Protocol):
    """What a store keeps beside the logs, of people and channels."""

    async def load(self) -> Loaded:
        """Everything that is kept in memory. Asked once, before anything else."""

    async def read_states(self, person: int, asked: Sequence[tuple[int, int, int]]) -> list[ReadState]:
        """How far a person has read channels, each asked for as (channel, above, upto). `mentions` counts the messages
        with above < number <= upto that name this person or every member; `above` -1: those above the stored marker."""

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

    async def guest(self, person: int) -> Person | None:
        """A guest that is kept because it said something or holds a token."""


class SearchStore(Protocol):
    """What a store finds."""

    async def search(self, query: Query) -> Hits:
        """Messages that match, newest first. Sees every commit that has returned, but for `behind` of them. Raises
        SearchTimedOut."""


class SecretStore(Protocol):
    """What a store keeps of accounts' passwords, and session tokens."""

    async def credentials(self, skeleton: str) -> Credentials | None:
        """What is kept of the password of the account with this name."""

    async def token(self, hash: bytes) -> Token | None:
        """The token with this hash."""

    async def tokens(self, person: int) -> list[Token]:
        """A person's tokens, oldest first."""


class MaintenanceStore(Protocol):
    """What keeps a store in order."""

    async def forget_before(self, channel: int, at: int, limit: int) -> Forgotten:
        """Drop at most `limit` events older than `at` (retention); numbers go on from where they are."""

    async def check(self) -> Count:
        """Read everything and say what is wrong. Reading and writing go on meanwhile."""

    async def close(self) -> None:
        """Finish what is under way and let go. Nothing may be asked afterwards."""


class Store(CommitStore, LogStore, StateStore, SearchStore, SecretStore, MaintenanceStore, Protocol):
    """All of it: what an adapter is."""
