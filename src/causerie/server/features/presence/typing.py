"""Who is typing: passing, never stored, and told no more often than it takes to know it."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import IsTyping
from causerie.chat.events import Typing
from causerie.chat.replies import Done
from causerie.server.context import Context
from causerie.server.engine.session import Session

REMEMBERED_MOST = 100_000
"""Notes that are remembered; past it the oldest are forgotten, whose authors may then be told of again at once."""


def is_typing(context: Context, session: Session, command: IsTyping) -> Done:
    """Tell the channel that one is typing. Who may not speak there is refused; who is not there for others to see, or
    was told of less than `conversation.typing_seconds` ago, is not told of."""
    person = session.person
    assert person is not None
    channel = context.state.channel_for(person, command.channel)
    policy.check_send(channel, person, context.state.standing(channel.id, person.id), context.now())
    if session.mode == "invisible" or person.id not in context.state.here.get(channel.id, ()):
        return Done()
    told, now, key = context.typing, context.clock(), (channel.id, person.id)
    oldest = now - context.config.conversation.typing_seconds
    if told.get(key, oldest) > oldest:
        return Done()
    unit = context.unit
    unit.drop(told, key)
    unit.put(told, key, now)
    # They stand in the order of their times: what is over is at the front.
    while told and (told[first := next(iter(told))] <= oldest or len(told) > REMEMBERED_MOST):
        unit.drop(told, first)
    event = Typing(channel=channel.name, person=person.id, name=person.name, guest=person.guest)
    unit.tell(channel.id, event, by=session)
    return Done()
