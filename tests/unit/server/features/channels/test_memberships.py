"""Pages of who a channel has on record: everybody once, whatever they are called and however long a page is."""

from __future__ import annotations

from random import Random

import pytest

from causerie.chat.model import BANNED, MEMBER, Person
from tests.people import PASSWORD, House

COUNT = 60


@pytest.mark.parametrize("limit", [1, 2, 7, 59, 60, 61, 1000])
async def test_pages_hold_everybody_once(limit: int) -> None:
    """Accounts, and guests that are gone, who may have had one name, by which the next page begins."""
    async with House() as house:
        await house.account("mia")
        mia = await house.native_in("attic", "mia", PASSWORD)
        state = house.server.context.state
        channel, random = state.channel("attic"), Random(limit)
        for number in range(1, COUNT):
            if random.random() < 0.5:
                gone = Person(id=number, name=random.choice(("Ann", "Ben", "Zoe")), guest=True)
                state.banned_guests[number], state.standings[channel.id][number] = gone, BANNED
            else:
                state.people[number] = Person(id=number, name=f"person{random.random()}")
                state.standings[channel.id][number] = MEMBER
        names: list[str] = []
        found: list[int] = []
        after, more = "", True
        while more:
            page = await mia.asks("memberships", channel="attic", limit=limit, after=after)
            lines, more = page["people"], page.get("more", False)
            assert lines
            names += [line["name"] for line in lines]
            found += [line["person"] for line in lines]
            after = names[-1]
        assert names == sorted(names)
        assert sorted(found) == sorted(state.standings[channel.id])
