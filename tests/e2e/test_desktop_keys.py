"""Shortcuts are keys, whatever layout and Caps Lock; no key does what nobody meant; copy and paste as elsewhere."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e import clipboard
from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import heard

pytestmark = pytest.mark.timeout(120)

CODES = {"a": 38, "b": 56, "c": 54, "e": 26, "f": 41, "k": 45, "v": 55, "z": 52, "slash": 61}
"""Of X11 (evdev), as the keys stand on a US keyboard."""


def layout(screen: Screen, *about: str) -> None:
    """The keyboard writes so from now on."""
    subprocess.run(["setxkbmap", *about], env={**os.environ, "DISPLAY": screen.display}, check=True)


def key(screen: Screen, *keys: str) -> None:
    """Keys by their place, with the first ones held."""
    *held, last = keys
    screen.do(*(word for one in held for word in ("keydown", one)), "key", str(CODES.get(last, last)))
    screen.do(*(word for one in reversed(held) for word in ("keyup", one)))


@pytest.mark.parametrize("script", ["ru", "gr", "il"])
def test_shortcuts_by_another_script(two: tuple[Desktop, Desktop], script: str) -> None:
    """Go to, find, shortcuts, emoji; select all, copy and paste; bold."""
    anna, _ben = two
    screen = anna.screen
    layout(screen, script)
    key(screen, "Control_L", "k")
    anna.logs("keys go to: Go to")
    screen.presses("Escape")
    key(screen, "Control_L", "slash")
    anna.logs("keys go to: Shortcuts")
    screen.presses("Escape")
    key(screen, "Control_L", "e")
    anna.logs("keys go to: Emoji")
    screen.presses("Escape")
    key(screen, "Control_L", "b")
    anna.waits("line", lambda line: line == "****")
    key(screen, "Control_L", "a")
    key(screen, "Control_L", "c")
    screen.presses("End")
    key(screen, "Control_L", "v")
    anna.waits("line", lambda line: line == "********")
    key(screen, "Control_L", "a")
    key(screen, "Control_L", "v")
    anna.waits("line", lambda line: line == "****")


def test_shortcuts_by_arabic(two: tuple[Desktop, Desktop]) -> None:
    """The same; but the key of B is two letters there, which Tk does not tell: there is no bold by key."""
    anna, _ben = two
    layout(anna.screen, "ara")
    for name, opens in (("k", "Go to"), ("slash", "Shortcuts"), ("e", "Emoji")):
        key(anna.screen, "Control_L", name)
        anna.logs(f"keys go to: {opens}")
        anna.screen.presses("Escape")


def test_another_script_beside_a_latin_layout_of_its_own(two: tuple[Desktop, Desktop]) -> None:
    """Dvorak and Russian: the letter is Dvorak's, in either."""
    anna, _ben = two
    screen = anna.screen
    layout(screen, "us,ru", "-variant", "dvorak,", "-option", "grp:caps_toggle")
    for times in (1, 2):
        key(screen, "Control_L", "v")  # where Dvorak has k
        anna.logs("keys go to: Go to", times)
        screen.presses("Escape")
        screen.do("key", "66")  # Caps Lock changes the layout


def test_caps_lock_reacts_to_nothing(two: tuple[Desktop, Desktop]) -> None:
    """Ctrl+E is Ctrl+E: the emoji goes into the line, not to somebody's message."""
    anna, ben = two
    ben.says("hello")
    anna.sees("hello")
    anna.screen.presses("Caps_Lock")
    key(anna.screen, "Control_L", "e")
    anna.logs("keys go to: Emoji")
    anna.screen.presses("Return")
    anna.waits("line", bool)
    key(anna.screen, "Control_L", "k")
    anna.logs("keys go to: Go to")
    anna.screen.presses("Escape")
    anna.screen.presses("Caps_Lock")
    anna.screen.presses("Return")
    ben.waits("timeline", lambda rows: len(rows) == 2)
    assert "👍" not in ben.waits("timeline", bool)[0]


def test_a_key_that_is_held_down_chooses_nothing(two: tuple[Desktop, Desktop]) -> None:
    """React… is chosen by Enter, which stays down and repeats: all emoji stand there, and nobody has reacted."""
    anna, ben = two
    anna.says("to stay")
    number = heard(anna)
    anna.clicks(f"m{number}", button=3)
    anna.waits("menu", lambda places: "React…" in places)
    anna.screen.presses("Down")
    anna.screen.do("keydown", "Return")
    anna.logs("keys go to: Emoji")
    anna.screen.do("sleep", "1")  # longer than until keys repeat
    anna.screen.do("keyup", "Return")
    anna.screen.presses("Escape")
    anna.says("the end")
    ben.reads("to stay", "the end")
    assert "👍" not in ben.waits("timeline", bool)[0]


def test_what_is_complete_is_sent_by_enter(two: tuple[Desktop, Desktop]) -> None:
    """The popup has nothing to add to a name that is typed in full."""
    anna, ben = two
    ben.says("come, @anna")
    anna.sees("come, @anna")
    ben.says("/help")
    ben.waits("below", lambda text: "/topic" in text)


def test_a_paste_takes_the_selections_place(two: tuple[Desktop, Desktop]) -> None:
    """In the line, and in a field; and by Shift+Insert."""
    anna, ben = two
    screen = anna.screen
    with clipboard.copied(screen, "pasted"):
        screen.types("one two")
        screen.presses("ctrl+shift+Left", "ctrl+v")
        anna.waits("line", lambda line: line == "one pasted")
        screen.presses("ctrl+a", "shift+Insert")
        anna.waits("line", lambda line: line == "pasted")
        screen.presses("ctrl+k")
        anna.logs("keys go to: Go to")
        screen.types("kit")
        screen.presses("ctrl+a", "ctrl+v")
        screen.presses("Return")
        anna.titled("#pasted – Causerie")
    assert ben.title() == "#garden – Causerie"


def test_who_selects_in_the_conversation_goes_on_typing(two: tuple[Desktop, Desktop]) -> None:
    """A letter goes to the line, a paste too; Ctrl+C copies what is selected there."""
    anna, ben = two
    anna.says("remarkable")
    number = heard(anna)
    x, y = anna.waits("places of timeline", bool)[f"m{number}"]
    anna.screen.do("mousemove", str(x + 10), str(y), "click", "--repeat", "2", "--delay", "50", "1")
    anna.screen.presses("ctrl+c")
    anna.screen.types("how ")
    anna.waits("line", lambda line: line == "how ")
    anna.screen.do("mousemove", str(x + 10), str(y), "click", "1")
    anna.screen.presses("ctrl+v")
    anna.waits("line", lambda line: line == "how Today")
    anna.screen.presses("Return")
    ben.sees("how Today")


def test_what_was_copied_outlives_the_window(two: tuple[Desktop, Desktop]) -> None:
    anna, _ben = two
    with clipboard.manager(anna.screen) as manager:
        anna.screen.types("to be kept")
        anna.screen.presses("ctrl+a", "ctrl+c")
        anna.cross()
        assert manager.says() == "kept to be kept"
        assert anna.ends() == 0
        anna.logs("what was copied is kept by: the clipboard manager")


def test_without_anybody_who_keeps_it_the_window_still_ends_at_once(two: tuple[Desktop, Desktop]) -> None:
    anna, _ben = two
    anna.screen.types("to be kept")
    anna.screen.presses("ctrl+a", "ctrl+c")
    anna.cross()
    assert anna.ends() == 0
