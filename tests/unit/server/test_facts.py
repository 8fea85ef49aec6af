"""What cannot be undone (somebody left, was refused) holds though commits fail; what is refused changes nothing."""

from __future__ import annotations

import pytest

from causerie.chat.commands import Disconnect
from causerie.chat.errors import BadInput
from causerie.chat.replies import Done
from causerie.server import catch_up
from causerie.server.dispatch import finish
from causerie.server.engine.passing import NoteSlowed
from tests.people import PASSWORD
from tests.slow_store import SlowHouse

QUICK = {"commit_timeout": 0.2}
GUARD_OFF = {"failures_account_address": 0, "failures_address": 0, "failures_account": 0}


async def acts(house: SlowHouse) -> list[str]:
    return [line.act for line in await house.context.store.audit(0, 1000)]


@pytest.fixture(params=["they end", "they are cut"])
def ends(request: pytest.FixtureRequest) -> bool:
    """Whether those who leave say that they say no more, or are simply gone."""
    return bool(request.param == "they end")


async def test_thirty_leave_while_commits_fail(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guests and accounts, each in a unit of work that fails: no connection, no name and no place is kept of them, and
    the others have been told once it can be written again."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        leaving = [await house.native_in("home", f"Guest{number}") for number in range(24)]
        leaving += [await house.native_in("home", "anna", PASSWORD) for _ in range(6)]
        assert len(house.context.sessions) == 31
        for number, one in enumerate(leaving):
            house.hold()
            # One commit under way, and in the unit of work behind it there is something to be stored too.
            first = mia.tells("send", channel="home", text="lost")
            await house.commit_begins()
            second = mia.tells("send", channel="home", text="lost too")
            await house.decided(2)
            one.stops_sending() if ends else one.hang_up()
            await house.until(lambda: house.context.unit.facts or len(house.context.unit.steps) > 1)
            house.store.let_go(failing=True)
            for mark in (first, second):
                assert (await mia.answer(mark))["code"] == "store_unavailable"
            await house.until(lambda left=30 - number: len(house.context.sessions) == left)  # type: ignore[misc]
        house.store.let_go()
        assert house.server.admission.addresses.open == 1
        state = house.context.state
        assert [state.people[number].name for number in state.connected] == ["Mia"]
        assert [list(here.values()) for here in state.here.values() if here] == [[1]]
        await mia.answer(mia.tells("ping"))
        left = {event["name"] for event in mia.events if event["is"] == "left"}
        assert left == {f"Guest{number}" for number in range(24)} | {"anna"}
        for number in range(24):
            await house.native_in("home", f"Guest{number}")


async def test_who_leaves_while_the_store_stalls_keeps_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed at once; the others are told when the store answers."""
    async with SlowHouse(monkeypatch, store=QUICK) as house:
        mia = await house.native_in("home", "Mia")
        leaving = [await house.native_in("home", f"Guest{number}") for number in range(10)]
        house.hold()
        slow = [one.tells("send", channel="home", text="slow") for one in leaving[:5]]
        await house.commit_begins()
        for one in leaving[:5]:
            one.stops_sending()
        await house.until(lambda: house.context.commit_loop.stalled)
        for one in leaving[5:]:
            one.tells("send", channel="home", text="slow")
            one.stops_sending()
        await house.until(lambda: len(house.context.sessions) == 1)
        assert house.server.admission.addresses.open == 1
        for one, mark in zip(leaving[:5], slow, strict=True):
            assert (await one.answer(mark))["code"] == "store_unavailable"
        house.store.let_go(failing=True)
        await house.until(lambda: len(house.context.state.people) == 1)
        house.store.let_go()
        await mia.asks("send", channel="home", text="whole again")


async def test_who_says_why_they_leave_has_left_for_that_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the unit of work in which they did was undone."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        luc = await house.native_in("home", "Luc")
        await mia.hears("entered", name="Luc")
        house.hold()
        sent = mia.tells("send", channel="home", text="lost")
        await house.commit_begins()
        luc.tells("send", channel="home", text="lost too")
        luc.tells("quit", reason="dinner")
        await house.decided(3)
        house.store.let_go(failing=True)
        assert (await mia.answer(sent))["code"] == "store_unavailable"
        await mia.hears("left", name="Luc", reason="dinner")


async def test_a_refused_rename_leaves_nobody_among_the_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is here under the old name was not gone."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        await mia.says("home", "kept from now on")
        house.hold()
        renamed = mia.tells("set_name", name="Lea")
        await house.commit_begins()
        house.store.let_go(failing=True)
        assert (await mia.answer(renamed))["code"] == "store_unavailable"
        house.store.let_go()
        assert (await mia.asks("gone", name="Mia"))["people"] == []


async def test_every_proof_that_was_wrong_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty log-ins by SCRAM that fail: twenty lines, whether or not they can be stored just then."""
    async with SlowHouse(monkeypatch, guard=GUARD_OFF) as house:
        await house.account("anna")
        for failing in (False, True):
            house.store.let_go(failing)
            for _ in range(20):
                eve = await house.native()
                told = await eve.asks("scram", message="n,,n=anna,r=abc")
                nonce = told["message"].split(",")[0][2:]
                await eve.is_refused("login_failed", "scram", message=f"c=biws,r={nonce},p=AAAA")
                eve.hang_up()
        assert (await acts(house)).count("login_refused") == 20
        house.store.let_go()
        await house.native_in("garden", "Mia")  # a commit that succeeds takes along what is owed
        assert (await acts(house)).count("login_refused") == 40
        assert not house.context.commit_loop.owed


async def test_a_wrong_password_is_said_to_be_one_while_commits_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was counted: to say "try again" would be to have it counted again."""
    async with SlowHouse(monkeypatch, store=QUICK) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        house.hold()
        mia.tells("send", channel="home", text="slow")
        await house.until(lambda: house.context.commit_loop.stalled)
        eve = await house.native()
        await eve.is_refused("login_failed", "login", name="anna", password="a wrong one")
        house.store.let_go()


async def test_who_is_put_out_by_the_operator_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else cannot be stored; and it is on record once something can."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        house.hold()
        sent = mia.tells("send", channel="home", text="lost")
        await house.commit_begins()
        luc = await house.native()
        house.context.commit_loop.owed.clear()
        mark = luc.tells("login", name="Luc", guest=True)
        await house.until(lambda: len(house.context.state.people) == 2)
        house.store.let_go(failing=True)
        await mia.answer(sent)
        await luc.answer(mark)
        await luc.logs_in("Luc")
        assert isinstance(await house.operator(Disconnect(name="Luc", reason="enough")), Done)
        await luc.hears("disconnected", reason="enough")
        await luc.hears_farewell("disconnected")
        house.store.let_go()
        await mia.asks("send", channel="home", text="whole again")
        assert (await acts(house)).count("disconnected") == 1


async def test_when_somebody_was_last_seen_is_stored_though_the_disk_was_full_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a store that fails is not asked again and again over it."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("anna")
        mia = await house.native_in("home", "Mia")
        anna = await house.native_in("home", "anna", PASSWORD)
        await anna.asks("prefer", share_last_seen=True)
        house.store.let_go(failing=True)
        anna.stops_sending()
        await house.until(lambda: len(house.context.sessions) == 1 and house.context.commit_loop.failures == 1)
        for _ in range(20):
            await mia.answer(mia.tells("ping"))
        assert house.context.commit_loop.failures == 1
        house.store.let_go()
        await mia.asks("send", channel="home", text="whole again")
        (seen,) = house.context.state.seen.values()
        assert [*(await house.context.store.load()).seen.values()] == [seen]


async def test_who_lags_hears_no_channel_that_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its queue fills up while its joining is under way, which then fails: it is fed what it may hear, and no more."""
    async with SlowHouse(monkeypatch) as house:
        await house.account("anna")
        bob = await house.native_in("garden", "Bob")
        anna = await house.native_in("home", "anna", PASSWORD)
        (session,) = house.context.state.connected[house.context.state.person("anna").id]
        house.hold()
        joined = anna.tells("join", channel="garden")
        await house.commit_begins()
        catch_up.lag(house.context, session)
        house.store.let_go(failing=True)
        assert (await anna.answer(joined))["code"] == "store_unavailable"
        house.store.let_go()
        session.outlet.resume_writing()  # type: ignore[attr-defined]
        await anna.answer(anna.tells("ping"))
        await bob.says("garden", "not for anna")
        await anna.answer(anna.tells("ping"))
        assert not [event for event in anna.events if event.get("channel") == "garden"]


async def test_what_is_refused_after_waiting_has_changed_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with what is refused at once, and whatever else is in the unit of work by then."""
    async with SlowHouse(monkeypatch) as house:
        mia = await house.native_in("home", "Mia")
        (session,) = house.context.sessions
        context, slowed = house.context, house.context.state.slowed

        async def use_case() -> Done:
            context.apply(NoteSlowed(1, 1, 1, 9))
            raise BadInput(why="late")

        context.apply(NoteSlowed(2, 2, 2, 9))
        await finish(context, session, Disconnect(name=""), use_case())
        assert slowed == {(2, 2): 2}
        await mia.line()
