"""Guessing of passwords: failures are counted, and past a figure each further one costs a longer delay.

Three rules, each with its own figure: an account from one address (a minute), an address (a minute), an
account over all addresses (an hour). A device that has logged in before, and an address from which the account
was logged in to before, are not held to the last, so that nobody can be locked out by others; whoever guesses from
the same address has the first two. Time is passed in: seconds of a clock that never goes back.
"""

import math
from array import array
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from causerie.chat.errors import TooManyFailures
from causerie.server.engine.rate_limits import network_of

NETWORKS_MOST = 8
"""Networks that an account is remembered by: a home, a workplace, a telephone's and the like."""

_MINUTE = 60.0
_HOUR = 3600.0
_ROUNDING = 1e-6  # seconds: what adding floats may have lost
_NAME_KEPT = 64  # characters of an account's name; no account has a longer one, but a guess may
_MOST_DOUBLINGS = 64
_NOTED_AGAIN = 86_400_000  # ms until a network is noted as used once more
_SOON = 1.0  # seconds until the attempts under way will have been answered


class LoginThrottle:
    """Who has to wait before another password is looked at.

    For each attempt: `check`, then `with trying(...)` around the verification, then `failed` or `succeeded`.
    An account "" stands for none (a token, an invite): only addresses count, or all would share one.
    """

    def __init__(
        self,
        account_address: int = 5,
        address: int = 20,
        account: int = 50,
        delay_first: float = 1.0,
        delay_most: float = _HOUR,
        most_entries: int = 50_000,
    ) -> None:
        """Figures as in `set_figures`; `most_entries` bounds what is remembered, a third for each rule."""
        most = max(1, most_entries // 3)
        self._pairs = _Rule(_MINUTE, most, ahead=True)
        # Many people may log in at once from one address: attempts without a failure are no reason to wait.
        self._addresses = _Rule(_MINUTE, most, ahead=False)
        self._accounts = _Rule(_HOUR, most, ahead=True)
        self._networks: OrderedDict[str, dict[str, int]] = OrderedDict()
        self._networks_most = most
        self.set_figures(account_address, address, account, delay_first, delay_most)

    def __len__(self) -> int:
        """How many entries are remembered, over the three rules."""
        return len(self._pairs) + len(self._addresses) + len(self._accounts)

    def set_figures(
        self,
        account_address: int,
        address: int,
        account: int,
        delay_first: float = 1.0,
        delay_most: float = _HOUR,
    ) -> None:
        """Failures a minute (of an account and address, of an address) or an hour (of an account); 0 is off.

        Past one, delays from `delay_first` seconds, doubling up to `delay_most`. On a live guard, a delay
        that runs goes on, but a rule switched off forgets all. Raises ValueError for a figure out of range.
        """
        if min(account_address, address, account) < 0 or not 0 < delay_first <= delay_most:
            raise ValueError("a guard needs figures >= 0 and 0 < delay_first <= delay_most")
        self._pairs.set_figures(account_address, delay_first, delay_most)
        self._addresses.set_figures(address, delay_first, delay_most)
        self._accounts.set_figures(account, delay_first, delay_most)

    def check(self, account: str, address: str, known_device: bool, now: float) -> None:
        """Raise TooManyFailures, `retry_after` in whole seconds, if this attempt has to wait. Counts nothing.

        `account` is the name as folded, whether it exists or not. `known_device`: this device has shown that
        it was logged in to this account before.
        """
        account, network = account[:_NAME_KEPT], network_of(address)
        wait = max(self._pairs.wait((account, network), now), self._addresses.wait(network, now))
        if account and not known_device and network not in self._networks.get(account, ()):
            wait = max(wait, self._accounts.wait(account, now))
        if wait > 0:
            raise TooManyFailures(retry_after=float(math.ceil(wait)))

    @contextmanager
    def trying(self, account: str, address: str) -> Iterator[None]:
        """While a password is being verified: keeps many attempts at once from all passing `check`."""
        account, network = account[:_NAME_KEPT], network_of(address)
        self._pairs.begin((account, network))
        self._addresses.begin(network)
        self._accounts.begin(account)
        try:
            yield
        finally:
            self._pairs.end((account, network))
            self._addresses.end(network)
            self._accounts.end(account)

    def failed(self, account: str, address: str, now: float) -> None:
        """Count a wrong password or an unknown name."""
        account, network = account[:_NAME_KEPT], network_of(address)
        self._pairs.fail((account, network), now)
        self._addresses.fail(network, now)
        if account:
            self._accounts.fail(account, now)

    def succeeded(self, account: str, address: str, now: float) -> None:
        """Forget the failures of this account from this address, and no others.

        An attacker with an account of his own could otherwise clear his address, and each login of the owner
        would give those who guess from elsewhere a fresh start.
        """
        self._pairs.forget((account[:_NAME_KEPT], network_of(address)))

    def knows_since(self, account: str, address: str, at: int) -> bool:
        """The account was logged in to from here at `at` (ms since 1970). Whether that is news of a day."""
        account, network = account[:_NAME_KEPT], network_of(address)
        networks = self._networks.pop(account, {})
        before = networks.pop(network, 0)
        news = at - before >= _NOTED_AGAIN
        networks[network] = at if news else before
        if len(networks) > NETWORKS_MOST:
            del networks[next(iter(networks))]
        self._networks[account] = networks
        if len(self._networks) > self._networks_most:
            self._networks.popitem(last=False)
        return news

    def forget_networks(self, account: str) -> None:
        """The account has another password: who knew the old one may have been here too."""
        self._networks.pop(account[:_NAME_KEPT], None)


class _Entry:
    __slots__ = ("gone", "level", "times", "until")

    def __init__(self) -> None:
        self.times = array("d")  # failures inside the window, while there is no delay
        self.level = 0  # delays so far
        self.until = 0.0  # no attempt before
        self.gone = 0.0  # forgotten from then on


class _Rule:
    """Failures of one kind of key: `limit` in a window, then delays, until it has been quiet for long enough.

    Entries are in the order of their last failures. When there is no room, those that are over go, and of the others
    those with the fewest delays and failures, until a tenth is free: whoever wants to be forgotten has to fail as often
    under as many other keys as are then left.
    """

    def __init__(self, window: float, most: int, *, ahead: bool) -> None:
        self._window = window
        self._most = most
        self._ahead = ahead  # attempts under way count even where nothing has failed yet
        self._limit = 0
        self._delay_first = self._delay_most = 1.0
        self._entries: dict[Hashable, _Entry] = {}
        self._trying: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def set_figures(self, limit: int, delay_first: float, delay_most: float) -> None:
        self._limit, self._delay_first, self._delay_most = limit, delay_first, delay_most
        if not limit:
            self._entries.clear()

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until an attempt may be made; 0.0 for now."""
        if not self._limit:
            return 0.0
        under_way = self._trying.get(key, 0)
        entry = self._entries.get(key)
        recent = 0
        if entry is not None and now < entry.gone:
            if entry.level:
                left = entry.until - now
                return left if left > _ROUNDING else _SOON if under_way else 0.0
            recent = sum(1 for at in entry.times if at > now - self._window)
        crowded = under_way > 0 and under_way + recent >= self._limit
        return _SOON if crowded and (recent or self._ahead) else 0.0

    def begin(self, key: Hashable) -> None:
        self._trying[key] = self._trying.get(key, 0) + 1

    def end(self, key: Hashable) -> None:
        left = self._trying.pop(key) - 1
        if left:
            self._trying[key] = left

    def fail(self, key: Hashable, now: float) -> None:
        if not self._limit:
            return
        entry = self._entries.get(key)
        if entry is not None and entry.level and entry.until - now > _ROUNDING:
            return  # begun before the delay: it is the same burst, and has its delay already
        self.forget(key)
        if len(self._entries) >= self._most:
            self._make_room(now)
        if entry is None or entry.gone <= now:
            entry = _Entry()
        self._entries[key] = entry
        self._count(entry, now)

    def forget(self, key: Hashable) -> None:
        self._entries.pop(key, None)

    def _count(self, entry: _Entry, now: float) -> None:
        if not entry.level:
            entry.times = array("d", [at for at in entry.times if at > now - self._window])
            entry.times.append(now)
            if len(entry.times) < self._limit:
                entry.gone = now + self._window
                return
            entry.times = array("d")
        entry.level = min(entry.level + 1, _MOST_DOUBLINGS)
        delay = min(self._delay_first * 2 ** (entry.level - 1), self._delay_most)
        entry.until = now + delay
        entry.gone = entry.until + max(self._window, delay)

    def _make_room(self, now: float) -> None:
        for key in [key for key, entry in self._entries.items() if entry.gone <= now]:
            del self._entries[key]
        surplus = len(self._entries) - self._most + max(1, self._most // 10)
        by_failures = sorted(self._entries, key=lambda key: (self._entries[key].level, len(self._entries[key].times)))
        for key in by_failures[: max(0, surplus)]:
            del self._entries[key]
