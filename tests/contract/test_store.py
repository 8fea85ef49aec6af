"""What every store keeps of its promises (causerie.server.store): one suite, every adapter."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from causerie.chat.events import Message
from causerie.chat.model import MEMBER, OWNER, Channel, Invite, Person, Role, Standing
from causerie.server.store import (
    Append,
    Audit,
    Change,
    DropStaleTokens,
    DropTokens,
    PutChannel,
    PutInvite,
    PutPerson,
    PutStanding,
    PutToken,
    Query,
    Store,
    StoreFailed,
    Token,
)
from causerie.stores import sqlite_schema
from causerie.stores.sqlite import SqliteStore

ANNA = Person(id=1, name="anna", admin=True, made_at=10)
BOB = Person(id=2, name="bob", disabled=True, made_at=20)
LUC = Person(id=3, name="Luc", guest=True, made_at=30)
HOME = Channel(id=100, name="home", made_at=5)
SECRET = Channel(id=101, name="secret", access="private", topic="shh", read_only=True, retention_days=7, made_at=6)
FLEETING = Channel(id=102, name="fleeting", history=False, made_at=7)
PLACES: list[Change] = [
    PutPerson(ANNA, "anna", "$argon2id$anna"), PutPerson(BOB, "bob", "$argon2id$bob"), PutPerson(LUC, ""),
    PutChannel(HOME), PutChannel(SECRET), PutChannel(FLEETING),
]  # fmt: skip


class Place:
    """Where an adapter keeps a store: `open()` opens it, closing the one that was open."""

    def __init__(self, make: Callable[[], Store], path: Path) -> None:
        self._make = make
        self.path = path
        self.store: Store

    async def open(self) -> Store:
        self.store = self._make()
        await self.store.load()
        return self.store

    async def reopen(self) -> Store:
        await self.store.close()
        return await self.open()


@pytest.fixture(params=["sqlite"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Another adapter is another parameter here."""
    assert request.param == "sqlite"
    place = Place(lambda: SqliteStore(tmp_path, quiet=3600.0), tmp_path / "causerie.db")
    await place.open()
    await place.store.commit(PLACES)
    yield place
    await place.store.close()


@pytest.fixture
def store(place: Place) -> Store:
    return place.store


def said(text: str, channel: Channel = HOME, author: Person = ANNA, key: str = "", at: int = 1000) -> Append:
    return Append(channel, "message", at, author, text, key, "")


async def texts(store: Store, channel: Channel = HOME) -> list[tuple[int, str]]:
    """All of a channel's messages."""
    page = await store.page(channel, 0, 0, 1000, newest=False)
    return [(event.number, event.text) for event in page if isinstance(event, Message)]


class TestTheLog:
    async def test_numbers_of_a_channel_rise_by_one_in_the_order_given(self, store: Store) -> None:
        """Each channel counts for itself, over commits and within one."""
        first = [said("a"), said("b", SECRET), said("c")]
        await store.commit(first)
        second = [said("d", SECRET), said("e")]
        await store.commit(second)
        assert [append.number for append in first + second] == [1, 1, 2, 2, 3]
        assert await texts(store) == [(1, "a"), (2, "c"), (3, "e")]
        assert await texts(store, SECRET) == [(1, "b"), (2, "d")]

    async def test_numbers_go_on_after_reopening(self, place: Place) -> None:
        """No number is given twice."""
        await place.store.commit([said("a"), said("b")])
        store = await place.reopen()
        next_one = said("c")
        await store.commit([next_one])
        assert next_one.number == 3

    @pytest.mark.parametrize(
        "bad",
        [
            PutChannel(Channel(id=999, name="home")),
            PutPerson(Person(id=9, name="anna", made_at=1), "anna", "x"),
            said("x", author=Person(id=2**70, name="too big")),
            said("\ud800"),
        ],
        ids=["channel-name-taken", "name-taken", "number-too-big", "lone-surrogate"],
    )
    async def test_a_commit_that_fails_leaves_nothing_and_its_numbers_are_given_again(
        self, place: Place, bad: Change
    ) -> None:
        """Whatever the reason; and the next commit goes through."""
        store = place.store
        await store.commit([said("before")])
        with pytest.raises(StoreFailed):
            await store.commit([said("lost"), PutStanding(HOME.id, BOB.id, OWNER), said("lost", SECRET), bad])
        after = said("after")
        await store.commit([after])
        assert after.number == 2
        assert await texts(store) == [(1, "before"), (2, "after")]
        assert await texts(store, SECRET) == []
        store = await place.reopen()
        assert (await store.load()).standings == []

    async def test_a_key_is_one_message_within_a_commit_over_commits_and_after_reopening(self, place: Place) -> None:
        """The first one's number and time come back; nothing is stored; another author's key is another."""
        store = place.store
        first, again = said("once", key="k", at=1000), said("twice", key="k", at=2000)
        await store.commit([first, again])
        assert (again.number, again.at, again.again) == (1, 1000, True)
        assert not first.again
        later = said("thrice", key="k", at=3000)
        await store.commit([later])
        assert (later.number, later.at, later.again) == (1, 1000, True)
        store = await place.reopen()
        reopened, other = said("again", key="k", at=4000), said("bob's", author=BOB, key="k")
        await store.commit([reopened, other])
        assert (reopened.number, reopened.at, reopened.again) == (1, 1000, True)
        assert (other.number, other.again) == (2, False)
        assert await texts(store) == [(1, "once"), (2, "bob's")]

    async def test_a_key_said_before_in_another_channel_leads_there(self, store: Store) -> None:
        """The acknowledgement names the channel in which the number stands."""
        await store.commit([said("once", key="k"), said("first", SECRET)])
        same, later = said("once", SECRET, key="k"), said("once", SECRET, key="k")
        await store.commit([same])
        await store.commit([later])
        assert (same.channel.name, same.number, later.channel.name) == ("home", 1, "home")
        assert await texts(store, SECRET) == [(1, "first")]

    async def test_with_history_off_numbers_rise_and_nothing_is_kept(self, place: Place) -> None:
        """Also after reopening; events other than messages are kept all the same."""
        appends = [said("a", FLEETING), said("b", FLEETING)]
        await place.store.commit(appends)
        assert [append.number for append in appends] == [1, 2]
        assert await texts(place.store, FLEETING) == []
        store = await place.reopen()
        topic = Append(FLEETING, "topic", 5, ANNA, "new topic", "", "{}")
        more = said("c", FLEETING)
        await store.commit([topic, more])
        assert (topic.number, more.number) == (3, 4)
        page = await store.page(FLEETING, 0, 0, 10, newest=False)
        assert [event.number for event in page] == [3]
        assert (await store.check()).problems == []

    async def test_a_page_has_both_bounds_and_both_directions(self, store: Store) -> None:
        """above < number < below, oldest first; 0 below is no bound."""
        await store.commit([said(str(number)) for number in range(1, 11)])

        async def page(above: int, below: int, limit: int, newest: bool) -> list[int]:
            return [event.number for event in await store.page(HOME, above, below, limit, newest)]

        assert await page(0, 0, 3, True) == [8, 9, 10]
        assert await page(0, 0, 3, False) == [1, 2, 3]
        assert await page(3, 8, 10, False) == await page(3, 8, 10, True) == [4, 5, 6, 7]
        assert await page(3, 8, 2, True) == [6, 7]
        assert await page(3, 8, 2, False) == [4, 5]
        assert await page(10, 0, 5, False) == await page(0, 1, 5, True) == await page(7, 8, 5, True) == []

    async def test_an_event_comes_back_as_it_was(self, store: Store) -> None:
        """Text of every kind, the author's name as it is now, the key."""
        text = 'é😀 "quoted" \\ \n\t }} \u0301'
        await store.commit([said(text, author=LUC, key="k-1", at=123)])
        (event,) = await store.page(HOME, 0, 0, 10, newest=False)
        assert event == Message(
            channel="home", number=1, at=123, person=3, name="Luc", text=text, guest=True, key="k-1"
        )
        await store.commit([PutPerson(Person(id=3, name="lucien", made_at=30), "lucien", "hash")])
        (event,) = await store.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(event, Message)
        assert (event.name, event.guest) == ("lucien", False)

    async def test_retention_drops_the_oldest_and_numbers_go_on(self, place: Place) -> None:
        """A bounded piece at a time, also when nothing is left, and after reopening."""
        store = place.store
        await store.commit([said(str(number), at=number * 100) for number in range(1, 7)])
        assert await store.forget_before(HOME.id, 350, 2) == 2
        assert await store.forget_before(HOME.id, 350, 2) == 1
        assert await store.forget_before(HOME.id, 350, 2) == 0
        assert [number for number, _ in await texts(store)] == [4, 5, 6]
        assert await store.forget_before(HOME.id, 10**6, 100) == 3
        store = await place.reopen()
        after = said("after")
        await store.commit([after])
        assert after.number == 7
        assert (await store.check()).problems == []

    async def test_retention_and_commits_do_not_wait_for_each_other(self, store: Store) -> None:
        """Both at once, many times: neither fails, and no number is missing."""
        appends = [said(str(number), at=number) for number in range(40)]

        async def talk() -> None:
            for append in appends:
                await store.commit([append])

        async def forget() -> int:
            gone = 0
            for _ in range(20):
                gone += await store.forget_before(HOME.id, 10, 1)
            return gone

        async with asyncio.timeout(4):  # less than SQLite would wait for a lock
            _, gone = await asyncio.gather(talk(), forget())
        assert [append.number for append in appends] == list(range(1, 41))
        assert [number for number, _ in await texts(store)] == list(range(1 + gone, 41))

    async def test_search_sees_what_was_committed(self, store: Store) -> None:
        """Newest first, only in the channels asked for."""
        await store.commit([said("the café"), said("a cafe", SECRET), said("tea")])
        found = await store.search(Query("cafe", frozenset({HOME.id, SECRET.id})))
        assert [message.text for _, _, message in found.hits] == ["a cafe", "the café"]
        found = await store.search(Query("cafe", frozenset({HOME.id})))
        assert [message.text for _, _, message in found.hits] == ["the café"]


class TestWhatIsKnownByHeart:
    async def test_after_reopening_all_is_as_it_was_put(self, place: Place) -> None:
        """People, channels, standings, invites, numbers; guests are not among them."""
        invite = Invite(7, b"h" * 32, ANNA.id, 11, 3, 99, True, "note")
        muted = Standing(Role.MODERATOR, 12345)
        await place.store.commit(
            [
                PutStanding(HOME.id, ANNA.id, OWNER),
                PutStanding(SECRET.id, BOB.id, muted),
                PutInvite(invite),
                said("x"),
            ]
        )
        store = await place.reopen()
        loaded = await store.load()
        assert sorted(loaded.people, key=lambda person: person.id) == [ANNA, BOB]
        assert sorted(loaded.channels, key=lambda channel: channel.id) == [HOME, SECRET, FLEETING]
        assert sorted(loaded.standings) == [(HOME.id, ANNA.id, OWNER), (SECRET.id, BOB.id, muted)]
        assert loaded.invites == [invite]
        assert loaded.numbers == {HOME.id: 1, SECRET.id: 0, FLEETING.id: 0}

    async def test_what_is_put_again_is_as_it_was_put_last(self, place: Place) -> None:
        """Changed, and taken away: a standing by None, an invite by its last use."""
        invite = Invite(7, b"h" * 32, ANNA.id, 11, 2, 0)
        changed = Channel(id=100, name="home", topic="new", read_only=True, history=False, retention_days=3, made_at=5)
        await place.store.commit(
            [
                PutStanding(HOME.id, ANNA.id, OWNER),
                PutStanding(HOME.id, BOB.id, MEMBER),
                PutInvite(invite),
                PutChannel(changed),
            ]
        )
        await place.store.commit(
            [
                PutStanding(HOME.id, ANNA.id, None),
                PutStanding(HOME.id, BOB.id, Standing(Role.BANNED)),
                PutInvite(Invite(7, b"h" * 32, ANNA.id, 11, 0, 0)),
                PutPerson(Person(id=1, name="Anna", made_at=10), "anna"),
            ]
        )
        store = await place.reopen()
        loaded = await store.load()
        assert loaded.standings == [(HOME.id, BOB.id, Standing(Role.BANNED))]
        assert loaded.invites == []
        assert changed in loaded.channels
        assert Person(id=1, name="Anna", made_at=10) in loaded.people

    async def test_credentials_are_found_by_skeleton_and_a_password_stays_until_another_comes(
        self, store: Store
    ) -> None:
        """None leaves the password that there is; guests and strangers have none."""
        assert await store.credentials("anna") == (1, "$argon2id$anna")
        await store.commit([PutPerson(ANNA, "anna")])
        assert await store.credentials("anna") == (1, "$argon2id$anna")
        await store.commit([PutPerson(ANNA, "anna", "$argon2id$new")])
        assert await store.credentials("anna") == (1, "$argon2id$new")
        assert await store.credentials("nobody") is None
        assert await store.credentials("") is None

    async def test_a_guest_is_found_by_its_id_until_it_is_an_account(self, store: Store) -> None:
        """And the author of what a guest said, by name."""
        assert await store.guest(LUC.id) == LUC
        assert await store.guest(ANNA.id) is None
        assert await store.guest(12345) is None
        assert await store.author("Luc") == LUC.id
        assert await store.author("Nobody") == 0
        await store.commit([PutPerson(Person(id=3, name="Luc", made_at=30), "luc", "hash")])
        assert await store.guest(LUC.id) is None
        assert await store.credentials("luc") == (3, "hash")

    async def test_tokens_are_found_by_hash_and_dropped_some_or_all(self, place: Place) -> None:
        """A person's own only; `but` stays."""
        tokens = [Token(n, bytes([n]) * 32, ANNA.id, f"device {n}", n, n) for n in (1, 2, 3)]
        other = Token(9, b"x" * 32, BOB.id, "", 1, 1)
        await place.store.commit([PutToken(token) for token in [*tokens, other]])
        store = await place.reopen()
        assert await store.token(b"\x02" * 32) == tokens[1]
        assert await store.token(b"?" * 32) is None
        assert await store.tokens(ANNA.id) == tokens
        used = Token(2, b"\x02" * 32, ANNA.id, "device 2", 2, 777)
        await store.commit([PutToken(used), DropTokens(ANNA.id, (1, 9))])
        assert await store.tokens(ANNA.id) == [used, tokens[2]]
        assert await store.tokens(BOB.id) == [other]
        await store.commit([DropTokens(ANNA.id, but=3)])
        assert await store.tokens(ANNA.id) == [tokens[2]]
        await store.commit([DropTokens(ANNA.id)])
        assert await store.tokens(ANNA.id) == []

    async def test_stale_tokens_of_everybody_are_dropped(self, place: Place) -> None:
        """Those used since then stay."""
        old, fresh = Token(1, b"1" * 32, ANNA.id, "", 1, 99), Token(2, b"2" * 32, BOB.id, "", 1, 100)
        await place.store.commit([PutToken(old), PutToken(fresh), DropStaleTokens(100)])
        assert await place.store.tokens(ANNA.id) == []
        assert await place.store.tokens(BOB.id) == [fresh]


class TestCheckAndBackup:
    async def test_a_sound_store_has_no_problems(self, store: Store) -> None:
        """And its rows are counted."""
        await store.commit([said("a"), said("b", SECRET), Audit(1, 0, "tested", "{}")])
        count = await store.check()
        assert (count.messages, count.people, count.channels, count.problems) == (2, 3, 3, [])

    @pytest.mark.parametrize(
        ("damage", "complaint"),
        [
            ("DELETE FROM channels WHERE id = 101", "in channel 101"),
            ("DELETE FROM people WHERE id = 1", "by person 1"),
            ("DELETE FROM log WHERE channel = 100 AND number = 2", "nothing between 1 and 3"),
        ],
    )
    async def test_planted_damage_is_found(self, place: Place, damage: str, complaint: str) -> None:
        """A row that is missing, of each kind that others point to."""
        await place.store.commit([said("1"), said("2"), said("3"), said("x", SECRET)])
        with sqlite3.connect(place.path) as connection:
            connection.execute(damage)
        connection.close()
        problems = (await place.store.check()).problems
        assert any(complaint in problem for problem in problems)
        with pytest.raises(StoreFailed):
            await place.store.backup(place.path.with_name("copy.db"))
        assert not place.path.with_name("copy.db").exists()
        assert not list(place.path.parent.glob("*.part"))

    async def test_a_damaged_page_is_found(self, place: Place) -> None:
        """Bytes turned over in the middle of the file."""
        await place.store.commit([said("some words " * 50, key=f"k{number}") for number in range(500)])
        await place.store.close()
        with sqlite3.connect(place.path) as connection:
            (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'log_place'").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.close()
        with place.path.open("r+b") as file:
            file.seek((root - 1) * size + 8)
            file.write(b"\xff" * 64)
        store = SqliteStore(place.path.parent, quiet=3600.0)
        place.store = store
        assert (await store.check()).problems

    async def test_a_backup_is_whole_while_commits_go_on(self, place: Place) -> None:
        """A prefix of what was committed, checked, readable by its owner only, and a store of its own."""
        store = place.store
        await store.commit([said(str(number)) for number in range(1000)])
        target = place.path.with_name("copy")
        target.mkdir()
        backup = asyncio.ensure_future(store.backup(target / "causerie.db"))
        during = 0
        while not backup.done():
            await store.commit([said("during")])
            during += 1
        count = await backup
        assert count.problems == []
        assert 1000 <= count.messages <= 1000 + during
        assert (target / "causerie.db").stat().st_mode & 0o777 == 0o600
        with pytest.raises(StoreFailed):
            await store.backup(target / "causerie.db" / "not-a-directory")
        copy = SqliteStore(target, quiet=3600.0)
        loaded = await copy.load()
        assert loaded.numbers[HOME.id] == count.messages
        assert len(loaded.people) == 2
        await copy.close()

    async def test_the_record_is_neither_edited_nor_erased(self, place: Place) -> None:
        """What was done to whom stays."""
        await place.store.commit([Audit(1, ANNA.id, "kicked", '{"name":"bob"}')])
        with sqlite3.connect(place.path) as connection:
            for statement in ("UPDATE audit SET act = 'praised'", "DELETE FROM audit"):
                with pytest.raises(sqlite3.IntegrityError):
                    connection.execute(statement)
        connection.close()


def tables(path: Path) -> dict[str, str]:
    """What the file's tables, indexes and triggers are, without regard to white space and comments."""
    connection = sqlite3.connect(path)
    found = {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        lines = [line.partition("--")[0] for line in sql.splitlines()]
        found[name] = "".join("".join(lines).split())
    connection.close()
    found.pop("alembic_version")
    return found


def test_the_schema_is_what_all_migrations_make(tmp_path: Path) -> None:
    """A new file gets schema.sql at once; an old one is migrated; both must come to the same."""
    sqlite_schema.migrate(tmp_path / "migrated.db")
    sqlite_schema.bring_up_to_date(tmp_path / "new.db")
    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "new.db")
    assert len(tables(tmp_path / "new.db")) >= 12
    for name in ("migrated.db", "new.db"):
        connection = sqlite3.connect(tmp_path / name)
        assert sqlite_schema.version(connection) == sqlite_schema.HEAD
        connection.close()


def test_a_file_that_is_not_ours_or_newer_is_left_alone(tmp_path: Path) -> None:
    """It says what is wrong."""
    with sqlite3.connect(tmp_path / "causerie.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreFailed, match="not a causerie store"):
        SqliteStore(tmp_path)
    (tmp_path / "newer").mkdir()
    with sqlite3.connect(tmp_path / "newer" / "causerie.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    with pytest.raises(StoreFailed, match="upgrade causerie"):
        SqliteStore(tmp_path / "newer")
