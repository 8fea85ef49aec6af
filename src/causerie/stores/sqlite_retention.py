"""Retention: old events go, in a short transaction of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from causerie.stores.sqlite_places import fold

_ABOUT = ("versions", "reactions", "mentions", "pins")
"""What is kept about a message goes with it."""


def forget_before(path: Path, channel: int, at: int, limit: int) -> list[int]:
    """Drop old events of a channel, and note the last number given; the ids of those that went."""
    writer = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        writer.execute("PRAGMA synchronous = FULL")
        writer.execute("PRAGMA secure_delete = ON")
        writer.execute("BEGIN IMMEDIATE")
        fold(writer)
        last = writer.execute(
            "SELECT log.number, log.said FROM places JOIN log ON log.id = places.id"
            " WHERE places.channel = ? ORDER BY places.number DESC LIMIT 1",
            (channel,),
        ).fetchone() or (0, 0)
        writer.execute(
            "UPDATE channels SET number = max(number, ?), said = max(said, ?) WHERE id = ?", (*last, channel)
        )
        gone = writer.execute(
            "SELECT log.id, log.number FROM places CROSS JOIN log ON log.id = places.id"
            " WHERE places.channel = ? AND log.at < ? ORDER BY places.number LIMIT ?",
            (channel, at, limit),
        ).fetchall()
        numbers = msgspec.json.encode([number for _, number in gone]).decode()
        writer.executemany("DELETE FROM log WHERE id = ?", [(i,) for i, _ in gone])
        for table in ("places", *_ABOUT):
            writer.execute(
                f"DELETE FROM {table} WHERE channel = ? AND number IN (SELECT value FROM json_each(?))",
                (channel, numbers),
            )
        # Ids that are free again must not pass for rows that are in `places`.
        writer.execute("UPDATE placed SET upto = coalesce((SELECT max(id) FROM log), 0)")
        writer.execute("COMMIT")
        return [i for i, _ in gone]
    finally:
        writer.close()
