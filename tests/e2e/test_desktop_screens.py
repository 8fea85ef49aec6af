"""On dense and small screens all can be reached, and a saved place that is gone is moved onto the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(("size", "dots"), [("2560x1600", 192), ("1280x800", 96)])
def test_the_forms_button_is_where_one_can_click_it(
    tmp_path: Path, server: ServerProcess, size: str, dots: int
) -> None:
    width, height = (int(part) for part in size.split("x"))
    with Screen(size, dots) as screen, Desktop(screen, tmp_path / "home", str(server.address)) as window:
        window.logs("the keyring:")
        screen.do("sleep", "0.3")  # what it says of the keyring moves the button
        x, y = window.waits("button Enter", bool)
        assert 0 < x < width
        assert 0 < y < height
        screen.do("mousemove", str(x), str(y), "click", "1")
        window.logs("in as Guest")


def test_a_small_dense_screen_shows_the_button_that_has_the_keys(tmp_path: Path, server: ServerProcess) -> None:
    """The form is scrolled to whatever Tab comes to; then one talks."""
    with Screen("800x600", 192) as screen, Desktop(screen, tmp_path / "home", str(server.address)) as window:
        window.logs("the keyring:")  # what it says of it moves the button
        screen.presses(*["Tab"] * 7)
        x, y = window.waits("button Enter", lambda place: place[1] < 600)
        screen.do("mousemove", str(x), str(y), "click", "1")
        window.logs("in as Guest")
        window.says("hello")
        window.sees("hello")


def test_a_saved_place_off_the_screen_is_moved_onto_it(tmp_path: Path, server: ServerProcess) -> None:
    """A monitor is gone."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.json").write_text(json.dumps({"geometry": "900x600+3000+2000"}))
    with Screen("1280x800") as screen, Desktop(screen, home, str(server.address)) as window:
        window.logs("the keyring:")
        screen.do("sleep", "0.3")  # what it says of the keyring moves the button
        x, y = window.waits("button Enter", lambda place: 380 < place[0] < 1280 and 200 < place[1] < 800)
        screen.do("mousemove", str(x), str(y), "click", "1")
        window.logs("in as Guest")
