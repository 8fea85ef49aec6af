"""The dialogues in the protocols' specifications: read from Markdown, and a server to play them against.

`C:` lines are sent, `S:` lines are expected; `C2:` and `S2:` are a second connection; `(closed)` is its end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from causerie import bootstrap
from causerie.address import Address
from causerie.config.settings import Accounts, Config, Server

ROOT = Path(__file__).resolve().parents[2]
CLOSED = "(closed)"
PATIENCE = 20.0
"""Seconds until a server that says nothing has failed; an answer that comes is never waited for."""

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"([CS])(\d?): (.*)")


@dataclass(frozen=True)
class Line:
    """One line: whose, on which connection, what; and where it stands, for the one who has to mend it."""

    client: bool
    connection: int
    text: str
    where: str


def dialogues(page: str, encoder: str) -> list[list[Line]]:
    """The page's blocks in this language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for block in _BLOCK.finditer(text):
        if block[1] != encoder:
            continue
        first = text.count("\n", 0, block.start(2)) + 1
        lines = []
        for number, line in enumerate(block[2].splitlines(), first):
            parts = _LINE.fullmatch(line)
            assert parts is not None, f"{page}:{number}: neither C: nor S:"
            lines.append(Line(parts[1] == "C", int(parts[2] or 1), parts[3], f"{page}:{number}"))
        found.append(lines)
    return found


@asynccontextmanager
async def meeting(data: Path) -> AsyncIterator[Peers]:
    """Connections to a server that lets anybody register, with passwords that are quick to check."""
    config = Config(
        server=Server(listen=(Address("127.0.0.1", 0),)),
        accounts=Accounts(registration="open", hash_memory=8 * 1024, hash_passes=1),
    )
    running = await bootstrap.start(config, data)
    peers = Peers(running.identity.listening[0])
    try:
        yield peers
    finally:
        await peers.close()
        await running.stop()


class Peers:
    """The connections of one dialogue, opened when they are first named."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._open: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

    async def of(self, line: Line) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection that a line is about."""
        if line.connection not in self._open:
            self._open[line.connection] = await asyncio.open_connection(self._address.host, self._address.port)
        return self._open[line.connection]

    async def close(self) -> None:
        """End them all."""
        for _, writer in self._open.values():
            writer.close()
        for _, writer in self._open.values():
            try:
                await writer.wait_closed()
            except ConnectionError:
                continue
