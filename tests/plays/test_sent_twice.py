"""Sending twice is sending once, for what follows from a message too: its thread's count, who follows it, slow mode."""

from __future__ import annotations

from typing import Any

import pytest

from tests.people import PASSWORD, House, NativePerson
from tests.plays.test_threads import events_of, followed, people_in


async def sends(person: NativePerson, text: str, reply: int = 0, key: str = "") -> dict[str, Any]:
    """The acknowledgement of a message in home."""
    return await person.asks("send", channel="home", text=text, reply=reply, key=key)


async def counted(person: NativePerson, first: int) -> tuple[int, list[int]]:
    """What the first message of a thread says of its replies, and the place of each reply."""
    page = (await person.asks("thread", channel="home", number=first))["messages"]
    return page[0].get("replies", 0), [reply["nth"] for reply in page[1:]]


@pytest.mark.parametrize("again", ["by the session", "by another session", "after a restart", "after its deletion"])
async def test_a_reply_that_is_sent_again_is_counted_once(again: str) -> None:
    """By whoever asks, and in what is told."""
    async with House() as house:
        (anna,) = await people_in(house, "anna")
        first = (await sends(anna, "lunch?"))["number"]
        number = (await sends(anna, "one", first, "x"))["number"]
        if again == "after a restart":
            await house.restart()
            anna = await house.native_in("home", "anna", PASSWORD)
        elif again == "after its deletion":
            await anna.asks("delete", channel="home", number=number)
        other = await house.native_in("home", "anna", PASSWORD) if again == "by another session" else anna
        ack = await sends(other, "one", first, "x")
        assert (ack["number"], ack["again"]) == (number, True)
        last = (await sends(anna, "two", first))["number"]
        count = 1 if again == "after its deletion" else 2
        assert (await counted(anna, first))[1][-count:] == [1, 2][-count:]
        assert (await counted(anna, first))[0] == 2
        assert {event["nth"] for event in events_of(anna, "message") if event["number"] == last} == {2}
        await house.restart()
        anna = await house.native_in("home", "anna", PASSWORD)
        assert (await counted(anna, first))[0] == 2
        await sends(anna, "three", first)
        assert (await counted(anna, first))[0] == 3


async def test_replies_that_are_sent_again_in_one_commit_are_counted_once() -> None:
    """Each of two keys three times, with others in between, as clients do that were cut off."""
    async with House() as house:
        (anna,) = await people_in(house, "anna")
        first = (await sends(anna, "lunch?"))["number"]
        await sends(anna, "yes", first, "k0")
        keys = ["k0", "k1", "k1", "", "k0", "k2", "k1", ""]
        marks = [anna.tells("send", channel="home", text="so", reply=first, key=key) for key in keys]
        for mark in marks:
            assert (await anna.answer(mark))["is"] == "ack"
        assert await counted(anna, first) == (5, [1, 2, 3, 4, 5])
        assert [event["nth"] for event in events_of(anna, "message") if event.get("thread")] == [1, 2, 3, 4, 5]
        assert (await anna.asks("threads"))["threads"][0]["replies"] == 5


async def test_what_is_sent_again_follows_nothing_again() -> None:
    """Who stopped following a thread does not follow it because a device sends what it had sent."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        first = (await sends(anna, "lunch?"))["number"]
        await sends(bob, "yes", first, "x")
        for person in (anna, bob):
            await person.asks("follow", channel="home", number=first, on=False)
        events_of(bob, "followed")
        await sends(bob, "yes", first, "x")
        assert (await followed(bob), await followed(anna)) == ([], [])
        assert events_of(bob, "followed") == []
        # What was first said outside of the thread, too.
        await sends(bob, "apropos", 0, "y")
        await sends(bob, "apropos", first, "y")
        assert await followed(bob) == []
        assert await counted(bob, first) == (1, [1])
        await sends(bob, "really", first, "z")
        assert await followed(bob) == [(first, 2, 0)]
        assert [event.get("on", True) for event in events_of(bob, "followed")] == [True]


async def test_what_is_sent_again_does_not_slow_down() -> None:
    """In slow mode one waits since what one said, not since what one sent again."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native_in("garden", "anna", PASSWORD)
        bob = await house.native_in("garden", "bob", PASSWORD)
        context = house.server.context
        times = [context.now()]
        context.now = lambda: times[0]
        await anna.asks("set_channel", channel="garden", slow_seconds=30)
        assert (await bob.asks("send", channel="garden", text="one", key="x"))["is"] == "ack"
        times[0] += 31_000
        assert (await bob.asks("send", channel="garden", text="one", key="x"))["again"]
        assert (await bob.asks("send", channel="garden", text="two", key="y"))["is"] == "ack"
        await bob.is_refused("slow_mode", "send", channel="garden", text="three", key="z")
