"""People who say numbered things while the server is being hurt, and keep account of what they were told.

A text follows from its key and ends with a bar, so that half of one, or one that nobody said, is found out.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from itertools import pairwise
from typing import Any

from tests.server_process import ServerProcess

WINDOW = 64
"""Messages of one sayer that may be unanswered at once."""

PATIENCE = 30.0

_CLASSIC_TEXT = re.compile(rb">([a-z]+[0-9]*-[0-9]+ [^|>]*\|)")


def text_of(key: str) -> str:
    """What is said under a key: of any length up to 600 letters, some of two bytes."""
    return f"{key} {'né' * (zlib.crc32(key.encode()) % 300)}|"


class Sayer:
    """Says things by the native protocol, each with a key, as a guest that comes back by its token.

    `acked` and `refused` are by key, the last answer counts; `heard` is each event's number and text, in the order
    that they came, over all connections.
    """

    def __init__(self, server: ServerProcess, name: str, channel: str = "home") -> None:
        self.server, self.name, self.channel = server, name, channel
        self.said: dict[str, str] = {}
        self.acked: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.answered_in: list[float] = []
        self.heard: list[tuple[int, str]] = []
        self.connected = False
        self._token = ""
        self._waiting: dict[str, float] = {}
        self._room = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def come(self) -> None:
        """Connect: new, or again, going on from the last number that was heard."""
        await self.go()
        self._waiting.clear()
        self._reader, self._writer = await self.server.connect()
        await self._ask(do="hello", version=1)
        if self._token:
            await self._ask(do="login", token=self._token)
            since = {self.channel: self.heard[-1][0] if self.heard else 0}
            await self._ask(do="resume", since=since)
        else:
            self._token = (await self._ask(do="login", name=self.name, guest=True, keep=True))["token"]
            await self._ask(do="join", channel=self.channel)
        self.connected = True
        self._listening = asyncio.create_task(self._listen())

    async def _ask(self, **command: object) -> dict[str, Any]:
        self._write(id="a", **command)
        while True:
            told: dict[str, Any] = json.loads(await asyncio.wait_for(self._reader.readline(), PATIENCE))
            if told.get("re") == "a":
                assert told["is"] != "error", f"{self.name}: {command} was refused: {told}"
                return told
            self._hear(told)

    def _write(self, **command: object) -> None:
        self._writer.write(json.dumps(command).encode() + b"\n")

    async def _listen(self) -> None:
        try:
            while (line := await self._reader.readline()).endswith(b"\n"):
                told = json.loads(line)
                if "re" in told:
                    self._answered(told)
                    async with self._room:
                        self._room.notify_all()
                else:
                    self._hear(told)
        except ConnectionError:
            pass
        finally:
            self.connected = False
            self._writer.transport.abort()
            async with self._room:
                self._room.notify_all()

    def _answered(self, told: dict[str, Any]) -> None:
        key = told["re"]
        if key not in self._waiting:
            return
        self.answered_in.append(asyncio.get_running_loop().time() - self._waiting.pop(key))
        if told["is"] == "ack":
            assert told["key"] == key
            assert self.acked.setdefault(key, told["number"]) == told["number"], f"{key} has two numbers"
            self.refused.pop(key, None)
        else:
            assert told["is"] == "error", told
            self.refused[key] = told["code"]

    def _hear(self, told: dict[str, Any]) -> None:
        assert told["is"] != "gap", f"{self.name} was told of a gap: {told}"
        if told["is"] == "message":
            self.heard.append((told["number"], told["text"]))

    async def say(self, key: str = "") -> bool:
        """Say the next thing, or the thing with this key again. False: the connection is gone."""
        key = key or f"{self.name.lower()}-{len(self.said)}"
        async with self._room:
            await self._room.wait_for(lambda: len(self._waiting) < WINDOW or not self.connected)
        if not self.connected:
            return False
        text = self.said.setdefault(key, text_of(key))
        self._waiting[key] = asyncio.get_running_loop().time()
        self._write(do="send", id=key, channel=self.channel, text=text, key=key)
        try:
            await self._writer.drain()
        except ConnectionError:
            return False
        return True

    async def talk(self, a_second: float = 0.0, most: int = 0) -> None:
        """Say one thing after the other, flat out or at a rate, until the connection ends or that many are said."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while (not most or len(self.said) < most) and await self.say():
            if a_second:
                due += 1 / a_second
                await asyncio.sleep(max(0.0, due - loop.time()))

    async def answered(self) -> None:
        """All that was said has been answered, or the connection is gone."""
        async with asyncio.timeout(PATIENCE), self._room:
            await self._room.wait_for(lambda: not self._waiting or not self.connected)

    async def again(self) -> None:
        """What was not acknowledged is said again, with the same keys, until it is."""
        async with asyncio.timeout(PATIENCE):
            while missing := [key for key in self.said if key not in self.acked]:
                assert self.connected, f"{self.name} lost its connection"
                for key in missing:
                    await self.say(key)
                await self.answered()

    async def go(self) -> None:
        """The connection ends here."""
        if self._listening is not None:
            self._writer.transport.abort()
            self._listening.cancel()
            await asyncio.wait([self._listening])
            self._listening = None
            self.connected = False


class ClassicSayer:
    """Says things by the classic protocol, whose only acknowledgement is that they come back."""

    def __init__(self, server: ServerProcess, name: str, channel: str = "home") -> None:
        self.server, self.name, self.channel = server, name, channel
        self.said: dict[str, str] = {}
        self.heard: list[str] = []
        self.connected = False
        self._listening: asyncio.Task[None] | None = None
        self._unread = b""

    async def come(self) -> None:
        """Connect, as a guest."""
        self._reader, self._writer = await self.server.connect()
        self._write("CONN", us=f"Guest-{self.name}", pwd="", channel=self.channel)
        async with asyncio.timeout(PATIENCE):
            assert await self._reader.readexactly(2) == b"OK"
        self.connected = True
        self._listening = asyncio.create_task(self._listen())

    def _write(self, verb: str, **body: str) -> None:
        self._writer.write(json.dumps({verb: body}).encode())

    async def _listen(self) -> None:
        try:
            while more := await self._reader.read(65536):
                self._unread += more
                end = 0
                for found in _CLASSIC_TEXT.finditer(self._unread):
                    self.heard.append(found[1].decode())
                    end = found.end()
                self._unread = self._unread[end:]
        except ConnectionError:
            pass
        finally:
            self.connected = False

    async def talk(self, a_second: float = 0.0) -> None:
        """Say one thing after the other until the connection ends."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        try:
            while self.connected:
                key = f"{self.name.lower()}-{len(self.said)}"
                self.said[key] = text_of(key)
                self._write("SEND", USER="", CHANNEL="", PAYLOAD=self.said[key])
                await self._writer.drain()
                due += 1 / a_second if a_second else 0.0
                # Flat out it still gives others their turn, and never has more than a few hundred on the way.
                await asyncio.sleep(max(0.0, due - loop.time()))
                while self.connected and len(self.said) - len(self.heard) > 4 * WINDOW:
                    await asyncio.sleep(0.001)
        except ConnectionError:
            pass

    async def go(self) -> None:
        """The connection ends here."""
        if self._listening is not None:
            self._writer.transport.abort()
            self._listening.cancel()
            await asyncio.wait([self._listening])
            self._listening = None


def compare(events: list[dict[str, Any]], *sayers: Sayer | ClassicSayer) -> None:
    """The log against what its authors know: none lost, none made up, none half, none twice, numbers without gap."""
    assert [event["number"] for event in events] == list(range(1, len(events) + 1)), "numbers with a gap"
    texts = [event["text"] for event in events]
    said = {text for sayer in sayers for text in sayer.said.values()}
    assert set(texts) <= said, f"stored, but nobody said it so: {sorted(set(texts) - said)[:3]}"
    assert len(set(texts)) == len(texts), "stored twice"
    for sayer in sayers:
        if isinstance(sayer, Sayer):
            for key, number in sayer.acked.items():
                assert number <= len(texts), f"{key} was acknowledged as {number} and lost"
                assert texts[number - 1] == sayer.said[key], f"{key} is not what stands under {number}"
            for number, text in sayer.heard:
                assert number <= len(texts), f"{sayer.name} was told {number}, which was never stored"
                assert texts[number - 1] == text, f"{sayer.name} was told something else as {number}"
            numbers = [number for number, _ in sayer.heard]
            assert all(after == before + 1 for before, after in pairwise(numbers)), "heard with a gap or twice"
        else:
            missing = [text for text in sayer.heard if text not in said or text not in set(texts)]
            assert not missing, f"{sayer.name} heard what was never stored: {missing[:3]}"
