"""Which settings and which data a command is about."""

from __future__ import annotations

from pathlib import Path

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
