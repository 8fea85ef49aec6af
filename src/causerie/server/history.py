"""What was said: pages of a channel's log, and search. Messages are given as they stand."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import History, Recent, Search
from causerie.chat.errors import BadInput, Busy, NoSuchPerson, SearchTooBroad
from causerie.chat.events import Message
from causerie.chat.model import Channel
from causerie.chat.replies import Found, Hit, Page, RecentLine, RecentList
from causerie.server.core import Core
from causerie.server.fair_queue import QueueFull
from causerie.server.limits import network_of
from causerie.server.session import Session
from causerie.server.store import Hits, Query, SearchTimedOut

QUERY_MOST = 400
NUMBER_MOST = 2**53

BUSY_SECONDS = 2.0
"""Who is refused for having too many searches waiting may ask again after so long."""


async def history(core: Core, session: Session, command: History) -> Page:
    """A page of a channel's log, for those who may read it."""
    person = session.person
    assert person is not None
    channel = core.directory.channel(command.channel)
    standing = core.directory.standing(channel.id, person.id)
    policy.check_read(channel, person, standing)
    if command.member:
        policy.check_member(channel, person, standing)
    check_numbers(before=command.before, after=command.after, around=command.around)
    check_numbers(since=command.since, until=command.until, near=command.near)
    if sum(map(bool, (command.before, command.until, command.around, command.near))) > 1:
        raise BadInput(why="one of before, until, around, near")
    if sum(map(bool, (command.after, command.since, command.around, command.near))) > 1:
        raise BadInput(why="one of after, since, around, near")
    limit = max(1, min(command.limit, core.config.limits.history_page))
    store, asker, talk, number = core.store, person.id, command.talk, told(core, channel)
    if command.around or command.near:
        around = command.around or await store.number_at(channel.id, command.near)
        half = limit // 2
        below = min(around, number + 1)
        older = await store.page(channel, 0, below, half, True, asker, talk) if half else []
        newer = await store.page(channel, below - 1, number + 1, limit - half + 1, False, asker, talk)
        events, more = older + newer[: limit - half], len(newer) > limit - half
    else:
        lower, upper = command.after or command.since, command.before or command.until
        newest = not command.oldest if command.oldest is not None else not (lower and not upper)
        above = await store.number_at(channel.id, command.since) if command.since else command.after
        before = await store.number_at(channel.id, command.until - 1) + 1 if command.until else command.before
        below = min(before or number + 1, number + 1)
        events = await store.page(channel, above, below, limit + 1, newest, asker, talk)
        more = len(events) > limit
        if more:
            events = events[1:] if newest else events[:-1]
    return Page(channel=channel.name, events=events, more=more, number=number)


async def recent(core: Core, session: Session, command: Recent) -> RecentList:
    """One's channels by the time of their last message."""
    person = session.person
    assert person is not None
    check_numbers(since=command.since, until=command.until)
    directory, me = core.directory, person.id
    mine = [place for place, standing in directory.places.get(me, {}).items() if standing.inside]
    found = [
        (at, number, place)
        for place, number, at in await core.store.last_said(mine)
        if at > command.since and (not command.until or at < command.until)
    ]
    found.sort()
    limit = max(1, min(command.limit, core.config.limits.history_page))
    some = found[:limit] if command.oldest else found[-limit:]
    places = directory.places.get(me, {})
    return RecentList(
        channels=[
            RecentLine(directory.channels[place].name, number, at)
            for at, number, place in some
            if place in places and places[place].inside
        ]
    )


def told(core: Core, channel: Channel) -> int:
    """The channel's last event that was told. What is read of the store after this is asked has all up to it in it;
    of what follows, messages may show the first changes, and being told of those changes nothing."""
    return core.fanout.audience(channel.id).number


def check_numbers(**given: int) -> None:
    for name, number in given.items():
        if not 0 <= number < NUMBER_MOST:
            raise BadInput(why=name, least=0, most=NUMBER_MOST - 1)


async def search(core: Core, session: Session, command: Search) -> Found:
    """Messages by words, author, channel and time: only what the asker may read."""
    person = session.person
    assert person is not None
    if len(command.text) > QUERY_MOST:
        raise BadInput(why="query", least=1, most=QUERY_MOST)
    if not (command.text.strip() or command.name or command.since or command.until):
        raise BadInput(why="query", least=1, most=QUERY_MOST)
    check_numbers(before=command.before, since=command.since, until=command.until)
    directory = core.directory
    asked = directory.channels.values()
    if command.channel:
        asked_for = directory.channel(command.channel)
        policy.check_read(asked_for, person, directory.standing(asked_for.id, person.id))
        readable = frozenset((asked_for.id,))
    else:
        readable = frozenset(
            channel.id
            for channel in asked
            if policy.may_read(channel, person, directory.standing(channel.id, person.id))
        )
    author = 0
    if command.name:
        try:
            author = directory.person(command.name).id
        except NoSuchPerson:
            author = await core.store.author(command.name)
            if not author:
                raise
    query = Query(
        text=command.text,
        channels=readable,
        author=author,
        since=command.since,
        until=command.until,
        before=command.before,
        limit=max(1, min(command.limit, core.config.limits.search_results)),
    )
    # Accounts have a share each, guests of one network one for all of them: anybody can be as many guests as they like.
    share = network_of(session.host) if person.guest else person.id
    try:
        async with core.searches.turn(share):
            hits = await core.store.search(query)
    except QueueFull:
        raise Busy(retry_after=BUSY_SECONDS) from None
    except SearchTimedOut:
        raise SearchTooBroad() from None
    return Found(hits=await _as_they_stand(core, person.id, hits), more=hits.more, behind=hits.behind)


async def _as_they_stand(core: Core, asker: int, hits: Hits) -> list[Hit]:
    """What was found, read again: the index may be a moment behind an edit, and lists no reactions."""
    numbers: dict[int, list[int]] = {}
    for _, channel, message in hits.hits:
        numbers.setdefault(channel, []).append(message.number)
    now: dict[tuple[int, int], Message] = {}
    for channel, asked in numbers.items():
        for message in await core.store.messages(core.directory.channels[channel], asked, asker):
            if not message.deleted:
                now[channel, message.number] = message
    return [
        Hit(place, now[channel, message.number])
        for place, channel, message in hits.hits
        if (channel, message.number) in now
    ]
