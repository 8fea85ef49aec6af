"""What an old client is told of what it cannot show: five kinds of things, one line each."""

from __future__ import annotations

from tests.people import PASSWORD, House


async def test_a_classic_person_follows_what_native_people_do() -> None:
    """Luc has the first client; Anna and Ben edit, react, pin, reply and delete."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        anna = await house.native_in("tea", "Anna", PASSWORD)
        ben = await house.native_in("tea", "Ben", PASSWORD)
        luc = await house.classic_in("tea", "Guest-Luc")

        await anna.asks("send", channel="tea", text="Tea at fore")
        await luc.hears("Anna>Tea at fore")

        await anna.asks("edit", channel="tea", number=1, text="Tea at four,\nin the garden")
        await luc.hears("* Anna: Tea at four, / in the garden (edited)")

        await ben.asks("react", channel="tea", number=1, emoji="👍")
        await anna.asks("set_channel", channel="tea", tell_reactions=True)
        await luc.hears("* Anna changed the settings of tea")
        await ben.asks("react", channel="tea", number=1, emoji="🫖")
        await luc.hears('* Ben reacted 🫖 to "Tea at four, in the garden"')

        await anna.asks("pin", channel="tea", number=1)
        await luc.hears('* Anna pinned "Tea at four, in the garden"')

        await ben.asks("send", channel="tea", text="I bring cake", reply=1)
        await luc.hears("Ben>(to message 1) I bring cake")

        number = (await ben.asks("send", channel="tea", text="no I do not"))["number"]
        await luc.hears("Ben>no I do not")
        await ben.asks("delete", channel="tea", number=number)
        await luc.hears(f"* Ben deleted message {number}")

        await anna.asks("set_topic", channel="tea", topic="Tea")
        await luc.hears("* Anna set the topic: Tea")
        luc.says("fine")
        await luc.hears("Guest-Luc>fine")
        await luc.hears_nothing()


async def test_reactions_are_shown_to_who_can_show_them_wherever_they_are() -> None:
    """The channel's wish is for the others only."""
    async with House() as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.classic_in("home", "Guest-Luc")
        await mia.hears("entered", name="Guest-Luc")
        await mia.says("home", "hello")
        await luc.hears("~Mia>hello")
        await mia.asks("react", channel="home", number=1, emoji="👍")
        await mia.hears("reacted", emoji="👍", target=1)
        await luc.hears_nothing()
