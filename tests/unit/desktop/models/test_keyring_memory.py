"""What lets one in without a password is in a real keyring, and never in the file."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from causerie.client import FileMemory, Kept
from causerie.desktop.models.keyring_memory import Backend, KeyringMemory, KeyringRefused
from causerie.desktop.models.remembering import Remembered
from tests.desktop_session import DesktopSession, inside

KEPT = Kept(token="t" * 43, person=7, name="anna", numbers={"home": 4})
SERVER, NAME = "chat.example.org:5000", "anna"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    with DesktopSession(tmp_path / "session") as session, inside(session, monkeypatch):
        session.keyring()
        from keyring.backends.SecretService import Keyring

        yield Keyring()


@pytest.fixture
def remembered(tmp_path: Path) -> Iterator[Remembered]:
    with contextlib.closing(Remembered(tmp_path / "desktop")) as remembered:
        yield remembered


def files(remembered: Remembered) -> bytes:
    return b"".join(path.read_bytes() for path in remembered.path.iterdir())


def memory(remembered: Remembered, keyring: Backend | None, keep: bool = True, needed: bool = True) -> KeyringMemory:
    made = remembered.memory(SERVER, NAME, keyring, keep, needed)
    assert isinstance(made, KeyringMemory)
    return made


def test_the_token_is_in_the_keyring_and_not_in_the_file(remembered: Remembered, keyring: Backend) -> None:
    memory(remembered, keyring).put(KEPT)
    assert KEPT.token.encode() not in files(remembered)
    assert remembered.is_remembered(SERVER, NAME)
    assert memory(remembered, keyring).get() == KEPT
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") == KEPT.token


def test_it_moves_in_and_out_as_the_box_is_ticked(remembered: Remembered, keyring: Backend) -> None:
    plain = remembered.memory(SERVER, NAME, None)
    assert isinstance(plain, FileMemory)
    plain.put(KEPT)
    first = memory(remembered, keyring)
    first.put(first.get())
    assert KEPT.token.encode() not in files(remembered)
    back = memory(remembered, keyring, keep=False)
    back.put(back.get())
    assert plain.get() == KEPT
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") is None
    assert not remembered.in_keyring(SERVER, NAME)


def test_logging_out_leaves_nothing(remembered: Remembered, keyring: Backend) -> None:
    here = memory(remembered, keyring)
    here.put(KEPT)
    here.put(Kept())
    assert keyring.get_password("causerie", f"{NAME}@{SERVER}") is None
    assert not remembered.is_remembered(SERVER, NAME)


def test_a_keyring_that_lost_it_says_so_unless_there_is_a_password(remembered: Remembered, keyring: Backend) -> None:
    memory(remembered, keyring).put(KEPT)
    keyring.delete_password("causerie", f"{NAME}@{SERVER}")
    with pytest.raises(KeyringRefused):
        memory(remembered, keyring).get()
    memory(remembered, keyring).put(KEPT)
    keyring.delete_password("causerie", f"{NAME}@{SERVER}")
    assert memory(remembered, keyring, needed=False).get().token == ""


def test_what_was_meant_for_a_keyring_goes_into_no_file_where_there_is_none(remembered: Remembered) -> None:
    memory(remembered, None).put(KEPT)
    assert KEPT.token.encode() not in files(remembered)
    assert not remembered.is_remembered(SERVER, NAME)


def test_without_a_session_there_is_a_line_that_says_why() -> None:
    program = "from causerie.desktop.models.keyring_memory import find; f = find(); print(f.backend, f.why_not)"
    made = subprocess.run([sys.executable, "-c", program], env={"LC_ALL": "C"}, capture_output=True, text=True)
    assert made.stdout.startswith("None There is no keyring here")
