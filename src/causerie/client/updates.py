"""Updates: what a client tells the program that uses it, in order. All frozen."""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.chat.replies import Ack
from causerie.chat.view import View
from causerie.client.errors import ClientError
from causerie.client.states import State


class Update(Struct, frozen=True):
    """The base of all."""


class StateChanged(Update, frozen=True):
    """The session is in another state. `why`: the server's disconnect reason or a line for a log, where it was lost or
    closed."""

    state: State
    why: str = ""


class ChannelSynced(Update, frozen=True):
    """A channel as it is now, whole: it was joined, or resumed after the connection was lost."""

    view: View


class EventReceived(Update, frozen=True):
    """An event happened in a channel; `view` is the channel after it.

    Each event with a number comes once and in order; a `Gap` among them says what is not to be had. `view` is None
    for events about a channel that the person is not in (an invitation to it).
    """

    event: Event
    view: View | None


class TypingStopped(Update, frozen=True):
    """Somebody stopped typing in this channel; `view` has them no longer."""

    view: View


class ChannelLeft(Update, frozen=True):
    """The person is no longer in this channel. `error`: why it could not be resumed, if that was tried."""

    channel: str
    error: ChatError | None = None


class MessageSent(Update, frozen=True):
    """A message is acknowledged: it is on the server's disk, under `ack.number`."""

    key: str
    ack: Ack


class MessageDelayed(Update, frozen=True):
    """A message was refused for now (`error`); it is sent again by itself, `seconds` later."""

    key: str
    error: ChatError
    seconds: float


class MessageRefused(Update, frozen=True):
    """A message was refused for good; it is in the outbox no longer. `command` holds its text."""

    key: str
    command: Command
    error: ChatError | ClientError


class UpdatesDropped(Update, frozen=True):
    """The program reads too slowly: `count` updates before this one were dropped. Views are complete."""

    count: int
