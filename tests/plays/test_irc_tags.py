"""IRC: tags, NOTICE, TAGMSG, CTCP, and what one event comes to for who hears it more than once."""

from typing import Any

from causerie.transport.states import Hold
from tests.irc_people import irc_as, irc_in, tag
from tests.people import PASSWORD, House

TAGS = "message-tags echo-message labeled-response batch"


async def test_a_notice_is_a_notice_for_ever() -> None:
    """Modern IRC, "NOTICE message": told as such, live and in history; by other protocols as a message."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", "batch message-tags draft/chathistory")
        bob = await irc_in(house, "#home", "Bob")
        luc = await house.classic_in("home", "Guest-Luc")
        mia = await house.native_in("home", "Mia")
        ann.says("NOTICE #home :lunch")
        await bob.hears(":Guest-Luc!* JOIN #home", ":Mia!* JOIN #home", ":Ann!* NOTICE #home :lunch")
        await luc.hears("[+]~Mia", "~Ann>lunch")
        assert (await mia.hears("message", text="lunch"))["notice"] is True
        ann.says("NOTICE Bob :psst", "CHATHISTORY LATEST #home * 5")
        await bob.hears(":Ann!* NOTICE Bob :psst")
        assert any(" NOTICE #home :lunch" in line for line in await ann.answers())


async def test_client_tags_are_for_those_who_can_read_them() -> None:
    """IRCv3 message-tags, "Client-only tags": relayed with msgid, escaped; no other tag of a client is."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", TAGS)
        bob = await irc_in(house, "#home", "Bob", "message-tags")
        cyd = await irc_in(house, "#home", "Cyd", "server-time")
        await ann.hears_at_last("*:Cyd!* JOIN #home")
        await bob.hears(":Cyd!* JOIN #home")
        ann.says("@+x=a\\:b;y=z PRIVMSG #home :hi", "@+x=1;y TAGMSG #home", "TAGMSG")
        await ann.hears("@msgid=*-1;+x=a\\:b :Ann!* PRIVMSG #home hi".replace(" hi", " :hi"))
        echo = await ann.line()
        await bob.hears("@msgid=*-1;+x=a\\:b :Ann!* PRIVMSG #home :hi")
        heard = await bob.line()
        assert heard == echo
        assert heard.startswith("@msgid=")
        assert heard.endswith(";+x=1 :Ann!~ann@guest.irc.local TAGMSG #home")
        await cyd.hears("@time=*Z :Ann!* PRIVMSG #home :hi")
        assert await cyd.answers() == []
        await ann.hears(":SERVER 411 Ann :*")


async def test_a_reply_and_a_reaction_point_at_a_message() -> None:
    """Client tags reply, by either of its names, and react: both ways. Who has no tags reads the text as it was."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", TAGS)
        bob = await irc_in(house, "#home", "Bob")
        mia = await house.native_in("home", "Mia")
        await mia.says("home", "tea?")
        line = (await ann.hears_at_last("*PRIVMSG #home :tea?"))[-1]
        mark = tag(line, "msgid")
        about, both = f"+reply={mark}", f"+reply={mark};+draft/reply={mark}"
        ann.says(f"@{about} PRIVMSG #home :yes", f"@label=r;{about};+draft/react=👍 TAGMSG #home")
        await ann.hears(
            f"@msgid=*-2;{both} :Ann!* PRIVMSG #home :yes",
            f"@label=r;msgid=*-3;{both};+draft/react=👍 :Ann!* TAGMSG #home",
        )
        await mia.hears("followed", thread=1)
        assert (await mia.hears("message", text="yes"))["reply"] == 1
        assert (await mia.hears("reacted", emoji="👍"))["target"] == 1
        await bob.hears(":Mia!* JOIN #home", ":Mia!* PRIVMSG #home :tea?", ":Ann!* PRIVMSG #home :yes")
        await mia.asks("react", channel="home", number=1, emoji="🎉")
        await ann.hears(f"@msgid=*-4;{both};+draft/react=🎉 :Mia!* TAGMSG #home")
        await mia.hears("reacted", emoji="🎉")
        ann.says(f"@+draft/reply={mark};+draft/unreact=👍 TAGMSG #home")
        assert (await mia.hears("reacted", emoji="👍", on=False))["target"] == 1
        # What is no emoji is for other clients to make something of.
        ann.says(f"@+draft/reply={mark};+draft/react=lol TAGMSG #home")
        await ann.hears_at_last(f"@msgid=*;+draft/reply={mark};+draft/react=lol :Ann!* TAGMSG #home")
        assert await bob.answers() == []


async def test_that_one_is_typing_passes() -> None:
    """Client tag typing: `active` is the core's, in both directions."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", "message-tags")
        bob = await irc_in(house, "#home", "Bob")
        mia = await house.native_in("home", "Mia")
        await ann.hears_at_last(":Mia!* JOIN #home")
        ann.says("@+typing=active TAGMSG #home")
        await mia.hears("typing", name="Ann")
        await mia.asks("is_typing", channel="home")
        await mia.hears("typing", name="Mia")
        await ann.hears("@+typing=active :Mia!* TAGMSG #home")
        ann.says("@+typing=done TAGMSG #home")
        assert (await mia.hears("signalled"))["tags"] == {"+typing": "done"}
        await bob.hears(":Mia!* JOIN #home")
        await bob.hears_nothing()
        await ann.hears_nothing()


async def test_ctcp_passes_between_two_and_is_not_kept() -> None:
    """Modern IRC, "CTCP": a request and its answer, as they were typed; no history of it, and nobody else hears."""
    async with House() as house:
        ann = await irc_as(house, "Ann", "draft/chathistory batch")
        bob = await irc_as(house, "Bob")
        ann.says("PRIVMSG Bob :\x01VERSION\x01")
        await bob.hears(":Ann!* PRIVMSG Bob :\x01VERSION\x01")
        bob.says("NOTICE Ann :\x01VERSION a client 1.0\x01", "NOTICE Nobody :\x01PING\x01")
        await ann.hears(":Bob!* NOTICE Ann :\x01VERSION a client 1.0\x01")
        ann.says("CHATHISTORY LATEST Bob * 5")
        await ann.hears(":SERVER BATCH +h chathistory Bob", ":SERVER BATCH -h")
        await bob.hears_nothing()
        ann.says("PRIVMSG Nobody :\x01VERSION\x01")
        await ann.hears(":SERVER 401 Ann Nobody :*")


async def test_to_oneself_one_says_it_and_hears_it() -> None:
    """IRCv3 echo-message and labeled-response, messages to oneself: the echo has the label, and one line has none."""
    async with House() as house:
        ann = await irc_as(house, "Ann", TAGS)
        ann.says("@label=x PRIVMSG Ann :note", "@label=y;+a=b TAGMSG Ann")
        await ann.hears("@label=x;msgid=*-1 :Ann!* PRIVMSG Ann :note", "@msgid=*-1 :Ann!* PRIVMSG Ann :note")
        heard = [await ann.line(), await ann.line()]
        assert sorted("label=y" in line for line in heard) == [False, True]
        assert all(" TAGMSG Ann" in line for line in heard)
        plain = await irc_as(house, "Plain")
        plain.says("PRIVMSG Plain :note")
        await plain.hears(":Plain!* PRIVMSG Plain :note")
        await plain.hears_nothing()


async def test_what_concerns_all_channels_is_told_once() -> None:
    """Modern IRC, QUIT, NICK; IRCv3 away-notify, account-notify: once for each client, however many channels it
    shares; for each channel where a protocol shows channels."""
    async with House() as house:
        await house.account("anna")
        ann = await irc_in(house, "#one", "Ann", "away-notify")
        for channel in ("#two", "#three"):
            await ann.joins(channel)
        mia = await house.native_in("one", "Mia")
        await mia.joins("two")
        bob = await irc_in(house, "#three", "Bob")
        for channel in ("#one", "#two"):
            await bob.joins(channel)
        await ann.answers()
        bob.says("AWAY :out", "NICK Rob", "AWAY", "AWAY :out", "QUIT :bye")
        await ann.hears(
            ":Bob!* AWAY :out", ":Bob!* NICK :Rob", ":Rob!* AWAY", ":Rob!* AWAY :out", ":Rob!* QUIT :Quit: bye"
        )  # fmt: skip
        await ann.hears_nothing()
        await mia.answer(mia.tells("ping"))
        assert [event["channel"] for event in mia.events if event["is"] == "left"] == ["one", "two"]


async def test_who_lags_is_not_told_what_it_said_itself() -> None:
    """IRCv3 echo-message: what is fed from the store to a slow reader is what the others said; an echo comes once."""
    async with House(limits={"unsent_bytes": 65536}) as house:
        for caps, nick, echoes in (("", "Ann", 0), ("echo-message", "Bea", 1)):
            one = await irc_in(house, "#home", nick, caps)
            state = house.server.context.state
            outlet: Any = next(iter(state.connected[state.person(nick).id])).outlet
            mia = await house.native_in("home", f"Mia{nick}")
            await one.hears_at_last(f":Mia{nick}!* JOIN #home")
            outlet.pause_writing()
            outlet.go_on(Hold.UNREAD)
            one.says("PRIVMSG #home :mine")
            await mia.hears("message", text="mine")
            await mia.says("home", f"theirs {nick}")
            outlet.resume_writing()
            heard = await one.hears_at_last(f"*PRIVMSG #home :theirs {nick}")
            assert sum(line.endswith(":mine") for line in heard) == echoes


async def test_the_account_is_named_with_all_that_its_person_does() -> None:
    """IRCv3 account-tag: all messages sent by a client, an invitation and a mode among them; no guest has it."""
    async with House() as house:
        await house.account("jill")
        jill = await irc_in(house, "#den", "jill", password=PASSWORD)
        bob = await irc_as(house, "Bob", "account-tag")
        jill.says("INVITE Bob #den")
        await bob.hears("@account=jill :jill!* INVITE Bob #den")
        await bob.joins("#den")
        jill.says("MODE #den +m", "MODE #den +v Bob")
        await bob.hears("@account=jill :jill!* MODE #den +m", "@account=jill :jill!* MODE #den +v Bob")
        cyd = await irc_in(house, "#attic", "Cyd")
        cyd.says("INVITE Bob #attic")
        await bob.hears(":Cyd!* INVITE Bob #attic")


async def test_ones_own_part_has_the_tag_of_ones_account() -> None:
    """IRCv3 account-tag: others read it, and so does who parts; a guest has none."""
    async with House() as house:
        await house.account("Anna")
        anna = await irc_as(house, "Anna", "account-tag", PASSWORD)
        bob = await irc_as(house, "Bob", "account-tag")
        for person, begins in ((anna, "@account=Anna :Anna!"), (bob, ":Bob!")):
            heard = await person.answers("JOIN #den", "PART #den :so long")
            assert heard[-1].startswith(begins)
            assert heard[-1].endswith(" PART #den :so long")
