"""What is read of the log, as it stands: each function is one moment of the store, on a reader's connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from causerie.chat.events import LoggedEvent, Message, Reaction
from causerie.chat.model import Channel, Person
from causerie.chat.texts import first_words
from causerie.server.ports.changes import Complaint
from causerie.server.ports.event_codec import logged_event, message_data
from causerie.server.ports.records import Act, DraftState, Past, ReadState, ThreadState
from causerie.stores.sqlite.log_index import IDS, PLACED, RUN_MOST, UPTO, ids_of

_COLUMNS = (
    "log.kind, log.number, log.at, log.author, people.name, people.guest, log.text, log.key, log.data, log.said,"
    " log.target, log.thread, log.nth"
)
_JOINED = f"SELECT {_COLUMNS} FROM {{found}} JOIN log ON log.id = found.id JOIN people ON people.id = log.author"
_PAGE = {
    order: _JOINED.format(found=f"({IDS.format(order=order)}) AS found")
    + f" ORDER BY found.number {order} LIMIT :limit"
    for order in ("ASC", "DESC")
}
# Messages only: the limit counts them, so the walk goes on until there are enough.
_TALK = {
    order: f"SELECT * FROM (SELECT {_COLUMNS} FROM {PLACED} JOIN people ON people.id = log.author"
    f" WHERE places.channel = :channel AND places.number > :above - {RUN_MOST} AND places.number < :below"
    " AND log.number > :above AND log.number < :below AND log.kind = 'message'"
    f" ORDER BY places.number {order}, log.id {order} LIMIT :limit)"
    f" UNION ALL SELECT {_COLUMNS} FROM log JOIN people ON people.id = log.author WHERE log.id > {UPTO}"
    " AND log.channel = :channel AND log.number > :above AND log.number < :below AND log.kind = 'message'"
    f" ORDER BY 2 {order} LIMIT :limit"
    for order in ("ASC", "DESC")
}
_THREAD = (
    f"SELECT {_COLUMNS} FROM log JOIN people ON people.id = log.author WHERE log.channel = ? AND log.thread = ?"
    " AND log.thread != 0 AND log.kind = 'message' AND log.number > ? AND log.number < ? ORDER BY log.number {} LIMIT ?"
)
_REPLIES = "SELECT nth FROM log WHERE channel = ? AND thread = ? AND thread != 0 ORDER BY number DESC LIMIT 1"
_REACTIONS = (
    "SELECT number, emoji, count(*), max(person = ?) FROM reactions WHERE channel = ? AND number >= ? AND number <= ?"
    " GROUP BY number, emoji ORDER BY number, emoji"
)
_MENTIONS = (
    "(SELECT count(*) FROM mentions WHERE mentions.person = {person} AND mentions.channel = unread.channel"
    " AND mentions.number > unread.above AND mentions.number <= unread.upto)"
)
_MENTIONED = (
    "WITH unread (channel, above, upto) AS MATERIALIZED (VALUES {unread})"
    f" SELECT channel, {_MENTIONS.format(person=':person')} + {_MENTIONS.format(person=0)} FROM unread"
)
_ALL_MENTIONS = "SELECT channel, number FROM mentions WHERE person IN (?, 0) LIMIT ?"
FEW = 3000
"""Mentions of a person, and of everybody, that are gone through for all channels at once."""
AT_ONCE = 500
"""Channels of one statement; numbers in its text are read in half of the time that JSON takes."""

_Rows = Sequence[tuple[Any, ...]]


def page(
    connection: sqlite3.Connection,
    channel: Channel,
    above: int,
    below: int,
    limit: int,
    newest: bool,
    asker: int,
    talk: bool,
) -> list[LoggedEvent]:
    """See Store.page."""
    about = {"channel": channel.id, "above": above, "below": below or 2**62, "limit": limit}
    rows = connection.execute((_TALK if talk else _PAGE)["DESC" if newest else "ASC"], about).fetchall()
    return _events(connection, channel, rows[::-1] if newest else rows, asker)


def thread(
    connection: sqlite3.Connection,
    channel: Channel,
    root: int,
    above: int,
    below: int,
    limit: int,
    newest: bool,
    asker: int,
) -> list[Message]:
    """See Store.thread."""
    rows = connection.execute(
        _THREAD.format("DESC" if newest else "ASC"), (channel.id, root, above, below or 2**62, limit)
    ).fetchall()
    return _messages(_events(connection, channel, rows[::-1] if newest else rows, asker))


def messages(connection: sqlite3.Connection, channel: Channel, numbers: Sequence[int], asker: int) -> list[Message]:
    """See Store.messages."""
    rows = _rows_at(connection, channel.id, numbers)
    found = {event.number: event for event in _messages(_events(connection, channel, list(rows.values()), asker))}
    return [found[number] for number in numbers if number in found]


def _messages(events: list[LoggedEvent]) -> list[Message]:
    return [event for event in events if type(event) is Message]


def _rows_at(connection: sqlite3.Connection, channel: int, numbers: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    ids = list(ids_of(connection, channel, list(numbers)).values())
    rows = connection.execute(
        _JOINED.format(found="(SELECT value AS id FROM json_each(?)) AS found"), (msgspec.json.encode(ids).decode(),)
    )
    return {row[1]: row for row in rows}


def _events(connection: sqlite3.Connection, channel: Channel, rows: _Rows, asker: int) -> list[LoggedEvent]:
    """Rows as events: messages with what became of them, the others with what they are about as it stands now."""
    about = {row[10] for row in rows if row[0] in ("edited", "reacted", "pinned")}
    targets = _rows_at(connection, channel.id, about) if about else {}
    events: list[LoggedEvent] = []
    for kind, number, at, author, name, guest, text, key, data, said, target, root, nth in rows:
        if kind in ("edited", "reacted", "pinned"):
            now = targets.get(target)
            text = now[6] if now else ""
            if kind == "edited":
                data = _found_in(now[8] if now else None)
            else:
                text = first_words(text)
        events.append(
            logged_event(
                kind, channel.name, number, at, author, name, bool(guest), text, key or "", data or "", said, target,
                root, nth,
            )
        )  # fmt: skip
    return _with_what_became(connection, channel.id, events, asker)


def _found_in(data: str | None) -> str:
    """Of a message's data what an edit tells too."""
    more = message_data(data or "")
    return msgspec.json.encode({"mentions": more.mentions, "everyone": more.everyone}).decode()


def _with_what_became(
    connection: sqlite3.Connection, channel: int, events: list[LoggedEvent], asker: int
) -> list[LoggedEvent]:
    """Messages with their reactions and with how many replies their own threads have."""
    numbers = [event.number for event in events if type(event) is Message]
    if not numbers:
        return events
    reactions: dict[int, list[Reaction]] = {}
    few = numbers if len(numbers) == 1 else [min(numbers), max(numbers)]
    for number, emoji, count, mine in connection.execute(_REACTIONS, (asker, channel, few[0], few[-1])):
        reactions.setdefault(number, []).append(Reaction(emoji, count, bool(mine)))
    threads = connection.execute(
        "SELECT 1 FROM log WHERE channel = ? AND thread != 0 AND thread >= ? AND thread <= ? LIMIT 1",
        (channel, few[0], few[-1]),
    ).fetchone()
    if not reactions and threads is None:
        return events
    become: list[LoggedEvent] = []
    for event in events:
        if type(event) is Message:
            row = connection.execute(_REPLIES, (channel, event.number)).fetchone() if threads else None
            own = reactions.get(event.number)
            if row or own:
                event = msgspec.structs.replace(event, replies=row[0] if row else 0, reactions=tuple(own or ()))
        become.append(event)
    return become


def by_author(connection: sqlite3.Connection, channel: int, author: int, least: int, limit: int) -> list[int]:
    """See Store.by_author."""
    about = {"channel": channel, "author": author, "above": least - 1, "limit": limit}
    rows = connection.execute(
        f"SELECT * FROM (SELECT log.number FROM {PLACED} WHERE places.channel = :channel"
        f" AND places.number > :above - {RUN_MOST} AND log.number > :above AND log.author = :author"
        " AND log.kind = 'message' AND log.text != '' ORDER BY places.number, log.id LIMIT :limit)"
        f" UNION ALL SELECT number FROM log WHERE id > {UPTO} AND channel = :channel AND number > :above"
        " AND author = :author AND kind = 'message' AND text != '' ORDER BY 1 LIMIT :limit",
        about,
    )
    return [number for (number,) in rows]


def reactors(connection: sqlite3.Connection, channel: int, number: int) -> list[tuple[str, Person]]:
    """See Store.reactors."""
    rows = connection.execute(
        "SELECT emoji, people.id, people.name, people.guest FROM reactions JOIN people ON people.id = reactions.person"
        " WHERE channel = ? AND number = ? ORDER BY emoji, people.id",
        (channel, number),
    )
    return [(emoji, Person(id=i, name=name, guest=bool(guest))) for emoji, i, name, guest in rows]


def versions(connection: sqlite3.Connection, channel: int, number: int) -> list[Past]:
    """See Store.versions."""
    rows = connection.execute(
        "SELECT at, person, coalesce(people.name, ''), text FROM versions LEFT JOIN people ON people.id = person"
        " WHERE channel = ? AND number = ? ORDER BY versions.id",
        (channel, number),
    )
    return [Past(*row) for row in rows]


def read_states(connection: sqlite3.Connection, person: int, asked: Sequence[tuple[int, int, int]]) -> list[ReadState]:
    """See Store.read_states."""
    if len(asked) == 1:
        one = "SELECT channel, upto, said, at FROM markers WHERE person = ? AND channel = ? AND thread = 0"
        rows = connection.execute(one, (person, asked[0][0])).fetchall()
    else:
        all_of_them = "SELECT channel, upto, said, at FROM markers WHERE person = ? AND thread = 0"
        rows = connection.execute(all_of_them, (person,)).fetchall()
    markers = {channel: state for channel, *state in rows}
    bounds: dict[int, tuple[int, int]] = {}
    for channel, above, upto in asked:
        if above < 0:
            above = markers[channel][0] if channel in markers else 0
        if above < upto:
            bounds[channel] = above, upto
    mentions = _mentioned(connection, person, bounds)
    states = []
    for place, _, _ in asked:
        marked, said, at = markers.get(place, (0, 0, 0))
        states.append(ReadState(place, marked, said, mentions.get(place, 0), at))
    return states


def _mentioned(connection: sqlite3.Connection, person: int, bounds: dict[int, tuple[int, int]]) -> dict[int, int]:
    """For each channel how often a person is mentioned above the first number and up to the second one."""
    mentions: dict[int, int] = {}
    if len(bounds) > 1:
        # Few have many: to go through all of somebody's takes less than to ask for each channel.
        rows = connection.execute(_ALL_MENTIONS, (person, FEW + 1)).fetchall()
        if len(rows) <= FEW:
            for channel, number in rows:
                above, upto = bounds.get(channel, (0, 0))
                if above < number <= upto:
                    mentions[channel] = mentions.get(channel, 0) + 1
            return mentions
    unread = [f"({channel:d},{above:d},{upto:d})" for channel, (above, upto) in bounds.items()]
    for first in range(0, len(unread), AT_ONCE):
        some = _MENTIONED.format(unread=",".join(unread[first : first + AT_ONCE]))
        mentions.update(connection.execute(some, {"person": person}).fetchall())
    return mentions


def said_at(connection: sqlite3.Connection, channel: int, number: int, root: int) -> tuple[int, int]:
    """See Store.said_at."""
    if root:
        row = connection.execute(
            "SELECT number, nth FROM log WHERE channel = ? AND thread = ? AND thread != 0 AND number <= ?"
            " ORDER BY number DESC LIMIT 1",
            (channel, root, number),
        ).fetchone()
    else:
        about = {"channel": channel, "above": 0, "below": number + 1, "limit": 1}
        row = connection.execute(
            f"SELECT log.number, log.said FROM ({IDS.format(order='DESC')}) AS found JOIN log ON log.id = found.id"
            " ORDER BY found.number DESC LIMIT 1",
            about,
        ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def threads(connection: sqlite3.Connection, person: int, channels: Sequence[int]) -> list[ThreadState]:
    """See Store.threads."""
    rows = connection.execute(
        "SELECT follows.channel, follows.thread, coalesce(log.nth, 0), coalesce(log.number, 0), coalesce(upto, 0),"
        " coalesce(markers.said, 0) FROM follows"
        " LEFT JOIN log ON log.id = (SELECT id FROM log WHERE channel = follows.channel"
        " AND thread = follows.thread AND thread != 0 ORDER BY number DESC LIMIT 1)"
        " LEFT JOIN markers ON markers.person = follows.person AND markers.channel = follows.channel"
        " AND markers.thread = follows.thread"
        " WHERE follows.person = ? AND follows.channel IN (SELECT value FROM json_each(?)) ORDER BY log.id DESC",
        (person, msgspec.json.encode(list(channels)).decode()),
    )
    return [ThreadState(*row) for row in rows]


def follows(connection: sqlite3.Connection, person: int, channel: int, root: int) -> bool:
    """See Store.follows."""
    found = connection.execute(
        "SELECT 1 FROM follows WHERE person = ? AND channel = ? AND thread = ?", (person, channel, root)
    ).fetchone()
    return found is not None


def follow_count(connection: sqlite3.Connection, person: int, channels: Sequence[int]) -> int:
    """See Store.follow_count."""
    (count,) = connection.execute(
        "SELECT count(*) FROM follows WHERE person = ? AND channel IN (SELECT value FROM json_each(?))",
        (person, msgspec.json.encode(list(channels)).decode()),
    ).fetchone()
    return int(count)


def drafts(connection: sqlite3.Connection, person: int) -> list[DraftState]:
    """See Store.drafts."""
    rows = connection.execute(
        "SELECT channel, text, reply, at FROM drafts WHERE person = ? ORDER BY at DESC, channel", (person,)
    )
    return [DraftState(*row) for row in rows]


def reports(connection: sqlite3.Connection, channels: Sequence[int]) -> list[Complaint]:
    """See Store.reports."""
    rows = connection.execute(
        "SELECT id, channel, at, person, target, whom, reason FROM reports"
        " WHERE channel IN (SELECT value FROM json_each(?)) ORDER BY at, id",
        (msgspec.json.encode(list(channels)).decode(),),
    )
    return [Complaint(*row) for row in rows]


def audit(connection: sqlite3.Connection, before: int, limit: int) -> list[Act]:
    """See Store.audit."""
    rows = connection.execute(
        "SELECT audit.id, at, actor, coalesce(people.name, ''), act, data FROM audit"
        " LEFT JOIN people ON people.id = actor WHERE audit.id < ? ORDER BY audit.id DESC LIMIT ?",
        (before or 2**62, limit),
    )
    return [Act(*row) for row in rows]
