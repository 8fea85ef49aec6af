"""The words of a text, and what a query looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import words
from causerie.chat.words import PHRASES_MOST, QUERY_LONGEST, Phrase, phrases, prepare


@pytest.mark.parametrize("query", ["", "   ", "!?", '"', '""', "*", '"*"*', "_", "「」", "\x00", "🎉", "\u0301"])
def test_nothing_to_look_for_is_no_phrase(query: str) -> None:
    """Punctuation alone asks for nothing."""
    assert phrases(query) == []


def test_words_phrases_and_beginnings() -> None:
    """Each once, prepared as a text is."""
    assert phrases('Déjà "the old fox" ho* deja') == [
        Phrase("Deja", False), Phrase("the old fox", False), Phrase("ho", True), Phrase("deja", False),
    ]  # fmt: skip
    assert phrases('same same "open to the end') == [Phrase("same", False), Phrase("open to the end", False)]


def test_a_query_is_bounded() -> None:
    """Long queries are cut, not refused."""
    assert phrases(" ".join(f"w{i}" for i in range(1000))) == [Phrase(f"w{i}", False) for i in range(PHRASES_MOST)]
    assert phrases("x " * (QUERY_LONGEST // 2) + "tail") == [Phrase("x", False)]


@given(st.text(st.sampled_from("ab é\u0301ก가ﷺ漢\x03"), min_size=1, max_size=12), st.integers(100, 400))
def test_a_long_text_is_prepared_in_pieces_and_comes_to_the_same(piece: str, often: int) -> None:
    """No other thread waits for all of it; where ASCII is in it, nothing changes by that."""
    text = piece * often
    pieces = list(words.pieces(text))
    assert "".join(pieces) == text
    assert all(len(one) <= words.PIECE for one in pieces)
    if any(character.isascii() for character in piece):
        assert prepare(text) == prepare(text, piece=len(text))
