"""What is deleted, or kept no longer, is soon in no file of the data directory."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.server_process import ServerProcess, until

WORDS = "a herring that nobody may remember"


def in_files(data: Path, words: str = WORDS) -> list[str]:
    """Which files of a data directory have it."""
    return [path.name for path in sorted(data.iterdir()) if path.is_file() and words.encode() in path.read_bytes()]


async def say(server: ServerProcess, *commands: dict[str, Any]) -> None:
    """A guest says something, and does this."""
    reader, writer = await server.connect()
    todo: list[dict[str, Any]] = [
        {"do": "hello", "version": 1},
        {"do": "login", "name": "Anna", "guest": True},
        {"do": "join", "channel": "home"},
        *commands,
    ]
    for command in todo:
        writer.write(json.dumps({**command, "id": 1}).encode() + b"\n")
        while (told := json.loads(await asyncio.wait_for(reader.readline(), 30))).get("re") != 1:
            pass
        assert told["is"] != "error", told
    writer.close()


async def test_a_deleted_message(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data").start()
    try:
        await say(
            server,
            {"do": "send", "channel": "home", "text": WORDS},
            {"do": "search", "text": "herring"},
            {"do": "delete", "channel": "home", "number": 1},
        )
        assert in_files(server.data), "it was deleted a moment ago, and the log has it yet"
        await until(lambda: not in_files(server.data), "the words are in no file", 60)
    finally:
        server.end()


async def test_retention_begins_with_the_server(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data").start()
    try:
        await say(server, {"do": "send", "channel": "home", "text": WORDS})
        assert server.stop() == 0
        assert in_files(server.data)
        with closing(sqlite3.connect(server.data / "causerie.db")) as store, store:
            store.execute("UPDATE channels SET retention_days = 1")
            store.execute("UPDATE log SET at = at - 172800000")
        server.restart()
        await until(lambda: not in_files(server.data), "what is old is gone", 60)
    finally:
        server.end()
