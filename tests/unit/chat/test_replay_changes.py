"""Messages in a view stand as they stand now: edited, deleted, reacted to, answered; so do pages that come late."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.annotate import annotated
from causerie.chat.events import Deleted, Edited, Event, LoggedEvent, Message, Reacted, Reaction
from causerie.chat.merge import apply_draft, apply_drafts, apply_page, apply_read, apply_threads, brought_up
from causerie.chat.replay import apply
from causerie.chat.replies import DraftLine, Page, ReadLine, Snapshot, ThreadLine
from causerie.chat.view import RECENT, Change, Missing, View, from_snapshot

ME, ANN = 1, 7


def view(number: int = 0, said: int = 0) -> View:
    return from_snapshot(Snapshot(channel="home", access="public", topic="", number=number, said=said), me=ME)


def message(number: int, text: str = "hi", thread: int = 0, nth: int = 0, person: int = ANN) -> Message:
    return Message(
        channel="home",
        number=number,
        at=number,
        person=person,
        name="x",
        text=text,
        said=number,
        thread=thread,
        nth=nth,
    )


def edited(number: int, target: int, text: str) -> Edited:
    return Edited(channel="home", number=number, at=number, person=ANN, name="ann", target=target, text=text)


def deleted(number: int, *targets: int) -> Deleted:
    return Deleted(channel="home", number=number, at=number, person=ANN, name="ann", targets=targets)


def reacted(number: int, target: int, emoji: str, count: int, person: int = ANN, on: bool = True) -> Reacted:
    return Reacted(
        channel="home", number=number, at=number, person=person, name="x", target=target, emoji=emoji, on=on,
        count=count, words="hi",
    )  # fmt: skip


def after(*events: Event) -> View:
    known = view()
    for event in events:
        known = apply(known, event)
    return known


def test_an_edited_message_says_the_new_text() -> None:
    """With who it names now, and when it was edited."""
    known = after(message(1, "helo"), edited(2, 1, "hello"))
    assert [(one.text, one.edited_at) for one in known.messages] == [("hello", 2)]


def test_a_deleted_message_is_nowhere_in_the_view() -> None:
    """Neither its text, nor what it said before, nor the words that others were told of it."""
    known = after(message(1, "secret"), edited(2, 1, "secreter"), reacted(3, 1, "👍", 1), deleted(4, 1))
    assert [(one.text, one.deleted, one.reactions, one.edited_at) for one in known.messages] == [("", True, (), 0)]
    assert b"secret" not in msgspec.json.encode(known.recent) + msgspec.json.encode(known.messages)


def test_an_earlier_text_is_nowhere_in_the_view() -> None:
    """Once another was told."""
    known = after(
        message(1, "first"), message(2, "second", thread=1, nth=1), edited(3, 1, "third"), edited(4, 1, "4th")
    )
    known = apply(known, edited(5, 2, "fifth"))
    held = msgspec.json.encode(known.recent) + msgspec.json.encode(known.messages)
    assert not [word for word in (b"first", b"second", b"third") if word in held]


def test_nothing_follows_a_deletion() -> None:
    """An edit or a reaction that is read late says nothing of a message that is gone."""
    gone = annotated(message(1), deleted(2, 1), ME)
    assert annotated(annotated(gone, edited(3, 1, "back"), ME), reacted(4, 1, "👍", 1), ME) == gone


def test_reactions_are_what_the_last_event_counted() -> None:
    """By emoji; who looks at it knows their own; what nobody has any more is gone."""
    known = after(
        message(1), reacted(2, 1, "👍", 4), reacted(3, 1, "🎉", 1, person=ME), reacted(4, 1, "👍", 5, person=ME),
        reacted(5, 1, "👍", 4),
    )  # fmt: skip
    assert known.messages[0].reactions == (Reaction("🎉", 1, True), Reaction("👍", 4, True))
    known = apply(known, reacted(6, 1, "🎉", 0, person=ME, on=False))
    assert known.messages[0].reactions == (Reaction("👍", 4, True),)


def test_ten_thousand_reactions_are_one_line() -> None:
    """A view holds counts, not people, and remembers no more changes than it may."""
    known = after(message(1))
    for number in range(10_000):
        known = apply(known, reacted(number + 2, 1, "👍", number + 1, person=number + 10))
    assert known.messages[0].reactions == (Reaction("👍", 10_000),)
    assert (len(known.recent), known.recent_after) == (RECENT, 10_001 - RECENT)


def test_a_thread_counts_its_replies() -> None:
    """A reply is a message like any other; the first message of its thread knows how many there are."""
    known = after(message(1), message(2, thread=1, nth=1), message(3, thread=1, nth=2))
    assert [one.replies for one in known.messages] == [2, 0, 0]


def test_a_page_goes_where_it_belongs() -> None:
    """Older messages come before those known; what is known already is there once; the future comes by its events."""
    known = apply(view(4), message(5))
    page = Page(channel="home", events=[message(number) for number in (2, 4, 5, 6)], number=6)
    assert [one.number for one in apply_page(known, page).messages] == [2, 4, 5]
    assert [one.number for one in apply_page(known, page, keep=2).messages] == [4, 5]
    assert apply_page(known, Page(channel="attic", events=[message(1)], number=1)) is known


def test_a_page_that_was_read_before_a_deletion_does_not_bring_it_back() -> None:
    """It was on its way when everybody was told."""
    known = apply(view(4), deleted(5, 3))
    after = apply_page(known, Page(channel="home", events=[message(3, "secret")], number=4))
    assert [(one.text, one.deleted) for one in after.messages] == [("", True)]


def test_a_page_that_was_read_after_an_edit_keeps_it() -> None:
    """What it knows already is not done to it again."""
    known = after(message(1, "one"), edited(2, 1, "two"))
    page = Page(channel="home", events=[annotated(message(1), edited(3, 1, "three"), ME)], number=3)
    known = apply_page(known, page)
    assert apply(known, edited(3, 1, "three")).messages[0].text == "three"


def test_a_page_too_old_to_be_brought_up_to_date_is_asked_for_again() -> None:
    """The view remembers only so many changes."""
    known = after(message(1))
    for number in range(RECENT + 1):
        known = apply(known, edited(2 + 2 * number, 1, "x"))
        known = apply(known, reacted(3 + 2 * number, 1, "👍", number + 1))
    with pytest.raises(Missing):
        apply_page(known, Page(channel="home", events=[message(1)], number=2))
    with pytest.raises(Missing):
        brought_up(known, [message(1)], 2)


def test_a_page_fills_a_gap_and_freshens_what_is_stale() -> None:
    """What the page covers is known, and as it stands now; the rest of the gap stays one."""
    known = after(message(1), message(2))
    known = from_snapshot(Snapshot(channel="home", access="public", topic="", number=20), known)
    assert (known.gaps, known.stale) == (((2, 20),), frozenset((1, 2)))
    page = Page(channel="home", events=[message(2, "edited meanwhile"), message(8)], number=20)
    known = apply_page(known, page)
    assert (known.gaps, known.stale) == (((8, 20),), frozenset((1,)))
    assert [one.text for one in known.messages] == ["hi", "edited meanwhile", "hi"]
    known = apply_page(known, Page(channel="home", events=[message(12), message(15)], number=20))
    assert known.gaps == ((8, 11), (15, 20))


def test_what_a_page_no_longer_has_is_gone() -> None:
    """Retention took it; but where no history is kept, nobody else has it."""
    known = after(message(1), message(2), message(3))
    page = Page(channel="home", events=[message(1), message(3)], number=3)
    assert [one.number for one in apply_page(known, page).messages] == [1, 3]
    unkept = msgspec.structs.replace(known, history=False)
    assert [one.number for one in apply_page(unkept, page).messages] == [1, 2, 3]


def test_what_is_ones_own_comes_with_its_answers() -> None:
    """What is unread, a draft, a thread; lines of other channels change nothing."""
    known = apply(view(9, 3), message(10))
    known = apply_read(known, ReadLine(channel="home", number=10, upto=5, said=2, unread=2, mentions=1, level="all"))
    assert (known.upto, known.unread, known.mentions, known.level) == (5, 8, 1, "all")
    known = apply_draft(known, DraftLine(channel="home", text="so", at=3))
    known = apply_threads(known, [ThreadLine(channel="home", thread=4, replies=7, last=9, unread=2, upto=8)])
    assert (known.draft, known.follows, known.threads) == ("so", frozenset((4,)), {4: (8, 5, 9)})
    assert apply_draft(known, DraftLine(channel="attic", text="no", at=3)) is known
    assert apply_drafts(known, [DraftLine(channel="home", text="so it is", at=4)]).draft == "so it is"
    # Taken back on another device while this one was away.
    assert apply_drafts(known, [DraftLine(channel="attic", text="no", at=3)]).draft == ""
    # Not followed any more, on another device as well.
    assert not apply_threads(known, [ThreadLine(channel="attic", thread=4, replies=1, last=2)]).follows
    assert apply_read(known, ReadLine(channel="attic", number=1)) is known


Log = list[LoggedEvent]
EMOJI = ("👍", "🎉")


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """A channel's log: messages and replies, and what was done about them, with the right counts."""
    log: Log = []
    spoken: dict[int, bool] = {}
    nth: dict[int, int] = {}
    have: dict[tuple[int, str], set[int]] = {}
    for number in range(1, draw(st.integers(1, 25)) + 1):
        kind = draw(st.sampled_from(["say", "say", "reply", "edit", "react", "react", "delete"]))
        target = draw(st.sampled_from(sorted(spoken))) if spoken else 0
        if kind == "say" or not target or (not spoken[target] and kind != "reply"):
            spoken[number] = True
            log.append(message(number, f"text {number}"))
        elif kind == "reply":
            nth[target] = nth.get(target, 0) + 1
            log.append(message(number, f"text {number}", thread=target, nth=nth[target]))
        elif kind == "edit":
            log.append(edited(number, target, f"text {number}"))
        elif kind == "delete":
            spoken[target] = False
            log.append(deleted(number, target))
        else:
            person, emoji = draw(st.sampled_from([ME, ANN, 8])), draw(st.sampled_from(EMOJI))
            who = have.setdefault((target, emoji), set())
            on = person not in who
            (who.add if on else who.discard)(person)
            log.append(reacted(number, target, emoji, len(who), person, on))
    return log


def as_read(log: Log, number: int, first: int, last: int) -> Page:
    """A page of events from `first` to `last` as they stood after event `number`: told plainly, from the start."""
    stand: dict[int, Message] = {}
    for event in log[:number]:
        if isinstance(event, Message):
            stand[event.number] = event
            if event.thread:
                stand[event.thread] = annotated(stand[event.thread], event, ME)
        elif isinstance(event, Change):
            for target in event.targets if isinstance(event, Deleted) else (event.target,):
                stand[target] = annotated(stand[target], event, ME)
    events = [stand.get(event.number, event) for event in log[:number] if first <= event.number <= last]
    return Page(channel="home", events=events, number=number)


@given(log=logs(), data=st.data())
def test_whenever_a_page_was_read_the_messages_end_as_they_stand(log: Log, data: st.DataObject) -> None:
    """Read at one moment, come at another, some events told twice: what is known in the end is the last page."""
    end = len(log)
    start = data.draw(st.integers(0, end), "the snapshot's number")
    read = data.draw(st.integers(start, end), "when the page was read")
    come = data.draw(st.integers(start, end), "when it came")
    first = data.draw(st.integers(1, end))
    last = data.draw(st.integers(first, end))
    known = view(start)
    for event in log[start:come]:
        known = apply(known, event)
    known = apply_page(known, as_read(log, read, first, min(last, read)))
    for event in log[data.draw(st.integers(0, come)) :]:
        known = apply(known, event)
    pending_snapshot = {one.number: one for one in as_read(log, end, 1, end).events if isinstance(one, Message)}
    assert list(known.messages) == [pending_snapshot[one.number] for one in known.messages]
    wanted = {n for n in pending_snapshot if n > start or (first <= n <= min(last, read, come))}
    assert {one.number for one in known.messages} == wanted
