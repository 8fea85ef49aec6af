"""The commit loop, with a store that fails or stalls on demand: nothing lost, told early, or left unanswered."""

import asyncio

import pytest

from causerie.server.engine.commit_delay import HURRIED, LARGE, WINDOW, CommitDelay
from causerie.server.engine.unit_of_work import UnitOfWork
from tests.people import PASSWORD, PATIENCE, House, NativePerson
from tests.slow_store import SlowHouse

QUICK = {"commit_timeout": 0.3}


async def test_a_failed_commit_undoes_both_units_of_work_and_answers_every_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one with the store and the one that collected meanwhile: as if their commands had not come."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        anna = await house.native()
        await anna.logs_in("anna", PASSWORD)
        house.hold()
        sent = mia.tells("send", channel="home", text="lost", key="k")
        await house.commit_begins()
        joined = anna.tells("join", channel="garden")
        await house.until(lambda: "garden" in house.context.state.by_name)
        house.store.let_go(failing=True)
        for person, mark in ((mia, sent), (anna, joined)):
            answer = await person.answer(mark)
            assert (answer["code"], answer["data"]["retry_after"]) == ("store_unavailable", 5)
        state = house.context.state
        assert "garden" not in state.by_name
        assert state.kept_guests == {}
        assert [session.channels for session in state.connected[state.names["anna"]]] == [{}]
        await mia.hears_nothing()

        house.store.let_go()
        assert (await mia.says("home", "again", key="k"))["number"] == 1
        assert (await anna.joins("garden"))["role"] == "owner"


async def test_nobody_hears_what_is_not_yet_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an acknowledgement nor the event leaves while the commit is under way."""
    async with SlowHouse(monkeypatch) as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        house.hold()
        sent = mia.tells("send", channel="home", text="hi")
        await house.commit_begins()
        pinged = luc.tells("ping")
        await house.decided(2)
        for person in (luc, mia):
            await person.has_heard_nothing()
        house.store.let_go()
        assert (await mia.answer(sent))["number"] == 1
        await luc.answer(pinged)
        await luc.hears("message", text="hi")


async def test_a_sessions_answers_keep_their_order_when_both_units_of_work_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The older command is refused first."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        house.hold()
        first = mia.tells("send", channel="home", text="one")
        await house.commit_begins()
        second, third = mia.tells("send", channel="home", text="two"), mia.tells("ping")
        await house.decided(3)
        house.store.let_go(failing=True)
        assert [(await mia.line())["re"] for _ in range(3)] == [first, second, third]


async def test_a_stalled_store_is_refused_in_time_and_told_when_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sends are refused, reading goes on; what the store did is told; the same key gets the same number."""
    async with SlowHouse(monkeypatch, store=QUICK) as house:
        luc = await house.native_in("home", "Luc")
        mia = await house.native_in("home", "Mia")
        await luc.hears("entered", name="Mia")
        await mia.says("home", "before")
        await luc.hears("message", text="before")
        house.hold()
        await mia.is_refused("store_unavailable", "send", channel="home", text="slow", key="k")
        await luc.is_refused("store_unavailable", "send", channel="home", text="me too")
        await luc.hears_nothing()
        page = await luc.asks("history", channel="home")
        assert [event["text"] for event in page["events"]] == ["before"]

        house.store.let_go()
        await luc.hears("message", text="slow", number=2)
        await mia.hears("message", text="slow", number=2)
        again = await mia.asks("send", channel="home", text="slow", key="k")
        assert (again["number"], again["again"]) == (2, True)
        await luc.hears_nothing()
        assert (await luc.says("home", "me too"))["number"] == 3


async def test_a_stalled_store_that_fails_in_the_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused once, not twice; and the key is free."""
    async with SlowHouse(monkeypatch, store=QUICK) as house:
        mia = await house.native_in("home", "Mia")
        house.hold()
        await mia.is_refused("store_unavailable", "send", channel="home", text="slow", key="k")
        house.store.let_go(failing=True)
        await house.until(lambda: not house.context.commit_loop.stalled)
        await mia.hears_nothing()
        house.store.let_go()
        assert "again" not in await mia.says("home", "slow", key="k")


@pytest.mark.parametrize("failing", [False, True])
async def test_who_goes_while_the_store_stalls_is_gone(failing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are told once, when the store answers; until then nothing turns in circles over it."""
    units: dict[UnitOfWork, bool] = {}

    def look() -> None:
        units[house.context.unit] = True
        asyncio.get_running_loop().call_soon(look)

    async with SlowHouse(monkeypatch, store=QUICK) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        anna = await house.native_in("home", "anna", PASSWORD)
        await mia.hears("entered", name="Luc")
        await mia.hears("entered", name="anna")
        house.hold()
        await mia.is_refused("store_unavailable", "send", channel="home", text="slow")
        luc.hang_up()
        anna.hang_up()
        await house.until(lambda: len(house.context.sessions) == 1)
        look()
        for _ in range(20):
            await mia.hears_nothing()
        assert len(units) < 60
        house.store.let_go(failing)
        if not failing:
            await mia.hears("message", text="slow")
        assert {(await mia.hears("left"))["name"] for _ in range(2)} == {"Luc", "anna"}
        await mia.hears_nothing()
        house.store.let_go()
        assert list(house.context.state.connected) == [house.context.state.names[mark] for mark in ("rnla",)]
        await house.native_in("home", "Luc")


async def test_a_departure_survives_the_unit_of_work_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hung up is gone, though the unit of work in which that was decided was undone."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        await mia.hears("entered", name="Luc")
        house.hold()
        sent = mia.tells("send", channel="home", text="lost")
        await house.commit_begins()
        luc.hang_up()
        await house.until(lambda: house.context.unit.facts)
        house.store.let_go(failing=True)
        assert (await mia.answer(sent))["code"] == "store_unavailable"
        await mia.hears("left", name="Luc")
        await mia.hears_nothing()
        assert len(house.context.sessions) == 1
        assert len(house.context.state.people) == 1


async def test_who_came_and_went_in_units_of_work_that_failed_was_never_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told, nothing of them is left."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native()
        house.hold()
        luc.tells("login", name="Luc", guest=True, keep=True)
        luc.tells("join", channel="home")
        await house.commit_begins()
        await house.until(lambda: any(len(here) == 2 for here in house.context.state.here.values()))
        luc.hang_up()
        await house.until(lambda: house.context.unit.facts)
        house.store.let_go(failing=True)
        await house.until(lambda: not house.store.committing)
        house.store.let_go()
        await mia.hears_nothing()
        state = house.context.state
        assert len(state.people) == len(state.connected) == len(house.context.sessions) == 1
        assert [len(here) for here in state.here.values()] == [1]
        await house.native_in("home", "Luc")


async def test_what_waits_for_its_turn_is_answered_in_a_stall_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """`told` ends when what was asked is refused; a log-in by password does not hang with the store."""
    async with SlowHouse(monkeypatch, store=QUICK) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        anna = await house.native()
        house.hold()
        sent = mia.tells("send", channel="home", text="slow")
        await house.commit_begins()
        page = mia.tells("history", channel="home")
        assert (await mia.answer(sent))["code"] == "store_unavailable"
        assert (await mia.answer(page))["is"] == "page"
        await anna.is_refused("store_unavailable", "login", name="anna", password=PASSWORD)
        house.store.let_go()
        await house.until(lambda: not house.context.commit_loop.stalled)
        await anna.logs_in("anna", PASSWORD)


async def test_more_commands_than_a_unit_of_work_holds_are_all_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that fills the unit of work goes on in the next one, also when the unit of work it waited for was
    refused."""
    async with SlowHouse(monkeypatch, limits={"tick_commands": 5}) as house:
        mia = await house.native_in("home", "Mia")
        house.hold()
        first = mia.tells("send", channel="home", text="lost")
        await house.commit_begins()
        marks = [mia.tells("ping") for _ in range(30)]
        await house.decided(6)
        house.store.let_go(failing=True)
        assert [(await mia.line())["re"] for _ in range(31)] == [first, *marks]


async def test_an_encoder_that_breaks_silences_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one unit of work could not tell is logged; the next one is told."""
    from causerie.protocols.classic import ClassicEncoder

    async with SlowHouse(monkeypatch) as house:
        luc = await house.classic_in("home", "Guest-Luc")
        house.hold()
        encode = ClassicEncoder.encode
        monkeypatch.setattr(ClassicEncoder, "encode", lambda *about: 1 / 0)
        luc.says("one")
        await house.decided(1)
        house.store.let_go()
        await house.context.commit_loop.told()
        monkeypatch.setattr(ClassicEncoder, "encode", encode)
        luc.says("two")
        await luc.hears("Guest-Luc>two")


async def test_a_connection_that_ends_after_the_server_has_stopped_wakes_nothing() -> None:
    """A connection whose end is noticed once the server has stopped: no error in the log."""
    async with House() as house:
        context = house.server.context
    context.commit_loop.resting = True
    context.commit_loop.wake()
    context.commit_loop.wake()
    assert not context.commit_loop.resting


async def _hurried(house: SlowHouse, window: float, *names: str) -> list[NativePerson]:
    """These are in one channel, in which so many messages came one after another that the next one waits."""
    people = [await house.native_in("home", name) for name in names]
    house.context.commit_loop.commit_delay = CommitDelay(window)
    for _ in range(HURRIED):
        await people[-1].asks("send", channel="home", text="quick")
    for person in people:
        for name in names[names.index(person.name) + 1 :]:
            await person.hears("entered", name=name)
        for _ in range(HURRIED):
            await person.hears("message", text="quick")
    return people


async def test_the_servers_own_commit_delay_has_messages_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is installed: where one message comes right after another, the commit of some waits, up to the window."""
    waits: list[float] = []
    until = CommitDelay.until

    def noted(commit_delay: CommitDelay, now: float) -> float:
        when = until(commit_delay, now)
        waits.append(when - now)
        return when

    monkeypatch.setattr(CommitDelay, "until", noted)
    async with House() as house:
        mia = await house.native_in("home", "Mia")
        async with asyncio.timeout(PATIENCE):
            while not any(waits):
                await mia.asks("send", channel="home", text="quick")
        await mia.asks("ping")
        assert 0 < max(waits) <= WINDOW


async def test_messages_wait_for_more_where_they_come_fast_and_for_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are on their way, in one commit, before the answer to whatever else is asked, by whomever."""
    async with SlowHouse(monkeypatch) as house:
        mia, luc, eve = await _hurried(house, 3600, "Mia", "Luc", "Eve")
        commit_loop = house.context.commit_loop
        before, told = commit_loop.commits, house.context.fanout.told
        sent = [mia.tells("send", channel="home", text="one"), luc.tells("send", channel="home", text="two")]
        await house.until(lambda: len(commit_loop.unit.steps) == 2)
        assert (commit_loop.commits, house.context.fanout.told) == (before, told)
        assert await eve.asks("ping") is not None
        assert {(await eve.hears("message"))["text"] for _ in range(2)} == {"one", "two"}
        numbers = {(await mia.answer(sent[0]))["number"], (await luc.answer(sent[1]))["number"]}
        assert numbers == {HURRIED + 1, HURRIED + 2}
        assert commit_loop.commits == before + 1


async def test_a_page_asked_for_waits_for_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the unit of work to be told ends its patience."""
    async with SlowHouse(monkeypatch) as house:
        (mia,) = await _hurried(house, 3600, "Mia")
        sent, asked = mia.tells("send", channel="home", text="mine"), mia.tells("history", channel="home")
        await mia.answer(sent)
        page = await mia.answer(asked)
        assert page["events"][-1]["text"] == "mine"


async def test_so_many_messages_wait_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit of work that is large already is taken."""
    async with SlowHouse(monkeypatch) as house:
        (luc,) = await _hurried(house, 3600, "Luc")
        before = house.context.commit_loop.commits
        marks = [luc.tells("send", channel="home", text=f"many {count}") for count in range(LARGE)]
        assert [(await luc.answer(mark))["number"] for mark in marks] == [*range(HURRIED + 1, HURRIED + LARGE + 1)]
        assert house.context.commit_loop.commits > before


async def test_a_message_waits_no_longer_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """And when none came after it, the next one does not wait at all."""
    async with SlowHouse(monkeypatch) as house:
        mia, luc = await _hurried(house, 0.5, "Mia", "Luc")
        await mia.says("home", "alone")
        house.context.commit_loop.commit_delay.window = 3600
        await luc.hears("message", text="alone")
        await luc.says("home", "at once")
