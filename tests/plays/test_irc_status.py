"""IRC: what is said in a channel to those of a status alone, and that nobody reads it later."""

from __future__ import annotations

from tests.irc_people import irc_as, irc_in
from tests.people import PASSWORD, House

HISTORY = "batch draft/chathistory message-tags"


async def test_moderators_alone_are_told() -> None:
    """Modern IRC, "PRIVMSG message": a prefix before the channel: those with that status or a higher one; STATUSMSG."""
    async with House() as house:
        for name in ("anna", "oona"):
            await house.account(name)
        anna = await irc_in(house, "#tea", "anna", HISTORY, PASSWORD)
        bob = await irc_in(house, "#tea", "Bob")
        vic = await irc_in(house, "#tea", "Vic")
        cyd = await irc_in(house, "#tea", "Cyd", HISTORY)
        await anna.answers("MODE #tea +ov Bob Vic")
        for person in (bob, vic, cyd):
            await person.hears_at_last("*MODE #tea +v Vic")
        cyd.says("PRIVMSG @#tea :help", "NOTICE +#tea :all", "PRIVMSG ~#tea :\x01ACTION waves\x01")
        await anna.hears(
            "@msgid=* :Cyd!* PRIVMSG @#tea :help",
            "@msgid=* :Cyd!* NOTICE +#tea :all",
            "@msgid=* :Cyd!* PRIVMSG ~#tea :\x01ACTION waves\x01",
        )
        await bob.hears(":Cyd!* PRIVMSG @#tea :help", ":Cyd!* NOTICE +#tea :all")
        await vic.hears(":Cyd!* NOTICE +#tea :all")
        # Of several prefixes the lowest counts; tags alone are for who can read them.
        bob.says("PRIVMSG ~@#tea :among us")
        await anna.hears("@msgid=* :Bob!* PRIVMSG @#tea :among us")
        cyd.says("@+wave=left TAGMSG @#tea")
        await anna.hears("@msgid=*;+wave=left :Cyd!* TAGMSG @#tea")
        for person in (anna, bob, vic, cyd):
            await person.hears_nothing()
        # Nobody reads it later: neither who was told it nor who was not.
        for person in (anna, cyd):
            lines = await person.answers("CHATHISTORY LATEST #tea * 50")
            assert [line.split()[1] for line in lines] == ["BATCH", "BATCH"]
        assert "STATUSMSG=~@+" in " ".join(await bob.answers("VERSION"))


async def test_its_echo_is_for_who_asked_for_one_and_for_ones_other_clients() -> None:
    """IRCv3 echo-message, labeled-response; two clients of one account."""
    async with House() as house:
        await house.account("anna")
        await house.account("oona")
        await irc_in(house, "#tea", "oona", password=PASSWORD)
        anna = await irc_in(house, "#tea", "anna", "echo-message labeled-response batch message-tags", PASSWORD)
        second = await irc_in(house, "#tea", "anna", password=PASSWORD)
        anna.says("@label=x PRIVMSG @#tea :help")
        await anna.hears("@label=x;msgid=* :anna!* PRIVMSG @#tea :help")
        await second.hears(":anna!* PRIVMSG @#tea :help")
        second.says("PRIVMSG @#tea :again")
        await anna.hears("@msgid=* :anna!* PRIVMSG @#tea :again")
        await anna.hears_nothing()
        await second.hears_nothing()


async def test_who_may_not_speak_is_refused_and_other_protocols_are_told() -> None:
    """Modern IRC, ERR_CANNOTSENDTOCHAN, ERR_NOSUCHCHANNEL, ERR_NOTEXTTOSEND; NOTICE is never answered."""
    async with House() as house:
        await house.account("Mia")
        mia = await house.native_in("tea", "Mia", PASSWORD)
        luc = await house.classic_in("tea", "Guest-Luc")
        await mia.hears("entered", name="Guest-Luc")
        await mia.asks("set_role", channel="tea", name="Guest-Luc", role="moderator")
        await mia.hears("stands", role="moderator")
        await luc.hears("* Mia made Guest-Luc a moderator of tea")
        ann = await irc_as(house, "Ann")
        assert await ann.answers("PRIVMSG @#tea :x", "NOTICE @#tea :x", "PRIVMSG @#none :x", "PRIVMSG @#tea :") == [
            ":irc.local 404 Ann #tea :Cannot send to channel",
            ":irc.local 403 Ann #none :No such channel",
            ":irc.local 412 Ann :No text to send",
        ]
        await ann.joins("#tea")
        await luc.hears("[+]~Ann")
        await mia.hears("entered", name="Ann")
        assert await ann.answers("PRIVMSG @#tea :\x01VERSION\x01") == [
            ":irc.local 404 Ann #tea :Cannot send to channel"
        ]
        ann.says("PRIVMSG @#tea :help", "PRIVMSG @#tea :\x01ACTION waves\x01")
        assert (await mia.hears("confided", name="Ann", to="moderators"))["text"] == "help"
        assert (await mia.hears("confided"))["action"] is True
        await luc.hears("(to the moderators) ~Ann: help")
        await luc.hears("(to the moderators) * ~Ann waves")
        answer = await mia.asks("confide", channel="tea", to="owners", text="hm")
        assert answer["confided"]["text"] == "hm"
        await ann.hears_nothing()
        assert house.server.context.fanout.subscribers(house.server.context.state.channel("tea").id).said == 0
        await luc.hears_nothing()
