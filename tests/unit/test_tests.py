"""Tests know the code by what it shows: no private names, and no constant is another one for a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
FILES = sorted(str(path.relative_to(TESTS)) for path in TESTS.rglob("*.py"))

INSIDE = {
    "unit/protocols/test_json_frames.py": "counts the bytes that are gone over or copied, which nothing tells",
}
"""Files that look inside all the same, and why."""

PATCHES = ("monkeypatch.setattr", "patch.object", "mock.patch.object", "monkeypatch.delattr")


def is_private(name: str) -> bool:
    """`_` alone is gettext's; dunder names are Python's."""
    return name.startswith("_") and name != "_" and not name.startswith("__")


def looks_inside(tree: ast.Module) -> Iterator[str]:
    """What a file does of that, as "line: what"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            # os._exit is public, whatever it is called.
            if ast.unparse(node.value) not in ("self", "cls", "super()", "os"):
                yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.lineno}: {name.name}" for name in node.names if is_private(name.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in PATCHES:
            names = [word.value for word in node.args[:2] if isinstance(word, ast.Constant)]
            yield from (
                f"{node.lineno}: {ast.unparse(node)}"
                for name in names
                if isinstance(name, str) and (is_private(last := name.rpartition(".")[2]) or last.isupper())
            )


def test_no_test_looks_inside_what_it_tests() -> None:
    """Limits are passed in; what a test has a right to know has a public name."""
    found = {file: list(looks_inside(ast.parse((TESTS / file).read_text()))) for file in FILES}
    assert {file: lines for file, lines in found.items() if lines and file not in INSIDE} == {}
    assert all(found[file] for file in INSIDE), "take out of INSIDE what no longer looks inside"


def test_what_looks_inside_is_found() -> None:
    """Each way of it; what is one's own, gettext's or public is not."""
    looking = (
        "a._b", "from a import _b", "monkeypatch.setattr(a, 'B_MOST', 1)", "monkeypatch.setattr('a.B', 1)",
        "patch.object(a, '_b', 1)",
    )  # fmt: skip
    assert [len(list(looks_inside(ast.parse(code)))) for code in looking] == [1] * len(looking)
    others = ("self._b", "os._exit(1)", "text._('a')", "a.__dict__", "monkeypatch.setattr(a, 'b', 1)", "a.B")
    assert [list(looks_inside(ast.parse(code))) for code in others] == [[]] * len(others)
