"""IRC: the living conversation, seen from a client that has few words for it."""

import re
from pathlib import Path
from typing import Any

from causerie.chat import events as e
from causerie.protocols.irc.state.network import Network
from causerie.protocols.irc.syntax.capabilities import HEARD
from tests.irc_people import irc_as, irc_in
from tests.people import PASSWORD, House

PAGE = Path(__file__).resolve().parents[2] / "docs" / "protocol" / "readings.md"
ABOUT: dict[str, Any] = {"channel": "home", "number": 9, "at": 1_000, "person": 1, "name": "Anna"}
WHOM: dict[str, Any] = {**ABOUT, "whom": 2, "whom_name": "Luc"}
HERE: dict[str, Any] = {"channel": "home", "person": 1, "name": "Anna"}
SAMPLES: dict[str, e.Event] = {
    "message.action": e.Message(**ABOUT, text="waves", action=True),
    "message.reply": e.Message(**ABOUT, text="yes", reply=3),
    "message.deleted": e.Message(**ABOUT, text="", deleted=True),
    "edited": e.Edited(**ABOUT, target=3, text="new"),
    "deleted": e.Deleted(**ABOUT, targets=(3,)),
    "deleted.many": e.Deleted(**ABOUT, targets=(3, 4)),
    "reacted": e.Reacted(**ABOUT, target=3, emoji="👍", words="hi"),
    "reacted.off": e.Reacted(**ABOUT, target=3, emoji="👍", words="hi", on=False),
    "pinned": e.Pinned(**ABOUT, target=3, words="hi"),
    "pinned.off": e.Pinned(**ABOUT, target=3, words="hi", on=False),
    "topic": e.Topic(**ABOUT, topic="tea"),
    "topic.none": e.Topic(**ABOUT, topic=""),
    "stands.invited": e.MembershipChanged(**WHOM, role="invited"),
    "stands.banned": e.MembershipChanged(**WHOM, role="banned", was="member"),
    "stands.muted": e.MembershipChanged(**WHOM, role="member", was="member", muted_until=9_000),
    "stands.reader": e.MembershipChanged(**WHOM, role="reader", was="member"),
    "stands.member": e.MembershipChanged(**WHOM, role="member", was="reader"),
    "stands.moderator": e.MembershipChanged(**WHOM, role="moderator", was="member"),
    "stands.owner": e.MembershipChanged(**WHOM, role="owner", was="member"),
    "stands.unmuted": e.MembershipChanged(**WHOM, role="member", was="member"),
    "stands.out": e.MembershipChanged(**WHOM, was="member"),
    "stands.unbanned": e.MembershipChanged(**WHOM, was="banned"),
    "stands.voiced": e.MembershipChanged(**WHOM, role="member", was="member", voiced=True),
    "stands.unvoiced": e.MembershipChanged(**WHOM, role="member", was="member", was_voiced=True),
    "masked": e.Masked(**ABOUT, list="ban", mask="bad*"),
    "masked.off": e.Masked(**ABOUT, list="ban", mask="bad*", on=False),
    "changed": e.Changed(**ABOUT, read_only=True, changed=("read_only",)),
    "channel_renamed": e.ChannelRenamed(**ABOUT, was="home", now="house"),
    "renamed": e.Renamed(**HERE, was="Ann"),
    "presence.away": e.Presence(**HERE, away="lunch"),
    "presence.dnd": e.Presence(**HERE, dnd=True),
    "presence.back": e.Presence(**HERE),
    "reported": e.Reported(**ABOUT, report=1, target=3, whom=2, whom_name="Luc"),
    "confided": e.RestrictedMessage(**ABOUT, mark="a", to="moderators", text="help"),
    "confided.action": e.RestrictedMessage(**ABOUT, mark="a", to="moderators", text="waves", action=True),
    "announced": e.Announced(channel="", at=1_000, person=1, name="Anna", text="tea"),
    "announced.server": e.Announced(channel="", at=1_000, person=0, name="", text="tea"),
    "disconnected": e.Disconnected(channel="", person=1, name="Anna", whom=2, whom_name="Luc"),
    "disconnected.server": e.Disconnected(channel="", person=0, name="", whom=2, whom_name="Luc"),
    "gap": e.Gap(channel="home", number=9, after=3),
}


async def test_the_page_of_readings_says_what_irc_does_with_each() -> None:
    """docs/protocol/readings.md, "in IRC": the commands that an event comes to."""
    rows = re.findall(r"^\| `([a-z_.]+)` \|.*\| ([^|]*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    page = {name: re.findall("`([A-Z]+)`", column.partition(";")[0].replace("`ACTION`", "")) for name, column in rows}
    del page["reason"]
    async with House() as house:
        encoder = Network(house.server.context.view()).encoder(HEARD)
        told = {name: encoder.encode(event).decode().splitlines() for name, event in SAMPLES.items()}
    assert page == {name: list(dict.fromkeys(line.split()[2] for line in lines)) for name, lines in told.items()} | {
        "renamed": ["NICK"]  # and ACCOUNT, for those who have account-notify
    }


async def test_what_irc_has_no_words_for_is_a_notice_by_the_server() -> None:
    """docs/protocol/readings.md: edits, reactions, pins, deletions and mutes; a reply says to which message."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("tea", "anna", PASSWORD)
        bob = await irc_in(house, "#tea", "Bob")
        await anna.asks("send", channel="tea", text="Tea at fore")
        await bob.hears(":anna!* PRIVMSG #tea :Tea at fore")
        await anna.asks("edit", channel="tea", number=1, text="Tea at four,\nhere")
        await bob.hears(":SERVER NOTICE #tea :* anna: Tea at four, / here (edited)")
        await anna.asks("set_channel", channel="tea", tell_reactions=True)
        await anna.asks("react", channel="tea", number=1, emoji="👍")
        await bob.hears(':SERVER NOTICE #tea :* anna reacted 👍 to "Tea at four, here"')
        await anna.asks("pin", channel="tea", number=1)
        await bob.hears(':SERVER NOTICE #tea :* anna pinned "Tea at four, here"')
        await anna.asks("send", channel="tea", text="and cake", reply=1)
        await bob.hears(":anna!* PRIVMSG #tea :and cake")
        await anna.asks("delete", channel="tea", number=1)
        await bob.hears(":SERVER NOTICE #tea :* anna deleted message 1")
        await anna.asks("mute", channel="tea", name="Bob", seconds=60)
        await bob.hears(":SERVER NOTICE #tea :* anna muted ~Bob for 1 minute")
        await bob.hears_nothing()


async def test_an_edit_between_two_people_comes_from_the_one_who_made_it() -> None:
    """So that a client shows it where the two talk; a long text comes whole, in several lines."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        mia = await house.native()
        await mia.logs_in("Mia")
        told = await mia.asks("tell", people=["Ann"], text="helo")
        await ann.hears(":Mia!* PRIVMSG Ann :helo")
        await mia.asks("edit", channel=told["channel"], number=told["number"], text="hello " * 150)
        lines = await ann.answers()
        assert all(line.startswith(":Mia!causerie@guest.irc.local NOTICE Ann :") for line in lines)
        assert "".join(lines).count("hello") == 150


async def test_a_conversation_is_heard_from_its_first_word_by_every_client_of_either() -> None:
    """Nobody asks to hear it: IRC has no word for that."""
    async with House() as house:
        await house.account("anna")
        phone = await irc_as(house, "anna", password=PASSWORD)
        desk = await irc_as(house, "anna", caps="echo-message", password=PASSWORD)
        bob = await irc_as(house, "Bob")
        desk.says("PRIVMSG Bob :psst")
        await desk.hears(":anna!* PRIVMSG Bob :psst")
        await phone.hears(":anna!* PRIVMSG Bob :psst")
        await bob.hears(":anna!* PRIVMSG Bob :psst")
        bob.says("PRIVMSG anna :yes?")
        for ears in (phone, desk):
            await ears.hears(":Bob!* PRIVMSG anna :yes?")
        await bob.hears_nothing()


async def test_a_slash_is_said_as_it_stands() -> None:
    """A client's own commands never get here."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        mia = await house.native_in("home", "Mia")
        ann.says("PRIVMSG #home :/help me", "@a=b PRIVMSG #home :/me too")
        await mia.hears("message", text="/help me")
        await mia.hears("message", text="/me too", channel="home")
        ann.says("PRIVMSG Mia :/topic x")
        opened = await mia.hears("stands", name="Ann")
        page = await mia.asks("history", channel=opened["channel"])
        assert [event["text"] for event in page["events"]] == ["/topic x"]


async def test_a_guest_takes_another_name() -> None:
    """Modern IRC, "NICK message": told once to oneself and to the others; 433, 432, and 447 for an account."""
    async with House() as house:
        await house.account("anna")
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        await ann.joins("#den")
        ann.says("NICK Zoe")
        await ann.hears(":Ann!~ann@guest.SERVER NICK :Zoe")
        await bob.hears(":Ann!~ann@guest.SERVER NICK :Zoe")
        ann.says("PRIVMSG #home :hi", "NICK Bob", "NICK a!b", "NICK Zoe", "NICK anna")
        await ann.hears(":SERVER 433 Zoe Bob :*", ":SERVER 432 Zoe a!b :*", ":SERVER 433 Zoe anna :*")
        await bob.hears(":Zoe!~ann@guest.SERVER PRIVMSG #home :hi")
        anna = await irc_as(house, "anna", password=PASSWORD)
        anna.says("NICK other")
        await anna.hears(":SERVER 447 anna :*")
        await ann.hears_nothing()


async def test_whois_says_what_one_may_know() -> None:
    """Modern IRC, "WHOIS message": shared channels, away, since when; who is invisible is not here."""
    async with House() as house:
        await house.account("anna")
        await house.account("bert")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bob = await irc_in(house, "#den", "Bob")
        anna.says("AWAY :at lunch")
        await anna.hears(":Bob!* JOIN #den", ":SERVER 306 anna :*")
        lines = await bob.answers("WHOIS anna")
        assert [line.split()[1] for line in lines] == ["311", "319", "312", "301", "317", "330", "318"]
        assert lines[1] == ":irc.local 319 Bob anna :~#den"
        assert lines[3] == ":irc.local 301 Bob anna :at lunch"
        assert abs(int(lines[4].split()[5]) - house.server.context.now() // 1000) < 60
        bob.says("PRIVMSG anna :there?", "NOTICE anna :hm")
        await bob.hears(":SERVER 301 Bob anna :at lunch")
        bert = await house.native()
        await bert.logs_in("bert", PASSWORD)
        await bert.asks("set_presence", mode="dnd")
        assert " 301 Bob bert :not to be disturbed" in "".join(await bob.answers("WHOIS bert"))
        await bert.asks("set_presence", mode="invisible")
        assert [line.split()[1] for line in await bob.answers("WHOIS bert", "WHOIS nobody")] == ["401", "318"] * 2
        assert await bob.answers("ISON bert anna") == [":irc.local 303 Bob :anna"]


async def test_who_becomes_invisible_seems_to_quit() -> None:
    """The same line as for who hangs up: what one hides is that one is here."""
    async with House() as house:
        await house.account("bert")
        ann = await irc_in(house, "#home", "Ann")
        bert = await house.native_in("home", "bert", PASSWORD)
        await ann.hears(":bert!* JOIN #home")
        await bert.asks("set_presence", mode="invisible")
        await ann.hears(":bert!* QUIT :*")
        await bert.asks("set_presence", mode="online")
        await ann.hears(":bert!* JOIN #home")
        bert.hang_up()
        await ann.hears(":bert!* QUIT :*")


async def test_slow_mode_is_said_with_the_seconds() -> None:
    """404: the channel takes one message in so many seconds from each."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        native = await house.native_in("den", "anna", PASSWORD)
        await native.asks("set_channel", channel="den", slow_seconds=30)
        bob = await irc_in(house, "#den", "Bob")
        bob.says("PRIVMSG #den :one", "PRIVMSG #den :two")
        await bob.hears(":SERVER 404 Bob #den :*slow mode, wait * s")
        await anna.hears_at_last(":Bob!* PRIVMSG #den :one")


async def test_a_report_is_told_to_the_moderator_alone() -> None:
    """To the nick, and in no channel."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        bob = await irc_in(house, "#den", "Bob")
        mia = await house.native_in("den", "Mia")
        bob.says("PRIVMSG #den :rude")
        await anna.hears_at_last(":Bob!* PRIVMSG #den :rude")
        await mia.asks("report", channel="den", number=1, reason="not nice")
        await anna.hears(":SERVER NOTICE anna :* *Mia reported message 1 by *Bob in den (not nice)")
        await bob.hears(":Mia!* JOIN #den")
        await bob.hears_nothing()
