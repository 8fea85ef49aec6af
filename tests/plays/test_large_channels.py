"""What one is told of a channel costs no more where it has thousands of members."""

from __future__ import annotations

from typing import Any

from causerie.chat.model import MEMBER, Person, Standing
from causerie.chat.names import skeleton
from causerie.server.ports.changes import PutPerson, PutStanding
from tests.people import PASSWORD, House

MANY = 3_000


class NotWalked(dict[int, Standing]):
    """Memberships that may be looked up, and not gone through."""

    def __iter__(self) -> Any:
        raise AssertionError("all memberships were gone through")

    items = values = keys = __iter__


async def fill(house: House) -> None:
    """So many members of #home."""
    context = house.server.context
    home = context.state.channel("home").id
    for number in range(1, MANY + 1):
        person = Person(number, f"member{number:05}")
        context.apply(PutPerson(person, skeleton(person.name)))
        context.apply(PutStanding(home, number, MEMBER))
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
        page = await boss.asks("memberships", channel="home", after="member02998", limit=10)
        assert [one["name"] for one in page["people"]] == ["member02999", "member03000"]
