"""The parts of the window that are redrawn each for itself."""

from __future__ import annotations

from typing import Literal, get_args

WindowPart = Literal["sidebar", "head", "timeline", "thread", "members", "typing", "bar", "composer"]
WINDOW_PARTS: frozenset[WindowPart] = frozenset(get_args(WindowPart))
