"""A channel that is followed: holes are filled from history, and what cannot be had is said."""

from __future__ import annotations

from causerie.chat.commands import Command, History, Join
from causerie.chat.events import Event, Gap, Message
from causerie.chat.replies import Page, Snapshot
from causerie.chat.view import View
from causerie.client.channel_sync import MAX_FILL, MAX_HELD, ChannelSync
from causerie.client.frames import UnknownEvent
from causerie.client.updates import ChannelSynced, EventReceived, Update


def message(number: int) -> Message:
    return Message(channel="home", number=number, at=0, person=2, name="other", text=f"text {number}")


def page(*numbers: int, more: bool = False) -> Page:
    return Page(channel="home", events=[message(number) for number in numbers], more=more)


def sync(number: int = 10) -> ChannelSync:
    return ChannelSync(View(channel="home", number=number), caught_up=True, keep=10)


def received(updates: list[Update]) -> list[int | tuple[int, int]]:
    """Numbers of events, and gaps as (after, up to and with)."""
    events: list[Event] = [update.event for update in updates if isinstance(update, EventReceived)]
    return [(event.after, event.number) if isinstance(event, Gap) else event.number for event in events]


def wanted(one: ChannelSync) -> Command:
    command = one.next_request()
    assert command is not None
    assert one.next_request() is None, "each thing is asked once"
    return command


def test_what_is_told_twice_is_heard_once() -> None:
    one = sync()
    assert received(one.hear(message(11))) == [11]
    assert received(one.hear(message(11))) == []
    assert received(one.hear(message(9))) == []
    assert one.next_request() is None


def test_a_hole_is_filled_page_by_page_before_what_follows_is_heard() -> None:
    one = sync()
    assert received(one.hear(message(14))) == []
    assert wanted(one) == History(channel="home", after=10, limit=200)
    assert received(one.hear(message(15))) == []
    assert received(one.page(page(11, 12, more=True))) == [11, 12]
    assert wanted(one) == History(channel="home", after=12, limit=200)
    assert received(one.page(page(13, 14, 15, 16))) == [13, 14, 15]
    assert one.next_request() is None


def test_another_hole_behind_the_first_is_filled_too() -> None:
    one = sync()
    one.hear(message(12))
    assert wanted(one) == History(channel="home", after=10, limit=200)
    one.hear(message(14))
    one.hear(message(15))
    assert received(one.page(page(11))) == [11, 12]
    assert wanted(one) == History(channel="home", after=12, limit=200)
    assert received(one.page(page(13))) == [13, 14, 15]


def test_what_history_does_not_have_is_a_gap() -> None:
    one = sync()
    one.hear(message(14))
    wanted(one)
    assert received(one.page(page(12))) == [(10, 11), 12, (12, 13), 14]


def test_a_refused_history_is_a_gap() -> None:
    one = sync()
    one.hear(message(14))
    wanted(one)
    assert received(one.refused()) == [(10, 13), 14]


def test_a_hole_from_the_very_beginning_is_asked_for() -> None:
    """`after` 0 is "not given" and would bring the newest page."""
    one = sync(0)
    one.hear(message(2))
    assert wanted(one) == History(channel="home", around=1, limit=200)
    assert received(one.page(page(1, 2))) == [1, 2]


def test_a_hole_that_is_too_large_is_a_gap_at_once() -> None:
    one = sync()
    number = 10 + MAX_FILL + 2
    assert received(one.hear(message(number))) == [(10, number - 1), number]
    assert one.next_request() is None


def test_too_much_behind_a_hole_is_let_go_and_the_channel_entered_anew() -> None:
    one = sync()
    one.hear(message(12))
    assert wanted(one) == History(channel="home", after=10, limit=200)
    for number in range(13, 13 + MAX_HELD):
        assert one.hear(message(number)) == []
    assert wanted(one) == Join(channel="home", create=False)
    assert one.hear(message(6000)) == []
    updates = one.hear(Snapshot(channel="home", access="public", topic="", number=6001))
    assert received(updates) == [(10, 6001)]
    assert isinstance(updates[-1], ChannelSynced)
    assert received(one.hear(message(6002))) == [6002]


def test_a_snapshot_that_comes_before_the_events_of_its_moment_loses_none() -> None:
    """A server that commits the last missed event and the return to the stream together tells them in this order."""
    one = sync()
    one.caught_up = False
    assert one.hear(Snapshot(channel="home", access="public", topic="", number=11)) == []
    assert wanted(one) == History(channel="home", after=10, limit=200)
    assert one.hear(message(11)) == []
    updates = one.page(page(11))
    assert received(updates) == [11]
    assert isinstance(updates[-1], ChannelSynced)
    assert one.caught_up
    assert [known.number for known in one.view.messages] == [11]


def test_a_cut_forgets_the_hole_because_it_is_told_again() -> None:
    one = sync()
    one.hear(message(12))
    wanted(one)
    one.connection_lost()
    assert not one.caught_up
    assert received(one.hear(message(11)) + one.hear(message(12))) == [11, 12]
    assert received(one.page(page(11))) == [], "the answer to a question of before"


def test_a_kind_that_is_not_known_is_passed_over_without_a_gap() -> None:
    one = sync()
    assert one.hear(UnknownEvent("home", 11)) == []
    assert received(one.hear(message(12))) == [12]


def test_a_store_put_back_from_a_backup_is_said() -> None:
    one = sync()
    assert received(one.hear(Gap(channel="home", number=4, after=10))) == [(10, 4)]
    assert received(one.hear(message(5))) == [5]
