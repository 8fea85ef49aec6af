"""Answering a message, naming people, doing things, telling somebody directly, and channels where one speaks slowly."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.server.context import Bounds
from tests.people import PASSWORD, House, NativePerson
from tests.slow_store import SlowHouse


async def friends(house: House, *names: str, channel: str = "garden") -> list[NativePerson]:
    """People with accounts in one channel; the first to come owns it. What they heard of each other is over."""
    people: list[NativePerson] = []
    for name in names:
        await house.account(name)
        come = await house.native_in(channel, name, PASSWORD)
        for other in people:
            await other.hears("entered", name=name)
        people.append(come)
    return people


async def says(speaker: NativePerson, text: str, **about: object) -> int:
    """Something in the garden: its number. Nobody has heard it yet, not even the speaker."""
    answer = await speaker.asks("send", channel="garden", text=text, **about)
    assert answer["is"] == "ack"
    return int(answer["number"])


async def message(person: NativePerson, text: str, **about: object) -> dict[str, Any]:
    """This is the next message that a person hears; that they follow a thread from now on is passed over."""
    while True:
        event = await person.next_event()
        if event["is"] == "message":
            heard = {name: event.get(name) for name in about}
            assert (event["text"], heard) == (text, about), event
            return event
        assert event["is"] == "followed", event


async def test_a_reply_points_at_its_message_and_a_thread_counts_them() -> None:
    """An answer to an answer is in the same thread; all of it is in the channel too, for everybody."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        old = await house.classic_in("garden", "Guest4")
        first = await says(anna, "who comes along?")
        second = await says(bob, "I do", reply=first)
        third = await says(anna, "good", reply=second)
        fourth = await says(bob, "when?", reply=first)
        for person in (anna, bob):
            await person.hears("entered", name="Guest4")
            await message(person, "who comes along?", reply=None, thread=None)
            await message(person, "I do", reply=first, thread=first, nth=1, number=second)
            await message(person, "good", reply=second, thread=first, nth=2, number=third)
            await message(person, "when?", reply=first, thread=first, nth=3, number=fourth)
        page = await bob.asks("thread", channel="garden", number=third)
        assert [event["text"] for event in page["messages"]] == ["who comes along?", "I do", "good", "when?"]
        assert page["messages"][0]["replies"] == 3
        heard = ""
        while not heard.endswith("when?"):
            heard += (await old.read()).decode()
        assert [heard.count(text) for text in ("I do", "good", "when?")] == [1, 1, 1]


async def test_who_replies_follows_the_thread() -> None:
    """And so does who is replied to, from the first reply on; nobody else."""
    async with House() as house:
        anna, bob, carol = await friends(house, "anna", "bob", "carol")
        first = await says(anna, "question")
        await says(bob, "answer", reply=first)
        for person in (anna, bob):
            assert [line["thread"] for line in (await person.asks("threads"))["threads"]] == [first]
        assert (await carol.asks("threads"))["threads"] == []
        await anna.asks("follow", channel="garden", number=first, on=False)
        await says(bob, "more", reply=first)
        assert (await anna.asks("threads"))["threads"] == []


async def test_a_reply_to_nothing_is_not_said() -> None:
    """A number that is no message, or is one elsewhere."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        await anna.joins("attic")
        await anna.says("attic", "here")
        for nothing in (1, 99, -5, 2**63):
            data = await bob.is_refused("no_such_message", "send", channel="garden", text="re", reply=nothing)
            assert data == {"channel": "garden", "number": nothing}
        await bob.hears_nothing()


async def test_a_reply_takes_as_long_as_it_takes_and_keeps_its_place() -> None:
    """What is said after a reply that had to be looked up comes after it."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        first = await says(anna, "one")
        marks = [
            bob.tells("send", channel="garden", text=text, reply=reply)
            for text, reply in (("two", first), ("three", 0), ("four", first), ("five", 99), ("six", 0))
        ]
        outcomes = [(await bob.answer(mark)).get("number") for mark in marks]
        assert outcomes == [2, 3, 4, None, 5]
        for text in ("one", "two", "three", "four", "six"):
            await message(anna, text)


async def test_a_reply_sent_again_is_not_one_more() -> None:
    """The same key is the same reply, and the thread counts on from it, also after a restart."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        first = await says(anna, "one")
        second = await says(bob, "two", reply=first, key="k")
        again = await bob.asks("send", channel="garden", text="two", reply=first, key="k")
        assert (again["number"], again["again"]) == (second, True)
        await says(anna, "three", reply=first)
        await house.restart()
        bob = await house.native_in("garden", "bob", PASSWORD)
        again = await bob.asks("send", channel="garden", text="two", reply=first, key="k")
        assert (again["number"], again["again"]) == (second, True)
        await says(bob, "four", reply=first)
        page = await bob.asks("thread", channel="garden", number=first)
        assert [event.get("nth", 0) for event in page["messages"]] == [0, 1, 2, 3]


async def test_a_reply_that_fails_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is left in memory."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await friends(house, "anna", "bob")
        first = await says(anna, "one")
        house.store.failing = True
        await bob.is_refused("store_unavailable", "send", channel="garden", text="two", reply=first)
        house.store.failing = False
        await says(bob, "two", reply=first)
        assert (await bob.asks("threads"))["threads"][0]["replies"] == 1
        await message(anna, "one")
        await message(anna, "two", nth=1)


async def test_a_thread_whose_beginning_was_deleted_goes_on() -> None:
    """One may answer what was answered there, but not what is gone."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        first = await says(anna, "one")
        second = await says(bob, "two", reply=first)
        await anna.asks("delete", channel="garden", number=first)
        await bob.is_refused("no_such_message", "send", channel="garden", text="three", reply=first)
        await says(bob, "three", reply=second)
        page = await anna.asks("thread", channel="garden", number=first)
        assert [event["text"] for event in page["messages"]] == ["", "two", "three"]
        assert page["messages"][-1]["nth"] == 2


async def test_replies_that_are_not_kept_are_not_counted() -> None:
    """With history off since, a kept message may be answered; its thread counts what can be read again."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        first = await says(anna, "one")
        await anna.asks("set_channel", channel="garden", history=False)
        await says(bob, "in the wind", reply=first)
        await anna.asks("set_channel", channel="garden", history=True)
        await says(bob, "two", reply=first)
        page = await anna.asks("thread", channel="garden", number=first)
        assert [(event["text"], event.get("nth")) for event in page["messages"]] == [("one", None), ("two", 1)]
        assert page["messages"][0]["replies"] == 1


async def test_people_are_named() -> None:
    """Members and accounts, however their names are written; not oneself, not the banned, not in code."""
    async with House() as house:
        anna, bob, _ = await friends(house, "anna", "bob", "Carol")
        await house.account("dave")
        ids = {line["name"]: line["person"] for line in (await anna.asks("members", channel="garden"))["members"]}
        await anna.asks("ban", channel="garden", name="Carol")
        for person in (anna, bob):
            await person.hears("stands", whom_name="Carol")
            await person.hears("left", name="Carol")
        await says(anna, "@BOB, `@dave`, @anna and @carol and @nobody")
        assert (await message(bob, "@BOB, `@dave`, @anna and @carol and @nobody"))["mentions"] == [ids["bob"]]
        await says(anna, "@dave is not here")
        assert len((await message(bob, "@dave is not here"))["mentions"]) == 1
        page = await bob.asks("history", channel="garden", talk=True)
        assert [len(event.get("mentions", ())) for event in page["events"]] == [1, 1]


async def test_in_private_only_its_members_are_named() -> None:
    """Who may not read it is not told that it is there."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        await house.account("dave")
        await anna.asks("set_channel", channel="garden", access="private")
        await bob.hears("changed")
        await says(anna, "@bob @dave")
        assert len((await message(bob, "@bob @dave"))["mentions"]) == 1


async def test_everyone_is_named_by_moderators() -> None:
    """By others it is just a word; who is named with @here counts it among their mentions if they are there."""
    async with House() as house:
        anna, bob, carol = await friends(house, "anna", "bob", "carol")
        carol.hang_up()
        for person in (anna, bob):
            await person.hears("left", name="carol")
        await says(bob, "@channel lunch")
        await message(anna, "@channel lunch", everyone=None)
        await says(anna, "@here coffee")
        await says(anna, "@channel cake")
        await message(bob, "@channel lunch")
        await message(bob, "@here coffee", everyone="here", mentions=None)
        await message(bob, "@channel cake", everyone="channel")
        carol = await house.native()
        await carol.logs_in("carol", PASSWORD)
        counts = {}
        for person in (anna, bob, carol):
            counts[person.name] = [line.get("mentions", 0) for line in (await person.asks("unread"))["channels"]]
        assert counts == {"anna": [0], "bob": [2], "carol": [1]}


async def test_what_one_does() -> None:
    """An action is told as one, and kept as one."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        await says(anna, "waves at @bob", action=True)
        event = await message(bob, "waves at @bob", action=True)
        assert len(event["mentions"]) == 1
        (kept,) = (await bob.asks("history", channel="garden"))["events"]
        assert (kept["action"], kept["mentions"]) == (True, event["mentions"])


async def test_telling_somebody_directly() -> None:
    """The conversation is made when there is none, and is the same each time; who is told hears of it."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        told = await anna.asks("tell", people=["bob"], text="psst", key="k1")
        await bob.hears("stands", channel=told["channel"], role="member")
        await bob.joins(told["channel"])
        assert [
            event["text"] for event in (await bob.asks("history", channel=told["channel"], talk=True))["events"]
        ] == ["psst"]
        answer = await bob.asks("tell", people=["Anna"], text="yes?", action=True)
        assert answer["channel"] == told["channel"]
        assert (await anna.asks("tell", people=["bob"], text="psst", key="k1"))["again"] is True
        await anna.is_refused("no_such_person", "tell", people=["nobody"], text="x")
        noted = await anna.asks("tell", people=["anna"], text="to remember")
        assert noted["number"] == 1
        await anna.is_refused("bad_input", "tell", people=[], text="x")


async def test_a_refused_text_opens_no_conversation() -> None:
    """All of it or nothing: no channel is made for words that cannot be said."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        await anna.is_refused("bad_text", "tell", people=["bob"], text="\x00")
        await bob.hears_nothing()
        assert [line["channel"] for line in (await anna.asks("channels"))["channels"] if "@" in line["channel"]] == []


async def test_slow_channels() -> None:
    """One message in so many seconds for each, replies and all; moderators as they like; edits are not slowed."""
    async with House() as house:
        anna, bob = await friends(house, "anna", "bob")
        now = house.server.context.now()
        house.server.context.now = lambda: now
        await anna.asks("set_channel", channel="garden", slow_seconds=30)
        first = await says(bob, "one")
        data = await bob.is_refused("slow_mode", "send", channel="garden", text="two")
        assert data == {"channel": "garden", "seconds": 30, "retry_after": 30}
        await bob.is_refused("slow_mode", "send", channel="garden", text="two", reply=first)
        await bob.asks("edit", channel="garden", number=first, text="one!")
        await says(anna, "a")
        await says(anna, "b")
        now += 29_001
        assert (await bob.is_refused("slow_mode", "send", channel="garden", text="two"))["retry_after"] == 1
        now += 999
        await says(bob, "two", reply=first)
        await bob.is_refused("slow_mode", "send", channel="garden", text="three")
        await anna.asks("set_channel", channel="garden", slow_seconds=0)
        await says(bob, "three")


async def test_a_message_that_failed_slows_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not said, so it may be said at once."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await friends(house, "anna", "bob")
        await anna.asks("set_channel", channel="garden", slow_seconds=30)
        house.store.failing = True
        await bob.is_refused("store_unavailable", "send", channel="garden", text="one")
        house.store.failing = False
        await says(bob, "one")
        await bob.is_refused("slow_mode", "send", channel="garden", text="two")


async def test_so_many_slow_speakers_are_remembered() -> None:
    """Of more, the first may speak again at once: memory is bounded."""
    async with House() as house:
        house.server.context.bounds = Bounds(slowed=2)
        people = await friends(house, "anna", "bob", "carol", "dave")
        await people[0].asks("set_channel", channel="garden", slow_seconds=30)
        for person in people[1:]:
            await says(person, "hello")
        assert len(house.server.context.state.slowed) <= 2
        await people[3].is_refused("slow_mode", "send", channel="garden", text="again")


async def test_guests_reply_and_are_named() -> None:
    """A guest in the channel is one of its people."""
    async with House() as house:
        (anna,) = await friends(house, "anna")
        guest = await house.native_in("garden", "Visitor")
        first = await says(anna, "welcome @visitor")
        assert len((await message(guest, "welcome @visitor"))["mentions"]) == 1
        await says(guest, "thank you @anna", reply=first)
        await anna.hears("entered", name="Visitor")
        await message(anna, "welcome @visitor")
        await message(anna, "thank you @anna", guest=True, reply=first)
