"""What every store keeps of its promises (causerie.server.store): one suite, every adapter."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from causerie.chat.events import Deleted, Edited, Message, Reacted, Reaction
from causerie.chat.model import MEMBER, OWNER, Channel, Invite, Mask, Person, Preferences, Role, Standing, Subscription
from causerie.server.ports.changes import (
    AddressBan,
    Append,
    Audit,
    Change,
    Complaint,
    DropNetworks,
    DropStaleTokens,
    DropSubscription,
    DropTokens,
    Erase,
    PutAddressBan,
    PutChannel,
    PutDraft,
    PutFollow,
    PutFormerName,
    PutInvite,
    PutMarker,
    PutMask,
    PutMetadata,
    PutNetwork,
    PutPerson,
    PutPin,
    PutPreferences,
    PutReaction,
    PutReport,
    PutSeen,
    PutStanding,
    PutSubscription,
    PutToken,
    Rewrite,
    Stored,
    Token,
)
from causerie.server.ports.store import Credentials, Forgotten, Query, Store, StoreFailed
from causerie.stores.sqlite import log_index, schema
from causerie.stores.sqlite.store import SqliteStore

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
    """Where an adapter keeps a store: `reopen()` closes the one that is open. `make`: opens one that moves what is
    older than so many events to where it is kept for long (None: as it is in use)."""

    def __init__(self, make: Callable[[int | None], Store], path: Path) -> None:
        self._make = make
        self._tail: int | None = None
        self.path = path
        self.store: Store

    async def open(self) -> Store:
        self.store = self._make(self._tail)
        await self.store.load()
        return self.store

    async def reopen(self, tail: int | None = None) -> Store:
        """`tail` holds from now on."""
        await self.store.close()
        if tail is not None:
            self._tail = tail
        return await self.open()


@pytest.fixture(params=["sqlite"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """Another adapter is another parameter here."""
    assert request.param == "sqlite"

    def opened(tail: int | None) -> Store:
        return SqliteStore(tmp_path, quiet=3600.0, tail=log_index.TAIL if tail is None else tail)

    place = Place(opened, tmp_path / "causerie.db")
    await place.open()
    await place.store.commit(PLACES)
    yield place
    await place.store.close()


@pytest.fixture
def store(place: Place) -> Store:
    return place.store


def said(text: str, channel: Channel = HOME, author: Person = ANNA, key: str = "", at: int = 1000) -> Append:
    return Append(channel, "message", at, author, text, key, "")


async def numbered(store: Store, *appends: Append) -> list[Stored]:
    """What becomes of these, committed together."""
    results = await store.commit(appends)
    return [results[append] for append in appends]


async def texts(store: Store, channel: Channel = HOME) -> list[tuple[int, str]]:
    """All of a channel's messages."""
    page = await store.page(channel, 0, 0, 1000, newest=False)
    return [(event.number, event.text) for event in page if isinstance(event, Message)]


class TestTheLog:
    async def test_numbers_of_a_channel_rise_by_one_in_the_order_given(self, store: Store) -> None:
        """Each channel counts for itself, over commits and within one."""
        first = await numbered(store, said("a"), said("b", SECRET), said("c"))
        second = await numbered(store, said("d", SECRET), said("e"))
        assert [one.number for one in first + second] == [1, 1, 2, 2, 3]
        assert [one.channel for one in first + second] == ["home", "secret", "home", "secret", "home"]
        assert await texts(store) == [(1, "a"), (2, "c"), (3, "e")]
        assert await texts(store, SECRET) == [(1, "b"), (2, "d")]

    async def test_numbers_go_on_after_reopening(self, place: Place) -> None:
        """No number is given twice."""
        await place.store.commit([said("a"), said("b")])
        store = await place.reopen()
        (next_one,) = await numbered(store, said("c"))
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
        (after,) = await numbered(store, said("after"))
        assert after.number == 2
        assert await texts(store) == [(1, "before"), (2, "after")]
        assert await texts(store, SECRET) == []
        store = await place.reopen()
        assert (await store.load()).standings == []

    async def test_a_key_is_one_message_within_a_commit_over_commits_and_after_reopening(self, place: Place) -> None:
        """The first one's number and time come back; nothing is stored; another author's key is another."""
        store = place.store
        first, again = await numbered(store, said("once", key="k", at=1000), said("twice", key="k", at=2000))
        assert (again.number, again.at, again.again) == (1, 1000, True)
        assert not first.again
        (later,) = await numbered(store, said("thrice", key="k", at=3000))
        assert (later.number, later.at, later.again) == (1, 1000, True)
        store = await place.reopen()
        reopened, other = await numbered(store, said("again", key="k", at=4000), said("bob's", author=BOB, key="k"))
        assert (reopened.number, reopened.at, reopened.again) == (1, 1000, True)
        assert (other.number, other.again) == (2, False)
        assert await texts(store) == [(1, "once"), (2, "bob's")]

    async def test_a_key_said_before_in_another_channel_leads_there(self, store: Store) -> None:
        """The acknowledgement names the channel in which the number stands."""
        await store.commit([said("once", key="k"), said("first", SECRET)])
        (same,) = await numbered(store, said("once", SECRET, key="k"))
        (later,) = await numbered(store, said("once", SECRET, key="k"))
        assert (same.channel, same.number, later.channel) == ("home", 1, "home")
        assert await texts(store, SECRET) == [(1, "first")]

    async def test_with_history_off_numbers_rise_and_nothing_is_kept(self, place: Place) -> None:
        """Also after reopening; events other than messages are kept all the same."""
        results = await numbered(place.store, said("a", FLEETING), said("b", FLEETING))
        assert [one.number for one in results] == [1, 2]
        assert await texts(place.store, FLEETING) == []
        store = await place.reopen()
        topic, more = await numbered(
            store, Append(FLEETING, "topic", 5, ANNA, "new topic", "", "{}"), said("c", FLEETING)
        )
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
            channel="home", number=1, at=123, person=3, name="Luc", text=text, guest=True, key="k-1", said=1
        )
        await store.commit([PutPerson(Person(id=3, name="lucien", made_at=30), "lucien", "hash")])
        (event,) = await store.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(event, Message)
        assert (event.name, event.guest) == ("lucien", False)

    async def test_retention_drops_the_oldest_and_numbers_go_on(self, place: Place) -> None:
        """A bounded piece at a time, also when nothing is left, and after reopening."""
        store = place.store
        await store.commit([said(str(number), at=number * 100) for number in range(1, 7)])
        assert (await store.forget_before(HOME.id, 350, 2)).events == 2
        assert (await store.forget_before(HOME.id, 350, 2)).events == 1
        assert (await store.forget_before(HOME.id, 350, 2)).events == 0
        assert [number for number, _ in await texts(store)] == [4, 5, 6]
        assert (await store.forget_before(HOME.id, 10**6, 100)).events == 3
        store = await place.reopen()
        (after,) = await numbered(store, said("after"))
        assert after.number == 7
        assert (await store.check()).problems == []

    async def test_retention_tells_whom_it_took_mentions_from(self, store: Store) -> None:
        """Those who were named, 0 where it was everybody, and nobody of a message that stays."""
        await store.commit(
            [
                Append(HOME, "message", 1, ANNA, "@bob", "", "", mentions=(2,)),
                Append(HOME, "message", 2, ANNA, "@channel", "", "", mentions=(0,)),
                Append(HOME, "message", 90, ANNA, "@luc", "", "", mentions=(3,)),
            ]
        )
        assert await store.forget_before(HOME.id, 50, 10) == Forgotten(2, frozenset((0, 2)))
        assert await store.forget_before(HOME.id, 50, 10) == Forgotten(0, frozenset())

    async def test_retention_and_commits_do_not_wait_for_each_other(self, store: Store) -> None:
        """Both at once, many times: neither fails, and no number is missing."""
        numbers = []

        async def talk() -> None:
            for number in range(40):
                (stored,) = await numbered(store, said(str(number), at=number))
                numbers.append(stored.number)

        async def forget() -> int:
            gone = 0
            for _ in range(20):
                gone += (await store.forget_before(HOME.id, 10, 1)).events
            return gone

        async with asyncio.timeout(4):  # less than SQLite would wait for a lock
            _, gone = await asyncio.gather(talk(), forget())
        assert numbers == list(range(1, 41))
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

    async def test_rights_are_kept_as_they_were_given(self, place: Place) -> None:
        """Whether a record admits, as what a link was made, and from where an account was logged in to: the last 8."""
        left = Standing(Role.INVITED, 12345, admits=False)
        invite = Invite(7, b"h" * 32, LUC.id, 11, 3, 0, made_as="root")
        networks = [PutNetwork(ANNA.id, f"192.0.2.{number}", 100 + number) for number in range(10)]
        await place.store.commit([PutStanding(HOME.id, BOB.id, left), PutInvite(invite), *networks])
        await place.store.commit([PutNetwork(BOB.id, "2001:db8::/64", 50), PutNetwork(ANNA.id, "192.0.2.3", 200)])
        before = await place.store.load()
        loaded = await (await place.reopen()).load()
        assert loaded.standings == [(HOME.id, BOB.id, left)]
        assert loaded.invites == [invite]
        mine = [one.network for one in loaded.networks if one.person == ANNA.id]
        assert mine == [f"192.0.2.{number}" for number in (2, 4, 5, 6, 7, 8, 9, 3)]
        assert loaded.decoy == before.decoy
        assert len(loaded.decoy) == 32
        await place.store.commit([DropNetworks(ANNA.id), DropStaleTokens(50)])
        assert [one.person for one in (await place.store.load()).networks] == [BOB.id]
        await place.store.commit(
            [DropStaleTokens(51), PutPerson(ANNA, "anna", "$argon2id$v=19$m=8,t=1,p=1$s$h", "4096:a:b:c")]
        )
        loaded = await place.store.load()
        assert loaded.networks == []
        assert loaded.scram_passes == {4096: 1}
        assert loaded.hash_figures == {"m=8,t=1,p=1": 1}

    async def test_what_is_put_again_is_as_it_was_put_last(self, place: Place) -> None:
        """Changed, and taken away: a standing by None, an invite by its last use."""
        invite = Invite(7, b"h" * 32, ANNA.id, 11, 2, 0)
        changed = Channel(
            id=100, name="home", topic="new", read_only=True, history=False, retention_days=3, made_at=5,
            slow_seconds=9, tell_reactions=True, topic_by="Bob", topic_at=7, topic_for="all", key="plums",
            people_most=4, hidden=True, outsiders=True,
        )  # fmt: skip
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

    async def test_former_names_are_kept_until_the_channel_has_them_again(self, place: Place) -> None:
        """A name belongs to one channel."""
        await place.store.commit([PutFormerName("tea", HOME.id), PutFormerName("cake", HOME.id)])
        assert sorted((await place.store.load()).former_names) == [("cake", HOME.id), ("tea", HOME.id)]
        await place.store.commit([PutFormerName("tea", HOME.id, on=False)])
        assert (await place.store.load()).former_names == [("cake", HOME.id)]

    async def test_metadata_is_kept_by_key_until_it_is_emptied(self, place: Place) -> None:
        """Of a channel and of a person, apart."""
        notes = [PutMetadata(0, BOB.id, "url", "b"), PutMetadata(HOME.id, 0, "url", "a")]
        await place.store.commit([*notes, PutMetadata(0, BOB.id, "avatar", "x")])
        await place.store.commit([PutMetadata(0, BOB.id, "avatar", ""), PutMetadata(0, BOB.id, "url", "c")])
        assert (await place.store.load()).metadata == [PutMetadata(0, BOB.id, "url", "c"), notes[1]]

    async def test_masks_and_voices_are_kept_until_they_are_taken_away(self, place: Place) -> None:
        """A mask is known by its channel, its list and itself; in the order in which they were put there."""
        masks = [Mask(HOME.id, "ban", "wolf*", "Anna", 5), Mask(HOME.id, "invite", "wolf*", "Bob", 6)]
        voiced = Standing(Role.MEMBER, 0, True)
        await place.store.commit([*map(PutMask, masks), PutStanding(HOME.id, BOB.id, voiced)])
        loaded = await (await place.reopen()).load()
        assert loaded.masks == masks
        assert loaded.standings == [(HOME.id, BOB.id, voiced)]
        await place.store.commit([PutMask(masks[0], on=False)])
        assert (await place.store.load()).masks == masks[1:]

    async def test_subscriptions_are_kept_by_person_and_endpoint_until_they_are_dropped(self, place: Place) -> None:
        """Two people may name one endpoint; the same person again replaces what there was."""
        first, other = (
            Subscription(person, "https://p.example/1", b"k" * 65, b"a" * 16, "irc", 5) for person in (1, 2)
        )
        again = Subscription(1, "https://p.example/1", b"K" * 65, b"A" * 16, "irc message-tags", 6)
        await place.store.commit([PutSubscription(first), PutSubscription(other), PutSubscription(again)])
        loaded = await (await place.reopen()).load()
        assert loaded.subscriptions == [again, other]
        await place.store.commit(
            [DropSubscription(1, "https://p.example/1"), DropSubscription(3, "https://p.example/1")]
        )
        assert (await place.store.load()).subscriptions == [other]

    async def test_credentials_are_found_by_skeleton_and_a_password_stays_until_another_comes(
        self, store: Store
    ) -> None:
        """None leaves the password that there is; guests and strangers have none."""
        assert await store.credentials("anna") == Credentials(1, "$argon2id$anna")
        await store.commit([PutPerson(ANNA, "anna")])
        assert await store.credentials("anna") == Credentials(1, "$argon2id$anna")
        await store.commit([PutPerson(ANNA, "anna", "$argon2id$new")])
        assert await store.credentials("anna") == Credentials(1, "$argon2id$new")
        await store.commit([PutPerson(ANNA, "anna", "$argon2id$new", "4096:salt:stored:server")])
        await store.commit([PutPerson(ANNA, "anna")])
        assert await store.credentials("anna") == Credentials(1, "$argon2id$new", "4096:salt:stored:server")
        await store.commit([PutPerson(ANNA, "anna", "$argon2id$other", "")])
        assert await store.credentials("anna") == Credentials(1, "$argon2id$other")
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
        assert await store.credentials("luc") == Credentials(3, "hash")

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
            (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'log_key'").fetchone()
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


def about(kind: str, target: int, data: str = "{}", author: Person = ANNA) -> Append:
    return Append(HOME, kind, 2000, author, "", "", data, target=target)


def reply(text: str, thread: int, author: Person = BOB, key: str = "", follow: tuple[int, int] = (0, 0)) -> Append:
    return Append(HOME, "message", 1000, author, text, key, "", target=thread, thread=thread, follow=follow)


async def message(store: Store, number: int, asker: int = 0) -> Message:
    (found,) = await store.messages(HOME, [number], asker)
    return found


@pytest.fixture(params=["in the tail", "in places"])
async def kept(request: pytest.FixtureRequest, place: Place) -> Store:
    """A store whose look-ups go through the log's newest rows, or through the places of older ones."""
    return await place.reopen(tail=0) if request.param == "in places" else place.store


class TestWhatBecomesOfAMessage:
    async def test_an_edit_is_what_the_message_says_and_earlier_texts_are_versions(self, kept: Store) -> None:
        """In the page, in the message and in the edit's own event; the last of two edits wins everywhere."""
        await kept.commit([said("one"), said("two")])
        for text, at in (("uno", 10), ("eins", 20)):
            data = f'{{"mentions":[2],"edited_at":{at}}}'
            await kept.commit([about("edited", 1), Rewrite(HOME.id, 1, text, data, at, BOB.id)])
        first, second, *edits = await kept.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(first, Message)
        assert (first.text, first.edited_at, first.mentions) == ("eins", 20, (2,))
        assert isinstance(second, Message)
        assert (second.text, second.edited_at) == ("two", 0)
        assert [(edit.text, edit.target, edit.mentions) for edit in edits if isinstance(edit, Edited)] == [
            ("eins", 1, (2,)), ("eins", 1, (2,)),
        ]  # fmt: skip
        assert await message(kept, 1) == first
        past = await kept.versions(HOME.id, 1)
        assert [(version.at, version.name, version.text) for version in past] == [
            (10, "bob", "one"),
            (20, "bob", "uno"),
        ]
        assert await kept.versions(HOME.id, 2) == []

    async def test_a_deletion_takes_the_text_from_everywhere(self, place: Place, kept: Store, tmp_path: Path) -> None:
        """From the log, versions, reactions, mentions, pins, search, and the bytes of a backup taken afterwards."""
        secret = "Zwiebelkuchen" * 20
        put = Append(HOME, "message", 1000, ANNA, secret, "", '{"mentions":[2]}', mentions=(2,))
        await kept.commit([said("before"), put, said("after")])
        await kept.commit([about("edited", 2), Rewrite(HOME.id, 2, secret + " edited", '{"edited_at":5}', 5, 1)])
        await kept.commit([PutReaction(HOME.id, 2, "👍", 2, True), PutPin(HOME.id, 2, 5, True)])
        assert len((await kept.search(Query("edited", frozenset([HOME.id])))).hits) == 1
        await kept.commit([about("deleted", 0, '{"targets":[2]}'), Erase(HOME.id, (2,))])
        found = await message(kept, 2)
        assert (found.text, found.deleted, found.mentions, found.reactions) == ("", True, (), ())
        assert await kept.versions(HOME.id, 2) == []
        assert (await kept.search(Query("edited", frozenset([HOME.id])))).hits == []
        assert [state.mentions for state in await kept.read_states(2, [(HOME.id, -1, 99)])] == [0]
        *_, edit, deleted = await kept.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(edit, Edited)
        assert edit.text == ""
        assert isinstance(deleted, Deleted)
        assert deleted.targets == (2,)
        count = await kept.backup(tmp_path / "copy.db")
        assert not count.problems
        assert b"Zwiebelkuchen" not in (tmp_path / "copy.db").read_bytes()
        assert b"before" in (tmp_path / "copy.db").read_bytes()
        assert (await place.reopen()) is not kept

    async def test_search_finds_an_edited_message_by_its_new_words_only(self, kept: Store) -> None:
        """As soon as the commit has returned, whether it was indexed before or not."""
        await kept.commit([said("apple"), said("pear")])
        everywhere = frozenset([HOME.id])
        assert len((await kept.search(Query("apple", everywhere))).hits) == 1
        await kept.commit([about("edited", 1), Rewrite(HOME.id, 1, "cherry", '{"edited_at":5}', 5, 1)])
        assert (await kept.search(Query("apple", everywhere))).hits == []
        ((_, _, found),) = (await kept.search(Query("cherry", everywhere))).hits
        assert (found.text, found.edited_at) == ("cherry", 5)

    async def test_reactions_are_counted_once_a_person_and_emoji(self, kept: Store) -> None:
        """By emoji; `mine` as the asker sees it; a taken one is gone."""
        await kept.commit([said("hi"), said("ho")])
        await kept.commit([PutReaction(HOME.id, 1, "👍", person, True) for person in (1, 2, 2)])
        await kept.commit([PutReaction(HOME.id, 1, "❤", 3, True), PutReaction(HOME.id, 1, "😀", 3, True)])
        await kept.commit(
            [PutReaction(HOME.id, 1, "😀", 3, False), about("reacted", 1, '{"emoji":"👍","count":2}', BOB)]
        )
        assert (await message(kept, 1, asker=2)).reactions == (Reaction("❤", 1), Reaction("👍", 2, True))
        assert (await message(kept, 2)).reactions == ()
        assert [(emoji, who.name) for emoji, who in await kept.reactors(HOME.id, 1)] == [
            ("❤", "Luc"), ("👍", "anna"), ("👍", "bob"),
        ]  # fmt: skip
        (told,) = await kept.page(HOME, 2, 0, 10, newest=False)
        assert isinstance(told, Reacted)
        assert (told.words, told.count, told.target) == ("hi", 2, 1)

    async def test_replies_make_a_thread(self, kept: Store) -> None:
        """Its pages, how many there are, and what a person has read of it."""
        await kept.commit([said("root"), reply("a", 1), said("between"), reply("b", 1), reply("c", 1)])
        assert (await message(kept, 1)).replies == 3
        thread = await kept.thread(HOME, 1, 0, 0, 2, newest=True)
        assert [(event.text, event.nth, event.reply) for event in thread] == [("b", 2, 1), ("c", 3, 1)]
        assert [event.text for event in await kept.thread(HOME, 1, 0, 4, 5, newest=False)] == ["a"]
        follow = [PutFollow(2, HOME.id, 1, True), PutFollow(2, HOME.id, 3, True)]
        await kept.commit([*follow, PutMarker(2, HOME.id, 1, 4, 2)])
        state, silent = await kept.threads(2, [HOME.id])
        assert (silent.thread, silent.replies, silent.last) == (3, 0, 0)
        assert (state.replies, state.last, state.upto, state.said) == (3, 5, 4, 2)
        assert await kept.said_at(HOME.id, 4, thread=1) == (4, 2)
        assert await kept.follows(2, HOME.id, 1)
        assert [await kept.follow_count(2, channels) for channels in ([HOME.id], [HOME.id + 1], [])] == [2, 0, 0]
        assert await kept.follow_count(1, [HOME.id]) == 0
        await kept.commit([PutFollow(2, HOME.id, 1, False), PutFollow(2, HOME.id, 3, False)])
        assert await kept.threads(2, [HOME.id]) == []
        assert not await kept.follows(2, HOME.id, 1)

    async def test_a_thread_is_counted_where_it_is_stored(self, kept: Store) -> None:
        """What is sent again is not counted and follows nothing; who follows already does not begin to."""
        replies = [
            reply("a", 1, key="x", follow=(BOB.id, ANNA.id)),
            reply("a", 1, key="x", follow=(BOB.id, ANNA.id)),
            reply("b", 1, follow=(BOB.id, ANNA.id)),
        ]
        _, *first = await numbered(kept, said("root"), *replies)
        await kept.commit([PutFollow(BOB.id, HOME.id, 1, False)])
        later = [reply("a", 1, key="x", follow=(BOB.id, ANNA.id)), reply("c", 1, follow=(BOB.id, ANNA.id))]
        results = [*first, *await numbered(kept, *later)]
        assert [(one.again, one.nth, one.followed) for one in results] == [
            (False, 1, (ANNA.id, BOB.id)), (True, 0, ()), (False, 2, ()), (True, 0, ()), (False, 3, (BOB.id,)),
        ]  # fmt: skip
        assert (await message(kept, 1)).replies == 3
        assert [one.nth for one in await kept.thread(HOME, 1, 0, 0, 9, newest=False)] == [1, 2, 3]

    async def test_a_page_of_talk_is_full_of_messages(self, kept: Store) -> None:
        """Whatever lies between them."""
        await kept.commit([said("a")] + [about("pinned", 1, '{"on":true}') for _ in range(30)] + [said("b"), said("c")])
        for newest, expected in ((True, ["b", "c"]), (False, ["a", "b"])):
            page = await kept.page(HOME, 0, 0, 2, newest, talk=True)
            assert [event.text for event in page if isinstance(event, Message)] == expected

    async def test_the_messages_of_an_author_from_one_on(self, kept: Store) -> None:
        """Not those of others, not those deleted."""
        await kept.commit([said("1"), said("2", author=BOB), said("3"), said("4"), said("5", SECRET)])
        await kept.commit([Erase(HOME.id, (3,))])
        assert await kept.by_author(HOME.id, ANNA.id, 1, 10) == [1, 4]
        assert await kept.by_author(HOME.id, ANNA.id, 2, 10) == [4]


class TestWhatPeopleKeep:
    async def test_what_is_unread_is_counted_by_messages(self, place: Place) -> None:
        """Events that are no messages do not count; a channel never read counts from its beginning."""
        store = place.store
        one = Append(HOME, "message", 1, ANNA, "@bob", "", "", mentions=(2,))
        everyone = Append(HOME, "message", 1, ANNA, "@channel", "", "", mentions=(0,))
        results = await numbered(store, said("a"), about("pinned", 1, '{"on":true}'), one, everyone, said("x", SECRET))
        assert [stored.said for stored in results] == [1, 1, 2, 3, 1]
        await store.commit([PutMarker(2, HOME.id, 0, 2, 1)])
        store = await place.reopen()
        home, secret = await store.read_states(2, [(HOME.id, -1, 99), (SECRET.id, -1, 99)])
        assert (home.channel, home.upto, home.said, home.mentions) == (HOME.id, 2, 1, 2)
        assert (secret.channel, secret.upto, secret.said, secret.mentions) == (SECRET.id, 0, 0, 0)
        await store.commit([PutMarker(2, HOME.id, 0, 3, 2)])
        # The mentions are events 3 and 4: the first bound is read, the second one counts.
        for above, upto, bob, anna in ((-1, 99, 1, 1), (0, 99, 2, 1), (2, 3, 1, 0), (3, 3, 0, 0), (3, 4, 1, 1)):
            counts = [(await store.read_states(who, [(HOME.id, above, upto)]))[0].mentions for who in (2, 1)]
            assert counts == [bob, anna]
        assert await store.said_at(HOME.id, 2) == (2, 1)
        assert await store.said_at(HOME.id, 99) == (4, 3)

    async def test_a_marker_keeps_the_time_that_was_given(self, place: Place) -> None:
        """0 where none was."""
        await place.store.commit([PutMarker(2, HOME.id, 0, 2, 1, 777), PutMarker(2, SECRET.id, 0, 1, 1)])
        store = await place.reopen()
        states = await store.read_states(2, [(HOME.id, -1, 0), (SECRET.id, -1, 0)])
        assert [state.at for state in states] == [777, 0]

    async def test_numbers_are_found_by_time_wherever_they_are_kept(self, place: Place) -> None:
        """Of several events of one time the last; whether they are placed, in the tail, or partly forgotten."""
        store = await place.reopen(tail=7)
        for at in (10, 20, 20, 30, 30, 40, 50, 60, 70, 80):
            await store.commit([said(str(at), at=at), said("else", SECRET, at=at)])
        expected = {9: 0, 10: 1, 19: 1, 20: 3, 29: 3, 30: 5, 45: 6, 59: 7, 80: 10, 99: 10}
        assert {at: await store.number_at(HOME.id, at) for at in expected} == expected
        assert (await store.forget_before(HOME.id, 30, 2)).events == 2
        assert [await store.number_at(HOME.id, at) for at in (15, 20, 30)] == [0, 3, 5]
        assert [await store.time_of(HOME.id, number) for number in (1, 3, 6, 99)] == [0, 20, 40, 80]
        assert await store.number_at(FLEETING.id, 99) == await store.time_of(FLEETING.id, 9) == 0

    async def test_where_something_was_said_last(self, place: Place) -> None:
        """The last message that has a text; channels without one are left out."""
        store = place.store
        await store.commit([said("a", at=1), said("b", at=2), said("c", at=3), said("x", SECRET, at=9)])
        await store.commit([Erase(HOME.id, (3,)), about("pinned", 1, '{"on":true}')])
        assert await store.last_said([HOME.id, FLEETING.id, SECRET.id]) == [(HOME.id, 2, 2), (SECRET.id, 1, 9)]

    async def test_counts_go_on_where_nothing_is_kept(self, place: Place) -> None:
        """History off, and after all was forgotten."""
        await place.store.commit([said("a", FLEETING), said("b", FLEETING), said("c", at=5), said("d", at=6)])
        assert (await place.store.forget_before(HOME.id, 100, 10)).events == 2
        store = await place.reopen()
        later = await numbered(store, said("e", FLEETING), said("f"), said("g"))
        assert [(one.number, one.said) for one in later] == [(3, 3), (3, 3), (4, 4)]
        assert await texts(store) == [(3, "f"), (4, "g")]
        assert not (await store.check()).problems

    async def test_wishes_drafts_and_all_that_is_loaded_at_start(self, place: Place) -> None:
        """As they were put last."""
        wishes = Preferences(levels={HOME.id: "none"}, keywords=("tea",), zone="Europe/Paris", ignored=(3,))
        ban = AddressBan(HOME.id, "192.0.2.1", 3, 1, 5000)
        await place.store.commit(
            [
                PutPreferences(1, Preferences()), PutPreferences(1, wishes), PutSeen(1, 5), PutSeen(1, 6),
                PutPin(HOME.id, 9, 2, True), PutPin(HOME.id, 4, 3, True), PutPin(HOME.id, 5, 1, True),
                PutPin(HOME.id, 5, 1, False), PutAddressBan(ban),
                PutDraft(1, HOME.id, "so", 0, 1), PutDraft(1, SECRET.id, "x", 7, 2),
                PutDraft(1, HOME.id, "so far", 3, 9),
            ]
        )  # fmt: skip
        store = await place.reopen()
        loaded = await store.load()
        assert loaded.preferences == {1: wishes}
        assert loaded.seen == {1: 6}
        assert loaded.pins == [(HOME.id, 9), (HOME.id, 4)]
        assert loaded.address_bans == [ban]
        assert [(draft.channel, draft.text, draft.reply) for draft in await store.drafts(1)] == [
            (HOME.id, "so far", 3), (SECRET.id, "x", 7),
        ]  # fmt: skip
        await store.commit([PutDraft(1, HOME.id, "", 0, 10), PutAddressBan(AddressBan(HOME.id, "192.0.2.1", 3, 1, 0))])
        assert len(await store.drafts(1)) == 1
        assert (await store.load()).address_bans == []

    async def test_reports_and_the_audit_log(self, store: Store) -> None:
        """Reports until they are closed; the audit log for good, newest first."""
        report = Complaint(7, HOME.id, 5, 2, 1, 1, "rude")
        await store.commit([PutReport(report), Audit(1, 1, "kicked", "{}"), Audit(2, 2, "banned", '{"name":"x"}')])
        assert await store.reports([HOME.id]) == [report]
        assert await store.reports([SECRET.id]) == []
        await store.commit([PutReport(report, open=False)])
        assert await store.reports([HOME.id]) == []
        newest, oldest = await store.audit(0, 10)
        assert (newest.act, newest.name, newest.data, oldest.act) == ("banned", "bob", '{"name":"x"}', "kicked")
        assert [act.act for act in await store.audit(newest.id, 10)] == ["kicked"]


async def test_pages_are_the_same_wherever_the_places_of_events_are(place: Place) -> None:
    """In the tail, in `places`, and half in each; over a restart, and after a commit that failed while folding."""
    store = await place.reopen(tail=7)
    expected: dict[Channel, list[tuple[int, str]]] = {HOME: [], SECRET: []}
    for turn in range(12):
        batch = [said(f"{turn}.{i}", HOME if (turn + i) % 3 else SECRET) for i in range(turn % 4 + 1)]
        for append, stored in (await store.commit(batch)).items():
            expected[append.channel].append((stored.number, append.text))
        if turn == 5:
            with pytest.raises(StoreFailed):
                await store.commit([*(said("never") for _ in range(9)), said("\ud800")])
        for channel, all_of_it in expected.items():
            assert await texts(store, channel) == all_of_it
            page = await store.page(channel, 0, 0, 3, newest=True)
            assert [event.number for event in page] == [number for number, _ in all_of_it[-3:]]
            page = await store.page(channel, 1, 6, 3, newest=False)
            assert [event.number for event in page] == [number for number, _ in all_of_it if 1 < number < 6][:3]
    assert not (await store.check()).problems
    store = await place.reopen()
    for channel, all_of_it in expected.items():
        assert await texts(store, channel) == all_of_it


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
    schema.migrate(tmp_path / "migrated.db")
    schema.bring_up_to_date(tmp_path / "new.db")
    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "new.db")
    assert len(tables(tmp_path / "new.db")) >= 12
    for name in ("migrated.db", "new.db"):
        connection = sqlite3.connect(tmp_path / name)
        assert schema.version(connection) == schema.HEAD
        connection.close()


async def test_places_from_before_they_were_runs_are_read(tmp_path: Path) -> None:
    """A store of the schema before: a row for each event, and one in the tail."""
    path = tmp_path / "causerie.db"
    schema.migrate(path, "0005")
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO people (id, name, skeleton, guest, admin, disabled, made_at) VALUES (1, 'a', 'a', 0, 0, 0, 0)"
    )
    connection.execute(
        "INSERT INTO channels (id, name, access, topic, history, read_only, retention_days, made_at)"
        " VALUES (100, 'home', 'public', '', 1, 0, 0, 0)"
    )
    for number in (1, 2, 3, 4):
        connection.execute(
            "INSERT INTO log (id, channel, number, at, kind, author, text, said)"
            " VALUES (?, 100, ?, 1, 'message', 1, ?, ?)",
            (number, number, str(number), number),
        )
        if number < 4:
            connection.execute("INSERT INTO places VALUES (100, ?, ?)", (number, number))
    connection.execute("UPDATE placed SET upto = 3")
    connection.commit()
    connection.close()
    store = SqliteStore(tmp_path, quiet=3600.0)
    try:
        await store.load()
        await store.commit([said("5")])
        assert await texts(store) == [(number, str(number)) for number in (1, 2, 3, 4, 5)]
        assert [event.number for event in await store.messages(HOME, [2, 4, 5, 9])] == [2, 4, 5]
        assert not (await store.check()).problems
    finally:
        await store.close()


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
