"""What walks over everybody is done in slices: others are answered in between, whoever asks for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from causerie.chat.model import Access, Channel, Person
from causerie.chat.names import skeleton
from causerie.server.ports.changes import PutChannel, PutPerson
from tests.irc_people import IrcPerson, irc, irc_in
from tests.people import PASSWORD, House, NativePerson

MANY = 20_000


def crowd(house: House, like: str) -> None:
    """So many people are here, on connections of somebody who is, a minute later."""
    context = house.server.context
    state, clock = context.state, context.clock
    context.clock = lambda: clock() + 60
    connected = state.connected[state.person(like).id]
    for number in range(1, MANY + 1):
        state.people[number] = Person(number, f"crowd{number}")
        state.connected[number] = connected


async def order(walker: IrcPerson, asks: str, last: str, other: IrcPerson) -> list[str]:
    """Who was answered first, of one who asks this and one who asks after them."""
    done: list[str] = []

    async def hears(person: IrcPerson, name: str, line: str) -> None:
        await person.hears_at_last(line)
        done.append(name)

    walker.says(asks)
    other.says("PING now")
    await asyncio.gather(hears(walker, "walker", last), hears(other, "other", ":SERVER PONG SERVER :now"))
    return done


@pytest.mark.parametrize(
    ("asks", "last"),
    [("WHO *nobody*", ":SERVER 315 Ann *"), ("WHO * o", ":SERVER 315 Ann *"), ("LUSERS", ":SERVER 266 Ann *")],
)
async def test_others_are_answered_while_everybody_is_walked_over(asks: str, last: str) -> None:
    """A slice of it is done in each turn of the event loop."""
    async with House() as house:
        ann, bob = await irc_in(house, "#home", "Ann"), await irc_in(house, "#home", "Bob")
        crowd(house, "Ann")
        assert await order(ann, asks, last, bob) == ["other", "walker"]


async def test_a_list_of_all_channels_is_walked_over_too() -> None:
    """LIST, and `channels`, page after page; those that are not for the asker are passed over."""
    async with House() as house:
        ann, bob = await irc_in(house, "#home", "Ann"), await irc_in(house, "#home", "Bob")
        context = house.server.context
        for number in range(1, 8_001):
            access: Access = "private" if number % 2 else "public"
            context.apply(PutChannel(Channel(number, f"place{number:04}", access)))
        assert await order(ann, "LIST #*", ":SERVER 323 Ann *", bob) == ["other", "walker"]
        listed = [line.split(" ")[3] for line in ann.heard if " 322 " in line]
        assert listed == ["#home", *(f"#place{number:04}" for number in range(2, 8_001, 2))]


async def test_who_comes_in_where_many_are_is_welcomed_when_they_were_counted() -> None:
    """LUSERS is in the welcome; what came with NICK and USER is read after it."""
    async with House() as house:
        await irc_in(house, "#home", "Ann")
        crowd(house, "Ann")
        bob = await irc(house)
        bob.says("NICK Bob", "USER b 0 * :Bob", "JOIN #tea")
        heard = await bob.hears_at_last(":SERVER 366 Bob #tea *")
        welcome = [line.split(" ")[1] for line in heard]
        assert welcome.index("001") < welcome.index("251") < welcome.index("JOIN")
        assert f":irc.local 251 Bob :There are {MANY + 2} users and 0 invisible on 1 servers" in heard


async def test_a_list_of_all_accounts_is_walked_over_too() -> None:
    """`list_accounts`, page after page, while somebody else is answered."""
    async with House() as house:
        await house.account("boss", PASSWORD, admin=True)
        boss, mia = await house.native_in("home", "boss", PASSWORD), await house.native_in("home", "Mia")
        context, done = house.server.context, list[str]()
        for number in range(1, MANY + 1):
            person = Person(number, f"crowd{number:05}")
            context.apply(PutPerson(person, skeleton(person.name)))

        async def asks(person: NativePerson, do: str, **about: object) -> list[str]:
            answer: dict[str, Any] = await person.asks(do, **about)
            done.append(do)
            return [line["name"] for line in answer.get("accounts", [])]

        pages = await asyncio.gather(asks(boss, "list_accounts", after="crowd19000", limit=1000), asks(mia, "ping"))
        assert done == ["ping", "list_accounts"]
        assert pages[0] == [f"crowd{number:05}" for number in range(19_001, MANY + 1)]
        page = await boss.asks("list_accounts", limit=2)
        assert ([line["name"] for line in page["accounts"]], page["more"]) == (["boss", "crowd00001"], True)
