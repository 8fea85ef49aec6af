"""Retention: old events go, in a short transaction of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from causerie.stores.sqlite.log_index import ALL_PLACED, PLACED, RUN_MOST, Tail

_ABOUT = ("versions", "reactions", "mentions", "pins")
"""What is kept about a message goes with it."""


def forget_before(path: Path, channel: int, at: int, limit: int) -> tuple[list[int], frozenset[int]]:
    """Drop old events of a channel, and note the last number given; the ids of those that went, and of the people whom
    they mentioned."""
    writer = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        writer.execute("PRAGMA synchronous = FULL")
        writer.execute("PRAGMA secure_delete = ON")
        writer.execute("BEGIN IMMEDIATE")
        Tail(writer).fold(writer)
        last = writer.execute(
            f"SELECT log.number, log.said FROM {PLACED} WHERE places.channel = ?"
            " ORDER BY places.number DESC, log.id DESC LIMIT 1",
            (channel,),
        ).fetchone() or (0, 0)
        writer.execute(
            "UPDATE channels SET number = max(number, ?), said = max(said, ?) WHERE id = ?", (*last, channel)
        )
        gone = writer.execute(
            f"SELECT log.id, log.number FROM {PLACED}"
            " WHERE places.channel = ? AND log.at < ? ORDER BY places.number, log.id LIMIT ?",
            (channel, at, limit),
        ).fetchall()
        numbers = msgspec.json.encode([number for _, number in gone]).decode()
        mentioned = writer.execute(
            "SELECT DISTINCT person FROM mentions WHERE channel = ? AND number IN (SELECT value FROM json_each(?))",
            (channel, numbers),
        ).fetchall()
        writer.executemany("DELETE FROM log WHERE id = ?", [(i,) for i, _ in gone])
        if gone:
            # Runs of which nothing is left.
            writer.execute(
                "DELETE FROM places WHERE channel = ? AND number > ? AND number <= ? AND NOT EXISTS (SELECT 1 FROM log"
                " WHERE log.id >= places.id AND log.id < places.id + places.events AND log.channel = places.channel"
                " AND log.number - log.id = places.number - places.id)",
                (channel, gone[0][1] - RUN_MOST, gone[-1][1]),
            )
        for table in _ABOUT:
            writer.execute(
                f"DELETE FROM {table} WHERE channel = ? AND number IN (SELECT value FROM json_each(?))",
                (channel, numbers),
            )
        # Ids that are free again must not pass for rows that are in `places`.
        writer.execute(ALL_PLACED)
        writer.execute("COMMIT")
        return [i for i, _ in gone], frozenset(person for (person,) in mentioned)
    finally:
        writer.close()
