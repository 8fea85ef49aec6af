"""Each channel's log: numbers, keys, pages, retention."""

from __future__ import annotations

import asyncio

import pytest

from causerie.chat.events import Message
from causerie.chat.model import OWNER, Channel, Person
from causerie.server.ports.changes import (
    Append,
    Audit,
    Change,
    Erase,
    PutChannel,
    PutPerson,
    PutStanding,
)
from causerie.server.ports.records import Forgotten, Query
from causerie.server.ports.store import Store, StoreFailed
from tests.contract.adapters import Place
from tests.contract.samples import (
    ANNA,
    BOB,
    FLEETING,
    HOME,
    LUC,
    SECRET,
    about,
    numbered,
    said,
    texts,
)


class TestTheLog:
    async def test_numbers_of_a_channel_rise_by_one_in_the_order_given(self, store: Store) -> None:
        """Each channel counts for itself, over commits and within one."""
        first = await numbered(store, said("a"), said("b", SECRET), said("c"))
        second = await numbered(store, said("d", SECRET), said("e"))
        assert [one.number for one in first + second] == [1, 1, 2, 2, 3]
        assert [one.channel for one in first + second] == ["home", "secret", "home", "secret", "home"]
        assert await texts(store) == [(1, "a"), (2, "c"), (3, "e")]
        assert await texts(store, SECRET) == [(1, "b"), (2, "d")]

    async def test_numbers_go_on_after_reopening(self, place: Place) -> None:
        """No number is given twice."""
        await place.store.commit([said("a"), said("b")])
        store = await place.reopen()
        (next_one,) = await numbered(store, said("c"))
        assert next_one.number == 3

    @pytest.mark.parametrize(
        "bad",
        [
            PutChannel(Channel(id=999, name="home")),
            PutPerson(Person(id=9, name="anna", made_at=1), "anna", "x"),
            said("x", author=Person(id=2**70, name="too big")),
            said("\ud800"),
        ],
        ids=["channel-name-taken", "name-taken", "number-too-big", "lone-surrogate"],
    )
    async def test_a_commit_that_fails_leaves_nothing_and_its_numbers_are_given_again(
        self, place: Place, bad: Change
    ) -> None:
        """Whatever the reason; and the next commit goes through."""
        store = place.store
        await store.commit([said("before")])
        with pytest.raises(StoreFailed):
            await store.commit([said("lost"), PutStanding(HOME.id, BOB.id, OWNER), said("lost", SECRET), bad])
        (after,) = await numbered(store, said("after"))
        assert after.number == 2
        assert await texts(store) == [(1, "before"), (2, "after")]
        assert await texts(store, SECRET) == []
        store = await place.reopen()
        assert (await store.load()).standings == []

    async def test_a_key_is_one_message_within_a_commit_over_commits_and_after_reopening(self, place: Place) -> None:
        """The first one's number and time come back; nothing is stored; another author's key is another."""
        store = place.store
        first, again = await numbered(store, said("once", key="k", at=1000), said("twice", key="k", at=2000))
        assert (again.number, again.at, again.again) == (1, 1000, True)
        assert not first.again
        (later,) = await numbered(store, said("thrice", key="k", at=3000))
        assert (later.number, later.at, later.again) == (1, 1000, True)
        store = await place.reopen()
        reopened, other = await numbered(store, said("again", key="k", at=4000), said("bob's", author=BOB, key="k"))
        assert (reopened.number, reopened.at, reopened.again) == (1, 1000, True)
        assert (other.number, other.again) == (2, False)
        assert await texts(store) == [(1, "once"), (2, "bob's")]

    async def test_a_key_said_before_in_another_channel_leads_there(self, store: Store) -> None:
        """The acknowledgement names the channel in which the number stands."""
        await store.commit([said("once", key="k"), said("first", SECRET)])
        (same,) = await numbered(store, said("once", SECRET, key="k"))
        (later,) = await numbered(store, said("once", SECRET, key="k"))
        assert (same.channel, same.number, later.channel) == ("home", 1, "home")
        assert await texts(store, SECRET) == [(1, "first")]

    async def test_with_history_off_numbers_rise_and_nothing_is_kept(self, place: Place) -> None:
        """Also after reopening; events other than messages are kept all the same."""
        results = await numbered(place.store, said("a", FLEETING), said("b", FLEETING))
        assert [one.number for one in results] == [1, 2]
        assert await texts(place.store, FLEETING) == []
        store = await place.reopen()
        topic, more = await numbered(
            store, Append(FLEETING, "topic", 5, ANNA, "new topic", "", "{}"), said("c", FLEETING)
        )
        assert (topic.number, more.number) == (3, 4)
        page = await store.page(FLEETING, 0, 0, 10, newest=False)
        assert [event.number for event in page] == [3]
        assert (await store.check()).problems == []

    async def test_a_page_has_both_bounds_and_both_directions(self, store: Store) -> None:
        """above < number < below, oldest first; 0 below is no bound."""
        await store.commit([said(str(number)) for number in range(1, 11)])

        async def page(above: int, below: int, limit: int, newest: bool) -> list[int]:
            return [event.number for event in await store.page(HOME, above, below, limit, newest)]

        assert await page(0, 0, 3, True) == [8, 9, 10]
        assert await page(0, 0, 3, False) == [1, 2, 3]
        assert await page(3, 8, 10, False) == await page(3, 8, 10, True) == [4, 5, 6, 7]
        assert await page(3, 8, 2, True) == [6, 7]
        assert await page(3, 8, 2, False) == [4, 5]
        assert await page(10, 0, 5, False) == await page(0, 1, 5, True) == await page(7, 8, 5, True) == []

    async def test_an_event_comes_back_as_it_was(self, store: Store) -> None:
        """Text of every kind, the author's name as it is now, the key."""
        text = 'é😀 "quoted" \\ \n\t }} \u0301'
        await store.commit([said(text, author=LUC, key="k-1", at=123)])
        (event,) = await store.page(HOME, 0, 0, 10, newest=False)
        assert event == Message(
            channel="home", number=1, at=123, person=3, name="Luc", text=text, guest=True, key="k-1", said=1
        )
        await store.commit([PutPerson(Person(id=3, name="lucien", made_at=30), "lucien", "hash")])
        (event,) = await store.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(event, Message)
        assert (event.name, event.guest) == ("lucien", False)

    async def test_retention_drops_the_oldest_and_numbers_go_on(self, place: Place) -> None:
        """A bounded piece at a time, also when nothing is left, and after reopening."""
        store = place.store
        await store.commit([said(str(number), at=number * 100) for number in range(1, 7)])
        assert (await store.forget_before(HOME.id, 350, 2)).events == 2
        assert (await store.forget_before(HOME.id, 350, 2)).events == 1
        assert (await store.forget_before(HOME.id, 350, 2)).events == 0
        assert [number for number, _ in await texts(store)] == [4, 5, 6]
        assert (await store.forget_before(HOME.id, 10**6, 100)).events == 3
        store = await place.reopen()
        (after,) = await numbered(store, said("after"))
        assert after.number == 7
        assert (await store.check()).problems == []

    async def test_retention_tells_whom_it_took_mentions_from(self, store: Store) -> None:
        """Those who were named, 0 where it was everybody, and nobody of a message that stays."""
        await store.commit(
            [
                Append(HOME, "message", 1, ANNA, "@bob", "", "", mentions=(2,)),
                Append(HOME, "message", 2, ANNA, "@channel", "", "", mentions=(0,)),
                Append(HOME, "message", 90, ANNA, "@luc", "", "", mentions=(3,)),
            ]
        )
        assert await store.forget_before(HOME.id, 50, 10) == Forgotten(2, frozenset((0, 2)))
        assert await store.forget_before(HOME.id, 50, 10) == Forgotten(0, frozenset())

    async def test_retention_and_commits_do_not_wait_for_each_other(self, store: Store) -> None:
        """Both at once, many times: neither fails, and no number is missing."""
        numbers = []

        async def talk() -> None:
            for number in range(40):
                (stored,) = await numbered(store, said(str(number), at=number))
                numbers.append(stored.number)

        async def forget() -> int:
            gone = 0
            for _ in range(20):
                gone += (await store.forget_before(HOME.id, 10, 1)).events
            return gone

        async with asyncio.timeout(4):  # less than SQLite would wait for a lock
            _, gone = await asyncio.gather(talk(), forget())
        assert numbers == list(range(1, 41))
        assert [number for number, _ in await texts(store)] == list(range(1 + gone, 41))

    async def test_search_sees_what_was_committed(self, store: Store) -> None:
        """Newest first, only in the channels asked for."""
        await store.commit([said("the café"), said("a cafe", SECRET), said("tea")])
        found = await store.search(Query("cafe", frozenset({HOME.id, SECRET.id})))
        assert [message.text for _, _, message in found.hits] == ["a cafe", "the café"]
        found = await store.search(Query("cafe", frozenset({HOME.id})))
        assert [message.text for _, _, message in found.hits] == ["the café"]

    async def test_numbers_are_found_by_time_wherever_they_are_kept(self, store: Store) -> None:
        """Of several events of one time the last; some of them forgotten."""
        for at in (10, 20, 20, 30, 30, 40, 50, 60, 70, 80):
            await store.commit([said(str(at), at=at), said("else", SECRET, at=at)])
        expected = {9: 0, 10: 1, 19: 1, 20: 3, 29: 3, 30: 5, 45: 6, 59: 7, 80: 10, 99: 10}
        assert {at: await store.number_at(HOME.id, at) for at in expected} == expected
        assert (await store.forget_before(HOME.id, 30, 2)).events == 2
        assert [await store.number_at(HOME.id, at) for at in (15, 20, 30)] == [0, 3, 5]
        assert [await store.time_of(HOME.id, number) for number in (1, 3, 6, 99)] == [0, 20, 40, 80]
        assert await store.number_at(FLEETING.id, 99) == await store.time_of(FLEETING.id, 9) == 0

    async def test_where_something_was_said_last(self, place: Place) -> None:
        """The last message that has a text; channels without one are left out."""
        store = place.store
        await store.commit([said("a", at=1), said("b", at=2), said("c", at=3), said("x", SECRET, at=9)])
        await store.commit([Erase(HOME.id, (3,)), about("pinned", 1, '{"on":true}')])
        assert await store.last_said([HOME.id, FLEETING.id, SECRET.id]) == [(HOME.id, 2, 2), (SECRET.id, 1, 9)]

    async def test_counts_go_on_where_nothing_is_kept(self, place: Place) -> None:
        """History off, and after all was forgotten."""
        await place.store.commit([said("a", FLEETING), said("b", FLEETING), said("c", at=5), said("d", at=6)])
        assert (await place.store.forget_before(HOME.id, 100, 10)).events == 2
        store = await place.reopen()
        later = await numbered(store, said("e", FLEETING), said("f"), said("g"))
        assert [(one.number, one.said) for one in later] == [(3, 3), (3, 3), (4, 4)]
        assert await texts(store) == [(3, "f"), (4, "g")]
        assert not (await store.check()).problems

    async def test_a_sound_store_has_no_problems(self, store: Store) -> None:
        """And its rows are counted."""
        await store.commit([said("a"), said("b", SECRET), Audit(1, 0, "tested", "{}")])
        count = await store.check()
        assert (count.messages, count.people, count.channels, count.problems) == (2, 3, 3, [])


async def test_pages_are_the_same_after_every_commit(place: Place) -> None:
    """However few or many events it brings; after one that failed, and over a restart."""
    store = place.store
    expected: dict[Channel, list[tuple[int, str]]] = {HOME: [], SECRET: []}
    for turn in range(12):
        batch = [said(f"{turn}.{i}", HOME if (turn + i) % 3 else SECRET) for i in range(turn % 4 + 1)]
        for append, stored in (await store.commit(batch)).items():
            expected[append.channel].append((stored.number, append.text))
        if turn == 5:
            with pytest.raises(StoreFailed):
                await store.commit([*(said("never") for _ in range(9)), said("\ud800")])
        for channel, all_of_it in expected.items():
            assert await texts(store, channel) == all_of_it
            page = await store.page(channel, 0, 0, 3, newest=True)
            assert [event.number for event in page] == [number for number, _ in all_of_it[-3:]]
            page = await store.page(channel, 1, 6, 3, newest=False)
            assert [event.number for event in page] == [number for number, _ in all_of_it if 1 < number < 6][:3]
    assert not (await store.check()).problems
    store = await place.reopen()
    for channel, all_of_it in expected.items():
        assert await texts(store, channel) == all_of_it
