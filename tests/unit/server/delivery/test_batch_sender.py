"""What waits for one call of the system: all that overtakes it, all that it must not be given to.

Over real connections, by the system's own ring where it has one (unit/transport/test_io_uring.py), else one by one.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from causerie.chat.events import Typing
from causerie.protocols.native import ENCODER
from causerie.server.delivery.fanout import Fanout
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.transport.direct_write import FIRST_WRITES
from causerie.transport.io_uring import LEAST, SendRing, open_ring
from tests.people import PATIENCE
from tests.unit.server.delivery.test_subscribers import Way

ONE, TWO = 1, 2
"""Channels."""


@dataclass
class Member:
    """Somebody over a real connection, and what is heard at its other end."""

    way: Way
    transport: asyncio.Transport
    far: socket.socket
    fed: bytes = b""

    async def hears(self, wanted: bytes) -> None:
        """Exactly this has been sent, in all."""
        async with asyncio.timeout(PATIENCE):
            while len(self.fed) < len(wanted):
                self.fed += await asyncio.get_running_loop().sock_recv(self.far, 65536)
        assert self.fed == wanted

    def hang_up(self) -> None:
        """As connection.py does it."""
        self.way.let_go()
        self.transport.abort()


@dataclass
class Hall:
    """A fanout, its ring if there is one, and its people."""

    fanout: Fanout
    ring: SendRing | None
    people: list[Member]

    async def enter(self, *channels: int) -> Member:
        near, far = socket.socketpair()
        far.setblocking(False)
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=near)
        member = Member(Way(transport, self.fanout.moved, self.fanout.batch_sender), transport, far)
        for channel in channels:
            member.way.session.channels[channel] = True
            self.fanout.subscribers(channel).add(member.way.session)
        for _nth in range(FIRST_WRITES + 1):
            member.way.write(b".")
        await member.hears(b"." * (FIRST_WRITES + 1))
        member.fed = b""
        self.people.append(member)
        return member

    def tell(self, *channels: int) -> list[bytes]:
        """Something happens in these channels, in one unit of work: what is told of it."""
        unit, told = UnitOfWork(), []
        for channel in channels:
            event = Typing(channel=str(channel), person=1, name="Mia")
            unit.tell(channel, event)
            told.append(ENCODER.encode(event))
        self.fanout.tell(unit)
        return told


@asynccontextmanager
async def hall() -> AsyncIterator[Hall]:
    ring = open_ring()
    here = Hall(Fanout(lambda seconds, work: None, ring), ring, [])
    try:
        yield here
    finally:
        for member in here.people:
            member.hang_up()
            member.far.close()
        if ring is not None:
            ring.close()


def calls(ring: SendRing | None) -> list[int]:
    """How many are sent to by each call from now on."""
    counts: list[int] = []
    if ring is not None:
        go = ring.go

        def counting() -> Sequence[tuple[int, int]]:
            counts.append(len(ring.sizes))
            return go()

        ring.go = counting  # type: ignore[method-assign]
    return counts


async def test_channels_of_different_people_share_a_call() -> None:
    """And those who are in both are told the first before the second goes."""
    async with hall() as here:
        one = [await here.enter(ONE) for _ in range(LEAST)]
        two = [await here.enter(TWO) for _ in range(LEAST)]
        made = calls(here.ring)
        first, second = here.tell(ONE, TWO)
        for member in one:
            await member.hears(first)
        for member in two:
            await member.hears(second)
        both = await here.enter(ONE, TWO)
        again = here.tell(TWO, ONE)
        await both.hears(b"".join(again))
        assert made == ([] if here.ring is None else [2 * LEAST, LEAST + 1, LEAST + 1])


async def test_what_one_alone_is_told_does_not_overtake() -> None:
    """It is written at once, and what waits goes first."""
    async with hall() as here:
        people = [await here.enter(ONE) for _ in range(LEAST)]
        group = here.fanout.subscribers(ONE).groups[ENCODER]
        assert group.write(b"to all", {people[1].way.session}) == LEAST - 1
        people[0].way.write(b" to one")
        group.write(b" the end")
        people[2].hang_up()
        for nth, member in enumerate(people):
            await member.hears(b"to all to one the end" if nth == 0 else b" the end" if nth == 1 else b"to all the end")


async def test_another_connection_with_the_same_descriptor_is_not_sent_to() -> None:
    """Who left may still be in a channel's table when the next unit of work is told; the number is a stranger's by
    then."""
    async with hall() as here:
        people = [await here.enter(ONE) for _ in range(LEAST + 1)]
        first = here.tell(ONE)
        gone = people[3]
        descriptor = gone.way.writer.descriptor
        gone.way.let_go()
        near, far = socket.socketpair()
        with near, far:
            far.setblocking(False)
            os.dup2(near.fileno(), descriptor)
            first += here.tell(ONE)
            for member in people:
                if member is not gone:
                    await member.hears(b"".join(first))
            with pytest.raises(BlockingIOError):
                far.recv(1000)


async def test_one_who_does_not_read_is_sent_all_of_it_in_order() -> None:
    """What its socket does not take waits in the transport, and what comes after it too."""
    async with hall() as here:
        people = [await here.enter(ONE, TWO) for _ in range(LEAST)]
        slow = people[0]
        slow.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        told: list[bytes] = []
        while slow.transport.get_write_buffer_size() < 10_000 and len(told) < 100_000:
            told += here.tell(ONE, TWO)
        assert slow.way.session not in here.fanout.batch_sender.sockets
        for member in reversed(people):
            await member.hears(b"".join(told))


async def test_one_who_leaves_is_sent_all_of_it_in_order() -> None:
    """That it leaves is decided, and not told yet, when its socket does not take what one channel is told: what the
    other one is told comes after that all the same."""
    async with hall() as here:
        slow = await here.enter(ONE, TWO)
        slow.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        leaving = UnitOfWork()
        leaving.undo.drop(slow.way.session.channels, TWO)
        leaving.exit(slow.way.session, TWO)
        told: list[bytes] = []
        while slow.transport.get_write_buffer_size() < 10_000 and len(told) < 100_000:
            told += here.tell(ONE)
        slow.fed = slow.far.recv(10_000)  # there is room again, and the transport does not know yet
        told += here.tell(TWO)
        here.fanout.tell(leaving)
        told.append(here.tell(ONE, TWO)[0])
        await slow.hears(b"".join(told))
