"""How one is present: away, not to be disturbed, invisible; with several devices; and what others learn of it."""

import asyncio
from typing import Any

from causerie.chat.commands import ListAccounts, SetAdministrator
from causerie.chat.replies import AccountList
from tests.people import PASSWORD, PATIENCE, House, NativePerson


async def anna_and_bob(house: House) -> tuple[NativePerson, NativePerson]:
    """Two accounts in the garden; Anna hears what Bob's presence comes to."""
    await house.account("anna")
    await house.account("bob")
    anna = await house.native_in("garden", "anna", PASSWORD)
    bob = await house.native_in("garden", "bob", PASSWORD)
    await anna.hears("entered", name="bob")
    return anna, bob


async def another(house: House, name: str, channel: str = "garden") -> NativePerson:
    """One more device of somebody, in a channel where they are already."""
    device = await house.native()
    await device.logs_in(name, PASSWORD)
    await device.asks("join", channel=channel)
    await device.hears("entered", name=name)
    return device


async def listed(asker: NativePerson, name: str) -> dict[str, Any]:
    """Somebody's line in the garden's member list."""
    members = (await asker.asks("members", channel="garden"))["members"]
    (line,) = [line for line in members if line["name"] == name]
    return dict(line)


async def test_away_and_not_to_be_disturbed_are_told_and_stand_in_the_member_list() -> None:
    """With the text that was given; who is away without saying why is away all the same."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        await bob.asks("set_presence", mode="away", text="lunch")
        await anna.hears("presence", name="bob", away="lunch", dnd=None)
        await bob.asks("set_presence", mode="away")
        await anna.hears("presence", name="bob", away="away")
        await bob.asks("set_presence", mode="dnd", text="exam")
        await anna.hears("presence", name="bob", away="exam", dnd=True)
        line = await listed(anna, "bob")
        assert (line["here"], line["away"], line["dnd"]) == (True, "exam", True)
        card = await anna.asks("whois", name="bob")
        assert (card["mode"], card["away"], card["here"]) == ("dnd", "exam", True)
        await bob.asks("set_presence", mode="online", text="never mind")
        await anna.hears("presence", name="bob", away=None, dnd=None)
        await bob.asks("set_presence", mode="online")
        await anna.hears_nothing()
        await bob.is_refused("bad_shape", "set_presence", mode="asleep")
        await bob.is_refused("text_too_long", "set_presence", mode="away", text="x" * 401)


async def test_the_most_available_of_several_devices_counts() -> None:
    """Online before not to be disturbed, that before away; each change is told when it is one for the others."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        phone = await another(house, "bob")
        await bob.asks("set_presence", mode="away", text="lunch")
        await anna.hears_nothing()
        await phone.asks("set_presence", mode="dnd")
        await anna.hears("presence", name="bob", away=None, dnd=True)
        await bob.asks("away", text="")
        await anna.hears("presence", name="bob", away=None, dnd=None)
        bob.hang_up()
        await anna.hears("presence", name="bob", dnd=True)


async def test_who_turns_invisible_has_left_for_the_others_and_comes_back_by_being_visible() -> None:
    """The others hear what they hear of anybody who goes and comes; one's own devices go on as before."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        await bob.asks("set_presence", mode="dnd", text="hm")
        await anna.hears("presence", name="bob")
        await bob.hears("presence", name="bob")
        await bob.asks("set_presence", mode="invisible")
        told = await anna.hears("left", name="bob", gone=None, reason=None)
        assert "dnd" not in told
        # On one's own device one is still there.
        await bob.hears("presence", name="bob", away=None, dnd=None)
        assert (await listed(bob, "bob"))["here"]
        await bob.says("garden", "you can hear me all the same")
        await anna.hears("message", name="bob")
        await anna.says("garden", "and I you")
        await bob.hears("message", name="anna")
        await bob.asks("set_presence", mode="away", text="back soon")
        await anna.hears("entered", name="bob", away="back soon")
        await bob.hears("entered", name="bob")


async def member_who_left(house: House, name: str) -> None:
    """Somebody has an account, is a member of the garden, and is gone."""
    await house.account(name)
    person = await house.native_in("garden", name, PASSWORD)
    person.tells("quit")
    await person.hears_farewell("quit")


async def test_nothing_gives_somebody_invisible_away() -> None:
    """Member list, snapshot, whois, lists of channels and accounts, typing, coming, going: as of one not there."""
    async with House() as house:
        await house.account("anna")
        await member_who_left(house, "olga")
        await member_who_left(house, "bob")
        await member_who_left(house, "carl")
        anna = await house.native_in("garden", "anna", PASSWORD)
        card = await anna.asks("whois", name="bob")

        bob = await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.asks("set_presence", mode="invisible")
        await bob.joins("garden")
        await bob.asks("is_typing", channel="garden")
        await bob.asks("away", text="here I am")
        await bob.asks("away", text="")
        await anna.hears_nothing()

        hidden, absent = await listed(anna, "bob"), await listed(anna, "carl")
        assert hidden == {**absent, "name": "bob", "person": hidden["person"]}
        snapshot = await anna.asks("join", channel="garden")
        assert [one["name"] for one in snapshot["members"] if one.get("here")] == ["anna"]
        again = await anna.asks("whois", name="bob")
        assert {**again, "re": 0} == {**card, "re": 0}
        (garden,) = [one for one in (await anna.asks("channels"))["channels"] if one["channel"] == "garden"]
        assert garden["people"] == 1
        accounts = await house.operator(ListAccounts())
        assert isinstance(accounts, AccountList)
        assert [one.name for one in accounts.accounts if one.here] == ["anna"]
        assert (await bob.asks("whois", name="bob"))["mode"] == "invisible"

        bob.hang_up()
        await until_gone(house, "bob")
        await anna.hears_nothing()


async def until_gone(house: House, name: str) -> None:
    """Wait until somebody's last connection is noticed to be gone, whether anybody is told or not."""
    context = house.server.context
    number = context.state.person(name).id
    async with asyncio.timeout(PATIENCE):
        while number in context.state.connected:
            await asyncio.sleep(0)


async def test_one_visible_device_is_enough_to_be_seen_and_a_new_one_stays_hidden_with_the_others() -> None:
    """Invisible is who is so on every device; a device that connects by itself does not give the others away."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        phone = await another(house, "bob")
        await bob.asks("set_presence", mode="invisible")
        await anna.hears_nothing()
        await phone.asks("set_presence", mode="invisible")
        await anna.hears("left", name="bob")
        await bob.hears_nothing()
        await phone.hears_nothing()
        tablet = await another(house, "bob")
        await anna.hears_nothing()
        await tablet.asks("set_presence", mode="online")
        await anna.hears("entered", name="bob")
        tablet.hang_up()
        await anna.hears("left", name="bob")
        await bob.hears("entered", name="bob")
        await bob.hears_nothing()


async def test_to_become_a_member_is_seen_even_of_somebody_invisible() -> None:
    """It changes the member list for good: the others hear somebody come and go, and know who the new member is."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("garden", "anna", PASSWORD)
        bob = await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.asks("set_presence", mode="invisible")
        await bob.joins("garden")
        await anna.hears("entered", name="bob")
        await anna.hears("left", name="bob", gone=None)
        assert "here" not in await listed(anna, "bob")
        await bob.asks("leave", channel="garden")
        await anna.hears("left", name="bob", gone=True)


async def test_somebody_invisible_is_kicked_like_a_member_who_is_not_there() -> None:
    """The others hear the kick and nothing more; the one who was put out hears both."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        await bob.asks("set_presence", mode="invisible")
        await anna.hears("left", name="bob")
        await anna.asks("kick", channel="garden", name="bob")
        await anna.hears("stands", whom_name="bob", role=None)
        await anna.hears_nothing()
        await bob.hears("stands", whom_name="bob")
        await bob.hears("left", name="bob", gone=True)
        await bob.is_refused("not_a_member", "send", channel="garden", text="?")


async def test_a_guest_cannot_be_invisible() -> None:
    """Its name is taken as long as it is connected: everybody can find out. Any other way to be present is free."""
    async with House() as house:
        luc = await house.native_in("garden", "Luc")
        await luc.is_refused("accounts_only", "set_presence", mode="invisible")
        await luc.asks("set_presence", mode="dnd")
        await luc.hears("presence", name="Luc", dnd=True)


async def test_a_connection_that_becomes_somebody_else_is_present_anew() -> None:
    """What one person chose on a connection does not pass to the next who logs in on it."""
    async with House() as house:
        await house.account("bob")
        anna = await house.native_in("garden", "Anna")
        bob = await house.native()
        await bob.logs_in("bob", PASSWORD)
        await bob.asks("set_presence", mode="invisible")
        await bob.asks("login", name="Luc", guest=True, enter="garden")
        await anna.hears("entered", name="Luc")


async def test_who_is_invisible_finds_here_among_their_mentions() -> None:
    """They hear it on every device; that they do is told to nobody."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("home", "anna", PASSWORD)
        bob = await house.native_in("home", "bob", PASSWORD)
        await house.operator(SetAdministrator(name="anna", admin=True))
        await bob.asks("set_presence", mode="invisible")
        await anna.asks("send", channel="home", text="@here, dinner")
        await bob.hears("message", everyone="here")
        (line,) = (await bob.asks("unread"))["channels"]
        assert line["mentions"] == 1
