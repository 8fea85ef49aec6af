"""The client library: clients and bots are built on it. The guide is docs/client.md.

`connect` makes a `Chat`, over asyncio; the `Session` below it does no I/O and can be driven by any event loop.
"""

from __future__ import annotations

from causerie.client.authentication import Credentials
from causerie.client.backoff import Backoff
from causerie.client.certificates import Certificate, KnownServers
from causerie.client.chat import Chat
from causerie.client.connecting import connect, connect_operator, fetch_welcome
from causerie.client.errors import (
    AccountChanged,
    CertificateChanged,
    CertificateRefused,
    CertificateUnknown,
    ClientError,
    ConnectionLost,
    NotAMessage,
    OutboxFull,
    SessionEnded,
    StorageDamaged,
    TooManyRequests,
    UnexpectedReply,
    Unreachable,
)
from causerie.client.file_storage import FileStorage
from causerie.client.outbox import OutgoingMessage
from causerie.client.server_address import ServerAddress
from causerie.client.session import Session
from causerie.client.states import State
from causerie.client.storage import SavedSession, Storage
from causerie.client.updates import (
    ChannelLeft,
    ChannelSynced,
    EventReceived,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    StateChanged,
    TypingStopped,
    Update,
    UpdatesDropped,
)

__all__ = [
    "AccountChanged",
    "Backoff",
    "Certificate",
    "CertificateChanged",
    "CertificateRefused",
    "CertificateUnknown",
    "ChannelLeft",
    "ChannelSynced",
    "Chat",
    "ClientError",
    "ConnectionLost",
    "Credentials",
    "EventReceived",
    "FileStorage",
    "KnownServers",
    "MessageDelayed",
    "MessageRefused",
    "MessageSent",
    "NotAMessage",
    "OutboxFull",
    "OutgoingMessage",
    "SavedSession",
    "ServerAddress",
    "Session",
    "SessionEnded",
    "State",
    "StateChanged",
    "Storage",
    "StorageDamaged",
    "TooManyRequests",
    "TypingStopped",
    "UnexpectedReply",
    "Unreachable",
    "Update",
    "UpdatesDropped",
    "connect",
    "connect_operator",
    "fetch_welcome",
]
