"""What is read of the log by time: as in read.py, each function is one moment, on a reader's connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from causerie.stores.sqlite.log_index import IDS, PLACED, RUN_MOST, UPTO

_FIRST = (
    f"SELECT log.number, log.at FROM {PLACED} WHERE places.channel = :channel AND places.number > :number - {RUN_MOST}"
    " AND log.number >= :number ORDER BY places.number, log.id LIMIT 1"
)
_LAST_SAID = (
    f"SELECT number, at FROM (SELECT * FROM (SELECT log.number AS number, log.at AS at FROM {PLACED}"
    " WHERE places.channel = :channel AND log.kind = 'message' AND log.text != ''"
    " ORDER BY places.number DESC, log.id DESC LIMIT 1)"
    f" UNION ALL SELECT number, at FROM log WHERE id > {UPTO} AND channel = :channel AND kind = 'message'"
    " AND text != '') ORDER BY number DESC LIMIT 1"
)


_LAST_TIME = (
    f"SELECT log.at FROM ({IDS.format(order='DESC')}) AS found JOIN log ON log.id = found.id"
    " ORDER BY found.number DESC LIMIT 1"
)


def number_at(connection: sqlite3.Connection, channel: int, at: int) -> int:
    """See Store.number_at."""
    tail = connection.execute(
        f"SELECT number, at FROM log WHERE id > {UPTO} AND channel = ? ORDER BY number", (channel,)
    ).fetchall()
    if tail and tail[0][1] <= at:
        return int(max(number for number, time in tail if time <= at))
    low, high = connection.execute(
        "SELECT coalesce(min(number), 0), coalesce(max(number + events - 1), -1) FROM places WHERE channel = ?",
        (channel,),
    ).fetchone()
    found = 0
    while low <= high:
        middle = (low + high) // 2
        # What is no longer kept leaves holes among the numbers: the next one that is there is looked at.
        first = connection.execute(_FIRST, {"channel": channel, "number": middle}).fetchone()
        if first is not None and first[1] <= at:
            found, low = first[0], first[0] + 1
        else:
            high = middle - 1
    return int(found)


def time_of(connection: sqlite3.Connection, channel: int, number: int) -> int:
    """See Store.time_of."""
    row = connection.execute(
        _LAST_TIME,
        {"channel": channel, "above": 0, "below": number + 1, "limit": 1},
    ).fetchone()
    return int(row[0]) if row else 0


def last_times(connection: sqlite3.Connection, channels: Sequence[int]) -> dict[int, int]:
    """The time of each channel's last event, of those that have one kept."""
    about = {"above": 0, "below": 2**62, "limit": 1}
    found = {}
    for channel in channels:
        row = connection.execute(_LAST_TIME, {**about, "channel": channel}).fetchone()
        if row:
            found[channel] = int(row[0])
    return found


def last_said(connection: sqlite3.Connection, channels: Sequence[int]) -> list[tuple[int, int, int]]:
    """See Store.last_said."""
    rows = ((channel, connection.execute(_LAST_SAID, {"channel": channel}).fetchone()) for channel in channels)
    return [(channel, *row) for channel, row in rows if row]
