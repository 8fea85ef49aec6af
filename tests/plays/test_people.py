"""What one may know of somebody, and a guest's new name."""

from tests.people import PASSWORD, House
from tests.plays.test_presence import until_gone


async def test_a_card_says_who_somebody_is_and_which_channels_one_shares() -> None:
    """Channels that the asker is not in are not on it, nor are direct conversations."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("garden", "anna", PASSWORD)
        await anna.joins("attic")
        bob = await house.native_in("garden", "bob", PASSWORD)
        await anna.hears("entered", name="bob")
        await bob.asks("direct", people=["anna"])
        await bob.hears("entered", name="bob")
        await bob.joins("cellar")
        await bob.asks("set_channel", channel="cellar", access="private")
        card = await anna.asks("whois", name="BOB")
        assert (card["name"], card["here"], card["channels"]) == ("bob", True, ["garden"])
        assert card["since"] > 0
        assert not {"guest", "admin", "mode", "away", "last_seen"} & card.keys()
        assert (await bob.asks("whois", name="bob"))["channels"] == ["cellar", "garden"]
        luc = await house.native()
        await luc.logs_in("Luc")
        assert "channels" not in await luc.asks("whois", name="anna")
        assert (await anna.asks("whois", name="Luc"))["guest"]
        await anna.is_refused("no_such_person", "whois", name="Nobody")


async def test_last_seen_is_told_of_those_who_share_it_only() -> None:
    """It is kept over a restart; of others nothing is kept at all."""
    async with House() as house:
        for name in ("anna", "bob", "carl"):
            await house.account(name)
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        bob, carl = await house.native(), await house.native()
        await bob.logs_in("bob", PASSWORD)
        await carl.logs_in("carl", PASSWORD)
        await bob.asks("prefer", share_last_seen=True)
        assert "last_seen" not in await anna.asks("whois", name="bob")
        bob.hang_up()
        carl.hang_up()
        await until_gone(house, "bob")
        await until_gone(house, "carl")
        await house.server.context.commit_loop.told()
        seen = (await anna.asks("whois", name="bob"))["last_seen"]
        assert abs(seen - house.server.context.now()) < 60_000
        assert "last_seen" not in await anna.asks("whois", name="carl")
        await house.restart()
        assert list(house.server.context.state.seen.values()) == [seen]
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        assert (await anna.asks("whois", name="bob"))["last_seen"] == seen


async def test_what_was_allowed_then_is_not_told_once_it_is_taken_back() -> None:
    """Whoever shared when they were last here, and does no longer, is not among those who are gone, nor on IRC."""
    async with House() as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        await anna.asks("prefer", share_last_seen=True)
        anna.hang_up()
        await until_gone(house, "anna")
        for name in ("anna", "a*"):
            assert [line["name"] for line in (await mia.asks("gone", name=name))["people"]] == ["anna"]
        await anna_again(house, share_last_seen=False)
        for name in ("anna", "a*"):
            assert (await mia.asks("gone", name=name))["people"] == []
        await anna_again(house, share_last_seen=True)
        assert len((await mia.asks("gone", name="anna"))["people"]) >= 1


async def anna_again(house: House, share_last_seen: bool) -> None:
    """She comes, changes her mind, and stays."""
    anna = await house.native()
    await anna.logs_in("anna", PASSWORD)
    await anna.asks("prefer", share_last_seen=share_last_seen)


async def test_a_guest_who_made_an_account_is_asked_about_what_the_guest_did() -> None:
    """Its old name was a guest's, and is the account's now."""
    async with House(accounts={"registration": "open"}) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        await luc.asks("set_name", name="Lucas")
        assert [line["name"] for line in (await mia.asks("gone", name="Luc"))["people"]] == ["Luc"]
        await luc.registers("Lucas")
        assert (await mia.asks("gone", name="Luc"))["people"] == []


async def test_who_turns_invisible_was_last_seen_just_then() -> None:
    """What is told is the last time that others saw somebody, not the last time that they were connected."""
    async with House() as house:
        context = house.server.context
        time = context.now()
        context.now = lambda: time
        await house.account("anna")
        await house.account("bob")
        anna, bob = await house.native(), await house.native()
        await anna.logs_in("anna", PASSWORD)
        await bob.logs_in("bob", PASSWORD)
        await bob.asks("prefer", share_last_seen=True)
        await bob.asks("set_presence", mode="invisible")
        left, time = time, time + 60_000
        assert (await anna.asks("whois", name="bob"))["last_seen"] == left
        bob.hang_up()
        await until_gone(house, "bob")
        await context.commit_loop.told()
        assert (await anna.asks("whois", name="bob"))["last_seen"] == left
        back = await house.native()
        await back.logs_in("bob", PASSWORD)
        await back.asks("set_presence", mode="invisible")
        time += 60_000
        await back.asks("set_presence", mode="online")
        assert (await anna.asks("whois", name="bob"))["since"] == time


async def test_a_guest_takes_another_name_and_stays_who_it_is() -> None:
    """All its channels are told; the old name is free, and what it said before is its own."""
    async with House() as house:
        anna = await house.native_in("home", "Anna")
        luc = await house.native_in("home", "Luc")
        told = await anna.hears("entered", name="Luc")
        await luc.says("home", "good day")
        await anna.hears("message", name="Luc")
        await luc.asks("set_name", name="Lucien")
        await anna.hears("renamed", person=told["person"], name="Lucien", was="Luc", guest=True)
        await luc.hears("renamed", name="Lucien")
        luc.name = "Lucien"
        await luc.says("home", "it is me")
        await anna.hears("message", person=told["person"], name="Lucien")
        assert (await anna.asks("whois", name="Lucien"))["person"] == told["person"]
        await anna.is_refused("no_such_person", "whois", name="Luc")
        await luc.asks("set_name", name="lucien")
        await anna.hears("renamed", name="lucien", was="Lucien")
        other = await house.native()
        await other.logs_in("Luc")


async def test_a_new_name_passes_the_same_checks_as_at_login() -> None:
    """Taken, looking alike, reserved, no name at all; and an account keeps its own."""
    async with House() as house:
        await house.account("anna")
        luc = await house.native_in("home", "Luc")
        anna = await house.native_in("home", "anna", PASSWORD)
        await luc.hears("entered", name="anna")
        assert (await luc.is_refused("name_taken", "set_name", name="anna"))["why"] == "taken"
        assert (await luc.is_refused("name_taken", "set_name", name="ANNA"))["why"] == "look_alike"
        assert (await luc.is_refused("name_taken", "set_name", name="causerie"))["why"] == "reserved"
        await luc.is_refused("bad_name", "set_name", name="")
        await luc.is_refused("bad_name", "set_name", name="two words\u202e")
        assert (await anna.is_refused("already_logged_in", "set_name", name="anneke"))["why"] == "account"
        await luc.asks("set_name", name="Luc")
        await anna.hears_nothing()


async def test_names_change_no_faster_than_one_may_speak() -> None:
    """Each change is told to a whole channel, so it costs what a message does."""
    async with House(limits={"exempt": (), "send_burst": 2, "send_rate": 0.01}) as house:
        luc = await house.native()
        await luc.logs_in("Luc")
        await luc.asks("set_name", name="Luc-1")
        await luc.asks("set_name", name="Luc-2")
        await luc.is_refused("too_fast", "set_name", name="Luc-3")
