"""What was typed on one device and not sent waits on the others."""

from __future__ import annotations

from typing import Any

from tests.people import PASSWORD, House, NativePerson


async def device(house: House, name: str, *channels: str) -> NativePerson:
    """One of somebody's devices, in these channels."""
    person = await house.native()
    await person.logs_in(name, PASSWORD)
    for channel in channels:
        await person.joins(channel)
    return person


async def drafts(person: NativePerson) -> list[tuple[Any, ...]]:
    """Somebody's drafts, without their times."""
    found = (await person.asks("drafts"))["drafts"]
    return [(one["channel"], one["text"], one.get("reply", 0)) for one in found]


async def test_a_draft_follows_its_person_from_device_to_device() -> None:
    """The other devices are told, one that comes later asks; nobody else learns of it; it survives a restart."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        desk, phone, ben = [await device(house, name, "home", "attic") for name in ("Anna", "Anna", "Ben")]
        for own in (desk, phone):
            for channel in ("home", "attic"):
                await own.hears("entered", channel=channel, name="Ben")
        await desk.asks("draft", channel="home", text="Shall we\nmee", reply=3)
        await phone.hears("drafted", channel="home", text="Shall we\nmee", reply=3)
        await desk.asks("draft", channel="home", text="Shall we\nmeet?")
        await phone.hears("drafted", channel="home", text="Shall we\nmeet?", reply=None)
        await phone.asks("draft", channel="attic", text="/me   ")
        await desk.hears("drafted", channel="attic", text="/me   ")
        for own in (desk, phone, ben):
            await own.hears_nothing()
        assert await drafts(ben) == []
        await house.restart()
        desk, phone = await device(house, "Anna"), await device(house, "Anna")
        assert sorted(await drafts(desk)) == [("attic", "/me   ", 0), ("home", "Shall we\nmeet?", 0)]
        await desk.asks("draft", channel="home", text=" \n")
        await phone.hears("drafted", channel="home", text="")
        assert await drafts(phone) == [("attic", "/me   ", 0)]


async def test_drafts_are_bounded() -> None:
    """In size and number; those in channels that one has left make room, and are shown no more."""
    async with House(conversation={"drafts_person": 2}, limits={"message_bytes": 100}) as house:
        await house.account("Anna")
        anna = await device(house, "Anna", "home", "attic", "cellar")
        await anna.is_refused("text_too_long", "draft", channel="home", text="x" * 101)
        await anna.is_refused("bad_input", "draft", channel="home", text="x", reply=-1)
        for channel in ("home", "attic"):
            await anna.asks("draft", channel=channel, text="one")
        assert await anna.is_refused("too_many", "draft", channel="cellar", text="one") == {"why": "drafts", "most": 2}
        await anna.asks("draft", channel="attic", text="two")
        await anna.asks("draft", channel="cellar", text="")
        await anna.asks("leave", channel="attic")
        await anna.is_refused("not_a_member", "draft", channel="attic", text="three")
        assert await drafts(anna) == [("home", "one", 0)]
        await anna.asks("draft", channel="cellar", text="four")
        assert sorted(await drafts(anna)) == [("cellar", "four", 0), ("home", "one", 0)]


async def test_guests_have_no_drafts() -> None:
    """Nothing of theirs is kept for a device that they do not have."""
    async with House() as house:
        guest = await house.native_in("home", "Zoé")
        await guest.is_refused("accounts_only", "draft", channel="home", text="x")
        await guest.is_refused("accounts_only", "drafts")
