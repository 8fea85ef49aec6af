"""Changes of sessions: whose they are, which channels they are in, how they are present, what they follow."""

from __future__ import annotations

from collections.abc import Iterable

from causerie.server.engine.apply.people import drop_guest
from causerie.server.engine.passing import (
    DropLogin,
    DropSession,
    EnterChannel,
    ExitChannel,
    NoteTyping,
    PutElevation,
    PutKnownName,
    PutLogin,
    PutMetadataKeys,
    PutPresence,
    PutSessionToken,
    PutSpoke,
    PutWatched,
)
from causerie.server.engine.session import Session
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog


def put_login(state: State, change: PutLogin, undo: UndoLog) -> None:
    """A person's last session comes last."""
    session = state.sessions[change.session]
    undo.set(session, "person", state.people[change.person])
    undo.set(session, "mode", change.mode)
    undo.set(session, "since", change.at)
    undo.put(state.connected, change.person, {**state.connected.get(change.person, {}), session: True})


def drop_login(state: State, change: DropLogin, undo: UndoLog) -> None:
    """See DropLogin."""
    session = state.sessions[change.session]
    person = session.person
    assert person is not None
    others = {own: True for own in state.connected[person.id] if own is not session}
    if others:
        undo.put(state.connected, person.id, others)
    else:
        undo.drop(state.connected, person.id)
        undo.drop(state.about, person.id)
        if person.guest:
            drop_guest(state, person, undo)
    undo.set(session, "person", None)
    undo.set(session, "token", 0)
    undo.set(session, "elevated_by", None)
    undo.set(session, "away", "")
    undo.set(session, "mode", "online")


def drop_session(state: State, change: DropSession, undo: UndoLog) -> None:
    """It follows nothing any more either."""
    session = state.sessions[change.session]
    _watch(state, session, {}, undo)
    _follow(state, session, (), undo)
    undo.drop(state.sessions, change.session)


def put_presence(state: State, change: PutPresence, undo: UndoLog) -> None:
    """Who is invisible does not count among those who are in a channel."""
    session = state.sessions[change.session]
    turned = (change.mode != "invisible") - (session.mode != "invisible")
    undo.set(session, "arriving", False)
    undo.set(session, "away", change.away)
    undo.set(session, "mode", change.mode)
    if change.since:
        undo.set(session, "since", change.since)
    if turned:
        for channel in session.channels:
            _count(state, session, channel, turned, undo)


def enter_channel(state: State, change: EnterChannel, undo: UndoLog) -> None:
    """See EnterChannel."""
    session = state.sessions[change.session]
    undo.put(session.channels, change.channel, True)
    if session.mode != "invisible":
        _count(state, session, change.channel, 1, undo)


def exit_channel(state: State, change: ExitChannel, undo: UndoLog) -> None:
    """See ExitChannel."""
    session = state.sessions[change.session]
    undo.drop(session.channels, change.channel)
    if session.mode != "invisible":
        _count(state, session, change.channel, -1, undo)


def _count(state: State, session: Session, channel: int, by: int, undo: UndoLog) -> None:
    """One session more or less of its person is in the channel, for all to see."""
    person = session.person
    assert person is not None
    here = state.here.get(channel)
    if here is None:
        here = {}
        undo.put(state.here, channel, here)
    if now := here.get(person.id, 0) + by:
        undo.put(here, person.id, now)
    else:
        undo.drop(here, person.id)


def put_session_token(state: State, change: PutSessionToken, undo: UndoLog) -> None:
    """See PutSessionToken."""
    undo.set(state.sessions[change.session], "token", change.token)


def put_elevation(state: State, change: PutElevation, undo: UndoLog) -> None:
    """See PutElevation."""
    undo.set(state.sessions[change.session], "elevated_by", change.entry)


def put_spoke(state: State, change: PutSpoke, undo: UndoLog) -> None:
    """See PutSpoke."""
    undo.set(state.sessions[change.session], "spoke", change.at)


def put_known_name(state: State, change: PutKnownName, undo: UndoLog) -> None:
    """See PutKnownName."""
    session = state.sessions[change.session]
    undo.set(session, "known_as", {**(session.known_as or {}), change.channel: change.name})


def put_watched(state: State, change: PutWatched, undo: UndoLog) -> None:
    """See PutWatched."""
    _watch(state, state.sessions[change.session], change.names, undo)


def put_metadata_keys(state: State, change: PutMetadataKeys, undo: UndoLog) -> None:
    """See PutMetadataKeys."""
    _follow(state, state.sessions[change.session], change.keys, undo)


def _watch(state: State, session: Session, names: dict[str, str], undo: UndoLog) -> None:
    _index(state.watchers, session, session.watching or (), names, undo)
    undo.set(session, "watching", names or None)


def _follow(state: State, session: Session, keys: tuple[str, ...], undo: UndoLog) -> None:
    _index(state.metadata_ears, session, session.keys or (), keys, undo)
    undo.set(session, "keys", dict.fromkeys(keys, True) or None)


def _index(
    index: dict[str, dict[Session, bool]], session: Session, was: Iterable[str], now: Iterable[str], undo: UndoLog
) -> None:
    """The index of who follows what: this session followed that, and follows this."""
    before, after = dict.fromkeys(was), dict.fromkeys(now)
    for key in before:
        if key not in after:
            undo.drop(index[key], session)
            if not index[key]:
                undo.drop(index, key)
    for key in after:
        if key not in before:
            if key not in index:
                undo.put(index, key, {})
            undo.put(index[key], session, True)


def note_typing(state: State, change: NoteTyping, undo: UndoLog) -> None:
    """What is over is forgotten at once, and not one by one: the notes of a span, and those of the span before."""
    if change.at - state.typing_since >= change.seconds or len(state.typing) >= change.most:
        undo.set(state, "typing_before", state.typing)
        undo.set(state, "typing", {})
        undo.set(state, "typing_since", change.at)
    undo.put(state.typing, (change.channel, change.person), change.at)
