"""Check, backup and restore of a SQLite store, on files: a running server goes on meanwhile."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from causerie.server.ports.records import Count
from causerie.stores.sqlite.log_index import PLACED, UPTO
from causerie.stores.sqlite.schema import version

PROBLEMS_MOST = 20

BESIDE = ("vapid.pem",)
"""Files beside the store that a backup holds too: without Web Push's key all that is subscribed would be dead."""

BESIDE_MOST = 1 << 16
"""Bytes of one of them; a larger one is none of ours."""


def check_file(path: Path) -> Count:
    """Read every page and every channel's numbers. Raises sqlite3.Error when it cannot be read, or is no database."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    problems: list[str] = []
    try:
        problems += [row[0] for row in connection.execute(f"PRAGMA integrity_check({PROBLEMS_MOST})") if row[0] != "ok"]
        if version(connection) is None:
            problems.append("it has no tables")
            return Count(0, 0, 0, problems)
        for channel, number in connection.execute(
            "SELECT log.channel, min(log.number) FROM log LEFT JOIN channels ON channels.id = log.channel"
            " WHERE channels.id IS NULL GROUP BY log.channel LIMIT ?",
            (PROBLEMS_MOST,),
        ):
            problems.append(f"event {number} is in channel {channel}, which there is not")
        for row, author in connection.execute(
            "SELECT log.id, log.author FROM log LEFT JOIN people ON people.id = log.author"
            " WHERE people.id IS NULL LIMIT ?",
            (PROBLEMS_MOST,),
        ):
            problems.append(f"event {row} is by person {author}, whom there is not")
        # Retention takes the oldest away, and nothing else may be missing where history was always on.
        for name, number, follows in connection.execute(
            "SELECT channels.name, number_, next_ FROM (SELECT channel, number AS number_,"
            " lead(number) OVER (PARTITION BY channel ORDER BY number) AS next_ FROM"
            f" (SELECT log.channel, log.number FROM {PLACED}"
            f" UNION ALL SELECT channel, number FROM log WHERE id > {UPTO}))"
            " JOIN channels ON channels.id = channel WHERE next_ > number_ + 1 AND channels.number < next_ - 1"
            " AND channels.history = 1 LIMIT ?",
            (PROBLEMS_MOST,),
        ):
            problems.append(f"{name}: nothing between {number} and {follows}")
        (unplaced,) = connection.execute(
            f"SELECT (SELECT count(*) FROM log WHERE id <= {UPTO}) - (SELECT count(*) FROM {PLACED})"
        ).fetchone()
        if unplaced:
            problems.append(f"{unplaced} events are not where their numbers say")
        messages, people, channels = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("log", "people", "channels")
        )
        return Count(messages, people, channels, problems)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        # It is so bad that the rest cannot be read.
        return Count(0, 0, 0, [*problems, str(error)])
    finally:
        connection.close()


def copy_to(path: Path, target: Path) -> Count:
    """A copy of this moment, readable by the owner only, complete under its name or not there at all."""
    part = target.with_name(target.name + ".part")
    os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    try:
        source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        copy = sqlite3.connect(part)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            _put_beside(copy, path.parent)
        finally:
            copy.close()
            source.close()
        with part.open("rb") as file:
            os.fsync(file.fileno())
        count = check_file(part)
        if count.problems:
            raise sqlite3.DatabaseError(f"the copy is not whole: {count.problems[0]}")
        part.rename(target)
        directory = os.open(target.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
        return count
    finally:
        part.unlink(missing_ok=True)


def _put_beside(copy: sqlite3.Connection, directory: Path) -> None:
    """The files of BESIDE that there are go into a table of the copy's own, which no store has."""
    found = {name: directory / name for name in BESIDE if (directory / name).is_file()}
    if not found:
        return
    with copy:
        copy.execute("CREATE TABLE IF NOT EXISTS beside (name TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")
        for name, path in found.items():
            with path.open("rb") as file:
                content = file.read(BESIDE_MOST + 1)
            if len(content) > BESIDE_MOST:
                raise OSError(f"{path} is too large to be what it should be")
            copy.execute("INSERT OR REPLACE INTO beside VALUES (?, ?)", (name, content))


def take_beside(path: Path) -> dict[str, bytes]:
    """Take the files out of a copy that is to be a store, without a trace; their contents by the names of BESIDE.
    Of a backup without them, as older ones are, none. Raises sqlite3.Error."""
    connection = sqlite3.connect(path)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'beside'").fetchone():
            return {}
        rows = connection.execute("SELECT name, content FROM beside WHERE length(content) <= ?", (BESIDE_MOST,))
        found = {name: bytes(content) for name, content in rows if name in BESIDE and isinstance(content, bytes)}
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("DROP TABLE beside")
        connection.commit()
        return found
    finally:
        connection.close()
