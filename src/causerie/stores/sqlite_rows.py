"""A tick's changes as rows: numbers given, repeated keys found, everything inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from causerie.chat.model import Channel
from causerie.server.store import (
    Append,
    Audit,
    Change,
    DropStaleTokens,
    DropTokens,
    PutChannel,
    PutInvite,
    PutPerson,
    PutStanding,
    PutToken,
)

_APPEND = "INSERT INTO log (channel, number, at, kind, author, text, key, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_SAY = "INSERT INTO log (channel, number, at, kind, author, text) VALUES (?, ?, ?, 'message', ?, ?)"
_KEY = "SELECT channel, number, at FROM log WHERE author = ? AND key = ?"


def write(
    writer: sqlite3.Connection, changes: Sequence[Change], numbers: dict[int, int], touched: dict[int, int]
) -> int:
    """Write all changes in their order; how many events it logged.

    Gives each Append its number, counting `numbers` up (channel id: last number) and noting in `touched` where each
    channel stood before, for the caller to put back if the commit fails. Raises sqlite3.Error.
    """
    logged = 0
    rows: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []  # the many that need the fewest columns, in runs, so that ids keep the order
    keys: dict[tuple[int, str], Append] = {}
    unkept: dict[int, int] = {}
    for change in changes:
        if type(change) is not Append:
            _PUT[type(change)](writer, change)
            continue
        author = change.author.id
        key = change.key or None
        if key is not None and _said_before(writer, change, author, key, keys):
            continue
        channel = change.channel.id
        last = numbers.get(channel, 0)
        if channel not in touched:
            touched[channel] = last
        change.number = numbers[channel] = last + 1
        if change.channel.history or change.kind != "message":
            if key is None and change.kind == "message":
                if rows:
                    writer.executemany(_APPEND, rows)
                    logged += len(rows)
                    rows = []
                said.append((channel, last + 1, change.at, author, change.text))
            else:
                if said:
                    writer.executemany(_SAY, said)
                    logged += len(said)
                    said = []
                rows.append((channel, last + 1, change.at, change.kind, author, change.text, key, change.data or None))
        else:
            unkept[channel] = last + 1
    for statement, left in ((_APPEND, rows), (_SAY, said)):
        if left:
            writer.executemany(statement, left)
            logged += len(left)
    if unkept:
        writer.executemany("UPDATE channels SET number = ? WHERE id = ?", [(last, i) for i, last in unkept.items()])
    return logged


def _said_before(
    writer: sqlite3.Connection, change: Append, author: int, key: str, keys: dict[tuple[int, str], Append]
) -> bool:
    first = keys.get((author, key))
    if first is not None:
        change.number, change.at, change.channel, change.again = first.number, first.at, first.channel, True
        return True
    row = writer.execute(_KEY, (author, key)).fetchone()
    if row is not None:
        channel, change.number, change.at = row
        if channel != change.channel.id:
            name = writer.execute("SELECT name FROM channels WHERE id = ?", (channel,)).fetchone()
            change.channel = Channel(channel, name[0] if name else "")
        change.again = True
        return True
    keys[author, key] = change
    return False


def _person(writer: sqlite3.Connection, change: PutPerson) -> None:
    person = change.person
    writer.execute(
        "INSERT INTO people (id, name, skeleton, guest, admin, disabled, made_at, password)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " skeleton = excluded.skeleton, guest = excluded.guest, admin = excluded.admin, disabled = excluded.disabled,"
        " password = coalesce(excluded.password, password)",
        (
            person.id, person.name, change.skeleton, person.guest, person.admin, person.disabled, person.made_at,
            change.password,
        ),
    )  # fmt: skip


def _channel(writer: sqlite3.Connection, change: PutChannel) -> None:
    channel = change.channel
    writer.execute(
        "INSERT INTO channels (id, name, access, topic, history, read_only, retention_days, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " access = excluded.access, topic = excluded.topic, history = excluded.history, read_only = excluded.read_only,"
        " retention_days = excluded.retention_days",
        (
            channel.id, channel.name, channel.access, channel.topic, channel.history, channel.read_only,
            channel.retention_days, channel.made_at,
        ),
    )  # fmt: skip


def _standing(writer: sqlite3.Connection, change: PutStanding) -> None:
    if change.standing is None:
        writer.execute("DELETE FROM standings WHERE channel = ? AND person = ?", (change.channel, change.person))
        return
    writer.execute(
        "INSERT OR REPLACE INTO standings (channel, person, role, muted_until) VALUES (?, ?, ?, ?)",
        (change.channel, change.person, int(change.standing.role), change.standing.muted_until),
    )


def _invite(writer: sqlite3.Connection, change: PutInvite) -> None:
    invite = change.invite
    if not invite.uses_left:
        writer.execute("DELETE FROM invites WHERE id = ?", (invite.id,))
        return
    writer.execute(
        "INSERT OR REPLACE INTO invites (id, token_hash, made_by, made_at, uses_left, until, admin, note)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            invite.id, invite.token_hash, invite.made_by, invite.made_at, invite.uses_left, invite.until, invite.admin,
            invite.note,
        ),
    )  # fmt: skip


def _token(writer: sqlite3.Connection, change: PutToken) -> None:
    token = change.token
    writer.execute(
        "INSERT OR REPLACE INTO tokens (id, hash, person, device, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?)",
        (token.id, token.hash, token.person, token.device, token.made_at, token.used_at),
    )


def _drop_tokens(writer: sqlite3.Connection, change: DropTokens) -> None:
    if change.ids is None:
        writer.execute("DELETE FROM tokens WHERE person = ? AND id != ?", (change.person, change.but))
        return
    writer.executemany("DELETE FROM tokens WHERE person = ? AND id = ?", [(change.person, i) for i in change.ids])


def _drop_stale_tokens(writer: sqlite3.Connection, change: DropStaleTokens) -> None:
    writer.execute("DELETE FROM tokens WHERE used_at < ?", (change.before,))


def _audit(writer: sqlite3.Connection, change: Audit) -> None:
    writer.execute(
        "INSERT INTO audit (at, actor, act, data) VALUES (?, ?, ?, ?)",
        (change.at, change.actor, change.act, change.data),
    )


_PUT: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    PutPerson: _person,
    PutChannel: _channel,
    PutStanding: _standing,
    PutInvite: _invite,
    PutToken: _token,
    DropTokens: _drop_tokens,
    DropStaleTokens: _drop_stale_tokens,
    Audit: _audit,
}


def forget_before(path: Path, channel: int, at: int, limit: int) -> list[int]:
    """Drop old events in a transaction of its own, and note the last number given; the ids of those that went."""
    writer = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        writer.execute("PRAGMA synchronous = FULL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(
            "UPDATE channels SET number = max(number, coalesce((SELECT max(number) FROM log WHERE channel = ?1), 0))"
            " WHERE id = ?1",
            (channel,),
        )
        gone = writer.execute(
            "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE channel = ? AND at < ? ORDER BY number LIMIT ?)"
            " RETURNING id",
            (channel, at, limit),
        ).fetchall()
        writer.execute("COMMIT")
        return [row[0] for row in gone]
    finally:
        writer.close()
