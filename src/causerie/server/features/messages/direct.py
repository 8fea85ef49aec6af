"""Direct conversations: two to eight people, made once and for good."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from causerie.chat.commands import Command, Direct, Send, Tell
from causerie.chat.errors import BadInput, NoSuchMessage, NotLoggedIn
from causerie.chat.events import Stands
from causerie.chat.model import MEMBER, Channel, Person
from causerie.chat.replies import Done
from causerie.server import message_cache
from causerie.server.context import Core
from causerie.server.engine.session import AsItStands, Session
from causerie.server.features.channels.channels import as_it_stands, check_room, make, walk_in
from causerie.server.features.messages.messages import send
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append
from causerie.server.send_quota import spend

DIRECT_MOST = 7


def direct(core: Core, session: Session, command: Direct) -> AsItStands | Done:
    """Open the direct conversation with these people, who are told of it when it is new."""
    channel = open_with(core, session, command.people)
    walk_in(core, session, channel)
    return as_it_stands(core, session, channel)


def tell(core: Core, session: Session, command: Tell) -> Append | Coroutine[Any, Any, Append]:
    """Open it in the same way, and say something there. Who was not in it is given its snapshot, without asking.

    A coroutine, if it answers a message: that is read before anything is opened or told.
    """
    return _tell_reply(core, session, command) if command.reply else _tell(core, session, command)


async def _tell_reply(core: Core, session: Session, command: Tell) -> Append:
    name, _ = _conversation(core, session, command.people)
    known = core.directory.by_name.get(name)
    if known is None:
        raise NoSuchMessage(channel=name, number=command.reply)
    await message_cache.recall_reply(core, core.directory.channels[known], command.reply)
    if session.person is None:
        raise NotLoggedIn()
    said = _tell(core, session, command)
    return said if isinstance(said, Append) else await said


def _tell(core: Core, session: Session, command: Tell) -> Append | Coroutine[Any, Any, Append]:
    channel = open_with(core, session, command.people)
    if channel.id not in session.channels:
        walk_in(core, session, channel)
        if session.outlet.language.snapshots:
            core.tick.answer(session, Command(), as_it_stands(core, session, channel))
    said = Send(
        channel=channel.name, text=command.text, key=command.key, reply=command.reply, action=command.action,
        literal=command.literal, notice=command.notice, tags=command.tags,
    )  # fmt: skip
    return send(core, session, said)


def open_with(core: Core, session: Session, names: list[str]) -> Channel:
    """The conversation of the session's person with these, made if there is none. With oneself alone: notes."""
    person, directory = session.person, core.directory
    assert person is not None
    name, people = _conversation(core, session, names)
    known = directory.by_name.get(name)
    if known is not None:
        channel = directory.channels[known]
    else:
        check_room(core)
        spend(core, session)
        channel = Channel(id=core.new_id(), name=name, access="direct", made_at=core.now())
        make(core, channel)
    for other in people.values():
        if directory.standing(channel.id, other.id) is None:
            # It is new, or this is a guest that was gone for a while.
            channel_presence.stand(core, channel, other, MEMBER)
            told = Stands(
                channel=name,
                at=core.now(),
                person=person.id,
                name=person.name,
                whom=other.id,
                whom_name=other.name,
                whom_guest=other.guest,
                role="member",
                guest=person.guest,
            )
            core.tick.tell(channel.id, told)
            for ears in directory.connected.get(other.id, ()):
                if ears is not session and channel.id not in ears.channels:
                    core.tick.tell_one(ears, told)
        channel_presence.bring_in(core, session, channel, other.id)
    return channel


def _conversation(core: Core, session: Session, names: list[str]) -> tuple[str, dict[int, Person]]:
    """What the conversation of the session's person with these is called, and its people by id."""
    person = session.person
    assert person is not None
    if not 1 <= len(names) <= DIRECT_MOST:
        raise BadInput(why="people", most=DIRECT_MOST)
    people = {person.id: person}
    people.update((other.id, other) for other in map(core.directory.person, names))
    return "@" + "+".join(f"{number:x}" for number in sorted(people)), people
