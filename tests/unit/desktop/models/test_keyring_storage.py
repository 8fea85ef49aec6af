"""What lets one in without a password is in a real keyring, and never in the file."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from causerie.client import FileStorage, SavedSession
from causerie.desktop.models.keyring_storage import Backend, KeyringRefused, KeyringStorage
from causerie.desktop.models.saved_files import SavedFiles
from tests.desktop_session import DesktopSession, inside

KEPT = SavedSession(token="t" * 43, person=7, name="anna", numbers={"home": 4})
SERVER, NAME = "chat.example.org:5000", "anna"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    with DesktopSession(tmp_path / "session") as session, inside(session, monkeypatch):
        session.keyring()
        from keyring.backends.SecretService import Keyring

        yield Keyring()


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[SavedFiles]:
    with contextlib.closing(SavedFiles(tmp_path / "desktop")) as saved:
        yield saved


def files(saved: SavedFiles) -> bytes:
    return b"".join(path.read_bytes() for path in saved.path.iterdir())


def storage(saved: SavedFiles, keyring: Backend | None, keep: bool = True, needed: bool = True) -> KeyringStorage:
    made = saved.storage(SERVER, NAME, keyring, keep, needed)
    assert isinstance(made, KeyringStorage)
    return made


def test_the_token_is_in_the_keyring_and_not_in_the_file(saved: SavedFiles, keyring: Backend) -> None:
    storage(saved, keyring).put(KEPT)
    assert KEPT.token.encode() not in files(saved)
    assert saved.has_token(SERVER, NAME)
    assert storage(saved, keyring).get() == KEPT
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") == KEPT.token


def test_it_moves_in_and_out_as_the_box_is_ticked(saved: SavedFiles, keyring: Backend) -> None:
    plain = saved.storage(SERVER, NAME, None)
    assert isinstance(plain, FileStorage)
    plain.put(KEPT)
    first = storage(saved, keyring)
    first.put(first.get())
    assert KEPT.token.encode() not in files(saved)
    back = storage(saved, keyring, keep=False)
    back.put(back.get())
    assert plain.get() == KEPT
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") is None
    assert not saved.has_token_in_keyring(SERVER, NAME)


def test_logging_out_leaves_nothing(saved: SavedFiles, keyring: Backend) -> None:
    here = storage(saved, keyring)
    here.put(KEPT)
    here.put(SavedSession())
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") is None
    assert not saved.has_token(SERVER, NAME)


def test_a_keyring_that_lost_it_says_so_unless_there_is_a_password(saved: SavedFiles, keyring: Backend) -> None:
    storage(saved, keyring).put(KEPT)
    keyring.delete_password("causerie", f"{NAME}@{SERVER}")
    with pytest.raises(KeyringRefused):
        storage(saved, keyring).get()
    storage(saved, keyring).put(KEPT)
    keyring.delete_password("causerie", f"{NAME}@{SERVER}")
    assert storage(saved, keyring, needed=False).get().token == ""


def test_what_was_meant_for_a_keyring_goes_into_no_file_where_there_is_none(saved: SavedFiles) -> None:
    storage(saved, None).put(KEPT)
    assert KEPT.token.encode() not in files(saved)
    assert not saved.has_token(SERVER, NAME)


def test_without_a_session_there_is_a_line_that_says_why() -> None:
    program = "from causerie.desktop.models.keyring_storage import find; f = find(); print(f.backend, f.why_not)"
    made = subprocess.run([sys.executable, "-c", program], env={"LC_ALL": "C"}, capture_output=True, text=True)
    assert made.stdout.startswith("None There is no keyring here")
