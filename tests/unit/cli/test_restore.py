"""A backup that another version of causerie made."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from causerie.cli.failure import Failure
from causerie.cli.restore import restore
from causerie.stores.sqlite import schema
from causerie.stores.sqlite.store import SqliteStore

REVISIONS = [f"{number:04}" for number in range(1, int(schema.HEAD) + 1)]


def backup_of(path: Path, revision: str) -> Path:
    """A backup in which somebody said three things, by the causerie whose tables these were."""
    schema.migrate(path, "0001")
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO people VALUES (1, 'Anna', 'anna', 0, 1, 0, 0, NULL)")
    connection.execute("INSERT INTO channels VALUES (100, 'home', 'public', '', 1, 0, 0, 0, 3)")
    for number in (1, 2, 3):
        connection.execute(
            "INSERT INTO log VALUES (?, 100, ?, 1, 'message', 1, ?, NULL, NULL)", (number, number, str(number))
        )
    connection.commit()
    connection.close()
    schema.migrate(path, revision)
    return path


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_backup_of_an_older_causerie_is_restored(tmp_path: Path, revision: str) -> None:
    """Whatever its tables were: they are brought up to date, and the backup itself stays as it was."""
    backup = backup_of(tmp_path / "backup.db", revision)
    before = backup.read_bytes()
    count, kept = restore(backup, tmp_path / "data")
    assert (count.messages, count.people, count.channels, count.problems, kept) == (3, 1, 1, [], None)
    assert backup.read_bytes() == before
    store = SqliteStore(tmp_path / "data", quiet=3600.0)
    try:
        loaded = await store.load()
        assert [event.text for event in await store.messages(loaded.channels[0], [1, 2, 3])] == ["1", "2", "3"]
        assert not (await store.check()).problems
    finally:
        await store.close()


@pytest.mark.parametrize(("damage", "why"), [("DROP TABLE log", "is no backup"), ("newer", "newer causerie")])
def test_one_that_cannot_be_brought_up_to_date_changes_nothing(tmp_path: Path, damage: str, why: str) -> None:
    backup = backup_of(tmp_path / "backup.db", "0001")
    with sqlite3.connect(backup) as connection:
        connection.execute(damage if damage != "newer" else "UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Failure, match=why):
        restore(backup, tmp_path / "data")
    assert {path.name for path in (tmp_path / "data").iterdir()} <= {"lock"}
