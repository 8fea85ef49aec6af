"""Format codes and markdown: nothing raw reaches the core, IRC clients are sent what was typed, no text takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import commands as c
from causerie.protocols.irc.messages.formatting import (
    TYPED,
    all_to_irc,
    is_plain,
    plain,
    received,
    sent,
    to_irc,
    to_markdown,
    without_codes,
)

CODES = re.compile("[\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f]")
PARTS = st.sampled_from(
    ["\x02", "\x03", "\x0304", "\x0304,12", "\x04ff00ff", "\x0f", "\x11", "\x16", "\x1d", "\x1e", "\x1f", "**",
     "*", "_", "`", "~~", " ", "\n", "a", "b c", "é", "1", ",", "https://e.org/_a_", "\\"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=30), st.lists(PARTS, max_size=25).map("".join))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\x0304,01red\x03 is \x0312blue", "red is blue"),
        ("\x03041 \x033,,x \x03,1", "1 ,,x ,1"),
        ("\x04ff0000red\x04 \x0400ff00,000000green", "red green"),
        ("\x02bold\x02 \x1dit\x1d \x11code\x11 \x1eold\x1e", "**bold** *it* `code` ~~old~~"),
        ("\x02\x1dboth\x0f none", "***both*** none"),
        ("\x02 bold \x02so", " **bold** so"),
        ("\x02first\nsecond", "**first**\nsecond"),
        ("\x11a*b*\x02c\x11", "`a*b*``c`"),
        ("\x1funder\x1f \x16back\x16", "under back"),
        ("\x02\x02\x03", ""),
        ("2*3*4 __init__", "2*3*4 __init__"),
    ],
)
def test_what_is_typed_on_irc_is_kept_as_markdown(typed: str, kept: str) -> None:
    """IRC Formatting: colours take up to two digits each, a code toggles, a line's formatting ends with it."""
    assert received(typed, {})[0] == kept


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("**bold** and *it* and _it_", "\x02bold\x02 and \x1dit\x1d and \x1dit\x1d"),
        ("`a*b*c` ~~old~~", "\x11a*b*c\x11 \x1eold\x1e"),
        ("2*3*4, 2 ** 3 ** 4, *.py *.c", "2*3*4, 2 ** 3 ** 4, *.py *.c"),
        ("__init__ snake_case_name /usr/_a_/b", "__init__ snake_case_name /usr/_a_/b"),
        ("https://e.org/_a_/*b* x", "https://e.org/_a_/*b* x"),
        ("```\n**bold**\n```", "```\n**bold**\n```"),
        (r"\*so\* \`so`", r"\*so\* \`so`"),
    ],
)
def test_markdown_is_told_as_codes(said: str, told: str) -> None:
    """Only what is surely meant as formatting."""
    assert to_irc(said) == told


@given(TEXTS)
def test_nobody_else_reads_codes_and_irc_reads_what_was_typed(typed: str) -> None:
    """For any text; and the words are the same, whatever the formatting."""
    text, tags = received(typed, {"+a": "b"})
    assert not CODES.search(text)
    assert sent(text, tags) == typed
    assert tags["+a"] == "b"
    words = re.sub(r"[*`~\s]", "", text)
    assert words == re.sub(r"[*`~\s]", "", plain(typed))
    assert not CODES.search(plain(typed))


@given(TEXTS, TEXTS)
def test_a_tag_cannot_say_something_else_than_the_text(text: str, typed: str) -> None:
    """A client of another protocol may send any tag."""
    told = sent(text, {TYPED: typed})
    assert told == to_irc(text) or (told == typed and to_markdown(typed) == text)


def test_what_does_not_fit_into_tags_is_told_as_it_is_kept() -> None:
    """Several lines at once may be longer than tags may be."""
    typed = "\x02" + "a" * 4090 + "\x02 \x0304b"
    text, tags = received(typed, {})
    assert tags == {}
    assert sent(text, tags) == "**" + "a" * 4090 + "** b"


def test_other_words_lose_their_codes() -> None:
    """Topics, reasons and texts of being away are no markdown."""
    assert without_codes(c.SetTopic(channel="a", topic="\x02new\x02 \x0304red")) == c.SetTopic(
        channel="a", topic="new red"
    )
    asked = c.Leave(channel="a", reason="so")
    assert without_codes(asked) is asked
    assert without_codes(c.Ping()) == c.Ping()


@pytest.mark.parametrize(
    "text",
    [
        "*" * 60_000,
        "**a" * 20_000,
        "`a" * 30_000,
        "_a_" * 20_000,
        "\x02a" * 30_000,
        "~~a" * 20_000,
        "https://_" * 7_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """64 KiB of the worst in a quarter of a second is a hundred times what it takes."""
    began = time.process_time()
    sent(*received(text, {}))
    assert time.process_time() - began < 1


@given(st.lists(TEXTS, max_size=4))
def test_several_texts_are_translated_as_each_is(texts: list[str]) -> None:
    assert list(all_to_irc(texts)) == [to_irc(text) for text in texts]


@given(TEXTS)
def test_a_plain_text_is_the_same_everywhere(text: str) -> None:
    """A wave in `~ 5 minutes` is no formatting: only two of them are."""
    if is_plain(text):
        assert received(text, {}) == (text, {}) == (to_markdown(text), {})
        assert to_irc(text) == text
    assert is_plain("it takes ~ 5 minutes: see you, a+b=c")
