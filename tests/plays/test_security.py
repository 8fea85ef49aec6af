"""What docs/security.md says is done, where nothing else holds it: the record, bounds, and standings that last."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import ssl
from typing import Any

import pytest

from causerie.chat.commands import Ping
from tests.people import PASSWORD, House, NativePerson


async def record(house: House) -> list[tuple[str, dict[str, Any]]]:
    """What the table `audit` has, oldest first: the act and what it was about."""
    await house.operator(Ping())
    with sqlite3.connect(house.data / "causerie.db") as store:
        rows = store.execute("SELECT act, data FROM audit ORDER BY id").fetchall()
    store.close()
    return [(act, json.loads(about)) for act, about in rows]


async def test_refusals_are_written_down_without_what_was_typed() -> None:
    """Passwords, tokens, invitations and old passwords that were refused; a name only if it is an account's."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("Anna")
        person = await house.native()
        await person.is_refused("login_failed", "login", name="my secret, in the wrong field", password="x")
        await person.is_refused("login_failed", "login", name="Anna", password="not this one")
        await person.is_refused("login_failed", "login", token="5eeeee")
        await person.is_refused("invite_refused", "register", name="Ben", password=PASSWORD, invite="1eeeee")
        await person.logs_in("Anna", PASSWORD, keep=True)
        await person.is_refused("login_failed", "set_password", old="nor this", new=PASSWORD + "3")
        (session,) = (await person.asks("sessions"))["sessions"]
        other = await house.native()
        await other.logs_in("Anna", PASSWORD)
        await other.asks("revoke", session=session["session"])
        acts = (await record(house))[1:]
        assert [(act, about.get("name")) for act, about in acts] == [
            ("login_refused", ""),
            ("login_refused", "Anna"),
            ("token_refused", ""),
            ("invite_refused", ""),
            ("password_refused", "Anna"),
            ("session_revoked", "Anna"),
        ]
        assert {about["host"] for act, about in acts if act.endswith("refused")} == {"127.0.0.1"}
        assert not [typed for typed in ("secret", "not this", "5eeeee", "1eeeee", "nor this") if typed in str(acts)]


async def test_the_longest_unused_token_goes_when_there_are_too_many() -> None:
    """With room for two devices the third log-in makes the first one's token useless."""
    async with House(accounts={"tokens_per_account": 2}) as house:
        await house.account("Anna")
        people: list[NativePerson] = []
        for _ in range(3):
            person = await house.native()
            await person.logs_in("Anna", PASSWORD, keep=True)
            people.append(person)
        assert len((await people[-1].asks("sessions"))["sessions"]) == 2
        await (await house.native()).is_refused("login_failed", "login", token=people[0].token)
        for person in people[1:]:
            await (await house.native()).returns(person.token)


async def test_guesses_at_once_do_not_all_get_a_hash() -> None:
    """Twenty at the same time are no way around five a minute: those that are over are refused unhashed."""
    async with House() as house:
        await house.account("Anna")
        people = [await house.native() for _ in range(20)]
        marks = [person.tells("login", name="Anna", password=f"guess {n}") for n, person in enumerate(people)]
        codes = [(await person.answer(mark))["code"] for person, mark in zip(people, marks, strict=True)]
        assert codes.count("login_failed") <= 5
        assert codes.count("too_many_failures") >= 15


async def test_conversations_count_as_channels() -> None:
    """`limits.channels` holds for direct conversations too; those that are there can still be opened."""
    async with House(limits={"channels": 2}) as house:
        await house.account("Anna")
        await house.account("Ben")
        anna = await house.native_in("home", "Anna", PASSWORD)
        await anna.asks("direct", people=["Ben"])
        await house.account("Cleo")
        await anna.is_refused("too_many_channels", "direct", people=["Cleo"])
        await anna.is_refused("too_many_channels", "join", channel="more")
        await anna.asks("direct", people=["Ben"])


@pytest.mark.parametrize("how", ["mute", "reader"])
async def test_nobody_walks_out_of_a_mute_or_a_readers_role(how: str) -> None:
    """Leaving and coming back changes nothing for an account."""
    async with House() as house:
        await house.account("Anna")
        await house.account("Ben")
        anna = await house.native_in("garden", "Anna", PASSWORD)
        ben = await house.native_in("garden", "Ben", PASSWORD)
        if how == "mute":
            await anna.asks("mute", channel="garden", name="Ben", seconds=600)
        else:
            await anna.asks("set_role", channel="garden", name="Ben", role="reader")
        code = "muted" if how == "mute" else "read_only"
        await ben.is_refused(code, "send", channel="garden", text="?")
        await ben.asks("leave", channel="garden")
        await ben.asks("join", channel="garden")
        await ben.is_refused(code, "send", channel="garden", text="?")
        ben.hang_up()
        again = await house.native_in("garden", "Ben", PASSWORD)
        await again.is_refused(code, "send", channel="garden", text="?")


@pytest.mark.parametrize(("oldest", "comes_in"), [("1.2", True), ("1.3", False)])
async def test_the_oldest_version_of_tls_is_obeyed(oldest: str, comes_in: bool) -> None:
    """A client that speaks TLS 1.2 at most comes in, unless 1.3 is asked for."""
    async with House(tls={"oldest": oldest}) as house:
        address = house.server.identity.listening[0]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        opening = asyncio.open_connection(address.host, address.port, ssl=context)
        if comes_in:
            _, writer = await opening
            writer.transport.abort()
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await opening
