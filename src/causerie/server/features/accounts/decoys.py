"""For a name that nobody has: the figures of hashing that it would have if it were an account's.

Accounts keep the figures that their password was hashed with, until they log in. A name that nobody has gets some that
accounts have, for as many names as accounts, and the same after every restart: neither what is answered nor how long it
takes tells that there is no account.
"""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TypeVar

from causerie.server.context import Context
from causerie.server.engine.hashing import Secrets, figures_of
from causerie.server.engine.passing import CountHash

F = TypeVar("F", int, str)


def fold(name: str) -> bytes:
    """A name as it is looked up: in any case."""
    return name.strip().casefold().encode(errors="replace")


def figures(context: Context, name: str, kind: bytes, counted: Counter[F], present: F) -> F:
    """Those of this name. `counted`: how many accounts have which; `present`: what is hashed with now."""
    # Those who have the present ones come last: as they become more, a name changes once, as an account does.
    known = sorted((one for one in counted if counted[one] > 0), key=lambda one: (one == present, one))
    if not known:
        return present
    ends = list(accumulate(counted[one] for one in known))
    place = int.from_bytes(hmac.digest(context.decoy, kind + b" " + fold(name), "sha256")[:8])  # of 2**64
    return known[bisect_right(ends, place * ends[-1] >> 64)]


def count(context: Context, kept: Secrets, before: str = "") -> None:
    """An account has this kept of its password from now on. `before`: the hash that it had, if any."""
    passes = kept.scram.partition(":")[0]
    context.apply(CountHash(figures_of(kept.password), int(passes or 0), figures_of(before) if before else ""))
