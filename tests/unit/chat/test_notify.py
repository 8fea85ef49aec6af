"""The rule that decides whether somebody is notified: a table of cases, and what holds whatever else is so."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.events import Message
from causerie.chat.model import Access, Level, Preferences
from causerie.chat.notify import Rule, Verdict, decide, is_keyword, is_quiet, keyword

ME, ANN, BEN = 1, 2, 3
NOON, LATE = 12 * 60, 23 * 60


def said(text: str = "good day", **about: Any) -> Message:
    """A message by Ann."""
    return Message(**{"channel": "home", "number": 7, "at": 1000, "person": ANN, "name": "Ann", "text": text, **about})


def no(rule: Rule) -> Verdict:
    """Not notified."""
    return Verdict(False, rule)


def yes(rule: Rule, about: str = "") -> Verdict:
    """Notified."""
    return Verdict(True, rule, about)


WANTS = Preferences()
NO_ANN = Preferences(ignored=(ANN,))
NO_BEN = Preferences(ignored=(BEN,))
UNTIL_1001, UNTIL_1000 = Preferences(dnd_until=1001), Preferences(dnd_until=1000)
NIGHT = Preferences(quiet_from=22 * 60, quiet_to=7 * 60)
WORD = Preferences(keywords=("lunch",))
MENTION = said(mentions=(ME,))
REPLY = said(reply=3, thread=3, nth=1)

CASES: dict[str, tuple[Message, Preferences, Level | None, Access, dict[str, Any], Verdict]] = {
    "what one says oneself": (said(person=ME), WANTS, "all", "direct", {}, no("own")),
    "one's own @channel": (said(person=ME, everyone="channel"), WANTS, "all", "public", {}, no("own")),
    "a channel that one only reads": (MENTION, WANTS, "all", "public", {"member": False}, no("not_a_member")),
    "somebody ignored who names one": (MENTION, NO_ANN, None, "public", {}, no("ignored")),
    "another ignored": (MENTION, NO_BEN, None, "public", {}, yes("mention")),
    "a channel with nothing wanted": (MENTION, WANTS, "none", "public", {}, no("channel_none")),
    "not to be disturbed yet": (MENTION, UNTIL_1001, None, "public", {}, no("do_not_disturb")),
    "to be disturbed again": (MENTION, UNTIL_1000, None, "public", {}, yes("mention")),
    "present so": (MENTION, WANTS, None, "public", {"dnd": True}, no("do_not_disturb")),
    "at night": (MENTION, NIGHT, None, "public", {"minute": LATE}, no("quiet_hours")),
    "by day": (MENTION, NIGHT, None, "public", {"minute": NOON}, yes("mention")),
    "named": (MENTION, WANTS, "mentions", "public", {}, yes("mention")),
    "named, and the channel": (said(mentions=(ME,), everyone="channel"), WANTS, None, "public", {}, yes("mention")),
    "another named": (said(mentions=(BEN,)), WANTS, None, "public", {}, no("only_mentions")),
    "@here": (said(everyone="here"), WANTS, "mentions", "public", {}, yes("here")),
    "@channel": (said(everyone="channel"), WANTS, "mentions", "public", {}, yes("channel")),
    "a thread that one follows": (REPLY, WANTS, "mentions", "public", {"follows": True}, yes("thread")),
    "a thread that one does not": (REPLY, WANTS, None, "public", {}, no("only_mentions")),
    "a keyword": (said("Lunch?"), WORD, "mentions", "public", {}, yes("keyword", "lunch")),
    "a keyword's part": (said("launch lunches"), WORD, None, "public", {}, no("only_mentions")),
    "said to one alone": (said(), WANTS, None, "direct", {}, yes("direct")),
    "said to one, who wants names": (said(), WANTS, "mentions", "direct", {}, no("only_mentions")),
    "all of a channel": (said(), WANTS, "all", "private", {}, yes("channel_all")),
    "a channel without a choice": (said(), WANTS, None, "private", {}, no("only_mentions")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_first_rule_that_applies_decides(case: str) -> None:
    """Each rule, and which comes before which."""
    message, wants, level, access, facts, verdict = CASES[case]
    assert decide(message, wants, level, access, ME, **facts) == verdict


MESSAGES = st.builds(
    said,
    st.sampled_from(["good day", "lunch", "Lunch at noon"]),
    at=st.integers(0, 3),
    person=st.sampled_from([ME, ANN, BEN]),
    mentions=st.sampled_from([(), (ME,), (BEN,), (ME, BEN)]),
    everyone=st.sampled_from(["", "here", "channel"]),
    thread=st.sampled_from([0, 3]),
)
WISHES = st.builds(
    Preferences,
    keywords=st.sampled_from([(), ("lunch",)]),
    quiet_from=st.integers(0, 3),
    quiet_to=st.integers(0, 3),
    dnd_until=st.integers(0, 3),
    ignored=st.sampled_from([(), (ANN,), (BEN,)]),
)
LEVELS = st.sampled_from([None, "all", "mentions", "none"])
FACTS = st.fixed_dictionaries(
    {"member": st.booleans(), "follows": st.booleans(), "dnd": st.booleans(), "minute": st.integers(0, 3)}
)


@given(MESSAGES, WISHES, LEVELS, st.sampled_from(["public", "private", "direct"]), FACTS)
def test_whatever_else_is_so(
    message: Message, wants: Preferences, level: Level | None, access: Access, facts: dict[str, Any]
) -> None:
    """Oneself, the ignored, do not disturb, quiet hours and "none" never notify; a name does if none is so."""
    verdict = decide(message, wants, level, access, ME, **facts)
    quiet = (
        message.person == ME
        or not facts["member"]
        or message.person in wants.ignored
        or level == "none"
        or facts["dnd"]
        or message.at < wants.dnd_until
        or is_quiet(wants, facts["minute"])
    )
    assert not (quiet and verdict.notified)
    if not quiet:
        assert verdict.notified or (ME not in message.mentions and not message.everyone and level != "all")
    assert bool(verdict.about) == (verdict.rule == "keyword")


@given(MESSAGES, WISHES, FACTS)
def test_wanting_more_never_notifies_of_less(message: Message, wants: Preferences, facts: dict[str, Any]) -> None:
    """From "none" over "mentions" to "all"."""
    told = [decide(message, wants, level, "public", ME, **facts).notified for level in ("none", "mentions", "all")]
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        (22 * 60, 7 * 60, [22 * 60, 0, 7 * 60 - 1], [7 * 60, NOON, 22 * 60 - 1]),
        (NOON, NOON + 60, [NOON, NOON + 59], [NOON - 1, NOON + 60]),
        (0, 0, [], [0, NOON, LATE]),
        (NOON, NOON, [], [0, NOON, LATE]),
    ],
)
def test_quiet_hours_go_over_midnight(start: int, end: int, quiet: list[int], loud: list[int]) -> None:
    """From the first minute up to the second, which is not quiet any more; the same twice: never."""
    wants = Preferences(quiet_from=start, quiet_to=end)
    assert [is_quiet(wants, minute) for minute in (*quiet, *loud)] == [True] * len(quiet) + [False] * len(loud)


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        ("lunch", ["Lunch!", "(lunch)", "_lunch_", "**LUNCH**", "at lunch"], ["lunches", "brunch", "lunch_box"]),
        ("release 2", ["the Release\n2 is out"], ["release 21", "release"]),
        ("c++", ["C++ or C?", "(c++)"], ["c", "cc"]),
        ("straße", ["STRASSE", "Straße"], ["Strassen"]),
        ("café", ["cafe\u0301", "CAFÉ"], ["cafe", "cafés"]),
        ("東京", ["明日東京へ"], ["京東"]),
        ("हिन्दी", ["हिन्दी!"], ["हिन्दीभाषा"]),
        ("हिन", [], ["हिन्दी"]),
        ("🎉", ["done🎉", "🎉🎉"], ["done"]),
    ],
)
def test_keywords_are_whole_words_in_any_script(word: str, found: list[str], not_found: list[str]) -> None:
    """Letter case, composition and what surrounds a word do not matter."""
    assert [keyword(text, (word,)) for text in (*found, *not_found)] == [word] * len(found) + [""] * len(not_found)


def test_the_first_of_ones_keywords_is_named() -> None:
    """So that the answer to "why" is always the same."""
    assert keyword("tea and lunch", ("coffee", "lunch", "tea")) == "lunch"


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_can_be_looked_through(text: str, word: str) -> None:
    """A text of nothing but one's keyword has it, as long as it is one."""
    assert keyword(text, (word,)) in ("", word)
    assert keyword(word, (word,)) == (word if is_keyword(word) else "")


@pytest.mark.parametrize(
    "text",
    ["a" * 65536, "a " * 32768, "a\u0301\u0323" * 8000, "e" + "\u0301\u0323" * 16000, "日本" * 10922, "\ufdfa" * 21845],
    ids=["one word", "words", "letters with marks", "marks", "no spaces", "letters of many letters"],
)
def test_a_long_text_and_many_keywords_are_bounded(text: str) -> None:
    """64 KiB and 50 keywords that are nearly there take no minute, whatever they are made of."""
    words = [text[:n] + "b" for n in range(1, 51)]
    began = time.perf_counter()
    assert keyword(text, words) == ""
    assert time.perf_counter() - began < 10.0  # where it is not bounded, minutes
