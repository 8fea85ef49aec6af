"""Search has one thread, and pages of history have readers: each account has a share, and the guests of one network
have one together."""

from __future__ import annotations

import asyncio
from typing import Any

from causerie.chat.events import LoggedEvent
from causerie.server.context import SEARCHES_EACH
from causerie.server.features.presence import channel_presence
from causerie.server.ports.records import Hits, Query
from causerie.server.ports.store import SearchTimedOut
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


async def test_a_crowd_of_guests_that_asks_for_pages_holds_nobody_up() -> None:
    """Whoever has an account waits for one page of theirs; who logs in, for none."""
    async with House(limits={"exempt": ()}) as house:
        await house.account("anna")
        await house.account("ben")
        anna = await house.native_in("home", "anna", PASSWORD)
        guests = [await house.native_in("home", f"Guest{number}") for number in range(CROWD)]
        context = house.server.context
        await context.long_reads.enter("the one that is read now")
        order: list[int] = []
        page = context.store.page

        async def counted(*about: Any) -> list[LoggedEvent]:
            order.append(about[5])
            return await page(*about)

        context.store.page = counted  # type: ignore[assignment, method-assign]
        marks = [guest.tells("history", channel="home") for guest in guests]
        while context.long_reads.waiting < CROWD:
            await asyncio.sleep(0)
        mark = anna.tells("history", channel="home")
        while context.long_reads.waiting <= CROWD:
            await asyncio.sleep(0)
        ben = await house.native()
        me = (await ben.logs_in("ben", PASSWORD))["person"]
        assert not order, "he waited for nobody's page"
        context.long_reads.leave()
        assert (await anna.answer(mark))["is"] == "page"
        assert {(await guest.answer(one))["is"] for guest, one in zip(guests, marks, strict=True)} == {"page"}
        assert order.index(context.state.person("anna").id) <= 1
        assert me not in order


async def test_a_crowd_of_guests_that_resumes_holds_nobody_up() -> None:
    """A page of what they missed is a page like any other: who logs in waits for none of them."""
    async with House(limits={"exempt": ()}) as house:
        await house.account("ben")
        host = await house.native_in("home", "Hal")
        numbers = [(await host.says("home", f"message {number}"))["number"] for number in range(3)]
        guests = [await house.native() for _ in range(CROWD)]
        for guest in guests:
            await guest.logs_in("")
        context = house.server.context
        await context.long_reads.enter("the one that is read now")
        for guest in guests:
            assert (await guest.asks("resume", since={"home": 0}))["channels"] == ["home"]
        while context.long_reads.waiting < CROWD:
            await asyncio.sleep(0)
        ben = await house.native()
        await ben.logs_in("ben", PASSWORD)
        context.long_reads.leave()
        for guest in guests:
            assert [(await guest.hears("message"))["number"] for _ in numbers] == numbers
            await guest.hears("snapshot")


async def test_who_leaves_one_channel_while_another_is_read_hears_the_other() -> None:
    """A client that resumes two channels and leaves the second at once."""
    async with House(limits={"exempt": ()}) as house:
        host = await house.native_in("home", "Hal")
        await host.asks("join", channel="attic")
        for channel in ("home", "attic"):
            await host.asks("send", channel=channel, text="missed")
        guest = await house.native()
        await guest.logs_in("Gabi")
        context = house.server.context
        await context.long_reads.enter("the one that is read now")
        await guest.asks("resume", since={"home": 0, "attic": 0})
        while not context.long_reads.waiting:
            await asyncio.sleep(0)
        await guest.asks("leave", channel="attic")
        context.long_reads.leave()
        await guest.hears("message", channel="home", text="missed")
        await guest.hears("snapshot", channel="home")
        await host.asks("send", channel="home", text="and now")
        await guest.hears("message", channel="home", text="and now")


async def test_who_is_put_out_while_waiting_for_a_turn_is_read_nothing() -> None:
    """And nothing is wrong with the server."""
    async with House() as house:
        gone = await house.native_in("home", "Gone")
        context = house.server.context
        await context.long_reads.enter("the one that is read now")
        mark = gone.tells("history", channel="home")
        while not context.long_reads.waiting:
            await asyncio.sleep(0)
        own = next(one for one in context.sessions if one.person is not None and one.person.name == "Gone")
        channel_presence.depart(context, own)
        context.long_reads.leave()
        assert (await gone.answer(mark))["code"] == "not_logged_in"
