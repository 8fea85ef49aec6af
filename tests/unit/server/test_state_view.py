"""What protocols read: the same from a copy of the state that is made of its changes; and what is not for everybody."""

from __future__ import annotations

from typing import Any, cast

import pytest

from causerie.chat.model import Channel, Person
from causerie.server.engine.apply.loading import load
from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.session import Outlet, Session, Trust
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.state_view import StateView
from tests.irc_people import irc_in
from tests.people import PASSWORD, House
from tests.unit.protocols.views import view_of


def answers(view: StateView, channels: list[str]) -> dict[str, Any]:
    """All that a view says of these people and channels."""
    known = list(view.connected())
    ids = {name: view.channel_id(name) for name in channels}
    return {
        "people": {number: view.person(number) for number in known},
        "named": {name: view.person_named(name) for name in ("boss", "ANN", "mia", "nobody")},
        "connections": {number: view.connections(number) for number in known},
        "shown": {number: view.shown(number) for number in known},
        "idle": {number: view.idle(number) for number in known},
        "administrators": {number: view.is_administrator(number) for number in known},
        "about": {number: view.about(number) for number in known},
        "notes": {number: dict(view.notes(number)) for number in known},
        "channels": {(name, one): view.channel_for(one, name) for name in channels for one in known},
        "standings": {name: dict(view.standings(number)) for name, number in ids.items()},
        "present": {name: dict(view.present(number)) for name, number in ids.items()},
        "together": {(one, other): view.share_a_channel(one, other) for one in known for other in known},
        "all": sorted(channel.name for channel in view.channels()),
    }


async def test_a_copy_of_the_state_that_is_made_of_its_changes_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """People come, talk, rename, hide, are made operators, and go; all that they changed is applied to a copy."""
    changes: list[object] = []
    applied = UnitOfWork.apply

    def recorded(unit: UnitOfWork, state: State, change: Any, stored: bool = True) -> None:
        changes.append(change)
        applied(unit, state, change, stored)

    async with House() as house:
        context = house.server.context
        loaded = await context.store.load()
        monkeypatch.setattr(UnitOfWork, "apply", recorded)
        await house.account("boss", PASSWORD, admin=True)
        boss = await house.native_in("home", "boss", PASSWORD)
        mia = await house.native_in("tea", "Mia")
        ann = await irc_in(house, "#tea", "Ann", "draft/metadata-3 batch")
        await ann.answers("METADATA * SET pronouns :she", "AWAY :at lunch", "SETNAME :Ann A", "PRIVMSG #tea :hello")
        await boss.asks("join", channel="attic")
        await boss.asks("set_channel", channel="attic", access="private")
        await boss.asks("rename_channel", channel="attic", name="loft")
        await boss.asks("set_presence", mode="invisible")
        await mia.asks("set_name", name="Mya")
        await mia.asks("leave", channel="tea")
        await ann.answers("NICK Anna", "JOIN #more")
        view = context.view()
        told = answers(view, ["home", "tea", "attic", "loft", "more"])
        copy = load(loaded)
        for session in context.state.sessions.values():
            copied = Session(cast(Outlet, None), "", Trust.GUESTS, None)
            copied.id = session.id
            copy.sessions[session.id] = copied
        for change in changes:
            TABLE[type(change)](copy, change, UndoLog())
        again = StateView(copy, view.settings, view.push_key, view.now, view.clock, view.started)
        known = answers(again, ["home", "tea", "attic", "loft", "more"])
    assert told["shown"]
    assert {None, ("at lunch", False)} <= set(told["shown"].values())
    assert known == told


def test_a_channel_is_as_this_person_may_know_it() -> None:
    """What is private is as if it were not, and so is a channel for somebody whom nobody knows."""
    view = view_of([Person(1, "Ann")], [Channel(2, "tea"), Channel(3, "attic", "private")])
    tea = view.channel_for(1, "TEA")
    assert tea is not None
    assert tea.id == 2
    assert view.channel_for(1, "attic") is None
    assert view.channel_for(9, "tea") is None
    assert view.channel_for(1, "#") is None
    assert view.shown(1) is None
    assert not view.standings(9)
