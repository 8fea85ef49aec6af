"""Guessing at real sockets: how many guesses are judged, what refusals tell, and who is not kept out by others.

Figures as installed (promises in docs/security.md, "Guessing"): 5 a minute for an account and address, 20 for an
address, 50 an hour for an account.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from causerie.chat.commands import DisableAccount
from causerie.server.features.accounts import decoys
from tests.irc_people import IrcPerson, irc, irc_as, plain
from tests.people import LONGEST, PASSWORD, House, NativePerson, config_with
from tests.scram_client import Exchange

OWNER, ELSEWHERE = "127.0.0.1", "127.0.0.99"
"""Addresses of this machine: from where somebody has logged in before, and from where nobody has."""


async def native_from(house: House, host: str) -> NativePerson:
    """Somebody connects from this address of this machine."""
    address = house.server.identity.listening[0]
    reader, writer = await asyncio.open_connection(address.host, address.port, local_addr=(host, 0), limit=LONGEST)
    person = NativePerson(reader, writer)
    house.people.append(person)
    await person.asks("hello", version=1)
    return person


async def irc_from(house: House, host: str) -> IrcPerson:
    """The same at an IRC client, which has no token to show."""
    address = house.server.identity.listening[0]
    reader, writer = await asyncio.open_connection(address.host, address.port, local_addr=(host, 0), limit=LONGEST)
    person = IrcPerson(reader, writer)
    house.people.append(person)
    return person


async def attack(house: House, name: str) -> None:
    """50 failures from ten addresses: from there on guesses at this account are delayed."""
    for host in range(10):
        eve = await native_from(house, f"127.0.1.{host}")
        for guess in range(5):
            await eve.is_refused("login_failed", "login", name=name, password=f"guess {guess}")
        await eve.is_refused("too_many_failures", "login", name=name, password="one more")


async def test_exchanges_begun_before_any_is_finished_are_no_way_around_the_bound() -> None:
    """30 SCRAM exchanges, then all 30 proofs: 5 are judged."""
    async with House(accounts={"scram_passes": 4096}) as house:
        await house.account("Anna")
        begun = []
        for number in range(30):
            person = await house.native()
            exchange = Exchange("Anna", f"guess {number}")
            begun.append((person, exchange.final((await person.asks("scram", message=exchange.first()))["message"])))
        marks = [(person, person.tells("scram", message=final)) for person, final in begun]
        codes = [(await person.answer(mark))["code"] for person, mark in marks]
        assert (codes.count("login_failed"), codes.count("too_many_failures")) == (5, 25)
        assert house.server.context.counters["logins_refused"] == 5


async def test_tokens_shown_at_once_are_no_way_around_the_bound() -> None:
    """60 wrong ones from one address, all read before any is judged: at most 5 are."""
    async with House() as house:
        people = [await house.native() for _ in range(60)]
        marks = [(person, person.tells("login", token=f"{number:064x}")) for number, person in enumerate(people)]
        codes = [(await person.answer(mark))["code"] for person, mark in marks]
        assert codes.count("login_failed") <= 5
        assert codes.count("too_many_failures") >= 55


async def salts(house: House, *names: str) -> list[str]:
    """What SCRAM answers for each of these names, without the nonce: salt and passes."""
    told = []
    for name in names:
        person = await house.native()
        challenge = (await person.asks("scram", message=Exchange(name, "x").first()))["message"]
        told.append(challenge.partition(",")[2])
    return told


async def test_salts_do_not_tell_whether_there_is_an_account() -> None:
    """Each way of writing one name has one salt, look-alikes have others, and all stay over a restart: for an account
    as for a name that nobody has."""
    async with House(accounts={"scram_passes": 4096}) as house:
        await house.account("mirna")
        account, nobody = ("mirna", "MIRNA", "mima"), ("corner", "CORNER", "comer")
        for names in (account, nobody):
            same, again, look_alike = await salts(house, *names)
            assert same == again
            assert same != look_alike
        before = await salts(house, *account, *nobody)
        await house.restart()
        assert await salts(house, *account, *nobody) == before
        other = House(accounts={"scram_passes": 4096})
        async with other:
            assert (await salts(other, "corner")) != (await salts(house, "corner"))


async def test_figures_of_passes_do_not_tell_whether_there_is_an_account() -> None:
    """After the setting was changed, names that nobody has have the old and the new one, as accounts have."""
    async with House(accounts={"scram_passes": 4096}) as house:
        for number in range(3):
            await house.account(f"old-{number}")
        await house.restart(accounts={"scram_passes": 5000})
        for number in range(3):
            await house.account(f"new-{number}")
        told = await salts(house, *(f"nobody-{number}" for number in range(60)))
        figures = [one.rpartition("i=")[2] for one in told]
        assert set(figures) == {"4096", "5000"}
        assert 10 < figures.count("4096") < 50
        assert await salts(house, *(f"nobody-{number}" for number in range(60))) == told


async def test_an_unknown_name_and_a_wrong_password_are_answered_alike() -> None:
    """By every way to show a password: the same answer, but for the name that was given."""
    async with House(accounts={"scram_passes": 4096}) as house:
        await house.account("Anna")
        heard: dict[str, list[Any]] = {name: [] for name in ("Anna", "Anne")}
        for name, answers in heard.items():
            person = await house.native()
            answers.append(await person.is_refused("login_failed", "login", name=name, password="wrong"))
            exchange = Exchange(name, "wrong")
            challenge = (await person.asks("scram", message=exchange.first()))["message"]
            answers.append(len(challenge))
            answers.append(await person.is_refused("login_failed", "scram", message=exchange.final(challenge)))
            classic = await house.classic()
            classic.asks_in("home", name, "wrong")
            answers.append(await classic.reads_once())
            eve = await irc(house)
            eve.says("CAP REQ sasl", f"NICK by{name}", "USER e 0 * :Eve", "AUTHENTICATE PLAIN")
            await eve.hears(":SERVER CAP * ACK :sasl", ":SERVER AUTHENTICATE +")
            eve.says(f"AUTHENTICATE {plain(name, 'wrong')}", "CAP END")
            answers.append(await eve.line())
            await eve.hears_at_last(":SERVER 422 *")
            answers.append(await eve.answers(f"PRIVMSG NickServ :IDENTIFY {name} wrong"))
        as_anna = [str(answer).replace("Anna", "Anne") for answer in heard["Anna"]]
        assert as_anna == [str(answer) for answer in heard["Anne"]]
        assert len(as_anna) == 6


@pytest.mark.parametrize("restarted", [False, True])
async def test_others_cannot_lock_an_owner_out_of_where_they_logged_in_before(restarted: bool) -> None:
    """Nor is anybody else let in by that; a device with a token gets in from anywhere."""
    async with House() as house:
        await house.account("Anna")
        anna = await irc_from(house, OWNER)
        await anna.registers("Anna", "", PASSWORD)
        device = await native_from(house, OWNER)
        await device.logs_in("Anna", PASSWORD, keep=True)
        if restarted:
            await house.restart()
        await attack(house, "Anna")
        stranger = await native_from(house, ELSEWHERE)
        await stranger.is_refused("too_many_failures", "login", name="Anna", password=PASSWORD)
        again = await irc_from(house, OWNER)
        await again.registers("Anna", "", PASSWORD)
        assert await again.answers("WHOIS Anna")
        far = await native_from(house, ELSEWHERE)
        await far.logs_in("Anna", PASSWORD, token=device.token)


async def test_who_guesses_from_the_owners_address_has_its_own_bound() -> None:
    """Behind one address with the owner one may guess as often as from any other."""
    async with House() as house:
        await house.account("Anna")
        anna = await irc_as(house, "Anna", password=PASSWORD)
        await attack(house, "Anna")
        eve = await native_from(house, OWNER)
        for guess in range(5):
            await eve.is_refused("login_failed", "login", name="Anna", password=f"guess {guess}")
        await eve.is_refused("too_many_failures", "login", name="Anna", password="one more")
        await anna.hears_nothing()


async def test_devices_are_not_locked_out_by_who_guesses_from_their_address() -> None:
    """By names, passwords and tokens; a stolen token is no way to guess at its account's password without a bound."""
    async with House() as house:
        await house.account("Anna")
        device = await native_from(house, OWNER)
        await device.logs_in("Anna", PASSWORD, keep=True)
        eve = await native_from(house, OWNER)
        for guess in range(5):
            await eve.is_refused("login_failed", "login", name="Anna", password=f"guess {guess}")
            await eve.is_refused("login_failed", "login", token=f"{guess:064x}")
        for guess in range(10):
            await eve.is_refused("login_failed", "login", name=f"name{guess}", password="x")
        for about in ({"name": "Anna", "password": "x"}, {"name": "Ben", "password": "x"}, {"token": "x"}):
            await eve.is_refused("too_many_failures", "login", **about)
        by_token, by_both = await native_from(house, OWNER), await native_from(house, OWNER)
        await by_token.returns(device.token)
        await by_both.logs_in("Anna", PASSWORD, token=device.token)
        thief = await native_from(house, ELSEWHERE)
        for guess in range(5):
            await thief.is_refused("login_failed", "login", name="Anna", password=f"{guess}", token=device.token)
        await thief.is_refused("too_many_failures", "login", name="Anna", password="x", token=device.token)
        await (await native_from(house, ELSEWHERE)).logs_in("Anna", PASSWORD)


async def test_an_account_that_is_shut_out_keeps_its_salt() -> None:
    """Another would tell that it was."""
    async with House(accounts={"scram_passes": 4096}) as house:
        await house.account("Anna")
        before = await salts(house, "Anna")
        await house.operator(DisableAccount(name="Anna"))
        assert await salts(house, "Anna") == before
        person, exchange = await house.native(), Exchange("Anna", PASSWORD)
        challenge = (await person.asks("scram", message=exchange.first()))["message"]
        await person.is_refused("login_failed", "scram", message=exchange.final(challenge))


async def test_another_password_makes_every_address_a_strangers() -> None:
    """Whoever knew the old one may have logged in from there."""
    async with House() as house:
        await house.account("Anna")
        anna = await native_from(house, OWNER)
        await anna.logs_in("Anna", PASSWORD)
        thief = await native_from(house, ELSEWHERE)
        await thief.logs_in("Anna", PASSWORD)
        await anna.asks("set_password", old=PASSWORD, new=PASSWORD + "3")
        await attack(house, "Anna")
        again = await native_from(house, ELSEWHERE)
        await again.is_refused("too_many_failures", "login", name="Anna", password="guess")


async def test_a_channels_key_is_guessed_at_no_faster_than_a_password() -> None:
    """Natively and on IRC, over all names of an address; who is in already, or comes from elsewhere, is not held up."""
    async with House() as house:
        await house.account("Anna")
        anna = await house.native_in("garden", "Anna", PASSWORD)
        await anna.asks("set_channel", channel="garden", key="plums")
        for number in range(5):
            eve = await house.native()
            await eve.logs_in(f"Eve-{number}")
            await eve.is_refused("wrong_key", "join", channel="garden")
            await eve.is_refused("wrong_key", "join", channel="garden", key=f"guess {number}")
        await eve.is_refused("too_many_failures", "join", channel="garden", key="plums")
        irc = await irc_as(house, "Mallory")
        assert [line.split()[1] for line in await irc.answers("JOIN #garden plums")] == ["475"]
        await anna.asks("join", channel="garden")
        await eve.asks("join", channel="attic")


async def test_a_name_that_nobody_has_costs_what_accounts_cost_after_the_figures_were_changed() -> None:
    """As long as no account was hashed anew, all of them the old figures; then some names the new ones, and the same
    ones after a restart."""
    async with House() as house:
        for name in ("Anna", "Ben"):
            await house.account(name)
        old = house.server.context.hashing.figures
        names = [f"nobody{number}" for number in range(40)]

        def cost() -> list[str]:
            context = house.server.context
            present = context.hashing.figures
            return [decoys.figures(context, name, b"figures", context.state.hash_figures, present) for name in names]

        house.server.reload(config_with(house.config, accounts={"hash_passes": 3}))
        new = house.server.context.hashing.figures
        assert new != old
        assert set(cost()) == {old}
        person = await house.native()
        await person.is_refused("login_failed", "login", name="nobody1", password=PASSWORD)
        await person.logs_in("Anna", PASSWORD)
        before = cost()
        assert set(before) == {old, new}
        assert house.server.context.state.hash_figures == {old: 1, new: 1}
        await house.restart(accounts={"hash_passes": 3})
        assert cost() == before
