"""What the suite of the field for servers (irctest) asks of coming in, in our words: registration, capabilities,
SASL, and who is seen when.
"""

from __future__ import annotations

import base64

from tests.irc_people import irc, irc_as, irc_in, plain
from tests.people import PASSWORD, House


async def test_nobody_is_seen_before_registration_ends() -> None:
    """SASL logs in before CAP END; until then one is not here, for MONITOR, ISON, WHOIS, LUSERS and other protocols."""
    async with House() as house:
        await house.account("anna")
        bob, mia = await irc_as(house, "Bob"), await house.native_in("home", "Mia")
        assert await bob.answers("MONITOR + anna") == [":irc.local 731 Bob :anna"]
        anna = await irc(house)
        anna.says(
            "CAP REQ sasl", "NICK anna", "USER ann 0 * :Anna", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}"
        )
        await anna.hears_at_last(":SERVER 903 anna :*")
        asked = await bob.answers("ISON anna", "WHOIS anna", "MONITOR S", "LUSERS")
        assert asked[0].endswith(" 303 Bob :")
        assert " 401 Bob anna " in asked[1]
        assert asked[3] == ":irc.local 731 Bob :anna"
        assert [line for line in asked if " 253 " in line] == [":irc.local 253 Bob 1 :unknown connection(s)"]
        assert not (await mia.asks("whois", name="anna")).get("here")
        anna.says("CAP END")
        await anna.hears_at_last(":SERVER 422 anna :*")
        await bob.hears(":SERVER 730 Bob :anna!~ann@SERVER")
        assert (await mia.asks("whois", name="anna"))["here"]


async def test_who_never_registers_was_never_here() -> None:
    """They come and go without a word to those who monitor them, and WHOWAS knows nothing of it."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_as(house, "Bob")
        await bob.answers("MONITOR + anna")
        anna = await irc(house)
        anna.says("CAP REQ sasl", "NICK anna", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}")
        await anna.hears_at_last(":SERVER 903 anna :*")
        anna.says("QUIT :changed my mind")
        await anna.hears_at_last("ERROR *")
        asked = await bob.answers("WHOWAS anna")
        assert [line.split(" ")[1] for line in asked] == ["406", "369"]


async def test_a_guest_is_monitored_by_the_user_it_gave() -> None:
    """The first that is told of somebody is true: no user that nobody gave."""
    async with House() as house:
        bob = await irc_as(house, "Bob")
        await bob.answers("MONITOR + Zoe")
        await irc_as(house, "Zoe")
        await bob.hears(":SERVER 730 Bob :Zoe!~zoe@*")


async def test_who_is_invisible_stays_so_when_another_client_registers() -> None:
    """Whether one of them is still arriving makes no difference; who has two arriving is seen."""
    async with House() as house:
        await house.account("anna")
        bob = await irc_as(house, "Bob")
        phone = await house.native()
        await phone.logs_in("anna", PASSWORD)
        await phone.asks("set_presence", mode="invisible")
        await irc_as(house, "anna", password=PASSWORD)
        assert (await bob.answers("ISON anna"))[0].endswith(" 303 Bob :")
        await phone.asks("set_presence", mode="online")
        assert (await bob.answers("ISON anna"))[0].endswith(" 303 Bob :anna")


async def test_two_clients_of_one_account_may_register_at_once() -> None:
    """The one that is done first is seen."""
    async with House() as house:
        await house.account("anna")
        bob, one, other = await irc_as(house, "Bob"), await irc(house), await irc(house)
        for client in (one, other):
            client.says(
                "CAP REQ sasl", "NICK anna", "USER a 0 * :a", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}"
            )
            await client.hears_at_last(":SERVER 903 anna :*")
        one.says("CAP END")
        await one.hears_at_last(":SERVER 422 anna :*")
        assert (await bob.answers("ISON anna"))[0].endswith(" 303 Bob :anna")


async def test_what_is_asked_of_oneself_before_the_welcome_is_answered_by_the_nick_that_was_given() -> None:
    """Modern IRC, "RPL_WELCOME": only there is one told another nick than the one that one asked for."""
    async with House() as house:
        await house.account("anna")
        ann = await irc(house)
        ann.says(
            "CAP REQ sasl", "NICK other", "USER a 0 * :Anna", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('anna')}"
        )
        await ann.hears_at_last(":SERVER 903 other :*")
        ann.says("CAP LIST", "PRIVMSG x :y", "CAP END")
        await ann.hears(":SERVER CAP other LIST :sasl", ":SERVER 451 other :*", ":SERVER 001 anna :*")


async def test_a_nick_that_is_kept_for_the_server_is_432_with_the_reason() -> None:
    """Clients that read 433 try `user_`, `user__` and so on; with 432 they ask. Later NICK is told the same."""
    async with House() as house:
        for nick in ("user", "root", "info", "NickServ"):
            eve = await irc(house)
            eve.says(f"NICK {nick}", "USER eve 0 * :Eve")
            await eve.hears(f":SERVER 432 {nick} {nick} :That name is kept for the server and for those who run it")
        zoe = await irc_as(house, "Zoe")
        assert await zoe.answers("NICK root") == [
            ":irc.local 432 Zoe root :That name is kept for the server and for those who run it"
        ]


async def test_a_refused_nick_change_leaves_one_who_one_was() -> None:
    """433, and messages still arrive; a change of case is told to all; the same nick again says nothing."""
    async with House() as house:
        ann, bob = await irc_in(house, "#home", "ann"), await irc_in(house, "#home", "bob")
        await ann.hears(":bob!* JOIN #home")
        assert (await bob.answers("NICK ann"))[0].startswith(":irc.local 433 bob ann :")
        ann.says("PRIVMSG bob :hi")
        await bob.hears(":ann!* PRIVMSG bob :hi")
        ann.says("NICK Ann")
        await ann.hears(":ann!* NICK :Ann")
        await bob.hears(":ann!* NICK :Ann")
        assert await ann.answers("NICK Ann") == []


async def test_an_exchange_that_is_too_long_fails() -> None:
    """IRCv3 sasl-3.1: 905 is for one line of more than 400 letters, 904 for all that fails."""
    async with House() as house:
        ann = await irc(house)
        ann.says("CAP REQ sasl", "AUTHENTICATE PLAIN", *["AUTHENTICATE " + "A" * 400] * 11)
        await ann.hears(":SERVER CAP * ACK :sasl", ":SERVER AUTHENTICATE +", ":SERVER 904 * :*")


async def test_a_password_that_fills_a_line_needs_an_empty_one() -> None:
    """IRCv3 sasl-3.1: 400 letters are not the last; a password of 291 characters, where the settings allow it."""
    async with House(accounts={"password_max": 400, "password_common": True}) as house:
        await house.account("foo", "bar" * 97)
        ann = await irc(house)
        letters = base64.b64encode(b"foo\0foo\0" + b"bar" * 97).decode()
        assert len(letters) == 400
        ann.says(
            "CAP REQ sasl",
            "NICK foo",
            "USER a 0 * :a",
            "AUTHENTICATE PLAIN",
            f"AUTHENTICATE {letters}",
            "AUTHENTICATE +",
        )
        await ann.hears_at_last(":SERVER 900 foo foo!* foo :*")
        await ann.hears(":SERVER 903 foo :*")


async def test_common_passwords_are_a_setting() -> None:
    """accounts.password_common: a test's `sesame` will do, with the least length lowered too; a name still will not."""
    async with House(accounts={"password_common": True, "password_min": 6, "registration": "open"}) as house:
        ann, bob = await irc_as(house, "jilles"), await irc_as(house, "bobbob")
        assert any(" 900 " in line for line in await ann.answers("REGISTER * * sesame"))
        assert "WEAK_PASSWORD" in (await bob.answers("REGISTER * * bobbob"))[0]
    async with House(accounts={"password_min": 6, "registration": "open"}) as house:
        ann = await irc_as(house, "jilles")
        assert "WEAK_PASSWORD" in (await ann.answers("REGISTER * * password123"))[0]


async def test_the_server_describes_itself() -> None:
    """Modern IRC, "RPL_LINKS" and "RPL_WHOISSERVER": irc.description; the network's name where it is empty."""
    async with House(irc={"description": "test server"}) as house:
        ann = await irc_as(house, "Ann")
        asked = await ann.answers("LINKS", "WHOIS Ann")
        assert asked[0] == ":irc.local 364 Ann irc.local irc.local :0 test server"
        assert ":irc.local 312 Ann Ann irc.local :test server" in asked
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert (await ann.answers("LINKS"))[0].endswith(" :0 causerie")


async def test_a_new_name_is_told_once_to_whoever_gives_it() -> None:
    """IRCv3 channel-rename: one RENAME, with and without a label; of the same name written otherwise too."""
    async with House() as house:
        await house.account("anna")
        caps = "draft/channel-rename labeled-response batch"
        anna = await irc_in(house, "#tea", "anna", caps, PASSWORD)
        assert await anna.answers("RENAME #tea #cake :x") == [":anna!~anna@irc.local RENAME #tea #cake :x"]
        assert await anna.answers("@label=1 RENAME #cake #pie :x") == [
            "@label=1 :anna!~anna@irc.local RENAME #cake #pie :x"
        ]
        assert await anna.answers("RENAME #pie #Pie") == [":anna!~anna@irc.local RENAME #pie #Pie :"]


async def test_names_at_join_can_be_left_out_by_either_name() -> None:
    """IRCv3 no-implicit-names, and its draft: clients know one or the other."""
    async with House() as house:
        for number, name in enumerate(("no-implicit-names", "draft/no-implicit-names")):
            ann = await irc_as(house, f"Ann{number}", name)
            assert not [line for line in await ann.answers("JOIN #home") if " 353 " in line or " 366 " in line]


async def test_a_join_of_nothing_is_refused() -> None:
    """Modern IRC, "JOIN message": what names no channel has too few parameters."""
    async with House() as house:
        ann = await irc_as(house, "Ann")
        assert await ann.answers("JOIN :", "JOIN ,") == [":irc.local 461 Ann JOIN :Not enough parameters"] * 2
