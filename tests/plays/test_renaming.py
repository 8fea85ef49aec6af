"""A channel gets another name: told in every protocol, with its log, its people and what is to be said in it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from causerie.chat.errors import NoSuchChannel
from causerie.client import EventReceived, connect
from causerie.server import catch_up
from tests.irc_people import irc_as, irc_in
from tests.people import PASSWORD, PATIENCE, House

CAP = "draft/channel-rename"


async def test_who_knows_rename_is_told_and_who_does_not_leaves_and_enters() -> None:
    """IRCv3 channel-rename, "Messages" and "Fallback": RENAME always with a reason; PART, JOIN, topic, names."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAP, PASSWORD)
        bob = await irc_in(house, "#tea", "Bob", "extended-join")
        luc = await house.classic_in("tea", "Guest-Luc")
        mia = await house.native_in("tea", "Mia")
        await anna.answers("TOPIC #tea :Cakes", "PRIVMSG #tea :before")
        await bob.hears_at_last(":anna!* PRIVMSG #tea :before")
        anna.says("RENAME #tea #cake :Typo fix", "PRIVMSG #cake :after", "PRIVMSG #tea :and after")
        await anna.hears(":anna!~anna@SERVER RENAME #tea #cake :Typo fix")
        await bob.hears(
            ":Bob!~bob@guest.SERVER PART #tea :Typo fix",
            ":Bob!~bob@guest.SERVER JOIN #cake * :Bob at IRC",
            ":SERVER 332 Bob #cake :Cakes",
            ":SERVER 333 Bob #cake anna *",
            ":SERVER 353 Bob = #cake :~anna Bob *",
            ":SERVER 366 Bob #cake :*",
            ":anna!* PRIVMSG #cake :after",
            ":anna!* PRIVMSG #cake :and after",
        )
        await mia.hears("topic", topic="Cakes")
        await mia.hears("message", text="before", channel="tea", number=2)
        renamed = await mia.hears("channel_renamed", channel="tea", was="tea", now="cake", reason="Typo fix")
        assert renamed["number"] == 3
        await mia.hears("message", text="after", channel="cake", number=4)
        await luc.hears("[+]~Mia", "* anna set the topic: Cakes", "anna>before")
        await luc.hears("* anna renamed tea to cake (Typo fix)")
        await luc.hears("anna>after", "anna>and after")
        luc.says("me too")
        await luc.hears("Guest-Luc>me too")
        page = await mia.asks("history", channel="tea")
        assert {event["channel"] for event in page["events"]} == {"cake"}
        assert [event["number"] for event in page["events"]] == [1, 2, 3, 4, 5, 6]
        # A rename without a reason has an empty one; back to a name that it had is no other's.
        anna.says("RENAME #cake #tea")
        await anna.hears_at_last(":anna!~anna@SERVER RENAME #cake #tea :")
        await bob.hears_at_last(":Bob!~bob@guest.SERVER PART #cake")


async def test_what_cannot_be_renamed_is_refused() -> None:
    """IRCv3 channel-rename, "Errors": CHANNEL_NAME_IN_USE, CANNOT_RENAME; 482, 442, 403, 461 where these fit."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAP, PASSWORD)
        await anna.joins("#other")
        bob = await irc_in(house, "#tea", "Bob")
        cyd = await irc_as(house, "Cyd")
        assert await anna.answers(
            "RENAME #tea #other", "RENAME #tea tea", "RENAME #home #house", "RENAME #none #house", "RENAME #tea"
        ) == [
            ":Bob!~bob@guest.irc.local JOIN #tea",
            ":irc.local FAIL RENAME CHANNEL_NAME_IN_USE #tea #other :The channel name is already taken",
            ":irc.local FAIL RENAME CANNOT_RENAME #tea tea :A channel's name begins with #",
            ":irc.local 442 anna #home :You're not on that channel",
            ":irc.local 403 anna #none :No such channel",
            ":irc.local 461 anna RENAME :Not enough parameters",
        ]
        assert await bob.answers("RENAME #tea #cake") == [":irc.local 482 Bob #tea :You're not channel operator"]
        assert await cyd.answers("RENAME #tea #cake") == [":irc.local 442 Cyd #tea :You're not on that channel"]
        # Names are the same in any case, which must be allowed.
        assert await anna.answers("RENAME #tea #Tea") == [":anna!~anna@irc.local RENAME #tea #Tea :"]


async def test_home_keeps_its_name() -> None:
    """Everybody is sent there."""
    async with House() as house:
        await house.account("root", admin=True)
        root = await irc_in(house, "#home", "root", CAP, PASSWORD)
        assert await root.answers("RENAME #home #house") == [
            ":irc.local FAIL RENAME CANNOT_RENAME #home #house :This channel keeps its name"
        ]


async def test_the_former_name_leads_to_the_channel_and_makes_no_other() -> None:
    """IRCv3 channel-rename, "Channel redirection": FAIL JOIN CHANNEL_RENAMED, or 470; also after a restart."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#tea", "anna", CAP, PASSWORD)
        await anna.answers("RENAME #tea #cake")
        assert await (await irc_as(house, "Bob", CAP)).answers("JOIN #Tea") == [
            ":irc.local FAIL JOIN CHANNEL_RENAMED #Tea #cake :The channel has been renamed"
        ]
        cyd = await irc_as(house, "Cyd")
        cyd.says("JOIN #tea")
        await cyd.hears(":SERVER 470 Cyd #tea #cake :*", ":Cyd!* JOIN #cake")
        await anna.joins("#other")
        assert (await anna.answers("RENAME #other #tea"))[0].split()[1:3] == ["FAIL", "RENAME"]
        await house.restart()
        state = house.server.context.state
        assert state.channel("tea").name == "cake"
        assert state.former == {"tea": state.channel("cake").id}
        with pytest.raises(NoSuchChannel):
            state.channel("pie")


async def test_who_resumes_by_the_former_name_is_told_what_followed() -> None:
    """No gap and no duplicate: under the name that it knows until the rename, under the other from there on."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("tea", "anna", PASSWORD)
        await anna.says("tea", "one")
        bob = await house.native()
        await bob.logs_in("bob")
        await anna.asks("send", channel="tea", text="two")
        await anna.asks("rename_channel", channel="tea", name="cake")
        await anna.asks("send", channel="cake", text="three")
        await anna.asks("rename_channel", channel="cake", name="pie")
        answer = await bob.asks("resume", since={"tea": 1})
        assert answer["channels"] == ["tea"]
        await bob.hears("message", channel="tea", text="two", number=2)
        await bob.hears("channel_renamed", channel="tea", now="cake", number=3)
        await bob.hears("message", channel="cake", text="three", number=4)
        await bob.hears("channel_renamed", channel="cake", now="pie", number=5)
        await bob.hears("snapshot", channel="pie", number=5)


async def test_a_client_goes_along_with_its_channel() -> None:
    """`causerie.client`: the view, the read numbers and what is to be said are those of the other name."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("tea", "anna", PASSWORD)
        async with connect(str(house.server.identity.listening[0]), name="bob") as bob:
            await bob.join("tea")
            await anna.asks("rename_channel", channel="tea", name="cake")
            await anna.asks("send", channel="cake", text="here")
            async with asyncio.timeout(PATIENCE):
                async for update in bob:
                    if isinstance(update, EventReceived) and getattr(update.event, "text", "") == "here":
                        break
            assert [view.channel for view in bob.views.values()] == ["cake"]
            ack = await bob.send("tea", "me too")
            assert (ack.channel, ack.number) == ("cake", 3)


async def test_who_lags_is_told_of_it_in_its_place() -> None:
    """Fed from the store: under the name that was known until the rename; by PART and JOIN who does not know RENAME."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("tea", "anna", PASSWORD)
        bob = await irc_in(house, "#tea", "Bob")
        cyd = await irc_in(house, "#tea", "Cyd", CAP)
        await bob.hears(":Cyd!* JOIN #tea")
        context = house.server.context
        slow = [session for session in context.sessions if session.person is not None and session.person.name != "anna"]
        for session in slow:
            catch_up.lag(context, session)
        for text in ("one", "two"):
            await anna.asks("send", channel="tea", text=text)
        await anna.asks("rename_channel", channel="tea", name="cake", reason="sweeter")
        await anna.asks("send", channel="cake", text="three")
        for session in slow:
            await catch_up.refill(context, session)
        await bob.hears(
            ":anna!* PRIVMSG #tea :one",
            ":anna!* PRIVMSG #tea :two",
            ":Bob!* PART #tea :sweeter",
            ":Bob!* JOIN #cake",
            ":SERVER 353 Bob = #cake :*",
            ":SERVER 366 Bob #cake :*",
            ":anna!* PRIVMSG #cake :three",
        )
        await cyd.hears(
            ":anna!* PRIVMSG #tea :one",
            ":anna!* PRIVMSG #tea :two",
            ":anna!* RENAME #tea #cake :sweeter",
            ":anna!* PRIVMSG #cake :three",
        )
        await anna.asks("send", channel="cake", text="four")
        await bob.hears(":anna!* PRIVMSG #cake :four")
        await cyd.hears(":anna!* PRIVMSG #cake :four")


async def test_where_it_is_too_far_back_the_name_is_told_last() -> None:
    """What is not read again (limits.resume_events) has no number."""
    async with House() as house:
        context = house.server.context
        context.config = structs.replace(context.config, limits=structs.replace(context.config.limits, resume_events=2))
        await house.account("anna")
        anna = await house.native_in("fog", "anna", PASSWORD)
        await anna.asks("rename_channel", channel="fog", name="mist")
        for text in ("one", "two"):
            await anna.asks("send", channel="mist", text=text)
        bob = await house.native()
        await bob.logs_in("bob")
        await bob.asks("resume", since={"fog": 0})
        await bob.hears("gap", channel="fog", after=0, number=1)
        await bob.hears("message", channel="fog", text="one", number=2)
        await bob.hears("message", channel="fog", text="two", number=3)
        await bob.hears("channel_renamed", channel="fog", was="fog", now="mist", number=None)
        await bob.hears("snapshot", channel="mist", number=3)
