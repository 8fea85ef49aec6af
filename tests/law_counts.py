"""Counts, held to a recount: what is kept beside the log says what counting the log gives. See law.py."""

from __future__ import annotations

from causerie.chat.events import Deleted, LoggedEvent, Message, Pinned, Reacted
from causerie.chat.model import Channel
from causerie.server.context import Context
from causerie.server.features.presence import read_state
from causerie.stores.sqlite.store import SqliteStore


async def check_counts(context: Context) -> None:
    """Of each channel: its messages, each thread's replies, each message's reactions, its pins, and how far everybody
    has read."""
    for channel in context.state.channels.values():
        log = await context.store.page(channel, 0, 0, 10_000, False)
        assert [event.number for event in log] == list(range(1, len(log) + 1)), channel.name
        assert [event.at for event in log] == sorted(event.at for event in log), channel.name
        messages = [event for event in log if isinstance(event, Message)]
        subscribers = context.fanout.subscribers(channel.id)
        assert (subscribers.number, subscribers.said) == (len(log), len(messages)), channel.name
        assert [message.said for message in messages] == list(range(1, len(messages) + 1)), channel.name
        _check_replies(messages)
        _check_reactions(log, messages)
        assert list(context.state.pins.get(channel.id, {})) == _pinned(log), channel.name
        await _check_markers(context, channel, messages)


def _check_replies(messages: list[Message]) -> None:
    threads: dict[int, list[int]] = {}
    for message in messages:
        if message.thread:
            threads.setdefault(message.thread, []).append(message.nth)
    for message in messages:
        counted = threads.get(message.number, [])
        assert counted == list(range(1, len(counted) + 1)), message
        assert message.replies == len(counted), message


def _check_reactions(log: list[LoggedEvent], messages: list[Message]) -> None:
    people: dict[int, dict[str, set[int]]] = {}
    for event in log:
        if isinstance(event, Reacted):
            those = people.setdefault(event.target, {}).setdefault(event.emoji, set())
            (those.add if event.on else those.discard)(event.person)
        elif isinstance(event, Deleted):
            for number in event.targets:
                people.pop(number, None)
    for message in messages:
        recounted = {emoji: len(those) for emoji, those in people.get(message.number, {}).items() if those}
        assert {one.emoji: one.count for one in message.reactions} == recounted, message


def _pinned(log: list[LoggedEvent]) -> list[int]:
    pins: dict[int, bool] = {}
    for event in log:
        if isinstance(event, Pinned):
            pins.pop(event.target, None)
            if event.on:
                pins[event.target] = True
        elif isinstance(event, Deleted):
            for number in event.targets:
                pins.pop(number, None)
    return list(pins)


async def _check_markers(context: Context, channel: Channel, messages: list[Message]) -> None:
    for person in context.state.standings[channel.id]:
        (state,) = await context.store.read_states(person, [(channel.id, -1, len(messages))])
        marker = read_state.marker_of(context, channel.id, person) or (state.upto, state.said)
        assert marker[1] == sum(message.number <= marker[0] for message in messages), (channel.name, person)
        for thread in await context.store.threads(person, [channel.id]):
            replies = [message for message in messages if message.thread == thread.thread]
            assert (thread.replies, thread.last) == (len(replies), replies[-1].number if replies else 0)
            read = read_state.marker_of(context, channel.id, person, thread.thread) or (thread.upto, thread.said)
            assert read[1] == sum(message.number <= read[0] for message in replies), (channel.name, person, thread)


async def check_restarted(context: Context, store: SqliteStore) -> None:
    """A server that is started on what was stored knows what this one knew."""
    try:
        loaded = await store.load()
        state = context.state
        for number in state.channels:
            subscribers = context.fanout.subscribers(number)
            assert loaded.numbers.get(number, 0) == subscribers.number
            assert loaded.said.get(number, 0) == subscribers.said
            pins = [message for channel, message in loaded.pins if channel == number]
            assert pins == list(state.pins.get(number, {}))
        assert {channel.id: channel for channel in loaded.channels} == state.channels
        accounts = {number: person for number, person in state.people.items() if not person.guest}
        assert {person.id: person for person in loaded.people} == accounts
        kept = {(channel, person): standing for channel, person, standing in loaded.standings}
        for number, standings in state.standings.items():
            for person, standing in standings.items():
                if person in accounts:
                    assert kept.get((number, person)) == standing, (number, person)
        assert loaded.preferences == {n: wishes for n, wishes in state.preferences.items() if n in loaded.preferences}
    finally:
        await store.close()
