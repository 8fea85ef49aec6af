"""Where a channel's events are in the log: in `places` for all but the newest, which are found by reading them.

What is said in a channel with nothing from elsewhere in between has numbers and ids that follow on one another: a place
is such a run, of `events` of them. An index entry written at once would cost a page of the file for every channel that
a unit of work touched. Written some thousand at a time, in their order, they cost a small part of that; until then a
look-up reads the log's tail, which is `TAIL` rows at most and a unit of work's worth.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import msgspec

from causerie.stores.sqlite.insert import Insert

TAIL = 4096
"""Rows of the log that are not in `places`, at most, when a commit begins."""

RUN_MOST = 256
"""Events of a run: so many numbers before the one looked for its run may begin."""

UPTO = "(SELECT upto FROM placed)"

ALL_PLACED = "UPDATE placed SET upto = coalesce((SELECT max(id) FROM log), 0)"

PLACED = (
    "places CROSS JOIN log ON log.id >= places.id AND log.id < places.id + places.events"
    " AND log.channel = places.channel AND log.number - log.id = places.number - places.id"
)
"""Events by the runs that they are in. What was forgotten of a run is not there, and an id that is another event's now
does not pass for it. Their order is that of places.number, log.id."""

IDS = (
    f"SELECT id, number FROM (SELECT log.id AS id, log.number AS number FROM {PLACED}"
    f" WHERE places.channel = :channel AND places.number > :above - {RUN_MOST} AND places.number < :below"
    " AND log.number > :above AND log.number < :below"
    " ORDER BY places.number {order}, log.id {order} LIMIT :limit)"
    f" UNION ALL SELECT id, number FROM log WHERE id > {UPTO} AND channel = :channel AND number > :above"
    " AND number < :below"
)
"""Ids of a channel's events between two numbers; :limit of those in `places`, and all of the tail."""

_PLACE = Insert("places (channel, number, id, events)", "(?, ?, ?, ?)")

Run = tuple[int, int, int, int]
"""A row of `places`: channel, number and id of the first event, and how many there are."""

_RUNS = (
    f"SELECT channel, min(number), min(id), max(number) - min(number) + 1 FROM log WHERE id > {UPTO}"
    f" GROUP BY channel, number - id, number / {RUN_MOST}"
)


class Tail:
    """The log's newest rows, which are not in `places` yet: the runs they are in, and how many `rows` there are."""

    def __init__(self, writer: sqlite3.Connection) -> None:
        self.read(writer)

    def read(self, writer: sqlite3.Connection) -> None:
        """Look again: after a commit that failed, and after another connection has written."""
        self._runs: list[Run] = writer.execute(_RUNS).fetchall()
        (self.rows,) = writer.execute(f"SELECT count(*) FROM log WHERE id > {UPTO}").fetchone()

    def fold(self, writer: sqlite3.Connection, more: Sequence[Run] = ()) -> None:
        """Put it into `places` with these, inside the caller's transaction. `committed` is told of it afterwards."""
        runs = list(_joined(sorted([*self._runs, *more]))) if self._runs or more else ()
        _PLACE.put(writer, runs)
        writer.execute(ALL_PLACED)

    def committed(self, more: Sequence[Run], rows: int, folded: bool) -> None:
        """A commit wrote these, of so many rows."""
        if folded:
            self._runs, self.rows = [], 0
        else:
            self._runs.extend(more)
            self.rows += rows


def _joined(runs: list[Run]) -> Iterator[Run]:
    """Runs in their order, those that go on from one commit to the next as one."""
    channel, number, row, events = runs[0]
    for run in runs[1:]:
        if run[:3] == (channel, number + events, row + events) and events + run[3] <= RUN_MOST:
            events += run[3]
        else:
            yield channel, number, row, events
            channel, number, row, events = run
    yield channel, number, row, events


def ids_of(connection: sqlite3.Connection, channel: int, numbers: Sequence[int]) -> dict[int, int]:
    """The ids of these events of a channel, by their numbers; those not kept are left out."""
    if not numbers:
        return {}
    wanted = msgspec.json.encode(list(numbers)).decode()
    rows = connection.execute(
        "SELECT log.number, log.id FROM json_each(:wanted) AS wanted CROSS JOIN places ON places.channel = :channel AND"
        " places.number = (SELECT max(number) FROM places WHERE channel = :channel AND number <= wanted.value)"
        " CROSS JOIN log ON log.id = places.id + wanted.value - places.number AND log.channel = :channel"
        " AND log.number = wanted.value"
        f" UNION SELECT number, id FROM log WHERE id > {UPTO} AND channel = :channel"
        " AND number IN (SELECT value FROM json_each(:wanted))",
        {"channel": channel, "wanted": wanted},
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
            " ON log.id = (SELECT id + events - 1 FROM places WHERE channel = channels.id ORDER BY number DESC LIMIT 1)"
            " AND log.channel = channels.id" + among,
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
