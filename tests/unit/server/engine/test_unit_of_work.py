"""What a unit of work changed can be taken back: all of it, or all after a mark."""

from collections import Counter, OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.commands import Ping
from causerie.chat.errors import ChatError, StoreUnavailable
from causerie.chat.replies import Page, Pong
from causerie.server.engine.session import Session, Trust
from causerie.server.engine.unit_of_work import UnitOfWork

keys = st.sampled_from("abc")
changes = st.lists(
    st.tuples(st.just("put"), keys, st.integers()) | st.tuples(st.just("drop"), keys, st.just(0))
    | st.tuples(st.just("set"), st.just("away"), st.integers())
)  # fmt: skip


class Ears:
    """An outlet that keeps its answers."""

    encoder: Any = None

    def __init__(self) -> None:
        self.answers: list[object] = []

    def answer(self, command: object, answer: object) -> None:
        self.answers.append(answer)


def a_session() -> Session:
    return Session(Ears(), "test", Trust.PASSWORDS, None)  # type: ignore[arg-type]


def do(unit: UnitOfWork, place: dict[str, int], session: Session, wanted: list[tuple[str, str, int]]) -> None:
    for what, key, value in wanted:
        if what == "put":
            unit.undo.put(place, key, value)
        elif what == "drop":
            unit.undo.drop(place, key)
        else:
            unit.undo.set(session, key, str(value))


@given(st.dictionaries(keys, st.integers()), changes, changes)
def test_taking_back_gives_what_was_there_whatever_was_changed(
    before: dict[str, int], first: list[tuple[str, str, int]], second: list[tuple[str, str, int]]
) -> None:
    """To a mark in the middle, and to the beginning."""
    unit, place, session = UnitOfWork(), dict(before), a_session()
    do(unit, place, session, first)
    middle, away = dict(place), session.away
    mark = unit.mark()
    do(unit, place, session, second)
    unit.answer(session, Ping(), ChatError())
    unit.back_to(mark)
    assert (place, session.away, unit.steps) == (middle, away, [])
    do(unit, place, session, second)
    unit.take_back()
    assert (place, session.away) == (before, "")


def test_what_an_error_interrupts_is_done_wholly_or_not() -> None:
    """`whole` lets the error through and leaves nothing behind; without one all stays."""
    unit, place, session = UnitOfWork(), {"a": 1}, a_session()

    def interrupted() -> None:
        with unit.whole():
            unit.undo.put(place, "a", 2)
            unit.end(session, "bye")
            raise ChatError()

    with pytest.raises(ChatError):
        interrupted()
    assert (place, unit.steps, len(unit.undo)) == ({"a": 1}, [], 0)
    with unit.whole():
        unit.undo.put(place, "b", 2)
        unit.end(session, "bye")
    assert place == {"a": 1, "b": 2}
    assert len(unit.steps) == 1


def test_every_command_is_refused_once_and_who_is_gone_is_not_answered() -> None:
    """In the order in which they were asked."""
    unit, here, gone = UnitOfWork(), a_session(), a_session()
    gone.closed = True
    for session in (here, gone, here):
        unit.answer(session, Ping(), ChatError())
    error = StoreUnavailable(retry_after=5)
    unit.answer_all(error)
    unit.answer_all(error)
    assert here.outlet.answers == [error, error]  # type: ignore[attr-defined]
    assert gone.outlet.answers == []  # type: ignore[attr-defined]


def test_what_was_only_read_is_told_when_the_unit_of_work_it_shared_is_refused() -> None:
    """A page read while the store stalls stands, though another's message in the same unit of work is refused."""
    unit, session = UnitOfWork(), a_session()
    page = Page(channel="home", events=[])
    for answer in (page, ChatError(), Pong()):
        unit.answer(session, Ping(), answer)
    error = StoreUnavailable(retry_after=5)
    unit.answer_all(error)
    assert session.outlet.answers == [page, error, Pong()]  # type: ignore[attr-defined]


def test_what_was_put_in_any_kind_of_dictionary_is_taken_back() -> None:
    """One that counts, or keeps an order, is a dictionary too; an undo that raised would end the commit loop."""
    unit, counted, ordered = UnitOfWork(), Counter({7: 1}), OrderedDict({8: "was"})
    unit.undo.put(counted, 7, 2)
    unit.undo.put(ordered, 8, "is")
    unit.undo.put(ordered, 9, "new")
    unit.take_back()
    assert (dict(counted), dict(ordered)) == ({7: 1}, {8: "was"})
