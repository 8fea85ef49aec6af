"""Check and backup of the file, and what must not be in it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from causerie.server.ports.changes import Audit, Erase, Rewrite
from causerie.server.ports.store import StoreFailed
from causerie.stores.sqlite.store import SqliteStore
from tests.contract.samples import ANNA, HOME, PLACES, SECRET, about, said


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path, quiet=3600.0)
    await store.load()
    await store.commit(PLACES)
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("DELETE FROM channels WHERE id = 101", "in channel 101"),
        ("DELETE FROM people WHERE id = 1", "by person 1"),
        ("DELETE FROM log WHERE channel = 100 AND number = 2", "nothing between 1 and 3"),
    ],
)
async def test_planted_damage_is_found(store: SqliteStore, damage: str, complaint: str) -> None:
    """A row that is missing, of each kind that others point to."""
    await store.commit([said("1"), said("2"), said("3"), said("x", SECRET)])
    with sqlite3.connect(store.path) as connection:
        connection.execute(damage)
    connection.close()
    problems = (await store.check()).problems
    assert any(complaint in problem for problem in problems)
    with pytest.raises(StoreFailed):
        await store.backup(store.path.with_name("copy.db"))
    assert not store.path.with_name("copy.db").exists()
    assert not list(store.path.parent.glob("*.part"))


async def test_a_damaged_page_is_found(store: SqliteStore) -> None:
    """Bytes turned over in the middle of the file."""
    await store.commit([said("some words " * 50, key=f"k{number}") for number in range(500)])
    await store.close()
    with sqlite3.connect(store.path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'log_key'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with store.path.open("r+b") as file:
        file.seek((root - 1) * size + 8)
        file.write(b"\xff" * 64)
    store = SqliteStore(store.path.parent, quiet=3600.0)
    assert (await store.check()).problems


async def test_a_backup_is_whole_while_commits_go_on(store: SqliteStore) -> None:
    """A prefix of what was committed, checked, readable by its owner only, and a store of its own."""
    await store.commit([said(str(number)) for number in range(1000)])
    target = store.path.with_name("copy")
    target.mkdir()
    backup = asyncio.ensure_future(store.backup(target / "causerie.db"))
    during = 0
    while not backup.done():
        await store.commit([said("during")])
        during += 1
    count = await backup
    assert count.problems == []
    assert 1000 <= count.messages <= 1000 + during
    assert (target / "causerie.db").stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreFailed):
        await store.backup(target / "causerie.db" / "not-a-directory")
    copy = SqliteStore(target, quiet=3600.0)
    loaded = await copy.load()
    assert loaded.numbers[HOME.id] == count.messages
    assert len(loaded.people) == 2
    await copy.close()


async def test_the_record_is_neither_edited_nor_erased(store: SqliteStore) -> None:
    """What was done to whom stays."""
    await store.commit([Audit(1, ANNA.id, "kicked", '{"name":"bob"}')])
    with sqlite3.connect(store.path) as connection:
        for statement in ("UPDATE audit SET act = 'praised'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
    connection.close()


async def test_a_deleted_text_is_not_in_a_backup(store: SqliteStore, tmp_path: Path) -> None:
    """Nor are its earlier versions: not one byte of them."""
    secret = "Zwiebelkuchen" * 20
    await store.commit([said("before"), said(secret), said("after")])
    await store.commit([about("edited", 2), Rewrite(HOME.id, 2, secret + " edited", '{"edited_at":5}', 5, 1)])
    await store.commit([about("deleted", 0, '{"targets":[2]}'), Erase(HOME.id, (2,))])
    assert not (await store.backup(tmp_path / "copy.db")).problems
    assert b"Zwiebelkuchen" not in (tmp_path / "copy.db").read_bytes()
    assert b"before" in (tmp_path / "copy.db").read_bytes()
