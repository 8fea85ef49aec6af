"""IRC's format codes at real sockets: native and classic clients read none, IRC clients read what was typed."""

from tests.irc_people import irc_in
from tests.people import PASSWORD, House
from tests.plays.test_threads import events_of

RED = "\x0304,01red\x03 \x02bold\x02"


async def test_codes_stay_on_irc() -> None:
    """A message, an action, and what is said many lines at once."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await luc.hears("[+]~Mia", "[+]~Ann", "[+]~Bob")
        ann.says(
            f"PRIVMSG #home :{RED}", f"PRIVMSG #home :\x01ACTION {RED}\x01", "PRIVMSG #home :x", f"PRIVMSG #home :{RED}"
        )
        await bob.hears(
            f":Ann!* PRIVMSG #home :{RED}", f":Ann!* PRIVMSG #home :\x01ACTION {RED}\x01", ":Ann!* PRIVMSG #home :x",
            f":Ann!* PRIVMSG #home :{RED}",
        )  # fmt: skip
        await luc.hears("~Ann>red **bold**", "* ~Ann red **bold**", "~Ann>x", "~Ann>red **bold**")
        await mia.asks("ping")
        assert [event["text"] for event in events_of(mia, "message")] == [
            "red **bold**",
            "red **bold**",
            "x",
            "red **bold**",
        ]
        (first, *_) = (await mia.asks("history", channel="home"))["events"]
        assert first["text"] == "red **bold**"


async def test_markdown_from_elsewhere_is_formatting_on_irc_and_an_edit_forgets_what_was_typed() -> None:
    """What was typed on IRC is not kept beside a text that says something else."""
    async with House() as house:
        await house.account("ann")
        ann = await irc_in(house, "#home", "ann", password=PASSWORD)
        mia = await house.native_in("home", "ann", PASSWORD)
        await mia.asks("send", channel="home", text="so **good** `x*y`")
        ann.says("PRIVMSG #home :\x0304secret \x02word\x02")
        await ann.hears_at_last(":ann!* PRIVMSG #home :so \x02good\x02 \x11x*y\x11")
        await ann.answers("PING x")
        events = (await mia.asks("history", channel="home"))["events"]
        number = events[-1]["number"]
        assert events[-1]["text"] == "secret **word**"
        assert (await mia.asks("edit", channel="home", number=number, text="so"))["is"] == "ack"
        page = await mia.asks("history", channel="home", talk=True)
        assert "secret" not in str(page)


async def test_topics_and_reasons_have_no_codes() -> None:
    """They are no markdown, so nothing is left of it."""
    async with House() as house:
        await house.account("ann")
        mia = await house.native_in("garden", "Mia")
        ann = await irc_in(house, "#garden", "ann", password=PASSWORD)
        ann.says("TOPIC #garden :\x02new\x02 \x0304red", "AWAY :\x1dlunch\x1d", "PART #garden :\x0312bye")
        await ann.answers("PING x")
        await mia.asks("ping")
        assert [event["topic"] for event in events_of(mia, "topic")] == ["new red"]
        assert [event["away"] for event in events_of(mia, "presence")] == ["lunch"]
        assert [event["reason"] for event in events_of(mia, "left")] == ["bye"]
