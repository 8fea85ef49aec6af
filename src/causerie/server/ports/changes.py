"""What a unit of work may ask a store to keep: events for the channels' logs, and all that is kept beside them."""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.events import LoggedEvent
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing, Subscription


class Append(Struct, frozen=True, eq=False, gc=False):
    """One event to be numbered and logged; what became of it is a Stored.

    `kind` is the event's tag; `data` is JSON of what the columns do not hold. In a channel with history off the number
    rises and nothing is kept. `target`: the message that it is about (an edit, a deletion, a reaction, a pin) or
    answers; `thread`: the first message of the thread that it replies in. `follow`: its author and the author of the
    thread's first message (ids; 0: nobody), who follow the thread with it, the latter with the first reply.
    `mentions`: who is to find it among their mentions; 0 stands for every member. `event`: what is told, where the
    caller has it made but for what a Stored says. `more`: what its author said right after it, each text a message as
    plain as this one; their numbers, and their places among the messages, follow on its own.
    """

    channel: Channel
    kind: str
    at: int
    author: Person
    text: str
    key: str
    data: str
    target: int = 0
    thread: int = 0
    follow: tuple[int, int] = (0, 0)
    mentions: tuple[int, ...] = ()
    event: LoggedEvent | None = None
    more: tuple[str, ...] = ()


class Stored(Struct, frozen=True, gc=False):
    """What became of an Append: its `number` in the log of `channel` (a name), and when (ms).

    `said`: how many messages the channel has had with it. `again`: its author had sent the key before; all of that is
    the first one's then, and nothing was stored. `nth`: of the replies in its thread; `followed`: who follow the thread
    with it and did not before (ids).
    """

    channel: str
    number: int
    at: int
    said: int
    again: bool = False
    nth: int = 0
    followed: tuple[int, ...] = ()


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


class PutNetwork(Struct, frozen=True):
    """Keep from which network an account was logged in to, and when (ms): of each account the last few."""

    person: int
    network: str
    at: int


class DropNetworks(Struct, frozen=True):
    """Forget those of an account."""

    person: int


class DropStaleTokens(Struct, frozen=True):
    """Forget the tokens of all people, and the networks that they logged in from, that were not used since `before`."""

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


class PutFormerName(Struct, frozen=True):
    """Keep a name that a channel had, which is no other's from then on; `on` false: it has it again."""

    name: str
    channel: int
    on: bool = True


class PutMetadata(Struct, frozen=True):
    """Keep what is noted under a key of a channel or of a person (the other is 0); an empty value: nothing."""

    channel: int
    person: int
    key: str
    value: str


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


class PutSubscription(Struct, frozen=True):
    """Keep a Web Push subscription as it is now."""

    subscription: Subscription


class DropSubscription(Struct, frozen=True):
    """Forget the subscription of a person at this endpoint."""

    person: int
    endpoint: str


Change = (
    Append | PutPerson | PutChannel | PutStanding | PutInvite | PutToken | DropTokens | DropStaleTokens | Audit
    | Rewrite | Erase | PutReaction | PutPin | PutMarker | PutFollow | PutPreferences | PutDraft | PutSeen | PutReport
    | PutAddressBan | PutMask | PutFormerName | PutMetadata | PutSubscription | DropSubscription
    | PutNetwork | DropNetworks
)  # fmt: skip
