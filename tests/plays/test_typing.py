"""Who is typing: told at once, never often, never of somebody who may not speak."""

from tests.people import PASSWORD, House

FLOOD = 300


async def test_a_flood_of_typing_reaches_the_others_once() -> None:
    """One note for each person, channel and span of time; the rest is answered and dropped."""
    async with House(conversation={"typing_seconds": 60.0}) as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        luc = await house.native_in("garden", "Luc")
        await anna.hears("entered", name="Luc")
        marks = [luc.tells("is_typing", channel="garden") for _ in range(FLOOD)]
        for mark in marks:
            assert (await luc.answer(mark))["is"] == "done"
        await anna.hears("typing", name="Luc", guest=True)
        await anna.hears_nothing()
        await anna.asks("is_typing", channel="garden")
        await anna.hears("typing", name="anna")
        await luc.hears("typing", name="Luc")
        await luc.hears("typing", name="anna")


async def test_typing_is_told_again_after_a_while_and_in_every_channel() -> None:
    """The span counts for each channel; when it is over, what is remembered of it is gone too."""
    async with House() as house:
        context = house.server.context
        time = 1000.0
        context.clock = lambda: time
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        await anna.joins("attic")
        await anna.asks("is_typing", channel="garden")
        await anna.asks("is_typing", channel="attic")
        await anna.hears("typing", channel="garden")
        await anna.hears("typing", channel="attic")
        time += context.config.conversation.typing_seconds - 0.1
        await anna.asks("is_typing", channel="garden")
        await anna.hears_nothing()
        time += 0.2
        await anna.asks("is_typing", channel="garden")
        await anna.hears("typing", channel="garden")
        assert len(context.state.typing) == 1


async def test_who_may_not_speak_is_not_seen_to_type() -> None:
    """The muted, readers and those who are no members are refused as if they spoke; the others hear nothing."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        luc = await house.native_in("garden", "Luc")
        await anna.hears("entered", name="Luc")
        await anna.asks("mute", channel="garden", name="Luc", seconds=600)
        await anna.hears("stands")
        await luc.is_refused("muted", "is_typing", channel="garden")
        await anna.asks("mute", channel="garden", name="Luc", seconds=0)
        await anna.hears("stands")
        await anna.asks("set_role", channel="garden", name="Luc", role="reader")
        await anna.hears("stands")
        await luc.is_refused("read_only", "is_typing", channel="garden")
        eve = await house.native()
        await eve.logs_in("Eve")
        await eve.is_refused("not_a_member", "is_typing", channel="garden")
        await anna.hears_nothing()


async def test_typing_on_an_invisible_device_is_told_to_nobody() -> None:
    """Not even while another device of the same person is there for all to see."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("garden", "anna", PASSWORD)
        bob = await house.native_in("garden", "bob", PASSWORD)
        await anna.hears("entered", name="bob")
        phone = await house.native()
        await phone.logs_in("bob", PASSWORD)
        await phone.asks("set_presence", mode="invisible")
        await phone.asks("join", channel="garden")
        await phone.asks("is_typing", channel="garden")
        await bob.asks("set_presence", mode="invisible")
        await anna.hears("left", name="bob")
        await bob.asks("is_typing", channel="garden")
        await anna.hears_nothing()


async def test_typing_is_never_stored() -> None:
    """It has no number, and history knows nothing of it."""
    async with House() as house:
        luc = await house.native_in("home", "Luc")
        await luc.asks("is_typing", channel="home")
        told = await luc.hears("typing", name="Luc")
        assert "number" not in told
        assert (await luc.asks("history", channel="home"))["events"] == []


async def test_the_bound_can_be_turned_off() -> None:
    """As every rate: with 0 each note is told."""
    async with House(conversation={"typing_seconds": 0.0}) as house:
        luc = await house.native_in("home", "Luc")
        for _ in range(3):
            await luc.asks("is_typing", channel="home")
            await luc.hears("typing", name="Luc")
