"""The window as a part of a desktop session: its keyring, its notifications, its colours, its end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession, until
from tests.e2e.screen import Desktop, Screen
from tests.e2e.test_desktop import Opened, hears, off, where
from tests.people import PASSWORD, House
from tests.settings_portal import SettingsPortal

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path / "session") as session:
        yield session


async def test_what_lets_one_in_is_kept_in_the_keyring(
    screen: Screen, house: House, session: DesktopSession, tmp_path: Path
) -> None:
    """The box is ticked once; the next run comes in by the name alone; where the keyring is gone it says so."""
    await house.account("anna")
    home = tmp_path / "home"
    await off(session.keyring)
    with Desktop(screen, home, where(house), **session.environment) as desktop:
        await off(desktop.logs, "the keyring: keyring.backends.SecretService")
        await off(screen.types, "anna")
        await off(screen.presses, "Tab")
        await off(screen.types, PASSWORD)
        # Channel, server, stay, keyring.
        await off(screen.presses, "Tab", "Tab", "Tab", "Tab", "space", "Tab", "Tab", "Return")
        await off(desktop.logs, "in as anna")
        await off(desktop.cross)
        assert await off(desktop.ends) == 0
    kept = [json.loads(path.read_bytes()) for path in home.glob("*.json")]
    assert [one["token"] for one in kept if one.get("name") == "anna" and "numbers" in one] == [""]
    with Desktop(screen, home, where(house), **session.environment) as desktop:
        await off(screen.presses, "Return")
        await off(desktop.logs, "in as anna")
    with Desktop(screen, home, where(house)) as desktop:
        await off(screen.presses, "Return")
        await off(desktop.logs, "not in: The system's keyring does not let you in")


async def test_a_click_on_a_notification_opens_its_message(
    screen: Screen, house: House, session: DesktopSession, tmp_path: Path
) -> None:
    """By a real notification daemon; the message is far up in another channel, and what it says is no markup."""
    ben = await house.native_in("attic", "ben")
    here = {**session.environment, "DISPLAY": screen.display}
    session.run("dunst", DISPLAY=screen.display)
    await off(session.owns, "org.freedesktop.Notifications")
    with Desktop(screen, tmp_path / "home", where(house), **session.environment) as desktop:
        await off(desktop.fills, "Guest123", "", "attic")
        await off(desktop.logs, "in as")
        await off(desktop.logs, "notifications by the bus")
        await off(screen.presses, "ctrl+k")
        await off(desktop.logs, "keys go to: Go to")
        await off(screen.types, "cellar")
        await off(screen.presses, "Return")
        await off(desktop.titled, "#cellar – Causerie")
        said = await ben.asks("send", channel="attic", text="@Guest123 1 < 2 & <b>so</b>")
        for number in range(40):
            await ben.asks("send", channel="attic", text=f"line {number}")

        await off(until, lambda: dunst(here, "count", "displayed") == "1", "the notification")
        dunst(here, "action", "0")
        await off(desktop.logs, f"at message {said['number']}")
        assert await off(desktop.title) == "#attic – Causerie"
        dunst(here, "close")
        [[told]] = json.loads(dunst(here, "history"))["data"]
        assert told["body"]["data"] == "@Guest123 1 &lt; 2 &amp; &lt;b&gt;so&lt;/b&gt;"


def dunst(environment: dict[str, str], *words: str) -> str:
    """What its control program says."""
    done = subprocess.run(
        ["dunstctl", *words], env={**os.environ, **environment}, capture_output=True, text=True, timeout=20
    )
    return done.stdout.strip()


async def test_dark_and_light_follow_the_system(
    screen: Screen, house: House, session: DesktopSession, tmp_path: Path
) -> None:
    """In the form and in the chat; what is typed stays, and the place in the middle of the history."""
    ben = await house.native_in("home", "ben")
    for number in range(120):
        await ben.asks("send", channel="home", text=f"line {number}")
    with (
        SettingsPortal(session.environment["DBUS_SESSION_BUS_ADDRESS"], dark=True) as portal,
        Desktop(screen, tmp_path / "home", where(house), **session.environment) as desktop,
    ):
        await off(desktop.logs, "drawn anew, dark")
        await off(screen.types, "Guest")
        portal.turns(False)
        await off(desktop.logs, "drawn anew, light")
        await off(screen.types, "123")
        await off(screen.presses, "Return")
        await off(desktop.logs, "in as Guest123")
        await off(desktop.logs, "at the end of home")
        await off(screen.presses, "Prior", "Prior", "Prior")
        await off(screen.types, "half a ")
        portal.turns(True)
        await off(desktop.logs, "drawn anew, dark", 2)
        await off(screen.types, "sentence")
        await off(screen.presses, "Return")
        await hears(ben, "half a sentence")


async def test_a_message_is_answered_from_its_menu_by_keys_alone(screen: Screen, house: House, tmp_path: Path) -> None:
    ben = await house.native_in("home", "ben")
    said = await ben.asks("send", channel="home", text="who has a pen?")
    async with Opened(screen, tmp_path, where(house), "Guest123") as desktop:
        await off(desktop.logs, "at the end of home")
        # React, reply.
        await off(screen.presses, "shift+F10", "Down", "Down", "Return")
        await off(screen.types, "me")
        await off(screen.presses, "Return")
        assert (await hears(ben, "me"))["reply"] == said["number"]
