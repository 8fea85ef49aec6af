"""Each store in turn, empty but for some people and channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from causerie.server.ports.store import Store
from tests.contract.adapters import ADAPTERS, Place
from tests.contract.samples import PLACES


@pytest.fixture(params=ADAPTERS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place = ADAPTERS[request.param](tmp_path)
    await place.open()
    await place.store.commit(PLACES)
    yield place
    await place.store.close()


@pytest.fixture
def store(place: Place) -> Store:
    return place.store
