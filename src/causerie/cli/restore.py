"""Replaces the store by a backup while no server runs, and keeps the old store beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.failure import Failure
from causerie.i18n.text import _

if TYPE_CHECKING:
    from causerie.server.ports.records import Count

STORE = "causerie.db"


def restore(backup: Path, data: Path) -> tuple[Count, Path | None]:
    """Make `data` hold what `backup` holds; what a check counted, and where the store from before is, if any.

    The copy is brought up to date and checked before anything is touched. What it holds beside the store (Web Push's
    key) is put back too; a backup that holds none leaves what is there. The search index is dropped, and built again by
    the server. Raises Failure.
    """
    from causerie.data_directory import CannotStart, DataDirectory

    if not backup.is_file():
        raise Failure(_("there is no file {path}").format(path=backup))
    try:
        directory = DataDirectory(data)
    except CannotStart as error:
        raise Failure(str(error)) from None
    part = data / f"{STORE}.restoring"
    try:
        return _replace(backup, data, part)
    except OSError as error:
        raise Failure(_("cannot restore: {why}").format(why=error)) from None
    finally:
        # Looking at a store in WAL mode, even only to read, may leave these.
        for leftover in (part, *(Path(f"{part}-{what}") for what in ("wal", "shm", "journal"))):
            leftover.unlink(missing_ok=True)
        directory.release()


def _replace(backup: Path, data: Path, part: Path) -> tuple[Count, Path | None]:
    from causerie.stores.sqlite import acknowledged

    part.unlink(missing_ok=True)
    with (
        backup.open("rb") as source,
        open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy,
    ):
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    count = _check(part, backup)
    beside = _take_beside(part, backup)
    _own(data, part, data / "lock")
    kept = _set_aside(data)
    for name, content in beside.items():
        _put(data, name, content)
    for leftover in (f"{STORE}-shm", "search.db", "search.db-wal", "search.db-shm", acknowledged.NAME):
        (data / leftover).unlink(missing_ok=True)
    part.rename(data / STORE)
    folder = os.open(data, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return count, kept


def _own(data: Path, *paths: Path) -> None:
    """Give what root made to the owner of the directory."""
    owner = data.stat()
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _take_beside(part: Path, backup: Path) -> dict[str, bytes]:
    from causerie.stores.sqlite.copy import take_beside

    try:
        return take_beside(part)
    except sqlite3.Error as error:
        raise Failure(_("{path} is no backup of causerie: {why}").format(path=backup, why=error)) from None


def _put(data: Path, name: str, content: bytes) -> None:
    """A file that the backup held beside the store; another that is there is kept."""
    path, part = data / name, data / f"{name}.part"
    if path.exists() and path.read_bytes() != content:
        os.link(path, _former(path))
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _own(data, part)
    part.rename(path)


def _former(path: Path) -> Path:
    """What a file that is replaced is called from now on."""
    kept = path.with_name(f"{path.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    while kept.exists():
        kept = kept.with_name(kept.name + "-")
    return kept


def _check(part: Path, backup: Path) -> Count:
    from causerie.stores.sqlite.copy import check_file
    from causerie.stores.sqlite.schema import HEAD, migrate, version

    try:
        with closing(sqlite3.connect(f"file:{part}?mode=ro", uri=True)) as connection:
            at = version(connection)
        if at is not None and at > HEAD:
            raise Failure(_("{path} was made by a newer causerie; upgrade causerie first").format(path=backup))
        if at is not None and at < HEAD:
            migrate(part)
        count = check_file(part)
    except sqlite3.Error as error:
        raise Failure(_("{path} is no backup of causerie: {why}").format(path=backup, why=error)) from None
    if count.problems:
        raise Failure(_("{path} is damaged: {why}").format(path=backup, why=count.problems[0]))
    return count


def _set_aside(data: Path) -> Path | None:
    """Give the store that is there a second name; the new one then takes its place in one step."""
    store, log = data / STORE, data / f"{STORE}-wal"
    if not store.exists():
        return None
    kept = _former(store)
    try:
        with closing(sqlite3.connect(store)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        pass  # damaged: it is kept as it is, with its write-ahead log under the name that SQLite looks for
    if log.exists():
        log.rename(f"{kept}-wal")
    os.link(store, kept)
    return kept
