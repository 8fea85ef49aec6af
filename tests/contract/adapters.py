"""The stores that the contract is for. Another store is another entry here, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from causerie.server.ports.store import Store
from causerie.stores.sqlite import log_index
from tests.losing_store import LosingStore, When


class Place:
    """Where an adapter keeps a store: `open()` opens it, `reopen()` closes the one that was open first.

    `lose` says when in each commit the way to the store is lost.
    """

    def __init__(self, make: Callable[[], Store], lose: Callable[[Store, When], None]) -> None:
        self._make = make
        self._lose = lose
        self.store: Store

    async def open(self) -> Store:
        self.store = self._make()
        await self.store.load()
        return self.store

    async def reopen(self) -> Store:
        await self.store.close()
        return await self.open()

    def lose(self, when: When) -> None:
        self._lose(self.store, when)


def _sqlite(tail: int, directory: Path) -> Place:
    """`tail`: how many of the newest events are looked up by reading them, and not in the table of places."""

    def lose(store: Store, when: When) -> None:
        assert isinstance(store, LosingStore)
        store.loses = when

    return Place(lambda: LosingStore(directory, quiet=3600.0, tail=tail), lose)


ADAPTERS: dict[str, Callable[[Path], Place]] = {
    "sqlite": partial(_sqlite, log_index.TAIL),
    "sqlite-short-tail": partial(_sqlite, 7),
    "sqlite-no-tail": partial(_sqlite, 0),
}
