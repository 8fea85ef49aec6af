"""Asks the system whether the other side of a connection is still there, without reading from it.

A connection that is not read from does not find out by itself that its peer has gone.
"""

from __future__ import annotations

import asyncio
import select
from enum import Enum

_ENDS = getattr(select, "POLLRDHUP", 0)
"""The peer sends no more. Linux; elsewhere that is found out once what came before was read."""


class Peer(Enum):
    """HERE; SILENT: it has ended its side, and may read yet; GONE: it was reset, or both sides have ended."""

    HERE = 0
    SILENT = 1
    GONE = 2


def look(transport: asyncio.Transport) -> Peer:
    """How the other side is."""
    own = transport.get_extra_info("socket")
    if own is None or not hasattr(select, "poll") or own.fileno() < 0:
        return Peer.HERE
    asked = select.poll()
    asked.register(own.fileno(), _ENDS)
    events = asked.poll(0)
    if not events:
        return Peer.HERE
    return Peer.GONE if events[0][1] & (select.POLLHUP | select.POLLERR | select.POLLNVAL) else Peer.SILENT
