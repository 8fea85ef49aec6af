"""Reactions: any emoji, one of each a person, counted and told; taken back; as before after a restart."""

from typing import Any

import pytest

from causerie.chat.commands import React
from causerie.chat.model import Person, Role, Standing
from causerie.server.engine.session import Session, Trust
from causerie.server.features.messages.reactions import react
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import PutPerson, PutReaction
from tests.people import PASSWORD, House, NativePerson
from tests.slow_store import SlowHouse


async def two_in(house: House) -> tuple[NativePerson, NativePerson]:
    """anna and bob, both in home, both heard."""
    for name in ("anna", "bob"):
        await house.account(name)
    anna = await house.native_in("home", "anna", PASSWORD)
    bob = await house.native_in("home", "bob", PASSWORD)
    await anna.hears("entered", name="bob")
    return anna, bob


async def page(person: NativePerson, **about: Any) -> list[dict[str, Any]]:
    """What was said in home, as it stands."""
    events: list[dict[str, Any]] = (await person.asks("history", channel="home", talk=True, **about))["events"]
    return events


async def test_a_reaction_is_told_counted_and_shown_to_who_comes_later() -> None:
    """With who gave it, and whether it is one's own; the event says how many there are now."""
    async with House() as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "Shall we\n meet at noon, under the old clock in the hall?"))["number"]
        await bob.hears("message")
        ack = await bob.asks("react", channel="home", number=number, emoji="👍")
        told = {
            "name": "bob",
            "target": number,
            "emoji": "👍",
            "count": 1,
            "words": "Shall we meet at noon, under the old…",
        }
        assert (ack["is"], ack["number"]) == ("ack", number + 1)
        for one in (anna, bob):
            await one.hears("reacted", number=number + 1, **told)
        await anna.asks("react", channel="home", number=number, emoji="👍")
        await anna.asks("react", channel="home", number=number, emoji="❤")
        await bob.hears("reacted", name="anna", emoji="👍", count=2)
        await bob.hears("reacted", name="anna", emoji="❤️", count=1)

        (message,) = await page(bob)
        assert message["reactions"] == [{"emoji": "❤️", "count": 1}, {"emoji": "👍", "count": 2, "mine": True}]
        found = await anna.asks("search", text="noon")
        assert found["hits"][0]["message"]["reactions"] == [
            {"emoji": "❤️", "count": 1, "mine": True},
            {"emoji": "👍", "count": 2, "mine": True},
        ]
        reactors = (await bob.asks("reactions", channel="home", number=number))["reactors"]
        assert [(one["emoji"], one["name"]) for one in reactors] == [
            ("❤️", "anna"),
            *sorted((("👍", "anna"), ("👍", "bob")), key=lambda one: house.server.context.state.person(one[1]).id),
        ]


async def test_the_same_again_changes_nothing_and_nobody_is_told() -> None:
    """However the emoji is written; nor does taking back what was never given."""
    async with House() as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        await bob.hears("message")
        about = {"channel": "home", "number": number}
        assert (await bob.asks("react", emoji="❤️", **about))["is"] == "ack"
        assert (await bob.asks("react", emoji="❤", **about))["is"] == "done"
        assert (await anna.asks("react", emoji="❤", on=False, **about))["is"] == "done"
        assert (await bob.asks("react", emoji="❤", on=False, **about))["is"] == "ack"
        assert (await bob.asks("react", emoji="❤", on=False, **about))["is"] == "done"
        await anna.hears("reacted", name="bob", emoji="❤️", count=1, on=None)
        await anna.hears("reacted", name="bob", emoji="❤️", count=None, on=False)
        await anna.hears_nothing()
        assert "reactions" not in (await page(anna))[0]
        assert (await anna.asks("reactions", **about))["reactors"] == []


async def test_two_who_react_at_once_are_both_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other's on the disk yet when it is decided; one of them twice counts once."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        await bob.hears("message")
        house.hold()
        marks = [one.tells("react", channel="home", number=number, emoji="👍") for one in (anna, bob)]
        other = await house.native()
        again = other.tells("login", name="bob", password=PASSWORD)
        twice = other.tells("react", channel="home", number=number, emoji="👍")
        await house.commit_begins()
        house.store.let_go()
        assert (await anna.answer(marks[0]))["is"] == "ack"
        await other.answer(again)
        # Which of bob's two connections is first is decided by nobody.
        twice_told = [(await bob.answer(marks[1]))["is"], (await other.answer(twice))["is"]]
        assert sorted(twice_told) == ["ack", "done"]
        counts = [(await anna.hears("reacted", emoji="👍"))["count"] for _ in range(2)]
        assert counts == [1, 2]
        await anna.hears_nothing()
        assert (await page(anna))[0]["reactions"] == [{"emoji": "👍", "count": 2, "mine": True}]


async def test_a_reaction_that_could_not_be_stored_was_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, nobody is told, and when it comes again it is the first."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        await bob.hears("message")
        about = {"channel": "home", "number": number}
        await bob.asks("react", emoji="🎉", **about)
        await anna.hears("reacted", count=1)
        await bob.hears("reacted", count=1)
        house.hold()
        marks = [bob.tells("react", emoji="👍", **about), bob.tells("react", emoji="🎉", on=False, **about)]
        await house.commit_begins()
        house.store.let_go(failing=True)
        for mark in marks:
            assert (await bob.answer(mark))["code"] == "store_unavailable"
        house.store.failing = False
        assert (await page(bob))[0]["reactions"] == [{"emoji": "🎉", "count": 1, "mine": True}]
        await bob.asks("react", emoji="👍", **about)
        await bob.asks("react", emoji="🎉", on=False, **about)
        await anna.hears("reacted", emoji="👍", count=1)
        await anna.hears("reacted", emoji="🎉", on=False, count=None)


async def test_reactions_are_there_after_a_restart() -> None:
    """Counted on from where they were; what was given before can be taken back."""
    async with House() as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        for one in (anna, bob):
            await one.asks("react", channel="home", number=number, emoji="👍")
        await house.restart()
        anna = await house.native_in("home", "anna", PASSWORD)
        assert (await page(anna))[0]["reactions"] == [{"emoji": "👍", "count": 2, "mine": True}]
        assert (await anna.asks("react", channel="home", number=number, emoji="👍"))["is"] == "done"
        await anna.asks("react", channel="home", number=number, emoji="👍", on=False)
        await anna.hears("reacted", on=False, count=1, words="hello")
        events = (await anna.asks("history", channel="home"))["events"]
        assert [(event["is"], event.get("count"), event.get("words")) for event in events[1:]] == [
            ("reacted", 1, "hello"),
            ("reacted", 2, "hello"),
            ("reacted", 1, "hello"),
        ]


async def test_what_is_no_emoji_or_no_message_is_refused() -> None:
    """By name, and nothing is told."""
    async with House() as house:
        anna, _ = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        for text in ("", "+1", "👍👍", "🏽", "x" * 60_000):
            assert await anna.is_refused("bad_input", "react", channel="home", number=number, emoji=text) == {
                "why": "emoji"
            }
        for other in (0, number + 1, 2**52, 2**60, -1):
            await anna.is_refused("no_such_message", "react", channel="home", number=other, emoji="👍")
        await anna.asks("react", channel="home", number=number, emoji="👍")
        await anna.hears("reacted")
        await anna.is_refused("no_such_message", "react", channel="home", number=number + 1, emoji="👍")
        await anna.is_refused("bad_input", "reactions", channel="home", number=number, after=1)
        await anna.hears_nothing()


async def test_a_message_has_only_so_many_different_emoji() -> None:
    """Past the bound nothing new, but more of what is there; what is taken back makes room."""
    async with House(conversation={"emoji_message": 2}) as house:
        anna, bob = await two_in(house)
        number = (await anna.says("home", "hello"))["number"]
        about = {"channel": "home", "number": number}
        for emoji in ("👍", "🎉"):
            await anna.asks("react", emoji=emoji, **about)
        assert (await bob.is_refused("too_many", "react", emoji="😀", **about))["most"] == 2
        await bob.asks("react", emoji="👍", **about)
        await anna.asks("react", emoji="🎉", on=False, **about)
        await bob.asks("react", emoji="😀", **about)


async def test_a_guest_reacts_and_is_remembered_by_name() -> None:
    """It is kept like one who spoke; who is muted does not react."""
    async with House() as house:
        await house.account("anna")
        await house.account("boss", admin=True)
        anna = await house.native_in("home", "anna", PASSWORD)
        luc = await house.native_in("home", "Luc")
        await anna.hears("entered", name="Luc")
        number = (await anna.says("home", "hello"))["number"]
        await luc.hears("message")
        await luc.asks("react", channel="home", number=number, emoji="👋")
        await anna.hears("reacted", name="Luc", guest=True)
        boss = await house.native_in("home", "boss", PASSWORD)
        await anna.hears("entered", name="boss")
        await boss.asks("mute", channel="home", name="Luc", seconds=60)
        await luc.is_refused("muted", "react", channel="home", number=number, emoji="👍")
        luc.hang_up()
        await anna.hears("stands")
        await anna.hears("left", name="Luc")
        (one,) = (await anna.asks("reactions", channel="home", number=number))["reactors"]
        assert (one["name"], one["guest"]) == ("Luc", True)


async def test_a_flood_of_reactions_is_slowed_like_a_flood_of_messages() -> None:
    """Each of them is kept and told to everybody; what changes nothing is free."""
    async with House(limits={"exempt": (), "send_burst": 3, "send_rate": 0.01}) as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        number = (await anna.says("home", "hello"))["number"]
        about = {"channel": "home", "number": number}
        await anna.asks("react", emoji="👍", **about)
        await anna.asks("react", emoji="👍", **about)
        await anna.asks("react", emoji="👍", on=False, **about)
        await anna.is_refused("too_fast", "react", emoji="👍", **about)


async def test_a_classic_client_can_follow_where_the_channel_wants_it() -> None:
    """One line a reaction; elsewhere it is told nothing of them."""
    async with House() as house:
        await house.account("anna", admin=True)
        anna = await house.native_in("home", "anna", PASSWORD)
        luc = await house.classic_in("home", "Guest-Luc")
        await anna.hears("entered", name="Guest-Luc")
        number = (await anna.says("home", "hello"))["number"]
        await luc.hears("anna>hello")
        await anna.asks("react", channel="home", number=number, emoji="👍")
        await luc.hears_nothing()
        await anna.asks("set_channel", channel="home", tell_reactions=True)
        await luc.hears("* anna changed the settings of home")
        await anna.asks("react", channel="home", number=number, emoji="🎉")
        await anna.asks("react", channel="home", number=number, emoji="👍", on=False)
        await luc.hears('* anna reacted 🎉 to "hello"', '* anna took 👍 back from "hello"')


async def test_ten_thousand_people_react_to_one_message() -> None:
    """Each is counted, the list comes in pages, and one more costs what the first one did."""

    class Silent:
        class encoder:  # noqa: N801
            name, snapshots, acknowledges = "test", False, False

    people = 10_000
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        number = (await anna.says("home", "hello"))["number"]
        context = house.server.context
        home = context.state.channel("home")
        crowd = [Person(context.new_id(), f"crowd-{i}") for i in range(people)]
        with context.unit.whole():
            for person in crowd:
                context.apply(PutPerson(person, person.name))
        for person in crowd[1:]:
            context.apply(PutReaction(home.id, number, "👍", person.id, True))
        context.commit_loop.wake()
        await context.commit_loop.told()

        first, last = crowd[0], crowd[1]
        for person in (first, last):
            channel_presence.stand(context, home, person, Standing(Role.MEMBER))
        session = Session(Silent(), "test", Trust.PASSWORDS, None)  # type: ignore[arg-type]
        session.person = first
        await react(context, session, React(channel="home", number=number, emoji="👍"))
        context.commit_loop.wake()
        assert (await anna.hears("reacted"))["count"] == people
        assert len(context.state.remembered) == 1
        (message,) = await page(anna)
        assert message["reactions"] == [{"emoji": "👍", "count": people}]

        seen: list[int] = []
        after = 0
        while True:
            answer = await anna.asks("reactions", channel="home", number=number, emoji="👍", after=after, limit=5000)
            got = [one["person"] for one in answer["reactors"]]
            assert 0 < len(got) <= 1000
            seen += got
            after = got[-1]
            if not answer.get("more"):
                break
        assert seen == sorted(person.id for person in crowd)
