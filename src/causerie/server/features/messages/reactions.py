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
from causerie.server.context import Core
from causerie.server.engine.session import Session
from causerie.server.message_cache import Remembered
from causerie.server.ports.changes import Append, PutReaction
from causerie.server.send_quota import give_back, keep_guest

PAGE_MOST = 1000


async def react(core: Core, session: Session, command: React) -> Append | Done:
    """React to a message, or take it back. What is so already stays so, and nobody is told; all else costs as much as
    a message, of which one may send so many a second."""
    emoji = check_emoji(command.emoji)
    channel, person, standing, message = await message_cache.about(core, session, command.channel, command.number)
    now = core.now()
    message_policy.check_react(channel, person, standing, now)
    people = message.reactions.get(emoji, {})
    if (person.id in people) is command.on:
        give_back(core, session)
        return Done()
    most = core.config.conversation.emoji_message
    if command.on and not people and len(message.reactions) >= most:
        raise TooMany(why="emoji", most=most)
    count = len(people) + (1 if command.on else -1)
    at = core.moment(channel.id, now)
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
    tick = core.tick
    with tick.whole():
        if person.guest:
            keep_guest(core, session)
        _change(core, message, emoji, person.id, command.on)
        tick.store(PutReaction(channel.id, message.number, emoji, person.id, command.on))
        tick.append(append)
    return append


def _change(core: Core, message: Remembered, emoji: str, person: int, on: bool) -> None:
    tick = core.tick
    people = message.reactions.get(emoji)
    if on:
        if people is None:
            tick.put(message.reactions, emoji, {person: True})
        else:
            tick.put(people, person, True)
        core.remembered_weight += 1
    elif people is not None:
        tick.drop(people, person)
        if not people:
            tick.drop(message.reactions, emoji)


async def reactions(core: Core, session: Session, command: Reactions) -> ReactorList:
    """Who reacted to a message: all emoji, or the people of one of them above `after`."""
    emoji = check_emoji(command.emoji) if command.emoji else ""
    if command.after and not emoji:
        raise BadInput(why="after")
    channel, _, _, message = await message_cache.about(core, session, command.channel, command.number)
    limit = max(1, min(command.limit, PAGE_MOST))
    found = await core.store.reactors(channel.id, message.number)
    message_cache.reader(core, session, channel)
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
