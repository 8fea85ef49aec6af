"""The protocol's record: how it is recognised, and what one server makes of it."""

from __future__ import annotations

import re
from dataclasses import replace

from causerie.chat.events import Message
from causerie.protocols.irc.client.commands import COMMANDS
from causerie.protocols.irc.client.wire import ClientWire
from causerie.protocols.irc.commands import webpush
from causerie.protocols.irc.state.network import Network
from causerie.protocols.wire import Bounds, Protocol, TimeoutPolicy, Wire
from causerie.server.engine.session import EventEncoder
from causerie.server.state_view import StateView

_WORD = re.compile(rb"([A-Za-z]+)([ \r\n]?)")


def recognises(first: bytes) -> bool | None:
    """A line that begins with a command, with tags or with a source."""
    start = first.lstrip(b" \r\n")
    if not start:
        return None
    if start[:1] in (b"@", b":"):
        return True
    found = _WORD.match(start)
    if found is None:
        return False
    word = found[1].decode().upper()
    if found[2]:
        return word in COMMANDS
    return None if found.end() == len(start) and any(name.startswith(word) for name in COMMANDS) else False


def _for_server(view: StateView) -> Protocol:
    """What one server offers."""
    network = Network(view)

    def wire(bounds: Bounds) -> Wire:
        return ClientWire(bounds, network)

    def timeout_policy() -> TimeoutPolicy:
        irc = view.settings().irc
        return TimeoutPolicy(irc.timeouts.register, irc.timeouts.ping, irc.flood_bytes)

    def pushed(how: str, message: Message) -> bytes:
        return webpush.pushed(network, how, message)

    return replace(
        PROTOCOL, encoder=network.encoder(0), wire=wire, for_server=None, timeout_policy=timeout_policy, pushed=pushed
    )


def _homeless(bounds: Bounds) -> Wire:
    raise NotImplementedError("the record of one server makes wires: Protocol.at")


class _Nothing(EventEncoder):
    """What the protocol says in no server."""

    name = "irc"

    def encode(self, event: object) -> bytes:
        """Nothing."""
        return b""


PROTOCOL = Protocol(
    "irc",
    _Nothing(),
    _homeless,
    recognises,
    alpn=("irc",),
    for_server=_for_server,
    subprotocols=("text.ircv3.net", "binary.ircv3.net"),
    away="ERROR :Closing link: ({})\r\n",
)
