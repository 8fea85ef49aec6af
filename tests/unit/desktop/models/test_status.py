"""The lines about how things stand."""

from __future__ import annotations

import pytest

from causerie.chat.commands import History
from causerie.chat.events import Message
from causerie.chat.replies import Page
from causerie.client import State
from causerie.desktop.models import status
from causerie.desktop.models.rows import RowContext
from causerie.desktop.models.timeline import Timeline


def test_the_connection_is_told_of_only_while_there_is_none() -> None:
    assert status.connection(State.LIVE) == ""
    assert status.connection(State.LOST).startswith("The connection is lost")
    assert status.connection(State.CONNECTING) == status.connection(State.LOGGING_IN) == "Connecting again…"


@pytest.mark.parametrize(
    ("says", "typing", "text"),
    [
        ("", [], ""),
        ("", ["ben"], "ben is typing…"),
        ("", ["ben", "cleo"], "ben, cleo are typing…"),
        ("", ["ben", "cleo", "dan", "eva"], "Several people are typing…"),
        ("No such command", ["ben"], "No such command"),
    ],
)
def test_what_is_said_goes_before_who_types(says: str, typing: list[str], text: str) -> None:
    assert status.below(says, typing) == text


def test_the_way_to_the_end_counts_what_is_new_there() -> None:
    timeline = Timeline("home", RowContext())
    assert status.newer(timeline, at_bottom=False) == ""

    def message(number: int) -> Message:
        return Message(channel="home", number=number, at=number, person=2, name="ben", text="hello")

    asked = timeline.newest()
    assert isinstance(asked, History)
    timeline.page(asked, Page(channel="home", events=[message(1), message(2)], more=False, number=2), ())
    assert status.newer(timeline, at_bottom=True) == ""
    assert status.newer(timeline, at_bottom=False) == "To the end ↓"
    timeline.gap()
    timeline.message_received(message(3))
    assert status.newer(timeline, at_bottom=True) == "1 new message ↓"
