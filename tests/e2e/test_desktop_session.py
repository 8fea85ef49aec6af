"""The window as a part of a desktop session: its keyring, its notifications, its colours, its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.screen import Desktop, Screen
from tests.e2e.test_desktop import off, where
from tests.people import PASSWORD, House

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
