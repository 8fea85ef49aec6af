"""The parts of the window that are drawn anew each for itself."""

from __future__ import annotations

from typing import Literal, get_args

Part = Literal["sidebar", "head", "timeline", "thread", "members", "typing", "bar", "composer", "notices"]
PARTS: frozenset[Part] = frozenset(get_args(Part))
