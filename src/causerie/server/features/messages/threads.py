"""Threads: the replies to one message, and who follows them.

A thread is named by the number of the message that it began with. Nobody is forced into one: its replies are in the
channel's log like all else, and who replies, or is replied to, follows it until they say otherwise.
"""

from __future__ import annotations

from causerie.chat import message_policy, policy
from causerie.chat.commands import Follow, Thread, Threads
from causerie.chat.errors import BadInput, NoSuchMessage, TooMany
from causerie.chat.events import Followed, Message
from causerie.chat.model import Channel, Person
from causerie.chat.replies import Done, ThreadLine, ThreadList, ThreadPage
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.features.messages.own_reads import read_own
from causerie.server.features.presence import read_state
from causerie.server.ports.changes import Append, PutFollow
from causerie.server.send_quota import keep_guest


def follow(context: Context, person: int, channel: Channel, thread: int, on: bool) -> None:
    """This person (an id) follows the thread from now on, or no longer; each of their sessions is told."""
    context.apply(PutFollow(person, channel.id, thread, on))
    for session in context.state.connected.get(person, ()):
        context.unit.tell_one(session, Followed(channel=channel.name, thread=thread, on=on))


def followers(context: Context, channel: Channel, author: Person, first: int) -> tuple[int, int]:
    """Who follows a thread with a reply to it once that is stored: who wrote the reply, and who wrote the `first`
    message (ids). Who is not a member of the channel any more does not begin to: 0."""
    state = context.state
    by, to = (
        person if (standing := state.standing(channel.id, person)) is not None and standing.inside else 0
        for person in (author.id, first)
    )
    return by, to


def tell_followers(context: Context, reply: Append) -> None:
    """Each session of those who did not follow its thread is told that they do."""
    author, first = reply.follow
    for person in dict.fromkeys((first, author)):
        for session in context.state.connected.get(person, ()):
            context.unit.tell_follower(session, reply, person)


async def follow_thread(context: Context, session: Session, command: Follow) -> Done:
    """Follow the thread that a message began, or that it is a reply in, or no longer; at most `follows_person`."""
    channel, person = _member(context, session, command.channel)
    check_numbers(number=command.number)
    root, first = await _beginning(context, channel, command.number, person.id)
    follows = await context.store.follows(person.id, channel.id, root)
    nothing = first is None or (first.deleted and not first.replies)
    if nothing and (command.on or not follows):
        raise NoSuchMessage(channel=channel.name, number=command.number)
    if command.on and not follows:
        most = context.config.conversation.follows_person
        if await context.store.follow_count(person.id, _places(context, person.id)) >= most:
            raise TooMany(why="threads", most=most)
    channel, person = _member(context, session, channel.name)
    if command.on is follows:
        return Done()
    keep_guest(context, session)
    follow(context, person.id, channel, root, command.on)
    return Done()


def _member(context: Context, session: Session, name: str) -> tuple[Channel, Person]:
    person = session.require_person()
    channel = context.state.channel_for(person, name)
    message_policy.check_follow(channel, person, context.state.standing(channel.id, person.id))
    return channel, person


async def thread(context: Context, session: Session, command: Thread) -> ThreadPage:
    """A page of the thread that a message began, or that it is a reply in; what it began with is its first message."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    policy.check_read(channel, person, context.state.standing(channel.id, person.id))
    if command.before and command.after:
        raise BadInput(why="one of before, after")
    check_numbers(number=command.number, before=command.before, after=command.after)
    limit = max(1, min(command.limit, context.config.limits.history_page))
    number = context.state.log_end(channel.id)[0]
    root, first = await _beginning(context, channel, command.number, person.id)
    below = min(command.before or number + 1, number + 1)
    newest = not command.after
    messages = await context.store.thread(channel, root, command.after, below, limit + 1, newest, person.id)
    message_cache.reader(context, session, channel)
    if first is None and not messages:
        raise NoSuchMessage(channel=channel.name, number=command.number)
    if first is not None and command.after < root < below and len(messages) <= limit:
        messages.insert(0, first)
    more = len(messages) > limit
    if more:
        messages = messages[1:] if newest else messages[:limit]
    return ThreadPage(channel=channel.name, thread=root, messages=messages, more=more, number=number)


async def _beginning(context: Context, channel: Channel, number: int, asker: int) -> tuple[int, Message | None]:
    """The thread that a message is in, and the message that it began with, if that is still kept."""
    for message in await context.store.messages(channel, (number,), asker):
        if not message.thread:
            return number, message
        for first in await context.store.messages(channel, (message.thread,), asker):
            return first.number, first
        return message.thread, None
    return number, None


async def threads(context: Context, session: Session, command: Threads) -> ThreadList:
    """The threads that one follows in the channels that one is a member of.

    Replying follows a thread without asking how many one follows already; those that are too many, the ones that were
    quiet for longest, are followed no longer once the list has been asked for.
    """
    person = session.require_person()
    places = _places(context, person.id)
    while True:
        flushed = context.state.flushed
        found = await read_own(context, session, lambda: context.store.threads(person.id, places))
        if context.state.flushed is flushed:
            break
        # A marker that was in memory when this was read may have left it since: it is read again.
    most = context.config.conversation.follows_person
    for kept in found[most:]:
        follow(context, person.id, context.state.channels[kept.channel], kept.thread, False)
    lines = []
    for kept in found[:most]:
        key = kept.channel, person.id, kept.thread
        marker = read_state.marker_of(context, *key) or (kept.upto, kept.said)
        lines.append(
            ThreadLine(
                channel=context.state.channels[kept.channel].name,
                thread=kept.thread,
                replies=kept.replies,
                last=kept.last,
                unread=max(0, kept.replies - marker[1]),
                upto=marker[0],
            )
        )
    return ThreadList(threads=lines)


def _places(context: Context, person: int) -> list[int]:
    """The channels that a person is a member of."""
    return [channel for channel, standing in context.state.places.get(person, {}).items() if standing.inside]
