"""The store in one SQLite file: write-ahead log, synced at every commit.

Three threads touch it. The event loop's puts a unit of work's rows into the open transaction, which is memory work; the
committer's only runs COMMIT, which waits for the disk without holding Python up; the readers' have connections of
their own and see each commit from the moment it returned. Search has its own file and threads: search.py.

WAL with synchronous=FULL syncs the log at every commit (sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any, TypeVar

import msgspec

from causerie.chat.events import LoggedEvent, Message
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Role, Standing, Subscription
from causerie.server.ports.changes import (
    AddressBan,
    Append,
    Change,
    Complaint,
    Erase,
    PutMetadata,
    PutNetwork,
    Stored,
    Token,
)
from causerie.server.ports.records import (
    Act,
    Count,
    Credentials,
    DraftState,
    Forgotten,
    Hits,
    Loaded,
    Past,
    Query,
    ReadState,
    ThreadState,
)
from causerie.server.ports.store import StoreFailed
from causerie.stores.sqlite import log_index, read, retention, rows, times
from causerie.stores.sqlite.acknowledged import Acknowledged, known, lost
from causerie.stores.sqlite.committer import Committer
from causerie.stores.sqlite.copy import check_file, copy_to
from causerie.stores.sqlite.schema import bring_up_to_date
from causerie.stores.sqlite.search import SearchIndex
from causerie.stores.sqlite.search_file import IndexFile
from causerie.stores.sqlite.wiping import Wiping, checkpoint

T = TypeVar("T")

CHECKPOINT_PAGES = 4000
"""16 MiB of write-ahead log before it is folded back into the file."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection as this store wants it. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    # What was deleted is written over with zeros: a backup copies pages with all that is in them.
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _there(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


_HASH_FIGURES = (
    "SELECT substr(password, 16, instr(substr(password, 16), '$') - 1), count(*) FROM people"
    " WHERE password LIKE '$argon2id$v=19$_%' GROUP BY 1"
)
"""What stands between the third and the fourth `$` of a hash."""


class SqliteStore:
    """See the module. `directory` holds causerie.db and its index; `quiet` seconds without talk start the indexing.
    `tail`, `run`: see the constants of log_index.py. `units`: how many units of work it has committed; the last one's
    id."""

    def __init__(
        self,
        directory: Path,
        readers: int = 2,
        quiet: float = 1.0,
        tail: int = log_index.TAIL,
        run: int = log_index.RUN_MOST,
    ) -> None:
        self.path = directory / "causerie.db"
        self._quiet = quiet
        if not _there(self.path) and (count := known(directory)):
            raise StoreFailed(lost(self.path, count))
        try:
            # 0600 from the first byte on: it holds what people said and their passwords' hashes.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            bring_up_to_date(self.path)
            self._writer = connect(self.path)
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(f"{self.path}: {error}") from None
        self._acknowledged = Acknowledged(directory)
        self._committed = 0
        self.units = 0
        self._committer = Committer()
        self._readers = ThreadPoolExecutor(readers, "read")
        self._local = local()
        self._connections: list[sqlite3.Connection] = []
        self._counts: rows.Counts = {}
        self._tail = log_index.Tail(self._writer)
        self._tail_most = tail
        self._run_most = run
        # A commit waiting behind another writer in the same thread would keep that one from its lock.
        self._one_writes = asyncio.Lock()
        self._index = SearchIndex(IndexFile(directory / "search.db", self.path), quiet)
        self._wiping = Wiping(self._wipe)

    async def load(self) -> Loaded:
        """See the port. Done at once: nothing else runs yet."""
        try:
            loaded = self._load()
        except sqlite3.Error as error:
            raise StoreFailed(f"{self.path}: {error}") from None
        self._committed = sum(number for number, _ in self._counts.values())
        if (missing := self._acknowledged.read() - self._committed) > 0:
            raise StoreFailed(lost(self.path, missing))
        return loaded

    def _load(self) -> Loaded:
        run = self._writer.execute
        people = [
            Person(id=i, name=name, admin=bool(admin), disabled=bool(disabled), made_at=made_at)
            for i, name, admin, disabled, made_at in run(
                "SELECT id, name, admin, disabled, made_at FROM people WHERE guest = 0"
            )
        ]
        fields = Channel.__struct_fields__
        channels = [
            # What is true or false is a number in SQLite, which only a lax conversion takes.
            msgspec.convert(dict(zip(fields, row, strict=True)), Channel, strict=False)
            for row in run(f"SELECT {', '.join(fields)} FROM channels")
        ]
        self._counts = log_index.last_numbers(self._writer)
        standings = [
            (channel, person, Standing(Role(role), muted_until, bool(voiced), bool(admits)))
            for channel, person, role, muted_until, voiced, admits in run(
                "SELECT channel, person, role, muted_until, voiced, admits FROM standings"
            )
        ]
        invites = [
            Invite(i, token_hash, made_by, made_at, uses_left, until, bool(admin), note, made_as)
            for i, token_hash, made_by, made_at, uses_left, until, admin, note, made_as in run(
                "SELECT id, token_hash, made_by, made_at, uses_left, until, admin, note, made_as FROM invites"
            )
        ]
        return Loaded(
            people,
            channels,
            standings,
            invites,
            times=times.last_times(self._writer, list(self._counts)),
            numbers={channel: number for channel, (number, _) in self._counts.items()},
            said={channel: said for channel, (_, said) in self._counts.items()},
            pins=run("SELECT channel, number FROM pins ORDER BY channel, at, number").fetchall(),
            preferences={
                person: msgspec.json.decode(data, type=Preferences)
                for person, data in run("SELECT person, data FROM preferences")
            },
            seen=dict(run("SELECT person, at FROM seen").fetchall()),
            address_bans=[AddressBan(*row) for row in run("SELECT * FROM address_bans")],
            former_names=list(run("SELECT name, channel FROM former_names")),
            metadata=[
                PutMetadata(*row)
                for row in run("SELECT channel, person, key, value FROM metadata ORDER BY channel, person, key")
            ],
            masks=[Mask(*row) for row in run("SELECT channel, list, mask, made_by, at FROM masks ORDER BY at, mask")],
            subscriptions=[
                Subscription(*row)
                for row in run(
                    "SELECT person, endpoint, p256dh, auth, form, made_at FROM subscriptions ORDER BY person"
                )
            ],
            networks=[PutNetwork(*row) for row in run("SELECT person, network, at FROM networks ORDER BY at")],
            decoy=run("SELECT value FROM secrets WHERE name = 'decoy'").fetchone()[0],
            scram_passes=dict(
                run("SELECT CAST(scram AS INTEGER), count(*) FROM people WHERE scram != '' GROUP BY 1").fetchall()
            ),
            hash_figures=dict(run(_HASH_FIGURES).fetchall()),
        )

    async def commit(self, changes: Sequence[Change]) -> dict[Append, Stored]:
        """See the port."""
        async with self._one_writes:
            results, told = await self._commit(changes)
        self.units += 1
        if told:
            self._index.more(told)
        if Erase in map(type, changes):
            self._wiping.soon()
        return results

    async def outcome(self, unit: int) -> bool:
        """See the port. A COMMIT of SQLite is a call that ends one way or the other: none ends with StoreUnknown."""
        return unit == self.units

    async def _commit(self, changes: Sequence[Change]) -> tuple[dict[Append, Stored], int]:
        writer = self._writer
        touched: rows.Counts = {}
        try:
            writer.execute("BEGIN IMMEDIATE")
            results, runs = rows.write(writer, changes, self._counts, touched, self._run_most)
            told = sum([run[3] for run in runs])
            full = self._tail.rows + told > self._tail_most
            if full:
                await self._committer.run(self._tail.fold, writer, runs)
            committed = self._committed + sum([self._counts[channel][0] - was[0] for channel, was in touched.items()])
            await self._committer.run(self._end, committed)
        except (
            Exception
        ) as error:  # a value that SQLite cannot hold is no sqlite3.Error, and undoes the commit all the same
            with contextlib.suppress(sqlite3.Error):
                writer.execute("ROLLBACK")
            self._counts.update(touched)
            self._tail.read(writer)
            raise StoreFailed(f"{self.path}: {error}") from None
        self._committed = committed
        self._tail.committed(runs, told, full)
        return results, told

    def _end(self, committed: int) -> None:
        self._writer.execute("COMMIT")
        if committed != self._committed:
            self._acknowledged.write(committed)

    async def page(
        self, channel: Channel, above: int, below: int, limit: int, newest: bool, asker: int = 0, talk: bool = False
    ) -> list[LoggedEvent]:
        """See the port."""
        return await self._read(read.page, channel, above, below, limit, newest, asker, talk)

    async def messages(self, channel: Channel, numbers: Sequence[int], asker: int = 0) -> list[Message]:
        """See the port."""
        return await self._read(read.messages, channel, numbers, asker)

    async def thread(
        self, channel: Channel, thread: int, above: int, below: int, limit: int, newest: bool, asker: int = 0
    ) -> list[Message]:
        """See the port."""
        return await self._read(read.thread, channel, thread, above, below, limit, newest, asker)

    async def by_author(self, channel: int, author: int, least: int, limit: int) -> list[int]:
        """See the port."""
        return await self._read(read.by_author, channel, author, least, limit)

    async def reactors(self, channel: int, number: int) -> list[tuple[str, Person]]:
        """See the port."""
        return await self._read(read.reactors, channel, number)

    async def versions(self, channel: int, number: int) -> list[Past]:
        """See the port."""
        return await self._read(read.versions, channel, number)

    async def read_states(self, person: int, asked: Sequence[tuple[int, int, int]]) -> list[ReadState]:
        """See the port."""
        return await self._read(read.read_states, person, asked)

    async def said_at(self, channel: int, number: int, thread: int = 0) -> tuple[int, int]:
        """See the port."""
        return await self._read(read.said_at, channel, number, thread)

    async def number_at(self, channel: int, at: int) -> int:
        """See the port."""
        return await self._read(times.number_at, channel, at)

    async def time_of(self, channel: int, number: int) -> int:
        """See the port."""
        return await self._read(times.time_of, channel, number)

    async def last_said(self, channels: Sequence[int]) -> list[tuple[int, int, int]]:
        """See the port."""
        return await self._read(times.last_said, channels)

    async def threads(self, person: int, channels: Sequence[int]) -> list[ThreadState]:
        """See the port."""
        return await self._read(read.threads, person, channels)

    async def follows(self, person: int, channel: int, thread: int) -> bool:
        """See the port."""
        return await self._read(read.follows, person, channel, thread)

    async def follow_count(self, person: int, channels: Sequence[int]) -> int:
        """See the port."""
        return await self._read(read.follow_count, person, channels)

    async def drafts(self, person: int) -> list[DraftState]:
        """See the port."""
        return await self._read(read.drafts, person)

    async def reports(self, channels: Sequence[int]) -> list[Complaint]:
        """See the port."""
        return await self._read(read.reports, channels)

    async def audit(self, before: int, limit: int) -> list[Act]:
        """See the port."""
        return await self._read(read.audit, before, limit)

    async def search(self, query: Query) -> Hits:
        """See the port."""
        names = {number: name for number, name in await self._all("SELECT id, name FROM channels")}
        try:
            return await self._index.search(query, names)
        except sqlite3.Error as error:
            raise StoreFailed(f"search: {error}") from None

    async def credentials(self, skeleton: str) -> Credentials | None:
        """See the port."""
        rows = await self._all("SELECT id, password, scram FROM people WHERE skeleton = ? AND guest = 0", skeleton)
        return Credentials(rows[0][0], rows[0][1] or "", rows[0][2]) if rows else None

    async def token(self, hash: bytes) -> Token | None:
        """See the port."""
        rows = await self._all("SELECT id, hash, person, device, made_at, used_at FROM tokens WHERE hash = ?", hash)
        return Token(*rows[0]) if rows else None

    async def tokens(self, person: int) -> list[Token]:
        """See the port."""
        return [
            Token(*row)
            for row in await self._all(
                "SELECT id, hash, person, device, made_at, used_at FROM tokens WHERE person = ? ORDER BY made_at, id",
                person,
            )
        ]

    async def guest(self, person: int) -> Person | None:
        """See the port."""
        rows = await self._all("SELECT id, name, made_at FROM people WHERE id = ? AND guest = 1", person)
        return Person(id=rows[0][0], name=rows[0][1], guest=True, made_at=rows[0][2]) if rows else None

    async def author(self, name: str) -> int:
        """See the port."""
        rows = await self._all("SELECT id FROM people WHERE name = ? ORDER BY made_at DESC LIMIT 1", name)
        return rows[0][0] if rows else 0

    async def forget_before(self, channel: int, at: int, limit: int) -> Forgotten:
        """See the port. It is a short transaction of its own, between two commits."""
        gone, mentioned = await self._between_commits(retention.forget_before, channel, at, limit)
        self._tail.read(self._writer)
        if gone:
            self._wiping.soon()
            await self._index.forget(gone)
        return Forgotten(len(gone), mentioned)

    async def check(self) -> Count:
        """See the port."""
        return await self._aside(check_file, self.path)

    async def backup(self, target: Path) -> Count:
        """Write a copy of this moment to a new file, open it, count it, check it. Raises StoreFailed."""
        return await self._aside(copy_to, self.path, target)

    async def close(self) -> None:
        """See the port."""
        await self._wiping.close()
        await self._index.close()
        self._committer.close()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        with contextlib.suppress(sqlite3.Error):
            self._writer.close()
        self._acknowledged.close()

    async def _wipe(self) -> bool:
        """Leave nothing of what was deleted in the write-ahead logs; whether that was done."""
        try:
            # Most of it while commits go on; only the rest keeps them waiting.
            await asyncio.to_thread(checkpoint, self.path, "PASSIVE")
            return await self._between_commits(checkpoint, "TRUNCATE") and await self._index.wipe()
        except (sqlite3.Error, StoreFailed):
            return False

    async def _between_commits(self, work: Callable[..., T], *about: Any) -> T:
        try:
            async with self._one_writes:
                done: T = await self._committer.run(work, self.path, *about)
                return done
        except sqlite3.Error as error:
            raise StoreFailed(f"{self.path}: {error}") from None

    async def _aside(self, work: Callable[..., Count], *about: Any) -> Count:
        try:
            return await asyncio.to_thread(work, *about)
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(str(error)) from None

    async def _all(self, sql: str, *values: Any) -> list[Any]:
        return await self._read(lambda connection: connection.execute(sql, values).fetchall())

    async def _read(self, work: Callable[..., T], *about: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, self._in_reader, work, about)
        except sqlite3.Error as error:
            raise StoreFailed(f"{self.path}: {error}") from None

    def _in_reader(self, work: Callable[..., T], about: tuple[Any, ...]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path)
            connection.execute("PRAGMA query_only = ON")
            self._connections.append(connection)
        # All of a read is one moment: no commit comes in between.
        connection.execute("BEGIN")
        try:
            return work(connection, *about)
        finally:
            connection.execute("COMMIT")
