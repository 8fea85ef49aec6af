"""One write to each: what the system does not take is sent once all the same."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from causerie.protocols.native import ENCODER
from causerie.server.delivery.batch_sender import BatchSender
from causerie.server.delivery.fanout import Fanout
from causerie.server.delivery.subscribers import Group
from causerie.server.engine.session import Session, Trust
from causerie.transport.direct_write import FIRST_WRITES, DirectWriter
from tests.people import PATIENCE


class Way:
    """An outlet over a real connection, as connection.py has it, which says when its way changes."""

    def __init__(
        self, transport: asyncio.Transport, moved: Callable[[Session, Any], None], batch_sender: BatchSender
    ) -> None:
        self.encoder = ENCODER
        self.writer = DirectWriter(
            transport, lambda direct: moved(self.session, self.writer if direct else None), batch_sender
        )
        self.write, self.let_go = self.writer.write, self.writer.let_go
        self.session = Session(self, "127.0.0.1", Trust.PASSWORDS, None)  # type: ignore[arg-type]


async def test_what_the_system_does_not_take_comes_once() -> None:
    """It goes on through the transport, and the write that found out does not come by that way again."""
    near, far = socket.socketpair()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    far.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=near)
    fanout = Fanout(lambda seconds, work: None)
    batch_sender, subscribers = fanout.batch_sender, fanout.subscribers(1)
    way = Way(transport, fanout.moved, batch_sender)
    way.session.channels[1] = True
    subscribers.add(way.session)
    said = [b"%02d" % number for number in range(FIRST_WRITES + 1)] + [b"%06d" % number * 300 for number in range(100)]
    ways: set[str] = set()
    for text in said:
        group = subscribers.groups[ENCODER]
        assert group.write(text) == 1
        ways.add("direct" if group.direct else "through")
    assert ways == {"direct", "through"}
    assert transport.get_write_buffer_size() > 0
    heard = b""
    async with asyncio.timeout(PATIENCE):
        while len(heard) < len(b"".join(said)):
            heard += await asyncio.get_running_loop().sock_recv(far, 65536)
    assert heard == b"".join(said)
    way.let_go()
    transport.close()
    far.close()


def test_some_are_left_out() -> None:
    """Those who are told something else in its place."""
    heard: list[str] = []
    group = Group(BatchSender())
    one, other = Session(None, "", Trust.GUESTS, None), Session(None, "", Trust.GUESTS, None)  # type: ignore[arg-type]
    group.through = {one: lambda data: heard.append("one"), other: lambda data: heard.append("other")}
    assert group.write(b"hello", {one}) == 1
    assert heard == ["other"]
    assert group.write(b"hello") == 2
    assert heard == ["other", "one", "other"]
