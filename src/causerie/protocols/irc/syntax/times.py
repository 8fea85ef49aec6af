"""Times as clients give them (IRCv3 server-time): `timestamp=2026-01-31T12:00:00.000Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_GIVEN = re.compile(r"timestamp=([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)Z")


def time_of(given: str) -> int:
    """Milliseconds since 1970; 0 for what is no time, and for what was before."""
    found = _GIVEN.fullmatch(given)
    if found is None:
        return 0
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return 0
    return max(0, round(moment.timestamp() * 1000))
