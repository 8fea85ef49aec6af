"""Editing and deleting: one's own for a time, a moderator anybody's; what is gone is gone, whatever came at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from causerie.chat.commands import AuditLog
from causerie.chat.replies import AuditPage
from causerie.config.settings import Conversation
from causerie.server import message_cache
from causerie.server.context import Bounds
from causerie.server.engine.cached_message import MESSAGE_WEIGHT
from tests.people import PASSWORD, House, NativePerson
from tests.slow_store import SlowHouse

MINUTE = 60_000


async def a_moderator_and_a_member(house: House) -> tuple[NativePerson, NativePerson]:
    """Anna, who owns the garden, and Bob, a member."""
    await house.account("anna")
    await house.account("bob")
    anna = await house.native_in("garden", "anna", PASSWORD)
    bob = await house.native_in("garden", "bob", PASSWORD)
    await anna.hears("entered", name="bob")
    return anna, bob


async def says(speaker: NativePerson, text: str, *others: NativePerson) -> int:
    """Something in the garden, heard by all: its number."""
    number: int = (await speaker.says("garden", text))["number"]
    for other in others:
        await other.hears("message", text=text, number=number)
    return number


async def messages(person: NativePerson) -> list[dict[str, Any]]:
    """What the garden's history holds of messages."""
    page = await person.asks("history", channel="garden")
    return [event for event in page["events"] if event["is"] == "message"]


async def audited(house: House) -> list[tuple[str, str, dict[str, Any]]]:
    """Who did what, and to whom, the first first; what is about accounts and rooms is left out."""
    page = await house.operator(AuditLog())
    assert isinstance(page, AuditPage)
    return [(line.name, line.act, line.data) for line in page.entries[::-1] if line.act.startswith("message")]


async def test_what_one_said_one_may_change_and_all_see_it() -> None:
    """Those who are there are told; those who come later read the new text, and that it was changed."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "helo", anna)
        answer = await bob.asks("edit", channel="garden", number=number, text="hello")
        assert (answer["is"], answer["number"]) == ("ack", number + 1)
        for person in (anna, bob):
            event = await person.hears("edited", target=number, text="hello", name="bob", number=number + 1)
        (message,) = await messages(anna)
        assert (message["text"], message["edited_at"]) == ("hello", event["at"])
        assert (await anna.asks("search", text="hello"))["hits"][0]["message"]["number"] == number
        assert (await anna.asks("search", text="helo"))["hits"] == []
        assert await audited(house) == []


async def test_earlier_texts_are_for_moderators() -> None:
    """Who changed what, and until when it stood; a message that was never changed has none."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "one", anna)
        assert (await anna.asks("versions", channel="garden", number=number))["versions"] == []
        await bob.asks("edit", channel="garden", number=number, text="two")
        await anna.asks("edit", channel="garden", number=number, text="three")
        versions = (await anna.asks("versions", channel="garden", number=number))["versions"]
        assert [(version["name"], version["text"]) for version in versions] == [("bob", "one"), ("anna", "two")]
        await bob.is_refused("not_moderator", "versions", channel="garden", number=number)
        await anna.is_refused("no_such_message", "versions", channel="garden", number=number + 1)


async def test_what_is_deleted_is_gone() -> None:
    """From history, search and the versions; its place stays, and nothing can be done about it any more."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "the secret is swordfish", anna)
        await bob.asks("edit", channel="garden", number=number, text="the secret is herring")
        await bob.asks("delete", channel="garden", number=number)
        for person in (anna, bob):
            await person.hears("edited")
            await person.hears("deleted", targets=[number], name="bob", number=number + 2)
        (message,) = await messages(anna)
        assert (message["deleted"], message["text"], message.get("edited_at")) == (True, "", None)
        for word in ("swordfish", "herring"):
            assert (await anna.asks("search", text=word))["hits"] == []
            page = await anna.asks("history", channel="garden")
            assert page["events"]
            assert word not in str(page)
        for command in ({"do": "edit", "text": "x"}, {"do": "delete"}, {"do": "versions"}):
            await anna.is_refused("no_such_message", channel="garden", number=number, **command)
        await anna.is_refused("no_such_message", "send", channel="garden", text="but", reply=number)


async def test_a_moderator_changes_and_deletes_what_others_said_and_it_is_written_down() -> None:
    """With names and numbers, and never with a text. Members may not, and nobody ranks too high to be moderated."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        first, second = await says(bob, "that oaf", anna), await says(anna, "my words", bob)
        await bob.is_refused("not_yours", "edit", channel="garden", number=second, text="your words")
        await bob.is_refused("not_yours", "delete", channel="garden", number=second)
        await anna.asks("edit", channel="garden", number=first, text="that gentleman")
        await anna.asks("delete", channel="garden", number=first)
        await bob.hears("edited", name="anna", target=first)
        await bob.hears("deleted", name="anna", targets=[first])
        about = {"channel": "garden", "name": "bob", "number": first}
        assert await audited(house) == [("anna", "message_edited", about), ("anna", "message_deleted", about)]


async def test_there_is_a_time_for_it() -> None:
    """So many minutes for one's own, each with its setting; moderators have all the time."""
    settings = {"edit_minutes": 10, "delete_minutes": 20}
    async with House(conversation=settings) as house:
        anna, bob = await a_moderator_and_a_member(house)
        now = house.server.context.now()
        house.server.context.now = lambda: now
        number = await says(bob, "hm", anna)
        now += 10 * MINUTE
        await bob.asks("edit", channel="garden", number=number, text="hmm")
        now += 1
        assert (await bob.is_refused("too_late", "edit", channel="garden", number=number, text="h"))["minutes"] == 10
        now += 10 * MINUTE
        assert (await bob.is_refused("too_late", "delete", channel="garden", number=number))["minutes"] == 20
        await anna.asks("edit", channel="garden", number=number, text="hmmm")
        await anna.asks("delete", channel="garden", number=number)
    assert (Conversation().edit_minutes, Conversation().delete_minutes) == (1440, 0)


async def test_after_a_restart_it_goes_on() -> None:
    """The same message is changed again, and its earlier texts are all there."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "one", anna)
        await bob.asks("edit", channel="garden", number=number, text="two")
        await house.restart()
        bob = await house.native_in("garden", "bob", PASSWORD)
        await bob.asks("edit", channel="garden", number=number, text="three")
        anna = await house.native_in("garden", "anna", PASSWORD)
        assert [message["text"] for message in await messages(anna)] == ["three"]
        versions = (await anna.asks("versions", channel="garden", number=number))["versions"]
        assert [version["text"] for version in versions] == ["one", "two"]


async def test_an_edit_and_a_deletion_at_once() -> None:
    """Whichever is decided first: the text is gone in the end, and an edit that comes second is refused."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        for turn in range(8):
            number = await says(bob, f"try {turn}", anna)
            orders = [(bob, {"do": "edit", "text": "again"}), (anna, {"do": "delete"})]
            asked = [
                (person, person.tells(channel="garden", number=number, **about))
                for person, about in (orders if turn % 2 else orders[::-1])
            ]
            answers = {person: await person.answer(mark) for person, mark in asked}
            assert answers[anna]["is"] == "ack"
            assert answers[bob]["is"] == "ack" or answers[bob]["code"] == "no_such_message"
            for person in (anna, bob):
                if answers[bob]["is"] == "ack":
                    await person.hears("edited", target=number)
                await person.hears("deleted", targets=[number])
        left = [(message["deleted"], message["text"]) for message in await messages(anna)]
        assert left
        assert set(left) == {(True, "")}


async def test_a_deletion_that_is_not_on_disk_yet_stops_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk still syncs it, nothing more is done to the message; what fails there was never so."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "said", anna)
        house.hold()
        deletes = anna.tells("delete", channel="garden", number=number)
        await house.commit_begins()
        edits = bob.tells("edit", channel="garden", number=number, text="unsaid")
        await house.decided(2)
        house.store.let_go(failing=True)
        assert (await anna.answer(deletes))["code"] == "store_unavailable"
        refused = await bob.answer(edits)
        assert refused["code"] in ("no_such_message", "store_unavailable")
        house.store.failing = False
        await bob.asks("edit", channel="garden", number=number, text="said after all")
        for person in (anna, bob):
            await person.hears("edited", text="said after all", target=number)
        assert [message["text"] for message in await messages(bob)] == ["said after all"]


async def test_an_edit_that_fails_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in memory nor on disk: what points at the message shows what it said before."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "before", anna)
        house.store.failing = True
        await bob.is_refused("store_unavailable", "edit", channel="garden", number=number, text="after")
        house.store.failing = False
        await anna.asks("pin", channel="garden", number=number)
        await bob.hears("pinned", words="before")
        assert (await anna.asks("versions", channel="garden", number=number))["versions"] == []


async def test_all_that_one_said_since() -> None:
    """In one act, with a reason; what others said, and what was said before, stays."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        kept = await says(bob, "good day", anna)
        spam = [await says(bob, f"buy {count}", anna) for count in range(3)]
        mine = await says(anna, "stop that", bob)
        spam.append(await says(bob, "buy more", anna))
        await bob.is_refused("not_moderator", "delete_since", channel="garden", number=spam[0])
        await anna.asks("delete", channel="garden", number=spam[0])
        await anna.asks("delete_since", channel="garden", number=spam[0], reason="advertising")
        await bob.hears("deleted", targets=spam[:1])
        await bob.hears("deleted", targets=spam[1:], reason="advertising", name="anna")
        left = [message["number"] for message in await messages(bob) if not message.get("deleted")]
        assert left == [kept, mine]
        await anna.is_refused("no_such_message", "delete_since", channel="garden", number=spam[0])
        act = (await audited(house))[-1]
        assert act == (
            "anna",
            "messages_deleted",
            {"channel": "garden", "name": "bob", "number": spam[1], "count": 3, "reason": "advertising"},
        )


async def test_the_muted_the_banned_and_readers() -> None:
    """To edit is to speak; what one said can be taken back by whoever may still read it."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        numbers = [await says(bob, f"number {count}", anna) for count in range(3)]
        await anna.asks("mute", channel="garden", name="bob", seconds=600)
        await bob.hears("stands")
        await bob.is_refused("muted", "edit", channel="garden", number=numbers[0], text="x")
        await bob.asks("delete", channel="garden", number=numbers[0])
        await anna.asks("mute", channel="garden", name="bob", seconds=0)
        await anna.asks("set_role", channel="garden", name="bob", role="reader")
        await bob.is_refused("read_only", "edit", channel="garden", number=numbers[1], text="x")
        await anna.asks("ban", channel="garden", name="bob")
        for do in ("edit", "delete"):
            about = {"text": "x"} if do == "edit" else {}
            await bob.is_refused("banned", do, channel="garden", number=numbers[1], **about)
            await bob.is_refused("banned", do, channel="garden", number=77, **about)
        left = [message["number"] for message in await messages(anna) if not message.get("deleted")]
        assert left == numbers[1:]


async def test_a_guest_edits_while_it_is_there() -> None:
    """What a guest said is its own until it leaves; the next of that name is somebody else."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        guest = await house.native_in("garden", "Visitor")
        await anna.hears("entered", name="Visitor")
        number = await says(guest, "helo", anna)
        await guest.asks("edit", channel="garden", number=number, text="hello")
        await anna.hears("edited", name="Visitor", guest=True, text="hello")
        guest.hang_up()
        await anna.hears("left", name="Visitor")
        again = await house.native_in("garden", "Visitor")
        await again.is_refused("not_yours", "edit", channel="garden", number=number, text="mine")
        await again.is_refused("not_yours", "delete", channel="garden", number=number)


async def test_nobody_learns_what_is_in_a_channel_that_they_may_not_read() -> None:
    """A message that is there and one that is not are refused alike."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(anna, "between us", bob)
        await anna.asks("set_channel", channel="garden", access="private")
        stranger = await house.native()
        await stranger.logs_in("Stranger")
        for there in (number, 77, -1, 2**60, 2**64 - 1):
            await stranger.is_refused("no_such_channel", "edit", channel="garden", number=there, text="x")
            await stranger.is_refused("no_such_channel", "delete", channel="garden", number=there)
        for nowhere in (0, -1, 77, 2**53, 2**60):
            await anna.is_refused("no_such_message", "delete", channel="garden", number=nowhere)


async def test_where_nothing_is_kept_nothing_can_be_changed() -> None:
    """With history off a message is told and gone."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        await anna.asks("set_channel", channel="garden", history=False)
        await bob.hears("changed")
        number = await says(bob, "in the wind", anna) if await anna.hears("changed") else 0
        for do, about in (("edit", {"text": "x"}), ("delete", {}), ("versions", {}), ("delete_since", {})):
            await anna.is_refused("no_such_message", do, channel="garden", number=number, **about)
        await bob.is_refused("no_such_message", "send", channel="garden", text="re", reply=number)


async def test_only_messages_can_be_changed() -> None:
    """Not what was done: a topic, an edit."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        topic = (await anna.asks("set_topic", channel="garden", topic="flowers"))["number"]
        await anna.is_refused("no_such_message", "edit", channel="garden", number=topic, text="weeds")
        await bob.is_refused("no_such_message", "delete", channel="garden", number=topic)


async def test_a_bad_text_is_no_edit() -> None:
    """Empty, too long, or with a character that cannot be sent: as it is when something is said."""
    async with House(limits={"message_bytes": 1000}) as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "as it was", anna)
        await bob.is_refused("bad_text", "edit", channel="garden", number=number, text=" ")
        await bob.is_refused("bad_text", "edit", channel="garden", number=number, text="\x00")
        await bob.is_refused("text_too_long", "edit", channel="garden", number=number, text="x" * 1001)
        assert [message["text"] for message in await messages(anna)] == ["as it was"]


async def test_an_edit_names_others_and_an_action_stays_one() -> None:
    """Whom the new text names is shown; what one does is still done."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = (await bob.asks("send", channel="garden", text="waves", action=True))["number"]
        await anna.hears("message", action=True)
        await bob.asks("edit", channel="garden", number=number, text="waves at @anna and @bob")
        names = (await anna.hears("edited"))["mentions"]
        (message,) = await messages(anna)
        assert message["mentions"] == names
        assert len(names) == 1
        assert message["action"] is True


async def test_somebody_at_an_old_client_is_there() -> None:
    """What is said to those who cannot be shown an edit is one line, or nothing; what comes after it is whole."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        old = await house.classic_in("garden", "Guest5")
        for person in (anna, bob):
            await person.hears("entered", name="Guest5")
        old.says("i am old")
        number = (await anna.hears("message", name="Guest5"))["number"]
        await old.hears("Guest5>i am old")
        await anna.asks("edit", channel="garden", number=number, text="i am experienced")
        await anna.hears("edited", text="i am experienced")
        await anna.says("garden", "better")
        heard = ""
        async with asyncio.timeout(5):
            while "anna>better" not in heard:
                heard += (await old.read()).decode()
        assert heard.endswith("anna>better")
        assert "Guest5>" not in heard
        assert heard.count("experienced") <= 1


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are forgotten, unless what was changed about them is not on disk yet; then they are read again."""
    async with SlowHouse(monkeypatch) as house:
        house.context.bounds = Bounds(remembered=5 * MESSAGE_WEIGHT)
        anna, bob = await a_moderator_and_a_member(house)
        numbers = [await says(bob, f"number {count}", anna) for count in range(12)]
        for number in numbers:
            await bob.asks("edit", channel="garden", number=number, text=f"edited {number}")
            assert len(house.context.state.remembered) <= 5
        house.hold()
        edits = bob.tells("edit", channel="garden", number=numbers[0], text="once more")
        await house.commit_begins()
        channel = house.context.state.channel("garden")
        message = house.context.state.remembered[channel.id, numbers[0]]
        for number in numbers[1:]:
            await message_cache.recall(house.context, channel, number)
            assert len(house.context.state.remembered) <= 5
        assert await message_cache.recall(house.context, channel, numbers[0]) is message
        house.store.let_go()
        assert (await bob.answer(edits))["is"] == "ack"
        texts = [message["text"] for message in await messages(bob)]
        assert texts == ["once more", *(f"edited {number}" for number in numbers[1:])]


@pytest.mark.parametrize(
    "act", [("edit", {"text": "x"}), ("react", {"emoji": "👍"}), ("delete", {})], ids=lambda act: act[0]
)
async def test_what_is_changed_and_not_on_disk_is_not_forgotten(
    act: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much else is read meanwhile: the store has it as it was."""
    do, how = act
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await a_moderator_and_a_member(house)
        numbers = [await says(bob, f"number {count}", anna) for count in range(12)]
        house.context.bounds = Bounds(remembered=5 * MESSAGE_WEIGHT)
        channel, remembered = house.context.state.channel("garden"), house.context.state.remembered
        house.hold()
        changed = bob.tells(do, channel="garden", number=numbers[0], **how)
        await house.commit_begins()
        message = remembered[channel.id, numbers[0]]
        for number in numbers[1:]:
            await message_cache.recall(house.context, channel, number)
        assert remembered.get((channel.id, numbers[0])) is message
        house.store.let_go()
        assert (await bob.answer(changed))["is"] != "error"


async def test_who_asks_for_a_message_at_once_gets_the_same() -> None:
    """However many read it from the store at the same time, there is one of it."""
    async with House() as house:
        anna, bob = await a_moderator_and_a_member(house)
        number = await says(bob, "one", anna)
        context = house.server.context
        channel = context.state.channel("garden")
        found = await asyncio.gather(*(message_cache.recall(context, channel, number) for _ in range(20)))
        assert len(set(map(id, found))) == 1
        message_cache.forget_before(context, channel.id, found[0].at + 1)
        assert await message_cache.recall(context, channel, number) is not found[0]
