"""The parser against the field's own vectors (ircdocs/parser-tests), which the package irc-parser-tests carries."""

from __future__ import annotations

from typing import Any

import parser_tests.data as vectors
import pytest

from causerie.chat.masks import matches
from causerie.protocols.irc.syntax.lines import Line, parse, serialise

SPLIT: list[dict[str, Any]] = vectors.msg_split["tests"]
JOIN: list[dict[str, Any]] = vectors.msg_join["tests"]
MASKS: list[dict[str, Any]] = vectors.mask_match["tests"]


@pytest.mark.parametrize("vector", SPLIT, ids=lambda vector: vector["input"])
def test_a_line_is_parsed_as_the_vectors_have_it(vector: dict[str, Any]) -> None:
    """Modern IRC, "Message format"; IRCv3 message-tags, "Format" and "Escaping values"."""
    atoms = vector["atoms"]
    line = parse(vector["input"])
    assert line is not None
    assert (line.command, line.params) == (atoms["verb"].upper(), atoms.get("params", []))
    assert (line.source, line.tags) == (atoms.get("source", ""), atoms.get("tags", {}))


@pytest.mark.parametrize("vector", JOIN, ids=lambda vector: vector["matches"][0])
def test_a_line_is_written_as_the_vectors_have_it(vector: dict[str, Any]) -> None:
    """Modern IRC, "Message format"; the tags may come in any order."""
    atoms = vector["atoms"]
    line = Line(atoms["verb"], atoms.get("params", []), atoms.get("tags", {}), atoms.get("source", ""))
    assert serialise(line) in vector["matches"]


@pytest.mark.parametrize("vector", MASKS, ids=lambda vector: vector["mask"])
def test_a_mask_fits_what_the_vectors_say(vector: dict[str, Any]) -> None:
    """Modern IRC, "Wildcard expressions"."""
    assert [text for text in vector["matches"] if not matches(vector["mask"], text)] == []
    assert [text for text in vector["fails"] if matches(vector["mask"], text)] == []
