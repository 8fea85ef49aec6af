"""The examples in docs/protocol/classic.md are true, and its tables leave nothing out."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import get_args

import pytest

from causerie.chat.events import AnyEvent
from causerie.protocols import classic_sentences
from tests.plays.dialogues import CLOSED, PATIENCE, ROOT, Line, dialogues, meeting

PAGE = "docs/protocol/classic.md"


async def play(lines: list[Line], data: Path) -> None:
    """Send and expect, byte for byte; each connection's end may bring nothing more but others' leaving."""
    async with meeting(data) as peers:
        over: set[int] = set()
        for line in lines:
            reader, writer = await peers.of(line)
            if line.client:
                writer.write(line.text.encode())
            elif line.text == CLOSED:
                assert await asyncio.wait_for(reader.read(), PATIENCE) == b"", line.where
                over.add(line.connection)
            else:
                wanted = line.text.encode()
                got = b""
                while len(got) < len(wanted):
                    piece = await asyncio.wait_for(reader.read(len(wanted) - len(got)), PATIENCE)
                    assert piece, f"{line.where}: the server closed the connection after {got!r}"
                    got += piece
                assert got == wanted, line.where
        for last in {line.connection: line for line in lines}.values():
            if last.connection not in over:
                reader, writer = await peers.of(last)
                writer.write(b'{"END": {}}')
                rest = await asyncio.wait_for(reader.read(), PATIENCE)
                assert re.fullmatch(rb"(\[-\]Guest\d+)*", rest), f"after {last.where}: {rest!r}"


@pytest.mark.parametrize("lines", dialogues(PAGE, "classic"), ids=lambda lines: lines[0].where)
async def test_an_example_is_true(lines: list[Line], tmp_path: Path) -> None:
    """The server says what the specification says it does, and nothing else."""
    await play(lines, tmp_path / "data")


def chapter(name: str) -> str:
    """A chapter of the page."""
    return (ROOT / PAGE).read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda kind: str(kind.__struct_config__.tag))
def test_each_event_is_on_the_page(kind: type) -> None:
    """How it is shown, or that it is not."""
    assert f"\n| `{kind.__struct_config__.tag}` | " in chapter("Events")  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", sorted(classic_sentences.short_refusals()))
def test_each_refusal_is_on_the_page(code: str) -> None:
    """In the words that the server says."""
    assert f"\n| `{code}` | `causerie>{classic_sentences.short_refusals()[code]}` |" in chapter("Refusals")


@pytest.mark.parametrize("code", sorted(classic_sentences.farewells()))
def test_each_farewell_is_on_the_page(code: str) -> None:
    """In the words that the server says."""
    assert f"\n| `{code}` | `causerie>{classic_sentences.farewells()[code]}` |" in chapter("Farewells")
