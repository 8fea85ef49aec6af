"""Exponential backoff with jitter: how long to wait before connecting again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first` seconds, doubled each time up to `most`; of that, `dice` (0 to 1) takes off up to a half."""

    first: float = 0.5
    most: float = 30.0
    dice: Callable[[], float] = random.random

    def seconds(self, attempt: int) -> float:
        """Before the attempt of this number; the first one after a connection that was live is 0."""
        return min(self.most, self.first * 2.0 ** min(attempt, 30)) * (1 - self.dice() / 2)
