"""One text and its lines; lines and their batch; times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.protocols.irc.messages.line_encoder import time_text
from causerie.protocols.irc.syntax.batches import batch, is_one, opened, within
from causerie.protocols.irc.syntax.line_splitting import Piece, composed, joined
from causerie.protocols.irc.syntax.times import time_of

LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=60)
PIECES = st.lists(st.builds(Piece, LETTERS, st.booleans()), min_size=1, max_size=8).map(
    lambda pieces: [Piece(one.text, one.on and bool(one.text) and i > 0) for i, one in enumerate(pieces)]
)


@given(PIECES)
def test_lines_are_put_together_and_come_apart_as_they_were(pieces: list[Piece]) -> None:
    """IRCv3 multiline, "Fallback": the composition that the client sent is kept."""
    text, cuts = joined(pieces)
    # A line that is empty and goes on, or that follows an empty one, has nothing to tell it by.
    again = composed(text, cuts, 400)
    assert joined(again)[0] == text
    if all(one.text for one in pieces):
        assert again == pieces


@given(LETTERS, st.text(max_size=20), st.integers(8, 40))
def test_whatever_the_cuts_are_nothing_is_lost_and_all_fits(text: str, cuts: str, most: int) -> None:
    """They come from a client, and a text may have been edited since."""
    pieces = composed(text, cuts, most)
    assert joined(pieces)[0] == text
    assert all(len(piece.text.encode()) <= most for piece in pieces)


@given(st.lists(st.sampled_from([":s A", "@t=1 :s B", ":s BATCH +i x", "@batch=i :s C", ":s BATCH -i"]), max_size=8))
def test_a_batch_holds_its_lines_and_those_of_batches_in_it(lines: list[str]) -> None:
    """IRCv3 batch, "Nesting": each line has one batch tag, its innermost batch's."""
    whole = batch(":s BATCH +o k", "o", lines, ":s BATCH -o")
    assert is_one(whole)
    inside = list(within("o", lines))
    assert len(inside) == len(lines)
    assert all(line.split(" ")[0].count("batch=") <= 1 or lines[i][:8] == "@batch=i" for i, line in enumerate(inside))


def test_what_opens_a_batch() -> None:
    """IRCv3 batch, "BATCH": with tags or without."""
    assert opened(":s BATCH +a k t") == opened("@x=y :s BATCH +a k") == "a"
    assert opened(":s BATCH -a") == opened(":s PRIVMSG +a :BATCH +b") == opened(":s") == ""


@given(st.integers(1, 4_000_000_000_000))
def test_a_time_comes_back(at: int) -> None:
    """IRCv3 server-time: what is told is what may be asked by."""
    assert time_of(f"timestamp={time_text(at)}") == at


@pytest.mark.parametrize("given_", ["", "*", "timestamp=", "timestamp=2020-13-01T00:00:00Z", "2020-01-01T00:00:00Z"])
def test_what_is_no_time(given_: str) -> None:
    """IRCv3 chathistory: YYYY-MM-DDThh:mm:ss.sssZ."""
    assert time_of(given_) == 0
