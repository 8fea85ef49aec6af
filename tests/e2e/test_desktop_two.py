"""Two windows on two screens, one real server: what one does, the other one sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import last, only, register, said
from tests.people import PASSWORD
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)


def test_the_first_causeries_whole_story(tmp_path: Path, screens: tuple[Screen, Screen], server: ServerProcess) -> None:
    """A guest with an empty form; a wrong password; an account; a new channel; talking both ways; two ways to leave."""
    register(server, "anna")
    where = str(server.address)
    one, other = screens
    with (
        Desktop(one, tmp_path / "a", where) as anna,
        Desktop(other, tmp_path / "g", where) as guest,
    ):
        guest.fills()
        guest.logs("in as Guest")
        guest.logs("at home")
        anna.fills("anna", "not the password", "kitchen")
        anna.logs("not in: Wrong password for anna.")
        one.presses("ctrl+a")
        one.types(PASSWORD)
        one.presses("Return")
        anna.logs("in as anna, at kitchen")
        guest.says("/join kitchen")
        guest.titled("#kitchen – Causerie")
        anna.logs("at the end of kitchen")
        anna.says("is anybody here?")
        guest.sees("is anybody here?")
        guest.says("I am")
        anna.reads("is anybody here?", "I am")
        anna.cross()
        assert anna.ends() == 0
        guest.says("and gone again")
        guest.reads("is anybody here?", "I am", "and gone again")
        guest.interrupt()
        assert guest.ends() == 0
    assert said(server, "kitchen") == ["is anybody here?", "I am", "and gone again"]


def test_what_is_done_with_a_message_is_seen_by_the_other(two: tuple[Desktop, Desktop], server: ServerProcess) -> None:
    """Typing; edit by Up; a reaction by the mouse, and one by keys; a reply; a pin; delete."""
    anna, ben = two
    anna.screen.types("hello bne")
    ben.waits("below", lambda text: text == "anna is typing…")
    anna.screen.presses("Return")
    ben.sees("hello bne")
    ben.waits("below", lambda text: text == "")
    anna.sees("hello bne")
    anna.logs("said as message")
    anna.screen.presses("Up", "ctrl+a")
    anna.says("hello ben")
    ben.sees("hello ben (edited)")
    number = only(ben)
    ben.tool(number, "emoji")
    ben.logs("keys go to: Emoji")
    ben.screen.types("party pop")
    ben.logs("for 'party pop'")
    ben.screen.presses("Return")
    anna.sees("🎉 1")
    anna.clicks(f"react:{number}:on:🎉")
    ben.sees("🎉 2")
    anna.screen.presses("ctrl+shift+E")
    anna.logs("keys go to: Emoji")
    anna.screen.presses("Right", "Return")
    ben.sees("❤️ 1    🎉 2")
    ben.clicks(f"react:{number}:off:🎉")
    anna.sees("❤️ 1    🎉 1")
    ben.screen.presses("shift+Up")
    ben.says("hello yourself")
    anna.sees("↪ anna: hello ben\nhello yourself")
    anna.clicks(f"m{number}", button=3)
    anna.menu("Pin")
    ben.sees("hello ben (edited)  pinned")
    reply = last(ben)
    ben.clicks(f"m{reply}", button=3)
    ben.menu("Delete…")
    ben.logs("keys go to: Delete this message?")
    ben.screen.presses("Return")
    anna.sees("This message was deleted.")
    anna.sees_no("hello yourself")
    assert said(server) == ["hello ben"]


def test_a_thread_has_a_line_of_its_own(two: tuple[Desktop, Desktop]) -> None:
    """Opened by keys and by the mouse; Enter replies there; its draft and the conversation's do not mix; Esc leaves."""
    anna, ben = two
    anna.says("tea or coffee?")
    ben.sees("tea or coffee?")
    number = only(ben)
    ben.screen.types("a draft in the garden")
    ben.screen.presses("ctrl+shift+T")
    ben.logs(f"keys go to: thread {number}")
    ben.says("tea")
    ben.reads("tea or coffee?\n1 reply", "tea", called="thread")
    anna.sees("1 reply →")
    anna.clicks(f"thread:{number}")
    anna.logs(f"keys go to: thread {number}")
    anna.reads("tea or coffee?\n1 reply", "tea", called="thread")
    anna.says("coffee then")
    ben.reads("tea or coffee?\n2 replies", "tea", "coffee then", called="thread")
    ben.screen.types("@an")
    ben.screen.presses("Tab")
    ben.screen.types("fi")
    ben.screen.presses("Escape")
    ben.screen.presses("Return")
    anna.sees("a draft in the garden")
    anna.waits("thread", lambda rows: len(rows) == 3)
    ben.clicks(f"thread:{number}")
    ben.logs(f"keys go to: thread {number}", 2)
    ben.says("ne")
    anna.reads("tea or coffee?\n3 replies", "tea", "coffee then", "@anna fine", called="thread")
    anna.screen.presses("Up", "ctrl+a")
    anna.says("cocoa then")
    ben.sees("cocoa then (edited)", called="thread")
