"""The union of all commands, events or replies, for a decoder: whatever a module defines is in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any


def union_of(base: Any, module: Mapping[str, object]) -> Any:
    """The union of a module's structs (in its `vars()`) that inherit from `base` and have a tag of their own."""
    kinds: list[Any] = [kind for kind in module.values() if isinstance(kind, type) and issubclass(kind, base)]
    return reduce(or_, [kind for kind in kinds if kind.__struct_config__.tag != kind.__name__])
