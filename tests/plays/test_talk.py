"""Talk beyond a line in home: direct conversations, topics, history, search, resuming, sending twice."""

import asyncio
from typing import Any

import pytest

from causerie.transport import listener
from tests.people import PASSWORD, PATIENCE, House, NativePerson


async def test_a_direct_conversation_is_between_its_people() -> None:
    """Made once for the same people; the other is told of it; nobody else enters, reads or knows of it."""
    async with House() as house:
        for name in ("anna", "bob", "cleo"):
            await house.account(name)
        anna, bob, cleo = [await house.native_in("home", name, PASSWORD) for name in ("anna", "bob", "cleo")]
        for name in ("bob", "cleo"):
            await anna.hears("entered", name=name)
        await bob.hears("entered", name="cleo")

        opened = await anna.asks("direct", people=["bob"])
        place = opened["channel"]
        assert opened["access"] == "direct"
        await bob.hears("stands", channel=place, name="anna", whom_name="bob", role="member")
        await anna.asks("send", channel=place, text="between us")
        assert (await bob.asks("direct", people=["anna"]))["channel"] == place
        page = await bob.asks("history", channel=place)
        assert [event["text"] for event in page["events"]] == ["between us"]
        await bob.asks("send", channel=place, text="yes")

        await cleo.is_refused("no_such_channel", "join", channel=place)
        await cleo.is_refused("no_such_channel", "history", channel=place)
        await cleo.is_refused("no_such_channel", "send", channel=place, text="me too")
        assert place not in str((await cleo.asks("channels"))["channels"])
        await cleo.hears_nothing()
        await anna.is_refused("cannot_leave", "leave", channel=place)
        await anna.is_refused("no_such_person", "direct", people=["nobody"])
        assert (await anna.asks("direct", people=["anna"]))["access"] == "direct"  # notes


async def test_a_direct_conversation_with_a_guest_that_went_can_still_be_opened() -> None:
    """The guest never entered it and is gone; its member list must still be made."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("home", "anna", PASSWORD)
        luc = await house.native_in("home", "Luc")
        await anna.hears("entered", name="Luc")
        place = (await anna.asks("direct", people=["Luc"]))["channel"]
        luc.hang_up()
        again = await house.native()
        await again.logs_in("anna", PASSWORD)
        snapshot = await again.asks("join", channel=place)
        assert "anna" in [line["name"] for line in snapshot["members"]]


async def test_a_topic_is_told_kept_and_shown_to_who_comes() -> None:
    """It is an event of the log like what is said; a classic client reads it as a line."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("garden", "anna", PASSWORD)
        old = await house.classic_in("garden", "Guest-Luc")
        await anna.asks("set_topic", channel="garden", topic="Roses & thorns")
        await old.hears("* anna set the topic: Roses & thorns")
        await house.restart()
        eve = await house.native()
        await eve.logs_in("Eve")
        assert (await eve.joins("garden"))["topic"] == "Roses & thorns"
        await eve.is_refused("not_moderator", "set_topic", channel="garden", topic="weeds")
        events = (await eve.asks("history", channel="garden"))["events"]
        assert [(event["is"], event.get("topic")) for event in events][:1] == [("topic", "Roses & thorns")]


async def test_history_is_paged_by_number_in_both_directions() -> None:
    """Forty events, pages of fifteen; nothing skipped, nothing twice, and the last page says so."""
    async with House() as house:
        mia = await house.native_in("home", "Mia")
        for number in range(1, 41):
            await mia.says("home", f"line {number}")

        async def page(**about: int) -> tuple[list[int], bool]:
            answer = await mia.asks("history", channel="home", limit=15, **about)
            return [event["number"] for event in answer["events"]], answer.get("more", False)

        assert await page() == (list(range(26, 41)), True)
        assert await page(before=26) == (list(range(11, 26)), True)
        assert await page(before=11) == (list(range(1, 11)), False)
        assert await page(before=1) == ([], False)
        assert await page(after=1) == (list(range(2, 17)), True)
        assert await page(after=25) == (list(range(26, 41)), False)
        assert await page(after=40) == ([], False)
        assert await page(around=20) == (list(range(13, 28)), True)
        for bound in (-1, 2**53, 10**30):
            await mia.is_refused("bad_input", "history", channel="home", before=bound)
        between = await mia.asks("history", channel="home", before=3, after=1)
        assert [event["number"] for event in between["events"]] == [2]
        await mia.is_refused("bad_input", "history", channel="home", before=3, around=1)


async def test_search_finds_what_the_asker_may_read() -> None:
    """Accents and case do not matter; another's private words are not found."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("cellar", "anna", PASSWORD)
        await anna.asks("set_channel", channel="cellar", access="private")
        await anna.asks("send", channel="cellar", text="the café is secret")
        mia = await house.native_in("home", "Mia")
        await mia.says("home", "a CAFE at noon")
        assert [hit["message"]["text"] for hit in (await mia.asks("search", text="café"))["hits"]] == ["a CAFE at noon"]
        found = (await anna.asks("search", text="cafe"))["hits"]
        assert [hit["message"]["channel"] for hit in found] == ["home", "cellar"]
        assert (await anna.asks("search", text="cafe", name="Mia"))["hits"][0]["message"]["name"] == "Mia"
        await mia.is_refused("no_such_channel", "search", text="café", channel="cellar")
        await mia.is_refused("bad_input", "search", text="  ")
        await mia.is_refused("bad_input", "search", text="x", before=10**30)


async def heard_texts(person: NativePerson, count: int) -> list[tuple[int, str]]:
    """The next so many messages; what is passing is left out."""
    found: list[tuple[int, str]] = []
    while len(found) < count:
        event: dict[str, Any] = await person.next_event()
        if event["is"] == "message":
            found.append((event["number"], event["text"]))
    return found


@pytest.mark.parametrize("restarted", [False, True])
async def test_who_was_cut_off_resumes_without_gap_or_duplicate(restarted: bool) -> None:
    """A token and a number for each channel; what followed comes from the store, then the stream."""
    async with House() as house:
        await house.account("anna")
        await house.account("bob")
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD, keep=True)
        await anna.joins("home")
        bob = await house.native_in("home", "bob", PASSWORD)
        await bob.says("home", "heard")
        anna.hang_up()
        await bob.hears("left", name="anna")
        for number in range(150):
            await bob.asks("send", channel="home", text=f"missed {number}")
        if restarted:
            await house.restart()
            bob = await house.native_in("home", "bob", PASSWORD)

        back = await house.native()
        await back.returns(anna.token)
        assert (await back.asks("resume", since={"home": 1}))["channels"] == ["home"]
        await bob.asks("send", channel="home", text="live")
        expected = [(number + 2, f"missed {number}") for number in range(150)]
        assert await heard_texts(back, 151) == [*expected, (152, "live")]
        await back.is_refused("bad_input", "resume", since={"home": 1})


async def test_a_guests_token_brings_back_the_same_guest() -> None:
    """Also after a restart: the same person, so what it said is still its own."""
    async with House() as house:
        mia = await house.native()
        before = await mia.logs_in("Mia", keep=True)
        await mia.joins("home")
        await mia.says("home", "hello")
        mia.hang_up()
        await house.restart()
        again = await house.native()
        after = await again.returns(mia.token)
        assert (after["person"], after["name"], after["guest"]) == (before["person"], "Mia", True)


async def test_the_same_key_from_two_sockets_and_after_a_restart_is_one_message() -> None:
    """Whoever did not hear the answer sends again: the first one's number, and nobody hears it twice."""
    async with House() as house:
        await house.account("anna")
        desk = await house.native_in("home", "anna", PASSWORD)
        phone = await house.native_in("home", "anna", PASSWORD)
        luc = await house.classic_in("home", "Guest-Luc")
        marks = [one.tells("send", channel="home", text="once", key="k1") for one in (desk, phone, desk)]
        first, second, third = [await one.answer(mark) for one, mark in zip((desk, phone, desk), marks, strict=True)]
        assert first["number"] == second["number"] == third["number"] == 1
        assert sorted(answer.get("again", False) for answer in (first, second, third)) == [False, True, True]
        await luc.hears("anna>once")
        await luc.hears_nothing()

        await house.restart()
        later = await house.native_in("home", "anna", PASSWORD)
        again = await later.says("home", "once", key="k1")
        assert (again["number"], again["at"], again["again"]) == (1, first["at"], True)
        other = await later.asks("join", channel="garden")
        elsewhere = await later.asks("send", channel="garden", text="once", key="k1")
        assert (elsewhere["channel"], elsewhere["number"], other["number"]) == ("home", 1, 0)
        page = await later.asks("history", channel="home")
        assert [event["text"] for event in page["events"]] == ["once", "is it quiet? 1"]


async def test_without_history_nothing_is_kept_and_numbers_go_on() -> None:
    """Told to who is there; nothing to page through; who resumes is told of a gap, also after a restart."""
    async with House() as house:
        await house.account("anna")
        anna = await house.native_in("cellar", "anna", PASSWORD)
        await anna.asks("set_channel", channel="cellar", history=False)
        await anna.hears("changed", number=1)
        assert (await anna.says("cellar", "unwritten"))["number"] == 2
        assert [event["is"] for event in (await anna.asks("history", channel="cellar"))["events"]] == ["changed"]
        await house.restart()
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        await anna.asks("resume", since={"cellar": 1})
        await anna.hears("gap", after=1, number=2)
        await anna.hears("snapshot", number=2)
        assert (await anna.asks("send", channel="cellar", text="next"))["number"] == 3


@pytest.mark.parametrize("plaintext", ["loopback", "lan", "all"])
@pytest.mark.parametrize("where", ["loopback", "lan", "far"])
async def test_who_may_come_in_clear(where: str, plaintext: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is injected, the rest is real: passwords where they may travel, guests where allowed."""
    monkeypatch.setattr(listener, "reach", lambda host: where)
    passwords = where == "loopback" or plaintext == "all" or (where, plaintext) == ("lan", "lan")
    guests = passwords or where == "lan"
    async with House(server={"plaintext": plaintext}, accounts={"registration": "open"}) as house:
        await house.account("anna")
        if not guests:
            for first_words in (b'{"do":"hello","version":1}\n', b'{"CONN":{"us":"Guest1","pwd":"","channel":"home"}}'):
                reader, writer = await house.connect()
                writer.write(first_words)
                async with asyncio.timeout(PATIENCE):
                    assert await reader.read() == b"causerie: this server is reached from here by TLS only\r\n"
                writer.close()
            assert house.server.context.state.connected == {}
            return
        anna, luc = await house.native(), await house.native()
        await luc.logs_in("Luc")
        if passwords:
            await anna.logs_in("anna", PASSWORD)
        else:
            await anna.is_refused("in_clear", "login", name="anna", password=PASSWORD)
            await anna.is_refused("in_clear", "login", token="0" * 64)
            await anna.is_refused("in_clear", "register", name="mia", password=PASSWORD)


async def test_a_tell_that_answers_nothing_opens_nothing() -> None:
    """It is refused, and whom it was for is told of no conversation."""
    async with House() as house:
        for name in ("anna", "bob"):
            await house.account(name)
        anna = await house.native_in("home", "anna", PASSWORD)
        bob = await house.native_in("home", "bob", PASSWORD)
        await anna.hears("entered", name="bob")
        before = len(house.server.context.state.channels)
        await anna.is_refused("no_such_message", "tell", people=["bob"], text="yes", reply=1)
        await bob.hears_nothing()
        assert len(house.server.context.state.channels) == before
        first = await anna.asks("tell", people=["bob"], text="tea?")
        answer = await bob.asks("tell", people=["anna"], text="yes", reply=first["number"])
        await anna.is_refused("no_such_message", "tell", people=["bob"], text="yes", reply=answer["number"] + 7)
