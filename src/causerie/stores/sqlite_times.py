"""What is read of the log by time. Functions as in `sqlite_read`: each is one moment, on a reader's connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from causerie.stores.sqlite_places import IDS, UPTO

_PLACED = "SELECT number, id FROM places WHERE channel = ? AND number >= ? ORDER BY number LIMIT 1"
_LAST_SAID = (
    "SELECT number, at FROM (SELECT * FROM (SELECT log.number AS number, log.at AS at FROM places"
    " CROSS JOIN log ON log.id = places.id WHERE places.channel = ?1 AND log.kind = 'message' AND log.text != ''"
    f" ORDER BY places.number DESC LIMIT 1) UNION ALL SELECT number, at FROM log WHERE id > {UPTO} AND channel = ?1"
    " AND kind = 'message' AND text != '') ORDER BY number DESC LIMIT 1"
)


def number_at(connection: sqlite3.Connection, channel: int, at: int) -> int:
    """See Store.number_at."""
    tail = connection.execute(
        f"SELECT number, at FROM log WHERE id > {UPTO} AND channel = ? ORDER BY number", (channel,)
    ).fetchall()
    if tail and tail[0][1] <= at:
        return int(max(number for number, time in tail if time <= at))
    low, high = connection.execute(
        "SELECT coalesce(min(number), 0), coalesce(max(number), -1) FROM places WHERE channel = ?", (channel,)
    ).fetchone()
    found = 0
    while low <= high:
        middle = (low + high) // 2
        # What is no longer kept leaves holes among the numbers: the next one that is there is looked at.
        number, row = connection.execute(_PLACED, (channel, middle)).fetchone()
        (time,) = connection.execute("SELECT at FROM log WHERE id = ?", (row,)).fetchone()
        if time <= at:
            found, low = number, number + 1
        else:
            high = middle - 1
    return int(found)


def time_of(connection: sqlite3.Connection, channel: int, number: int) -> int:
    """See Store.time_of."""
    row = connection.execute(
        f"SELECT log.at FROM ({IDS.format(order='DESC')}) AS found JOIN log ON log.id = found.id"
        " ORDER BY found.number DESC LIMIT 1",
        {"channel": channel, "above": 0, "below": number + 1, "limit": 1},
    ).fetchone()
    return int(row[0]) if row else 0


def last_said(connection: sqlite3.Connection, channels: Sequence[int]) -> list[tuple[int, int, int]]:
    """See Store.last_said."""
    rows = ((channel, connection.execute(_LAST_SAID, (channel,)).fetchone()) for channel in channels)
    return [(channel, *row) for channel, row in rows if row]
