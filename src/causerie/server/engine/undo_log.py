"""What changed in memory and what was there before, so that it can be put back."""

from __future__ import annotations

from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ABSENT: Any = object()


class UndoLog:
    """The changes of a unit of work, oldest first: the place (a dictionary or an object), its key or attribute, and the
    value before. A key that comes back after `drop` is the last one of its dictionary: where the order counts, `put`
    another dictionary in its place."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[tuple[Any, Any, Any]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, mapping: dict[K, V], key: K, value: V) -> None:
        """mapping[key] = value."""
        self._entries.append((mapping, key, mapping.get(key, _ABSENT)))
        mapping[key] = value

    def drop(self, mapping: dict[K, V], key: K) -> None:
        """Take a key out of a mapping, if it is there."""
        if key in mapping:
            self._entries.append((mapping, key, mapping.pop(key)))

    def set(self, thing: object, name: str, value: object) -> None:
        """thing.name = value."""
        self._entries.append((thing, name, getattr(thing, name)))
        setattr(thing, name, value)

    def settle(self, mapping: dict[K, V], values: dict[K, V]) -> None:
        """Put these values, which are committed: to undo goes back to them, not to what was before them."""
        mapping.update(values)
        for index, (thing, key, _) in enumerate(self._entries):
            if thing is mapping and key in values:
                self._entries[index] = mapping, key, values[key]

    def back_to(self, length: int) -> None:
        """Undo, newest first, until the log is of this length."""
        while len(self._entries) > length:
            thing, key, old = self._entries.pop()
            if not isinstance(thing, dict):
                setattr(thing, key, old)
            elif old is _ABSENT:
                thing.pop(key, None)
            else:
                thing[key] = old
