"""Whose input is worked on next, and how much in one turn of the event loop: exact, with a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from causerie.server.engine.commit_loop import CommitLoop
from causerie.server.engine.session import Session
from causerie.server.engine.unit_of_work import UnitOfWork
from causerie.transport.work_queue import BACKLOG_SECONDS, SLICE_SECONDS, TURN_SECONDS, UNIT_SECONDS, Rank, WorkQueue


class OneTick:
    """The part of Turns that is asked here: the unit of work that collects, and who waits for the next."""

    def __init__(self) -> None:
        self.unit = UnitOfWork()
        self.taken = 0
        self.after_this: list[Callable[[], None]] = []
        self.woken = 0

    def wake(self) -> None:
        """Somebody waits."""
        self.woken += 1

    def take(self) -> None:
        """Begin a new unit of work."""
        self.unit = UnitOfWork()
        self.taken += 1
        waiting, self.after_this = self.after_this, []
        for go_on in waiting:
            go_on()


class Loop:
    """A clock, and what is called in the next turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.soon: list[Callable[[], None]] = []
        self.commit_loop = OneTick()
        self.queue = WorkQueue(lambda: self.now, lambda: 0.0, self.soon.append, cast(CommitLoop, self.commit_loop))
        self.worked: list[str] = []

    def turn(self) -> list[str]:
        """One turn of the loop; who worked in it."""
        soon, self.soon[:] = list(self.soon), []
        self.worked.clear()
        for call in soon:
            call()
        return list(self.worked)


class Worker:
    """Works so many slices of so many seconds, and waits again as `rank` in between."""

    def __init__(self, loop: Loop, name: str, seconds: float = SLICE_SECONDS, slices: int = 1) -> None:
        self.loop, self.name, self.seconds, self.slices = loop, name, seconds, slices

    def work(self) -> None:
        """One slice."""
        self.loop.worked.append(self.name)
        self.loop.now += self.seconds
        self.slices -= 1
        if self.slices:
            self.loop.queue.add(self, Rank.BACKLOG)


@pytest.fixture
def loop() -> Loop:
    """One with nothing to do."""
    return Loop()


def test_a_turn_begins_anew(loop: Loop) -> None:
    """What was worked counts until the next turn, and nothing is called where nothing was worked."""
    assert loop.soon == []
    loop.queue.used += TURN_SECONDS
    loop.queue.notice()
    assert loop.queue.used == TURN_SECONDS
    assert len(loop.soon) == 1
    loop.turn()
    assert loop.queue.used == 0.0
    assert loop.soon == []


def test_persons_first_then_strangers_then_who_has_more(loop: Loop) -> None:
    """Each in the order in which they came."""
    for name, rank in (("flood", 2), ("new", 1), ("anna", 0), ("new too", 1), ("bert", 0), ("flood too", 2)):
        loop.queue.add(Worker(loop, name, 0.0001), Rank(rank))
    assert loop.turn() == ["anna", "bert", "new", "new too", "flood", "flood too"]
    assert len(loop.queue) == 0
    assert loop.soon == []


def test_a_turn_is_bounded_over_all(loop: Loop) -> None:
    """What does not fit waits for the next turn, and nobody is left out."""
    for number in range(20):
        loop.queue.add(Worker(loop, f"p{number}", 1.001 * SLICE_SECONDS), Rank.PERSON)
    whole = round(TURN_SECONDS / SLICE_SECONDS)
    for first in range(0, 20, whole):
        assert loop.turn() == [f"p{number}" for number in range(first, first + whole)]
        assert loop.queue.used == pytest.approx(1.001 * TURN_SECONDS)
        loop.commit_loop.take()
    assert loop.turn() == []


def test_who_floods_has_one_slice_in_its_turn(loop: Loop) -> None:
    """2,000 who never end share a part of the turn, one after the other; a person waits for none of them."""
    for number in range(2000):
        # A little more than a slice: adding up must not depend on how floats are rounded.
        loop.queue.add(Worker(loop, f"f{number}", 1.001 * SLICE_SECONDS, slices=1000), Rank.BACKLOG)
    each = round(BACKLOG_SECONDS / SLICE_SECONDS)
    seen: list[str] = []
    for _ in range(2000 // each):
        loop.commit_loop.take()
        began = loop.now
        seen += loop.turn()
        assert loop.now - began == pytest.approx(1.001 * BACKLOG_SECONDS)
    assert seen == [f"f{number}" for number in range(2000)]
    loop.queue.add(Worker(loop, "anna", 0.0001), Rank.PERSON)
    assert loop.turn()[0] == "anna"


def test_a_tick_is_bounded_too(loop: Loop) -> None:
    """While a unit of work is full, as when a commit takes long, all wait for the next one, and nothing turns in
    vain."""
    loop.commit_loop.unit.end(cast(Session, None), "")  # it is not empty
    for number in range(30):
        loop.queue.add(Worker(loop, f"p{number}", 1.001 * SLICE_SECONDS), Rank.PERSON)
    worked = len(loop.turn()) + len(loop.turn())
    assert worked == round(UNIT_SECONDS / SLICE_SECONDS)
    assert loop.turn() == []
    assert loop.soon == []
    assert loop.queue.used >= TURN_SECONDS
    assert loop.commit_loop.woken == 1
    loop.worked.clear()
    loop.commit_loop.take()
    assert loop.worked == [f"p{number}" for number in range(worked, worked + round(TURN_SECONDS / SLICE_SECONDS))]


def test_who_floods_goes_on_too(loop: Loop) -> None:
    """One slice in each turn, however much others have to do."""
    loop.queue.add(Worker(loop, "flood", slices=3), Rank.BACKLOG)
    for number in range(30):
        loop.queue.add(Worker(loop, f"p{number}"), Rank.PERSON)
    assert loop.turn()[-1] == "flood"
    assert loop.turn()[-1] == "flood"


def test_one_that_takes_long_is_one_only(loop: Loop) -> None:
    """A command that takes longer than a turn ends the turn."""
    loop.queue.add(Worker(loop, "slow", 5 * TURN_SECONDS), Rank.PERSON)
    loop.queue.add(Worker(loop, "anna"), Rank.PERSON)
    assert loop.turn() == ["slow"]
    assert loop.turn() == ["anna"]


def test_one_that_fails_stops_nobody(loop: Loop) -> None:
    """A fault in one connection's work is its own."""

    class Broken(Worker):
        def work(self) -> None:
            raise ZeroDivisionError

    loop.queue.add(Broken(loop, "broken"), Rank.PERSON)
    loop.queue.add(Worker(loop, "anna"), Rank.PERSON)
    with pytest.raises(ZeroDivisionError):
        loop.turn()
    assert loop.turn() == ["anna"]
