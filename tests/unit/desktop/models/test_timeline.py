"""The window on a channel's messages: whatever happens in whatever order, what is drawn is what is there."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.annotate import annotated
from causerie.chat.commands import History, Send
from causerie.chat.events import Deleted, Edited, Message
from causerie.chat.replies import Page
from causerie.desktop.models.rows import PendingMessage, RowContext
from causerie.desktop.models.timeline import (
    MAX_MESSAGES,
    AppendRows,
    Asked,
    PrependRows,
    RedrawRow,
    RemoveRows,
    ReplaceRows,
    Timeline,
)


def message(number: int, text: str = "", key: str = "", at: int = 0) -> Message:
    return Message(
        channel="home",
        number=number,
        at=at or number * 1000,
        person=number % 3 + 1,
        name="n",
        text=text or f"t{number}",
        key=key,
    )


class Drawn:
    """A view: the rows that the steps leave, in their order."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.rows: dict[str, str] = {}
        self.at = ""

    def draw(self) -> list[str]:
        for step in self.timeline.take_steps():
            match step:
                case ReplaceRows(rows, at):
                    self.rows, self.at = {row.key: text(row) for row in rows}, at
                case PrependRows(rows):
                    self.rows = {**{row.key: text(row) for row in rows}, **self.rows}
                case AppendRows(rows, after, _follow):
                    new = {row.key: text(row) for row in rows}
                    sent = {key: row for key, row in self.rows.items() if key[0] == "m" or after}
                    rest = {key: row for key, row in self.rows.items() if key not in sent}
                    self.rows = {**sent, **new, **rest}
                case RedrawRow(row):
                    if row.key in self.rows:
                        self.rows[row.key] = text(row)
                case RemoveRows(keys):
                    for key in keys:
                        del self.rows[key]
        return list(self.rows)


def text(row: object) -> str:
    return "".join(piece.text for piece in row.pieces)  # type: ignore[attr-defined]


class Server:
    """The log, as the history command has it."""

    def __init__(self, count: int) -> None:
        self.log = [message(number) for number in range(1, count + 1)]

    def page(self, asked: Asked) -> Page:
        assert isinstance(asked, History)
        log, limit = self.log, asked.limit
        if asked.around:
            first = max(min(asked.around, len(log)) - limit // 2, 0)
            return Page(channel="home", events=list(log[first : first + limit]), more=first + limit < len(log))
        if asked.after:
            found = [one for one in log if one.number > asked.after]
            return Page(channel="home", events=list(found[:limit]), more=len(found) > limit)
        found = [one for one in log if not asked.before or one.number < asked.before]
        return Page(channel="home", events=list(found[-limit:]), more=len(found) > limit)


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["newest", "before", "after", "say", "hear", "hear", "again", "discard"]),
        st.integers(min_value=1, max_value=60).map(lambda number: f"around {number}"),
        st.integers(min_value=1, max_value=60).map(lambda number: f"edit {number}"),
        st.integers(min_value=1, max_value=60).map(lambda number: f"delete {number}"),
    ),
    max_size=40,
)


@given(count=st.integers(min_value=0, max_value=80), steps=STEPS)
def test_what_is_drawn_is_what_is_there_without_holes(count: int, steps: list[str]) -> None:
    server, timeline = Server(count), Timeline("home", RowContext(me=1), "n")
    drawn, keys = Drawn(timeline), 0
    for step in ["newest", *steps]:
        what, _, number = step.partition(" ")
        asked: Asked | None = None
        if what in ("newest", "before", "after"):
            asked = getattr(timeline, what)()
        elif what == "around":
            asked = timeline.around(int(number))
        elif what == "say":
            keys += 1
            timeline.add_pending(PendingMessage(Send(channel="home", text="mine", key=f"k{keys}"), at=0))
        elif what == "hear":
            key = next(iter(timeline.pending), "")
            server.log.append(message(len(server.log) + 1, key=key))
            timeline.message_received(server.log[-1])
        elif what == "again":
            timeline.redraw_all(timeline.context)
        elif what == "discard" and timeline.pending:
            timeline.remove_pending(next(iter(timeline.pending)))
        elif what in ("edit", "delete") and int(number) <= len(server.log):
            at, change = int(number) - 1, len(server.log) + 1
            event: Edited | Deleted
            if what == "edit":
                event = Edited(channel="home", number=change, at=9, person=1, name="n", target=at + 1, text="new")
            else:
                event = Deleted(channel="home", number=change, at=9, person=1, name="n", targets=(at + 1,))
            timeline.message_changed(event)
            server.log[at] = annotated(server.log[at], event, 1)
        if asked is not None:
            timeline.page(asked, server.page(asked), server.log)
        expected = [f"m{one.number}" for one in timeline.messages] + [f"p{key}" for key in timeline.pending]
        assert drawn.draw() == expected
        numbers = [one.number for one in timeline.messages]
        assert len(numbers) <= MAX_MESSAGES
        assert all(after == before + 1 for before, after in pairwise(numbers))
        if timeline.at_end and timeline.shown:
            assert timeline.last == len(server.log)
        for one in timeline.messages:
            assert one == server.log[one.number - 1]
            assert ("This message was deleted" if one.deleted else one.text) in drawn.rows[f"m{one.number}"]


def test_scrolling_through_a_long_channel_keeps_a_window_only() -> None:
    server, timeline = Server(2000), Timeline("home", RowContext(me=1))
    drawn = Drawn(timeline)
    asked = timeline.newest()
    seen: set[str] = set()
    while asked is not None:
        timeline.page(asked, server.page(asked), ())
        seen |= set(drawn.draw())
        assert len(drawn.rows) <= MAX_MESSAGES
        asked = timeline.before()
    assert len(seen) == 2000
    while not timeline.at_end:
        asked = timeline.after()
        assert asked is not None
        timeline.page(asked, server.page(asked), ())
        drawn.draw()
    assert timeline.last == 2000


def test_a_page_is_asked_for_once_and_again_after_a_refusal() -> None:
    timeline = Timeline("home", RowContext())
    asked = timeline.newest()
    assert asked is not None
    assert timeline.newest() is None
    timeline.refused()
    assert timeline.newest() == asked


def test_what_comes_while_one_reads_further_up_is_counted_and_not_drawn() -> None:
    server, timeline = Server(300), Timeline("home", RowContext())
    asked = timeline.around(100)
    assert asked is not None
    timeline.page(asked, server.page(asked), ())
    before = Drawn(timeline).draw()
    assert "m100" in before
    timeline.message_received(message(301))
    timeline.message_received(message(302))
    assert timeline.newer == 2
    assert timeline.take_steps() == []


def test_where_one_left_the_channel_one_comes_back() -> None:
    server, timeline = Server(100), Timeline("home", RowContext())
    drawn = Drawn(timeline)
    for _page in range(4):
        asked = timeline.newest() if not timeline.shown else timeline.before()
        assert asked is not None
        timeline.page(asked, server.page(asked), ())
    drawn.draw()
    timeline.top_row = "m50"
    timeline.redraw_all(RowContext())
    rows = drawn.draw()
    assert drawn.at == "m50"
    assert "m50" in rows
    assert len(rows) <= 60


def test_what_somebody_looks_at_is_not_pushed_out_and_what_came_is_counted() -> None:
    server, timeline = Server(MAX_MESSAGES), Timeline("home", RowContext())
    asked = timeline.newest()
    while asked is not None:
        timeline.page(asked, server.page(asked), ())
        asked = timeline.before()
    timeline.set_at_bottom(at_bottom=False)
    first = timeline.messages[0]
    for number in (MAX_MESSAGES + 1, MAX_MESSAGES + 2):
        server.log.append(message(number))
        timeline.message_received(server.log[-1])
    assert timeline.messages[0] == first
    assert (timeline.newer, timeline.at_end) == (2, False)
    asked = timeline.newest()
    assert asked is not None
    timeline.page(asked, server.page(asked), ())
    timeline.set_at_bottom(at_bottom=True)
    assert (timeline.newer, timeline.last) == (0, MAX_MESSAGES + 2)


def test_below_what_is_seen_it_is_drawn_and_counted() -> None:
    timeline = Timeline("home", RowContext())
    asked = timeline.newest()
    assert asked is not None
    timeline.page(asked, Page(channel="home", events=[message(1)]), ())
    timeline.set_at_bottom(at_bottom=False)
    timeline.message_received(message(2))
    assert (timeline.newer, timeline.last) == (1, 2)
