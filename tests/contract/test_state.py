"""What is kept beside the logs: of people, channels, and what people have read."""

from __future__ import annotations

from causerie.chat.model import MEMBER, OWNER, Channel, Invite, Mask, Person, Preferences, Role, Standing, Subscription
from causerie.server.ports.changes import (
    AddressBan,
    Append,
    Audit,
    Complaint,
    DropNetworks,
    DropStaleTokens,
    DropSubscription,
    DropTokens,
    PutAddressBan,
    PutChannel,
    PutDraft,
    PutFormerName,
    PutInvite,
    PutMarker,
    PutMask,
    PutMetadata,
    PutNetwork,
    PutPerson,
    PutPin,
    PutPreferences,
    PutReport,
    PutSeen,
    PutStanding,
    PutSubscription,
    PutToken,
    Token,
)
from causerie.server.ports.records import Credentials
from causerie.server.ports.store import Store
from tests.contract.adapters import Place
from tests.contract.samples import (
    ANNA,
    BOB,
    FLEETING,
    HOME,
    LUC,
    SECRET,
    about,
    numbered,
    said,
)


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
