"""Threads: replies to one message, followed by who takes part, with an unread count of their own."""

from typing import Any

import pytest

from tests.people import PASSWORD, House, NativePerson
from tests.slow_store import SlowHouse


async def people_in(house: House, *names: str) -> list[NativePerson]:
    """Accounts in home, all of whom have been heard."""
    people: list[NativePerson] = []
    for name in names:
        await house.account(name)
        people.append(await house.native_in("home", name, PASSWORD))
        for one in people[:-1]:
            await one.hears("entered", name=name)
    return people


async def say(person: NativePerson, text: str, reply: int = 0) -> int:
    """Say it, whatever else is heard: its number."""
    number: int = (await person.asks("send", channel="home", text=text, reply=reply))["number"]
    return number


def events_of(person: NativePerson, kind: str) -> list[dict[str, Any]]:
    """What came of this kind, taken out of what is still to be heard."""
    found = [event for event in person.events if event["is"] == kind]
    person.events[:] = [event for event in person.events if event["is"] != kind]
    return found


async def followed(person: NativePerson) -> list[tuple[int, int, int]]:
    """One's threads: number, replies, unread."""
    lines = (await person.asks("threads"))["threads"]
    return [(line["thread"], line["replies"], line.get("unread", 0)) for line in lines]


async def texts(person: NativePerson, number: int, **about: int) -> list[str]:
    """A page of a thread."""
    messages = (await person.asks("thread", channel="home", number=number, **about))["messages"]
    return [message["text"] for message in messages]


async def test_a_thread_is_the_replies_to_one_message() -> None:
    """Its first message first; a reply to a reply is in the same thread; what is said beside it is not."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        question = await say(anna, "Who brings bread?")
        answer = await say(bob, "I do", reply=question)
        await say(anna, "Nice weather")
        await say(anna, "Thank you", reply=answer)
        page = await bob.asks("thread", channel="home", number=question)
        assert (page["thread"], page["number"], page.get("more")) == (question, 4, None)
        assert [(one["text"], one.get("nth"), one.get("reply")) for one in page["messages"]] == [
            ("Who brings bread?", None, None),
            ("I do", 1, question),
            ("Thank you", 2, answer),
        ]
        assert page["messages"][0]["replies"] == 2
        assert (await bob.asks("thread", channel="home", number=answer))["thread"] == question
        (first, *_) = (await bob.asks("history", channel="home"))["events"]
        assert first["replies"] == 2


async def test_a_thread_is_read_in_pages_from_either_end() -> None:
    """Every message once, the first one at the beginning and nowhere else."""
    async with House() as house:
        (anna,) = await people_in(house, "anna")
        first = await say(anna, "0")
        numbers = [await say(anna, str(count), reply=first) for count in range(1, 6)]
        assert await texts(anna, first, limit=2) == ["4", "5"]
        assert await texts(anna, first, limit=2, before=numbers[3]) == ["2", "3"]
        assert await texts(anna, first, limit=2, before=numbers[1]) == ["0", "1"]
        assert await texts(anna, first, limit=1, before=numbers[0]) == ["0"]
        assert await texts(anna, first, limit=3, after=first) == ["1", "2", "3"]
        assert await texts(anna, first, limit=3, after=numbers[2]) == ["4", "5"]
        assert await texts(anna, first, limit=6) == list("012345")
        page = await anna.asks("thread", channel="home", number=first, limit=5)
        assert ([one["text"] for one in page["messages"]], page["more"]) == (list("12345"), True)
        assert "more" not in await anna.asks("thread", channel="home", number=first, limit=6)
        await anna.is_refused("bad_input", "thread", channel="home", number=first, before=1, after=1)
        await anna.is_refused("bad_input", "thread", channel="home", number=-1)
        await anna.is_refused("no_such_message", "thread", channel="home", number=99)


async def test_who_takes_part_follows_and_is_told_on_every_device() -> None:
    """The author of the first message with the first reply, who replies with theirs, and nobody else."""
    async with House() as house:
        anna, bob, cleo = await people_in(house, "anna", "bob", "cleo")
        phone = await house.native()
        await phone.logs_in("anna", PASSWORD)
        first = await say(anna, "Who brings bread?")
        await say(bob, "I do", reply=first)
        await say(bob, "and salt", reply=first)
        for one in (anna, bob, cleo, phone):
            await one.asks("ping")
        for one in (anna, bob, phone):
            assert [(told["thread"], told.get("on")) for told in events_of(one, "followed")] == [(first, None)]
        assert events_of(cleo, "followed") == []
        assert await followed(anna) == [(first, 2, 2)]
        assert await followed(bob) == [(first, 2, 0)]
        assert await followed(cleo) == []


async def test_one_follows_and_unfollows_by_any_message_of_the_thread() -> None:
    """All one's devices are told; twice is once; a later reply follows again."""
    async with House() as house:
        anna, bob, cleo = await people_in(house, "anna", "bob", "cleo")
        phone = await house.native()
        await phone.logs_in("cleo", PASSWORD)
        first = await say(anna, "Who brings bread?")
        answer = await say(bob, "I do", reply=first)
        assert (await cleo.asks("follow", channel="home", number=answer))["is"] == "done"
        await cleo.asks("follow", channel="home", number=first)
        await phone.hears("followed", channel="home", thread=first, on=None)
        assert await followed(cleo) == [(first, 1, 1)]
        await cleo.asks("follow", channel="home", number=first, on=False)
        await phone.hears("followed", channel="home", thread=first, on=False)
        assert await followed(cleo) == []
        await say(cleo, "butter", reply=first)
        await phone.hears("followed", channel="home", thread=first, on=None)
        assert [thread for thread, *_ in await followed(cleo)] == [first]
        await cleo.is_refused("no_such_message", "follow", channel="home", number=99)


async def test_a_thread_is_read_apart_from_its_channel() -> None:
    """What one says there oneself is read; so is what was marked, up to there, also after a restart."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        first = await say(anna, "Who brings bread?")
        numbers = [await say(bob, text, reply=first) for text in ("I do", "and salt", "and butter")]
        await anna.asks("mark", channel="home", number=numbers[-1])
        assert await followed(anna) == [(first, 3, 3)]
        await anna.asks("mark", channel="home", number=numbers[1], thread=first)
        assert await followed(anna) == [(first, 3, 1)]
        (line,) = (await anna.asks("threads"))["threads"]
        assert (line["upto"], line["last"]) == (numbers[1], numbers[2])
        await say(anna, "Thank you", reply=numbers[0])
        assert (await followed(anna), await followed(bob)) == ([(first, 4, 0)], [(first, 4, 1)])
        await house.restart()
        anna = await house.native_in("home", "anna", PASSWORD)
        assert await followed(anna) == [(first, 4, 0)]


async def test_one_lets_go_of_a_thread_whose_first_message_was_deleted() -> None:
    """Its replies can be read on; a deleted message that nobody answered is no thread."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        first, alone = await say(anna, "Who brings bread?"), await say(anna, "never mind")
        await say(bob, "I do", reply=first)
        for number in (first, alone):
            await anna.asks("delete", channel="home", number=number)
        page = (await bob.asks("thread", channel="home", number=first))["messages"]
        assert [(one["text"], one.get("deleted")) for one in page] == [("", True), ("I do", None)]
        assert await followed(anna) == [(first, 1, 1)]
        await anna.asks("follow", channel="home", number=first, on=False)
        assert await followed(anna) == []
        await anna.asks("follow", channel="home", number=first)
        assert await followed(anna) == [(first, 1, 1)]
        await anna.is_refused("no_such_message", "follow", channel="home", number=alone)


async def test_follows_are_there_after_a_restart_the_newest_reply_first() -> None:
    """And only those that one has not given up."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        numbers = [await say(anna, text) for text in ("one", "two", "three")]
        for number in numbers[::-1]:
            await say(bob, "yes", reply=number)
        await anna.asks("follow", channel="home", number=numbers[1], on=False)
        await house.restart()
        anna = await house.native_in("home", "anna", PASSWORD)
        assert await followed(anna) == [(numbers[0], 1, 1), (numbers[2], 1, 1)]
        page = await anna.asks("thread", channel="home", number=numbers[2])
        assert [one["text"] for one in page["messages"]] == ["three", "yes"]


async def test_a_follow_that_could_not_be_stored_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, nobody is told, and it can be asked again."""
    async with SlowHouse(monkeypatch) as house:
        anna, bob = await people_in(house, "anna", "bob")
        first = await say(anna, "hello")
        await say(anna, "is anybody there?", reply=first)
        house.hold()
        mark = bob.tells("follow", channel="home", number=first)
        await house.commit_begins()
        house.store.let_go(failing=True)
        assert (await bob.answer(mark))["code"] == "store_unavailable"
        house.store.failing = False
        assert events_of(bob, "followed") == []
        assert await followed(bob) == []
        await bob.asks("follow", channel="home", number=first)
        assert await followed(bob) == [(first, 1, 1)]


async def test_one_follows_only_so_many_threads() -> None:
    """One more by asking is refused; by replying, the one that was quiet for longest is given up."""
    async with House(conversation={"follows_person": 2}) as house:
        anna, bob = await people_in(house, "anna", "bob")
        numbers = [await say(anna, text) for text in ("one", "two", "three")]
        for number in numbers:
            await say(anna, "and?", reply=number)
        for number in numbers[:2]:
            await bob.asks("follow", channel="home", number=number)
        assert (await bob.is_refused("too_many", "follow", channel="home", number=numbers[2]))["most"] == 2
        await bob.asks("follow", channel="home", number=numbers[1])
        assert [thread for thread, *_ in await followed(anna)] == [numbers[2], numbers[1]]
        assert (
            await house.server.context.store.follows(
                house.server.context.state.person("anna").id,
                house.server.context.state.channel("home").id,
                numbers[0],
            )
            is False
        )


async def test_who_left_neither_follows_nor_is_shown_its_threads() -> None:
    """Not even when somebody answers what they said; when they come back, what they followed is there."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        first, second = await say(anna, "one"), await say(anna, "two")
        await say(bob, "yes", reply=first)
        await anna.asks("leave", channel="home")
        await say(bob, "and?", reply=second)
        assert await followed(anna) == []
        await anna.is_refused("not_a_member", "follow", channel="home", number=second)
        await anna.asks("join", channel="home")
        assert [thread for thread, *_ in await followed(anna)] == [first]


async def test_a_thread_outlives_its_first_message() -> None:
    """Retention took it: the replies that are kept can still be read."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        first = await say(anna, "one")
        await say(bob, "yes", reply=first)
        context = house.server.context
        home = context.state.channel("home")
        await context.store.forget_before(home.id, context.now() + 1, 1)
        assert await texts(bob, first) == ["yes"]


@pytest.mark.parametrize("what", ["threads", "drafts"])
async def test_a_list_is_no_older_than_what_was_told_before_it(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another device changes what the store was just read of: the list that comes after that event has it."""
    async with House() as house:
        anna, bob = await people_in(house, "anna", "bob")
        phone = await house.native_in("home", "bob", PASSWORD)
        first = await say(anna, "lunch?")
        await say(bob, "yes", reply=first)
        await bob.asks("draft", channel="home", text="what if")
        store = house.server.context.store
        read, changes = getattr(store, what), [1]

        async def read_and_changed(*about: Any) -> Any:
            found = await read(*about)
            if changes and changes.pop():
                await phone.asks("follow", channel="home", number=first, on=False)
                await phone.asks("draft", channel="home", text="")
            return found

        monkeypatch.setattr(store, what, read_and_changed)
        assert (await bob.asks(what))[what] == []
