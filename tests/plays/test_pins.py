"""Pins: what a channel keeps in sight, the same for everybody, also after a restart."""

from typing import Any

import pytest

from causerie.chat.commands import SetAdministrator
from causerie.server.ports.changes import Erase
from tests.people import PASSWORD, House, NativePerson
from tests.slow_store import SlowHouse


async def chief_and_bob(house: House) -> tuple[NativePerson, NativePerson]:
    """An administrator and a member, both in home."""
    await house.account("chief", admin=True)
    await house.account("bob")
    chief = await house.native_in("home", "chief", PASSWORD)
    bob = await house.native_in("home", "bob", PASSWORD)
    await chief.hears("entered", name="bob")
    return chief, bob


async def pinned(person: NativePerson) -> list[str]:
    """The texts of what is pinned in home."""
    messages: list[dict[str, Any]] = (await person.asks("pins", channel="home"))["messages"]
    return [message["text"] for message in messages]


async def test_pins_are_told_listed_and_in_the_snapshot() -> None:
    """The last pinned first in the list, the first pinned first in the snapshot; the texts as they stand."""
    async with House() as house:
        chief, bob = await chief_and_bob(house)
        first = (await bob.says("home", "The wiki is at wiki.example"))["number"]
        await chief.hears("message")
        second = (await chief.says("home", "Meetings are on Mondays"))["number"]
        await chief.asks("pin", channel="home", number=second)
        await chief.asks("pin", channel="home", number=first)
        assert (await chief.asks("pin", channel="home", number=first))["is"] == "done"
        await bob.hears("message")
        await bob.hears("pinned", name="chief", target=second, number=second + 1, words="Meetings are on Mondays")
        await bob.hears("pinned", name="chief", target=first, on=None)
        await bob.hears_nothing()
        assert await pinned(bob) == ["The wiki is at wiki.example", "Meetings are on Mondays"]
        cleo = await house.native()
        await cleo.logs_in("cleo")
        assert (await cleo.joins("home"))["pins"] == [second, first]
        await bob.asks("react", channel="home", number=first, emoji="👀")
        (message, _) = (await bob.asks("pins", channel="home"))["messages"]
        assert message["reactions"] == [{"emoji": "👀", "count": 1, "mine": True}]


async def test_what_is_taken_off_is_gone_for_everybody() -> None:
    """And what was never pinned is not told of."""
    async with House() as house:
        chief, bob = await chief_and_bob(house)
        number = (await chief.says("home", "hello"))["number"]
        await bob.hears("message")
        assert (await chief.asks("pin", channel="home", number=number, on=False))["is"] == "done"
        await chief.asks("pin", channel="home", number=number)
        await chief.asks("pin", channel="home", number=number, on=False)
        await bob.hears("pinned", target=number, on=None)
        await bob.hears("pinned", target=number, on=False, words="hello")
        await bob.hears_nothing()
        assert await pinned(bob) == []
        events = (await bob.asks("history", channel="home"))["events"]
        assert [(event["is"], event.get("on"), event.get("words")) for event in events[1:]] == [
            ("pinned", None, "hello"),
            ("pinned", False, "hello"),
        ]


async def test_pins_are_there_after_a_restart_in_their_order() -> None:
    """An older message that was pinned later stays the later one."""
    async with House() as house:
        chief, _ = await chief_and_bob(house)
        numbers = [(await chief.says("home", text))["number"] for text in ("one", "two", "three")]
        for number in (numbers[2], numbers[0]):
            await chief.asks("pin", channel="home", number=number)
        await house.restart()
        bob = await house.native()
        await bob.logs_in("bob", PASSWORD)
        assert (await bob.joins("home"))["pins"] == [numbers[2], numbers[0]]
        assert await pinned(bob) == ["one", "three"]


async def test_a_pin_that_could_not_be_stored_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one taken off that could not be, and the order is what it was."""
    async with SlowHouse(monkeypatch) as house:
        chief, bob = await chief_and_bob(house)
        numbers = [(await chief.says("home", text))["number"] for text in ("one", "two", "three")]
        for number in numbers[:2]:
            await chief.asks("pin", channel="home", number=number)
        house.hold()
        marks = [
            chief.tells("pin", channel="home", number=numbers[0], on=False),
            bob.tells("ping"),
            chief.tells("pin", channel="home", number=numbers[2]),
        ]
        await house.commit_begins()
        house.store.let_go(failing=True)
        assert (await chief.answer(marks[0]))["code"] == "store_unavailable"
        assert (await chief.answer(marks[2]))["code"] == "store_unavailable"
        house.store.failing = False
        assert await pinned(chief) == ["two", "one"]
        cleo = await house.native()
        await cleo.logs_in("cleo")
        assert (await cleo.joins("home"))["pins"] == numbers[:2]


async def test_a_channel_has_only_so_many_pins() -> None:
    """What is taken off makes room."""
    async with House(conversation={"pins_channel": 2}) as house:
        chief, _ = await chief_and_bob(house)
        numbers = [(await chief.says("home", text))["number"] for text in ("one", "two", "three")]
        for number in numbers[:2]:
            await chief.asks("pin", channel="home", number=number)
        assert (await chief.is_refused("too_many", "pin", channel="home", number=numbers[2]))["most"] == 2
        await chief.asks("pin", channel="home", number=numbers[0], on=False)
        await chief.asks("pin", channel="home", number=numbers[2])


async def test_members_do_not_pin_and_both_sides_of_a_direct_conversation_do() -> None:
    """Who may is policy's; an unknown message is refused by name."""
    async with House() as house:
        chief, bob = await chief_and_bob(house)
        number = (await bob.says("home", "hello"))["number"]
        await bob.is_refused("not_moderator", "pin", channel="home", number=number)
        await chief.is_refused("no_such_message", "pin", channel="home", number=number + 1)
        place = (await bob.asks("direct", people=["chief"]))["channel"]
        await bob.asks("send", channel=place, text="between us")
        await bob.asks("pin", channel=place, number=1)
        assert (await chief.asks("pins", channel=place))["messages"][0]["text"] == "between us"
        await house.account("cleo", admin=True)
        cleo = await house.native()
        await cleo.logs_in("cleo", PASSWORD)
        await cleo.is_refused("no_such_channel", "pins", channel=place)
        await cleo.is_refused("no_such_channel", "pin", channel=place, number=1)
        await house.operator(SetAdministrator(name="cleo", admin=False))


async def test_what_is_no_longer_kept_is_pinned_no_longer() -> None:
    """Retention took the message; the list says so, and the place is free again."""
    async with House(conversation={"pins_channel": 1}) as house:
        chief, bob = await chief_and_bob(house)
        numbers = [(await chief.says("home", text))["number"] for text in ("one", "two")]
        await chief.asks("pin", channel="home", number=numbers[0])
        context = house.server.context
        home = context.state.channel("home")
        at = (await context.store.messages(home, numbers))[0].at
        await context.store.forget_before(home.id, at + 1, 1)
        assert await pinned(bob) == []
        await chief.asks("pin", channel="home", number=numbers[1])
        assert await pinned(bob) == ["two"]


async def test_forgetting_messages_forgets_their_pins() -> None:
    """What a deletion calls; others stay in their order, and a channel without pins is no trouble."""
    async with House() as house:
        chief, _ = await chief_and_bob(house)
        numbers = [(await chief.says("home", text))["number"] for text in ("one", "two", "three")]
        for number in numbers[::-1]:
            await chief.asks("pin", channel="home", number=number)
        context = house.server.context
        home = context.state.channel("home")
        context.apply(Erase(home.id, (numbers[1], 999)))
        assert list(context.state.pins[home.id]) == [numbers[2], numbers[0]]
        context.unit.take_back()
        assert list(context.state.pins[home.id]) == numbers[::-1]
