"""Who is typing: passing, never stored, and told no more often than it takes to know it."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import IsTyping
from causerie.chat.events import Typing
from causerie.chat.replies import Done
from causerie.server.context import Context
from causerie.server.engine.passing import NoteTyping
from causerie.server.engine.session import Session

REMEMBERED_MOST = 100_000
"""Notes that are remembered, and as many of the span before; past it those are forgotten, and their authors may be told
of again at once."""


def is_typing(context: Context, session: Session, command: IsTyping) -> Done:
    """Tell the channel that one is typing. Who may not speak there is refused; who is not there for others to see, or
    was told of less than `conversation.typing_seconds` ago, is not told of."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    policy.check_send(channel, person, context.state.standing(channel.id, person.id), context.now())
    if session.mode == "invisible" or person.id not in context.state.here.get(channel.id, ()):
        return Done()
    now, key, seconds = context.clock(), (channel.id, person.id), context.config.conversation.typing_seconds
    if (last := context.state.typing.get(key) or context.state.typing_before.get(key)) and now - last < seconds:
        return Done()
    context.apply(NoteTyping(channel.id, person.id, now, seconds, REMEMBERED_MOST))
    event = Typing(channel=channel.name, person=person.id, name=person.name, guest=person.guest)
    context.unit.tell(channel.id, event, by=session)
    return Done()
