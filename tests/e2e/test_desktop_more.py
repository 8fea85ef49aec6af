"""The desktop client, further on: channels, history, certificates, what survives the program, French."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.e2e.test_desktop import Opened, comes, hears, off, where
from tests.people import House

pytestmark = pytest.mark.timeout(120)


async def test_channels_unread_and_editing(screen: Screen, house: House, tmp_path: Path) -> None:
    """A mention elsewhere is in the title until one looks there; Up edits; Ctrl+K goes elsewhere."""
    ben = await house.native_in("kitchen", "ben")
    await ben.joins("home")
    async with Opened(screen, tmp_path, where(house), "anna") as desktop:
        await off(screen.types, "/join kitchen")
        await off(screen.presses, "Return")
        await comes(ben, "entered", channel="kitchen", name="anna")
        await off(desktop.titled, "#kitchen – Causerie")
        await off(screen.presses, "alt+Up")
        await off(desktop.titled, "#home – Causerie")
        await ben.asks("send", channel="kitchen", text="@anna, the tea is ready")
        await off(desktop.titled, "(1) #home – Causerie")
        await off(screen.presses, "alt+a")
        await off(desktop.titled, "#kitchen – Causerie")
        await off(screen.types, "comming")
        await off(screen.presses, "Return")
        await hears(ben, "comming")
        await off(desktop.logs, "said as message")
        await off(screen.presses, "Up", "ctrl+a")
        await off(screen.types, "coming")
        await off(screen.presses, "Return")
        await comes(ben, "edited", text="coming")
        await off(screen.presses, "ctrl+k")
        await off(desktop.logs, "keys go to: Go to")
        await off(screen.types, "home")
        await off(screen.presses, "Return")
        await off(desktop.titled, "#home – Causerie")


async def test_history_comes_by_scrolling(screen: Screen, house: House, tmp_path: Path) -> None:
    """To the beginning with PgUp, page by page, and back with End."""
    ben = await house.native_in("home", "ben")
    for number in range(200):
        await ben.asks("send", channel="home", text=f"line {number}")
    async with Opened(screen, tmp_path, where(house)) as desktop:
        await off(desktop.logs, "at the end of home")
        while "at the beginning of home" not in desktop.log():
            await off(screen.presses, "Prior")
        await off(screen.presses, "End")
        await off(screen.types, "here")
        await off(screen.presses, "Return")
        await hears(ben, "here")


async def test_an_unknown_certificate_is_asked_about_once(screen: Screen, house: House, tmp_path: Path) -> None:
    """No is no; yes is remembered; an Enter too many is neither."""
    # An address that is this machine, and that nobody takes for it.
    server = where(house).replace("127.0.0.1", "0.0.0.0")
    with Desktop(screen, tmp_path, server) as desktop:
        await off(desktop.fills, "anna")
        await off(desktop.logs, "keys go to")
        await off(screen.presses, "Escape")
        await off(desktop.logs, "not in: You did not trust")
        await off(screen.presses, "Return")
        await off(desktop.logs, "keys go to", 2)
        # One that was meant for the form, pressed once more while the question opened.
        before = desktop.log().count("Enter answers")
        await off(screen.presses, "Return")
        await off(desktop.logs, "Enter answers", before + 1)
        assert "in as" not in desktop.log()
        await off(screen.presses, "Return")
        await off(desktop.logs, "in as")
    with Desktop(screen, tmp_path, server) as desktop:
        await off(screen.presses, "Return")
        await off(desktop.logs, "in as")
        assert "asking about" not in desktop.log()


async def test_the_window_speaks_french(screen: Screen, house: House, tmp_path: Path) -> None:
    with Desktop(screen, tmp_path, where(house), LC_ALL="fr_FR.UTF-8") as desktop:
        await off(desktop.fills, "anna", "wrong password 42")
        await off(desktop.logs, "not in: Mauvais mot de passe pour anna.")
