"""The window's files: what is typed and not sent outlives the window, whichever windows of an account are open."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from causerie.chat.commands import Send
from causerie.chat.events import Message
from causerie.desktop.models.composers import Composers, PendingEdit, RefusedMessage, ReturnedText, SavedComposers
from causerie.desktop.models.saved_files import SavedFiles

WHERE = ("localhost:5000", "anna")
MINE = Message(channel="home", number=4, at=0, person=1, name="anna", text="mine")


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Callable[[], SavedFiles]]:
    """Makes the files of one window after another, all in one directory."""
    with contextlib.ExitStack() as stack:

        def window() -> SavedFiles:
            files = SavedFiles(tmp_path)
            stack.callback(files.close)
            return files

        yield window


def one(text: str, composer: str = "home") -> SavedComposers:
    return SavedComposers(drafts={composer: text})


def test_two_windows_of_one_account_keep_what_is_typed_in_each(windows: Callable[[], SavedFiles]) -> None:
    """Whichever is written or closed last; the next window has all of it, where both had a draft the other's waits."""
    first, second = windows(), windows()
    assert first.window_state(*WHERE) == second.window_state(*WHERE) == SavedComposers()
    assert first.save_window_state(SavedComposers(drafts={"home": "by the first", "attic": "up here"}))
    assert second.save_window_state(SavedComposers(drafts={"home": "by the second", "home 4": "in a thread"}))
    assert first.save_window_state(SavedComposers(drafts={"home": "by the first one", "attic": "up here"}))
    second.close()
    first.close()
    for _window in range(2):
        files = windows()
        composers = Composers(files.window_state(*WHERE))
        assert composers.drafts == {"home": "by the first one", "attic": "up here", "home 4": "in a thread"}
        assert composers.returned == {"home": [ReturnedText(text="by the second")]}
        files.close()


def test_a_second_window_begins_empty_and_takes_over_what_closed_ones_left(windows: Callable[[], SavedFiles]) -> None:
    first, second, third = (windows() for _ in range(3))
    first.window_state(*WHERE)
    first.save_window_state(one("being typed"))
    assert second.window_state(*WHERE) == SavedComposers()
    second.save_window_state(one("left"))
    second.close()
    assert third.window_state(*WHERE) == one("left")
    assert windows().window_state("localhost:5000", "ben") == SavedComposers()
    third.close()
    first.close()


@pytest.mark.parametrize("file", [b"{", b"[]", b""])
def test_a_file_that_cannot_be_read_is_left_alone(
    windows: Callable[[], SavedFiles], tmp_path: Path, file: bytes
) -> None:
    first, second = windows(), windows()
    first.window_state(*WHERE)
    second.window_state(*WHERE)
    second.save_window_state(one("left"))
    second.close()
    (path,) = tmp_path.glob("*.1.desk")
    path.write_bytes(file)
    first.close()
    assert windows().window_state(*WHERE) == SavedComposers()
    assert path.read_bytes() == file


def test_a_file_system_without_locks_keeps_what_is_typed(
    windows: Callable[[], SavedFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    first = windows()
    first.window_state(*WHERE)
    assert first.save_window_state(one("kept"))
    first.close()
    assert windows().window_state(*WHERE) == one("kept")


def test_all_that_is_unsent_is_merged(windows: Callable[[], SavedFiles]) -> None:
    """Edits, refused texts and messages; what both have is there once."""
    edit, other = PendingEdit(MINE, "mine, better"), PendingEdit(MINE, "mine, best")
    refused = RefusedMessage(Send(channel="home", text="no", key="k"), 1, "why")
    back = ReturnedText(text="/topic x", key="k2")
    first, second = windows(), windows()
    first.window_state(*WHERE)
    second.window_state(*WHERE)
    first.save_window_state(SavedComposers(edits={"home": edit}, returned={"home": [back]}, refusals=[refused]))
    second.save_window_state(
        SavedComposers(
            edits={"home": other}, left={"home 4": edit}, replies={"attic": MINE}, returned={"home": [back]},
            refusals=[refused],
        )
    )  # fmt: skip
    second.close()
    first.close()
    assert windows().window_state(*WHERE) == SavedComposers(
        edits={"home": edit},
        left={"home 4": edit},
        replies={"attic": MINE},
        returned={"home": [back, ReturnedText(text="mine, best", editing=MINE)]},
        refusals=[refused],
    )


def test_an_older_versions_drafts_are_read(windows: Callable[[], SavedFiles], tmp_path: Path) -> None:
    files = windows()
    files.window_state(*WHERE)
    files.save_window_state(one("new"))
    files.close()
    (path,) = tmp_path.glob("*.desk")
    path.write_bytes(b'{"channel":"home","drafts":{"home":"old"}}')
    assert windows().window_state(*WHERE) == one("old")
