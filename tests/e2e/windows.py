"""What tests with windows ask besides: who has an account, what was said, what is drawn."""

from __future__ import annotations

import asyncio

from tests.e2e.screen import Desktop
from tests.server_process import CONFIG, ServerProcess, everything

OPEN = CONFIG.replace("[accounts]\n", '[accounts]\nregistration = "open"\n')
"""Anybody may make an account."""


def register(server: ServerProcess, name: str) -> None:
    """Somebody makes an account."""

    async def ask() -> None:
        person = await server.native()
        await person.registers(name)
        await server.hang_up()

    asyncio.run(ask())


def said(server: ServerProcess, channel: str = "garden") -> list[str]:
    """All that was said there, as the server has it."""

    async def ask() -> list[str]:
        reader = await server.native_in(channel, "reader")
        events = await everything(reader, channel)
        await server.hang_up()
        return [event["text"] for event in events if event["is"] == "message" and not event.get("deleted")]

    return asyncio.run(ask())


def only(window: Desktop) -> int:
    """The number of the one message that is drawn."""
    (row,) = (name for name in window.waits("places of timeline", bool) if name.startswith("m"))
    return int(row[1:])


def heard(window: Desktop) -> int:
    """The number of the message that one has said, once it is drawn as said."""
    window.logs("said as message")
    window.waits("places of timeline", lambda places: any(name[0] == "m" and name[1:].isdigit() for name in places))
    return only(window)


def last(window: Desktop) -> int:
    """The number of the last message that is drawn."""
    return max(int(name[1:]) for name in window.waits("places of timeline", bool) if name[1:].isdigit())
