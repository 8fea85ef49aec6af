"""Read anywhere, read everywhere: markers and counts of several devices, by both protocols."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import Any

import msgspec
import pytest

from causerie.chat.commands import SetChannel, Unread
from causerie.chat.replies import ReadLine
from causerie.client import connect
from causerie.server.features.admin import operations
from causerie.server.features.presence import read_state
from causerie.server.ports.changes import PutMarker
from tests.people import PASSWORD, PATIENCE, House, NativePerson
from tests.slow_store import SlowHouse


async def device(house: House, name: str, *channels: str) -> NativePerson:
    """One of somebody's devices, in these channels."""
    person = await house.native()
    await person.logs_in(name, PASSWORD)
    for channel in channels:
        await person.joins(channel)
    return person


async def line(person: NativePerson, channel: str = "home") -> dict[str, Any]:
    """What is unread for somebody in a channel: without its level, defaults filled in."""
    lines = {line["channel"]: line for line in (await person.asks("unread"))["channels"]}
    whole = msgspec.structs.asdict(msgspec.convert(lines[channel], ReadLine))
    return {field: whole[field] for field in ("upto", "said", "unread", "mentions")}


def at(upto: int, said: int, unread: int, mentions: int = 0) -> dict[str, Any]:
    """The same as it is expected."""
    return {"upto": upto, "said": said, "unread": unread, "mentions": mentions}


async def both_hear(*people: NativePerson, **about: Any) -> None:
    """All of one's devices are told that the marker was moved."""
    for person in people:
        await person.hears("marked", **about)


async def test_reading_on_one_device_is_reading_on_the_other_and_back() -> None:
    """Forward, back ("unread from here"), by speaking in another protocol, and after a restart."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        ben = await device(house, "Ben", "home")
        desk = await device(house, "Anna", "home")
        await ben.hears("entered", name="Anna")
        phone = await device(house, "Anna", "home")
        for text in ("one", "two", "three"):
            await ben.says("home", text)
            for own in (desk, phone):
                await own.hears("message", text=text)
        assert await line(desk) == await line(phone) == at(0, 0, 3)

        await phone.answer(phone.tells("mark", channel="home", number=3))
        await both_hear(desk, phone, channel="home", upto=3, said=3, counted=3, mentions=None, thread=None)
        assert await line(desk) == at(3, 3, 0)

        await desk.answer(desk.tells("mark", channel="home", number=1))
        await both_hear(desk, phone, upto=1, said=1, counted=3)
        assert await line(phone) == at(1, 1, 2)

        classic = await house.classic_in("home", "Anna", PASSWORD)
        classic.says("I am here")
        await classic.hears("Anna>I am here")
        for own in (desk, phone):
            await own.hears("message", text="I am here", number=4)
        assert await line(desk) == await line(phone) == at(4, 4, 0)

        await desk.asks("mark", channel="home", number=2)
        await house.restart()
        desk = await device(house, "Anna", "home")
        assert await line(desk) == at(2, 2, 2)


async def test_unread_from_the_first_message_and_from_the_future() -> None:
    """0 is before everything; what has not been said yet cannot be read."""
    async with House() as house:
        await house.account("Anna")
        anna = await device(house, "Anna", "home")
        await anna.says("home", "hello")
        await anna.asks("mark", channel="home", number=0)
        assert await line(anna) == at(0, 0, 1)
        await anna.asks("mark", channel="home", number=1_000_000)
        await both_hear(anna, upto=0, said=0, counted=1)
        await both_hear(anna, upto=1, said=1, counted=1)
        assert await line(anna) == at(1, 1, 0)
        assert await anna.is_refused("bad_input", "mark", channel="home", number=-1)
        assert await anna.is_refused("bad_input", "mark", channel="home", number=2**53)


async def test_unread_where_no_history_is_kept() -> None:
    """What is not stored can be counted all the same."""
    async with House(channels={"history": False}) as house:
        await house.account("Anna")
        anna = await device(house, "Anna", "home")
        for text in ("one", "two", "three"):
            await anna.says("home", text)
        await anna.asks("mark", channel="home", number=1)
        assert await line(anna) == at(1, 1, 2)
        await anna.asks("mark", channel="home", number=0)
        assert await line(anna) == at(0, 0, 3)


async def test_mentions_are_counted_by_name_and_for_everybody() -> None:
    """@name and @channel count until they are read, and again when they are unread again."""
    async with House() as house:
        await house.account("Anna")
        await house.account("Olga", admin=True)
        olga = await device(house, "Olga", "home")
        anna = await device(house, "Anna", "home")
        await olga.hears("entered", name="Anna")
        for text in ("hello @Anna", "nothing", "@channel lunch", "@Olga is me"):
            await olga.says("home", text)
            await anna.hears("message", text=text)
        assert await line(anna) == at(0, 0, 4, mentions=2)
        await anna.asks("mark", channel="home", number=2)
        await anna.hears("marked", upto=2, said=2, mentions=1)
        assert await line(anna) == at(2, 2, 2, mentions=1)
        await anna.asks("mark", channel="home", number=4)
        await anna.hears("marked", upto=4, said=4, mentions=None)
        await anna.asks("mark", channel="home", number=0)
        await anna.hears("marked", upto=0, mentions=2)
        await olga.hears_nothing()


async def test_who_joins_has_read_what_was_said_before() -> None:
    """A newcomer begins with what comes, whether account or guest; so does who comes back to a channel left before."""
    async with House() as house:
        await house.account("Anna")
        await house.account("Ben")
        ben = await device(house, "Ben", "home")
        for text in ("one", "two"):
            await ben.says("home", text)
        anna, guest = await device(house, "Anna", "home"), await house.native_in("home", "Zoé")
        for own in (anna, guest):
            assert await line(own) == at(2, 2, 0)
        await ben.asks("send", channel="home", text="three")
        for own in (anna, guest):
            assert await line(own) == at(2, 2, 1)
        await guest.asks("mark", channel="home", number=1)
        assert await line(guest) == at(1, 1, 2)
        await anna.asks("leave", channel="home")
        assert (await anna.asks("unread"))["channels"] == []
        await ben.asks("send", channel="home", text="four")
        await anna.asks("join", channel="home")
        assert await line(anna) == at(4, 4, 0)


async def test_a_thread_has_a_marker_of_its_own() -> None:
    """Moved on any device, told to all; one's own reply is read; a thread that is none cannot be read."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        anna = await device(house, "Anna", "home")
        await anna.says("home", "what about lunch?")
        ben = await device(house, "Ben", "home")
        for text in ("yes", "no", "maybe"):
            await ben.asks("send", channel="home", text=text, reply=1)

        async def threads(person: NativePerson) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await person.asks("threads"))["threads"]
            return found

        assert [(own["unread"], own["replies"]) for own in await threads(anna)] == [(3, 3)]
        assert [own.get("unread", 0) for own in await threads(ben)] == [0]
        await anna.asks("mark", channel="home", thread=1, number=3)
        assert [(own["unread"], own["upto"]) for own in await threads(anna)] == [(1, 3)]
        assert await line(anna) == at(1, 1, 3)
        await anna.is_refused("no_such_message", "mark", channel="home", thread=2, number=3)
        await house.restart()
        anna = await device(house, "Anna")
        assert [(own["unread"], own["upto"]) for own in await threads(anna)] == [(1, 3)]


async def test_one_has_a_line_for_each_channel_one_is_a_member_of() -> None:
    """Direct conversations among them, connected there or not; by name, with the level that one chose."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        anna, ben = await device(house, "Anna", "zoo", "attic"), await device(house, "Ben")
        await ben.asks("tell", people=["Anna"], text="psst")
        await anna.asks("notify", channel="zoo", level="none")
        channels = (await anna.asks("unread"))["channels"]
        assert [one["channel"][:1] for one in channels] == ["@", "a", "z"]
        assert (channels[0]["unread"], channels[2]["level"]) == (1, "none")
        assert (await ben.asks("unread"))["channels"][0].get("unread", 0) == 0


async def test_a_million_unread_messages_are_not_counted_one_by_one() -> None:
    """What counts them is how many had been said by the marker: rows that are not there need no reading."""
    async with House() as house:
        await house.account("Anna")
        anna = await device(house, "Anna", "home")
        context = house.server.context
        channel, person = context.state.channel("home"), context.state.person("Anna")
        await context.store.commit([PutMarker(person.id, channel.id, 0, 1, 1)])
        with sqlite3.connect(house.data / "causerie.db") as store:
            store.execute("UPDATE channels SET number = 1000001, said = 1000001")
        store.close()
        await house.restart()
        anna = await device(house, "Anna", "home")
        assert await line(anna) == at(1, 1, 1_000_000)


async def test_ones_own_words_in_between_move_a_marker_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A marker that was moved before one's message was told comes after it: everybody knows which of them holds."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("Anna")
        desk = await device(house, "Anna", "home")
        await desk.says("home", "one")
        phone = await device(house, "Anna", "home")
        house.hold()
        said = desk.tells("send", channel="home", text="two")
        await house.commit_begins()
        marked = phone.tells("mark", channel="home", number=1)
        await house.decided(2)
        house.store.let_go()
        await desk.answer(said)
        await phone.answer(marked)
        for own in (desk, phone):
            await own.hears("message", number=2, said=2)
            await own.hears("marked", upto=1, said=1, counted=1)
            # The message is after event 1, so it holds.
            assert await line(own) == at(2, 2, 0)


async def test_a_marker_is_kept_in_memory_until_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """When its commit fails it is stored the next time; what is stored does not stay in memory."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("Anna")
        anna = await device(house, "Anna", "home")
        for text in ("one", "two"):
            await anna.says("home", text)
        await anna.asks("mark", channel="home", number=1)
        house.store.failing = True
        read_state.flush(house.context)
        await house.context.commit_loop.told()
        house.store.failing = False
        read_state.flush(house.context)
        assert house.context.state.markers
        await house.context.commit_loop.told()
        read_state.flush(house.context)
        assert not house.context.state.markers
        assert await line(anna) == at(1, 1, 1)


async def test_a_guests_markers_are_never_stored_and_go_with_it() -> None:
    """As long as it is connected they are kept; they become an account's with it."""
    async with House(accounts={"registration": "open"}) as house:
        guest, other = await house.native_in("home", "Zoé"), await house.native_in("home", "Max")
        await guest.hears("entered", name="Max")
        await other.says("home", "one")
        await guest.hears("message", text="one")
        await guest.asks("mark", channel="home", number=1)
        await guest.hears("marked", upto=1)
        context = house.server.context
        ids = {context.state.person(name).id for name in ("Zoé", "Max")}
        for _ in range(2):
            read_state.flush(context)
            await context.commit_loop.told()
        assert {person for _, person, _ in context.state.markers} == ids
        await guest.asks("register", name="Zoé", password=PASSWORD)
        other.hang_up()
        await guest.hears("renamed")
        await guest.hears("left", name="Max")
        read_state.flush(context)
        await context.commit_loop.told()
        read_state.flush(context)
        assert not context.state.markers
        assert await line(guest) == at(1, 1, 0)


async def test_mentions_that_retention_drops_are_counted_no_longer() -> None:
    """By name and by `@channel`: a device that is connected is told what a fresh one finds."""
    async with House() as house, contextlib.AsyncExitStack() as stack:
        where = str(house.server.identity.listening[0])
        chats = []
        for name in ("Ben", "Anna", "Cleo"):
            await house.account(name)
            chats.append(await stack.enter_async_context(connect(where, name=name, password=PASSWORD)))
            await chats[-1].join("garden")
        ben, anna, cleo = chats
        await ben.ask(SetChannel(channel="garden", retention_days=1))
        for text in ("@Anna look", "@channel all of you", "nobody"):
            await ben.send("garden", text)
        now = house.server.context.now()
        house.server.context.now = lambda: now + 2 * 86_400_000
        await ben.send("garden", "and @Anna again")
        for chat, mentions in ((anna, 3), (cleo, 1)):
            await chat.ask(Unread())
            assert chat.views["garden"].mentions == mentions

        await operations.forget_old(house.server.context)
        for chat, mentions in ((anna, 1), (cleo, 0)):
            async with asyncio.timeout(PATIENCE):
                async for _update in chat:
                    if chat.views["garden"].mentions == mentions:
                        break
            fresh = await device(house, chat.me.name)
            assert (await line(fresh, "garden"))["mentions"] == mentions
            assert (await line(fresh, "garden"))["unread"] == chat.views["garden"].unread == 4
