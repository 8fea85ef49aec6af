"""Every refusal of the core is a sentence, and no refusal can break the one who prints it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from causerie.chat import errors
from causerie.client.frames import refusal
from causerie.i18n import refusals

SOURCES = Path(errors.__file__).parents[1]


def kinds(kind: type[errors.ChatError] = errors.ChatError) -> Iterator[type[errors.ChatError]]:
    """The whole tree; the core's own refinements, which have the codes of their parents, left out."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from kinds(below)


@pytest.mark.parametrize("language", ["C", "fr_FR.UTF-8"])
def test_each_code_has_a_sentence(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """None is missing, none is left over, and each can be said without any data."""
    monkeypatch.setenv("LC_ALL", language)
    assert {kind.code for kind in kinds()} == set(refusals.sentences())
    for kind in kinds():
        said = refusals.sentence(kind())
        assert said
        assert "{" not in said
        assert "\n" not in said


def test_each_reason_belongs_to_a_code() -> None:
    """A better sentence is for a code that there is."""
    assert {key.partition(".")[0] for key in refusals.reasons()} <= set(refusals.sentences())


def test_each_reason_is_one_that_the_core_gives() -> None:
    """A `why` that nobody raises has no sentence."""
    words = {
        node.value
        for folder in ("chat", "server", "protocols")
        for path in (SOURCES / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {key.partition(".")[2] for key in refusals.reasons()} <= words


def test_the_reason_makes_the_sentence() -> None:
    """A short password is called short, with the bound."""
    error = errors.WeakPassword(why="too_short", least=10, most=256)
    assert refusals.sentence(error) == "this password is too short: 10 characters at least"


def test_a_name_cannot_command_the_terminal() -> None:
    """What somebody else wrote is made harmless."""
    assert "\x1b" not in refusals.sentence(errors.NoSuchPerson(name="\x1b[2J"))


def test_braces_in_a_name_are_a_name() -> None:
    """Data is never taken for a place to fill in."""
    assert "{why}" in refusals.sentence(errors.NoSuchPerson(name="{why}"))


def test_a_code_from_a_newer_server_is_shown() -> None:
    """An unknown code is named rather than lost, and asked about under its own name."""
    error = refusal("from_the_future", {"why": "x"})
    assert error.code == "from_the_future"
    assert "from_the_future" in refusals.sentence(error)


def test_a_refusal_over_a_wire_is_the_error_itself() -> None:
    """The same class comes out as went in."""
    for kind in kinds():
        assert type(refusal(kind.code, {})) is kind
