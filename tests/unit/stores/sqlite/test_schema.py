"""The tables: new ones, migrated ones, and those of others."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from causerie.server.ports.store import StoreFailed
from causerie.stores.sqlite import schema
from causerie.stores.sqlite.store import SqliteStore
from tests.contract.samples import (
    HOME,
    said,
    texts,
)


def tables(path: Path) -> dict[str, str]:
    """What the file's tables, indexes and triggers are, without regard to white space and comments."""
    connection = sqlite3.connect(path)
    found = {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        lines = [line.partition("--")[0] for line in sql.splitlines()]
        found[name] = "".join("".join(lines).split())
    connection.close()
    found.pop("alembic_version")
    return found


def test_the_schema_is_what_all_migrations_make(tmp_path: Path) -> None:
    """A new file gets schema.sql at once; an old one is migrated; both must come to the same."""
    schema.migrate(tmp_path / "migrated.db")
    schema.bring_up_to_date(tmp_path / "new.db")
    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "new.db")
    assert len(tables(tmp_path / "new.db")) >= 12
    for name in ("migrated.db", "new.db"):
        connection = sqlite3.connect(tmp_path / name)
        assert schema.version(connection) == schema.HEAD
        connection.close()


async def test_places_from_before_they_were_runs_are_read(tmp_path: Path) -> None:
    """A store of the schema before: a row for each event, and one in the tail."""
    path = tmp_path / "causerie.db"
    schema.migrate(path, "0005")
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO people (id, name, skeleton, guest, admin, disabled, made_at) VALUES (1, 'a', 'a', 0, 0, 0, 0)"
    )
    connection.execute(
        "INSERT INTO channels (id, name, access, topic, history, read_only, retention_days, made_at)"
        " VALUES (100, 'home', 'public', '', 1, 0, 0, 0)"
    )
    for number in (1, 2, 3, 4):
        connection.execute(
            "INSERT INTO log (id, channel, number, at, kind, author, text, said)"
            " VALUES (?, 100, ?, 1, 'message', 1, ?, ?)",
            (number, number, str(number), number),
        )
        if number < 4:
            connection.execute("INSERT INTO places VALUES (100, ?, ?)", (number, number))
    connection.execute("UPDATE placed SET upto = 3")
    connection.commit()
    connection.close()
    store = SqliteStore(tmp_path, quiet=3600.0)
    try:
        await store.load()
        await store.commit([said("5")])
        assert await texts(store) == [(number, str(number)) for number in (1, 2, 3, 4, 5)]
        assert [event.number for event in await store.messages(HOME, [2, 4, 5, 9])] == [2, 4, 5]
        assert not (await store.check()).problems
    finally:
        await store.close()


def test_a_file_that_is_not_ours_or_newer_is_left_alone(tmp_path: Path) -> None:
    """It says what is wrong."""
    with sqlite3.connect(tmp_path / "causerie.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreFailed, match="not a causerie store"):
        SqliteStore(tmp_path)
    (tmp_path / "newer").mkdir()
    with sqlite3.connect(tmp_path / "newer" / "causerie.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    with pytest.raises(StoreFailed, match="upgrade causerie"):
        SqliteStore(tmp_path / "newer")
