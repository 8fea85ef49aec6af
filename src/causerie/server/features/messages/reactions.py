"""Reactions: one of each emoji from each person, and who gave them."""

from __future__ import annotations

from bisect import bisect

import msgspec

from causerie.chat import message_policy
from causerie.chat.commands import React, Reactions
from causerie.chat.emoji import check_emoji
from causerie.chat.errors import BadInput, TooMany
from causerie.chat.events import Reacted
from causerie.chat.replies import Done, Reactor, ReactorList
from causerie.chat.texts import first_words
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.ports.changes import Append, PutReaction
from causerie.server.send_quota import give_back, keep_guest

PAGE_MOST = 1000


async def react(context: Context, session: Session, command: React) -> Append | Done:
    """React to a message, or take it back. What is so already stays so, and nobody is told; all else costs as much as
    a message, of which one may send so many a second."""
    emoji = check_emoji(command.emoji)
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    now = context.now()
    message_policy.check_react(channel, person, standing, now)
    people = message.reactions.get(emoji, {})
    if (person.id in people) is command.on:
        give_back(context, session)
        return Done()
    most = context.config.conversation.emoji_message
    if command.on and not people and len(message.reactions) >= most:
        raise TooMany(why="emoji", most=most)
    count = len(people) + (1 if command.on else -1)
    at = context.moment(channel.id, now)
    told = Reacted(
        channel=channel.name,
        at=at,
        person=person.id,
        name=person.name,
        guest=person.guest,
        target=message.number,
        emoji=emoji,
        on=command.on,
        count=count,
        words=first_words(message.text),
    )
    data = msgspec.json.encode({"emoji": emoji, "on": command.on, "count": count}).decode()
    append = Append(channel, "reacted", at, person, "", "", data, target=message.number, event=told)
    unit = context.unit
    with unit.whole():
        keep_guest(context, session)
        context.apply(PutReaction(channel.id, message.number, emoji, person.id, command.on))
        context.remembered_weight += command.on
        unit.append(append)
    return append


async def reactions(context: Context, session: Session, command: Reactions) -> ReactorList:
    """Who reacted to a message: all emoji, or the people of one of them above `after`."""
    emoji = check_emoji(command.emoji) if command.emoji else ""
    if command.after and not emoji:
        raise BadInput(why="after")
    channel, _, _, message = await message_cache.about(context, session, command.channel, command.number)
    limit = max(1, min(command.limit, PAGE_MOST))
    found = await context.store.reactors(channel.id, message.number)
    message_cache.reader(context, session, channel)
    if emoji:
        found = [(given, person) for given, person in found if given == emoji]
        found = found[bisect(found, command.after, key=lambda one: one[1].id) :]
    return ReactorList(
        channel=channel.name,
        number=message.number,
        reactors=[
            Reactor(emoji=given, person=person.id, name=person.name, guest=person.guest)
            for given, person in found[:limit]
        ],
        more=len(found) > limit,
    )
