"""What was said: pages of a channel's log, and search. Messages are given as they stand."""

from __future__ import annotations

from dataclasses import replace

from causerie.chat import policy
from causerie.chat.commands import History, Recent, Search
from causerie.chat.errors import BadInput, Busy, NoSuchPerson, SearchTooBroad
from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel
from causerie.chat.replies import Found, Hit, Page, RecentLine, RecentList
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.fair_queue import QueueFull
from causerie.server.engine.session import Session
from causerie.server.features.messages.paging import Wanted, events_between, wanted_by
from causerie.server.ports.records import Hits, Query
from causerie.server.ports.store import LogStore, SearchTimedOut
from causerie.server.read_shares import share_of

KINDS_MOST = 32
"""Kinds of events that may be left out of a page; there are fewer."""

MOMENT_MOST = 1000
"""Events of one millisecond that a page asked for by time is longer by."""

QUERY_MOST = 400
NUMBER_MOST = 2**53

BUSY_SECONDS = 2.0
"""Who is refused for having too many searches waiting may ask again after so long."""

SEARCHES_MOST = 5
"""How often a search goes on, where what it found was deleted meanwhile."""


async def history(context: Context, session: Session, command: History) -> Page:
    """A page of a channel's log, for those who may read it."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    standing = context.state.standing(channel.id, person.id)
    policy.check_read(channel, person, standing)
    if command.member:
        policy.check_member(channel, person, standing)
    check_numbers(before=command.before, after=command.after, around=command.around)
    check_numbers(since=command.since, until=command.until, near=command.near)
    if sum(map(bool, (command.before, command.until, command.around, command.near))) > 1:
        raise BadInput(why="one of before, until, around, near")
    if sum(map(bool, (command.after, command.since, command.around, command.near))) > 1:
        raise BadInput(why="one of after, since, around, near")
    if len(command.without) > KINDS_MOST:
        raise BadInput(why="without", most=KINDS_MOST)
    limit = max(1, min(command.limit, context.config.limits.history_page))
    wanted = wanted_by(command, person.id, context.bounds)
    store, number = context.store, context.state.log_end(channel.id)[0]
    if command.around or command.near:
        around = command.around or await store.number_at(channel.id, command.near)
        half = limit // 2
        below = min(around, number + 1)
        older, _ = await events_between(store, channel, 0, below, half, True, wanted)
        newer, next_ = await events_between(store, channel, below - 1, number + 1, limit - half + 1, False, wanted)
        events, more = older + newer[: limit - half], len(newer) > limit - half
    else:
        lower, upper = command.after or command.since, command.before or command.until
        newest = not command.oldest if command.oldest is not None else not (lower and not upper)
        above = await store.number_at(channel.id, command.since) if command.since else command.after
        before = await store.number_at(channel.id, command.until - 1) + 1 if command.until else command.before
        below = min(before or number + 1, number + 1)
        events, next_ = await events_between(store, channel, above, below, limit + 1, newest, wanted)
        more = len(events) > limit
        if more:
            events = events[1:] if newest else events[:-1]
            edge = events[0] if newest else events[-1]
            if command.until if newest else command.since:
                events, more = await _with_its_moment(store, channel, events, edge, (above, below), newest, wanted)
    message_cache.reader(context, session, channel)
    return Page(channel=channel.name, events=events, more=more or bool(next_), number=number, next=next_)


async def _with_its_moment(
    store: LogStore,
    channel: Channel,
    events: list[LoggedEvent],
    edge: LoggedEvent,
    bounds: tuple[int, int],
    newest: bool,
    wanted: Wanted,
) -> tuple[list[LoggedEvent], bool]:
    """A page asked for by time, with all that was said in the millisecond that it ends with: who goes on by that time
    would never see the others. At most MOMENT_MOST of them. And whether there is more."""
    above, below = bounds
    if newest:
        above = max(above, await store.number_at(channel.id, edge.at - 1))
        rest, _ = await events_between(store, channel, above, edge.number, MOMENT_MOST, True, wanted)
        earlier, _ = await events_between(store, channel, bounds[0], (rest or [edge])[0].number, 1, True, wanted)
        return [*rest, *events], bool(earlier)
    below = min(below, await store.number_at(channel.id, edge.at) + 1)
    rest, _ = await events_between(store, channel, edge.number, below, MOMENT_MOST, False, wanted)
    later, _ = await events_between(store, channel, (rest or [edge])[-1].number, bounds[1], 1, False, wanted)
    return [*events, *rest], bool(later)


async def recent(context: Context, session: Session, command: Recent) -> RecentList:
    """One's channels by the time of their last message."""
    person = session.require_person()
    check_numbers(since=command.since, until=command.until)
    state, me = context.state, person.id
    mine = [place for place, standing in state.places.get(me, {}).items() if standing.inside]
    found = [
        (at, number, place)
        for place, number, at in await context.store.last_said(mine)
        if at > command.since and (not command.until or at < command.until)
    ]
    found.sort()
    limit = max(1, min(command.limit, context.config.limits.history_page))
    some = found[:limit] if command.oldest else found[-limit:]
    if some:
        # Of those with one time either all or none: who goes on by that time would never see the others.
        edge = some[-1][0] if command.oldest else some[0][0]
        some = [line for line in found if (line[0] <= edge if command.oldest else line[0] >= edge)]
    places = state.places.get(me, {})
    return RecentList(
        channels=[
            RecentLine(state.channels[place].name, number, at)
            for at, number, place in some
            if place in places and places[place].inside
        ]
    )


def check_numbers(**given: int) -> None:
    for name, number in given.items():
        if not 0 <= number < NUMBER_MOST:
            raise BadInput(why=name, least=0, most=NUMBER_MOST - 1)


NOBODY = -1
"""Whom nobody is, as an author."""


async def search(context: Context, session: Session, command: Search) -> Found:
    """Messages by words, author, channel and time: only what the asker may read."""
    person = session.require_person()
    if len(command.text) > QUERY_MOST:
        raise BadInput(why="query", least=1, most=QUERY_MOST)
    if not (command.text.strip() or command.name or command.since or command.until):
        raise BadInput(why="query", least=1, most=QUERY_MOST)
    check_numbers(before=command.before, since=command.since, until=command.until)
    state = context.state
    asked = state.channels.values()
    if command.channel:
        asked_for = state.channel_for(person, command.channel)
        policy.check_read(asked_for, person, state.standing(asked_for.id, person.id))
        readable = frozenset((asked_for.id,))
    else:
        readable = frozenset(
            channel.id for channel in asked if policy.may_read(channel, person, state.standing(channel.id, person.id))
        )
    author = 0
    if command.name:
        try:
            author = state.person(command.name).id
        except NoSuchPerson:
            # Whether anybody was called so is not told: what they said is found, where the asker may read it.
            author = await context.store.author(command.name) or NOBODY
    limit = max(1, min(command.limit, context.config.limits.search_results))
    query = Query(
        text=command.text,
        channels=readable,
        author=author,
        since=command.since,
        until=command.until,
        before=command.before,
        limit=limit,
    )
    share = share_of(session)
    found: list[Hit] = []
    for _ in range(SEARCHES_MOST):
        try:
            async with context.searches.turn(share):
                hits = await context.store.search(query)
        except QueueFull:
            raise Busy(retry_after=BUSY_SECONDS) from None
        except SearchTimedOut:
            raise SearchTooBroad() from None
        found += await _as_they_stand(context, person.id, hits)
        if not hits.more or not hits.hits or len(found) >= limit:
            break
        # Some were deleted, and the index does not know of it yet.
        query = replace(query, before=hits.hits[-1][0], limit=limit - len(found))
    return Found(hits=_still_read(context, session, found), more=hits.more, behind=hits.behind)


def _still_read(context: Context, session: Session, hits: list[Hit]) -> list[Hit]:
    """Those in channels that the session's person may read now: they may have been put out meanwhile."""
    person, state = session.person, context.state
    if person is None:
        return []
    channels = {hit.message.channel: state.channel(hit.message.channel) for hit in hits}
    read = {
        name
        for name, channel in channels.items()
        if policy.may_read(channel, person, state.standing(channel.id, person.id))
    }
    return [hit for hit in hits if hit.message.channel in read]


async def _as_they_stand(context: Context, asker: int, hits: Hits) -> list[Hit]:
    """What was found, read again: the index may be a moment behind an edit, and lists no reactions."""
    numbers: dict[int, list[int]] = {}
    for _, channel, message in hits.hits:
        numbers.setdefault(channel, []).append(message.number)
    now: dict[tuple[int, int], Message] = {}
    for channel, asked in numbers.items():
        for message in await context.store.messages(context.state.channels[channel], asked, asker):
            if not message.deleted:
                now[channel, message.number] = message
    return [
        Hit(place, now[channel, message.number])
        for place, channel, message in hits.hits
        if (channel, message.number) in now
    ]
