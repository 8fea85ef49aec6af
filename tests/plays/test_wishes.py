"""What one wants to be notified of, and why one was, or was not: the same on every device."""

from __future__ import annotations

from typing import Any

from tests.people import PASSWORD, House, NativePerson

NOTHING = {
    "levels": {}, "keywords": [], "quiet_from": 0, "quiet_to": 0, "zone": "UTC", "dnd_until": 0,
    "share_last_seen": False, "ignored": [],
}  # fmt: skip


async def device(house: House, name: str, *channels: str) -> NativePerson:
    """One of somebody's devices, in these channels."""
    person = await house.native()
    await person.logs_in(name, PASSWORD)
    for channel in channels:
        await person.joins(channel)
    return person


async def wishes(person: NativePerson) -> dict[str, Any]:
    """What somebody wants, without when they changed it."""
    answer = await person.asks("preferred")
    answer["preferences"].pop("changed_at")
    return {name: answer.get(name) for name in ("preferences", "levels", "ignored")}


async def test_wishes_are_the_same_on_every_device_and_after_a_restart() -> None:
    """Each change is told to all of one's devices; what is not given stays."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        desk, phone = await device(house, "Anna", "home"), await device(house, "Anna")
        assert await wishes(desk) == {"preferences": NOTHING, "levels": None, "ignored": None}
        await desk.asks("prefer", keywords=["lunch", "  release   2 ", "lunch"], zone="Europe/Paris", quiet_from=1320)
        told = [await own.hears("preferring", channel="") for own in (desk, phone)]
        assert told[0] == told[1]
        assert told[0]["preferences"]["keywords"] == ["lunch", "release 2"]
        await phone.asks("prefer", quiet_to=420, share_last_seen=True)
        await phone.asks("notify", channel="home", level="all")
        await phone.asks("ignore", name="ben")
        for own in (desk, phone):
            for levels in (None, {"home": "all"}, {"home": "all"}):
                await own.hears("preferring", levels=levels)
        wanted = {
            **NOTHING, "keywords": ["lunch", "release 2"], "zone": "Europe/Paris", "quiet_from": 1320, "quiet_to": 420,
            "share_last_seen": True, "ignored": [house.server.context.state.person("Ben").id],
        }  # fmt: skip
        assert await wishes(desk) == {"preferences": wanted, "levels": {"home": "all"}, "ignored": ["Ben"]}
        await house.restart()
        desk = await device(house, "Anna")
        assert await wishes(desk) == {"preferences": wanted, "levels": {"home": "all"}, "ignored": ["Ben"]}
        await desk.asks("notify", channel="home")
        await desk.asks("ignore", name="Ben", on=False)
        await desk.asks("prefer", keywords=[], zone="UTC", quiet_from=0, quiet_to=0, share_last_seen=False)
        assert await wishes(desk) == {"preferences": NOTHING, "levels": None, "ignored": None}


async def test_wishes_that_cannot_be_are_refused() -> None:
    """And nothing of them is kept."""
    async with House(conversation={"keywords_person": 2, "ignored_person": 1}) as house:
        for name in ("Anna", "Ben", "Cleo"):
            await house.account(name)
        anna = await device(house, "Anna", "home")
        for zone in ("Mars/Olympus", "", "../../etc/passwd", "/etc/passwd", "Europe", "a" * 65, "Zürich", "a\x00b"):
            assert (await anna.is_refused("bad_input", "prefer", zone=zone))["why"] == "zone"
        for about in ({"quiet_from": -1}, {"quiet_to": 1440}, {"dnd_minutes": -1}, {"dnd_minutes": 10**9}):
            await anna.is_refused("bad_input", "prefer", **about, share_last_seen=True)
        await anna.is_refused("too_many", "prefer", keywords=["a", "b", "c"])
        await anna.is_refused("bad_text", "prefer", keywords=["a", ""])
        await anna.is_refused("text_too_long", "prefer", keywords=["a" * 101])
        await anna.is_refused("bad_shape", "notify", channel="home", level="some")
        await anna.is_refused("bad_input", "ignore", name="Anna")
        await anna.is_refused("no_such_person", "ignore", name="Nobody")
        assert await wishes(anna) == {"preferences": NOTHING, "levels": None, "ignored": None}
        await anna.asks("ignore", name="Ben")
        await anna.is_refused("too_many", "ignore", name="Cleo")
        await anna.asks("ignore", name="Ben")


async def test_a_guest_that_is_gone_makes_room_for_another_to_ignore() -> None:
    """Nobody can be ignored no longer by name who is not there."""
    async with House(conversation={"ignored_person": 1}) as house:
        await house.account("Anna")
        anna, guest = await device(house, "Anna", "home"), await house.native_in("home", "Zoé")
        await anna.hears("entered", name="Zoé")
        await anna.asks("ignore", name="Zoé")
        await anna.hears("preferring")
        guest.hang_up()
        await anna.hears("left", name="Zoé")
        await house.native_in("home", "Max")
        await anna.hears("entered", name="Max")
        await anna.asks("ignore", name="Max")
        assert (await wishes(anna))["ignored"] == ["Max"]


async def test_a_guests_wishes_last_as_long_as_it_and_become_an_accounts() -> None:
    """In memory, and in the store from the moment that it is an account."""
    async with House(accounts={"registration": "open"}) as house:
        guest = await house.native_in("home", "Zoé")
        gone = await house.native_in("home", "Max")
        await guest.hears("entered", name="Max")
        for own in (guest, gone):
            await own.asks("notify", channel="home", level="none")
            await own.hears("preferring")
        gone.hang_up()
        await guest.hears("left", name="Max")
        assert len(house.server.context.state.preferences) == 1
        await guest.asks("register", name="Zoé", password=PASSWORD)
        await house.restart()
        assert (await wishes(await device(house, "Zoé")))["levels"] == {"home": "none"}


async def test_why_was_i_notified_or_not() -> None:
    """One message, and what decides about it as one's wishes change; that they changed since is said."""
    async with House() as house:
        for name in ("Anna", "Ben", "Cleo"):
            await house.account(name)
        anna, ben = await device(house, "Anna", "home"), await device(house, "Ben", "home")
        outside = await device(house, "Cleo")

        async def why(person: NativePerson, number: int, channel: str = "home") -> tuple[bool, str, str, bool]:
            answer = await person.asks("why", channel=channel, number=number)
            return answer["notified"], answer["rule"], answer.get("about", ""), answer.get("changed", False)

        await ben.says("home", "@Anna: lunch?")
        await ben.says("home", "Lunch!")
        assert await why(anna, 1) == (True, "mention", "", False)
        assert await why(anna, 2) == (False, "only_mentions", "", False)
        assert await why(ben, 1) == (False, "own", "", False)
        assert await why(outside, 1) == (False, "not_a_member", "", False)
        house.server.context.now = lambda: 2_000_000_000_000
        await anna.asks("prefer", keywords=["lunch"])
        assert await why(anna, 2) == (True, "keyword", "lunch", True)
        await anna.asks("set_presence", mode="dnd")
        assert await why(anna, 2) == (False, "do_not_disturb", "", True)
        await anna.asks("set_presence", mode="online")
        await anna.asks("notify", channel="home", level="none")
        assert await why(anna, 1) == (False, "channel_none", "", True)
        await anna.asks("notify", channel="home", level="all")
        assert await why(anna, 2) == (True, "keyword", "lunch", True)
        await anna.asks("ignore", name="Ben")
        assert await why(anna, 1) == (False, "ignored", "", True)
        told = await ben.asks("tell", people=["Anna"], text="psst")
        await anna.asks("ignore", name="Ben", on=False)
        assert await why(anna, told["number"], told["channel"]) == (True, "direct", "", False)
        await outside.is_refused("no_such_channel", "why", channel=told["channel"], number=1)
        await anna.is_refused("no_such_message", "why", channel="home", number=99)
        await ben.asks("delete", channel="home", number=1)
        await anna.is_refused("no_such_message", "why", channel="home", number=1)


async def test_quiet_hours_are_those_of_ones_own_zone() -> None:
    """It is what the clock shows there that counts, in summer and in winter."""
    noon_in_june, noon_in_december = 1_781_265_600_000, 1_797_076_800_000  # 2026-06-12 and 2026-12-12, 12:00 UTC
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        anna, ben = await device(house, "Anna", "home"), await device(house, "Ben", "home")
        await anna.asks("prefer", zone="Europe/Paris", quiet_from=14 * 60, quiet_to=14 * 60 + 1)
        for number, (at, rule) in enumerate(((noon_in_june, "quiet_hours"), (noon_in_december, "mention")), 1):
            house.server.context.now = lambda at=at: at  # type: ignore[misc]
            await ben.says("home", "@Anna: hello")
            assert (await anna.asks("why", channel="home", number=number))["rule"] == rule


async def test_why_tells_what_happened_and_not_what_an_edit_made_of_it() -> None:
    """Who is named by an edit was not notified, and who is named no longer was."""
    async with House() as house:
        await house.account("anna")
        ben, anna = await house.native_in("home", "Ben"), await house.native_in("home", "anna", PASSWORD)
        await ben.asks("send", channel="home", text="lunch?")
        await ben.asks("edit", channel="home", number=1, text="@anna: lunch?")
        await ben.asks("send", channel="home", text="@anna: tea?")
        await ben.asks("edit", channel="home", number=3, text="tea?")
        first, second = [await anna.asks("why", channel="home", number=number) for number in (1, 3)]
        assert (first.get("notified", False), first["rule"]) == (False, "only_mentions")
        assert (second.get("notified", False), second["rule"]) == (True, "mention")


async def test_who_has_just_come_in_by_the_classic_protocol_hears_what_is_said_directly() -> None:
    """Whatever it is said with, as the protocol's description promises."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("home", "anna", PASSWORD)
        place = (await anna.asks("direct", people=["bob"]))["channel"]
        bob = await house.classic_in("home", "bob", PASSWORD)
        await anna.asks("send", channel=place, text="psst")
        await bob.hears("(privately) anna>psst")
