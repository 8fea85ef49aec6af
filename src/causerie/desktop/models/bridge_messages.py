"""Messages from the network thread to the interface thread, in order. All frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from causerie.chat.commands import Command, Send
from causerie.chat.replies import LoggedIn, Reply, Welcome
from causerie.chat.view import View
from causerie.client import Certificate, Update

OnAnswer = Callable[[Reply | None, Exception | None], None]


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Logged in, and in the channel. `outgoing`: messages of an earlier run that are not acknowledged."""

    me: LoggedIn
    welcome: Welcome
    channel: str
    views: Mapping[str, View]
    outgoing: tuple[Send, ...]


@dataclass(frozen=True, slots=True)
class UpdateReceived:
    """An update of the client library; `view`: its channel as it is now."""

    update: Update
    view: View | None


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A command is answered; `views`: the channels with its reply merged."""

    then: OnAnswer
    reply: Reply | None
    error: Exception | None
    views: Mapping[str, View]
    me: LoggedIn | None


@dataclass(frozen=True, slots=True)
class CertificateQuestion:
    """The person has to say whether this certificate is trusted: `bridge.answer_certificate` answers."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class SessionOver:
    """There is no session (any more). `error`: why, if the person did not end it."""

    error: Exception | None


BridgeMessage = SessionStarted | UpdateReceived | RequestAnswered | CertificateQuestion | SessionOver


class NetworkPort(Protocol):
    """The network as models see it; `bridge.Bridge` implements it."""

    def ask(self, command: Command, then: OnAnswer) -> None:
        """Send a command; `then` is called with the answer."""

    def post(self, command: Send) -> None:
        """Send a message."""
