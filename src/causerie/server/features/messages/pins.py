"""Pins: messages that a channel keeps in sight."""

from __future__ import annotations

import msgspec

from causerie.chat import message_policy, policy
from causerie.chat.commands import Pin, Pins
from causerie.chat.errors import TooMany
from causerie.chat.events import Pinned
from causerie.chat.replies import Done, PinList
from causerie.chat.texts import first_words
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.ports.changes import Append, PutPin
from causerie.server.send_quota import give_back, keep_guest


async def pin(context: Context, session: Session, command: Pin) -> Append | Done:
    """Pin a message, or take it off again. What is so already stays so, and nobody is told."""
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    now = context.now()
    message_policy.check_pin(channel, person, standing, now)
    pinned = context.state.pins.get(channel.id, {})
    if (message.number in pinned) is command.on:
        give_back(context, session)
        return Done()
    most = context.config.conversation.pins_channel
    if command.on and len(pinned) >= most:
        raise TooMany(why="pins", most=most)
    at = context.moment(channel.id, now)
    told = Pinned(
        channel=channel.name,
        at=at,
        person=person.id,
        name=person.name,
        guest=person.guest,
        target=message.number,
        on=command.on,
        words=first_words(message.text),
    )
    append = Append(
        channel, "pinned", at, person, "", "", msgspec.json.encode({"on": command.on}).decode(),
        target=message.number, event=told,
    )  # fmt: skip
    unit = context.unit
    with unit.whole():
        keep_guest(context, session)
        if command.on:
            # The store keeps them in the order of their times, and many may come in one millisecond.
            since = max(now, *(at + 1 for at in pinned.values()), 0)
            context.apply(PutPin(channel.id, message.number, since, True))
        else:
            context.apply(PutPin(channel.id, message.number, now, False))
        unit.append(append)
    return append


async def pins(context: Context, session: Session, command: Pins) -> PinList:
    """The pinned messages as they stand. Those that are not kept any more are pinned no longer."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    policy.check_read(channel, person, context.state.standing(channel.id, person.id))
    numbers = tuple(context.state.pins.get(channel.id, ()))
    messages = await context.store.messages(channel, numbers[::-1], person.id) if numbers else []
    message_cache.reader(context, session, channel)
    if len(messages) < len(numbers):
        kept = {message.number for message in messages}
        for number in numbers:
            if number not in kept:
                context.apply(PutPin(channel.id, number, 0, False), stored=False)
    return PinList(channel=channel.name, messages=[message for message in messages if not message.deleted])
