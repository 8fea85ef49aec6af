"""What is read again stands as it is now: pages of history and what search finds."""

from typing import Any

from causerie.server.ports.changes import Append
from tests.people import PASSWORD, House, NativePerson


async def anna_and_bob(house: House) -> tuple[NativePerson, NativePerson]:
    """Both in home, both heard."""
    for name in ("anna", "bob"):
        await house.account(name)
    anna = await house.native_in("home", "anna", PASSWORD)
    bob = await house.native_in("home", "bob", PASSWORD)
    await anna.hears("entered", name="bob")
    return anna, bob


async def say(person: NativePerson, text: str, **about: Any) -> int:
    """Say it, whatever else is heard: its number."""
    number: int = (await person.asks("send", channel="home", text=text, **about))["number"]
    return number


async def page(person: NativePerson, **about: Any) -> list[tuple[str, int]]:
    """A page of history: kinds and numbers."""
    events = (await person.asks("history", channel="home", **about))["events"]
    return [(event["is"], event["number"]) for event in events]


async def test_a_page_of_talk_is_full_of_messages() -> None:
    """What was done about them stands in them; without `talk` it is there by itself, under its own number."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        first = await say(anna, "one")
        for emoji in ("👍", "🎉", "👀"):
            await bob.asks("react", channel="home", number=first, emoji=emoji)
        last = await say(bob, "two")
        assert await page(anna, talk=True, limit=2) == [("message", first), ("message", last)]
        assert await page(anna, limit=2) == [("reacted", last - 1), ("message", last)]
        assert await page(anna, talk=True, around=last - 1, limit=2) == [("message", first), ("message", last)]
        assert await page(anna, talk=True, after=first, limit=5) == [("message", last)]
        assert await page(anna, talk=True, before=last, limit=1) == [("message", first)]
        assert (await anna.asks("history", channel="home", talk=True, limit=1))["more"] is True


async def test_a_page_says_after_which_event_it_was_read() -> None:
    """The last one that was told; one that is on disk and was told to nobody yet is not on it."""
    async with House() as house:
        anna, _ = await anna_and_bob(house)
        assert "number" not in await anna.asks("history", channel="home")
        number = await say(anna, "one")
        context = house.server.context
        home, person = context.state.channel("home"), context.state.person("anna")
        await context.store.commit([Append(home, "message", context.now(), person, "not told yet", "", "")])
        for about in ({}, {"after": 0}, {"around": number + 1}, {"before": 99}, {"around": 99}, {"limit": 1}):
            answer = await anna.asks("history", channel="home", **about)
            assert (answer["number"], [event["number"] for event in answer["events"]]) == (number, [number]), about
            assert not answer.get("more")
        thread = await anna.asks("thread", channel="home", number=number)
        assert (thread["number"], len(thread["messages"])) == (number, 1)


async def test_what_was_edited_or_deleted_is_found_so_at_once() -> None:
    """A hit says what its message says now; one that was deleted is none."""
    async with House() as house:
        anna, bob = await anna_and_bob(house)
        first, second = await say(anna, "the red lantern"), await say(anna, "the blue lantern")
        await say(bob, "lovely", reply=first)
        await bob.asks("react", channel="home", number=first, emoji="🏮")
        await anna.asks("edit", channel="home", number=first, text="the green lantern")
        await anna.asks("delete", channel="home", number=second)
        (hit,) = (await bob.asks("search", text="lantern"))["hits"]
        message = hit["message"]
        assert (message["number"], message["text"], message["replies"]) == (first, "the green lantern", 1)
        assert message["reactions"] == [{"emoji": "🏮", "count": 1, "mine": True}]
        assert (await bob.asks("search", text="red"))["hits"] == []
        assert (await bob.asks("search", text="blue"))["hits"] == []
        edited, deleted = (await bob.asks("history", channel="home", limit=2))["events"]
        assert (edited["is"], edited["text"], deleted["is"]) == ("edited", "the green lantern", "deleted")


async def test_deleting_a_message_takes_its_reactions_and_its_pin() -> None:
    """In memory and on disk: nobody can react to it any more."""
    async with House() as house:
        await house.account("chief", admin=True)
        chief = await house.native_in("home", "chief", PASSWORD)
        number, other = await say(chief, "one"), await say(chief, "two")
        for one in (number, other):
            await chief.asks("react", channel="home", number=one, emoji="👍")
            await chief.asks("pin", channel="home", number=one)
        await chief.asks("delete", channel="home", number=number)
        for kind in ("react", "reactions", "pin"):
            about = {"emoji": "👍"} if kind == "react" else {}
            await chief.is_refused("no_such_message", kind, channel="home", number=number, **about)
        for again in (False, True):
            if again:
                await house.restart()
                chief = await house.native()
                await chief.logs_in("chief", PASSWORD)
                assert (await chief.joins("home"))["pins"] == [other]
            pinned = (await chief.asks("pins", channel="home"))["messages"]
            assert [message["number"] for message in pinned] == [other]
            first, *_ = (await chief.asks("history", channel="home", talk=True))["events"]
            assert (first["number"], first["deleted"], first["text"], first.get("reactions")) == (
                number,
                True,
                "",
                None,
            )
