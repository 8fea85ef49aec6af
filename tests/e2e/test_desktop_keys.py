"""Shortcuts are keys, whatever layout and Caps Lock; no key does what nobody meant; copy and paste as elsewhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e import clipboard
from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import heard
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)

CODES = {"a": 38, "b": 56, "c": 54, "e": 26, "f": 41, "k": 45, "v": 55, "x": 53, "z": 52, "slash": 61}
"""Of X11 (evdev), as the keys stand on a US keyboard."""


def layout(screen: Screen, *about: str) -> None:
    """The keyboard writes so from now on."""
    subprocess.run(["setxkbmap", *about], env={**os.environ, "DISPLAY": screen.display}, check=True)


def key(screen: Screen, *keys: str) -> None:
    """Keys by their place, with the first ones held."""
    *held, last = keys
    screen.do(*(word for one in held for word in ("keydown", one)), "key", str(CODES.get(last, last)))
    screen.do(*(word for one in reversed(held) for word in ("keyup", one)))


@pytest.mark.parametrize("script", ["us", "ru", "gr", "il", "ara"])
@pytest.mark.parametrize("locks", [(), ("Caps_Lock", "Num_Lock")], ids=["", "locked"])
def test_shortcuts_by_layout_and_locks(anna: Desktop, script: str, locks: tuple[str, ...]) -> None:
    """Go to, shortcuts, emoji; bold, where the key of B is two letters in Arabic; select all, copy and paste,
    cut, undo and redo; with Caps Lock and Num Lock too."""
    screen = anna.screen
    layout(screen, script)
    screen.presses(*locks)
    for name, opens in (("k", "Go to"), ("slash", "Shortcuts"), ("e", "Emoji")):
        key(screen, "Control_L", name)
        anna.logs(f"keys go to: {opens}")
        anna.escapes()
    key(screen, "Control_L", "b")
    anna.waits("line", lambda line: line == "****")
    key(screen, "Control_L", "a")
    key(screen, "Control_L", "c")
    screen.presses("End")
    key(screen, "Control_L", "v")
    anna.waits("line", lambda line: line == "********")
    key(screen, "Control_L", "a")
    key(screen, "Control_L", "x")
    anna.waits("line", lambda line: line == "")
    key(screen, "Control_L", "z")
    anna.waits("line", lambda line: line == "********")
    key(screen, "Control_L", "Shift_L", "z")
    anna.waits("line", lambda line: line == "")
    key(screen, "Control_L", "v")
    anna.waits("line", lambda line: line == "********")


def test_another_script_beside_a_latin_layout_of_its_own(anna: Desktop) -> None:
    """Dvorak and Russian: the letter is Dvorak's, in either."""
    screen = anna.screen
    layout(screen, "us,ru", "-variant", "dvorak,", "-option", "grp:caps_toggle")
    for times in (1, 2):
        key(screen, "Control_L", "v")  # where Dvorak has k
        anna.logs("keys go to: Go to", times)
        anna.escapes()
        screen.do("key", "66")  # Caps Lock changes the layout


def test_no_key_of_emacs_or_motif_takes_or_brings_a_letter(anna: Desktop) -> None:
    """In the line and in a field, where Tk has them on X11: Ctrl and Alt with letters, and Insert."""
    screen = anna.screen
    screen.types("one two three")
    screen.presses("ctrl+a", "ctrl+c", "Home", "Right", "shift+Right")
    keys = [f"ctrl+{letter}" for letter in "dghjlmnopqrstuwy"]
    keys += ["alt+b", "alt+d", "meta+d", "meta+w"]
    screen.presses(*keys, "Insert", "x")
    anna.waits("line", lambda line: line == "oxe two three")
    screen.presses("ctrl+k")
    anna.logs("keys go to: Go to")
    screen.types("attic")
    screen.presses("Home", *keys, "ctrl+k", "Insert", "Return")
    anna.titled("#attic – Causerie")


def test_undo_brings_back_what_was_typed_here(anna: Desktop) -> None:
    """Not the words of another channel, which would be said to others, nor those of an edit that is over."""
    screen = anna.screen
    screen.types("for the garden only")
    screen.presses("ctrl+k")
    anna.logs("keys go to: Go to")
    anna.says("kitchen")
    anna.titled("#kitchen – Causerie")
    screen.presses("ctrl+z")
    screen.types("well then")
    anna.waits("line", lambda line: line == "well then")
    screen.presses("ctrl+z", "ctrl+y")
    anna.waits("line", lambda line: line == "well then")
    screen.presses("Return")
    anna.sees("well then")
    screen.presses("ctrl+z")
    screen.types("so")
    anna.waits("line", lambda line: line == "so")


def test_who_answers_with_an_emptied_edit_has_the_draft_again(anna: Desktop) -> None:
    anna.says("hello bne")
    number = heard(anna)
    anna.screen.types("half a ")
    anna.clicks(f"m{number}", button=3)
    anna.menu("Edit")
    anna.waits("line", lambda line: line == "hello bne")
    anna.screen.presses("ctrl+a", "BackSpace", "shift+Up")
    anna.waits("line", lambda line: line == "half a ")
    anna.says("sentence")
    anna.sees("half a sentence")


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
    anna.escapes()
    anna.screen.presses("Caps_Lock")
    anna.screen.presses("Return")
    ben.waits("timeline", lambda rows: len(rows) == 2)
    assert "👍" not in ben.waits("timeline", bool)[0]


def test_a_key_that_is_held_down_chooses_nothing(tmp_path: Path, server: ServerProcess) -> None:
    """React… is chosen by Enter, which stays down and repeats: all emoji stand there, and nobody has reacted."""
    with Screen(repeats=True) as screen, Desktop(screen, tmp_path / "anna", str(server.address)) as anna:
        anna.fills("anna", "", "garden")
        anna.logs("at the end of garden")
        anna.says("to stay")
        number = heard(anna)
        anna.clicks(f"m{number}", button=3)
        anna.waits("menu", lambda places: "React…" in places)
        screen.presses("Down")
        screen.do("keydown", "Return")
        anna.logs("keys go to: Emoji")
        screen.do("sleep", "1")  # longer than until keys repeat
        screen.do("keyup", "Return")
        anna.escapes()
        anna.says("the end")
        anna.reads("to stay", "the end")
        assert "👍" not in anna.waits("timeline", bool)[0]


def test_what_is_complete_is_sent_by_enter(two: tuple[Desktop, Desktop]) -> None:
    """The popup has nothing to add to a name that is typed in full."""
    anna, ben = two
    ben.says("come, @anna")
    anna.sees("come, @anna")
    ben.says("/help")
    ben.waits("below", lambda text: "/topic" in text)


def test_a_paste_takes_the_selections_place(anna: Desktop) -> None:
    """In the line, and in a field; and by Shift+Insert."""
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


def test_what_was_copied_outlives_the_window(anna: Desktop) -> None:
    with clipboard.manager(anna.screen) as manager:
        anna.screen.types("to be kept")
        anna.screen.presses("ctrl+a", "ctrl+c")
        anna.cross()
        assert manager.says() == "kept to be kept"
        assert anna.ends() == 0
        anna.logs("what was copied is kept by: the clipboard manager")


def test_without_anybody_who_keeps_it_the_window_still_ends_at_once(anna: Desktop) -> None:
    anna.screen.types("to be kept")
    anna.screen.presses("ctrl+a", "ctrl+c")
    anna.cross()
    assert anna.ends() == 0
