"""The examples in docs/protocol/native.md are true, and its tables leave nothing out."""

from __future__ import annotations

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from causerie.chat.commands import AnyCommand, Command
from causerie.chat.errors import ChatError
from causerie.chat.events import AnyEvent
from causerie.protocols.native_schema import AnyAnswer, error_codes
from causerie.server.dispatch import TABLE
from tests.plays.dialogues import CLOSED, PATIENCE, ROOT, Line, dialogues, meeting

PAGE = "docs/protocol/native.md"
BLOCKS = dialogues(PAGE, "native")


def matches(expected: Any, got: Any, known: dict[str, Any]) -> bool:
    """Whether an object is as the example says; a `$name` that is new is noted in `known`."""
    if expected == "...":
        return True
    if isinstance(expected, str) and expected.startswith("$"):
        return bool(known.setdefault(expected, got) == got)
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(matches(value, got[key], known) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(got, list)
            and len(expected) == len(got)
            and all(matches(one, other, known) for one, other in zip(expected, got, strict=True))
        )
    return bool(expected == got)


def filled(text: str, known: dict[str, Any]) -> str:
    """A line to send, with what the server gave before in its place."""
    for name, value in known.items():
        text = text.replace(json.dumps(name), json.dumps(value))
    return text


async def play(lines: list[Line], data: Path) -> None:
    """Send and expect, line by line; in the end, nothing else may have come."""
    async with meeting(data) as peers:
        known: dict[str, Any] = {}
        over: set[int] = set()
        for line in lines:
            reader, writer = await peers.of(line)
            if line.client:
                writer.write(filled(line.text, known).encode() + b"\n")
                continue
            got = await asyncio.wait_for(reader.readline(), PATIENCE)
            if line.text == CLOSED:
                assert got == b"", line.where
                over.add(line.connection)
            else:
                assert got, f"{line.where}: the server closed the connection"
                assert matches(json.loads(line.text), json.loads(got), known), f"{line.where}\n{got.decode()}"
        for last in {line.connection: line for line in lines}.values():
            if last.connection not in over:
                reader, writer = await peers.of(last)
                writer.write(b'{"do":"ping","id":"over"}\n')
                got = await asyncio.wait_for(reader.readline(), PATIENCE)
                assert json.loads(got) == {"re": "over", "is": "pong"}, f"after {last.where}: {got.decode()}"


@pytest.mark.parametrize("lines", BLOCKS, ids=lambda lines: lines[0].where)
async def test_an_example_is_true(lines: list[Line], tmp_path: Path) -> None:
    """The server says what the specification says it does, and nothing else."""
    await play(lines, tmp_path / "data")


def rows(chapter: str) -> dict[str, list[str]]:
    """The rows of a chapter's table by what their first cell names."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    part = text.split(f"\n## {chapter}\n")[1].split("\n## ")[0].partition("\n|---")[2]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return {row[0].strip("`"): row for row in cells if re.fullmatch("`[a-z_]+`", row[0])}


def named(cell: str) -> set[str]:
    """What a cell has in code marks."""
    return set(re.findall("`([a-z_]+)`", cell))


def fields(kind: Any) -> tuple[set[str], set[str]]:
    """A type's fields: those that are always there, and the others."""
    known = msgspec.structs.fields(kind)
    return (
        {field.encode_name for field in known if field.required},
        {field.encode_name for field in known if not field.required},
    )


@pytest.mark.parametrize("kind", get_args(AnyCommand), ids=lambda kind: str(kind.__struct_config__.tag))
def test_each_command_is_on_the_page(kind: type[Command]) -> None:
    """With its fields, those that may be left out in brackets, and who may ask."""
    row = rows("Commands")[str(kind.__struct_config__.tag)]
    needed, optional = fields(kind)
    outside, _, inside = row[1].partition("[")
    assert (named(outside), named(inside)) == (needed, optional - {"id"})
    assert row[2].upper() == TABLE[kind][1].name
    assert named(row[3]) <= {str(answer.__struct_config__.tag) for answer in get_args(AnyAnswer)} | {"farewell"}
    assert named(row[5]) - {"join"} <= error_codes().keys()


@pytest.mark.parametrize("kind", get_args(AnyAnswer), ids=lambda kind: str(kind.__struct_config__.tag))
def test_each_answer_is_on_the_page(kind: Any) -> None:
    """With its fields."""
    row = rows("Answers")[str(kind.__struct_config__.tag)]
    outside, _, inside = row[1].partition("[")
    assert (named(outside), named(inside)) == fields(kind)


@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda kind: str(kind.__struct_config__.tag))
def test_each_event_is_on_the_page(kind: Any) -> None:
    """With its fields, but the two that all have."""
    row = rows("Events")[str(kind.__struct_config__.tag)]
    needed, optional = fields(kind)
    outside, _, inside = row[1].partition("[")
    assert (named(outside) - {"number"}, named(inside)) == (needed - {"channel"}, optional - {"number"})


def raised() -> dict[str, set[str]]:
    """For each error code, the data that some line of the source gives it."""
    codes = {kind.__name__: code for code, kind in error_codes().items()}
    data: dict[str, set[str]] = {code: set() for code in codes.values()}
    for path in (ROOT / "src" / "causerie").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        origin = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        mine = {
            alias.asname or alias.name for node in origin if node.module == ChatError.__module__ for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in mine & codes.keys():
                data[codes[node.func.id]].update(keyword.arg for keyword in node.keywords if keyword.arg)
    return data


def test_each_error_is_on_the_page_with_its_data() -> None:
    """No code is missing, and none is made up; `data` is what the source puts in it."""
    table = {code: named(row[1]) for code, row in rows("Errors").items()}
    given = raised()
    assert table.keys() == given.keys()
    assert {code: sorted(data - table[code]) for code, data in given.items() if data - table[code]} == {}
