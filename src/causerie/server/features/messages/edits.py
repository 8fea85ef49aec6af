"""Changing and deleting what was said, and what it said before."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from causerie.chat import message_policy
from causerie.chat.commands import Delete, DeleteSince, Edit, Versions
from causerie.chat.errors import NoSuchMessage
from causerie.chat.events import Deleted, Edited
from causerie.chat.model import Channel, Person
from causerie.chat.replies import Version, VersionList
from causerie.chat.texts import check_reason, check_text, tags_after_edit
from causerie.server import message_cache
from causerie.server.audit import audit
from causerie.server.context import Context
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.session import Session
from causerie.server.features.messages.messages import data_of, find_mentions
from causerie.server.ports.changes import Append, Erase, Rewrite
from causerie.server.send_quota import keep_guest

SINCE_MOST = 1000
"""So many messages are deleted at once; where there were more, the same is asked again."""


async def edit(context: Context, session: Session, command: Edit) -> Append:
    """Change the text of a message. It costs as much as saying it, and whom it names is not notified."""
    text = check_text(command.text, context.config.limits.message_bytes)
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    now = context.now()
    minutes = context.config.conversation.edit_minutes
    message_policy.check_edit(channel, person, standing, message.author, message.at, now, minutes)
    named = find_mentions(context, channel, person, text, message.author)
    at = context.moment(channel.id, now)
    told = Edited(
        channel=channel.name,
        at=at,
        person=person.id,
        name=person.name,
        guest=person.guest,
        target=message.number,
        text=text,
        mentions=named.people,
        everyone=named.everyone,
    )
    append = Append(channel, "edited", at, person, "", "", "{}", target=message.number, event=told)
    unit = context.unit
    with unit.whole():
        keep_guest(context, session)
        unit.append(append)
        data = data_of(message.action, named, at, message.notice, tags_after_edit(message.tags))
        context.apply(Rewrite(channel.id, message.number, text, data, at, person.id))
        if message.author != person.id:
            audit(
                context,
                session,
                "message_edited",
                channel=channel.name,
                name=message.author_name,
                number=message.number,
            )
    return append


async def delete(context: Context, session: Session, command: Delete) -> Append:
    """Delete a message."""
    reason = check_reason(command.reason)
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    now = context.now()
    minutes = context.config.conversation.delete_minutes
    message_policy.check_delete(channel, person, standing, message.author, message.at, now, minutes)
    with context.unit.whole():
        append = _erase(context, session, channel, person, (message,), reason, now)
        if message.author != person.id:
            audit(
                context,
                session,
                "message_deleted",
                channel=channel.name,
                name=message.author_name,
                number=message.number,
            )
    return append


async def delete_since(context: Context, session: Session, command: DeleteSince) -> Append:
    """Delete what the author of a message, which may be deleted already, said from there on: at most 1000 messages."""
    reason = check_reason(command.reason)
    if session.person is not None:
        place = context.state.channel_for(session.person, command.channel)
        message_policy.check_delete_since(*message_cache.reader(context, session, place))
    channel, person, standing, first = await message_cache.about(
        context, session, command.channel, command.number, deleted=True
    )
    message_policy.check_delete_since(channel, person, standing)
    numbers = await context.store.by_author(channel.id, first.author, first.number, SINCE_MOST)
    messages = await message_cache.recall_all(context, channel, numbers)
    channel, person, standing = message_cache.reader(context, session, channel)
    message_policy.check_delete_since(channel, person, standing)
    messages = [message for message in messages if not message.deleted]
    if not messages:
        raise NoSuchMessage(channel=channel.name, number=command.number)
    with context.unit.whole():
        append = _erase(context, session, channel, person, messages, reason, context.now())
        audit(
            context, session, "messages_deleted", channel=channel.name, name=first.author_name,
            number=messages[0].number, count=len(messages), reason=reason,
        )  # fmt: skip
    return append


def _erase(
    context: Context,
    session: Session,
    channel: Channel,
    person: Person,
    messages: Sequence[CachedMessage],
    reason: str,
    now: int,
) -> Append:
    """These messages say nothing any more, and nothing is left of what there was about them."""
    numbers = tuple(message.number for message in messages)
    keep_guest(context, session)
    at = context.moment(channel.id, now)
    told = Deleted(
        channel=channel.name,
        at=at,
        person=person.id,
        name=person.name,
        guest=person.guest,
        targets=numbers,
        reason=reason,
    )
    data = {"targets": numbers, "reason": reason} if reason else {"targets": numbers}
    append = Append(
        channel, "deleted", at, person, "", "", msgspec.json.encode(data).decode(), target=numbers[0], event=told
    )
    context.unit.append(append)
    context.apply(Erase(channel.id, numbers))
    return append


async def versions(context: Context, session: Session, command: Versions) -> VersionList:
    """What a message said before it was changed."""
    channel, person, standing, message = await message_cache.about(context, session, command.channel, command.number)
    message_policy.check_versions(channel, person, standing)
    past = await context.store.versions(channel.id, message.number)
    message_policy.check_versions(*message_cache.reader(context, session, channel))
    return VersionList(
        channel=channel.name,
        number=message.number,
        versions=[Version(at=one.at, person=one.person, name=one.name, text=one.text) for one in past],
    )
