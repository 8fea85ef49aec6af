"""How many there are of all."""

from __future__ import annotations

from typing import NamedTuple


class Counts(NamedTuple):
    """What LUSERS says. `hidden` are those of `people` with mode i; `unknown`: connections that nobody is, so far."""

    people: int
    most: int
    hidden: int
    operators: int
    unknown: int
    channels: int
