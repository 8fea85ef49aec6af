"""What a client remembers is in the file whole, or as it was before; only its owner reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from causerie.chat.commands import Send
from causerie.client import FileStorage, SavedSession, StorageDamaged

KEPT = SavedSession(
    token="t", person=3, name="Zoé", numbers={"home": 7}, outbox=[Send(channel="home", text="é\n", key="k")]
)


def test_what_is_put_is_what_another_run_gets(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "chat.json"
    assert FileStorage(path).get() == SavedSession()
    FileStorage(path).put(SavedSession(token="older"))
    FileStorage(path).put(KEPT)
    assert FileStorage(path).get() == KEPT
    assert os.listdir(path.parent) == ["chat.json"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_that_was_broken_off_leaves_what_was_there(tmp_path: Path) -> None:
    """A half-written new file of a run that died is of no account, and in nobody's way."""
    path = tmp_path / "chat.json"
    FileStorage(path).put(KEPT)
    (tmp_path / ".chat.json.new").write_bytes(b'{"token": "ha')
    assert FileStorage(path).get() == KEPT
    FileStorage(path).put(SavedSession(token="newer"))
    assert FileStorage(path).get().token == "newer"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"token": 5}', b"\xff\xfe"])
def test_a_file_that_was_not_written_here_is_named(tmp_path: Path, content: bytes) -> None:
    """It may hold what somebody typed: it is neither passed over nor written over."""
    path = tmp_path / "chat.json"
    path.write_bytes(content)
    with pytest.raises(StorageDamaged, match=r"chat\.json"):
        FileStorage(path).get()
    assert path.read_bytes() == content
