"""One message is not many times itself on IRC, however it is made, and costs no more to tell than to read."""

from __future__ import annotations

import time

import pytest

from causerie.protocols.irc.messages import formatting
from causerie.protocols.irc.messages.message_encoder import in_lines
from causerie.protocols.irc.syntax.line_splitting import LINES_MOST, composed


def test_thousands_of_lines_are_a_hundred_and_no_word_is_lost() -> None:
    text = "\n".join(str(number) for number in range(8_000))
    lines = in_lines(text).split("\n")
    assert len(lines) == LINES_MOST
    assert in_lines(text).replace(" / ", "\n") == text
    hundred = "\n".join("a" * 99 for _ in range(LINES_MOST))
    assert in_lines(hundred) == hundred


@pytest.mark.parametrize("piece", ["*a* ", "`a` ", "**", "_a_ ", "~~a~~ ", "*a", "*a" + " b" * 199, "`" + "a" * 390])
def test_a_text_of_many_marks_goes_out_as_it_is(piece: str) -> None:
    text = (piece * 16_384)[:16_384]
    marks = sum(map(text.count, "*_`~"))
    began = time.process_time()
    sent = formatting.to_irc(text)
    assert time.process_time() - began < 0.1, "some 20 times what it takes"
    assert sent == text or marks <= formatting.MARKS_MOST


def test_a_text_is_translated_once_for_all_who_hear_it() -> None:
    first, *others = [formatting.to_irc("*so*") for _ in range(3)]
    assert first == "\x1dso\x1d"
    assert all(other is first for other in others)


def test_many_cuts_in_many_lines_are_looked_at_once() -> None:
    text = "\n".join("a" * 100 for _ in range(100))
    cuts = ",".join(map(str, range(0, 10_000, 2)))
    began = time.process_time()
    assert len(composed(text, cuts, 400)) > 4_000
    assert time.process_time() - began < 0.2, "some 20 times what it takes"
