"""The three ends of a commit: done, failed, and not known until the store is asked."""

from __future__ import annotations

import pytest

from causerie.chat.model import OWNER
from causerie.server.ports.changes import PutStanding
from causerie.server.ports.store import StoreUnknown
from tests.contract.adapters import Place
from tests.contract.samples import BOB, HOME, numbered, said, texts
from tests.losing_store import When


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_store_that_was_lost_in_a_commit_says_how_it_came_out(place: Place, when: When) -> None:
    """All of it was done or nothing, numbers go on from there, and the key is known or free."""
    store = place.store
    await store.commit([said("before")])
    lost = said("lost", key="k")
    place.lose(when)
    with pytest.raises(StoreUnknown) as unknown:
        await store.commit([lost, PutStanding(HOME.id, BOB.id, OWNER)])
    place.lose("never")
    done = await store.outcome(unknown.value.unit)
    assert done == (when == "after")
    assert [one.number for one in unknown.value.stored.values()] == ([2] if done else [])
    again, later = await numbered(store, said("lost", key="k"), said("later"))
    assert (again.number, again.again, later.number) == (2, done, 3)
    assert await texts(store) == [(1, "before"), (2, "lost"), (3, "later")]
    store = await place.reopen()
    assert (await store.load()).standings == ([(HOME.id, BOB.id, OWNER)] if done else [])
