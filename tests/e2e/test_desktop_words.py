"""No word that somebody types is lost, and none is said twice: drafts, edits, refusals, crashes; by real keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import heard, last, said
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)


def test_what_was_sent_after_a_pause_is_no_draft_in_the_next_session(
    screen: Screen, two: tuple[Desktop, Desktop], tmp_path: Path, server: ServerProcess
) -> None:
    """Typed, a pause in which the draft is kept on the server, sent; the next session's line is empty."""
    anna, ben = two
    anna.screen.types("slowly typed")
    anna.logs("the draft of garden is kept")
    anna.screen.presses("Return")
    ben.sees("slowly typed")
    anna.logs("the draft of garden is kept", 2)
    anna.cross()
    assert anna.ends() == 0
    with Desktop(screen, tmp_path / "elsewhere", str(server.address)) as again:
        again.fills("anna", "correct horse 42", "garden")
        again.logs("at the end of garden")
        again.logs("drafts are known")
        again.screen.presses("Return")
        again.says("the end")
        again.reads("slowly typed", "the end")
    assert said(server) == ["slowly typed", "the end"]


def test_an_edit_leaves_the_draft_by_enter_and_by_esc(two: tuple[Desktop, Desktop]) -> None:
    anna, ben = two
    anna.says("hello bne")
    number = heard(anna)
    anna.screen.types("half a ")
    anna.clicks(f"m{number}", button=3)
    anna.menu("Edit")
    anna.waits("line", lambda line: line == "hello bne")
    anna.screen.presses("ctrl+a")
    anna.says("hello ben")
    ben.sees("hello ben (edited)")
    anna.screen.types("sen")
    anna.clicks(f"m{number}", button=3)
    anna.menu("Edit")
    anna.waits("line", lambda line: line == "hello ben")
    anna.screen.types(" and all")
    anna.screen.presses("Escape")
    anna.waits("line", lambda line: line == "half a sen")
    anna.says("tence")
    ben.reads("hello ben (edited)", "half a sentence")


def test_one_edits_here_and_writes_there(two: tuple[Desktop, Desktop]) -> None:
    """Another channel in mid-edit: the edit waits where it was."""
    anna, ben = two
    anna.says("hello bne")
    anna.logs("said as message")
    anna.screen.presses("Up")
    anna.waits("line", lambda line: line == "hello bne")
    anna.screen.types(", or ben")
    anna.screen.presses("ctrl+k")
    anna.logs("keys go to: Go to")
    anna.says("kitchen")
    anna.titled("#kitchen – Causerie")
    anna.says("elsewhere")
    anna.sees("elsewhere")
    anna.screen.presses("alt+Up")
    anna.titled("#garden – Causerie")
    anna.waits("line", lambda line: line == "hello bne, or ben")
    anna.screen.presses("Return")
    ben.reads("hello bne, or ben (edited)")


def test_what_is_refused_comes_back(two: tuple[Desktop, Desktop]) -> None:
    """A guest may not set the topic: the words are in the line again, with the reason; typed since, they wait."""
    anna, ben = two
    ben.says("/topic Rubber ducks")
    ben.waits("below", bool)
    ben.waits("line", lambda line: line == "/topic Rubber ducks")
    ben.screen.presses("ctrl+a", "BackSpace")
    ben.says("/msg nobody_of_this_name it is me")
    ben.waits("line", lambda line: line == "/msg nobody_of_this_name it is me")
    ben.screen.presses("ctrl+a")
    ben.says("well then")
    anna.reads("well then")


def test_a_window_that_is_killed_loses_no_draft_and_no_edit(
    screen: Screen, two: tuple[Desktop, Desktop], tmp_path: Path, server: ServerProcess
) -> None:
    anna, ben = two
    anna.says("hello bne")
    number = heard(anna)
    anna.screen.types("half a sentence")
    anna.clicks(f"m{number}", button=3)
    anna.menu("Edit")
    anna.waits("line", lambda line: line == "hello bne")
    anna.screen.types(", or ben")
    anna.waits("kept", lambda texts: "hello bne, or ben" in texts)
    anna.process.kill()
    anna.process.wait()
    with Desktop(screen, tmp_path / "anna", str(server.address)) as again:
        again.screen.presses("Return")
        again.logs("in as anna")
        again.waits("line", lambda line: line == "hello bne, or ben")
        again.screen.presses("Return")
        ben.sees("hello bne, or ben (edited)")
        again.waits("line", lambda line: line == "half a sentence")
        again.screen.presses("Return")
        ben.sees("half a sentence")
    assert last(ben) > number


def test_put_out_while_typing(two: tuple[Desktop, Desktop], tmp_path: Path) -> None:
    """Kicked in mid-sentence: a line says that the words are kept, and they are there when one is back."""
    anna, ben = two
    ben.says("/join kitchen")
    ben.titled("#kitchen – Causerie")
    ben.screen.presses("alt+Up")
    ben.titled("#garden – Causerie")
    ben.screen.types("half a ")
    anna.says("/kick ben")
    ben.titled("#kitchen – Causerie")
    ben.says("in the kitchen")
    ben.sees("in the kitchen")
    ben.says("/join garden")
    ben.titled("#garden – Causerie")
    ben.waits("line", lambda line: line == "half a ")
    ben.says("sentence")
    anna.sees("half a sentence")
