"""What one sets oneself stands in one's own view: it is what a fresh session sees, on every device, over cuts."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import Entered, Left
from causerie.chat.replies import DraftList, OwnPreferences, Page, ReadList, ThreadList
from causerie.chat.view import View
from causerie.client import Backoff, Chat, ConnectionLost, EventReceived, ServerAddress, connect
from tests.cutting_proxy import CuttingProxy
from tests.people import PASSWORD, PATIENCE, House

AT_ONCE = Backoff(first=0.002, most=0.02, dice=lambda: 0.5)
CHANNELS = ("home", "attic")
ROUNDS = 30
"""Of asking and answering, until what was asked for again has come."""
QUESTIONS = (
    (c.Unread(), ReadList),
    (c.Drafts(), DraftList),
    (c.Threads(), ThreadList),
    (c.Preferred(), OwnPreferences),
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House() as house:
        for name in ("anna", "ben"):
            await house.account(name)
        yield house


def where(house: House) -> str:
    return str(house.server.identity.listening[0])


def device(where: str, name: str = "anna") -> Chat:
    return connect(where, name=name, password=PASSWORD, backoff=AT_ONCE)


async def ask_all(chat: Chat) -> None:
    for question, reply in QUESTIONS:
        await chat.ask(question, reply)


def seen(view: View) -> dict[str, Any]:
    """What has to be the same for a fresh session."""
    threads = {thread: view.threads[thread][:2] for thread in view.follows}
    return {
        "draft": (view.draft, view.draft_reply, view.draft_at if view.draft else 0),
        "read": (view.upto, view.unread, view.mentions),
        "level": view.level,
        "threads": threads,
        "members": dict(view.members),
        "pins": view.pins,
        "topic": view.topic,
        "messages": {m.number: (m.text, m.reactions, m.deleted, m.replies) for m in view.messages},
    }


def act(dice: random.Random, channel: str, last: int) -> c.Command:
    """Something that changes one's own state."""
    number = dice.randint(1, max(1, last))
    return dice.choice(
        (
            c.Draft(channel=channel, text=dice.choice(("half a", "two\r\nlines", "  ", "")), reply=dice.choice((0, 1))),
            c.Draft(channel=channel, text=f"draft {dice.random()}"),
            c.Mark(channel=channel, number=number),
            c.Mark(channel=channel, number=number, thread=1),
            c.Follow(channel=channel, number=number, on=dice.random() < 0.7),
            c.Notify(channel=channel, level=dice.choice(("all", "mentions", "none", None))),
            c.Away(text=dice.choice(("", "lunch"))),
            c.SetPresence(mode=dice.choice(("online", "away", "dnd"))),
            c.React(channel=channel, number=number, emoji="👍", on=dice.random() < 0.6),
            c.Pin(channel=channel, number=number, on=dice.random() < 0.6),
            c.Send(channel=channel, text=dice.choice(("hello", "@anna look")), reply=dice.choice((0, 0, number))),
            c.Edit(channel=channel, number=number, text="anew"),
            c.Delete(channel=channel, number=number),
            c.Leave(channel=channel),
        )
    )  # fmt: skip


async def agree(devices: list[Chat], where: str) -> None:
    """Each device's views are, in a moment, what somebody who comes in now sees."""
    async with asyncio.timeout(PATIENCE), device(where) as fresh:
        await fresh.ask(c.SetPresence(mode="invisible"))
        for chat in (*devices, fresh):
            await chat.wait_until_live()
            for name in CHANNELS:
                await chat.join(name)
        await ask_all(fresh)
        for chat in (*devices, fresh):
            for name in CHANNELS:
                await chat.ask(c.History(channel=name, around=1, limit=200), Page)
        for _ in range(ROUNDS):
            if all(seen(chat.views[name]) == seen(fresh.views[name]) for chat in devices for name in CHANNELS):
                break
            for chat in (*devices, fresh):
                await chat.ask(c.Ping())
        for chat in devices:
            for name in CHANNELS:
                assert seen(chat.views[name]) == seen(fresh.views[name]), name


@pytest.mark.parametrize("seed", range(8))
async def test_own_views_are_what_a_fresh_session_sees(house: House, seed: int) -> None:
    """After any sequence of what changes one's own state, on two devices, one of which loses its connection."""
    dice = random.Random(seed)
    address = ServerAddress.parse(where(house))
    async with (
        CuttingProxy(address.host, address.port, lambda: dice.randint(2000, 12000)) as road,
        device(where(house), "ben") as ben,
        device(where(house)) as desk,
        device(f"127.0.0.1:{road.port}") as phone,
    ):
        devices = [desk, phone]
        for name in CHANNELS:
            for chat in (ben, *devices):
                await chat.join(name)
            await ben.send(name, "a beginning")
        for chat in devices:
            await ask_all(chat)
        for part in range(4):
            for _ in range(15):
                channel, person = dice.choice(CHANNELS), dice.choice((ben, desk, desk, phone, phone))
                last = person.views[channel].number if channel in person.views else 1
                command = act(dice, channel, last)
                with contextlib.suppress(ChatError, ConnectionLost):
                    if channel not in person.views:
                        await person.join(channel)
                    await person.ask(command)
            if part == 3:
                road.cuts = None
            await agree(devices, where(house))


async def test_a_draft_that_was_emptied_does_not_come_back(house: House) -> None:
    """Set and emptied here: this session's view has none, nor the next session's."""
    async with device(where(house)) as desk:
        await desk.join("home")
        await desk.ask(c.Draft(channel="home", text="Shall we"))
        assert desk.views["home"].draft == "Shall we"
        assert desk.views["home"].draft_at
        await desk.ask(c.Draft(channel="home", text=""))
        assert desk.views["home"].draft == ""
    async with device(where(house)) as later:
        await later.join("home")
        await later.ask(c.Drafts())
        assert later.views["home"].draft == ""


async def test_presence_outlives_the_connection(house: House) -> None:
    """Who is away, or not to be disturbed, is so after the connection was lost."""
    address = ServerAddress.parse(where(house))
    async with (
        CuttingProxy(address.host, address.port, None) as road,
        device(where(house), "ben") as ben,
        device(f"127.0.0.1:{road.port}") as anna,
    ):
        await ben.join("home")
        await anna.join("home")
        await anna.ask(c.SetPresence(mode="dnd", text="writing"))
        road.cut()
        async with asyncio.timeout(PATIENCE):
            async for update in ben:
                if isinstance(update, EventReceived) and isinstance(update.event, Left):
                    break
            async for update in ben:
                if isinstance(update, EventReceived) and isinstance(update.event, Entered):
                    # Never seen otherwise, not even at first.
                    assert (update.event.dnd, update.event.away) == (True, "writing")
                    break


async def test_a_guest_in_no_channel_knows_its_new_name(house: House) -> None:
    async with connect(where(house), name="Guest7") as guest:
        await guest.ask(c.SetName(name="Zoé"))
        assert guest.me.name == "Zoé"
