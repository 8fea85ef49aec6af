"""A view of a channel, event by event: once only, in order, bounded."""

from __future__ import annotations

import pytest

from causerie.chat.events import Changed, Farewell, Gap, Message, Renamed, Topic
from causerie.chat.replay import Missing, View, apply, from_snapshot
from causerie.chat.replies import Member, Snapshot


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
