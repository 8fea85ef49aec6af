"""Sending past the transport: who is not read from, and gone, is found out as they are written to."""

from __future__ import annotations

import pytest

from causerie.transport.connection import Connection
from causerie.transport.direct_write import FIRST_WRITES
from tests.people import House, NativePerson
from tests.server_process import until


async def not_read_from(house: House) -> NativePerson:
    """Somebody in home to whom the server sends directly, and from whom it reads nothing, as from who floods."""
    gone = await house.native_in("home", "Gone")
    for _ in range(FIRST_WRITES):
        await gone.asks("ping")
    own = next(one for one in house.server.context.sessions if one.person is not None and one.person.name == "Gone")
    assert own in house.server.context.fanout.batch_sender.sockets
    assert isinstance(own.outlet, Connection)
    own.outlet.intake.below.pause_reading()
    return gone


@pytest.mark.parametrize("crowd", [0, 60], ids=["each by itself", "many at once"])
async def test_who_is_gone_is_found_out_by_what_is_said_to_them(crowd: int) -> None:
    """By one call for each, and by one for many (io_uring). Before, they were kept until what they had sent was worked
    through: 1,400 pages of history, for who sent 64 KiB and left."""
    async with House() as house:
        mia = await house.native_in("home", "Mia")
        others = [await house.native_in("home", f"Other-{number}") for number in range(crowd)]
        gone = await not_read_from(house)
        gone.hang_up()
        before = len(house.server.context.sessions)

        async def is_gone() -> bool:
            await mia.asks("send", channel="home", text="anybody here?")
            return len(house.server.context.sessions) < before

        await until(is_gone, "who hung up is gone", 5)
        assert len(house.server.context.sessions) == before - 1 == len(others) + 1
