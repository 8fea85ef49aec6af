"""Search has one thread: each account has a share of it, and the guests of one network have one together."""

from __future__ import annotations

import asyncio

from causerie.server.context import SEARCHES_EACH
from causerie.server.ports.store import Hits, Query, SearchTimedOut
from tests.people import PASSWORD, House

CROWD = 20


async def test_a_crowd_of_guests_is_refused_by_name_and_holds_nobody_up() -> None:
    """All of them come from one network. Who has an account waits for one search of theirs, and they for themselves."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        guests = []
        for number in range(CROWD):
            guests.append(await house.native())
            await guests[-1].logs_in(f"Guest{number}")
        context = house.server.context
        await context.searches.enter("the one that is done now")
        order: list[str] = []
        real = context.store.search

        async def search(query: Query) -> Hits:
            order.append(query.text)
            return await real(query)

        context.store.search = search  # type: ignore[method-assign]
        asked = [guest.tells("search", text="theirs") for guest in guests]
        answers = [asyncio.create_task(guest.answer(mark)) for guest, mark in zip(guests, asked, strict=True)]
        refused, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
        while len(refused) < CROWD - SEARCHES_EACH:
            more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused |= more
        assert {one.result()["code"] for one in refused} == {"busy"}
        assert all(one.result()["data"]["retry_after"] > 0 for one in refused)
        mark = anna.tells("search", text="hers")
        while context.searches.waiting <= SEARCHES_EACH:
            await asyncio.sleep(0)
        context.searches.leave()
        assert (await anna.answer(mark))["is"] == "found"
        assert [(await one)["is"] for one in waiting] == ["found"] * SEARCHES_EACH
        assert order.index("hers") <= 1


async def test_a_search_that_takes_too_long_is_refused_by_name() -> None:
    async with House() as house:
        anna = await house.native_in("home", "Ann")

        async def search(query: Query) -> Hits:
            raise SearchTimedOut

        house.server.context.store.search = search  # type: ignore[method-assign]
        await anna.is_refused("search_too_broad", "search", text="a*")
        classic = await house.classic_in("home", "Guest-Luc")
        await anna.hears("entered", name="Guest-Luc")
        classic.says("/search a*")
        await classic.hears("causerie>this search takes too long; add a rarer word, a channel, a person or a time.")
