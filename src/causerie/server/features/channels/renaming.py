"""A channel gets another name. Its log, its people, its settings are by its id, and stay as they are.

The former name is never another channel's: whoever still knows the channel by it (an open window, a link, a client that
resumes) means this one. Clients that have no words for it are told as if they had left and come in again.
"""

from __future__ import annotations

import msgspec

from causerie.chat import policy
from causerie.chat.commands import RenameChannel
from causerie.chat.errors import NameTaken, TooMany
from causerie.chat.events import ChannelRenamed
from causerie.chat.names import channel_name
from causerie.chat.replies import Done
from causerie.chat.texts import check_reason
from causerie.server.context import Context
from causerie.server.engine.passing import PutKnownName
from causerie.server.engine.session import Session
from causerie.server.features.channels.channels import owned
from causerie.server.ports.changes import Append, PutChannel, PutFormerName
from causerie.server.send_quota import give_back, keep_guest

FORMER_MOST = 16
"""Names that one channel had; each is one that no other may have."""


def rename_channel(context: Context, session: Session, command: RenameChannel) -> Append | Done:
    """Call it so from now on. It costs as much as a message. Raises BadName, NameTaken, TooMany."""
    person, state, unit = session.require_person(), context.state, context.unit
    channel = state.channel_for(person, command.channel)
    standing = policy.acting(state.standing(channel.id, person.id), owned(context, channel))
    policy.check_rename_channel(channel, person, standing, channel.name == context.config.channels.home)
    name = channel_name(command.name)
    was = channel.name
    if name == was:
        give_back(context, session)
        return Done()
    if name in state.by_name or state.former.get(name, channel.id) != channel.id:
        raise NameTaken(name=name, why="taken")
    known = [one for one, number in state.former.items() if number == channel.id and one != name]
    if len(known) >= FORMER_MOST:
        raise TooMany(why="names", most=FORMER_MOST)
    reason = check_reason(command.reason)
    at = context.moment(channel.id)
    told = ChannelRenamed(channel=was, at=at, person=person.id, name=person.name, was=was, now=name, reason=reason)
    data = msgspec.json.encode({"was": was, "now": name, "reason": reason}).decode()
    append = Append(channel, "channel_renamed", at, person, "", "", data, event=told)
    renamed = msgspec.structs.replace(channel, name=name)
    with unit.whole():
        keep_guest(context, session)
        unit.append(append)
        context.apply(PutChannel(renamed))
        context.apply(PutFormerName(was, channel.id))
        if name in state.former:
            context.apply(PutFormerName(name, channel.id, on=False))
        _tell(context, channel.id, told)
    return append


def _tell(context: Context, channel: int, told: ChannelRenamed) -> None:
    """Who lags will read of it under the name that it knows; who has no words for it is told otherwise."""
    for session in context.sessions:
        if channel not in session.channels:
            continue
        if session.heard is not None and channel in session.heard:
            if channel not in (session.known_as or ()):
                context.apply(PutKnownName(session.id, channel, told.was))
        elif not session.outlet.encoder.renames:
            context.unit.exit(session, channel)
            context.unit.tell_one(session, told)
            context.unit.enter(session, channel)
