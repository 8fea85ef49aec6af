"""What crosses from the network's thread to the interface's, in its order. All frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from causerie.chat.commands import Command, Send
from causerie.chat.replies import LoggedIn, Reply, Welcome
from causerie.chat.view import View
from causerie.client import Certificate, Update

Then = Callable[[Reply | None, Exception | None], None]


@dataclass(frozen=True, slots=True)
class Inside:
    """One is logged in and in the channel."""

    me: LoggedIn
    welcome: Welcome
    channel: str
    views: Mapping[str, View]
    outgoing: tuple[Send, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Something happened; `view`: the channel that it happened in, as it is known by now."""

    update: Update
    view: View | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What was asked is answered; `views` are the channels as they stand with it."""

    then: Then
    reply: Reply | None
    error: Exception | None
    views: Mapping[str, View]
    me: LoggedIn | None


@dataclass(frozen=True, slots=True)
class Vouching:
    """Somebody has to say whether this certificate is right: `bridge.answer_certificate` answers."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Over:
    """There is no session (any more). `error`: why, if one did not want it."""

    error: Exception | None


Item = Inside | Told | Answered | Vouching | Over


class Port(Protocol):
    """What a model asks of the network; `bridge.Bridge` is one."""

    def ask(self, command: Command, then: Then) -> None:
        """Ask; `then` is called when the answer has come."""

    def post(self, command: Send) -> None:
        """Say something."""
