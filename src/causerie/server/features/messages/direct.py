"""Direct conversations: two to eight people, made once and for good."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from causerie.chat.commands import Command, Direct, Send, Tell
from causerie.chat.errors import BadInput, NoSuchMessage
from causerie.chat.events import MembershipChanged
from causerie.chat.model import MEMBER, Channel, Person
from causerie.chat.names import direct_name
from causerie.chat.replies import Done
from causerie.server import message_cache
from causerie.server.context import Context
from causerie.server.engine.session import PendingSnapshot, Session
from causerie.server.features.channels.channels import check_room, pending_snapshot, walk_in
from causerie.server.features.messages.messages import send
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append, PutChannel
from causerie.server.send_quota import spend

DIRECT_MOST = 7


def direct(context: Context, session: Session, command: Direct) -> PendingSnapshot | Done:
    """Open the direct conversation with these people, who are told of it when it is new."""
    channel = open_with(context, session, command.people)
    walk_in(context, session, channel)
    return pending_snapshot(context, session, channel)


def tell(context: Context, session: Session, command: Tell) -> Append | Coroutine[Any, Any, Append]:
    """Open it in the same way, and say something there. Who was not in it is given its snapshot, without asking.

    A coroutine, if it answers a message: that is read before anything is opened or told.
    """
    return _tell_reply(context, session, command) if command.reply else _tell(context, session, command)


async def _tell_reply(context: Context, session: Session, command: Tell) -> Append:
    name, _ = _conversation(context, session, command.people)
    known = context.state.by_name.get(name)
    if known is None:
        raise NoSuchMessage(channel=name, number=command.reply)
    await message_cache.recall_reply(context, context.state.channels[known], command.reply)
    session.require_person()
    said = _tell(context, session, command)
    return said if isinstance(said, Append) else await said


def _tell(context: Context, session: Session, command: Tell) -> Append | Coroutine[Any, Any, Append]:
    channel = open_with(context, session, command.people)
    if channel.id not in session.channels:
        walk_in(context, session, channel)
        if session.outlet.encoder.snapshots:
            context.unit.answer(session, Command(), pending_snapshot(context, session, channel))
    said = Send(
        channel=channel.name, text=command.text, key=command.key, reply=command.reply, action=command.action,
        literal=command.literal, notice=command.notice, tags=command.tags,
    )  # fmt: skip
    return send(context, session, said)


def open_with(context: Context, session: Session, names: list[str]) -> Channel:
    """The conversation of the session's person with these, made if there is none. With oneself alone: notes."""
    person, state = session.require_person(), context.state
    name, people = _conversation(context, session, names)
    known = state.by_name.get(name)
    if known is not None:
        channel = state.channels[known]
    else:
        check_room(context)
        spend(context, session)
        channel = Channel(id=context.new_id(), name=name, access="direct", made_at=context.now())
        context.apply(PutChannel(channel))
    for other in people.values():
        if state.standing(channel.id, other.id) is None:
            # It is new, or this is a guest that was gone for a while.
            channel_presence.stand(context, channel, other, MEMBER)
            told = MembershipChanged(
                channel=name,
                at=context.now(),
                person=person.id,
                name=person.name,
                whom=other.id,
                whom_name=other.name,
                whom_guest=other.guest,
                role="member",
                guest=person.guest,
            )
            context.unit.tell(channel.id, told)
            for ears in state.connected.get(other.id, ()):
                if ears is not session and channel.id not in ears.channels:
                    context.unit.tell_one(ears, told)
        channel_presence.bring_in(context, session, channel, other.id)
    return channel


def _conversation(context: Context, session: Session, names: list[str]) -> tuple[str, dict[int, Person]]:
    """What the conversation of the session's person with these is called, and its people by id."""
    person = session.require_person()
    if not 1 <= len(names) <= DIRECT_MOST:
        raise BadInput(why="people", most=DIRECT_MOST)
    people = {person.id: person}
    people.update((other.id, other) for other in map(context.state.person, names))
    return direct_name(people), people
