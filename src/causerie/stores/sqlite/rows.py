"""A unit of work's events as rows: numbers given, repeated keys found, everything inside the caller's transaction.

What else a unit of work keeps is put by put.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from causerie.server.ports.changes import Append, Change, Stored
from causerie.stores.sqlite.insert import Insert
from causerie.stores.sqlite.log_index import RUN_MOST, Run
from causerie.stores.sqlite.put import PUT

_APPEND = Insert(
    "log (channel, number, at, kind, author, text, key, data, said, target, thread, nth)",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
)
_SAY = Insert("log (channel, number, at, kind, author, text, said)", "(?, ?, ?, 'message', ?, ?, ?)")
_KEY = (
    "SELECT coalesce(channels.name, ''), log.number, log.at, log.said FROM log LEFT JOIN channels"
    " ON channels.id = log.channel WHERE log.author = ? AND log.key = ?"
)
_REPLIES = "SELECT nth FROM log WHERE channel = ? AND thread = ? AND thread != 0 ORDER BY number DESC LIMIT 1"
_FOLLOW = "INSERT OR IGNORE INTO follows (person, channel, thread) VALUES (?, ?, ?)"
_MENTION = "INSERT OR IGNORE INTO mentions (person, channel, number) VALUES (?, ?, ?)"

Counts = dict[int, tuple[int, int]]
"""For each channel's id: the last number given, and how many messages there have been."""


def write(
    writer: sqlite3.Connection, changes: Sequence[Change], counts: Counts, touched: Counts, run_most: int = RUN_MOST
) -> tuple[dict[Append, Stored], list[Run]]:
    """Write all changes in their order: what becomes of each Append, and in which runs the events are that it logged.

    Counts `counts` up and notes in `touched` where each channel stood before, for the caller to put back if the commit
    fails. A run has `run_most` events at most. Raises sqlite3.Error.
    """
    results: dict[Append, Stored] = {}
    runs: list[list[int]] = []
    run = [0, 0, 0, 0]  # the one that goes on, with how many rows were logged before it in the place of an id
    logged = last = 0  # how many rows, and the last one's id
    rows: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []  # the many that need the fewest columns, in runs, so that ids keep the order
    keys: dict[tuple[int, str], Stored] = {}
    replies: dict[tuple[int, int], int] = {}  # for each thread, how many it has had
    unkept: Counts = {}
    for change in changes:
        if type(change) is not Append:
            # It may be about an event just before it.
            last = _flush(writer, rows, said) or last
            PUT[type(change)](writer, change)
            continue
        author, key = change.author.id, change.key
        if key and (before := keys.get((author, key)) or _said_before(writer, author, key)):
            results[change] = Stored(before.channel, before.number, before.at, before.said, again=True)
            continue
        channel = change.channel.id
        number, spoken = counted = counts.get(channel) or (0, 0)
        if channel not in touched:
            touched[channel] = counted
        number += 1
        kind, more = change.kind, change.more
        if kind == "message":
            spoken += 1
        counts[channel] = number + len(more), spoken + len(more)
        nth = 0
        if change.thread:
            nth, followed = _reply(writer, change, replies)
            stored = Stored(change.channel.name, number, change.at, spoken, False, nth, followed)
        else:
            stored = Stored(change.channel.name, number, change.at, spoken)
        results[change] = stored
        if key:
            keys[author, key] = stored
        if not change.channel.history and kind == "message":
            unkept[channel] = counts[channel]
            continue
        first, left = number, 1 + len(more)
        while left:
            if channel != run[0] or first != run[1] + run[3] or run[3] == run_most:
                run = [channel, first, logged, 0]
                runs.append(run)
            fit = min(left, run_most - run[3])
            run[3] += fit
            first, logged, left = first + fit, logged + fit, left - fit
        if kind == "message" and not (key or change.data or change.target or change.mentions):
            if rows:
                last = _flush(writer, rows, said) or last
            at = change.at
            said.append((channel, number, at, author, change.text, spoken))
            if more:
                said += [(channel, number + on, at, author, text, spoken + on) for on, text in enumerate(more, start=1)]
        else:
            if said:
                last = _flush(writer, rows, said) or last
            rows.append(
                (
                    channel, number, change.at, kind, author, change.text, key or None, change.data or None, spoken,
                    change.target, change.thread, nth,
                )
            )  # fmt: skip
            if change.mentions:
                writer.executemany(_MENTION, [(person, channel, number) for person in change.mentions])
    last = _flush(writer, rows, said) or last
    if unkept:
        writer.executemany(
            "UPDATE channels SET number = ?, said = ? WHERE id = ?", [(*counted, i) for i, counted in unkept.items()]
        )
    first = last - logged + 1
    return results, [(channel, number, first + earlier, events) for channel, number, earlier, events in runs]


def _said_before(writer: sqlite3.Connection, author: int, key: str) -> Stored | None:
    """What became of the message that this author sent with this key before."""
    row = writer.execute(_KEY, (author, key)).fetchone()
    return Stored(*row) if row else None


def _reply(
    writer: sqlite3.Connection, change: Append, replies: dict[tuple[int, int], int]
) -> tuple[int, tuple[int, ...]]:
    """One more reply in a thread: which one, and who follows the thread with it from now on."""
    place = change.channel.id, change.thread
    known = replies.get(place)
    if known is None:
        row = writer.execute(_REPLIES, place).fetchone()
        known = row[0] if row else 0
    nth = known + 1
    if change.channel.history:
        replies[place] = nth
    author, first = change.follow
    following = dict.fromkeys((first, author) if nth == 1 else (author,))
    return nth, tuple(person for person in following if person and writer.execute(_FOLLOW, (person, *place)).rowcount)


def _flush(writer: sqlite3.Connection, rows: list[tuple[Any, ...]], said: list[tuple[Any, ...]]) -> int:
    """Insert those of the two that there are, one kind at a time; the last one's id, 0 if there were none."""
    last = 0
    for insert, waiting in ((_APPEND, rows), (_SAY, said)):
        if waiting:
            last = insert.put(writer, waiting)
            waiting.clear()
    return last
