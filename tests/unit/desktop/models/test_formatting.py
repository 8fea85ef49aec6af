"""Formatting as pieces: what is typed is never lost, and never more than text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.desktop.models.formatting import Piece, pieces


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", [Piece("plain")]),
        ("**bold** and _it_", [Piece("bold", ("bold",)), Piece(" and "), Piece("it", ("italic",))]),
        ("`code`", [Piece("code", ("code",))]),
        ("```\na\nb\n```", [Piece("a\nb", ("pre",))]),
        ("> said", [Piece("said", ("quote",))]),
        (
            "https://example.org/a.",
            [Piece("https://example.org/a", ("link",), "url:https://example.org/a"), Piece(".")],
        ),
        (
            "https://example.org/a_b_c_",
            [Piece("https://example.org/a_b_c_", ("link",), "url:https://example.org/a_b_c_")],
        ),
        ("<b>", [Piece("<b>")]),
    ],
)
def test_styles(text: str, made: list[Piece]) -> None:
    assert pieces(text) == made


def test_lists_have_their_signs() -> None:
    assert "".join(piece.text for piece in pieces("- a\n- b")) == "•  a\n•  b"
    assert "".join(piece.text for piece in pieces("3. a\n4. b")) == "3. a\n4. b"


def test_names_at_the_beginning_are_marked_too() -> None:
    made = pieces("Ben, anna: hi, \u4f60\u597d@anna", frozenset(("anna", "ben")), "ben")
    assert "".join(piece.text for piece in made) == "Ben, anna: hi, \u4f60\u597d@anna"
    assert [(piece.text, piece.styles) for piece in made if piece.styles] == [
        ("Ben", ("mention_me",)),
        ("anna", ("mention",)),
        ("@anna", ("mention",)),
    ]


def test_those_who_are_named_are_marked_and_oneself_more() -> None:
    made = pieces("hi @anna and @ben, not @nobody", frozenset(("anna", "ben")), "ben")
    assert [(piece.text, piece.styles) for piece in made if piece.styles] == [
        ("@anna", ("mention",)),
        ("@ben", ("mention_me",)),
    ]


def test_a_link_leads_only_where_links_may() -> None:
    assert not [piece for piece in pieces("[x](javascript:alert(1))") if piece.act]


@given(st.text(max_size=300))
def test_anything_can_be_drawn(text: str) -> None:
    for piece in pieces(text, frozenset(("anna",)), "ben"):
        assert piece.text
        assert not piece.act or piece.act.startswith(
            ("url:http://", "url:https://", "url:mailto:", "url:HTTP", "url:Http")
        )


@given(st.text(alphabet="ab cd\n", max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)).split() == text.split()


def test_emoji_are_drawn_in_a_font_that_has_them_but_not_in_code() -> None:
    made = pieces("tea 🎉👋🏿 *then* `☕`")
    assert [one.text for one in made if "emoji_in_text" in one.styles] == ["🎉👋🏿"]
    assert "".join(one.text for one in made) == "tea 🎉👋🏿 then ☕"
