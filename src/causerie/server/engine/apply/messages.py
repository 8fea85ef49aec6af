"""Changes of messages that are in memory, and of what people have read, typed and may say next."""

from __future__ import annotations

from collections.abc import Mapping

from causerie.server.engine.apply.channels import drop_pins
from causerie.server.engine.cached_message import BEGINNING
from causerie.server.engine.passing import DropMarker, NoteFlushed, NoteSlowed
from causerie.server.engine.state import State
from causerie.server.engine.undo_log import UndoLog
from causerie.server.ports.changes import Append, Erase, PutDraft, PutMarker, PutReaction, Rewrite, Stored
from causerie.server.ports.event_codec import message_data


def committed(state: State, stored: Mapping[Append, Stored], undo: UndoLog) -> None:
    """Events were stored: the ends of their channels' logs, and that who said something has read until there. Nothing
    that is undone later takes it back: `undo` is of the unit of work that collects now."""
    moved: dict[tuple[int, int, int], tuple[int, ...]] = {}
    for append, result in stored.items():
        if result.again:
            continue
        channel, more = append.channel.id, len(append.more)
        end = state.log_ends[channel] = result.number + more, result.said + more
        if append.kind == "message":
            moved[channel, append.author.id, 0] = end
            if append.thread:
                moved[channel, append.author.id, append.thread] = end[0], result.nth
    if moved:
        undo.settle(state.markers, moved)


def rewrite(state: State, change: Rewrite, undo: UndoLog) -> None:
    """See Rewrite."""
    message = state.remembered.get((change.channel, change.number))
    if message is None:
        return
    data = message_data(change.data)
    undo.set(message, "text", change.text[:BEGINNING])
    undo.set(message, "edited_at", change.at)
    undo.set(message, "mentions", data.mentions)
    undo.set(message, "everyone", data.everyone)
    undo.set(message, "tags", data.tags)


def erase(state: State, change: Erase, undo: UndoLog) -> None:
    """They say nothing any more, and nothing is left of what there was about them."""
    for number in change.numbers:
        if (message := state.remembered.get((change.channel, number))) is not None:
            undo.set(message, "deleted", True)
            undo.set(message, "text", "")
            undo.set(message, "mentions", ())
            undo.set(message, "everyone", "")
            undo.set(message, "tags", {})
            undo.set(message, "reactions", {})
    drop_pins(state, change.channel, change.numbers, undo)


def put_reaction(state: State, change: PutReaction, undo: UndoLog) -> None:
    """See PutReaction."""
    message = state.remembered.get((change.channel, change.number))
    if message is None:
        return
    people = message.reactions.get(change.emoji)
    if change.on:
        if people is None:
            undo.put(message.reactions, change.emoji, {change.person: True})
        else:
            undo.put(people, change.person, True)
    elif people is not None:
        undo.drop(people, change.person)
        if not people:
            undo.drop(message.reactions, change.emoji)


def put_marker(state: State, change: PutMarker, undo: UndoLog) -> None:
    """See PutMarker."""
    marker = (change.upto, change.said, change.at) if change.at else (change.upto, change.said)
    undo.put(state.markers, (change.channel, change.person, change.thread), marker)


def drop_marker(state: State, change: DropMarker, undo: UndoLog) -> None:
    """See DropMarker."""
    undo.drop(state.markers, (change.channel, change.person, change.thread))


def note_flushed(state: State, change: NoteFlushed, undo: UndoLog) -> None:
    """Those before them are stored by now, and leave the memory unless they were moved since."""
    for key, marker in state.flushed.items():
        if state.markers.get(key) == marker:
            undo.drop(state.markers, key)
    undo.set(state, "flushed", change.markers)


def put_draft(state: State, change: PutDraft, undo: UndoLog) -> None:
    """See PutDraft."""
    channels = state.drafted.get(change.person)
    if channels is None:
        return  # nobody has asked for them yet
    if change.text:
        undo.put(channels, change.channel, True)
    else:
        undo.drop(channels, change.channel)


def note_slowed(state: State, change: NoteSlowed, undo: UndoLog) -> None:
    """See NoteSlowed."""
    if len(state.slowed) >= change.most:
        undo.set(state, "slowed", dict(tuple(state.slowed.items())[change.most // 2 :]))
    undo.put(state.slowed, (change.channel, change.person), change.at)
