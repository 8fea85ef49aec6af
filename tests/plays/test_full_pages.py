"""Pages are full as long as there is more: what a reader is not shown is not counted, and equal times lose nothing."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.server.context import Bounds
from tests.irc_people import IrcPerson, irc_as, irc_in, tag
from tests.people import PASSWORD, House, NativePerson
from tests.plays.test_irc_history import CAPS, history, past


async def redacts(person: IrcPerson, marks: list[str]) -> None:
    for mark in marks:
        await person.answers(f"REDACT #home {mark}")


async def test_what_was_deleted_takes_no_place_on_a_page() -> None:
    """CHATHISTORY by each of its words, with twelve deleted at the end, in the middle and at the beginning."""
    async with House() as house:
        ann, said = await past(house, 52)
        gone = [*range(12), *range(20, 32), *range(40, 52)]
        left = [text for number, (text, _, _) in enumerate(said) if number not in gone]
        await redacts(ann, [said[number][1] for number in gone])
        point = [f"msgid={mark}" for _, mark, _ in said]
        for asked, wanted in (
            ("LATEST #home * 10", left[-10:]),
            (f"LATEST #home {point[3]} 10", left[-10:]),
            (f"BEFORE #home {point[32]} 5", left[3:8]),
            (f"BEFORE #home timestamp={said[51][2]} 10", left[-10:]),
            (f"AFTER #home {point[19]} 5", left[8:13]),
            (f"AFTER #home timestamp={said[0][2]} 5", left[:5]),
            (f"AROUND #home {point[25]} 4", left[6:10]),
            (f"BETWEEN #home {point[0]} {point[51]} 10", left[:10]),
            (f"BETWEEN #home {point[51]} {point[0]} 10", left[-10:]),
            ("LATEST #home * 100", left),
        ):
            assert await history(ann, asked) == wanted, asked


async def test_what_irc_has_no_words_for_takes_no_place_on_a_page() -> None:
    """With draft/event-playback: edits, settings without a letter; without tags, reactions."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        first = (await anna.says("garden", "one"))["number"]
        for number in range(12):
            await anna.asks("edit", channel="garden", number=first, text=f"one {number}")
            await anna.asks("set_channel", channel="garden", slow_seconds=number + 1)
            await anna.asks("react", channel="garden", number=first, emoji="👍", on=number % 2 == 0)
        bob = await irc_in(house, "#garden", "Bob", "batch draft/chathistory draft/event-playback")
        assert await history(bob, "LATEST #garden * 5", "#garden") == ["one 11"]
        assert await history(bob, "AFTER #garden timestamp=2000-01-01T00:00:00.000Z 5", "#garden") == ["one 11"]


async def pages(person: NativePerson, **about: Any) -> tuple[list[int], int]:
    """All that history gives, page by page as a client goes on: its numbers, and in how many pages."""
    numbers: list[int] = []
    before = 0
    for count in range(1, 100):
        page = await person.asks("history", channel="home", before=before, **about)
        numbers = [event["number"] for event in page["events"]] + numbers
        if not page.get("more"):
            return numbers, count
        before = page.get("next") or page["events"][0]["number"]
    raise AssertionError("no end")


async def test_a_native_page_leaves_out_what_is_not_wanted() -> None:
    """And says from where to go on, if that was too much at once."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        numbers = [(await anna.says("home", str(number)))["number"] for number in range(30)]
        gone = numbers[5:25]
        for number in gone:
            await anna.asks("delete", channel="home", number=number)
        left = numbers[:5] + numbers[25:]
        page = await anna.asks("history", channel="home", deleted=False, talk=True, limit=10)
        assert [event["number"] for event in page["events"]] == left
        assert not page.get("more")
        page = await anna.asks("history", channel="home", deleted=False, without=["deleted"], limit=7)
        assert [event["number"] for event in page["events"]] == left[-7:]
        assert page["more"]
        assert (await pages(anna, deleted=False, talk=True, limit=3))[0] == left
        house.server.context.bounds = Bounds(scanned=8, chunk=4)
        found, count = await pages(anna, deleted=False, talk=True, limit=3)
        assert found == left
        assert count >= 4
        await anna.is_refused("bad_input", "history", channel="home", without=["x"] * 40)


async def test_a_page_by_time_does_not_split_what_was_said_in_one_millisecond() -> None:
    """Who goes on by the time of the last one sees all, by each of the words."""
    async with House() as house:
        ann = await irc_in(house, "#home", "Ann", CAPS)
        at = house.server.context.now()
        house.server.context.now = lambda: at
        first = None
        for number in range(12):
            if number % 4 == 0:
                at += 1000
            ann.says(f"PRIVMSG #home :m{number}")
            line = await ann.line()
            first = first or tag(line, "time")
        texts = [f"m{number}" for number in range(12)]
        later = "2200-01-01T00:00:00.000Z"
        assert await history(ann, f"BEFORE #home timestamp={later} 3") == texts[8:]
        assert await history(ann, "AFTER #home timestamp=2000-01-01T00:00:00.000Z 5") == texts[:8]
        assert await history(ann, f"BETWEEN #home timestamp={later} timestamp={first} 5") == texts[4:]
        assert await history(ann, "LATEST #home * 5") == texts[7:]


@pytest.mark.parametrize("backwards", [False, True])
async def test_targets_of_one_time_come_together(backwards: bool) -> None:
    """CHATHISTORY TARGETS, page by page by the time of the last: each conversation is found."""
    async with House() as house:
        ann = await irc_as(house, "Ann", CAPS)
        at = house.server.context.now()
        house.server.context.now = lambda: at
        names = [f"p{number}" for number in range(7)]
        for number, name in enumerate(names):
            await irc_as(house, name)
            at += 1000 if number % 3 == 0 else 0
            ann.says(f"PRIVMSG {name} :hi")
            await ann.answers(f"PING {name}")
        low, high = "timestamp=2000-01-01T00:00:00.000Z", "timestamp=2200-01-01T00:00:00.000Z"
        found: list[str] = []
        for _ in range(5):
            _, *lines, _ = await ann.answers(
                f"CHATHISTORY TARGETS {high if backwards else low} {low if backwards else high} 2"
            )
            if not lines:
                break
            found += [line.split(" TARGETS ")[1].split()[0] for line in lines]
            times = [line.rpartition(" ")[2] for line in lines]
            if backwards:
                high = f"timestamp={min(times)}"
            else:
                low = f"timestamp={max(times)}"
        assert sorted(found) == names
