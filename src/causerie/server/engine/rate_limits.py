"""How fast a person may go, and how many connections an address may make. Time is passed in, in seconds.

Both are on the way of every message or connection: no asyncio, no clock, no allocation that can be spared.
"""

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:0:0/96, IPv4 on an IPv6 socket (RFC 4291, section 2.5.5.2)
_TEN_MINUTES = 600.0
_ROUNDING = 1e-6  # seconds: what adding floats may have lost
_MOST_ANSWERS = 4096  # kept so as not to ask again


def network_of(address: str) -> str:
    """What an address is counted as: itself for IPv4, its /64 for IPv6, the least a customer is given.

    Anything else (a Unix socket's empty name) is counted as it is.
    """
    return _network_of_ipv6(address) if ":" in address else address


@lru_cache(maxsize=_MOST_ANSWERS)
def _network_of_ipv6(address: str) -> str:
    try:
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except OSError:
        return address
    if packed.startswith(_MAPPED):
        return inet_ntop(AF_INET, packed[12:])
    return inet_ntop(AF_INET6, packed[:8] + bytes(8)) + "/64"


class Bucket:
    """A token bucket: `burst` at once, then `rate` a second; rate 0 is off. One a person, so it is small.

    Kept as the one instant at which the bucket would be full again (the generic cell rate algorithm, ITU-T
    I.371), so that nothing has to be refilled.
    """

    __slots__ = ("_each", "_full_at", "_slack")

    def __init__(self, burst: float, rate: float, now: float = -math.inf) -> None:
        """Full at `now`. Raises ValueError for a negative rate or a burst under 1."""
        self._full_at = now
        self._figure(burst, rate)

    def spend(self, now: float, amount: float = 1) -> float:
        """Take `amount` and return 0.0, or take nothing and return the seconds until it could be had.

        An amount greater than the burst never can: infinity.
        """
        each = self._each
        if not each:
            return 0.0
        cost = amount * each
        full_at = self._full_at
        if full_at < now:
            full_at = now
        wait = full_at + cost - now - self._slack
        if wait <= 0.0:
            self._full_at = full_at + cost
            return 0.0
        return wait + _ROUNDING if cost <= self._slack else math.inf

    def give_back(self, amount: float = 1) -> None:
        """Put back what `spend` has just taken."""
        self._full_at -= amount * self._each

    def owe(self, now: float, amount: float = 1) -> float:
        """Take `amount` whether it is there or not; the seconds until nothing is owed."""
        self._full_at = max(self._full_at, now) + amount * self._each
        return max(0.0, self._full_at - now - self._slack) if self._each else 0.0

    def wait(self, now: float) -> float:
        """The seconds until one can be had; nothing is taken."""
        wait = self._full_at + self._each - now - self._slack
        return wait + _ROUNDING if self._each and wait > 0.0 else 0.0

    def full(self, now: float) -> bool:
        """Whether nothing of it is spent."""
        return self._full_at <= now

    def set_figures(self, burst: float, rate: float, now: float) -> None:
        """Other figures from now on; what was spent stays spent, to the token."""
        owed = max(0.0, self._full_at - now) / self._each if self._each else 0.0
        self._figure(burst, rate)
        self._full_at = now + min(owed, burst) * self._each

    def _figure(self, burst: float, rate: float) -> None:
        if rate < 0 or (rate and burst < 1):
            raise ValueError(f"a bucket needs burst >= 1 and rate >= 0, not {burst} and {rate}")
        self._each = 1 / rate if rate else 0.0
        self._slack = burst * self._each + _ROUNDING


class _Address:
    __slots__ = ("came", "open")

    def __init__(self) -> None:
        self.open = 0
        self.came: array[float] | None = None  # when the last ones came in, at most per_10min of them


class Addresses:
    """Connections of each address: `at_once` open, `per_10min` in any ten minutes, `total` in all; 0 is off.

    An address for which `exempt` is true is held to the total alone. At most `most` addresses are remembered,
    besides those with a connection open; the longest gone is forgotten first.
    """

    def __init__(
        self,
        at_once: int,
        per_10min: int,
        total: int,
        exempt: Callable[[str], bool] | None = None,
        most: int = 20_000,
    ) -> None:
        self._known: dict[str, _Address] = {}
        self._idle: OrderedDict[str, None] = OrderedDict()  # those with nothing open, the longest gone first
        self._most = most
        self.open = 0
        self.set_figures(at_once, per_10min, total, exempt)

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._known)

    def set_figures(
        self, at_once: int, per_10min: int, total: int, exempt: Callable[[str], bool] | None = None
    ) -> None:
        """Other figures from now on; connections that are open stay. Raises ValueError for one below 0."""
        if min(at_once, per_10min, total) < 0:
            raise ValueError("limits of connections are 0 (off) or more")
        self._at_once = at_once
        self._per_10min = per_10min
        self._total = total
        self._exempt = lru_cache(maxsize=_MOST_ANSWERS)(exempt) if exempt else None
        if not per_10min:
            for key in self._idle:
                del self._known[key]
            self._idle.clear()
            for one in self._known.values():
                one.came = None

    def enter(self, address: str, now: float) -> str | None:
        """Count a connection in and return None, or count nothing and return why it may not come in.

        server_full, too_many_connections (of this address, at once) or too_fast (of this address, in ten
        minutes). `leave` is owed for None only.
        """
        if self._total and self.open >= self._total:
            return "server_full"
        key = network_of(address)
        one = self._known.get(key)
        if one is None:
            if self._idle:
                self._forget(now)
            one = self._known[key] = _Address()
        else:
            if self._at_once and one.open >= self._at_once and not self._is_exempt(address):
                return "too_many_connections"
            if self._per_10min and self._is_fast(one, now) and not self._is_exempt(address):
                return "too_fast"
            if not one.open:
                del self._idle[key]
        if self._per_10min:
            self._stamp(one, now)
        one.open += 1
        self.open += 1
        return None

    def leave(self, address: str) -> None:
        """Count a connection out. Raises ValueError if none of this address is in."""
        key = network_of(address)
        one = self._known.get(key)
        if one is None or not one.open:
            raise ValueError(f"no connection of {address} is open")
        self.open -= 1
        one.open -= 1
        if not one.open:
            if one.came:
                self._idle[key] = None
                if len(self._idle) > self._most:
                    self._drop_first()
            else:
                del self._known[key]

    def _is_exempt(self, address: str) -> bool:
        return self._exempt is not None and self._exempt(address)

    def _is_fast(self, one: _Address, now: float) -> bool:
        came, most = one.came, self._per_10min
        return came is not None and len(came) >= most and came[-most] > now - _TEN_MINUTES

    def _stamp(self, one: _Address, now: float) -> None:
        came = one.came
        if came is None:
            one.came = array("d", (now,))
            return
        came.append(now)
        if len(came) > self._per_10min:
            del came[: -self._per_10min]

    def _forget(self, now: float) -> None:
        """Forget the longest gone whose ten minutes are over, two for each new one."""
        for _ in range(2):
            key = next(iter(self._idle), None)
            if key is None:
                return
            came = self._known[key].came
            if came and came[-1] > now - _TEN_MINUTES:
                return
            self._drop_first()

    def _drop_first(self) -> None:
        key, _ = self._idle.popitem(last=False)
        del self._known[key]
