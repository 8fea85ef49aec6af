"""When a unit of work waits for more: where commits come fast and patience makes fewer of them, and only then."""

import itertools
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.model import Channel, Person
from causerie.server.engine.commit_delay import HURRIED, LARGE, WINDOW, CommitDelay, may_wait, merges
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.server.ports.changes import Append

ANNA = Person(id=1, name="anna")
HOME, ATTIC = Channel(id=100, name="home"), Channel(id=200, name="attic")


def _tick(*reads: list[Channel], kind: Literal["message", "joined"] = "message") -> UnitOfWork:
    """Of what was said in these channels, by one read after another."""
    unit = UnitOfWork()
    for read in reads:
        unit.append(Append(read[0], kind, 1, ANNA, "hi", "", "", more=("hi",) * (len(read) - 1)))
    return unit


@given(st.lists(st.floats(WINDOW, 10), min_size=1, max_size=40))
def test_at_ease_nobody_waits(gaps: list[float]) -> None:
    """As long as no commit begins within a window of the last, the next one may at once."""
    commit_delay = CommitDelay()
    for now in itertools.accumulate(gaps):
        assert commit_delay.until(now) == now
        commit_delay.commit_begins(now)


@given(st.lists(st.floats(0, 0.02), min_size=1, max_size=60))
def test_nobody_waits_longer_than_the_window_or_for_a_commit_long_past(gaps: list[float]) -> None:
    """And those who wait do so because as many commits came within as many windows."""
    commit_delay, began = CommitDelay(), list[float]()
    for came in itertools.accumulate(gaps):
        now = max(came, *began[-1:], 0)
        until = commit_delay.until(now)
        assert now <= until <= now + WINDOW
        if until > now:
            assert until == began[-1] + WINDOW
            assert now - began[-HURRIED] <= HURRIED * WINDOW
        commit_delay.commit_begins(until)
        began.append(until)


def test_where_they_come_fast_there_is_one_in_each_window() -> None:
    """And none waits for a while after one that waited for nothing."""
    commit_delay = CommitDelay()
    for count in range(HURRIED):
        assert commit_delay.until(count * 0.001) == count * 0.001
        commit_delay.commit_begins(count * 0.001)
    assert commit_delay.until(0.008) == 0.007 + WINDOW
    commit_delay.waited_in_vain()
    assert commit_delay.until(0.008) == 0.008


def test_only_a_few_messages_wait() -> None:
    """Not what else is told, nor a unit of work that is large already, nor one that somebody waits for."""
    assert may_wait(_tick([HOME], [ATTIC]))
    assert not may_wait(_tick())
    assert may_wait(_tick([HOME] * (LARGE - 1)))
    assert not may_wait(_tick([HOME] * LARGE))
    assert not may_wait(_tick([HOME] * (LARGE - 1), [ATTIC]))
    assert not may_wait(_tick([HOME], kind="joined"))
    answered = _tick([HOME])
    answered.answer(None, None, None)  # type: ignore[arg-type]
    assert not may_wait(answered)
    awaited = _tick([HOME])
    awaited.waiting.append(None)  # type: ignore[arg-type]
    assert not may_wait(awaited)


def test_patience_is_for_channels_in_which_several_speak() -> None:
    """What one says is written at once anyway, however many channels there are."""
    assert merges(_tick([HOME], [HOME]))
    assert merges(_tick([HOME] * 3, [HOME, HOME], [HOME], [ATTIC]))
    assert not merges(_tick([HOME] * 9, [ATTIC] * 9))
    assert not merges(_tick([HOME], [ATTIC], [HOME]))
