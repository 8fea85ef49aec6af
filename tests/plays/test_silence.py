"""The classic protocol has no ping: `idle_seconds` lets go of those who have not said anything for that long."""

from __future__ import annotations

from tests.people import House


async def test_who_is_silent_for_too_long_is_let_go_and_who_speaks_stays() -> None:
    """A word starts the count anew; the others read that the silent one has left."""
    async with House(limits={"idle_seconds": 100.0}) as house:
        luc = await house.classic_in("home", "Guest-Luc")
        eve = await house.classic_in("home", "Guest-Eve")
        await luc.hears("[+]Guest-Eve")
        for _ in range(90):
            house.server.admission.sweep_silent()
        luc.says("still here")
        await luc.hears("Guest-Luc>still here")
        await eve.hears("Guest-Luc>still here")
        for _ in range(90):
            house.server.admission.sweep_silent()
        await eve.hears("causerie>goodbye: you have been silent for too long.")
        await eve.hears_the_end()
        await luc.hears("[-]Guest-Eve")


async def test_nobody_is_let_go_as_installed() -> None:
    """Those who only read may read for ever."""
    async with House() as house:
        luc = await house.classic_in("home", "Guest-Luc")
        for _ in range(1000):
            house.server.admission.sweep_silent()
        luc.says("here")
        await luc.hears("Guest-Luc>here")
