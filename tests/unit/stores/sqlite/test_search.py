"""Search over a real log in a real file: what is found, what the index survives, when it is worked on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from causerie.chat.events import Message
from causerie.server.ports.records import Hits, Query
from causerie.server.ports.store import SearchTimedOut
from causerie.stores.sqlite.schema import bring_up_to_date
from causerie.stores.sqlite.search import BUSY, ENOUGH, FORCED, Calm, SearchIndex
from causerie.stores.sqlite.search_file import CATCH_UP, CHUNK, SECONDS_MOST, VERSION, IndexFile

NAMES = {i: f"channel{i}" for i in range(1, 41)}
EVERYWHERE = frozenset(NAMES)
HOUR = 3_600_000


class Log:
    """A store's log, written to directly. The person with id 1 is an account, 2 a guest."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "causerie.db"
        bring_up_to_date(self.path)
        self.sqlite = sqlite3.connect(self.path, isolation_level=None)
        self.sqlite.execute(
            "INSERT INTO people VALUES (1, 'ann', 'ann', 0, 0, 0, 0, NULL, ''), (2, 'bob', '', 1, 0, 0, 0, NULL, '')"
        )
        self.numbers = dict.fromkeys(NAMES, 0)

    def say(self, *texts: str, channel: int = 1, author: int = 1, at: int = 1000, kind: str = "message") -> int:
        """Say it all in one commit; the last one's id."""
        rows = []
        for text in texts:
            self.numbers[channel] += 1
            rows.append((channel, self.numbers[channel], at, kind, author, text))
        self.sqlite.execute("BEGIN")
        self.sqlite.executemany(
            "INSERT INTO log (channel, number, at, kind, author, text) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        self.sqlite.execute("COMMIT")
        (last,) = self.sqlite.execute("SELECT max(id) FROM log").fetchone()
        return int(last)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path)
    yield log
    log.sqlite.close()


@pytest.fixture
async def index(log: Log, tmp_path: Path) -> AsyncIterator[SearchIndex]:
    """An index that starts nothing by itself during a test."""
    index = SearchIndex(IndexFile(tmp_path / "search.db", log.path), quiet=3600)
    yield index
    await index.close()


async def find(index: SearchIndex, text: str = "", channels: frozenset[int] = EVERYWHERE, **more: int) -> Hits:
    return await index.search(Query(text, channels, **more), NAMES)


async def texts(index: SearchIndex, text: str = "", channels: frozenset[int] = EVERYWHERE, **more: int) -> list[str]:
    return [message.text for _, _, message in (await find(index, text, channels, **more)).hits]


async def test_a_hit_is_the_whole_message_newest_first(log: Log, index: SearchIndex) -> None:
    log.say("a red fox", at=1000)
    last = log.say("the red hen", channel=2, author=2, at=2000)
    found = await find(index, "red")
    assert [place for place, _, _ in found.hits] == [last, last - 1]
    bobs = Message(channel="channel2", number=1, at=2000, person=2, name="bob", text="the red hen", guest=True)
    assert found.hits[0][1:] == (2, bobs)
    assert (found.more, found.behind) == (False, 0)


async def test_a_search_sees_every_commit_that_has_returned(log: Log, index: SearchIndex) -> None:
    for i in range(5):
        log.say(f"word{i}")
        index.more(1)
        assert await texts(index, f"word{i}") == [f"word{i}"]


async def test_far_behind_it_says_so_and_indexes(log: Log, index: SearchIndex) -> None:
    """Beyond what a search catches up with, the newest are missing; it starts the indexing of them."""
    log.say("early")
    assert await texts(index, "early") == ["early"]
    log.say(*["late"] * (CATCH_UP + 1))
    found = await find(index, "late")
    assert found.behind == CATCH_UP + 1
    await index.indexed()
    assert (await find(index, "late")).behind == 0
    assert len(await texts(index, "late", limit=100)) == 100


async def test_only_messages_that_are_kept_are_found(log: Log, index: SearchIndex) -> None:
    """No topics; nothing that went from the log or whose text went, though the index was not told."""
    log.say("fox in a topic", kind="topic")
    gone = log.say("fox that goes")
    emptied = log.say("fox that is emptied")
    log.say("fox that stays")
    assert len(await texts(index, "fox")) == 3
    log.sqlite.execute("DELETE FROM log WHERE id = ?", (gone,))
    log.sqlite.execute("UPDATE log SET text = '' WHERE id = ?", (emptied,))
    assert await texts(index, "fox") == ["fox that stays"]
    assert await texts(index, "", author=1) == ["fox that stays"]


async def test_what_is_forgotten_is_not_in_the_index(log: Log, index: SearchIndex, tmp_path: Path) -> None:
    first = log.say("secret one")
    log.say("secret two")
    await find(index, "secret")
    await index.forget([first, 999])
    assert await texts(index, "secret") == ["secret two"]
    await index.close()
    with sqlite3.connect(tmp_path / "search.db") as file:
        assert file.execute("SELECT rowid FROM words").fetchall() == [(first + 1,)]
    file.close()


@pytest.mark.parametrize("count", [1, 3, 20])
async def test_only_what_the_asker_may_read(log: Log, index: SearchIndex, count: int) -> None:
    """One channel, a few, and more than are looked up in the index."""
    for channel in NAMES:
        log.say(f"fox {channel}", channel=channel)
    readable = frozenset(range(3, 3 + count))
    expected = [f"fox {channel}" for channel in sorted(readable, reverse=True)]
    assert await texts(index, "fox", readable) == expected
    assert await texts(index, "", readable, author=1) == expected
    assert await texts(index, "", readable, since=1) == expected
    assert await texts(index, "fox", frozenset()) == []


@pytest.mark.parametrize(
    "about", [{"text": "fox"}, {"author": 1}, {"since": 1}, {"text": "f*", "author": 1, "until": 9999}]
)
async def test_pages_go_through_everything_once(log: Log, index: SearchIndex, about: dict[str, int]) -> None:
    """`before` is the last one's place; `more` is true until there is no more."""
    for channel in (1, 2, 3) * 8:
        log.say("fox", channel=channel)
    seen: list[int] = []
    before = 0
    while True:
        found = await find(index, **{"text": "", **about}, limit=7, before=before)  # type: ignore[arg-type]
        seen += [place for place, _, _ in found.hits]
        if not found.more:
            break
        before = seen[-1]
    assert seen == list(range(24, 0, -1))


async def test_one_search_looks_at_a_bounded_number_of_rows(log: Log, tmp_path: Path) -> None:
    """What lies further back is not reached, and `more` says that there may be some."""
    index = SearchIndex(IndexFile(tmp_path / "search.db", log.path, candidates=10), quiet=3600)
    log.say("fox near", channel=1)
    log.say(*["fox elsewhere"] * 9, channel=40)
    readable = frozenset(range(1, 20))
    found = await find(index, "fox", readable)
    assert [message.text for _, _, message in found.hits] == ["fox near"]
    log.say("fox elsewhere", channel=40)
    found = await find(index, "fox", readable)
    assert (found.hits, found.more) == ([], True)
    await index.close()


async def test_time_bounds(log: Log, index: SearchIndex) -> None:
    """`since` is in, `until` is out; a clock that was set back a little hides nothing."""
    for hour in (1, 2, 3, 4, 5, 6, 7, 8, 9):
        log.say(f"fox {hour}", at=hour * HOUR)
    log.say("fox back", at=9 * HOUR - 60_000)
    log.say("fox 10", at=10 * HOUR)
    for about in ("", "fox"):
        assert await texts(index, about, since=9 * HOUR) == ["fox 10", "fox 9"]
        assert await texts(index, about, since=3 * HOUR, until=5 * HOUR) == ["fox 4", "fox 3"]
        assert await texts(index, about, since=8 * HOUR, until=9 * HOUR) == ["fox back", "fox 8"]
        assert await texts(index, about, until=2 * HOUR) == ["fox 1"]
        assert await texts(index, about, since=99 * HOUR) == []
        assert await texts(index, about, until=1) == []


async def test_nothing_searchable_finds_nothing_unless_something_else_is_asked(log: Log, index: SearchIndex) -> None:
    log.say("?!", "fox")
    assert await texts(index, "?!") == []
    assert await texts(index, "") == []
    assert await texts(index, "?!", author=1) == ["fox", "?!"]
    assert await texts(index, '"', since=1) == ["fox", "?!"]


async def test_making_one_opens_nothing(log: Log, tmp_path: Path) -> None:
    index = SearchIndex(IndexFile(tmp_path / "search.db", log.path), quiet=3600)
    assert not (tmp_path / "search.db").exists()
    await index.close()
    assert not (tmp_path / "search.db").exists()


async def test_nobody_else_may_read_the_file(log: Log, index: SearchIndex, tmp_path: Path) -> None:
    log.say("fox")
    await find(index, "fox")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("search.db*")} == {0o600}


def spoil_header(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1000)


def spoil_pages(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))


def spoil_version(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("DROP TABLE words")
    connection.close()


def spoil_by_truncation(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("spoil", [Path.unlink, spoil_header, spoil_pages, spoil_version, spoil_by_truncation])
@pytest.mark.parametrize("first", ["search", "index"])
async def test_an_index_that_is_no_good_is_made_anew(
    log: Log, tmp_path: Path, spoil: Callable[[Path], None], first: str
) -> None:
    """Missing, no database, damaged inside, of another version: whoever comes upon it first."""
    log.say("a fox", "a hen")
    index = SearchIndex(IndexFile(tmp_path / "search.db", log.path), quiet=3600)
    assert await texts(index, "fox") == ["a fox"]
    await index.close()
    spoil(tmp_path / "search.db")
    index = SearchIndex(IndexFile(tmp_path / "search.db", log.path), quiet=3600)
    if first == "index":
        log.say("another fox")
        index.start()
        await index.indexed()
        assert await texts(index, "fox") == ["another fox", "a fox"]
    assert await texts(index, "hen") == ["a hen"]
    await index.close()


@pytest.mark.parametrize("again", [0, 1, 3, 5])
async def test_a_restored_log_is_indexed_anew(log: Log, index: SearchIndex, again: int) -> None:
    """When a backup set the log back, its ids mean other messages now: also when it grew again since."""
    log.say("old", "old", "old")
    await find(index, "old")
    log.sqlite.execute("DELETE FROM log WHERE id > 1")
    log.numbers[1] = 1
    log.say(*["new"] * again, at=5000)
    assert await texts(index, "old") == ["old"]
    assert len(await texts(index, "new")) == again


async def test_a_second_start_goes_on_where_the_first_stopped(log: Log, tmp_path: Path) -> None:
    log.say(*["fox"] * (CHUNK + 10))
    file = IndexFile(tmp_path / "search.db", log.path)
    assert file.advance() == 10
    file.close()
    file = IndexFile(tmp_path / "search.db", log.path)
    assert file.advance() == 0
    assert file.behind() == 0
    file.close()


async def test_a_search_does_not_wait_for_the_indexing(log: Log, tmp_path: Path) -> None:
    """With a transaction of the indexing thread open, the searching one finds what there was before."""
    log.say("fox")
    file = IndexFile(tmp_path / "search.db", log.path)
    file.advance()
    writer = sqlite3.connect(tmp_path / "search.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO words (rowid, text, facet) VALUES (2, 'fox', 'a1 c1')")
    rows, more = file.find(Query("fox", EVERYWHERE))
    assert ([row[0] for row in rows], more) == ([1], False)
    writer.close()
    file.close()


async def test_a_search_that_takes_too_long_is_given_up_and_the_next_is_not(log: Log, tmp_path: Path) -> None:
    """The clock is looked at while SQLite works."""
    log.say(*["fox"] * CHUNK)
    elsewhere = Query("fox", frozenset(range(100, 120)))  # every hit is looked at, and left out
    looks: list[float] = [0.0]  # at the clock, from the last one on; then it is late

    def clock() -> float:
        return looks.pop() if looks else SECONDS_MOST + 0.1

    file = IndexFile(tmp_path / "search.db", log.path, clock)
    file.advance()
    with pytest.raises(SearchTimedOut):
        file.find(elsewhere)
    looks[:] = [0.0] * 1_000
    assert file.find(elsewhere) == ([], False)
    rows, _ = file.find(Query("fox", EVERYWHERE))
    assert rows
    file.close()


async def test_a_folder_that_cannot_be_written_is_an_sqlite_error(log: Log, tmp_path: Path) -> None:
    """As the store expects; the next try comes later."""
    index = SearchIndex(IndexFile(tmp_path / "missing" / "search.db", log.path), quiet=3600)
    log.say("fox")
    with pytest.raises(sqlite3.Error, match="missing"):
        await find(index, "fox")
    index.start()
    await index.indexed()
    assert index.wakes_at is not None
    assert FORCED - 5 < index.wakes_at - asyncio.get_running_loop().time() <= FORCED
    await index.close()


async def test_indexing_starts_by_itself_and_then_nothing_wakes(log: Log, tmp_path: Path) -> None:
    """After a quiet moment what was logged gets indexed; then no timer is left, until there is more."""
    loop, advanced = asyncio.get_running_loop(), asyncio.Event()

    class Telling(IndexFile):
        def advance(self) -> int:
            left = super().advance()
            loop.call_soon_threadsafe(advanced.set)
            return left

    file = Telling(tmp_path / "search.db", log.path)
    index = SearchIndex(file, quiet=0.01)
    for text in ("before the start", "after it"):
        log.say(text)
        index.more(1)
        advanced.clear()
        await advanced.wait()
        await index.indexed()
        assert file.behind() == 0
        assert index.wakes_at is None
    await index.close()


def test_calm_is_a_time_without_a_storm() -> None:
    """A storm puts the start off; it comes when the log has been calm for long enough."""
    calm = Calm(quiet=2)
    calm.begin(told=0, now=100)
    assert not calm.over(told=10, now=101)
    assert not calm.over(told=10 + BUSY, now=102)
    assert not calm.over(told=20 + BUSY, now=103)
    assert calm.over(told=30 + BUSY, now=104)


def test_a_few_words_now_and_then_wait_for_silence() -> None:
    """While people talk the index keeps out of their way; a search would bring so little in by itself."""
    calm = Calm(quiet=2)
    calm.begin(told=0, now=100)
    assert not any(calm.over(told=second, now=100 + second) for second in range(1, 10))
    assert not calm.over(told=9, now=110)
    assert calm.over(told=9, now=111)
    calm.begin(told=9, now=200)
    assert not calm.over(told=8 + ENOUGH // 2, now=201)
    assert calm.over(told=9 + ENOUGH, now=202)


def test_a_storm_without_end_does_not_put_it_off_for_ever() -> None:
    """It is forced a while after the first event."""
    calm = Calm(quiet=1)
    calm.begin(told=0, now=100)
    starts = [second for second in range(1, 100) if calm.over(told=second * 5000, now=100 + second)]
    assert starts[0] == FORCED


def test_a_quiet_moment_is_enough() -> None:
    """Nothing more was said: it starts after `quiet` seconds."""
    calm = Calm(quiet=1)
    assert calm.step == 1
    calm.begin(told=7, now=100)
    assert calm.over(told=7, now=101)
