"""The search index's file, beside the store: derived from the log, and made anew when it is no good.

Rows travel in and out of SQLite as one JSON text for each chunk or page: every row that crosses over on its
own makes its thread wait for the event loop's turn of Python to end.

FTS5: sqlite.org/fts5.html. The table keeps its own copy of the text: without one, SQLite before 3.43 cannot
delete.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from causerie.chat.words import phrases, prepare
from causerie.server.ports.records import Query
from causerie.server.ports.store import SearchTimedOut
from causerie.stores.sqlite.search_syntax import TOKENIZER, facets, match_expression

T = TypeVar("T")

VERSION = 2
"""Of the tables, of search_syntax.py and of `causerie.chat.words`: raise it when one changes, and every index is made
anew."""

CHUNK = 2_000
"""Rows of the log for one transaction of the index, at most."""
CHUNK_TEXT = 500_000
"""Characters of text for one: long messages make it fewer rows, for all of it is in memory at once."""
CATCH_UP_MORE = 20
"""Further chunks that a search indexes itself, when texts are long."""
CATCH_UP = 5_000
"""A search brings the index up to date itself when no more rows than this are missing."""
SECONDS_MOST = 2.0
"""A search that takes longer is given up."""
STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock, some ms."""
CANDIDATES = 20_000
"""Rows that one search looks at to find those the asker may read."""
FACET_CHANNELS = 16
"""Up to so many channels are looked up in the index; more are picked out of what it finds."""
TIME_SLACK = 3_600_000
"""Milliseconds by which clocks may have been set back: the log's ids rise with time but for that."""

log = logging.getLogger("causerie.search")

# `mark` tells the log's row at `position`: when another is there, or none, the log is another one.
_SCHEMA = f"""
BEGIN;
CREATE VIRTUAL TABLE words USING fts5(text, facet, columnsize = 0, tokenize = "{TOKENIZER}");
CREATE TABLE state (position INTEGER NOT NULL, mark TEXT NOT NULL);
INSERT INTO state VALUES (0, '');
PRAGMA user_version = {VERSION};
COMMIT;
"""
_MARK = "(SELECT channel || '/' || number || '/' || at FROM chat.log WHERE id = position)"
_NEWEST = "(SELECT coalesce(max(id), 0) FROM chat.log)"
_STATE = f"SELECT position, position = 0 OR mark IS {_MARK}, {_NEWEST} FROM state"
_TOP = (
    "SELECT max(id) FROM (SELECT id, sum(length(text)) OVER (ORDER BY id) - length(text) AS before"
    " FROM (SELECT id, text FROM chat.log WHERE id > ? ORDER BY id LIMIT ?)) WHERE before < ?"
)
_TAKE = (
    "SELECT json_group_array(json_array(id, text, author, channel)) FROM ("
    "SELECT id, text, author, channel FROM chat.log"
    " WHERE id > ? AND id <= ? AND kind = 'message' AND text != '' ORDER BY id)"
)
_CHANGED = (
    "WITH about (channel, number) AS ("
    "SELECT channel, target FROM chat.log WHERE id > :above AND id <= :top AND kind = 'edited'"
    " UNION SELECT log.channel, targets.value FROM chat.log AS log, json_each(log.data, '$.targets') AS targets"
    " WHERE log.id > :above AND log.id <= :top AND log.kind = 'deleted')"
    " SELECT json_group_array(id) FROM (SELECT placed.id FROM about CROSS JOIN chat.places AS places"
    " ON places.channel = about.channel AND places.number = (SELECT max(number) FROM chat.places AS before"
    " WHERE before.channel = about.channel AND before.number <= about.number) CROSS JOIN chat.log AS placed"
    " ON placed.id = places.id + about.number - places.number AND placed.channel = about.channel"
    " AND placed.number = about.number WHERE placed.id <= :above"
    " UNION SELECT log.id FROM chat.log AS log CROSS JOIN about"
    " ON about.channel = log.channel AND about.number = log.number"
    " WHERE log.id > (SELECT upto FROM chat.placed) AND log.id <= :above)"
)
_AGAIN = (
    "SELECT json_group_array(json_array(id, text, author, channel)) FROM ("
    "SELECT id, text, author, channel FROM chat.log"
    " WHERE id IN (SELECT value FROM json_each(?)) AND kind = 'message' AND text != '')"
)
_REMOVE = "DELETE FROM words WHERE rowid IN (SELECT value FROM json_each(?))"
_ADD = "INSERT INTO words (rowid, text, facet) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)"
_BY_WORDS = (
    "SELECT rowid AS id FROM words WHERE words MATCH :match AND rowid < :below AND rowid >= :least"
    " ORDER BY rowid DESC LIMIT :candidates"
)
_BY_ID = "SELECT id FROM chat.log WHERE id < :below AND id >= :least ORDER BY id DESC LIMIT :candidates"
_FIND = (
    "SELECT json_group_array(json_array(id, channel, number, at, author, name, guest, text, key, data, said, target,"
    " thread, nth)) FROM (SELECT log.id, log.channel, log.number, log.at, log.author, people.name, people.guest,"
    " log.text, log.key, log.data, log.said, log.target, log.thread, log.nth"
    " FROM ({}) AS found CROSS JOIN chat.log AS log ON log.id = found.id"
    " CROSS JOIN chat.people AS people ON people.id = log.author"
    " WHERE log.kind = 'message' AND log.text != '' AND log.at >= :since AND log.at < :until"
    " AND log.channel IN (SELECT value FROM json_each(:channels)) LIMIT :limit)"
)
# The first id whose time is not before :at; halves the log some twenty times, in one statement.
_EARLY = "(SELECT at FROM chat.log WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < :at"
_ID_AT = f"""
WITH RECURSIVE half (low, high) AS (
    SELECT 0, {_NEWEST} + 1
    UNION ALL
    SELECT iif({_EARLY}, (low + high) / 2, low), iif({_EARLY}, high, (low + high) / 2)
    FROM half WHERE high - low > 1
)
SELECT high FROM half ORDER BY high - low LIMIT 1
"""

_Row = tuple[int, int, int, int, int, str, int, str, str | None, str | None, int, int, int, int]
_rows_taken = msgspec.json.Decoder(list[tuple[int, str, int, int]])
_rows_found = msgspec.json.Decoder(list[_Row])


class IndexFile:
    """The file. `find` and `behind` are for the searching thread, everything else for the indexing one. `candidates`:
    see the constant."""

    def __init__(
        self, path: Path, main: Path, clock: Callable[[], float] = time.monotonic, candidates: int = CANDIDATES
    ) -> None:
        self._path = path
        self._main = main
        self._clock = clock
        self._candidates = candidates
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        # Held for a search, and while the file is replaced: no connection may be left to a deleted file.
        self._replacing = Lock()

    @property
    def ready(self) -> bool:
        """Whether `open` was done and the searching thread may come."""
        return self._writer is not None

    def open(self) -> None:
        """Open the file; make it anew if it is missing, no good, of another version. Raises sqlite3.Error."""
        self._on_sound_file(lambda writer: None)

    def advance(self) -> int:
        """Index the next `CHUNK` rows of the log; how many ids are left. Raises sqlite3.Error."""
        return self._on_sound_file(self._chunk)

    def catch_up(self) -> None:
        """Index what was logged until now, if not much more than `CATCH_UP` rows. Raises sqlite3.Error."""
        for _ in range(CATCH_UP // CHUNK + CATCH_UP_MORE):
            if not self.advance():
                return

    def forget(self, ids: Sequence[int]) -> None:
        """Take rows out of the index. Raises sqlite3.Error."""
        self._on_sound_file(lambda writer: writer.execute(_REMOVE, (_json(list(ids)),)))

    def wipe(self) -> bool:
        """Bring the index up to date and empty its write-ahead log; whether both were done. Raises sqlite3.Error."""
        if self._writer is None:
            return True
        self.catch_up()
        with self._replacing:
            (busy, _frames, _copied) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def start_anew(self) -> None:
        """Delete the file and begin an empty one. Raises sqlite3.Error."""
        with self._replacing:
            self._close()
            try:
                for suffix in ("", "-wal", "-shm", "-journal"):
                    Path(f"{self._path}{suffix}").unlink(missing_ok=True)
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            except OSError as error:
                raise sqlite3.OperationalError(f"{self._path}: {error.strerror}") from None
            writer = self._connect()
            try:
                writer.executescript(_SCHEMA)
            except sqlite3.Error:
                writer.close()
                raise
            self._writer = writer

    def behind(self) -> int:
        """How many of the log's newest ids are not indexed."""
        with self._replacing:
            position, same, newest = self._reading().execute(_STATE).fetchone()
            return int(newest - position if same else newest)

    def find(self, query: Query) -> tuple[list[_Row], bool]:
        """The rows that match, newest first, and whether older ones may too. Raises SearchTimedOut, sqlite3.Error."""
        timed = bool(query.since or query.until)
        if not (query.author or timed or phrases(query.text)):
            return [], False
        few = sorted(query.channels) if len(query.channels) <= FACET_CHANNELS else ()
        match = match_expression(query.text, query.author, few)
        with self._replacing, self._in_time() as reader:
            run = reader.execute
            below, least = query.before or 2**62, 0
            if query.until:
                below = min(below, run(_ID_AT, {"at": query.until + TIME_SLACK}).fetchone()[0])
            if query.since:
                least = run(_ID_AT, {"at": query.since - TIME_SLACK}).fetchone()[0]
            about: dict[str, int | str] = {"below": below, "least": least, "candidates": self._candidates}
            if match:
                about["match"] = match
            candidates = _BY_WORDS if match else _BY_ID
            (found,) = run(
                _FIND.format(candidates),
                about
                | {
                    "since": query.since,
                    "until": query.until or 2**62,
                    "channels": _json(list(query.channels)),
                    "limit": query.limit + 1,
                },
            ).fetchone()
            rows = _rows_found.decode(found)
            if len(rows) > query.limit:
                return rows[: query.limit], True
            (seen,) = run(f"SELECT count(*) FROM ({candidates})", about).fetchone()
            return rows, seen == self._candidates

    @contextlib.contextmanager
    def _in_time(self) -> Iterator[sqlite3.Connection]:
        """The searching thread's connection, for so long as a search may take."""
        reader, until = self._reading(), self._clock() + SECONDS_MOST
        reader.set_progress_handler(lambda: self._clock() > until, STEPS)
        try:
            yield reader
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise SearchTimedOut from None
        finally:
            reader.set_progress_handler(None, 0)

    def close(self) -> None:
        """Let go of the file."""
        with self._replacing:
            self._close()

    def _close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()
        self._reader = self._writer = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=5,
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last rows, and their position with them.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -16000")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("ATTACH ? AS chat", (f"{self._main.absolute().as_uri()}?mode=ro",))
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _reading(self) -> sqlite3.Connection:
        if self._writer is None:
            raise sqlite3.OperationalError(f"{self._path}: not open")
        if self._reader is None:
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only = ON")
        return self._reader

    def _on_sound_file(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._writing())
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
            log.warning("the search index is damaged (%s) and is made anew: %s", error, self._path)
        self.start_anew()
        return work(self._writing())

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None and self._path.exists():
            writer = self._connect()
            try:
                usable = writer.execute("PRAGMA user_version").fetchone()[0] == VERSION
            except sqlite3.Error:
                writer.close()
                raise
            if usable:
                self._writer = writer
                return writer
            writer.close()
        if self._writer is None:
            self.start_anew()
        assert self._writer is not None
        return self._writer

    def _chunk(self, writer: sqlite3.Connection) -> int:
        position, same, _ = writer.execute(_STATE).fetchone()
        if not same:
            log.warning("the log is not the one that was indexed: the search index is made anew: %s", self._path)
            self.start_anew()
            writer, position = self._writing(), 0
        writer.execute("BEGIN")
        try:
            (top,) = writer.execute(_TOP, (position, CHUNK, CHUNK_TEXT)).fetchone()
            if top is not None:
                _add(writer, _TAKE, position, top)
                (changed,) = writer.execute(_CHANGED, {"above": position, "top": top}).fetchone()
                if changed != "[]":
                    # Messages indexed before that were edited or deleted since.
                    writer.execute(_REMOVE, (changed,))
                    _add(writer, _AGAIN, changed)
                writer.execute("UPDATE state SET position = ?", (top,))
                writer.execute(f"UPDATE state SET mark = {_MARK}")
            (newest,) = writer.execute(f"SELECT {_NEWEST}").fetchone()
            writer.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                writer.execute("ROLLBACK")
            raise
        return int(newest - (position if top is None else top))


def _add(writer: sqlite3.Connection, take: str, *about: object) -> None:
    taken = _rows_taken.decode(writer.execute(take, about).fetchone()[0])
    rows = [(i, prepare(text), facets(author, channel)) for i, text, author, channel in taken]
    writer.execute(_ADD, (_json(rows),))


def is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is damaged, or no database at all, rather than busy or out of space."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
