"""Where a channel's events are in the log: in `places` for all but the newest, which are found by reading them.

An index entry written at once would cost a page of the file for every channel that a tick touched. Written some
thousand at a time, in their order, they cost a small part of that; until then a look-up reads the log's tail, which is
`TAIL` rows at most and a tick's worth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

TAIL = 4096
"""Rows of the log that are not in `places`, at most, when a commit begins."""

UPTO = "(SELECT upto FROM placed)"

IDS = (
    "SELECT id, number FROM (SELECT id, number FROM places WHERE channel = :channel AND number > :above"
    " AND number < :below ORDER BY number {order} LIMIT :limit)"
    f" UNION ALL SELECT id, number FROM log WHERE id > {UPTO} AND channel = :channel AND number > :above"
    " AND number < :below"
)
"""Ids of a channel's events between two numbers; :limit of those in `places`, and all of the tail."""


def tail(connection: sqlite3.Connection) -> int:
    """How many rows of the log are not in `places`."""
    (rows,) = connection.execute(f"SELECT coalesce(max(id), 0) - {UPTO} FROM log").fetchone()
    return int(rows)


def fold(writer: sqlite3.Connection) -> None:
    """Put the tail into `places`, inside the caller's transaction."""
    writer.execute(
        "INSERT INTO places (channel, number, id)"
        f" SELECT channel, number, id FROM log WHERE id > {UPTO} ORDER BY channel, number"
    )
    writer.execute("UPDATE placed SET upto = coalesce((SELECT max(id) FROM log), 0)")


def ids_of(connection: sqlite3.Connection, channel: int, numbers: Sequence[int]) -> dict[int, int]:
    """The ids of these events of a channel, by their numbers; those not kept are left out."""
    if not numbers:
        return {}
    wanted = msgspec.json.encode(list(numbers)).decode()
    rows = connection.execute(
        "SELECT number, id FROM places WHERE channel = ?1 AND number IN (SELECT value FROM json_each(?2))"
        f" UNION ALL SELECT number, id FROM log WHERE id > {UPTO} AND channel = ?1"
        " AND number IN (SELECT value FROM json_each(?2))",
        (channel, wanted),
    )
    return dict(rows.fetchall())


def last_numbers(connection: sqlite3.Connection, channels: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
    """The last number of these channels (None: of all), and how many messages there had been by then."""
    among = "" if channels is None else " WHERE channels.id IN (SELECT value FROM json_each(:wanted))"
    about = {"wanted": msgspec.json.encode(list(channels or ())).decode()}
    found = {
        channel: (max(number, last or 0), max(said, heard or 0))
        for channel, number, said, last, heard in connection.execute(
            "SELECT channels.id, channels.number, channels.said, log.number, log.said FROM channels LEFT JOIN log"
            " ON log.id = (SELECT id FROM places WHERE channel = channels.id ORDER BY number DESC LIMIT 1)" + among,
            about,
        )
    }
    for channel, number, said in connection.execute(
        f"SELECT channel, max(number), max(said) FROM log WHERE id > {UPTO} GROUP BY channel"
    ):
        if channel in found:
            last, heard = found[channel]
            found[channel] = max(number, last), max(said, heard)
    return found
