"""IRC: capabilities, registration, logging in, the welcome, going."""

import pytest

from causerie.config.irc import IrcTimeouts
from tests.irc_people import IrcPerson, irc, irc_as, irc_in, plain
from tests.people import PASSWORD, House


async def test_nick_and_user_make_a_guest_who_is_welcomed() -> None:
    """Modern IRC, "Connection Registration": 001 to 005, LUSERS, MOTD or 422, in this order."""
    async with House() as house:
        ann = await irc(house)
        ann.says("NICK Ann", "USER ann 0 * :Ann Other")
        await ann.hears(
            ":SERVER 001 Ann :Welcome to the causerie network, Ann",
            ":SERVER 002 Ann :*",
            ":SERVER 003 Ann :*",
            ":SERVER 004 Ann SERVER causerie-* * * *",
            ":SERVER 005 Ann * CHANTYPES=# * :are supported by this server",
        )
        await ann.hears_at_last(":SERVER 005 Ann * UTF8ONLY* :are supported by this server")
        await ann.hears(
            ":SERVER 251 Ann :*",
            ":SERVER 252 Ann 0 :*",
            ":SERVER 254 Ann 1 :*",
            ":SERVER 255 Ann :*",
            ":SERVER 265 Ann 1 1 :*",
            ":SERVER 266 Ann 1 1 :*",
            ":SERVER 422 Ann :*",
        )
        await ann.hears_nothing()


async def test_user_may_come_before_nick() -> None:
    """Modern IRC, "Connection Registration": the order is the client's."""
    async with House() as house:
        ann = await irc(house)
        ann.says("USER ann 0 * :Ann", "NICK Ann")
        await ann.hears(":SERVER 001 Ann :*")


async def test_the_message_of_the_day_is_shown() -> None:
    """Modern IRC, "MOTD message": 375, 372 for each line, 376."""
    async with House(irc={"motd": "Be kind.\nWater the plants."}) as house:
        ann = await irc(house)
        ann.says("NICK Ann", "USER ann 0 * :Ann")
        await ann.hears_at_last(":SERVER 375 Ann :- SERVER Message of the day - ")
        await ann.hears(":SERVER 372 Ann :- Be kind.", ":SERVER 372 Ann :- Water the plants.", ":SERVER 376 Ann :*")


async def test_a_nick_that_is_taken_or_cannot_be_is_refused_and_another_may_be_tried() -> None:
    """Modern IRC, "NICK message": 433, 432, 431; an account's name needs its password."""
    async with House() as house:
        await house.account("anna")
        await irc_as(house, "Ann")
        eve = await irc(house)
        eve.says("USER eve 0 * :Eve", "NICK Ann")
        await eve.hears(":SERVER 433 Ann Ann :*")
        eve.says("NICK anna")
        await eve.hears(":SERVER 433 anna anna :*")
        eve.says("NICK a,b")
        await eve.hears(":SERVER 432 * a,b :*")
        eve.says("NICK")
        await eve.hears(":SERVER 431 * :*")
        eve.says("NICK root")
        await eve.hears(":SERVER 432 root root :That name is kept for the server and for those who run it")
        eve.says("NICK Eve")
        await eve.hears(":SERVER 001 Eve :*")


async def test_nothing_but_registration_is_done_before_it() -> None:
    """Modern IRC, 451; 461 for too few parameters; 462 for a second USER."""
    async with House() as house:
        ann = await irc(house)
        ann.says("NICK Ann", "JOIN #home", "USER ann", "USER ann 0 * :Ann")
        await ann.hears(":SERVER 451 Ann :*", ":SERVER 461 Ann USER :*", ":SERVER 001 Ann :*")
        assert [line.split()[1] for line in (await ann.answers("USER a 0 * :a", "PASS x"))[-2:]] == ["462", "462"]


async def test_capabilities_are_offered_and_hold_registration_back() -> None:
    """IRCv3 capability-negotiation: "The CAP LS subcommand" (values with 302 only), REQ all or nothing, LIST, END."""
    async with House() as house:
        old, new = await irc(house), await irc(house)
        old.says("CAP LS")
        assert " sasl " in await old.line() + " "
        new.says("CAP LS 302", "NICK Ann", "USER ann 0 * :Ann")
        new.says("CAP REQ :server-time no-such-thing", "CAP LIST", "CAP REQ :server-time multi-prefix", "CAP LIST")
        offered = await new.hears_at_last(":SERVER CAP Ann NAK :server-time no-such-thing")
        assert any(" sasl=PLAIN,SCRAM-SHA-256 " in f"{line} ".replace(":", " ") for line in offered)
        await new.hears(
            ":SERVER CAP Ann LIST :cap-notify",
            ":SERVER CAP Ann ACK :server-time multi-prefix",
            ":SERVER CAP Ann LIST :cap-notify multi-prefix server-time",
        )
        new.says("CAP WHAT", "CAP REQ :-server-time", "CAP END")
        await new.hears(":SERVER 410 Ann WHAT :*", ":SERVER CAP Ann ACK :-server-time", ":SERVER 001 Ann :*")


async def test_sasl_plain_logs_in_to_an_account() -> None:
    """IRCv3 sasl-3.1, "PLAIN": 900 and 903, by the nick that was asked for; the account's is told by 001."""
    async with House() as house:
        await house.account("anna")
        ann = await irc(house)
        ann.says("CAP REQ sasl", "NICK other", "USER a 0 * :Anna", "AUTHENTICATE PLAIN")
        await ann.hears(":SERVER CAP other ACK :sasl", ":SERVER AUTHENTICATE +")
        ann.says(f"AUTHENTICATE {plain('anna')}", "CAP END")
        await ann.hears(
            ":SERVER 900 other other!~a@guest.SERVER anna :You are now logged in as anna",
            ":SERVER 903 other :*",
            ":SERVER 001 anna :*",
        )


@pytest.mark.parametrize("said", ["!!!", "AAAA", plain("anna", "wrong password"), plain("nobody")])
async def test_sasl_that_fails_says_so_and_registration_may_go_on(said: str) -> None:
    """IRCv3 sasl-3.1: 904 for broken base64, what is no PLAIN, and a wrong name or password, all the same."""
    async with House() as house:
        await house.account("anna")
        eve = await irc(house)
        eve.says("CAP REQ sasl", "NICK Eve", "USER e 0 * :Eve", "AUTHENTICATE PLAIN", f"AUTHENTICATE {said}", "CAP END")
        await eve.hears_at_last(":SERVER 904 Eve :*")
        await eve.hears(":SERVER 001 Eve :*")


async def test_sasl_has_bounds_and_can_be_given_up() -> None:
    """IRCv3 sasl-3.1: 905 for a line over 400 letters, 904 for 4096 of them in all, 906 for "*", 908 and 904 for an
    unknown mechanism."""
    async with House() as house:
        eve = await irc(house)
        eve.says("CAP REQ sasl", "AUTHENTICATE NONSENSE", "AUTHENTICATE PLAIN", "AUTHENTICATE " + "a" * 401)
        await eve.hears(":SERVER CAP * ACK :sasl", ":SERVER 908 * PLAIN,SCRAM-SHA-256 :*", ":SERVER 904 * :*")
        await eve.hears(":SERVER AUTHENTICATE +", ":SERVER 905 * :*")
        eve.says("AUTHENTICATE PLAIN", "AUTHENTICATE *")
        await eve.hears(":SERVER AUTHENTICATE +", ":SERVER 906 * :*")
        eve.says("AUTHENTICATE PLAIN", *["AUTHENTICATE " + "a" * 400] * 11)
        await eve.hears(":SERVER AUTHENTICATE +", ":SERVER 904 * :*")


async def test_pass_with_account_and_password_logs_in() -> None:
    """Modern IRC, "PASS message"; `account:password` as bouncers have it. A wrong one: 464, ERROR, and the end."""
    async with House() as house:
        await house.account("anna")
        ann, eve = await irc(house), await irc(house)
        ann.says(f"PASS :anna:{PASSWORD}", "NICK x", "USER a 0 * :Anna")
        await ann.hears(":SERVER 001 anna :*")
        eve.says("PASS wrong", "NICK anna", "USER e 0 * :Eve")
        await eve.hears(":SERVER 464 anna :*", "ERROR :Closing link: (*)")
        await eve.hears_the_end()


async def test_quit_is_told_to_the_others_and_answered_with_error() -> None:
    """Modern IRC, "QUIT message" and "ERROR message"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!~bob@guest.SERVER JOIN #home")
        bob.says("QUIT :gone fishing")
        await bob.hears("ERROR :Closing link: (*)")
        await bob.hears_the_end()
        await ann.hears(":Bob!~bob@guest.SERVER QUIT :Quit: gone fishing")


async def test_a_connection_that_breaks_is_a_quit() -> None:
    """Modern IRC, "QUIT message": the server says it for a client that is gone."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        bob.hang_up()
        await ann.hears(":Bob!* QUIT :*")


async def test_who_never_registers_is_told_so_and_closed() -> None:
    """Modern IRC, "ERROR message"."""
    async with House(irc={"timeouts": IrcTimeouts(register=1.0)}) as house:
        ann = await irc(house)
        ann.says("NICK Ann")
        await ann.hears("ERROR :Closing link: (Registration timed out)")
        await ann.hears_the_end()


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        (b"x" * 600 + b"\r\n", ":SERVER 417 Ann :*"),
        (b"@+x=" + b"y" * 4092 + b" PRIVMSG #home :hi\r\n", ":SERVER 417 Ann :*"),
        (b"PRIVMSG #home :\xff\xfe\r\n", ":SERVER FAIL PRIVMSG INVALID_UTF8 :*"),
        (b"@+x=y privmsg #home :caf\xe9\r\n", ":SERVER FAIL PRIVMSG INVALID_UTF8 :*"),
        (b"caf\xe9 #home\r\n", ":SERVER FAIL \\* INVALID_UTF8 :*".replace("\\*", "*")),
        (b"PING a\0b\r\n", ":SERVER FAIL \\* BAD_TEXT :*".replace("\\*", "*")),
        (b"FROBNICATE x\r\n", ":SERVER 421 Ann FROBNICATE :*"),
        (b"KICK #home\r\n", ":SERVER 461 Ann KICK :*"),
        (b"PRIVMSG\r\n", ":SERVER 411 Ann :*"),
        (b"PRIVMSG #home\r\n", ":SERVER 412 Ann :*"),
        (b"PRIVMSG #home :\r\n", ":SERVER 412 Ann :*"),
        (b"PING\r\n", ":SERVER 461 Ann PING :*"),
    ],
)
async def test_bad_input_has_its_answer_and_the_connection_stays(sent: bytes, heard: str) -> None:
    """Modern IRC, numerics 417, 421, 461, 411, 412; IRCv3 utf8only, "INVALID_UTF8"; message-tags, "Size limits"."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        ann.sends(sent)
        await ann.hears(heard)
        await ann.hears_nothing()


async def test_a_megabyte_without_a_line_end_is_the_end() -> None:
    """Modern IRC, "ERROR message"."""
    async with House() as house:
        ann: IrcPerson = await irc_as(house, "Ann")
        ann.sends(b"x" * ((1 << 20) + 10_000))
        await ann.hears(":SERVER 417 Ann :*", "ERROR :Closing link: (Input line was too long)")
        await ann.hears_the_end()


async def test_what_is_no_utf_8_is_told_to_nobody_and_its_refusal_has_the_label() -> None:
    """IRCv3 utf8only, "The UTF8ONLY ISUPPORT Token"; labeled-response, "Tags": an error is a response."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", "labeled-response batch")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        ann.sends(b"@label=x PRIVMSG #home :caf\xe9\r\n")
        await ann.hears("@label=x :SERVER FAIL PRIVMSG INVALID_UTF8 :*")
        await bob.hears_nothing()


async def test_a_user_name_that_cannot_be_is_refused_and_another_may_be_given() -> None:
    """Modern IRC, "USER message": an empty one is 461; "ERR_INVALIDUSERNAME (468)" where nothing of it can be shown."""
    async with House() as house:
        ann = await irc(house)
        ann.says("NICK Ann", "USER 😊 0 * :Ann", "USER :", "USER : 0 * :Ann", "USER ann! 0 * :Ann")
        await ann.hears(
            ":SERVER 468 Ann :*", ":SERVER 461 Ann USER :*", ":SERVER 461 Ann USER :*", ":SERVER 001 Ann :*"
        )
