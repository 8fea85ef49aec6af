"""Delivery: to whom a unit of work's events go, in which order, and what it costs."""

import json

import pytest

from causerie.chat.commands import Send
from causerie.chat.events import Event
from causerie.protocols.native import NativeEncoder
from causerie.server import catch_up
from causerie.server.dispatch import dispatch
from tests.people import House
from tests.slow_store import SlowHouse


async def test_who_enters_in_the_middle_of_a_unit_of_work_hears_what_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nothing before; the snapshot's number stands between the two."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native()
        await luc.logs_in("Luc")
        house.hold()
        mia.tells("send", channel="home", text="in the tick before")
        await house.commit_begins()
        mia.tells("send", channel="home", text="before")
        await house.decided(2)
        joined = luc.tells("join", channel="home")
        await house.decided(3)
        mia.tells("send", channel="home", text="after")
        await house.decided(4)
        house.store.let_go()
        assert (await luc.answer(joined))["number"] == 2
        await luc.hears("entered", name="Luc")
        await luc.hears("message", text="after", number=3)
        await luc.hears_nothing()


async def test_who_leaves_in_the_middle_of_a_unit_of_work_hears_what_came_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own last words too, and nothing after."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        await mia.hears("entered", name="Luc")
        house.hold()
        mia.tells("send", channel="home", text="in the tick before")
        await house.commit_begins()
        last = luc.tells("send", channel="home", text="bye")
        left = luc.tells("leave", channel="home")
        await house.decided(3)
        mia.tells("send", channel="home", text="is he gone?")
        await house.decided(4)
        house.store.let_go()
        await luc.answer(last)
        await luc.answer(left)
        await luc.hears("message", text="in the tick before")
        await luc.hears("message", text="bye", name="Luc")
        await luc.hears_nothing()


async def test_a_classic_client_reads_its_last_line_before_the_end() -> None:
    """SEND and END in one packet."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        luc.sends(b'{"SEND": {"PAYLOAD": "bye"}}{"END": {}}')
        await luc.hears("Guest-Luc>bye")
        await luc.hears_the_end()


@pytest.mark.parametrize("between", ["", " "], ids=["end to end", "with a space"])
async def test_a_classic_client_reads_what_it_said_before_the_refusal_of_what_it_said_next(between: str) -> None:
    """In one packet, so in one unit of work: its echo is its acknowledgement, and a session's answers keep their
    order."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        texts = "one", "/nothing", "two", "/whois nobody", "three"
        said = [json.dumps({"SEND": {"PAYLOAD": text}}) for text in texts]
        luc.sends(between.join(said).encode())
        await luc.hears(
            "Guest-Luc>one",
            "causerie>there is no command /nothing; /help lists them, and // says what begins with a slash.",
            "Guest-Luc>two",
            "causerie>nobody is called nobody.",
            "Guest-Luc>three",
        )


async def test_an_event_is_encoded_once_for_all_who_speak_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each member."""
    encoded: list[str] = []
    encode = NativeEncoder.encode

    def counting(encoder: NativeEncoder, event: Event) -> bytes:
        encoded.append(type(event).__name__)
        return encode(encoder, event)

    async with House() as house:
        people = [await house.native_in("home", f"Guest-{name}") for name in "abcdef"]
        for number, one in enumerate(people):
            for later in people[number + 1 :]:
                await one.hears("entered", name=later.name)
        monkeypatch.setattr(NativeEncoder, "encode", counting)
        delivered = house.server.context.fanout.delivered
        await people[0].says("home", "to all")
        for one in people[1:]:
            await one.hears("message", text="to all")
        assert encoded.count("Message") == 1
        assert house.server.context.fanout.delivered - delivered == len(people)


async def test_an_answer_comes_before_what_its_command_tells_and_ping_after_it() -> None:
    """A ping's answer means that all asked before is on its way to everyone."""
    async with House() as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        marks = [mia.tells("send", channel="home", text=str(number)) for number in range(5)]
        marks.append(mia.tells("ping"))
        assert [(await mia.answer(mark))["re"] for mark in marks] == marks
        for number in range(5):
            await luc.hears("message", text=str(number))


async def test_who_has_caught_up_is_told_what_a_snapshot_holds_before_the_snapshot() -> None:
    """The last thing missed is committed in the very unit of work that says how the channel stands by then."""
    async with House() as house:
        await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        context = house.server.context
        state = context.state
        mia_there, luc_there = (next(iter(state.connected[state.person(name).id])) for name in ("Mia", "Luc"))
        channel = state.channel("home").id
        context.fanout.subscribers(channel).remove(luc_there)
        dispatch(context, mia_there, Send(channel="home", text="the last one missed"))
        catch_up.hear_again(context, luc_there, channel)
        said = await luc.hears("message", text="the last one missed")
        assert (await luc.hears("snapshot"))["number"] == said["number"]
        await luc.hears_nothing()
