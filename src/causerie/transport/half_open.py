"""Bounds TLS connections whose handshake is not over: each costs OpenSSL's 50 KiB, and nobody is known yet.

Past a bound the oldest goes, and not the newest: that one dawdles, while a handshake takes as long as two ways through
the network. Those of one address have a bound of their own, so that one address drives out its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from causerie.server.engine.rate_limits import network_of

AT_ONCE = 1024
"""In all: 50 MiB."""

AT_ONCE_ADDRESS = 32
"""Of one address (IPv6: of its /64), unless it is exempt."""

HALF_OPEN_SECONDS = 4.0
"""How long a handshake may take. They are looked for every second, so all are gone after 5."""

C = TypeVar("C")


class HalfOpen(Generic[C]):
    """See the module. `exempt`: whether an address has no bound of its own. Times are passed in, in seconds."""

    __slots__ = ("_exempt", "_of", "_since")

    def __init__(self, exempt: Callable[[str], bool]) -> None:
        self._exempt = exempt
        self._since: dict[C, tuple[float, str]] = {}  # the oldest first
        self._of: dict[str, dict[C, bool]] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._since)

    def begin(self, connection: C, host: str, now: float) -> C | None:
        """It begins a handshake; whom to let go for that. Nothing is done for one that has begun already."""
        if connection in self._since:
            return None
        network = network_of(host)
        own = self._of.setdefault(network, {})
        dropped: C | None = None
        if len(own) >= AT_ONCE_ADDRESS and not self._exempt(host):
            dropped = next(iter(own))
        elif len(self._since) >= AT_ONCE:
            dropped = next(iter(self._since))
        if dropped is not None:
            self.over(dropped)
        self._since[connection] = now, network
        self._of.setdefault(network, {})[connection] = True
        return dropped

    def over(self, connection: C) -> None:
        """Its handshake is over, or it is gone."""
        if (began := self._since.pop(connection, None)) is None:
            return
        own = self._of[began[1]]
        del own[connection]
        if not own:
            del self._of[began[1]]

    def late(self, now: float) -> list[C]:
        """Those who have taken too long; they are no longer counted."""
        late: list[C] = []
        for connection, (began, _network) in self._since.items():
            if now - began < HALF_OPEN_SECONDS:
                break
            late.append(connection)
        for connection in late:
            self.over(connection)
        return late
