"""What may be said, and how a text begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import BadText, TextTooLong
from causerie.chat.texts import FIRST_WORDS, check_text, first_words


@pytest.mark.parametrize("text", ["", " ", "   ", "\n", "\t \r\n", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}"])
def test_nothing_is_not_said(text: str) -> None:
    """A text of blanks is empty, in any script."""
    with pytest.raises(BadText) as refused:
        check_text(text, 100)
    assert refused.value.data == {"why": "empty"}


@given(st.text(), st.integers(1, 40))
def test_what_is_kept_can_be_sent(text: str, most: int) -> None:
    """It fits, has line feeds for line ends and no control character; checked again it is the same."""
    try:
        kept = check_text(text, most)
    except (BadText, TextTooLong):
        return
    assert 0 < len(kept.encode()) <= most
    assert kept.strip()
    assert not set(kept) & set("\r\x00\x1b\x7f\x85\u2028")
    assert check_text(kept, most) == kept


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("hello", "hello"),
        ("  one\n\n two\tthree ", "one two three"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "x" * 39 + "…"),
        ("four words of a text that goes on and on", "four words of a text that goes on and on"),
        ("four words of a text that goes on and on.", "four words of a text that goes on and…"),
        ("one" + " " * 200 + "two", "one…"),
    ],
)
def test_first_words(text: str, begins: str) -> None:
    """In one line, whole words where there are some, and dots only where something is left out."""
    assert first_words(text) == begins


@given(st.text())
def test_first_words_of_any_text(text: str) -> None:
    """At most 40 characters and one line; the first 200 characters of a text are enough to know them."""
    words = first_words(text)
    assert len(words) <= FIRST_WORDS
    assert "\n" not in words
    assert first_words(text[:200]) == words
