"""The outbox: messages that are not acknowledged yet, each with an idempotency key, in order for each channel.

At most one message of a channel is in flight at a time. So one that is refused for now (`too_fast`, a full disk) and
one whose reply was lost with the connection are sent again before anything behind them, and order is kept whatever
the server takes and refuses. The key makes it one message however often it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from causerie.chat.commands import Send
from causerie.client.errors import OutboxFull
from causerie.client.pending_requests import PendingRequest

MAX_OUTGOING = 1000
"""Messages that wait, at most."""


class OutgoingMessage(PendingRequest):
    """A handle for an outgoing message: `key`, `channel`, `text`, and in the end its acknowledgement or its error.

    `attempts`: how often it was sent. It may have arrived as soon as it was sent once.
    """

    __slots__ = ("attempts", "in_flight")
    command: Send

    def __init__(self, command: Send) -> None:
        super().__init__(command)
        self.attempts = 0
        self.in_flight = False

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return self.command.key

    @property
    def channel(self) -> str:
        """The channel that it goes to."""
        return self.command.channel

    @property
    def text(self) -> str:
        """Its text."""
        return self.command.text


class Outbox:
    """See the module."""

    def __init__(self, saved: Iterable[Send] = ()) -> None:
        self._messages: dict[str, OutgoingMessage] = {}
        self._channels: dict[str, dict[str, OutgoingMessage]] = {}
        for command in saved:
            self.put(command)

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, command: Send) -> OutgoingMessage:
        """Add a message; one that is there already, by its key, is not added twice. Raises OutboxFull."""
        if (there := self._messages.get(command.key)) is not None:
            return there
        if len(self._messages) >= MAX_OUTGOING:
            raise OutboxFull(MAX_OUTGOING)
        message = OutgoingMessage(command)
        self._messages[message.key] = message
        self._channels.setdefault(message.channel, {})[message.key] = message
        return message

    def get(self, key: str) -> OutgoingMessage | None:
        """The message of this key, if it is not settled yet."""
        return self._messages.get(key)

    def remove(self, message: OutgoingMessage) -> None:
        """Remove a message that is acknowledged, or refused for good."""
        self._messages.pop(message.key, None)
        messages = self._channels.get(message.channel, {})
        messages.pop(message.key, None)
        if not messages:
            self._channels.pop(message.channel, None)

    def next(self, channel: str) -> OutgoingMessage | None:
        """The message to send now to a channel; None: there is none, or one is in flight."""
        message = next(iter(self._channels.get(channel, {}).values()), None)
        return None if message is None or message.in_flight else message

    def channels(self) -> tuple[str, ...]:
        """The channels that have messages here."""
        return tuple(self._channels)

    def of(self, channel: str) -> tuple[OutgoingMessage, ...]:
        """A channel's messages, in their order."""
        return tuple(self._channels.get(channel, {}).values())

    def rename(self, channel: str, name: str) -> None:
        """The channel has another name now: its messages go there, before those that are there already."""
        if channel == name or channel not in self._channels:
            return
        moved, there = self._channels.pop(channel), self._channels.pop(name, {})
        for message in moved.values():
            message.command = msgspec.structs.replace(message.command, channel=name)
        self._channels[name] = {**moved, **there}

    def connection_lost(self) -> None:
        """The connection was lost: nothing is in flight any more."""
        for message in self._messages.values():
            message.in_flight = False

    def all(self) -> tuple[OutgoingMessage, ...]:
        """Every message, oldest first."""
        return tuple(self._messages.values())
