"""An event made from what is logged of it: as it is told, and again from what the log keeps."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from causerie.chat.events import (
    Changed,
    ChannelRenamed,
    Deleted,
    Edited,
    LoggedEvent,
    Masked,
    MembershipChanged,
    Message,
    MessageRun,
    Pinned,
    Reacted,
    Topic,
)
from causerie.chat.model import Everyone
from causerie.server.ports.changes import Append, Stored

_KINDS: dict[str, Any] = {
    "edited": Edited,
    "deleted": Deleted,
    "reacted": Reacted,
    "pinned": Pinned,
    "topic": Topic,
    "stands": MembershipChanged,
    "changed": Changed,
    "channel_renamed": ChannelRenamed,
    "masked": Masked,
}
_WITH_GUEST = ("edited", "deleted", "reacted", "pinned", "topic", "masked", "stands", "changed")
_WITH_TARGET = ("edited", "reacted", "pinned")


class MessageData(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a message as JSON, beside its columns: little or nothing of nearly every one."""

    action: bool = False
    mentions: tuple[int, ...] = ()
    everyone: Everyone = ""
    notice: bool = False
    tags: dict[str, str] = {}
    edited_at: int = 0
    deleted: bool = False


_message_data = msgspec.json.Decoder(MessageData).decode


def message_data(data: str) -> MessageData:
    """A message's `data` column."""
    return _message_data(data) if data else MessageData()


def logged_event(
    kind: str,
    channel: str,
    number: int,
    at: int,
    person: int,
    name: str,
    guest: bool,
    text: str,
    key: str,
    data: str,
    said: int = 0,
    target: int = 0,
    thread: int = 0,
    nth: int = 0,
) -> LoggedEvent:
    """An event from what the log keeps of it. `data` is JSON of the fields that have no column of their own.

    `text` is that of the message which an edit is about; for a reaction or a pin, the words it begins with.
    """
    if kind == "message":
        more = _message_data(data) if data else None
        if more is None:
            return Message(
                channel=channel, number=number, at=at, person=person, name=name, text=text, guest=guest, key=key,
                said=said, reply=target, thread=thread, nth=nth,
            )  # fmt: skip
        return Message(
            channel=channel, number=number, at=at, person=person, name=name, text=text, guest=guest, key=key,
            said=said, reply=target, thread=thread, nth=nth, action=more.action, mentions=more.mentions,
            everyone=more.everyone, notice=more.notice, tags=more.tags, edited_at=more.edited_at, deleted=more.deleted,
        )  # fmt: skip
    fields = msgspec.json.decode(data) if data else {}
    fields.update(channel=channel, number=number, at=at, person=person, name=name)
    if kind in _WITH_GUEST:
        fields["guest"] = guest
    if kind in _WITH_TARGET:
        fields["target"] = target
    if kind == "topic":
        fields["topic"] = text
    elif kind == "edited":
        fields["text"] = text
    elif kind in ("reacted", "pinned"):
        fields["words"] = text
    event: LoggedEvent = msgspec.convert(fields, _KINDS[kind])
    return event


def event_of(append: Append, stored: Stored) -> LoggedEvent | MessageRun:
    """What is told of an Append that was stored."""
    author, event, number, at = append.author, append.event, stored.number, stored.at
    if append.more:
        return MessageRun(
            channel=stored.channel, number=number, at=at, person=author.id, name=author.name, guest=author.guest,
            said=stored.said, texts=(append.text, *append.more),
        )  # fmt: skip
    if event is None and append.kind == "message":
        return Message(
            channel=stored.channel, number=number, at=at, person=author.id, name=author.name, text=append.text,
            guest=author.guest, key=append.key, said=stored.said,
        )  # fmt: skip
    if isinstance(event, Message):
        return replace(event, number=number, at=at, said=stored.said, nth=stored.nth)
    if event is not None:
        return replace(event, number=number, at=at)
    return logged_event(
        append.kind, stored.channel, number, at, author.id, author.name, author.guest, append.text, append.key,
        append.data,
    )  # fmt: skip
