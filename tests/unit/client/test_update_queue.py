"""What waits to be read is bounded, and what was not dealt with is not taken for heard."""

from __future__ import annotations

from causerie.chat.events import Message
from causerie.client import EventReceived, Update, UpdatesDropped
from causerie.client.update_queue import HIGH, LOW, MAX_UNCLAIMED, MAX_UNREAD, UpdateQueue


def heard(*numbers: int, channel: str = "home") -> list[Update]:
    return [
        EventReceived(Message(channel=channel, number=number, at=0, person=2, name="o", text=""), None)
        for number in numbers
    ]


def test_who_begins_late_gets_the_last_ones_and_is_told_how_many_are_gone() -> None:
    unread = UpdateQueue()
    unread.put(heard(*range(1, MAX_UNCLAIMED + 4)))
    assert unread.take() == UpdatesDropped(3)
    assert [unread.take()] == heard(4)


def test_a_slow_reader_is_given_time_and_then_forgotten_for() -> None:
    unread = UpdateQueue()
    assert unread.take() is None
    unread.put(heard(*range(HIGH)))
    assert not unread.full()
    unread.put(heard(HIGH))
    assert unread.full()
    for _ in range(HIGH - LOW):
        unread.take()
    assert unread.full()
    unread.take()
    assert not unread.full()
    unread.put(heard(*range(MAX_UNREAD)))
    assert unread.take() == UpdatesDropped(LOW)


def test_what_is_unread_or_in_hand_is_not_dealt_with() -> None:
    unread = UpdateQueue()
    unread.put(heard(4, 5) + heard(9, channel="garden") + heard(6))
    numbers = {"home": 6, "garden": 9, "attic": 2}
    assert unread.handled_numbers(numbers) == numbers, "nobody reads, so nobody waits for it"
    unread.take()
    assert unread.handled_numbers(numbers) == {"home": 3, "garden": 8, "attic": 2}
    unread.take()
    assert unread.handled_numbers(numbers) == {"home": 4, "garden": 8, "attic": 2}
    for _ in range(2):
        unread.take()
    assert unread.handled_numbers(numbers) == {"home": 5, "garden": 9, "attic": 2}
    unread.mark_handled()
    assert unread.handled_numbers(numbers) == numbers
