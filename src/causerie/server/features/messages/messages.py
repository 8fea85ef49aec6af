"""Saying something in a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec

from causerie.chat import mentions, message_policy, policy
from causerie.chat.commands import Send
from causerie.chat.errors import BadInput, ChatError, NoSuchChannel
from causerie.chat.events import Message
from causerie.chat.mentions import NOBODY, Mentions
from causerie.chat.model import Channel, Person
from causerie.chat.names import skeleton
from causerie.chat.texts import check_tags, check_text
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.passing import NoteSlowed, PutSpoke
from causerie.server.engine.session import Session
from causerie.server.features.messages import threads
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append
from causerie.server.ports.event_codec import MessageData
from causerie.server.send_quota import keep_guest, spend

KEY_MOST = 64

ALONG_MOST = 256
"""Messages that came together and are said at once, before the time is looked at."""

HERE_MOST = 1000
"""Where more people are there than this, @here is found among the mentions of every member."""

SPOKE_MS = 1000
"""Who said something so many milliseconds ago has just spoken: what is told of it is in seconds."""


def send(
    context: Context, session: Session, command: Send, along: list[str] | None = None
) -> Append | Coroutine[Any, Any, Append]:
    """Check all that can refuse it, then put it in the unit of work; it is acknowledged with what the store made of it.

    A coroutine, if the message that it answers has to be read first. `along`: texts that came right after it, for the
    same channel; those that are said with it are taken from its front.
    """
    person = session.require_person()
    state = context.state
    number = state.by_name.get(command.channel)
    channel = state.channels[number] if number is not None else state.channel_for(person, command.channel)
    unit = context.commit_loop.unit
    now = unit.at
    if not now:
        # One clock reading serves all that is committed together.
        now = unit.at = context.now()
    standing = state.standings[channel.id].get(person.id)
    if channel.access != "public" and not policy.may_be_told_of(channel, standing):
        raise NoSuchChannel(channel=command.channel[:80])
    policy.check_send(channel, person, standing, now)
    text = check_text(command.text, context.config.limits.message_bytes)
    key = command.key
    if key and (len(key) > KEY_MOST or not key.isprintable() or not key.isascii()):
        raise BadInput(why="key", most=KEY_MOST)
    if (
        command.reply
        or command.action
        or command.notice
        or command.tags
        or channel.slow_seconds
        or mentions.may_name(text)
    ):
        answered = message_cache.known_reply(context, channel, command.reply) if command.reply else None
        if command.reply and answered is None:
            return _send_later(context, session, command, channel, text)
        return _send_rich(context, session, command, channel, text, now, answered)
    if person.guest and person.id not in state.kept_guests:
        keep_guest(context, session)
    if not 0 <= now - session.spoke < SPOKE_MS:
        context.apply(PutSpoke(session.id, now))
    if channel.access == "direct":
        _bring_in_all(context, session, channel)
    more = _take_plain(context, session, command, along) if along and not key and command.id is None else ()
    append = Append(channel, "message", context.moment(channel.id, now), person, text, key, "", more=more)
    unit.append(append)
    return append


def _bring_in_all(context: Context, session: Session, channel: Channel) -> None:
    """Those who have come in since this conversation was opened, and have no way to ask, hear what is said in it."""
    for number, standing in context.state.standings[channel.id].items():
        if standing.inside:
            channel_presence.bring_in(context, session, channel, number)


def _take_plain(context: Context, session: Session, command: Send, along: list[str]) -> tuple[str, ...]:
    """Take from the front of `along` what may be said with a message that is as plain as one can be: for these nothing
    but the text is to be checked. The first one that is not plain, or is refused, comes by itself."""
    limits = context.config.limits
    room = min(ALONG_MOST, max(0, limits.tick_commands - context.commit_loop.unit.size))
    more: list[str] = []
    for text in along[:room]:
        if mentions.may_name(text) or (text[:1] == "/" and not command.literal):
            break
        try:
            checked = check_text(text, limits.message_bytes)
            if not session.exempt:
                spend(context, session)
        except ChatError:
            break
        more.append(checked)
    del along[: len(more)]
    return tuple(more)


async def _send_later(context: Context, session: Session, command: Send, channel: Channel, text: str) -> Append:
    """Say it when the message that it answers has been read, if it may be said then."""
    answered = await message_cache.recall_reply(context, channel, command.reply)
    person = session.require_person()
    channel, now = context.state.channels[channel.id], context.now()
    policy.check_send(channel, person, context.state.standing(channel.id, person.id), now)
    return _send_rich(context, session, command, channel, text, now, answered)


def _send_rich(
    context: Context,
    session: Session,
    command: Send,
    channel: Channel,
    text: str,
    now: int,
    answered: tuple[CachedMessage, CachedMessage] | None,
) -> Append:
    """Say what is not just a text. `answered`: the message that it answers and the one that its thread began with."""
    person = session.require_person()
    last = context.state.slowed.get((channel.id, person.id), 0)
    standing = context.state.standing(channel.id, person.id)
    message_policy.check_slow(channel, person, standing, last, now)
    target, first = answered or (None, None)
    named = find_mentions(context, channel, person, text, person.id)
    at = context.moment(channel.id, now)
    told = Message(
        channel=channel.name,
        at=at,
        person=person.id,
        name=person.name,
        text=text,
        guest=person.guest,
        key=command.key,
        reply=target.number if target else 0,
        thread=first.number if first else 0,
        action=command.action,
        mentions=named.people,
        everyone=named.everyone,
        notice=command.notice,
        tags=check_tags(command.tags),
    )
    append = Append(
        channel, "message", at, person, text, command.key,
        data_of(command.action, named, notice=command.notice, tags=command.tags),
        target=told.reply, thread=told.thread,
        follow=threads.followers(context, channel, person, first.author) if first else (0, 0),
        mentions=_found_by(context, channel, person, named), event=told,
    )  # fmt: skip
    unit = context.unit
    with unit.whole():
        keep_guest(context, session)
        context.apply(PutSpoke(session.id, now))
        if channel.access == "direct":
            _bring_in_all(context, session, channel)
        unit.append(append)
        if channel.slow_seconds:
            _note_slowed(context, channel, append, now)
        if first is not None:
            threads.tell_followers(context, append)
    return append


def _note_slowed(context: Context, channel: Channel, append: Append, now: int) -> None:
    state, key = context.state, (channel.id, append.author.id)
    before = state.slowed.get(key, 0)
    context.apply(NoteSlowed(*key, now, context.bounds.slowed))
    if append.key:
        # Only the store knows whether the same was said before: then nothing was said now.
        unit, over = context.unit, asyncio.get_running_loop().create_future()

        def put_back(_: object) -> None:
            stored = unit.stored.get(append)
            if stored is not None and stored.again and state.slowed.get(key) == now:
                context.unit.undo.settle(state.slowed, {key: before})

        over.add_done_callback(put_back)
        unit.waiting.append(over)


def find_mentions(context: Context, channel: Channel, by: Person, text: str, author: int) -> Mentions:
    """Whom `by` names in a message of `author`'s (an id), who is not named in it: members that may read it, in public
    channels whoever has an account too."""
    if not mentions.may_name(text):
        return NOBODY
    state, standings = context.state, context.state.standings[channel.id]

    def person(name: str) -> int | None:
        number = state.names.get(skeleton(name))
        if number is None or number == author:
            return None
        standing = standings.get(number)
        if standing is None:
            account = channel.access == "public" and not state.people[number].guest
            return number if account else None
        return number if policy.may_read(channel, state.people[number], standing) else None

    return mentions.find(text, person, message_policy.may_name_everyone(channel, by, standings.get(by.id)))


def _found_by(context: Context, channel: Channel, author: Person, named: Mentions) -> tuple[int, ...]:
    """Who is to find it among their mentions, by id; 0 is every member."""
    if not named.everyone:
        return named.people
    if named.everyone == "channel" or len(context.state.here.get(channel.id, ())) > HERE_MOST:
        return (*named.people, 0)
    # Those too who are invisible: they hear it, and nobody else is told.
    here = (own.person.id for own in context.sessions if own.person is not None and channel.id in own.channels)
    return tuple(dict.fromkeys((*named.people, *(person for person in here if person != author.id))))


def data_of(
    action: bool, named: Mentions, edited_at: int = 0, notice: bool = False, tags: dict[str, str] | None = None
) -> str:
    """What the log keeps of a message as JSON; nothing of one that is just a text."""
    if not (action or notice or tags or edited_at) and named == NOBODY:
        return ""
    data = MessageData(
        action=action, mentions=named.people, everyone=named.everyone, notice=notice, tags=tags or {},
        edited_at=edited_at,
    )  # fmt: skip
    return msgspec.json.encode(data).decode()
