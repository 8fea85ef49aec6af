"""Builds the state at start, by applying the changes that would have stored what the store has."""

from __future__ import annotations

from collections.abc import Iterator

from causerie.chat.names import skeleton
from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports import changes as stored
from causerie.server.ports.changes import Change
from causerie.server.ports.records import Loaded


def load(loaded: Loaded) -> State:
    """The state as it is stored, with nobody connected."""
    state = State()
    for change in _changes(loaded):
        TABLE[type(change)](state, change, UndoLog())
    for channel, number in loaded.numbers.items():
        state.log_ends[channel] = number, loaded.said[channel]
    state.scram_passes.update(loaded.scram_passes)
    state.hash_figures.update(loaded.hash_figures)
    return state


def _changes(loaded: Loaded) -> Iterator[Change]:
    """People and channels come before what refers to them."""
    for person in loaded.people:
        yield stored.PutPerson(person, skeleton(person.name))
    for channel in loaded.channels:
        yield stored.PutChannel(channel)
    for name, number in loaded.former_names:
        yield stored.PutFormerName(name, number)
    for number, person_id, standing in loaded.standings:
        yield stored.PutStanding(number, person_id, standing)
    yield from map(stored.PutInvite, loaded.invites)
    for number, message in loaded.pins:
        yield stored.PutPin(number, message, 0, True)
    for person_id, at in loaded.seen.items():
        yield stored.PutSeen(person_id, at)
    for person_id, preferences in loaded.preferences.items():
        yield stored.PutPreferences(person_id, preferences)
    yield from map(stored.PutAddressBan, loaded.address_bans)
    yield from map(stored.PutMask, loaded.masks)
    yield from map(stored.PutSubscription, loaded.subscriptions)
    yield from loaded.metadata
