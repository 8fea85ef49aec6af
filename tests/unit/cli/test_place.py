"""Which settings and which data a command is about."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from causerie.address import Address
from causerie.cli.failure import Failure
from causerie.cli.place import find_place


def test_settings_beside_the_data_are_read(tmp_path: Path) -> None:
    """causerie.toml in the data directory counts when no other file is named."""
    (tmp_path / "causerie.toml").write_text("[server]\nname = 'ours'\n")
    assert find_place(None, tmp_path).config().server.name == "ours"


def test_settings_that_are_named_count(tmp_path: Path) -> None:
    """--config comes before the file beside the data."""
    (tmp_path / "causerie.toml").write_text("[server]\nname = 'ours'\n")
    (tmp_path / "other.toml").write_text("[server]\nname = 'other'\n")
    assert find_place(tmp_path / "other.toml", tmp_path).config().server.name == "other"


def test_the_settings_say_where_the_data_is(tmp_path: Path) -> None:
    """server.data is used where --data is not given, and not otherwise."""
    settings = tmp_path / "causerie.toml"
    settings.write_text("[server]\ndata = 'kept'\n")
    assert find_place(settings, None).data == tmp_path / "kept"
    assert find_place(settings, tmp_path / "here").data == tmp_path / "here"


def test_listen_replaces_the_addresses(tmp_path: Path) -> None:
    """--listen, in order and once each; the rest of the settings stays."""
    (tmp_path / "causerie.toml").write_text("[server]\nname = 'ours'\nlisten = ['*:1']\n")
    server = find_place(None, tmp_path, ["127.0.0.1:2", "[::1]:2", "127.0.0.1:2"]).config().server
    assert server.listen == (Address("127.0.0.1", 2), Address("::1", 2))
    assert server.name == "ours"


def test_what_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    """A file that is missing, and an address that is none."""
    with pytest.raises(Failure, match=r"missing\.toml") as missing:
        find_place(tmp_path / "missing.toml", tmp_path).config()
    with pytest.raises(Failure, match="--listen") as address:
        find_place(None, tmp_path, ["nowhere"]).config()
    assert (missing.value.status, address.value.status) == (2, 2)


def test_a_relative_directory_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server must find its data wherever it goes."""
    monkeypatch.chdir(tmp_path)
    assert find_place(None, Path("data")).data == tmp_path / "data"


def test_settings_that_come_later_are_read_then(tmp_path: Path) -> None:
    """As on SIGHUP: a server that began without a file goes by the one that was put beside its data since."""
    place = find_place(None, tmp_path)
    assert place.config().server.name == "causerie"
    (tmp_path / "causerie.toml").write_text("[server]\nname = 'ours'\n")
    assert place.config().server.name == "ours"
    (tmp_path / "causerie.toml").write_text("[server]\nnname = 'ours'\n")
    with pytest.raises(Failure, match=r"causerie\.toml:2"):
        place.config()


def test_a_directory_that_one_may_not_look_into_is_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done there says why it cannot be; root may look everywhere, so stat(2) says it here."""
    real = os.stat

    def refuse(path: Any, **how: Any) -> os.stat_result:
        if str(path).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", path)
        return real(path, **how)

    monkeypatch.setattr(os, "stat", refuse)
    assert find_place(None, tmp_path).config().server.name == "causerie"
