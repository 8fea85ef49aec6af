"""What clients tell each other and nobody reads: passing, never stored, measured like what is said."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Signal
from causerie.chat.events import Signalled
from causerie.chat.replies import Done
from causerie.chat.texts import check_tags, check_text
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.channels.channels import walk_in
from causerie.server.features.messages.direct import open_with

TEXT_BYTES = 512


def signal(context: Context, session: Session, command: Signal) -> Done:
    """Tell it to all who hear the channel, or the conversation with `people`. Who may not speak there is refused."""
    person = session.require_person()
    tags = check_tags(command.tags)
    text = check_text(command.text, TEXT_BYTES) if command.text else ""
    if command.people:
        channel = open_with(context, session, command.people)
        if channel.id not in session.channels:
            walk_in(context, session, channel)
    else:
        channel = context.state.channel_for(person, command.channel)
    now = context.now()
    policy.check_send(channel, person, context.state.standing(channel.id, person.id), now)
    told = Signalled(
        channel=channel.name, at=now, person=person.id, name=person.name, guest=person.guest,
        mark=f"{context.new_id():x}", text=text, notice=command.notice, tags=tags,
    )  # fmt: skip
    context.unit.tell(channel.id, told, by=session)
    return Done()
