"""A view of a channel, event by event: once only, in order, bounded."""

from __future__ import annotations

from typing import Any

import pytest

from causerie.chat.events import (
    Changed,
    Deleted,
    Drafted,
    Farewell,
    Followed,
    Gap,
    Left,
    Marked,
    Message,
    Pinned,
    PreferencesChanged,
    Presence,
    Renamed,
    Topic,
    Typing,
)
from causerie.chat.model import Preferences
from causerie.chat.replay import apply, quiet
from causerie.chat.replies import Member, Snapshot
from causerie.chat.view import MENTIONED, TYPING, Missing, View, from_snapshot


def said(number: int, channel: str = "home") -> Message:
    return Message(channel=channel, number=number, at=1, person=7, name="ann", text=str(number))


def view(number: int) -> View:
    members = [Member(person=7, name="ann", guest=True, here=True)]
    snapshot = Snapshot(channel="home", access="public", topic="", number=number, members=members)
    return from_snapshot(snapshot)


def test_a_message_told_twice_is_there_once() -> None:
    """A logged event that is known changes nothing and is no error."""
    once = apply(view(4), said(5))
    assert [message.number for message in once.messages] == [5]
    assert apply(once, said(5)) is once
    assert apply(once, Topic(channel="home", number=3, at=1, person=7, name="ann", topic="old")) is once


def test_what_comes_too_early_says_what_is_missing() -> None:
    """The client asks for what is between; the view stays as it is."""
    with pytest.raises(Missing) as missing:
        apply(view(4), said(8))
    assert (missing.value.channel, missing.value.after, missing.value.before) == ("home", 4, 8)


def test_other_channels_and_farewells_change_nothing() -> None:
    """A client may hand every event to every view."""
    known = view(4)
    assert apply(known, said(9, "attic")) is known
    assert apply(known, Farewell(channel="", code="quit")) is known


def test_messages_are_bounded() -> None:
    """The last ones are kept; the number goes on."""
    known = view(0)
    for number in range(1, 8):
        known = apply(known, said(number), keep=3)
    assert [message.number for message in known.messages] == [5, 6, 7]
    assert apply(known, said(8), keep=0).messages == ()


def test_a_gap_is_remembered_and_goes_on() -> None:
    """What is kept no longer is passed over by name."""
    known = apply(apply(view(4), Gap(channel="home", number=9, after=4)), said(10))
    assert (known.number, known.gaps) == (10, ((4, 9),))
    with pytest.raises(Missing):
        apply(view(4), Gap(channel="home", number=9, after=6))


def test_a_store_put_back_takes_its_numbers_back() -> None:
    """A gap that ends below its start: what has higher numbers never happened, and they are given anew."""
    known = apply(apply(apply(view(4), said(5)), said(6)), Gap(channel="home", number=5, after=6))
    assert [message.number for message in known.messages] == [5]
    assert apply(known, said(6)).number == 6


def test_a_new_snapshot_keeps_the_messages_and_notes_what_it_missed() -> None:
    """After a while away the conversation is still there, with its hole."""
    known = apply(view(4), said(5))
    again = from_snapshot(Snapshot(channel="home", access="public", topic="t", number=9), known)
    assert [message.number for message in again.messages] == [5]
    assert (again.number, again.topic, again.gaps, dict(again.members)) == (9, "t", ((5, 9),), {})


def test_settings_and_names_follow() -> None:
    """Each event says the whole of what it is about."""
    known = apply(view(4), Changed(channel="home", number=5, at=1, person=7, name="ann", access="private"))
    assert (known.access, known.history, known.number) == ("private", True, 5)
    known = apply(known, Renamed(channel="home", person=7, name="anna", was="ann"))
    assert known.members[7] == Member(person=7, name="anna", here=True)


def test_all_settings_of_a_channel_follow() -> None:
    """Slow mode, and whether reactions are told as lines, are settings like the others."""
    known = apply(
        view(4),
        Changed(channel="home", number=5, at=1, person=7, name="ann", slow_seconds=30, tell_reactions=True),
    )
    assert (known.slow_seconds, known.tell_reactions) == (30, True)


def test_pins_are_in_the_order_of_pinning() -> None:
    """Pinned again is pinned last; what is deleted is pinned no longer."""
    known = from_snapshot(Snapshot(channel="home", access="public", topic="", number=9, pins=(2, 5)))
    known = apply(known, Pinned(channel="home", number=10, at=1, person=7, name="ann", target=8))
    assert known.pins == (2, 5, 8)
    known = apply(known, Pinned(channel="home", number=11, at=1, person=7, name="ann", target=2, on=False))
    known = apply(known, Deleted(channel="home", number=12, at=1, person=7, name="ann", targets=(3, 5)))
    assert known.pins == (8,)


def test_presence_follows_do_not_disturb() -> None:
    """Who is not to be disturbed is not, until they say otherwise or leave."""
    known = apply(view(4), Presence(channel="home", person=7, name="ann", dnd=True))
    assert known.members[7].dnd
    assert not apply(known, Left(channel="home", person=7, name="ann", guest=True)).members[7].dnd
    assert not apply(known, Presence(channel="home", person=7, name="ann", away="lunch")).members[7].dnd


def test_who_types_does_so_until_they_speak_leave_or_the_client_says() -> None:
    """Typing is passing; how long it holds is for the client's clock."""
    typing = apply(view(4), Typing(channel="home", person=7, name="ann"))
    assert typing.typing == {7: "ann"}
    assert not apply(typing, said(5)).typing
    assert not apply(typing, Left(channel="home", person=7, name="ann")).typing
    assert not quiet(typing, 7).typing
    assert quiet(typing, 8) is typing


def test_typing_people_are_bounded() -> None:
    """A crowd that types is a crowd, not a list of all of it."""
    known = view(4)
    for person in range(1000):
        known = apply(known, Typing(channel="home", person=person, name=str(person)))
    assert list(known.typing) == list(range(1000 - TYPING, 1000))


def mine(number: int, said: int) -> View:
    """The view of person 1, who has read everything."""
    known = from_snapshot(Snapshot(channel="home", access="public", topic="", number=number, said=said), me=1)
    return apply(known, Marked(channel="home", upto=number, said=said, counted=number))


def spoken(number: int, said: int, person: int = 7, **about: Any) -> Message:
    return Message(channel="home", number=number, at=1, person=person, name="x", text="hi", said=said, **about)


def test_unread_is_what_was_said_after_the_marker() -> None:
    """Events that are no messages count for nothing; one's own message moves the marker to it."""
    known = apply(mine(9, 3), Topic(channel="home", number=10, at=1, person=7, name="ann", topic="tea"))
    known = apply(apply(known, spoken(11, 4)), spoken(12, 5))
    assert (known.said, known.unread, known.upto) == (5, 2, 9)
    known = apply(known, spoken(13, 6, person=1))
    assert (known.unread, known.upto) == (0, 13)


def test_mentions_are_counted_from_the_last_that_the_server_counted() -> None:
    """By name, and by naming everybody; reading them, or speaking oneself, clears them."""
    known = apply(mine(9, 3), Marked(channel="home", upto=5, said=2, mentions=1, counted=9))
    known = apply(known, spoken(10, 4, mentions=(3, 1)))
    known = apply(known, spoken(11, 5, mentions=(3,)))
    known = apply(known, spoken(12, 6, everyone="channel"))
    assert (known.mentions, known.mentioned) == (3, (10, 12))
    assert apply(known, spoken(13, 7, person=1)).mentions == 0
    known = apply(known, Marked(channel="home", upto=11, said=5, counted=11))
    assert (known.mentions, known.unread) == (1, 1), "12 was not counted by then, and is not read"


def test_a_marker_counts_what_it_knew_of_and_nothing_twice() -> None:
    """What comes late, by its number, is in the count already; one's own words too."""
    known = apply(mine(9, 3), Marked(channel="home", upto=5, said=2, mentions=2, counted=11))
    known = apply(apply(known, spoken(10, 4, mentions=(1,))), spoken(11, 5, person=1))
    assert (known.mentions, known.upto) == (2, 5)


def test_a_marker_that_is_older_than_ones_own_words_is_passed_over() -> None:
    """They moved it further, and the server has it so."""
    known = apply(mine(9, 3), spoken(10, 4, person=1))
    assert apply(known, Marked(channel="home", upto=7, said=2, counted=9)) == known


def test_a_marker_goes_back_when_one_says_so() -> None:
    """Unread from here."""
    known = apply(mine(9, 3), Marked(channel="home", upto=4, said=1, counted=9))
    assert (known.upto, known.unread) == (4, 2)


def test_unread_mentions_are_bounded() -> None:
    """A million of them are a number; past a thousand the oldest are no longer known one by one."""
    known = mine(0, 0)
    for number in range(1, MENTIONED + 201):
        known = apply(known, spoken(number, number, mentions=(1,)), keep=0)
    assert (known.mentions, len(known.mentioned), known.unread) == (MENTIONED + 200, MENTIONED, MENTIONED + 200)


def deleted(number: int, *targets: int) -> Deleted:
    return Deleted(channel="home", number=number, at=number, person=2, name="ben", targets=targets)


def test_a_deleted_mention_is_counted_no_longer_or_asked_for_again() -> None:
    """One that is known by its number goes; where only the count is known, it is asked for."""
    known = apply(mine(9, 3), Marked(channel="home", upto=4, said=1, mentions=1, counted=9))
    known = apply(known, spoken(10, 4, mentions=(1,)))
    one = apply(known, deleted(11, 10))
    assert (one.mentions, one.recount) == (1, False)
    assert not apply(known, deleted(11, 3)).recount, "it was read"
    other = apply(known, deleted(11, 8))
    assert (other.mentions, other.recount) == (2, True)
    # An answer from before the deletion does not know better; one from after it does, and so does having read.
    assert apply(other, Marked(channel="home", upto=4, said=1, mentions=2, counted=10)).recount
    assert not apply(other, Marked(channel="home", upto=4, said=1, mentions=1, counted=11)).recount
    assert not apply(other, spoken(12, 5, person=1)).recount


def test_a_million_unread_is_a_number() -> None:
    """Counting is subtraction."""
    known = apply(mine(9, 3), Marked(channel="home", upto=1, said=1, mentions=999_999, counted=9))
    known = apply(known, spoken(10, 1_000_001))
    assert (known.unread, known.mentions, len(known.mentioned)) == (1_000_000, 999_999, 0)


def test_what_is_ones_own_follows_every_device() -> None:
    """Drafts, threads and what one wants to be notified of, as they were said on another."""
    known = apply(mine(9, 3), Drafted(channel="home", text="I think", at=5, reply=3))
    known = apply(known, Followed(channel="home", thread=3))
    known = apply(known, Marked(channel="home", thread=3, upto=8, said=2, counted=9))
    known = apply(
        known, PreferencesChanged(channel="", preferences=Preferences(), levels={"home": "none", "attic": "all"})
    )
    assert (known.draft, known.draft_reply, known.follows, known.level) == ("I think", 3, frozenset((3,)), "none")
    assert (known.threads, known.upto) == ({3: (8, 2, 9)}, 9)
    known = apply(known, Followed(channel="home", thread=3, on=False))
    assert apply(known, PreferencesChanged(channel="", preferences=Preferences())).level is None
    assert not known.follows


def test_ones_own_reply_marks_its_thread_as_read() -> None:
    """Like any marker, it takes into account what came before it and no more."""
    known = apply(mine(9, 3), spoken(10, 4, person=1, thread=3, nth=2))
    assert known.threads == {3: (10, 2, 10)}
    assert apply(known, Marked(channel="home", thread=3, upto=8, said=1, counted=9)) == known
    known = apply(known, Marked(channel="home", thread=3, upto=8, said=1, counted=11))
    assert apply(known, spoken(11, 5, person=1, thread=3, nth=3)).threads == {3: (8, 1, 11)}


def test_what_is_ones_own_outlives_a_snapshot() -> None:
    """A snapshot says nothing of it."""
    known = apply(mine(9, 3), Drafted(channel="home", text="I think", at=5))
    again = from_snapshot(Snapshot(channel="home", access="public", topic="", number=12, said=5), known)
    assert (again.me, again.draft, again.upto, again.unread, again.gaps) == (1, "I think", 9, 2, ((9, 12),))


def test_a_name_changes_in_what_was_said_too() -> None:
    """As in a page: a guest that becomes an account has said all that it said."""
    known = apply(apply(view(4), said(5)), Renamed(channel="home", person=7, name="anna", was="ann"))
    assert [(message.name, message.guest) for message in known.messages] == [("anna", False)]


def test_what_a_gap_leaves_out_may_be_about_any_message_before_it() -> None:
    """Those are shown, and not held to be up to date."""
    known = apply(apply(apply(view(4), said(5)), Gap(channel="home", number=9, after=5)), said(10))
    assert known.stale == {5}
