"""All that a use case works with, in one object, put together by bootstrap and passed to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from causerie.chat.replies import ListeningAddress
from causerie.config.settings import Config
from causerie.server.delivery.fanout import Fanout
from causerie.server.engine.commit_loop import CommitLoop
from causerie.server.engine.fair_queue import FairQueue
from causerie.server.engine.hashing import Hashing
from causerie.server.engine.login_throttle import LoginThrottle
from causerie.server.engine.passing import Passing
from causerie.server.engine.rate_limits import Bucket
from causerie.server.engine.session import Session
from causerie.server.engine.slices import Slices
from causerie.server.engine.state import State
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Change
from causerie.server.ports.records import Count
from causerie.server.ports.store import Store
from causerie.server.state_view import StateView

WALKS_MOST = 20_000
"""Walks over everybody that wait: a connection asks one thing at a time, and there are no more as installed."""

SEARCHES_MOST, SEARCHES_EACH = 200, 8
"""Searches that wait for the one that is done: in all, and of one account or one network's guests."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is kept and gone through at most, where no setting says it.

    `remembered`: what the messages in memory may weigh together, see CachedMessage; 10,000 of them at most. `scanned`:
    events gone through for one page; `chunk`: read at once, at least. `slowed`: who spoke in slow mode; of more, the
    first half may speak at once. `guest_hosts`: addresses of guests that are gone; past it the oldest are forgotten.
    `address_bans`: past it those that would end first are lifted.
    """

    remembered: int = 100_000
    scanned: int = 20_000
    chunk: int = 50
    slowed: int = 10_000
    guest_hosts: int = 10_000
    address_bans: int = 10_000


@dataclass(slots=True)
class Context:
    """See the module. `clock` is seconds, monotonic; `now` is ms since 1970; `pick(n)` is random in 0..n-1, and
    `secret()` 256 random bits. `moments`: the time of each channel's last event, see `moment`. `remembered_weight` and
    `forgotten` are message_cache.py's; `departed_quotas` (by network, then by person): see send_quota.py; `slices`,
    `searches`, `long_reads`, `walks`: see slices.py, history.py, read_shares.py and walks.py. `flushing`: the unit of
    work that stores state.flushed, see read_state.py. `opened`: how many sessions there were. `decoy`: a secret of the
    store, of which scram.py makes what it answers for names that nobody has. `reload` reads the settings again, or
    raises why not. `push_key`: what Web Push is subscribed with; empty: off. `listening`, `certificate_until`: as in
    replies.StatusReport. `backup` writes a copy of the store to a new file, counts and checks it (raises StoreFailed);
    None: the store is no file."""

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
    opened: int = 0
    moments: dict[int, int] = field(default_factory=dict)
    lagging: dict[Session, bool] = field(default_factory=dict)
    departed_quotas: dict[str, dict[int, Bucket]] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
    remembered_weight: int = 0
    forgotten: int = 0
    flushing: UnitOfWork | None = None
    slices: Slices = field(default_factory=Slices)
    searches: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=SEARCHES_MOST, each=SEARCHES_EACH))
    long_reads: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=0, each=0))
    walks: FairQueue = field(default_factory=lambda: FairQueue(at_once=1, most=WALKS_MOST, each=WALKS_MOST))
    decoy: bytes = b""
    reload: Callable[[], None] | None = None
    backup: Callable[[Path], Awaitable[Count]] | None = None
    leaving: bool = False
    push_key: str = ""
    listening: list[ListeningAddress] = field(default_factory=list)
    bounds: Bounds = Bounds()
    certificate_until: int = 0

    def view(self) -> StateView:
        """What protocols may read of it."""
        return StateView(
            self.state,
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

    def apply(self, change: Change | Passing, stored: bool = True) -> None:
        """Change the state with the unit of work that is collecting; see UnitOfWork.apply."""
        self.commit_loop.unit.apply(self.state, change, stored)

    @property
    def sessions(self) -> list[Session]:
        """Those that are connected. One that closed in a unit of work that was undone is in the state until that is
        done again."""
        return [session for session in self.state.sessions.values() if not session.closed]

    def open(self, session: Session) -> None:
        """A session is connected, whatever becomes of the unit of work."""
        self.opened += 1
        session.id = self.opened
        self.state.sessions[session.id] = session

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
