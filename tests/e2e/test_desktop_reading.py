"""Reading: what is new, what came meanwhile, the place in each channel, search with its context, an account."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import register
from tests.people import PASSWORD, NativePerson
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)


def talk(server: ServerProcess, *lines: str) -> int:
    """Somebody says this in home, line by line; the last one's number."""

    async def say() -> int:
        ben: NativePerson = await server.native_in("home", "ben")
        said = [await ben.asks("send", channel="home", text=line) for line in lines]
        await server.hang_up()
        return int(said[-1]["number"])

    return asyncio.run(say())


def read_some(server: ServerProcess, count: int, unread: int) -> None:
    """Anna has an account, and has read all but the last ones of so many."""
    register(server, "anna")

    async def read() -> None:
        anna = await server.native()
        await anna.logs_in("anna", PASSWORD)
        await anna.joins("home")
        ben = await server.native_in("home", "ben")
        for number in range(count):
            said = await ben.asks("send", channel="home", text=f"line {number}.")
            if number == count - unread - 1:
                await anna.asks("mark", channel="home", number=said["number"])
        await server.hang_up()

    asyncio.run(read())


def test_to_the_first_that_is_new_and_back_to_the_end(screen: Screen, tmp_path: Path, server: ServerProcess) -> None:
    """A button says how many are new and leads to the first, below its line; another counts what came meanwhile."""
    read_some(server, 100, unread=60)
    with Desktop(screen, tmp_path / "home", str(server.address)) as anna:
        anna.fills("anna", PASSWORD)
        anna.logs("at the end of home")
        anna.sees("line 99.")
        anna.button("↑ 60 new messages")
        anna.sees("New messages\nben  guest")
        anna.sees("line 40.")
        anna.waits("timeline", lambda rows: any("New messages" in row and "line 40." in row for row in rows))
        last = talk(server, "while you read", "above")
        anna.button("2 new messages ↓")
        anna.waits("places of timeline", lambda places: f"m{last}" in places)


def test_each_channel_keeps_its_place(screen: Screen, tmp_path: Path, server: ServerProcess) -> None:
    """One is in the middle of a channel, looks elsewhere, comes back: the same is seen, whatever was said meanwhile."""
    talk(server, *(f"line {number}." for number in range(60)))
    with Desktop(screen, tmp_path / "home", str(server.address)) as anna:
        anna.fills("anna")
        anna.logs("at the end of home")
        while "m20" not in anna.waits("places of timeline", lambda places: True):
            screen.presses("Prior")
        anna.says("/join attic")
        anna.titled("#attic – Causerie")
        anna.logs("at the end of attic")
        talk(server, "one more")
        anna.waits("channels", lambda lines: ["home", "# home"] in lines)
        anna.clicks("home", called="channels")
        anna.titled("#home – Causerie")
        anna.waits("places of timeline", lambda places: "m20" in places and "m60" not in places)
        anna.button("1 new message ↓")
        anna.sees("one more")


def test_a_guest_becomes_an_account_in_one_dialog(screen: Screen, tmp_path: Path, server: ServerProcess) -> None:
    """From the menu below the channels; what was said stays one's own; the next run needs the password's token only."""
    with Desktop(screen, tmp_path / "home", str(server.address)) as anna:
        anna.fills("anna")
        anna.logs("at the end of home")
        anna.says("said as a guest")
        anna.sees("anna  guest")
        anna.button("⚙")
        anna.menu("Become an account…")
        anna.logs("keys go to: From guest to account")
        screen.presses("Tab")
        screen.types(PASSWORD)
        screen.presses("Return")
        anna.waits("below", lambda text: text == "You have an account now; all that you said is yours.")
        screen.presses("Up", "ctrl+a")
        anna.says("said by whom it was")
        anna.sees("said by whom it was (edited)")
        anna.cross()
        assert anna.ends() == 0
    with Desktop(screen, tmp_path / "other", str(server.address)) as again:
        again.fills("anna", PASSWORD)
        again.logs("in as anna")
        again.sees("said by whom it was")


def test_what_is_found_is_shown_in_its_context(screen: Screen, tmp_path: Path, server: ServerProcess) -> None:
    """A click on a hit jumps there, and one scrolls on from there both ways."""
    talk(server, *(f"{'needle' if number == 70 else 'hay'} {number}." for number in range(150)))
    with Desktop(screen, tmp_path / "home", str(server.address)) as anna:
        anna.fills("anna")
        anna.logs("at the end of home")
        screen.presses("ctrl+f")
        anna.says("needle")
        anna.logs("found 1")
        (hit,) = (key for key, text in anna.waits("side", bool) if "needle" in text)
        anna.clicks(hit, called="side")
        anna.sees("needle 70.")
        anna.sees("hay 69.")
        anna.sees("hay 71.")
        anna.sees_no("hay 149.")
        screen.presses("Escape", "Prior", "Prior")
        anna.sees("hay 55.")
        screen.presses("ctrl+End")
        anna.sees("hay 149.")
