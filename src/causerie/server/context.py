"""All that a use case works with, in one object, put together by bootstrap and passed to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from causerie.chat.replies import GoneLine, ListeningAddress
from causerie.config.settings import Config
from causerie.server.delivery.fanout import Fanout
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.commit_loop import CommitLoop
from causerie.server.engine.fair_queue import FairQueue
from causerie.server.engine.hashing import Hashing
from causerie.server.engine.login_throttle import LoginThrottle
from causerie.server.engine.rate_limits import Bucket
from causerie.server.engine.session import Session
from causerie.server.engine.slices import Slices
from causerie.server.engine.state import State
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Complaint
from causerie.server.ports.store import Store
from causerie.server.state_view import StateView

WALKS_MOST = 20_000
"""Walks over everybody that wait: a connection asks one thing at a time, and there are no more as installed."""

SEARCHES_MOST, SEARCHES_EACH = 200, 8
"""Searches that wait for the one that is done: in all, and of one account or one network's guests."""

DEPARTED_MOST = 1000
"""Of people who left that are remembered."""


@dataclass(slots=True)
class Flushed:
    """Read markers on their way to the store, in `unit`; `kept` is taken back when it fails. See read_state.py."""

    unit: UnitOfWork
    markers: dict[tuple[int, int, int], tuple[int, ...]]
    kept: bool = False


@dataclass(slots=True)
class Context:
    """See the module. `clock` is seconds, monotonic; `now` is ms since 1970; `pick(n)` is random in 0..n-1, and
    `secret()` 256 random bits. `moments`: the time of each channel's last event, see `moment`. `remembered` (by
    channel's id and number) and the two below it are message_cache.py's. `typing`, `reports`: see the files of that
    name; `departed_quotas` (by network, then by person): see send_quota.py; `slices`, `searches`, `long_reads`,
    `walks`: see slices.py, history.py, read_shares.py and walks.py; `guest_hosts`: see address_bans.py. `markers`:
    for (channel, person, thread or 0) how far they have read, as in events.Marked, until it is stored, see
    read_state.py. `drafted`: by person, the channels with a draft, see drafts.py. `watchers`: see
    presence_watch.py; `metadata_ears`: who follows a key, see metadata.py. `departed`: who left lately, by the
    number of their departure; `departures`: the last one's. `decoy`: a secret of the store, of which scram.py makes
    what it answers for names that nobody has; `scram_passes`, `hash_figures`: how many accounts have which, see
    decoys.py. `tokens_dropped`: how often, see tokens.py. `reload` reads the settings again, or raises why not.
    `push_key`: what Web Push is subscribed with; empty: off. `listening`, `certificate_until`: as in
    replies.StatusReport."""

    config: Config
    store: Store
    state: State
    fanout: Fanout
    commit_loop: CommitLoop
    hashing: Hashing
    login_throttle: LoginThrottle
    clock: Callable[[], float]
    now: Callable[[], int]
    pick: Callable[[int], int]
    secret: Callable[[], bytes]
    link: Callable[[str, bool], str]
    started: float
    moments: dict[int, int] = field(default_factory=dict)
    sessions: dict[Session, bool] = field(default_factory=dict)
    lagging: dict[Session, bool] = field(default_factory=dict)
    buckets: dict[int, Bucket] = field(default_factory=dict)
    departed_quotas: dict[str, dict[int, Bucket]] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
    remembered: dict[tuple[int, int], CachedMessage] = field(default_factory=dict)
    remembered_weight: int = 0
    forgotten: int = 0
    slowed: dict[tuple[int, int], int] = field(default_factory=dict)
    typing: dict[tuple[int, int], float] = field(default_factory=dict)
    reports: dict[int, Complaint] | None = None
    slices: Slices = field(default_factory=Slices)
    searches: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=SEARCHES_MOST, each=SEARCHES_EACH))
    long_reads: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=0, each=0))
    walks: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=WALKS_MOST, each=WALKS_MOST))
    guest_hosts: dict[int, str] = field(default_factory=dict)
    markers: dict[tuple[int, int, int], tuple[int, ...]] = field(default_factory=dict)
    flushed: Flushed | None = None
    drafted: dict[int, dict[int, bool]] = field(default_factory=dict)
    watchers: dict[str, dict[Session, bool]] = field(default_factory=dict)
    metadata_ears: dict[str, dict[Session, bool]] = field(default_factory=dict)
    departed: dict[int, GoneLine] = field(default_factory=dict)
    departures: int = 0
    decoy: bytes = b""
    scram_passes: Counter[int] = field(default_factory=Counter)
    hash_figures: Counter[str] = field(default_factory=Counter)
    tokens_dropped: int = 0
    reload: Callable[[], None] | None = None
    leaving: bool = False
    push_key: str = ""
    listening: list[ListeningAddress] = field(default_factory=list)
    certificate_until: int = 0

    def view(self) -> StateView:
        """What protocols may read of it."""
        return StateView(
            self.state,
            self.sessions,
            lambda: self.config,
            lambda: self.push_key,
            lambda: self.now(),
            lambda: self.clock(),
            self.started,
        )

    @property
    def unit(self) -> UnitOfWork:
        """The unit of work that is collecting."""
        return self.commit_loop.unit

    def moment(self, channel: int, now: int = 0) -> int:
        """The time (ms) of an event that is decided now for the log of this channel (an id): `now`, but never before
        the last one there, whatever the clock did. What ends at a time, such as a mute, goes by the clock alone.
        """
        now = now or self.now()
        last = self.moments.get(channel, 0)
        if now <= last:
            return last
        self.moments[channel] = now
        return now

    def new_id(self) -> int:
        """An identifier that nothing has: 52 random bits, so that several servers of one chat need not agree."""
        return self.pick(2**52) + 1
