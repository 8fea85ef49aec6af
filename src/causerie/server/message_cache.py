"""The message cache: messages that are being edited, reacted to or answered.

Commands about a message read it from the store once. From then on what is here is the truth, with what is decided and
not committed yet, so that an edit, a deletion and a reaction that come at once need no locks. A use case awaits `about`
or `recall`, and from there on, without waiting for anything more, checks (chat/message_policy.py) and applies changes
of what it got: Rewrite, Erase, PutReaction. A commit that fails undoes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from causerie.chat import policy
from causerie.chat.errors import NoSuchMessage
from causerie.chat.model import Channel, Person, Standing
from causerie.server.context import Context
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.session import Session
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Erase, PutReaction, Rewrite

NUMBER_MOST = 2**53


class About(NamedTuple):
    """What a command about a message works with: all of it as it is now, at this moment."""

    channel: Channel
    person: Person
    standing: Standing | None
    message: CachedMessage


async def about(context: Context, session: Session, name: str, number: int, deleted: bool = False) -> About:
    """The message `number` of the channel `name`, for the session's person, who may read it; see `recall`.

    Raises NoSuchChannel, Banned, Private, and NoSuchMessage, in this order: who may not read a channel does not learn
    what is in it.
    """
    channel = context.state.channel_for(session.require_person(), name)
    reader(context, session, channel)
    message = await recall(context, channel, number, deleted)
    return About(*reader(context, session, channel), message)


def reader(context: Context, session: Session, channel: Channel) -> tuple[Channel, Person, Standing | None]:
    """The channel and the session's person as they are now, if that person may (still) read it.

    While something was awaited the channel may have been changed and the person put out of it.
    """
    channel = context.state.channels[channel.id]
    person = session.require_person()
    standing = context.state.standing(channel.id, person.id)
    policy.check_read(channel, person, standing)
    return channel, person, standing


def known(context: Context, channel: Channel, number: int) -> CachedMessage | None:
    """The message, if it is remembered already and not deleted."""
    message = context.state.remembered.get((channel.id, number))
    return message if message is not None and not message.deleted else None


async def recall(context: Context, channel: Channel, number: int, deleted: bool = False) -> CachedMessage:
    """The message, from memory or from the store; one that was deleted only if `deleted`. Raises NoSuchMessage.

    Whoever asks for the same message at once gets the same object.
    """
    message = context.state.remembered.get((channel.id, number))
    if message is None and 0 < number < NUMBER_MOST:
        message = next(iter(await recall_all(context, channel, (number,))), None)
    if message is None or (message.deleted and not deleted):
        raise NoSuchMessage(channel=channel.name, number=number)
    return message


async def recall_all(context: Context, channel: Channel, numbers: Sequence[int]) -> list[CachedMessage]:
    """The messages with these numbers, the deleted ones too, without those that are not kept."""
    place = channel.id
    while missing := [number for number in numbers if (place, number) not in context.state.remembered]:
        forgotten = context.forgotten
        read = {
            message.number: CachedMessage(place, message) for message in await context.store.messages(channel, missing)
        }
        for message in read.values():
            if not message.deleted:
                for emoji, person in await context.store.reactors(place, message.number):
                    message.reactions.setdefault(emoji, {})[person.id] = True
        if forgotten != context.forgotten:
            # While this was read, one of them may have been remembered, changed and forgotten again.
            continue
        _make_room(context, sum(message.weight() for message in read.values()), {(place, number) for number in numbers})
        for number, message in read.items():
            # Another may have read it at the same time, and changed it since.
            if (place, number) not in context.state.remembered:
                context.state.remembered[place, number] = message
                context.remembered_weight += message.weight()
        break
    return [
        context.state.remembered[place, number] for number in numbers if (place, number) in context.state.remembered
    ]


async def recall_reply(context: Context, channel: Channel, number: int) -> tuple[CachedMessage, CachedMessage]:
    """The message that somebody answers, and the one that its thread began with: itself, if that is no longer kept.

    Raises NoSuchMessage.
    """
    message = await recall(context, channel, number)
    if message.thread:
        await recall_all(context, channel, (number, message.thread))
    answered = known_reply(context, channel, number)
    if answered is not None:
        return answered
    message = await recall(context, channel, number)
    return message, message


def known_reply(context: Context, channel: Channel, number: int) -> tuple[CachedMessage, CachedMessage] | None:
    """The same, if both are remembered."""
    message = known(context, channel, number)
    if message is None or not message.thread:
        return None if message is None else (message, message)
    first = context.state.remembered.get((channel.id, message.thread))
    return None if first is None else (message, first)


def forget_before(context: Context, channel: int, at: int) -> None:
    """The store keeps nothing of a channel that is older than `at` (ms): nor is it remembered."""
    context.forgotten += 1
    for key in [key for key, message in context.state.remembered.items() if key[0] == channel and message.at < at]:
        del context.state.remembered[key]


def _make_room(context: Context, weight: int, keep: set[tuple[int, int]]) -> None:
    """Forget the oldest, where there is no room for so much more, but for `keep` and what is not committed yet."""
    most = context.bounds.remembered
    if context.remembered_weight + weight <= most:
        return
    context.forgotten += 1
    weights = {key: message.weight() for key, message in context.state.remembered.items()}
    total = sum(weights.values())
    keep = keep | {key for unit in context.commit_loop.uncommitted() for key in _changed(unit)}
    for key in tuple(context.state.remembered):
        # A quarter goes at once, so that this is seldom done.
        if total + weight <= most * 3 // 4:
            break
        if key not in keep:
            del context.state.remembered[key]
            total -= weights[key]
    context.remembered_weight = total


def _changed(unit: UnitOfWork) -> Iterator[tuple[int, int]]:
    """The messages that a unit of work changes."""
    for change in unit.changes:
        if type(change) is Rewrite or type(change) is PutReaction:
            yield change.channel, change.number
        elif type(change) is Erase:
            yield from ((change.channel, number) for number in change.numbers)
