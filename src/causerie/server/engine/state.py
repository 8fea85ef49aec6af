"""The server's state in memory: people, channels, memberships, invites, presence, and what is remembered for a while.

It is read everywhere and changed only by changes (apply/), in a unit of work, so that what was not committed can be
taken back. Guests are in it while they are connected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from causerie.chat import policy
from causerie.chat.errors import BadName, NoSuchChannel, NoSuchPerson
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing, Subscription
from causerie.chat.names import channel_name, skeleton
from causerie.chat.replies import GoneLine
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.rate_limits import Bucket
from causerie.server.engine.roster import Roster
from causerie.server.engine.session import Session
from causerie.server.ports.changes import AddressBan, Complaint


class State:
    """Dictionaries, and look-ups that raise what a person is told.

    People: `names`: a person's id by the skeleton of the name. `kept_guests`: the guests here that are stored.
    `banned_guests`: who is gone and was banned somewhere, so that moderators still see by which name. `guest_hosts`:
    see address_bans.py. `about`: what people want to be shown beside their names, while they are here. `person_notes`,
    `channel_notes`: metadata.py's, by key. `seen`: when people were last here. `subscriptions`: a person's, by their
    endpoint. `departed`: who left lately, by the number of their departure; `departures`: the last one's.
    `scram_passes`, `hash_figures`: how many accounts have which, see decoys.py. `tokens_dropped`: how often, see
    tokens.py. `buckets`: what each person may send, see send_quota.py.

    Channels: `standings`: by channel, then person; `rosters`: their names in order, of large channels. `places`:
    the channels a person stands in. `former`: the names that channels had, which are no other's. `pins`: each
    channel's pinned messages, the first pinned first, with when that was (ms; 0: before the server started).
    `masks`: of each channel, by their list and themselves. `reports`: the open ones; None until they are asked for,
    see reports.py.

    Sessions: `sessions`: those that are connected, by their id. `connected`: a person's, in the order in which they
    came. `here`: for each channel, how many connections each person has in it. `watchers`: who is told of a person, by
    the skeleton of the name, see presence_watch.py; `metadata_ears`: who follows a key. `typing`: when a channel was
    told that a person is typing, since `typing_since`, and `typing_before` that; see typing.py.

    Messages: `log_ends`: see `log_end`. `remembered`: by channel and number, see message_cache.py. `markers`: for
    (channel, person, thread or 0) how far they have read, as in events.Marked, until it is stored; `flushed`: those
    that are on their way there, see read_state.py. `drafted`: by person, the channels with a draft, as far as it was
    asked for, see drafts.py. `slowed`: when a person (channel, person) last spoke where one has to wait (ms).
    """

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.names: dict[str, int] = {}
        self.kept_guests: dict[int, bool] = {}
        self.banned_guests: dict[int, Person] = {}
        self.guest_hosts: dict[int, str] = {}
        self.about: dict[int, str] = {}
        self.person_notes: dict[int, dict[str, str]] = {}
        self.channel_notes: dict[int, dict[str, str]] = {}
        self.seen: dict[int, int] = {}
        self.subscriptions: dict[int, dict[str, Subscription]] = {}
        self.preferences: dict[int, Preferences] = {}
        self.invites: dict[int, Invite] = {}
        self.departed: dict[int, GoneLine] = {}
        self.departures = 0
        self.scram_passes: Counter[int] = Counter()
        self.hash_figures: Counter[str] = Counter()
        self.tokens_dropped = 0
        self.buckets: dict[int, Bucket] = {}
        self.channels: dict[int, Channel] = {}
        self.by_name: dict[str, int] = {}
        self.former: dict[str, int] = {}
        self.standings: dict[int, dict[int, Standing]] = {}
        self.rosters: dict[int, Roster] = {}
        self.places: dict[int, dict[int, Standing]] = {}
        self.pins: dict[int, dict[int, int]] = {}
        self.address_bans: dict[tuple[int, str], AddressBan] = {}
        self.masks: dict[int, dict[tuple[str, str], Mask]] = {}
        self.reports: dict[int, Complaint] | None = None
        self.sessions: dict[int, Session] = {}
        self.connected: dict[int, dict[Session, bool]] = {}
        self.here: dict[int, dict[int, int]] = {}
        self.watchers: dict[str, dict[Session, bool]] = {}
        self.metadata_ears: dict[str, dict[Session, bool]] = {}
        self.typing: dict[tuple[int, int], float] = {}
        self.typing_before: dict[tuple[int, int], float] = {}
        self.typing_since = 0.0
        self.log_ends: dict[int, tuple[int, int]] = {}
        self.remembered: dict[tuple[int, int], CachedMessage] = {}
        self.markers: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self.flushed: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self.drafted: dict[int, dict[int, bool]] = {}
        self.slowed: dict[tuple[int, int], int] = {}

    def channel(self, name: str) -> Channel:
        """The channel of this name, or that had it. Raises NoSuchChannel."""
        number = self.by_name.get(name)
        if number is None:
            try:
                folded = channel_name(name)
                number = self.by_name.get(folded) or self.former.get(folded)
            except BadName:
                number = None
            if number is None:
                raise NoSuchChannel(channel=name[:80])
        return self.channels[number]

    def channel_for(self, person: Person, name: str) -> Channel:
        """The same, if this person may be told that there is one. Raises NoSuchChannel, which does not tell a channel
        that is not for them from one that there is not."""
        channel = self.channel(name)
        if not policy.may_be_told_of(channel, self.standings[channel.id].get(person.id)):
            raise NoSuchChannel(channel=name[:80])
        return channel

    def person(self, name: str) -> Person:
        """The account or connected guest of this name, however it is written. Raises NoSuchPerson."""
        number = self.names.get(skeleton(name)) if len(name) <= 80 else None
        if number is None:
            raise NoSuchPerson(name=name[:80])
        return self.people[number]

    def account(self, name: str) -> Person:
        """The account of this name. Raises NoSuchPerson."""
        person = self.person(name)
        if person.guest:
            raise NoSuchPerson(name=name[:80])
        return person

    def on_record(self, channel: int, after: str = "") -> Iterator[tuple[str, int]]:
        """Whom a channel has on record, by name above `after`: names, and whose they are."""
        if (roster := self.rosters.get(channel)) is not None:
            return roster.above(after)
        names = ((self.name_of(person), person) for person in self.standings[channel])
        return iter(sorted(one for one in names if one[0] > after))

    def name_of(self, person: int) -> str:
        """The name of somebody who is known, or was banned as a guest that has gone; "" for nobody."""
        known = self.people.get(person) or self.banned_guests.get(person)
        return known.name if known is not None else ""

    def log_end(self, channel: int) -> tuple[int, int]:
        """The number of the last event of a channel's log that was committed, and how many messages it has had with
        it. What is read of the store after this is asked has all up to it in it."""
        return self.log_ends.get(channel, (0, 0))

    def standing(self, channel: int, person: int) -> Standing | None:
        """How a person stands in a channel."""
        return self.standings[channel].get(person)
