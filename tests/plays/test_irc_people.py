"""IRC: who somebody is, who comes and goes, what one says of oneself."""

import pytest

from causerie.protocols.irc.commands.who import FOUND_MOST
from tests.irc_people import irc, irc_as, irc_in
from tests.people import PASSWORD, House


async def numbers(person, *lines: str) -> list[str]:  # type: ignore[no-untyped-def]
    """The commands and numerics that lines are answered with."""
    return [line.split()[1] for line in await person.answers(*lines)]


async def test_who_takes_a_nick_a_mask_and_fields() -> None:
    """Modern IRC, "WHO message"; IRCv3 whox: the fields come in their own order, with the token."""
    async with House() as house:
        await house.account("anna")
        ann = await irc_as(house, "anna", password=PASSWORD)
        bob = await irc_as(house, "Bob")
        mia = await house.native_in("home", "Mia")
        whole = ":irc.local 352 Bob * ~anna irc.local irc.local anna H :0 anna at IRC"
        for mask in ("anna", "ANNA", "an*", "?nna", "*nna at IRC"):
            assert await bob.answers(f"WHO :{mask}") == [
                whole,
                f":irc.local 315 Bob {mask.split()[0]} :End of WHO list",
            ]
        assert await numbers(bob, "WHO *") == ["352", "352", "352", "315"]
        assert await bob.answers("WHO nobody") == [":irc.local 315 Bob nobody :End of WHO list"]
        assert await bob.answers("WHO Bob %tn,321") == [
            ":irc.local 354 Bob 321 Bob",
            ":irc.local 315 Bob Bob :End of WHO list",
        ]
        full = await bob.answers("WHO anna %roaldfnshiuct,123")
        assert full[0] == (
            ":irc.local 354 Bob 123 * ~anna 255.255.255.255 irc.local irc.local anna H 0 0 anna n/a :anna at IRC"
        )
        assert (await bob.answers("WHO Bob %a"))[0] == ":irc.local 354 Bob 0"
        assert await bob.answers("WHO * o") == [":irc.local 315 Bob * :End of WHO list"]
        await ann.answers("MODE anna +i")
        assert await numbers(bob, "WHO an*", "WHO anna") == ["315", "352", "315"]
        await mia.hears_nothing()


async def test_who_counts_operators_alone_where_they_alone_are_asked_for() -> None:
    """A mask gives so many people; who is not asked for is none of them."""
    async with House() as house:
        await house.account("zoe", admin=True)
        bob = await irc_as(house, "Bob")
        for number in range(FOUND_MOST):
            await (await house.native()).logs_in(f"Guest{number}")
        assert len([line for line in await bob.answers("WHO *") if " 352 " in line]) == FOUND_MOST
        await irc_as(house, "zoe", password=PASSWORD)
        (told, end) = await bob.answers("WHO * o")
        assert told.startswith(":irc.local 352 Bob * ~zoe ")
        assert end == ":irc.local 315 Bob * :End of WHO list"


async def test_whois_says_all_that_one_may_know() -> None:
    """Modern IRC, "WHOIS message": 335 (bot-mode) for a bot, 378 to oneself alone, 402 for another server."""
    async with House() as house:
        bob = await irc_as(house, "Bob")
        ann = await irc_as(house, "Ann")
        assert await ann.answers("MODE Ann +B-x") == [
            ":Ann!~ann@guest.irc.local MODE Ann :+B",
            ":irc.local 501 Ann :Unknown MODE flag",
        ]
        assert await numbers(bob, "WHOIS irc.local Ann") == ["311", "312", "317", "335", "318"]
        assert await numbers(ann, "WHOIS Ann Ann") == ["311", "312", "317", "335", "378", "318"]
        assert await numbers(bob, "WHOIS elsewhere.example Ann", "WHOIS", "WHOIS ghost") == ["402", "431", "401", "318"]


async def test_idle_is_since_one_last_said_something() -> None:
    """Modern IRC, "RPL_WHOISIDLE"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_as(house, "Bob")
        now = house.server.context.now
        house.server.context.now = lambda: now() + 60_000
        before = (await bob.answers("WHOIS Ann"))[2].split()
        ann.says("PRIVMSG #home :x")
        await ann.answers()
        after = (await bob.answers("WHOIS Ann"))[2].split()
        assert before[1] == "317"
        assert (59 <= int(before[4]) <= 62, int(after[4]) <= 2) == (True, True)


async def test_whowas_tells_the_last_first() -> None:
    """Modern IRC, "WHOWAS message": 314, 312, 369; 406 for nobody; a count; a mask. An account only if it lets one."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_as(house, "Bob")
        for user in ("one", "two"):
            gone = await irc(house)
            gone.says("NICK Ghost", f"USER {user} 0 * :Real {user}")
            await gone.hears_at_last(":SERVER 422 *")
            gone.says("QUIT")
            await gone.hears("ERROR *")
        anna = await irc_as(house, "anna", password=PASSWORD)
        anna.says("QUIT")
        await anna.hears("ERROR *")
        lines = await bob.answers("WHOWAS ghost")
        assert lines[0] == ":irc.local 314 Bob Ghost ~two guest.irc.local * :Real two"
        assert lines[2] == ":irc.local 314 Bob Ghost ~one guest.irc.local * :Real one"
        assert lines[4] == ":irc.local 369 Bob ghost :End of WHOWAS"
        assert await numbers(bob, "WHOWAS Ghost 1") == ["314", "312", "369"]
        assert await numbers(bob, "WHOWAS gho* -1") == ["314", "312", "314", "312", "369"]
        assert await numbers(bob, "WHOWAS anna", "WHOWAS") == ["406", "369", "431"]


async def test_monitor_tells_who_comes_and_goes() -> None:
    """IRCv3 monitor: 730, 731, 732, 733, 734; no masks; nothing for a change of case; also of other protocols."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert await ann.answers("MONITOR + Bob,Mia") == [":irc.local 731 Ann :Bob,Mia"]
        bob = await irc_as(house, "Bob")
        await ann.hears(":SERVER 730 Ann :Bob!*@guest.SERVER")
        mia = await house.native()
        await mia.logs_in("mia")
        await ann.hears(":SERVER 730 Ann :mia!causerie@guest.SERVER")
        assert await ann.answers("MONITOR S") == [
            ":irc.local 730 Ann :Bob!~bob@guest.irc.local,mia!causerie@guest.irc.local"
        ]
        bob.says("NICK bob", "NICK Rob")
        await ann.hears(":SERVER 731 Ann :bob")
        bob.says("NICK BOB")
        await ann.hears(":SERVER 730 Ann :BOB!*")
        mia.hang_up()
        await ann.hears(":SERVER 731 Ann :mia")
        assert await ann.answers("MONITOR L") == [
            ":irc.local 732 Ann :BOB,Mia",
            ":irc.local 733 Ann :End of MONITOR list",
        ]
        assert await ann.answers("MONITOR - Bob", "MONITOR + *!x@y", "MONITOR L") == [
            ":irc.local 732 Ann :Mia",
            ":irc.local 733 Ann :End of MONITOR list",
        ]
        many = ",".join(f"Nick{number}" for number in range(60))
        more = ",".join(f"Other{number}" for number in range(60))
        assert set(await numbers(ann, f"MONITOR + {many}")) == {"731"}
        assert set(await numbers(ann, f"MONITOR + {more}")) == {"734"}  # all whom it did not take, in two lines
        assert await numbers(ann, "MONITOR C", "MONITOR L", "MONITOR +") == ["733", "461"]
        bob.says("QUIT")
        await bob.hears_at_last("ERROR *")
        await ann.hears_nothing()
        assert house.server.context.state.watchers == {}


MORE = "extended-monitor away-notify account-notify setname"


async def test_who_is_monitored_is_heard_of_without_a_common_channel() -> None:
    """IRCv3 extended-monitor, "Description": AWAY, ACCOUNT, SETNAME, each for who has its capability too; and once."""
    async with House(accounts={"registration": "open"}) as house:
        ann = await irc_as(house, "Ann", caps=MORE)
        cyd = await irc_as(house, "Cyd", caps="extended-monitor setname")
        dan = await irc_as(house, "Dan", caps=MORE.removeprefix("extended-monitor "))
        bob = await irc_in(house, "#tea", "Bob")
        for person in (ann, cyd, dan):
            assert await numbers(person, "MONITOR + Bob") == ["730"]
        bob.says("AWAY :lunch", "AWAY", "SETNAME :Bob the Other", "REGISTER * * eight-tin-whistles")
        await ann.hears(
            ":Bob!~bob@guest.SERVER AWAY :lunch",
            ":Bob!~bob@guest.SERVER AWAY",
            ":Bob!~bob@guest.SERVER SETNAME :Bob the Other",
            ":Bob!~bob@SERVER ACCOUNT Bob",
        )
        await cyd.hears(":Bob!~bob@guest.SERVER SETNAME :Bob the Other")
        for person in (cyd, dan):
            await person.hears_nothing()
        await ann.joins("#tea")
        await bob.hears_at_last(":Ann!* JOIN #tea")
        bob.says("AWAY :again")
        await ann.hears(":Bob!~bob@SERVER AWAY :again")
        await ann.hears_nothing()


async def test_who_is_monitored_seems_as_their_most_available_client() -> None:
    """IRCv3 extended-monitor and pre-away, "Implementation considerations": several clients of one account."""
    async with House() as house:
        await house.account("bert")
        ann = await irc_as(house, "Ann", caps=MORE)
        first = await irc_as(house, "bert", password=PASSWORD)
        assert await numbers(ann, "MONITOR + bert") == ["730"]
        first.says("AWAY :lunch")
        await ann.hears(":bert!~bert@SERVER AWAY :lunch")
        second = await house.native()
        await second.logs_in("bert", PASSWORD)
        await ann.hears(":bert!~bert@SERVER AWAY")
        await second.asks("set_presence", mode="away")
        # A device that nobody looks at does not hide what the other says.
        await ann.hears(":bert!~bert@SERVER AWAY :lunch")
        second.hang_up()
        first.says("AWAY")
        await ann.hears(":bert!~bert@SERVER AWAY")
        first.says("QUIT")
        await ann.hears(":SERVER 731 Ann :bert")


async def test_a_person_keeps_user_and_host_while_here() -> None:
    """IRCv3 chghost: nobody's host changes, whatever clients come and go; but for who becomes somebody else."""
    async with House() as house:
        await house.account("anna")
        mia = await irc_in(house, "#home", "Mia", caps="chghost")
        anna = await house.native_in("home", "anna", PASSWORD)
        await mia.hears(":anna!causerie@SERVER JOIN #home")
        second = await irc_as(house, "anna", password=PASSWORD)
        assert (await mia.answers("WHOIS anna"))[0] == ":irc.local 311 Mia anna causerie irc.local * :anna at IRC"
        anna.hang_up()
        second.says("QUIT")
        await second.hears_at_last("ERROR *")
        bob = await irc_as(house, "Bob", caps="chghost")
        await irc_as(house, "anna", password=PASSWORD)
        bob.says(f"NICKSERV IDENTIFY anna {PASSWORD}")
        heard = await bob.hears_at_last(":Bob!~bob@guest.SERVER NICK :anna")
        assert heard
        await bob.hears(":anna!~bob@guest.SERVER CHGHOST ~anna SERVER")


async def test_who_becomes_invisible_goes_for_those_who_watch() -> None:
    """IRCv3 monitor: what one hides is that one is here."""
    async with House() as house:
        await house.account("bert")
        ann = await irc_as(house, "Ann")
        bert = await house.native()
        await bert.logs_in("bert", PASSWORD)
        assert (await ann.answers("MONITOR + bert"))[0].split()[1] == "730"
        await bert.asks("set_presence", mode="invisible")
        await ann.hears(":SERVER 731 Ann :bert")
        await bert.asks("set_presence", mode="online")
        await ann.hears(":SERVER 730 Ann :bert!*")
        bert.hang_up()
        await ann.hears(":SERVER 731 Ann :bert")


async def test_setname_is_told_to_those_who_asked() -> None:
    """IRCv3 setname: to oneself and to those in common channels who have the capability, and to nobody else."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", caps="setname")
        bob = await irc_in(house, "#home", "Bob", caps="setname")
        cyd = await irc_in(house, "#home", "Cyd")
        mia = await house.native_in("home", "Mia")
        await ann.hears(":Bob!* JOIN #home", ":Cyd!* JOIN #home", ":Mia!* JOIN #home")
        await bob.hears(":Cyd!* JOIN #home", ":Mia!* JOIN #home")
        await cyd.hears(":Mia!* JOIN #home")
        ann.says("SETNAME :Ann the Other", "SETNAME :")
        await ann.hears(":Ann!~ann@guest.SERVER SETNAME :Ann the Other", ":SERVER FAIL SETNAME INVALID_REALNAME :*")
        await bob.hears(":Ann!~ann@guest.SERVER SETNAME :Ann the Other")
        await mia.hears("described", name="Ann", about="Ann the Other")
        await cyd.hears_nothing()
        assert (await cyd.answers("WHOIS Ann"))[0] == ":irc.local 311 Cyd Ann ~ann guest.irc.local * :Ann the Other"
        assert (await mia.asks("whois", name="Ann"))["about"] == "Ann the Other"


async def test_a_bot_is_marked() -> None:
    """IRCv3 bot-mode: the tag "bot" with message-tags, B in WHO."""
    async with House() as house:
        bot = await irc_in(house, "#home", "Robo")
        ann = await irc_in(house, "#home", "Ann", caps="message-tags")
        await bot.hears(":Ann!* JOIN #home")
        await bot.answers("MODE Robo +B")
        bot.says("PRIVMSG #home :beep")
        await ann.hears("@msgid=*;bot :Robo!* PRIVMSG #home :beep")
        assert " Robo HB :0 " in (await ann.answers("WHO #home"))[1]


async def test_user_modes_are_asked_for_and_set() -> None:
    """Modern IRC, "User modes": 221, MODE, 502 for others, 401 for nobody; r is an account's and o not to be had so."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_as(house, "anna", password=PASSWORD)
        await irc_as(house, "Bob")
        assert await anna.answers("MODE anna", "MODE anna +iw", "MODE anna +or", "MODE anna -w", "MODE anna") == [
            ":irc.local 221 anna +r",
            ":anna!~anna@irc.local MODE anna :+iw",
            ":anna!~anna@irc.local MODE anna :-w",
            ":irc.local 221 anna +ir",
        ]
        assert await numbers(anna, "MODE Bob +i", "MODE ghost") == ["502", "401"]


async def test_lusers_counts_who_is_seen() -> None:
    """Modern IRC, "LUSERS message": mode i apart, 253 for who has not registered; who is invisible is not counted."""
    async with House() as house:
        await house.account("bert")
        ann = await irc_as(house, "Ann")
        bob = await irc_as(house, "Bob")
        await bob.answers("MODE Bob +i")
        bert = await house.native()
        await bert.logs_in("bert", PASSWORD)
        waiting = await irc(house)
        waiting.says("NICK Late", "PING x")
        await waiting.hears(":SERVER PONG *")
        lines = await ann.answers("LUSERS")
        assert lines[0] == ":irc.local 251 Ann :There are 2 users and 1 invisible on 1 servers"
        assert ":irc.local 253 Ann 1 :unknown connection(s)" in lines
        assert ":irc.local 265 Ann 3 3 :Current local users 3, max 3" in lines
        await bert.asks("set_presence", mode="invisible")
        assert ":irc.local 265 Ann 2 3 :Current local users 2, max 3" in await ann.answers("LUSERS")


async def test_away_before_nick_is_away_from_the_start() -> None:
    """IRCv3 pre-away; `*` is for a client that nobody looks at. Without the capability it is 451."""
    async with House() as house:
        bob = await irc_as(house, "Bob")
        ann, cyd = await irc(house), await irc(house)
        ann.says("CAP REQ draft/pre-away", "AWAY :asleep", "NICK Ann", "USER a 0 * :Ann", "CAP END")
        await ann.hears(":SERVER CAP * ACK :draft/pre-away", ":SERVER 306 * :*", ":SERVER 001 Ann :*")
        await ann.answers()
        assert ":irc.local 301 Bob Ann :asleep" in await bob.answers("WHOIS Ann")
        assert await numbers(ann, "AWAY *") == ["306"]
        assert ":irc.local 301 Bob Ann :away" in await bob.answers("WHOIS Ann")
        cyd.says("AWAY :x")
        await cyd.hears(":SERVER 451 * :*")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("TIME", ["391"]),
        ("TIME irc.*", ["391"]),
        ("TIME elsewhere.example", ["402"]),
        ("INFO", ["371", "371", "374"]),
        ("INFO Ann", ["371", "371", "374"]),
        ("INFO nowhere", ["402"]),
        ("ADMIN", ["256", "257", "258", "259"]),
        ("STATS u", ["242", "219"]),
        ("STATS x", ["219"]),
        ("STATS o", ["481", "219"]),
        ("STATS", ["461"]),
        ("WALLOPS :", ["461"]),
        ("LINKS", ["364", "365"]),
        ("HELP", ["704", "705", "705", "706"]),
        ("HELP privmsg", ["704", "705", "706"]),
        ("HELPOP nonsense", ["524"]),
        ("USERHOST Ann", ["302"]),
    ],
)
async def test_the_server_says_what_it_is(asked: str, answered: list[str]) -> None:
    """Modern IRC, "Server Queries and Commands": each with its end, 402 for a server that is not this one."""
    async with House(irc={"admin": "Anna\nanna@example.org"}) as house:
        ann = await irc_as(house, "Ann")
        heard = await numbers(ann, asked)
        assert [heard[0], heard[-1]] == [answered[0], answered[-1]]
        assert set(heard) == set(answered)
