"""A screen, and a house with people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.screen import Screen
from tests.people import House


@pytest.fixture
def screen() -> Iterator[Screen]:
    with Screen() as screen:
        yield screen


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House(accounts={"registration": "open"}) as house:
        yield house
