"""What a store gives when it is read, and what it is asked with."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from causerie.chat.events import Message
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing, Subscription
from causerie.server.ports.changes import AddressBan, PutMetadata, PutNetwork


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
