"""IRC: what the server remarks (WARN, NOTE), and what its queries show to whom."""

from __future__ import annotations

from msgspec import structs

from causerie.config.irc import Oper
from causerie.protocols.irc.syntax.capabilities import OFFERED
from tests.irc_people import irc, irc_as, irc_in
from tests.people import PASSWORD, House

CAP = "standard-replies"


async def test_what_was_done_in_part_is_warned_of() -> None:
    """IRCv3 standard-replies, "Message Format" and "Capabilities": WARN, for who can take it."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", CAP, PASSWORD)
        bob = await irc_as(house, "Bob")
        dropped = "Nobody's user or host is shown here, so only the nick counts"
        assert await anna.answers("MODE #den +b wolf!*@evil.example", "MODE #den +b fox!*@*", "MODE #den +b $a:x") == [
            ":anna!~anna@irc.local MODE #den +b wolf!*@*",
            f":irc.local WARN MODE MASK_CHANGED #den wolf!*@* :{dropped}",
            ":anna!~anna@irc.local MODE #den +b fox!*@*",
            ":anna!~anna@irc.local MODE #den +b $a:x",
        ]
        heard = await anna.answers("MODE #den +nt-nt+nt-nt+m")
        assert heard[-1] == ":irc.local WARN MODE TOO_MANY_CHANGES #den 8 :What is beyond so many is not done"
        assert ":irc.local WARN MONITOR INVALID_TARGET :Nicks can be monitored, and no masks" in await anna.answers(
            "MONITOR + Bob,*!x@y"
        )
        many = ",".join(f"#c{number}" for number in range(21))
        assert (await anna.answers(f"LIST {many}"))[0].startswith(":irc.local WARN LIST TOO_MANY_CONDITIONS 20 :")
        assert [line.split()[1] for line in await bob.answers("MONITOR + *!x@y", f"LIST {many}")] == ["321", "323"]


async def test_a_channel_that_keeps_nothing_is_noted_at_join() -> None:
    """IRCv3 standard-replies: NOTE, with the command that it is about."""
    async with House() as house:
        await house.account("mia")
        mia = await house.native_in("fog", "mia", PASSWORD)
        await mia.asks("set_channel", channel="fog", history=False)
        ann = await irc_as(house, "Ann", CAP)
        assert ":irc.local NOTE JOIN HISTORY_OFF #fog :What is said here is not kept" in await ann.joins("#fog")
        bob = await irc_as(house, "Bob")
        assert not any(" NOTE " in line for line in await bob.joins("#fog"))


async def test_a_secret_channels_people_and_who_is_invisible_are_shown_inside_only() -> None:
    """Modern IRC, "NAMES message": one 366 for a secret channel that one is not in; mode i is for those who share it;
    of several channels the first one. "WHO message" likewise."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        hidden = await irc_in(house, "#den", "Bob")
        await hidden.answers("MODE Bob +i")
        eve = await irc_as(house, "Eve")
        assert await eve.answers("NAMES #den,#den", "WHO #den") == [
            ":irc.local 353 Eve = #den :~anna",
            ":irc.local 366 Eve #den :End of /NAMES list",
            ":irc.local 352 Eve #den ~anna irc.local irc.local anna H~ :0 anna at IRC",
            ":irc.local 315 Eve #den :End of WHO list",
        ]
        await anna.answers("MODE #den +s")
        assert [line.split()[1] for line in await eve.answers("NAMES #den", "WHO #den")] == ["366", "315"]
        assert (await anna.answers("NAMES #den"))[-2].split(" :")[1] == "~anna Bob"
        assert [line.split()[1] for line in await anna.answers("WHO #den")] == ["352", "352", "315"]


async def test_list_takes_names_and_conditions_apart() -> None:
    """Modern IRC, "LIST message": channels first, ELIST conditions second; both hold."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#den", "anna", password=PASSWORD)
        await anna.joins("#hall")
        bob = await irc_in(house, "#hall", "Bob")
        lists = await bob.answers("LIST #den,#hall >1", "LIST #den >1", "LIST >1")
        assert [line.split()[3] for line in lists if line.split()[1] == "322"] == ["#hall", "#hall"]


async def test_help_has_a_title_and_an_empty_line() -> None:
    """Modern IRC, "HELP message": 704 is a title, the first 705 is empty, one 706 ends it."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        lines = await ann.answers("HELP privmsg")
        assert lines[:2] == [":irc.local 704 Ann PRIVMSG :The command PRIVMSG", ":irc.local 705 Ann PRIVMSG :"]
        assert [line.split()[1] for line in lines].count("706") == 1
        assert len(lines) > 3


async def test_admin_says_all_four_lines() -> None:
    """Modern IRC, "ADMIN message": 256, 257, 258, 259; the last is the address."""
    async with House(irc={"admin": "Anna\nanna@example.org"}) as house:
        ann = await irc_as(house, "Ann")
        assert await ann.answers("ADMIN") == [
            ":irc.local 256 Ann irc.local :Administrative info",
            ":irc.local 257 Ann :Anna",
            ":irc.local 258 Ann :",
            ":irc.local 259 Ann :anna@example.org",
        ]


async def test_stats_tells_operators_who_may_be_one() -> None:
    """Modern IRC, "STATS message": o gives 243, and 481 to others; 219 ends it."""
    async with House() as house:
        oper = (Oper(name="root", password="opersecret"),)
        house.server.context.config = structs.replace(house.server.context.config, oper=oper)
        ann = await irc_as(house, "Ann")
        assert [line.split()[1] for line in await ann.answers("STATS o")] == ["481", "219"]
        await ann.answers("OPER root opersecret")
        assert await ann.answers("STATS o") == [
            ":irc.local 243 Ann O * * root",
            ":irc.local 219 Ann o :End of /STATS report",
        ]


async def test_who_quits_of_their_own_will_is_told_apart() -> None:
    """Modern IRC, "QUIT message": "Quit: " even without a reason; another text where the connection was closed."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob, cyd = await irc_in(house, "#home", "Bob"), await irc_in(house, "#home", "Cyd")
        await ann.hears(":Bob!* JOIN #home", ":Cyd!* JOIN #home")
        bob.says("QUIT")
        await ann.hears(":Bob!* QUIT :Quit: ")
        cyd.hang_up()
        await ann.hears(":Cyd!* QUIT :Connection closed")


async def test_an_older_client_is_offered_what_fits_on_a_line() -> None:
    """IRCv3 capability-negotiation, "CAP LS": several lines are for version 302; no name is cut."""
    async with House() as house:
        ann, bob = await irc(house), await irc(house)
        ann.says("CAP LS")
        old = (await ann.line()).partition(" :")[2].split()
        assert "sasl" in old
        bob.says("CAP LS 302")
        new: list[str] = []
        more = True
        while more:
            line = await bob.line()
            more = " LS * :" in line
            new += [word.partition("=")[0] for word in line.partition(" :")[2].split()]
        assert set(old) < set(new)
        assert {"draft/metadata-3", "sasl"} < set(new) <= set(OFFERED)
        assert {name for name in new if not name.startswith("draft/")} <= set(old)


async def test_an_accounts_modes_are_told_at_the_welcome() -> None:
    """Modern IRC, "Connection Registration": 221 for modes that the server set, before the MOTD."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_as(house, "anna", password=PASSWORD)
        assert anna.heard[-2:] == [":irc.local 221 anna +r", ":irc.local 422 anna :There is no message of the day"]
        bob = await irc_as(house, "Bob")
        assert not any(" 221 " in line for line in bob.heard)
