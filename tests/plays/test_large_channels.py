"""What one is told of a channel costs no more where it has thousands of members."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.chat.model import MEMBER, Person, Standing
from causerie.chat.names import skeleton
from causerie.server.ports.changes import PutPerson, PutStanding
from tests.irc_people import irc_in
from tests.people import PASSWORD, House
from tests.plays.test_walks import order

MANY = 15_000


class NotWalked(dict[int, Standing]):
    """Memberships that may be looked up, and not gone through."""

    def __iter__(self) -> Any:
        raise AssertionError("all memberships were gone through")

    items = values = keys = __iter__


async def fill(house: House) -> None:
    """So many members of #home, who are there."""
    context = house.server.context
    home = context.state.channel("home").id
    for number in range(1, MANY + 1):
        person = Person(number, f"member{number:05}")
        context.apply(PutPerson(person, skeleton(person.name)))
        context.apply(PutStanding(home, number, MEMBER))
    context.state.here.setdefault(home, {}).update(dict.fromkeys(range(1, MANY + 1), 1))
    context.commit_loop.wake()
    await context.commit_loop.told()


async def test_pages_of_members_are_read_from_where_they_begin() -> None:
    """`join`, `look`, `members`, `memberships`: a page each."""
    async with House() as house:
        await house.account("boss", PASSWORD, admin=True)
        await fill(house)
        boss = await house.native_in("home", "boss", PASSWORD)
        state = house.server.context.state
        home = state.channel("home").id
        state.standings[home] = NotWalked(state.standings[home])
        other = await house.native_in("home", "Mia")
        assert len((await other.asks("look", channel="home"))["members"]) == 200
        names: list[str] = []
        after = ""
        while True:
            page = await boss.asks("members", channel="home", after=after, limit=1000)
            names += [member["name"] for member in page["members"]]
            if not page.get("more"):
                break
            after = names[-1]
        assert names == ["Mia", "boss", *(f"member{number:05}" for number in range(1, MANY + 1))]
        page = await boss.asks("memberships", channel="home", after=f"member{MANY - 2:05}", limit=10)
        assert [one["name"] for one in page["people"]] == [f"member{MANY - 1:05}", f"member{MANY:05}"]


@pytest.mark.parametrize(
    ("asks", "last"),
    [
        ("NAMES #home", ":SERVER 366 Ann #home *"),
        ("MODE #home +b", ":SERVER 368 Ann #home *"),
        ("METADATA #home SYNC", "*BATCH -*"),
    ],
)
async def test_others_are_answered_while_a_channel_is_walked_over(asks: str, last: str) -> None:
    """A slice of it is done in each turn of the event loop."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", "batch draft/metadata-3")
        bob = await irc_in(house, "#home", "Bob")
        await fill(house)
        await ann.answers()
        assert await order(ann, asks, last, bob) == ["other", "walker"]


async def test_names_of_a_large_channel_are_all_there_and_nobody_who_left_meanwhile() -> None:
    """Modern IRC, "NAMES message": who comes or goes while they are read is told of by JOIN and PART."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann")
        bob = await irc_in(house, "#home", "Bob")
        await fill(house)
        ann.says("NAMES #home")
        bob.says("PART #home")
        heard = await ann.hears_at_last(":SERVER 366 Ann #home *")
        names = " ".join(line.partition(" :")[2] for line in heard if " 353 " in line).split()
        assert set(names) - {"Ann", "Bob"} == {f"member{number:05}" for number in range(1, MANY + 1)}
        left = [at for at, line in enumerate(heard) if " PART " in line]
        assert ("Bob" in names) is not bool(left)
