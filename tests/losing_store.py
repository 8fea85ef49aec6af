"""A store that is lost in the middle of a commit, as one at the other end of a connection may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from causerie.server.ports.changes import Append, Change, Stored
from causerie.server.ports.store import StoreUnknown
from causerie.stores.sqlite.store import SqliteStore

When = Literal["never", "before", "after"]


class LosingStore(SqliteStore):
    """`loses`: when in each commit the way to it is lost, before it is done or after, so that it ends with
    StoreUnknown. All that it keeps is real."""

    loses: When = "never"

    async def commit(self, changes: Sequence[Change]) -> dict[Append, Stored]:
        """See the port."""
        if self.loses == "before":
            raise StoreUnknown(self.units + 1, {})
        stored = await super().commit(changes)
        if self.loses == "after":
            raise StoreUnknown(self.units, stored)
        return stored
