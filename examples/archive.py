"""Keep a channel in a file, one JSON object a line, from its first message on:

    python examples/archive.py localhost:5000 home home.jsonl

Stop it with Ctrl+C and start it again when you like, cut its connection, restart the server: the file has each event
once and in order. The file itself says how far it is, so nothing else has to be remembered.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from causerie.chat.events import Event
from causerie.client import EventReceived, connect


class Archive:
    """The file; `last` is the number of its last event."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.last = 0
        file.seek(0)
        whole = 0
        for line in file:
            if line.endswith(b"\n"):  # the last one is half a line if the machine went down while it was written
                self.last = msgspec.json.decode(line)["number"]
                whole = file.tell()
        file.seek(whole)
        file.truncate()

    def add(self, event: Event) -> None:
        """Write it down, unless it is there, or is passing (somebody came or went)."""
        if event.number > self.last:
            self.file.write(msgspec.json.encode(event) + b"\n")
            self.file.flush()
            self.last = event.number


async def main(where: str, channel: str, path: Path) -> None:
    path.touch()
    with path.open("r+b") as file:
        archive = Archive(file)
        async with connect(where, name="Archive") as chat:
            view = await chat.join(channel)
            async for event in chat.since(view.channel, archive.last):
                archive.add(event)
            async for update in chat:
                if isinstance(update, EventReceived) and update.event.channel == view.channel:
                    archive.add(update.event)


if len(sys.argv) != 4:
    sys.exit("usage: python examples/archive.py SERVER CHANNEL FILE")
with contextlib.suppress(KeyboardInterrupt):
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
