"""Who a large channel has on record, in the order of their names, so that a page of them costs a page of work."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from typing import Any

LEAST = 500
"""A channel with no more people on record is sorted when it is asked for."""

_LAST = 2**53
"""Above all ids."""


class Roster(dict[int, str]):
    """Names by person (an id). It is changed as the undo log changes a dictionary: by key, and by `pop`."""

    __slots__ = ("_ordered",)

    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__(names)
        self._ordered = sorted((name, person) for person, name in names.items())

    def __setitem__(self, person: int, name: str) -> None:
        self._forget(person)
        super().__setitem__(person, name)
        insort(self._ordered, (name, person))

    def pop(self, person: int, *default: Any) -> Any:
        """See dict."""
        self._forget(person)
        return super().pop(person, *default)

    def _forget(self, person: int) -> None:
        if (name := self.get(person)) is not None:
            del self._ordered[bisect_left(self._ordered, (name, person))]

    def above(self, name: str) -> Iterator[tuple[str, int]]:
        """Names above this one, with whose they are, in order."""
        ordered = self._ordered
        for at in range(bisect_right(ordered, (name, _LAST)), len(ordered)):
            yield ordered[at]
