"""Logs refused connections: the first of a minute one by one, the others counted, by reason and by address.

Whoever connects decides how often that happens; the log must not grow with it, nor the time that it takes.
"""

from __future__ import annotations

import logging
from collections import Counter

from causerie.server.engine.rate_limits import network_of

log = logging.getLogger("causerie.connection")

FIRST = 10
"""Refused connections in a period that have a line each."""

PERIOD_SECONDS = 60.0

ADDRESSES_MOST = 1000
"""Addresses that are counted in a period."""

NAMED = 3
"""Addresses that a summary names: those with the most."""


class RefusedLog:
    """See the module. Times are passed in, in seconds."""

    __slots__ = ("_addresses", "_lines", "_reasons", "_since")

    def __init__(self) -> None:
        self._since = 0.0
        self._lines = 0
        self._reasons: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def note(self, host: str, why: str, now: float) -> None:
        """A connection from there was refused."""
        self.sweep(now)
        if not self._lines:
            self._since = now
        self._lines += 1
        if self._lines <= FIRST:
            log.info("turned away %s: %s", host, why)
            return
        self._reasons[why] += 1
        network = network_of(host)
        if network in self._addresses or len(self._addresses) < ADDRESSES_MOST:
            self._addresses[network] += 1

    def sweep(self, now: float) -> None:
        """Sum up what was counted, once the period is over."""
        if not self._lines or now - self._since < PERIOD_SECONDS:
            return
        if counted := self._reasons.total():
            reasons = ", ".join(f"{why} ({count})" for why, count in self._reasons.most_common())
            addresses = ", ".join(f"{network} ({count})" for network, count in self._addresses.most_common(NAMED))
            log.info(
                "turned away %d more within %.0f s: %s; most from %s", counted, now - self._since, reasons, addresses
            )
        self._lines = 0
        self._reasons.clear()
        self._addresses.clear()
