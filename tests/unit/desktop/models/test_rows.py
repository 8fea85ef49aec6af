"""What a message looks like: heads, groups, days, the line above what is new, and what was done with it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from causerie.chat.commands import Send
from causerie.chat.events import Message, Reaction
from causerie.desktop.models.rows import GROUP_MS, PendingMessage, Row, RowContext, day_name, moment, pending_row, row

NOON = 1_700_000_000_000


def message(number: int, at: int = NOON, person: int = 1, text: str = "hello", **about: object) -> Message:
    made = Message(
        channel="home", number=number, at=at, person=person, name="anna" if person == 1 else "ben", text=text
    )
    return msgspec.structs.replace(made, **about)


def text(one: Row) -> str:
    return "".join(piece.text for piece in one.pieces)


def actions(one: Row) -> list[str]:
    return list(dict.fromkeys(piece.act for piece in one.pieces if piece.act))


def test_messages_of_one_person_stand_under_one_head() -> None:
    first = message(1)
    assert "anna" in text(row(first, None, RowContext()))
    assert text(row(message(2, NOON + GROUP_MS), first, RowContext())) == "hello\n"
    assert "anna" in text(row(message(2, NOON + GROUP_MS + 1), first, RowContext()))
    assert "ben" in text(row(message(2, person=2), first, RowContext()))


def test_a_new_day_has_a_line_above() -> None:
    later = message(2, NOON + 86_400_000)
    assert text(row(later, message(1), RowContext(today=moment(later.at).date()))).startswith("Today\n")
    assert not text(row(message(2), message(1), RowContext())).startswith("Today")


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2025, 3, 3), "Today"), (date(2025, 3, 2), "Yesterday"), (date(2025, 3, 1), "Saturday, 1 March 2025")],
)
def test_days_have_names(day: date, name: str) -> None:
    assert day_name(day, date(2025, 3, 3)) == name


def test_what_is_new_begins_below_a_line() -> None:
    context = RowContext(new_after=4)
    assert "New messages" in text(row(message(5), message(4), context))
    assert "New messages" not in text(row(message(6), message(5), context))
    assert "New messages" not in text(row(message(4), message(3), context))


def test_edited_deleted_pinned_ignored() -> None:
    before = message(1)
    assert "(edited)" in text(row(message(2, edited_at=5), before, RowContext()))
    assert "hello" not in text(row(message(2, deleted=True, text=""), before, RowContext()))
    assert "pinned" in text(row(message(2), before, RowContext(pins=(2,))))
    assert "hello" not in text(row(message(2), before, RowContext(ignored=(1,))))


def test_reactions_threads_and_replies_can_be_clicked() -> None:
    one = message(2, reactions=(Reaction("👍", 2, True), Reaction("🎉", 1)), replies=3, reply=1)
    made = row(one, None, RowContext(known={1: message(1, text="the first words")}))
    assert actions(made) == ["person:anna", "jump:1", "react:2:off:👍", "react:2:on:🎉", "thread:2"]
    assert "the first words" in text(made)
    assert "3 replies" in text(made)


def test_what_is_not_acknowledged_is_grey_and_what_failed_has_a_way_on() -> None:
    pending = PendingMessage(Send(channel="home", text="on its way", key="k"), NOON)
    made = pending_row(pending, message(1), 1, "anna", False, RowContext())
    assert all("sending" in piece.styles for piece in made.pieces if piece.text.strip())
    pending.trouble = "you may not speak here"
    made = pending_row(pending, message(1), 1, "anna", False, RowContext())
    assert actions(made) == ["retry:k", "back:k", "discard:k"]
    assert "you may not speak here" in text(made)
