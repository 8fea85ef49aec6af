"""The desktop client as a person uses it: a real screen, real keys, a real server."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.people import PASSWORD, House, NativePerson

pytestmark = pytest.mark.timeout(120)


def where(house: House) -> str:
    return str(house.server.identity.listening[0])


async def off(what: Any, *about: Any) -> Any:
    """What waits for the screen, while the server in this process goes on."""
    return await asyncio.to_thread(what, *about)


async def comes(person: NativePerson, kind: str, **about: object) -> dict[str, Any]:
    """The next such event; others (typing, presence, marks) may come before."""
    while True:
        event = await person.next_event()
        if event["is"] == kind and all(event.get(name) == value for name, value in about.items()):
            return event


async def hears(person: NativePerson, text: str) -> dict[str, Any]:
    return await comes(person, "message", text=text)


class Opened:
    """A client at the house, beyond the form. `async with Opened(...) as desktop:`"""

    def __init__(self, screen: Screen, home: Path, server: str, *form: str) -> None:
        self._about = (screen, home, server)
        self._form = form

    async def __aenter__(self) -> Desktop:
        self.desktop = Desktop(*self._about)
        await off(self.desktop.__enter__)
        await off(self.desktop.fills, *self._form)
        await off(self.desktop.logs, "in as")
        return self.desktop

    async def __aexit__(self, *about: object) -> None:
        await off(self.desktop.__exit__, None, None, None)


async def test_a_guest_with_an_empty_form_talks_both_ways(screen: Screen, house: House, tmp_path: Path) -> None:
    """Guest and three digits, in home; Enter sends and the line empties; what others say arrives while one types."""
    ben = await house.native_in("home", "ben")
    async with Opened(screen, tmp_path, where(house)) as desktop:
        entered = await comes(ben, "entered")
        assert re.fullmatch("Guest[1-9][0-9]{2}", entered["name"])
        await off(screen.types, "hello")
        await off(screen.presses, "Return")
        assert (await hears(ben, "hello"))["name"] == entered["name"]
        await off(screen.types, "two ")
        await ben.asks("send", channel="home", text="in between")
        await off(screen.types, "words")
        await off(screen.presses, "shift+Return")
        await off(screen.types, "and a line")
        await off(screen.presses, "Return")
        await hears(ben, "two words\nand a line")
        assert await off(desktop.title) == "#home – Causerie"


async def test_wrong_password_name_in_use_and_then_the_right_one(screen: Screen, house: House, tmp_path: Path) -> None:
    """Each is said in its own words, and one tries again in the same form; then a channel that nobody has named."""
    await house.account("anna")
    ben = await house.native_in("home", "ben")
    with Desktop(screen, tmp_path, where(house)) as desktop:
        await off(desktop.fills, "anna", "three bronze teapots")
        await off(desktop.logs, "not in: Wrong password for anna.")
        await off(screen.presses, "ctrl+a")
        await off(screen.types, PASSWORD)
        await off(screen.presses, "Tab")
        await off(screen.types, "kitchen")
        await off(screen.presses, "Return")
        await off(desktop.logs, "in as anna, at kitchen")
        await ben.joins("kitchen")
        await off(screen.types, "is this new?")
        await off(screen.presses, "Return")
        await hears(ben, "is this new?")
    with Desktop(screen, tmp_path / "other", where(house)) as desktop:
        await off(desktop.fills, "ben")
        await off(desktop.logs, "not in: The name ben is in use.")


async def test_a_server_that_is_not_there(screen: Screen, tmp_path: Path) -> None:
    with Desktop(screen, tmp_path, "127.0.0.1:1") as desktop:
        await off(desktop.fills)
        await off(desktop.logs, "not in: 127.0.0.1:1 cannot be reached")


@pytest.mark.parametrize("way", ["cross", "session", "SIGINT", "SIGTERM", "SIGHUP"])
async def test_leaving_says_goodbye(screen: Screen, house: House, tmp_path: Path, way: str) -> None:
    """The others are told at once, and the program ends with 0 within two seconds."""
    ben = await house.native_in("home", "ben")
    async with Opened(screen, tmp_path, where(house), "Guest123") as desktop:
        await comes(ben, "entered")
        if way == "cross":
            await off(desktop.cross)
        elif way == "session":
            await off(desktop.session_ends)
        else:
            desktop.signal(signal.Signals[way])
        assert await off(desktop.ends) == 0
        assert (await comes(ben, "left"))["name"] == "Guest123"
