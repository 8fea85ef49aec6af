"""A unit of work's events as rows: numbers given, repeated keys found, everything inside the caller's transaction.

What else a unit of work keeps is put by `sqlite_put`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from causerie.chat.model import Channel
from causerie.server.ports.changes import Append, Change
from causerie.stores.sqlite.insert import Insert
from causerie.stores.sqlite.log_index import RUN_MOST, Run
from causerie.stores.sqlite.put import PUT

_APPEND = Insert(
    "log (channel, number, at, kind, author, text, key, data, said, target, thread, nth)",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
)
_SAY = Insert("log (channel, number, at, kind, author, text, said)", "(?, ?, ?, 'message', ?, ?, ?)")
_KEY = "SELECT channel, number, at, said FROM log WHERE author = ? AND key = ?"
_REPLIES = "SELECT nth FROM log WHERE channel = ? AND thread = ? AND thread != 0 ORDER BY number DESC LIMIT 1"
_FOLLOW = "INSERT OR IGNORE INTO follows (person, channel, thread) VALUES (?, ?, ?)"
_MENTION = "INSERT OR IGNORE INTO mentions (person, channel, number) VALUES (?, ?, ?)"

Counts = dict[int, tuple[int, int]]
"""For each channel's id: the last number given, and how many messages there have been."""


def write(writer: sqlite3.Connection, changes: Sequence[Change], counts: Counts, touched: Counts) -> list[Run]:
    """Write all changes in their order; in which runs the events are that it logged.

    Gives each Append its number and its place in its thread, counting `counts` up and noting in `touched` where each
    channel stood before, for the caller to put back if the commit fails. Raises sqlite3.Error.
    """
    runs: list[list[int]] = []
    run = [0, 0, 0, 0]  # the one that goes on, with how many rows were logged before it in the place of an id
    logged = last = 0  # how many rows, and the last one's id
    rows: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []  # the many that need the fewest columns, in runs, so that ids keep the order
    keys: dict[tuple[int, str], Append] = {}
    replies: dict[tuple[int, int], int] = {}  # for each thread, how many it has had
    unkept: Counts = {}
    for change in changes:
        if type(change) is not Append:
            # It may be about an event just before it.
            last = _flush(writer, rows, said) or last
            PUT[type(change)](writer, change)
            continue
        author = change.author.id
        if change.key and _said_before(writer, change, author, change.key, keys):
            continue
        channel = change.channel.id
        number, spoken = before = counts.get(channel) or (0, 0)
        if channel not in touched:
            touched[channel] = before
        change.number = number = number + 1
        kind, more = change.kind, change.more
        if kind == "message":
            spoken += 1
        change.said = spoken
        counts[channel] = number + len(more), spoken + len(more)
        if change.thread:
            _reply(writer, change, replies)
        if not change.channel.history and kind == "message":
            unkept[channel] = counts[channel]
            continue
        first, left = number, 1 + len(more)
        while left:
            if channel != run[0] or first != run[1] + run[3] or run[3] == RUN_MOST:
                run = [channel, first, logged, 0]
                runs.append(run)
            fit = min(left, RUN_MOST - run[3])
            run[3] += fit
            first, logged, left = first + fit, logged + fit, left - fit
        if kind == "message" and not (change.key or change.data or change.target or change.mentions):
            if rows:
                last = _flush(writer, rows, said) or last
            at = change.at
            said.append((channel, number, at, author, change.text, spoken))
            if more:
                said += [
                    (channel, number + nth, at, author, text, spoken + nth) for nth, text in enumerate(more, start=1)
                ]
        else:
            if said:
                last = _flush(writer, rows, said) or last
            rows.append(
                (
                    channel, number, change.at, kind, author, change.text, change.key or None, change.data or None,
                    spoken, change.target, change.thread, change.nth,
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
    return [(channel, number, first + earlier, events) for channel, number, earlier, events in runs]


def _reply(writer: sqlite3.Connection, change: Append, replies: dict[tuple[int, int], int]) -> None:
    """One more reply in a thread; who follows the thread with it does from now on."""
    place = change.channel.id, change.thread
    known = replies.get(place)
    if known is None:
        row = writer.execute(_REPLIES, place).fetchone()
        known = row[0] if row else 0
    change.nth = known + 1
    if change.channel.history:
        replies[place] = change.nth
    author, first = change.follow
    following = dict.fromkeys((first, author) if change.nth == 1 else (author,))
    change.followed = tuple(
        person for person in following if person and writer.execute(_FOLLOW, (person, *place)).rowcount
    )


def _flush(writer: sqlite3.Connection, rows: list[tuple[Any, ...]], said: list[tuple[Any, ...]]) -> int:
    """Insert those of the two that there are, one kind at a time; the last one's id, 0 if there were none."""
    last = 0
    for insert, waiting in ((_APPEND, rows), (_SAY, said)):
        if waiting:
            last = insert.put(writer, waiting)
            waiting.clear()
    return last


def _said_before(
    writer: sqlite3.Connection, change: Append, author: int, key: str, keys: dict[tuple[int, str], Append]
) -> bool:
    first = keys.get((author, key))
    if first is not None:
        change.number, change.at, change.said, change.again = first.number, first.at, first.said, True
        change.channel = first.channel
        return True
    row = writer.execute(_KEY, (author, key)).fetchone()
    if row is not None:
        channel, change.number, change.at, change.said = row
        if channel != change.channel.id:
            name = writer.execute("SELECT name FROM channels WHERE id = ?", (channel,)).fetchone()
            change.channel = Channel(channel, name[0] if name else "")
        change.again = True
        return True
    keys[author, key] = change
    return False
