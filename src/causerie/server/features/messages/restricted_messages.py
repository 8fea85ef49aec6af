"""What is said in a channel to some of those there alone: to who has a voice, to moderators, to owners.

It passes: who reads the log later may rank otherwise than who was told, and every page, search, count and mention
would have to be another for each reader. So there is nothing to read later, and nobody to keep it from.
"""

from __future__ import annotations

from causerie.chat import message_policy, policy
from causerie.chat.commands import SendRestricted
from causerie.chat.errors import BadText
from causerie.chat.events import RestrictedMessage
from causerie.chat.replies import RestrictedSent
from causerie.chat.texts import check_tags, check_text
from causerie.server.context import Context
from causerie.server.engine.passing import PutSpoke
from causerie.server.engine.session import Session


def send_restricted(context: Context, session: Session, command: SendRestricted) -> RestrictedSent:
    """Tell it to those in the channel who rank so, and to the other connections of who said it."""
    person = session.require_person()
    tags = check_tags(command.tags)
    if not command.text and not tags:
        raise BadText(why="empty")
    text = check_text(command.text, context.config.limits.message_bytes) if command.text else ""
    state, now = context.state, context.now()
    channel = state.channel_for(person, command.channel)
    standings = state.standings[channel.id]
    standing = standings.get(person.id)
    policy.check_send_restricted(channel, person, standing, now)
    last = context.state.slowed.get((channel.id, person.id), 0)
    message_policy.check_slow(channel, person, standing, last, now)
    context.apply(PutSpoke(session.id, now))
    told = RestrictedMessage(
        channel=channel.name, at=now, person=person.id, name=person.name, guest=person.guest,
        mark=f"{context.new_id():x}", to=command.to, text=text, action=command.action, notice=command.notice, tags=tags,
    )  # fmt: skip
    for number, standing in standings.items():
        other = state.people.get(number)
        if other is None or not (
            number == person.id or policy.may_hear_restricted(channel, other, standing, command.to)
        ):
            continue
        for ears in state.connected.get(number, ()):
            if ears is not session and channel.id in ears.channels:
                context.unit.tell_one(ears, told)
    return RestrictedSent(confided=told)
