"""Nothing changes the state but changes: no file of the server or a protocol does it by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from causerie.server.engine.apply.table import TABLE
from causerie.server.engine.passing import Passing
from causerie.server.engine.session import Session, Trust
from causerie.server.engine.state import State
from causerie.server.ports.changes import Change

SOURCES = Path(__file__).parents[2] / "src" / "causerie"
APPLIES = SOURCES / "server" / "engine"
"""Here the changes are applied, and undone."""

BY_HAND = {
    ("server/context.py", "sessions"),  # that a connection was opened is not undone
    ("server/message_cache.py", "remembered"),  # what is read from the store when it is first asked for
    ("server/features/messages/reports.py", "reports"),
    ("server/features/messages/drafts.py", "drafted"),
    ("server/send_quota.py", "buckets"),  # what was spent stays spent
    ("bootstrap.py", "buckets"),
}

STATE = frozenset(vars(State()))
SESSION = {
    "away", "channels", "elevated_by", "keys", "mode", "person", "since", "spoke", "token", "watching",
}  # fmt: skip
MUTATORS = {"append", "clear", "drop", "pop", "popitem", "put", "set", "setdefault", "update"}
"""Methods of dictionaries and lists, and of the undo log."""


def chain(node: ast.expr) -> list[str]:
    """The names of a.b[c].d: a, b, d."""
    if isinstance(node, ast.Attribute):
        return [*chain(node.value), node.attr]
    if isinstance(node, ast.Subscript):
        return chain(node.value)
    return [node.id] if isinstance(node, ast.Name) else []


def changed(tree: ast.AST) -> Iterator[list[str]]:
    """What is assigned, deleted, or changed by a method of its own."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            targets = [node.func.value]
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else (target,):
                if isinstance(one, ast.Attribute | ast.Subscript):
                    yield chain(one)


def by_hand() -> set[tuple[str, str]]:
    """The files that change the state, or what a change keeps of a session, by hand, and what of it."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        name = str(path.relative_to(SOURCES))
        if APPLIES in path.parents or name.startswith(("client/", "desktop/", "cli/")):
            continue
        for names in changed(ast.parse(path.read_text())):
            if names[-1:] == ["undo"]:
                found.add((name, "undo"))
            for before, attribute in pairwise(names):
                of_state = before in ("state", "_state") and attribute in STATE
                of_session = before in ("session", "own", "ears") and attribute in SESSION
                if of_state or (of_session and name.startswith("server/")):
                    found.add((name, attribute))
    return found


def test_the_state_is_changed_by_changes_alone() -> None:
    """But for what is listed above with its reason."""
    assert by_hand() == BY_HAND


def test_every_kind_of_change_has_its_line_in_the_table() -> None:
    """And nothing else has."""
    kinds = {*Change.__args__, *Passing.__args__}
    assert kinds == set(TABLE)


def test_what_a_change_keeps_of_a_session_is_there() -> None:
    """The names above are those of a session."""
    session = Session(None, "", Trust.PASSWORDS, None)  # type: ignore[arg-type]
    assert all(hasattr(session, name) for name in SESSION)
