"""The first day in the house: guests and accounts meet, by whatever protocol."""

from tests.people import PASSWORD, House


async def test_guests_talk_by_both_protocols_and_both_hear_everything() -> None:
    """Each sees the other come, hears what is said under the same name, and sees the other go."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")

        luc.says("bonjour, Mia")
        await luc.hears("Guest-Luc>bonjour, Mia")
        await mia.hears("message", name="Guest-Luc", guest=True, text="bonjour, Mia", number=1)

        await mia.says("home", "salut !")
        await luc.hears("~Mia>salut !")

        luc.tells(END={})
        await luc.hears_the_end()
        await mia.hears("left", name="Guest-Luc")


async def test_accounts_and_guests_talk_and_a_guest_is_marked() -> None:
    """An account's name stands bare; a guest's is marked where it does not say so itself."""
    async with House() as house:
        await house.account("anna")
        anna = await house.classic_in("home", "anna", PASSWORD)
        bob = await house.native_in("home", "bob")
        await anna.hears("[+]~bob")

        anna.says("who are you?")
        await anna.hears("anna>who are you?")
        await bob.hears("message", name="anna", guest=None)

        await bob.says("home", "a guest")
        await anna.hears("~bob>a guest")
        await anna.hears_nothing()


async def test_what_is_said_in_one_channel_is_heard_in_no_other() -> None:
    """Two channels, two people in each."""
    async with House() as house:
        luc = await house.classic_in("north", "Guest-Luc")
        mia = await house.native_in("south", "Mia")
        eve = await house.native_in("north", "Eve")
        await luc.hears("[+]~Eve")

        await mia.says("south", "only here")
        await luc.hears_nothing()
        await eve.hears("message", name="Guest-Luc")
        await eve.hears_nothing()


async def test_nobody_speaks_where_they_are_not() -> None:
    """Not before log-in, not in a channel never entered, not after leaving it."""
    async with House() as house:
        stranger = await house.native()
        await stranger.is_refused("not_logged_in", "send", channel="home", text="psst")
        await house.native_in("cellar", "Mia")
        await stranger.logs_in("Sam")
        await stranger.is_refused("not_a_member", "send", channel="cellar", text="psst")
        await stranger.is_refused("no_such_channel", "send", channel="attic", text="psst")
        await stranger.joins("home")
        await stranger.asks("leave", channel="home")
        await stranger.is_refused("not_a_member", "send", channel="home", text="psst")


async def test_a_line_end_cannot_make_what_looks_like_anothers_line() -> None:
    """The classic protocol has no line ends, so a text's are shown as a stroke; other protocols keep them."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("[+]~Mia")
        await mia.says("home", "first\nroot>second")
        await luc.hears("~Mia>first / root>second")


async def test_who_comes_later_is_shown_what_was_said() -> None:
    """The snapshot tells the channel's last number, and a page of history holds what was said before."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.says("one")
        luc.says("two")
        await luc.hears("Guest-Luc>one", "Guest-Luc>two")

        mia = await house.native()
        await mia.logs_in("Mia")
        assert (await mia.joins("home"))["number"] == 2
        page = await mia.asks("history", channel="home")
        assert [(event["number"], event["text"]) for event in page["events"]] == [(1, "one"), (2, "two")]
