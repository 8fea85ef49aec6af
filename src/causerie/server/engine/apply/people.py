"""Changes of accounts and guests, and of what is kept for each."""

from __future__ import annotations

from causerie.chat.model import Person, Role
from causerie.chat.names import skeleton
from causerie.server.engine.passing import CountHash, NoteDeparture, PutAbout, PutGuest, PutGuestHost
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports.changes import (
    DropSubscription,
    DropTokens,
    PutInvite,
    PutMetadata,
    PutPerson,
    PutPreferences,
    PutSeen,
    PutSubscription,
)


def put_person(state: State, change: PutPerson, undo: UndoLog) -> None:
    """An account; a guest that is stored is known to be."""
    person = change.person
    if person.guest:
        undo.put(state.kept_guests, person.id, True)
        return
    undo.drop(state.kept_guests, person.id)
    _put(state, person, change.skeleton, undo)


def put_guest(state: State, change: PutGuest, undo: UndoLog) -> None:
    """See PutGuest."""
    _put(state, change.person, change.skeleton, undo)


def _put(state: State, person: Person, mark: str, undo: UndoLog) -> None:
    was = state.people.get(person.id)
    if was is not None and (before := skeleton(was.name)) != mark:
        undo.drop(state.names, before)
    undo.put(state.people, person.id, person)
    undo.put(state.names, mark, person.id)
    if was is not None and was.name != person.name:
        for channel in state.places.get(person.id, ()):
            if (roster := state.rosters.get(channel)) is not None:
                undo.put(roster, person.id, person.name)
    for session in state.connected.get(person.id, ()):
        undo.set(session, "person", person)


def drop_guest(state: State, person: Person, undo: UndoLog) -> None:
    """A guest has gone: its name is free. Where it is banned its membership stays, so that moderators still see it."""
    for channel, standing in state.places.get(person.id, {}).items():
        if standing.role == Role.BANNED:
            undo.put(state.banned_guests, person.id, person)
        else:
            undo.drop(state.standings[channel], person.id)
            if (roster := state.rosters.get(channel)) is not None:
                undo.drop(roster, person.id)
    undo.drop(state.people, person.id)
    undo.drop(state.names, skeleton(person.name))
    undo.drop(state.places, person.id)
    undo.drop(state.kept_guests, person.id)
    undo.drop(state.preferences, person.id)
    undo.drop(state.person_notes, person.id)
    undo.drop(state.buckets, person.id)


def put_guest_host(state: State, change: PutGuestHost, undo: UndoLog) -> None:
    """See PutGuestHost."""
    hosts = state.guest_hosts
    undo.drop(hosts, change.person)  # so that it is the newest
    undo.put(hosts, change.person, change.host)
    if len(hosts) > change.most:
        undo.drop(hosts, next(iter(hosts)))


def put_about(state: State, change: PutAbout, undo: UndoLog) -> None:
    """See PutAbout."""
    undo.put(state.about, change.person, change.about)


def put_seen(state: State, change: PutSeen, undo: UndoLog) -> None:
    """See PutSeen."""
    undo.put(state.seen, change.person, change.at)


def note_departure(state: State, change: NoteDeparture, undo: UndoLog) -> None:
    """See NoteDeparture."""
    number = state.departures + 1
    undo.set(state, "departures", number)
    undo.put(state.departed, number, change.line)
    undo.drop(state.departed, number - change.most)


def put_invite(state: State, change: PutInvite, undo: UndoLog) -> None:
    """See PutInvite."""
    invite = change.invite
    if invite.uses_left:
        undo.put(state.invites, invite.id, invite)
    else:
        undo.drop(state.invites, invite.id)


def drop_tokens(state: State, change: DropTokens, undo: UndoLog) -> None:
    """Whoever has read a token meanwhile sees that it may be good no longer."""
    undo.set(state, "tokens_dropped", state.tokens_dropped + 1)


def count_hash(state: State, change: CountHash, undo: UndoLog) -> None:
    """See CountHash."""
    if change.passes:
        undo.put(state.scram_passes, change.passes, state.scram_passes[change.passes] + 1)
    if change.before:
        undo.put(state.hash_figures, change.before, max(0, state.hash_figures[change.before] - 1))
    undo.put(state.hash_figures, change.figures, state.hash_figures[change.figures] + 1)


def put_preferences(state: State, change: PutPreferences, undo: UndoLog) -> None:
    """See PutPreferences."""
    undo.put(state.preferences, change.person, change.preferences)


def put_metadata(state: State, change: PutMetadata, undo: UndoLog) -> None:
    """Of a channel or of a person."""
    kept = state.channel_notes if change.channel else state.person_notes
    number = change.channel or change.person
    notes = {**kept.get(number, {}), change.key: change.value}
    if not change.value:
        del notes[change.key]
    if notes:
        undo.put(kept, number, notes)
    else:
        undo.drop(kept, number)


def put_subscription(state: State, change: PutSubscription, undo: UndoLog) -> None:
    """See PutSubscription."""
    own = change.subscription
    undo.put(state.subscriptions, own.person, {**state.subscriptions.get(own.person, {}), own.endpoint: own})


def drop_subscription(state: State, change: DropSubscription, undo: UndoLog) -> None:
    """See DropSubscription."""
    kept = state.subscriptions.get(change.person, {})
    left = {endpoint: own for endpoint, own in kept.items() if endpoint != change.endpoint}
    if left:
        undo.put(state.subscriptions, change.person, left)
    else:
        undo.drop(state.subscriptions, change.person)
