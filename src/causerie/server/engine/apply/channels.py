"""Changes of channels: their settings, names and memberships, who is kept out, what is pinned and reported."""

from __future__ import annotations

from causerie.server.engine.roster import LEAST, Roster
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports.changes import (
    PutAddressBan,
    PutChannel,
    PutFormerName,
    PutMask,
    PutPin,
    PutReport,
    PutStanding,
)


def put_channel(state: State, change: PutChannel, undo: UndoLog) -> None:
    """A channel that is new, or has other settings, or another name."""
    channel = change.channel
    was = state.channels.get(channel.id)
    undo.put(state.channels, channel.id, channel)
    if was is None:
        undo.put(state.standings, channel.id, {})
    elif was.name != channel.name:
        undo.drop(state.by_name, was.name)
    undo.put(state.by_name, channel.name, channel.id)


def put_former_name(state: State, change: PutFormerName, undo: UndoLog) -> None:
    """See PutFormerName."""
    if change.on:
        undo.put(state.former, change.name, change.channel)
    else:
        undo.drop(state.former, change.name)


def put_standing(state: State, change: PutStanding, undo: UndoLog) -> None:
    """By channel, and by person; who is gone has no places: a guest that is banned."""
    standings, standing = state.standings[change.channel], change.standing
    places = state.places.get(change.person)
    if places is None:
        places = {}
        if change.person in state.people:
            undo.put(state.places, change.person, places)
    if standing is None:
        undo.drop(standings, change.person)
        undo.drop(places, change.channel)
    else:
        undo.put(standings, change.person, standing)
        undo.put(places, change.channel, standing)
    _enrol(state, change, undo)


def _enrol(state: State, change: PutStanding, undo: UndoLog) -> None:
    """In the channel's roster, which it has once it is large."""
    roster = state.rosters.get(change.channel)
    if roster is None:
        standings = state.standings[change.channel]
        if len(standings) > LEAST:
            undo.put(state.rosters, change.channel, Roster({person: state.name_of(person) for person in standings}))
    elif change.standing is None:
        undo.drop(roster, change.person)
    elif change.person not in roster:
        undo.put(roster, change.person, state.name_of(change.person))


def put_mask(state: State, change: PutMask, undo: UndoLog) -> None:
    """See PutMask."""
    mask = change.mask
    key, kept = (mask.list, mask.mask), state.masks.get(mask.channel, {})
    if change.on:
        undo.put(state.masks, mask.channel, {**kept, key: mask})
    else:
        undo.put(state.masks, mask.channel, {one: own for one, own in kept.items() if one != key})


def put_address_ban(state: State, change: PutAddressBan, undo: UndoLog) -> None:
    """See PutAddressBan."""
    ban = change.ban
    if ban.until:
        undo.put(state.address_bans, (ban.channel, ban.host), ban)
    else:
        undo.drop(state.address_bans, (ban.channel, ban.host))


def put_pin(state: State, change: PutPin, undo: UndoLog) -> None:
    """The last pinned comes last."""
    if change.on:
        undo.put(state.pins, change.channel, {**state.pins.get(change.channel, {}), change.number: change.at})
    else:
        drop_pins(state, change.channel, (change.number,), undo)


def drop_pins(state: State, channel: int, numbers: tuple[int, ...], undo: UndoLog) -> None:
    """These messages are not pinned any more, if they were."""
    pinned = state.pins.get(channel, {})
    if not pinned.keys().isdisjoint(numbers):
        undo.put(state.pins, channel, {number: at for number, at in pinned.items() if number not in numbers})


def put_report(state: State, change: PutReport, undo: UndoLog) -> None:
    """See PutReport."""
    if state.reports is None:
        return  # nobody has asked for them yet
    if change.open:
        undo.put(state.reports, change.report.id, change.report)
    else:
        undo.drop(state.reports, change.report.id)
