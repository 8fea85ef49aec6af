"""How many events were ever committed, noted in a file beside the database: what shows that it lost some.

SQLite takes a write-ahead log that was cut, damaged or removed for one that ends earlier, and an empty file for a new
database: it says nothing. The sum of all channels' last numbers never falls, so a database that knows less than the
note has lost that many events.

It is written after each COMMIT, by the same thread, without a sync. What it says was on disk before, so that a
database with less is certainly damaged, or another one. After a power cut it may be older than the database, and what
was lost since is then not seen. Nor is what no event tells of (an account that was made), nor a changed letter in
the middle of the database file.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from causerie.i18n.text import ngettext

NAME = "acknowledged"

_LENGTH = 21
"""Twenty digits and a line's end, written at once: whoever reads sees one number or the other."""


class Acknowledged:
    """The note in `directory`. Where it cannot be written everything else goes on without it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / NAME
        self._file = -1

    def read(self) -> int:
        """How many events it says; 0 when there is no note, or none that can be read."""
        try:
            text = self.path.read_bytes()
        except OSError:
            return 0
        return int(text) if len(text) == _LENGTH and text[:-1].isdigit() else 0

    def write(self, count: int) -> None:
        """Note it: one write of 21 bytes."""
        with contextlib.suppress(OSError):
            if self._file < 0:
                self._file = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, f"{count:020d}\n".encode(), 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def known(directory: Path) -> int:
    """How many events there were at least, by what lies beside the database: the note and the search index."""
    return max(Acknowledged(directory).read(), _indexed(directory / "search.db"))


def _indexed(path: Path) -> int:
    """Up to which row of the log the search index came; 0 when there is none."""
    if not path.exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT position FROM state").fetchone()
    except sqlite3.Error:
        return 0
    return int(row[0]) if row else 0


def lost(database: Path, count: int) -> str:
    """The sentence for a database that lacks so many events."""
    text = ngettext(
        "{path} is damaged, or not the one that was served here: {count} event that was acknowledged is not in it."
        " Restore a backup (causerie db restore FILE); or, to go on without what is missing, remove {note}"
        " and search.db first",
        "{path} is damaged, or not the one that was served here: {count} events that were acknowledged are not in it."
        " Restore a backup (causerie db restore FILE); or, to go on without what is missing, remove {note}"
        " and search.db first",
        count,
    )
    return text.format(path=database, count=count, note=database.with_name(NAME))
