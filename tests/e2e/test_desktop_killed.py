"""The server is killed in mid-sentence: what was typed stays, what was said and not acknowledged is said once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.screen import Desktop, Screen
from tests.e2e.windows import said
from tests.server_process import ServerProcess

pytestmark = pytest.mark.timeout(120)


def test_the_server_is_killed_in_mid_sentence(two: tuple[Desktop, Desktop], server: ServerProcess) -> None:
    """Both go on typing and saying; when it is back each has all of it once, in one order, and so has the server."""
    anna, ben = two
    anna.says("before")
    ben.reads("before")
    anna.screen.types("half a ")
    server.kill()
    for window in (anna, ben):
        window.logs("the connection is lost")
    anna.says("sentence")
    anna.screen.types("and the ne")
    ben.says("are you there?")
    ben.says("hello?")
    anna.reads("before", "half a sentence")
    ben.reads("before", "are you there?", "hello?")
    server.restart()
    for window in (anna, ben):
        window.waits("timeline", lambda rows: len(rows) == 4)
    anna.says("xt")
    anna.sees("and the next")
    ben.sees("and the next")
    everything = said(server)
    assert sorted(everything) == sorted(["before", "half a sentence", "are you there?", "hello?", "and the next"])
    assert everything.index("are you there?") < everything.index("hello?")
    for window in (anna, ben):
        window.reads(*everything)


def test_the_window_is_closed_before_the_server_is_back(
    screen: Screen, two: tuple[Desktop, Desktop], tmp_path: Path, server: ServerProcess
) -> None:
    """The next run says what the last one could not, once, and has its drafts: the channel's, and the thread's."""
    anna, ben = two
    anna.says("before")
    anna.sees("before")
    anna.logs("said as message")
    anna.screen.presses("ctrl+shift+T")
    anna.logs("keys go to: thread")
    anna.screen.types("a reply")
    anna.screen.presses("Escape")
    server.kill()
    anna.logs("the connection is lost")
    anna.says("for later")
    anna.screen.types("a draft")
    anna.reads("before", "for later")
    anna.cross()
    assert anna.ends() == 0
    server.restart()
    ben.says("meanwhile")
    ben.sees("meanwhile")
    with Desktop(screen, tmp_path / "anna", str(server.address)) as again:
        again.screen.presses("Return")
        again.logs("in as anna")
        ben.sees("for later")
        again.sees("for later")
        again.screen.presses("Return")
        ben.sees("a draft")
        everything = said(server)
        assert sorted(everything) == ["a draft", "before", "for later", "meanwhile"]
        for window in (again, ben):
            window.reads(*everything)
        again.clicks(next(name for name in again.waits("places of timeline", bool) if name.startswith("m")), button=3)
        again.menu("Thread")
        again.logs("keys go to: thread")
        again.screen.presses("Return")
        again.reads("before", "a reply", called="thread")
