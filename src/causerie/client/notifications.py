"""What a client tells whoever uses it, in the order in which it happened. All frozen."""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.chat.replies import Ack
from causerie.chat.view import View
from causerie.client.errors import ClientError
from causerie.client.states import State


class Happening(Struct, frozen=True):
    """The base of all."""


class Turned(Happening, frozen=True):
    """The session is in another state. `why`: a farewell's code or a line for a log, where it was lost or closed."""

    state: State
    why: str = ""


class Opened(Happening, frozen=True):
    """A channel as it stands, whole: it was entered, or caught up with after the connection was lost."""

    view: View


class Heard(Happening, frozen=True):
    """Something happened in a channel; `view` is the channel after it.

    Each event with a number comes once and in order; a `Gap` among them says what is not to be had. `view` is None
    for what is told about a channel that one is not in (an invitation to it).
    """

    event: Event
    view: View | None


class Quiet(Happening, frozen=True):
    """Somebody has not been typing for a while in this channel; `view` has them no longer."""

    view: View


class Out(Happening, frozen=True):
    """One is in this channel no longer. `error`: why it let nobody back in, if it was asked."""

    channel: str
    error: ChatError | None = None


class Sent(Happening, frozen=True):
    """A letter is acknowledged: it is on the server's disk, under `ack.number`."""

    key: str
    ack: Ack


class Delayed(Happening, frozen=True):
    """A letter was not taken just now (`error`); it is sent again by itself, `seconds` later."""

    key: str
    error: ChatError
    seconds: float


class Refused(Happening, frozen=True):
    """A letter is not sent, for good; it is in the outbox no longer. `command` holds what it said."""

    key: str
    command: Command
    error: ChatError | ClientError


class Missed(Happening, frozen=True):
    """Whoever should have read was too slow: `count` happenings were forgotten here. Views are as they should be."""

    count: int
