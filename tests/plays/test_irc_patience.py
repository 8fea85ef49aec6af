"""IRC: silent clients are asked whether they are there, quick ones wait; neither is dropped without a word."""

from __future__ import annotations

import asyncio
from typing import Any

from causerie.config.irc import IrcTimeouts
from tests.irc_people import irc_as, irc_in
from tests.people import House

SLOW: dict[str, Any] = {"exempt": (), "command_burst": 5, "command_rate": 50.0, "send_burst": 3, "send_rate": 50.0}


async def test_a_silent_client_is_asked_and_stays_if_it_answers() -> None:
    """Modern IRC, "PING message": the server asks too; any line is an answer."""
    async with House(irc={"timeouts": IrcTimeouts(ping=3600.0)}) as house:
        ann = await irc_as(house, "Ann")
        for _ in range(3):
            for _ in range(3601):
                house.server.admission.sweep_silent()
            await ann.hears("PING :SERVER")
            ann.says("PONG :SERVER")
            await ann.hears_nothing()


async def test_a_client_that_answers_no_ping_is_gone_and_others_are_told_why() -> None:
    """Modern IRC, "PING message" and "ERROR message"."""
    async with House(irc={"timeouts": IrcTimeouts(ping=3600.0)}) as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await ann.hears(":Bob!* JOIN #home")
        for _ in range(3601):
            house.server.admission.sweep_silent()
        await ann.hears("PING :SERVER")
        ann.says("PONG :SERVER")
        await ann.hears_nothing()
        for _ in range(3601):
            house.server.admission.sweep_silent()
        await ann.hears("PING :SERVER")
        await bob.hears("PING :SERVER", "ERROR :Closing link: (Ping timeout)")
        await bob.hears_the_end()
        await ann.hears(":Bob!* QUIT :Ping timeout: 7200 seconds")


async def test_who_has_not_registered_is_not_asked() -> None:
    """Modern IRC, "PING message": registration has its own time."""
    async with House(irc={"timeouts": IrcTimeouts(ping=5.0, register=3600.0)}) as house:
        ann = await irc_as(house, "Ann")
        new = await irc_as_far_as_nick(house)
        for _ in range(6):
            house.server.admission.sweep_silent()
        await ann.hears("PING :SERVER")
        new.says("USER new 0 * :New")
        await new.hears(":SERVER 001 New :*")


async def irc_as_far_as_nick(house: House) -> Any:
    from tests.irc_people import irc

    person = await irc(house)
    person.says("NICK New", "PING x")
    await person.hears("*PONG*")
    return person


async def test_commands_that_come_too_fast_wait_and_all_are_done_in_order() -> None:
    """Issue, "Bad input": a client that floods is slowed; RFC 2813, section 5.8: held back, not refused."""
    async with House(limits=SLOW) as house:
        ann = await irc_as(house, "Ann", caps="echo-message")
        ann.says("JOIN #home", *[f"PRIVMSG #home :{number}" for number in range(20)], *["VERSION"] * 10)
        heard = await ann.answers()
        assert [line.rpartition(":")[2] for line in heard if " PRIVMSG " in line] == [str(n) for n in range(20)]
        assert sum(" 351 " in line for line in heard) == 10
        assert not any(" 263 " in line for line in heard)


async def test_a_flood_does_not_hold_up_others() -> None:
    """Issue, "Bad input"."""
    limits = {**SLOW, "command_rate": 1.0, "send_rate": 1.0}
    async with House(limits=limits) as house:
        flooder = await irc_in(house, "#home", "Flo")
        ann = await irc_as(house, "Ann")
        flooder.says(*[f"PRIVMSG #home :{number}" for number in range(50)])
        ann.says("PING now")
        await ann.hears(":SERVER PONG SERVER :now")
        assert house.server.context.sessions


async def test_a_flood_past_its_bound_ends_with_a_reason() -> None:
    """Issue, "Bad input": slowed, then closed with a reason; Modern IRC, "ERROR message"."""
    limits = {**SLOW, "command_rate": 1.0, "send_rate": 1.0}
    async with House(limits=limits, irc={"flood_bytes": 2048}) as house:
        ann = await irc_as(house, "Ann")
        bob = await irc_as(house, "Bob")
        ann.says("JOIN #home")
        await ann.hears_at_last(":SERVER 366 *")
        bob.says("JOIN #home")
        await ann.hears(":Bob!* JOIN #home")
        bob.sends(b"PRIVMSG #home :flood\r\n" * 500)
        heard = await bob.hears_at_last("ERROR :Closing link: (Excess Flood)")
        assert not any(" 263 " in line for line in heard)
        await bob.hears_the_end()
        heard = await ann.hears_at_last(":Bob!* QUIT :Excess Flood")
        assert len(heard) > 1
        assert all(":flood" in line for line in heard[:-1])


async def test_a_flood_without_a_bound_is_only_read_more_slowly() -> None:
    """Setting irc.flood_bytes = 0: TCP holds back the rest."""
    async with House(limits={**SLOW, "command_rate": 500.0, "send_rate": 500.0}, irc={"flood_bytes": 0}) as house:
        ann = await irc_as(house, "Ann")
        ann.sends(b"PRIVMSG nobody :" + b"x" * 400 + b"\r\n")
        for _ in range(400):
            ann.sends(b"VERSION " + b"x" * 400 + b"\r\n")
        heard = await ann.answers()
        assert sum(" 402 " in line for line in heard) == 400
        await asyncio.sleep(0)
