"""Who is to be told by Web Push: people who are notified of a message and have no client that they are at.

It looks at what was told after it was told; while it does the message's way is not longer by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from causerie.chat.events import Message, MessageRun
from causerie.chat.model import Channel, Subscription
from causerie.server.context import Context
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.features.messages.notification_preferences import verdict
from causerie.server.ports.changes import Append, Stored
from causerie.server.ports.event_codec import event_of

WAITING_MOST = 1000
"""Messages, one for each person, that wait to be looked at; of more the newest are not pushed."""

Form = Callable[[str, Message], bytes]
"""A message as a subscription's device reads it; by how it asked for that. b"": not at all."""


class Pushing:
    """See the module. `forms`: by the first word of a subscription's form. `send` puts one on its way."""

    def __init__(
        self, context: Context, forms: Mapping[str, Form], send: Callable[[Subscription, bytes], None]
    ) -> None:
        self._context = context
        self._forms = forms
        self._send = send
        self._waiting: asyncio.Queue[tuple[Channel, Message, int]] = asyncio.Queue(WAITING_MOST)
        self.dropped = 0

    def told(self, unit: UnitOfWork) -> None:
        """A unit of work was told: note who might be pushed something of it."""
        subscribed = self._context.state.subscriptions
        if not subscribed:
            return
        for append, stored in unit.stored.items():
            if append.kind == "message" and not stored.again:
                standings = self._context.state.standings.get(append.channel.id, {})
                for person in subscribed.keys() & standings.keys():
                    if person != append.author.id and subscribed[person] and not self._is_at_a_client(person):
                        self._note(append, stored, person)

    def _is_at_a_client(self, person: int) -> bool:
        return any(not own.away for own in self._context.state.connected.get(person, ()))

    def _note(self, append: Append, stored: Stored, person: int) -> None:
        event = event_of(append, stored)
        assert isinstance(event, Message | MessageRun)
        for message in event.messages() if isinstance(event, MessageRun) else (event,):
            try:
                self._waiting.put_nowait((append.channel, message, person))
            except asyncio.QueueFull:
                self.dropped += 1

    async def run(self) -> None:
        """Look at what waits, until cancelled."""
        while True:
            await self._look(*await self._waiting.get())

    async def _look(self, channel: Channel, message: Message, person: int) -> None:
        context = self._context
        follows = bool(message.thread) and await context.store.follows(person, channel.id, message.thread)
        known = context.state.people.get(person)
        if known is None or known.disabled or channel.id not in context.state.channels:
            return
        dnd = any(own.mode == "dnd" for own in context.state.connected.get(person, ()))
        if not verdict(context, known, context.state.channels[channel.id], message, follows, dnd).notified:
            return
        for subscription in tuple(context.state.subscriptions.get(person, {}).values()):
            name, _, how = subscription.form.partition(" ")
            form = self._forms.get(name)
            if form is not None and (said := form(how, message)):
                self._send(subscription, said)
