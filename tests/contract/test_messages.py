"""What becomes of a message: edits, deletions, reactions, threads, search."""

from __future__ import annotations

from causerie.chat.events import Deleted, Edited, Message, Reacted, Reaction
from causerie.server.ports.changes import (
    Append,
    Erase,
    PutFollow,
    PutMarker,
    PutPin,
    PutReaction,
    Rewrite,
)
from causerie.server.ports.records import Query
from causerie.server.ports.store import Store
from tests.contract.samples import (
    ANNA,
    BOB,
    HOME,
    SECRET,
    about,
    message,
    numbered,
    reply,
    said,
)


class TestWhatBecomesOfAMessage:
    async def test_an_edit_is_what_the_message_says_and_earlier_texts_are_versions(self, store: Store) -> None:
        """In the page, in the message and in the edit's own event; the last of two edits wins everywhere."""
        await store.commit([said("one"), said("two")])
        for text, at in (("uno", 10), ("eins", 20)):
            data = f'{{"mentions":[2],"edited_at":{at}}}'
            await store.commit([about("edited", 1), Rewrite(HOME.id, 1, text, data, at, BOB.id)])
        first, second, *edits = await store.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(first, Message)
        assert (first.text, first.edited_at, first.mentions) == ("eins", 20, (2,))
        assert isinstance(second, Message)
        assert (second.text, second.edited_at) == ("two", 0)
        assert [(edit.text, edit.target, edit.mentions) for edit in edits if isinstance(edit, Edited)] == [
            ("eins", 1, (2,)), ("eins", 1, (2,)),
        ]  # fmt: skip
        assert await message(store, 1) == first
        past = await store.versions(HOME.id, 1)
        assert [(version.at, version.name, version.text) for version in past] == [
            (10, "bob", "one"),
            (20, "bob", "uno"),
        ]
        assert await store.versions(HOME.id, 2) == []

    async def test_a_deletion_takes_the_text_from_everywhere(self, store: Store) -> None:
        """From the log, versions, reactions, mentions, pins and search."""
        secret = "Zwiebelkuchen" * 20
        put = Append(HOME, "message", 1000, ANNA, secret, "", '{"mentions":[2]}', mentions=(2,))
        await store.commit([said("before"), put, said("after")])
        await store.commit([about("edited", 2), Rewrite(HOME.id, 2, secret + " edited", '{"edited_at":5}', 5, 1)])
        await store.commit([PutReaction(HOME.id, 2, "👍", 2, True), PutPin(HOME.id, 2, 5, True)])
        assert len((await store.search(Query("edited", frozenset([HOME.id])))).hits) == 1
        await store.commit([about("deleted", 0, '{"targets":[2]}'), Erase(HOME.id, (2,))])
        found = await message(store, 2)
        assert (found.text, found.deleted, found.mentions, found.reactions) == ("", True, (), ())
        assert await store.versions(HOME.id, 2) == []
        assert (await store.search(Query("edited", frozenset([HOME.id])))).hits == []
        assert [state.mentions for state in await store.read_states(2, [(HOME.id, -1, 99)])] == [0]
        *_, edit, deleted = await store.page(HOME, 0, 0, 10, newest=False)
        assert isinstance(edit, Edited)
        assert edit.text == ""
        assert isinstance(deleted, Deleted)
        assert deleted.targets == (2,)
        assert "Zwiebelkuchen" not in str(await store.page(HOME, 0, 0, 10, newest=False))

    async def test_search_finds_an_edited_message_by_its_new_words_only(self, store: Store) -> None:
        """As soon as the commit has returned, whether it was indexed before or not."""
        await store.commit([said("apple"), said("pear")])
        everywhere = frozenset([HOME.id])
        assert len((await store.search(Query("apple", everywhere))).hits) == 1
        await store.commit([about("edited", 1), Rewrite(HOME.id, 1, "cherry", '{"edited_at":5}', 5, 1)])
        assert (await store.search(Query("apple", everywhere))).hits == []
        ((_, _, found),) = (await store.search(Query("cherry", everywhere))).hits
        assert (found.text, found.edited_at) == ("cherry", 5)

    async def test_reactions_are_counted_once_a_person_and_emoji(self, store: Store) -> None:
        """By emoji; `mine` as the asker sees it; a taken one is gone."""
        await store.commit([said("hi"), said("ho")])
        await store.commit([PutReaction(HOME.id, 1, "👍", person, True) for person in (1, 2, 2)])
        await store.commit([PutReaction(HOME.id, 1, "❤", 3, True), PutReaction(HOME.id, 1, "😀", 3, True)])
        await store.commit(
            [PutReaction(HOME.id, 1, "😀", 3, False), about("reacted", 1, '{"emoji":"👍","count":2}', BOB)]
        )
        assert (await message(store, 1, asker=2)).reactions == (Reaction("❤", 1), Reaction("👍", 2, True))
        assert (await message(store, 2)).reactions == ()
        assert [(emoji, who.name) for emoji, who in await store.reactors(HOME.id, 1)] == [
            ("❤", "Luc"), ("👍", "anna"), ("👍", "bob"),
        ]  # fmt: skip
        (told,) = await store.page(HOME, 2, 0, 10, newest=False)
        assert isinstance(told, Reacted)
        assert (told.words, told.count, told.target) == ("hi", 2, 1)

    async def test_replies_make_a_thread(self, store: Store) -> None:
        """Its pages, how many there are, and what a person has read of it."""
        await store.commit([said("root"), reply("a", 1), said("between"), reply("b", 1), reply("c", 1)])
        assert (await message(store, 1)).replies == 3
        thread = await store.thread(HOME, 1, 0, 0, 2, newest=True)
        assert [(event.text, event.nth, event.reply) for event in thread] == [("b", 2, 1), ("c", 3, 1)]
        assert [event.text for event in await store.thread(HOME, 1, 0, 4, 5, newest=False)] == ["a"]
        follow = [PutFollow(2, HOME.id, 1, True), PutFollow(2, HOME.id, 3, True)]
        await store.commit([*follow, PutMarker(2, HOME.id, 1, 4, 2)])
        state, silent = await store.threads(2, [HOME.id])
        assert (silent.thread, silent.replies, silent.last) == (3, 0, 0)
        assert (state.replies, state.last, state.upto, state.said) == (3, 5, 4, 2)
        assert await store.said_at(HOME.id, 4, thread=1) == (4, 2)
        assert await store.follows(2, HOME.id, 1)
        assert [await store.follow_count(2, channels) for channels in ([HOME.id], [HOME.id + 1], [])] == [2, 0, 0]
        assert await store.follow_count(1, [HOME.id]) == 0
        await store.commit([PutFollow(2, HOME.id, 1, False), PutFollow(2, HOME.id, 3, False)])
        assert await store.threads(2, [HOME.id]) == []
        assert not await store.follows(2, HOME.id, 1)

    async def test_a_thread_is_counted_where_it_is_stored(self, store: Store) -> None:
        """What is sent again is not counted and follows nothing; who follows already does not begin to."""
        replies = [
            reply("a", 1, key="x", follow=(BOB.id, ANNA.id)),
            reply("a", 1, key="x", follow=(BOB.id, ANNA.id)),
            reply("b", 1, follow=(BOB.id, ANNA.id)),
        ]
        _, *first = await numbered(store, said("root"), *replies)
        await store.commit([PutFollow(BOB.id, HOME.id, 1, False)])
        later = [reply("a", 1, key="x", follow=(BOB.id, ANNA.id)), reply("c", 1, follow=(BOB.id, ANNA.id))]
        results = [*first, *await numbered(store, *later)]
        assert [(one.again, one.nth, one.followed) for one in results] == [
            (False, 1, (ANNA.id, BOB.id)), (True, 0, ()), (False, 2, ()), (True, 0, ()), (False, 3, (BOB.id,)),
        ]  # fmt: skip
        assert (await message(store, 1)).replies == 3
        assert [one.nth for one in await store.thread(HOME, 1, 0, 0, 9, newest=False)] == [1, 2, 3]

    async def test_a_page_of_talk_is_full_of_messages(self, store: Store) -> None:
        """Whatever lies between them."""
        await store.commit(
            [said("a")] + [about("pinned", 1, '{"on":true}') for _ in range(30)] + [said("b"), said("c")]
        )
        for newest, expected in ((True, ["b", "c"]), (False, ["a", "b"])):
            page = await store.page(HOME, 0, 0, 2, newest, talk=True)
            assert [event.text for event in page if isinstance(event, Message)] == expected

    async def test_the_messages_of_an_author_from_one_on(self, store: Store) -> None:
        """Not those of others, not those deleted."""
        await store.commit([said("1"), said("2", author=BOB), said("3"), said("4"), said("5", SECRET)])
        await store.commit([Erase(HOME.id, (3,))])
        assert await store.by_author(HOME.id, ANNA.id, 1, 10) == [1, 4]
        assert await store.by_author(HOME.id, ANNA.id, 2, 10) == [4]
