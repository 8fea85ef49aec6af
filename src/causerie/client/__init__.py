"""A client without a screen: every client and bot of ours stands on it. The guide is docs/client.md.

`connect` makes a `Chat`, over asyncio; the `Session` below it does no I/O and can be driven by anything.
"""

from __future__ import annotations

from causerie.client.authentication import Credentials
from causerie.client.backoff import Backoff
from causerie.client.certificates import Certificate, KnownServers
from causerie.client.chat import Chat
from causerie.client.connecting import connect, connect_operator, greeting
from causerie.client.errors import (
    BrokenMemory,
    CertificateChanged,
    CertificateRefused,
    CertificateUnknown,
    ClientError,
    Ended,
    Lost,
    NotALetter,
    NotUnderstood,
    OutboxFull,
    SomebodyElse,
    TooMuchAsked,
    Unreachable,
)
from causerie.client.file_memory import FileMemory
from causerie.client.memory import Kept, Memory
from causerie.client.notifications import Delayed, Happening, Heard, Missed, Opened, Out, Quiet, Refused, Sent, Turned
from causerie.client.outbox import Letter
from causerie.client.server_address import ServerAddress
from causerie.client.session import Session
from causerie.client.states import State

__all__ = [
    "Backoff",
    "BrokenMemory",
    "Certificate",
    "CertificateChanged",
    "CertificateRefused",
    "CertificateUnknown",
    "Chat",
    "ClientError",
    "Credentials",
    "Delayed",
    "Ended",
    "FileMemory",
    "Happening",
    "Heard",
    "Kept",
    "KnownServers",
    "Letter",
    "Lost",
    "Memory",
    "Missed",
    "NotALetter",
    "NotUnderstood",
    "Opened",
    "Out",
    "OutboxFull",
    "Quiet",
    "Refused",
    "Sent",
    "ServerAddress",
    "Session",
    "SomebodyElse",
    "State",
    "TooMuchAsked",
    "Turned",
    "Unreachable",
    "connect",
    "connect_operator",
    "greeting",
]
