"""A store whose commits wait, fail or are lost when a test says so; all that it keeps is real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from causerie import bootstrap
from causerie.server.context import Context
from causerie.server.dispatch import dispatch
from causerie.server.ports.changes import Append, Change, Stored
from causerie.server.ports.store import StoreFailed
from causerie.transport import connection
from tests.losing_store import LosingStore
from tests.people import PATIENCE, House


class SlowStore(LosingStore):
    """`hold()` makes commits wait until `let_go()`; `failing` makes them fail before anything is stored; what became of
    one that was lost is told once there are `answers`."""

    def __init__(self, directory: Path, readers: int = 2, quiet: float = 1.0) -> None:
        super().__init__(directory, readers, quiet)
        self.failing = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.committing = False
        self._free = asyncio.Event()
        self._free.set()

    async def commit(self, changes: Sequence[Change]) -> dict[Append, Stored]:
        """See the port."""
        self.committing = True
        try:
            await self._free.wait()
            if self.failing:
                raise StoreFailed("disk full")
            return await super().commit(changes)
        finally:
            self.committing = False

    async def outcome(self, unit: int) -> bool:
        """See the port; it waits for `answers`."""
        await self.answers.wait()
        return await super().outcome(unit)

    def hold(self) -> None:
        """Commits wait from now on."""
        self._free.clear()

    def let_go(self, failing: bool = False) -> None:
        """They go on, or fail."""
        self.failing = failing
        self._free.set()


class SlowHouse(House):
    """A house on such a store."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **sections: dict[str, Any]) -> None:
        super().__init__(**sections)
        self._decided = 0
        monkeypatch.setattr(bootstrap, "SqliteStore", SlowStore)

        def counting(*about: Any) -> Any:
            self._decided += 1
            return dispatch(*about)

        monkeypatch.setattr(connection, "dispatch", counting)

    @property
    def context(self) -> Context:
        return self.server.context

    @property
    def store(self) -> SlowStore:
        store = self.context.store
        assert isinstance(store, SlowStore)
        return store

    async def until(self, what: Callable[[], object]) -> None:
        """Let the server go on until this is so; it is looked at after every turn of the loop."""
        async with asyncio.timeout(PATIENCE):
            while not what():
                await asyncio.sleep(0)

    def hold(self) -> None:
        """Commits wait from now on, and commands are counted."""
        self._decided = 0
        self.store.hold()

    async def commit_begins(self) -> None:
        """What was just asked is with the store; what comes from now on is in the next unit of work."""
        await self.until(lambda: self.store.committing)

    async def decided(self, commands: int) -> None:
        """So many commands were decided since `hold`; what they come to waits for its turn."""
        await self.until(lambda: self._decided >= commands)
