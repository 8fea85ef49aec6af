"""What was said: pages of a channel's log, and search."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import History, Search
from causerie.chat.errors import BadInput, NoSuchPerson
from causerie.chat.replies import Found, Hit, Page
from causerie.server.core import Core
from causerie.server.session import Session
from causerie.server.store import Query

QUERY_MOST = 400
NUMBER_MOST = 2**53


async def history(core: Core, session: Session, command: History) -> Page:
    """A page of a channel's log, for those who may read it."""
    person = session.person
    assert person is not None
    channel = core.directory.channel(command.channel)
    policy.check_read(channel, person, core.directory.standing(channel.id, person.id))
    if sum(map(bool, (command.before, command.after, command.around))) > 1:
        raise BadInput(why="one of before, after, around")
    _check_numbers(before=command.before, after=command.after, around=command.around)
    limit = max(1, min(command.limit, core.config.limits.history_page))
    if command.around:
        half = limit // 2
        older = await core.store.page(channel, 0, command.around, half, newest=True)
        newer = await core.store.page(channel, command.around - 1, 0, limit - half + 1, newest=False)
        return Page(channel=channel.name, events=older + newer[: limit - half], more=len(newer) > limit - half)
    newest = not command.after
    events = await core.store.page(channel, command.after, command.before, limit + 1, newest)
    more = len(events) > limit
    if more:
        events = events[1:] if newest else events[:-1]
    return Page(channel=channel.name, events=events, more=more)


def _check_numbers(**given: int) -> None:
    for name, number in given.items():
        if not 0 <= number < NUMBER_MOST:
            raise BadInput(why=name, least=0, most=NUMBER_MOST - 1)


async def search(core: Core, session: Session, command: Search) -> Found:
    """Messages by words, author, channel and time: only what the asker may read."""
    person = session.person
    assert person is not None
    if len(command.text) > QUERY_MOST:
        raise BadInput(why="query", most=QUERY_MOST)
    if not (command.text.strip() or command.name or command.since or command.until):
        raise BadInput(why="query", least=1)
    _check_numbers(before=command.before, since=command.since, until=command.until)
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
    limit = max(1, min(command.limit, core.config.limits.search_results))
    hits = await core.store.search(
        Query(
            text=command.text,
            channels=readable,
            author=author,
            since=command.since,
            until=command.until,
            before=command.before,
            limit=limit,
        )
    )
    return Found(hits=[Hit(place, message) for place, _, message in hits.hits], more=hits.more, behind=hits.behind)
