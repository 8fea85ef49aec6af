"""The clock is set back an hour: a channel's times never fall, and what goes by time finds all that is said."""

from __future__ import annotations

import pytest

from tests.irc_people import irc_in, tag
from tests.people import PASSWORD, House
from tests.plays.test_irc_history import CAPS, history

HOUR = 3_600_000


class Clock:
    """Passed in for the server's own."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def clocked(house: House) -> Clock:
    """The house goes by this clock from now on."""
    clock = Clock(1_800_000_000_000)
    house.server.context.now = clock
    return clock


async def test_times_in_a_channel_never_fall() -> None:
    """Of all that is logged, in what is told and in what is kept, after a restart as well."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        clock = clocked(house)
        first = (await anna.says("garden", "one"))["number"]
        at = clock.at
        clock.at -= HOUR
        await anna.says("garden", "two")
        await anna.asks("edit", channel="garden", number=first, text="one!")
        await anna.asks("react", channel="garden", number=first, emoji="👍")
        await anna.asks("pin", channel="garden", number=first)
        await anna.asks("set_topic", channel="garden", topic="tea")
        await anna.asks("set_channel", channel="garden", slow_seconds=1)
        await anna.asks("send", channel="garden", text="three", reply=first)
        await anna.asks("delete", channel="garden", number=first + 1)
        events = (await anna.asks("history", channel="garden"))["events"]
        assert [event["at"] for event in events] == [at] * len(events)
        assert events[0]["edited_at"] == at
        assert (await anna.asks("look", channel="garden"))["topic_at"] == at
        await house.restart()
        clock = clocked(house)
        clock.at -= HOUR
        anna = await house.native_in("garden", "anna", PASSWORD)
        await anna.says("garden", "four")
        events = (await anna.asks("history", channel="garden"))["events"]
        assert [event["at"] for event in events] == [at] * len(events)
        clock.at = at + 1
        await anna.says("garden", "five")
        assert (await anna.asks("history", channel="garden"))["events"][-1]["at"] == at + 1


async def test_what_is_said_then_is_found_by_time_and_becomes_read() -> None:
    """CHATHISTORY and MARKREAD by the time that the client was told."""
    async with House() as house:
        await house.account("anna")
        anna = await irc_in(house, "#home", "anna", f"{CAPS} draft/read-marker", PASSWORD)
        ann = await irc_in(house, "#home", "Ann", CAPS)
        native = await house.native_in("home", "anna", PASSWORD)
        clock = clocked(house)
        ann.says("PRIVMSG #home :one")
        before = tag((await anna.hears_at_last("*PRIVMSG #home :one"))[-1], "time")
        clock.at += 5000
        await native.asks("mark", channel="home", number=99)
        clock.at -= HOUR
        for text in ("two", "three"):
            ann.says(f"PRIVMSG #home :{text}")
            line = (await anna.hears_at_last(f"*PRIVMSG #home :{text}"))[-1]
        await ann.answers("PING all")
        assert await history(ann, "AFTER #home timestamp=2020-01-01T00:00:00.000Z 9") == ["one", "two", "three"]
        assert await history(ann, "LATEST #home * 9") == ["one", "two", "three"]
        assert await history(ann, f"BEFORE #home timestamp={before} 9") == []
        assert (await native.asks("unread", channel="home"))["channels"][0]["unread"] == 2
        await anna.answers(f"MARKREAD #home timestamp={tag(line, 'time')}")
        assert (await native.asks("unread", channel="home"))["channels"][0].get("unread", 0) == 0


@pytest.mark.parametrize("hours", [-1, 1, -24 * 365])
async def test_what_ends_at_a_time_ends(hours: int) -> None:
    """Slow mode is over at once, or after its seconds; a mute is as long as it was to be."""
    async with House() as house:
        for name in ("anna", "bob"):
            await house.account(name)
        anna = await house.native_in("garden", "anna", PASSWORD)
        bob = await house.native_in("garden", "bob", PASSWORD)
        clock = clocked(house)
        await anna.asks("set_channel", channel="garden", slow_seconds=30)
        assert (await bob.asks("send", channel="garden", text="one"))["number"]
        clock.at += hours * HOUR
        assert (await bob.asks("send", channel="garden", text="two"))["number"]
        refused = await bob.is_refused("slow_mode", "send", channel="garden", text="three")
        assert 0 < refused["retry_after"] <= 30
        await anna.asks("set_channel", channel="garden", slow_seconds=0)
        await anna.asks("mute", channel="garden", name="bob", seconds=60)
        await bob.is_refused("muted", "send", channel="garden", text="four")
        clock.at += 61_000
        assert (await bob.asks("send", channel="garden", text="five"))["number"]
