"""A house and the people in it: what a play is written with.

A `House` is the real server, in this process, on a free port of 127.0.0.1, with a directory of its own.
A `ClassicPerson` and a `NativePerson` are real sockets that speak those protocols. What they wait for comes
within `PATIENCE` seconds or the play fails and says what was heard instead. Nobody waits for silence: it is
proven by asking for something that would have come after.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from causerie import bootstrap
from causerie.address import Address
from causerie.chat.commands import AddAccount, Command
from causerie.chat.replies import Reply
from causerie.config.settings import Accounts, Config, Limits, Server
from causerie.server.operator_session import ask

PATIENCE = 10.0
"""Seconds until what was waited for is given up; a machine that is busy is no reason to fail sooner."""

LONGEST = 2**20
"""Bytes in the longest line that anybody reads: a page of a thousand accounts is long."""

PASSWORD = "correct horse 42"
"""Good enough for everybody."""

CONFIG = Config(
    server=Server(listen=(Address("127.0.0.1", 0),), shutdown_grace=2.0),
    # The cheapest hashing there is, and no bounds on rates: a play is quicker than people are.
    accounts=Accounts(hash_memory=64, hash_passes=1),
    limits=Limits(exempt=("127.0.0.0/8",)),
)

Settings = dict[str, Any]


def config_with(config: Config, **sections: Settings) -> Config:
    """The settings with some changed: `config_with(CONFIG, accounts={"registration": "open"})`."""
    changed = {name: msgspec.structs.replace(getattr(config, name), **settings) for name, settings in sections.items()}
    return msgspec.structs.replace(config, **changed)


class House:
    """A running server. `async with House(accounts={"registration": "open"}) as house:`"""

    def __init__(self, **sections: Settings) -> None:
        self.config = config_with(CONFIG, **sections)
        self._directory = tempfile.TemporaryDirectory(prefix="causerie-")
        self.data = Path(self._directory.name)
        self.server: bootstrap.Server
        self.people: list[Client] = []  # whose connections break before the server stops

    async def __aenter__(self) -> Self:
        self.server = await bootstrap.start(self.config, self.data)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()
        self._directory.cleanup()

    async def _close(self) -> None:
        try:
            for person in self.people:
                person.hang_up()
            self.people.clear()
        finally:
            await self.server.stop()

    async def restart(self, meanwhile: Callable[[Path], object] | None = None, **sections: Settings) -> None:
        """Stop, everybody's connection with it, and start again in the same directory; `meanwhile` may change it."""
        await self._close()
        if meanwhile is not None:
            meanwhile(self.data)
        self.config = config_with(self.config, **sections)
        self.server = await bootstrap.start(self.config, self.data)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        address = self.server.identity.listening[0]
        return await asyncio.open_connection(address.host, address.port, limit=LONGEST)

    async def operator(self, command: Command) -> Reply:
        """Ask as the machine's own operator. Raises ChatError."""
        async with asyncio.timeout(PATIENCE):
            return await ask(self.server.context, command)

    async def account(self, name: str, password: str = PASSWORD, admin: bool = False) -> None:
        """Somebody has an account."""
        await self.operator(AddAccount(name=name, password=password, admin=admin))

    async def classic(self) -> ClassicPerson:
        """Somebody connects who speaks the classic protocol."""
        person = ClassicPerson(*await self.connect())
        self.people.append(person)
        return person

    async def native(self) -> NativePerson:
        """Somebody connects who speaks the native protocol, and says hello."""
        person = NativePerson(*await self.connect())
        self.people.append(person)
        await person.asks("hello", version=1)
        return person

    async def classic_in(self, channel: str, name: str, password: str = "") -> ClassicPerson:
        """Somebody is in a channel, by the classic protocol: a guest if the name begins with Gue."""
        person = await self.classic()
        await person.enters(channel, name, password)
        return person

    async def native_in(self, channel: str, name: str, password: str = "") -> NativePerson:
        """Somebody is in a channel, by the native protocol: a guest if there is no password."""
        person = await self.native()
        await person.logs_in(name, password)
        await person.joins(channel)
        return person


class Client:
    """What all of them have: a connection, and what is not looked at yet of what came by it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._count = itertools.count(1)

    def sends(self, data: bytes) -> None:
        """These bytes, as they are."""
        self._writer.write(data)

    def hang_up(self) -> None:
        """The connection breaks, without a word: a reset, not an end of what is sent."""
        if self._writer.transport.is_closing():
            return
        own = self._writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def stops_sending(self) -> None:
        """No more comes from here, but what was asked before may still be answered (half-closed)."""
        self._writer.write_eof()

    async def sent(self) -> None:
        """What was sent is with the kernel."""
        await self._writer.drain()

    async def has_heard_nothing(self) -> None:
        """Nothing has come so far. What is on its way does not count: see `hears_nothing`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                raise AssertionError(f"this came: {await self._reader.read(LONGEST)!r}")

    async def read(self, most: int = 65536) -> bytes:
        """What comes next, so many bytes at most; none at the end."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.read(most)


class ClassicPerson(Client):
    """Somebody at a classic client: JSON objects out, plain text with no ends of lines in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._heard = b""
        self.name = ""

    def tells(self, **verb: object) -> None:
        """One object: `tells(END={})`."""
        self.sends(json.dumps(verb).encode())

    async def enters(self, channel: str, name: str, password: str = "") -> None:
        """CONN, and what is heard when it was accepted."""
        self.asks_in(channel, name, password)
        if name.startswith("Gue"):
            await self.hears("OK")
        await self.hears(f"[+]{name}")

    def asks_in(self, channel: str, name: str, password: str = "") -> None:
        """CONN, whatever comes of it."""
        self.name = name
        self.tells(CONN={"us": name, "pwd": password, "channel": channel})

    def says(self, text: str) -> None:
        """SEND. The server looks neither at USER nor at CHANNEL, so they are nonsense here."""
        self.tells(SEND={"USER": "somebody else", "CHANNEL": "elsewhere", "PAYLOAD": text})

    async def hears(self, *expected: str) -> None:
        """Exactly this comes next, one after the other."""
        for text in expected:
            wanted = text.encode()
            while not self._heard.startswith(wanted):
                if not wanted.startswith(self._heard):
                    raise AssertionError(f"{self.name} was to hear {text!r} and heard {self._heard!r}")
                try:
                    more = await self.read()
                except TimeoutError:
                    raise AssertionError(f"{self.name} was to hear {text!r}; only this came: {self._heard!r}") from None
                if not more:
                    raise AssertionError(f"{self.name} was to hear {text!r}; the connection ended: {self._heard!r}")
                self._heard += more
            self._heard = self._heard[len(wanted) :]

    async def reads_once(self) -> str:
        """One `recv(1024)`, as the first client did, and nothing else of the stream."""
        assert not self._heard
        return (await self.read(1024)).decode()

    async def hears_one_of(self, *texts: str) -> str:
        """Which of these comes next."""
        while True:
            for text in texts:
                if self._heard.startswith(text.encode()):
                    await self.hears(text)
                    return text
            more = await self.read()
            assert more, f"{self.name} heard {self._heard!r} and the end"
            self._heard += more

    async def answers(self, line: str) -> str:
        """All that is heard until what is said after this line comes back."""
        proof = f"proof {next(self._count)}"
        self.says(line)
        self.says(proof)
        end = f"{self.name}>{proof}".encode()
        while end not in self._heard:
            more = await self.read()
            assert more, f"{self.name} heard {self._heard!r} and the end"
            self._heard += more
        told, _, self._heard = self._heard.partition(end)
        return told.decode()

    async def hears_nothing(self) -> None:
        """Nothing has come: what is said now comes back at once (or is refused, outside a channel)."""
        proof = f"is it quiet? {next(self._count)}"
        self.says(proof)
        await self.hears(f"{self.name}>{proof}")

    async def is_outside(self) -> None:
        """Nothing has come, and nothing will: this person is in no channel."""
        self.says("hello?")
        await self.hears("causerie>not said: you have not logged in.")

    async def hears_the_end(self) -> None:
        """The connection is ended by the server, and nothing comes before that."""
        more = self._heard or await self.read()
        assert more == b"", f"{self.name} was to hear the end and heard {more!r}"


class NativePerson(Client):
    """Somebody at a native client: JSON lines both ways."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self.events: list[dict[str, Any]] = []  # heard, and kept for `hears`
        self.name = "somebody"
        self.token = ""

    async def line(self) -> dict[str, Any]:
        """The next line, whatever it is: an answer or an event."""
        async with asyncio.timeout(PATIENCE):
            line = await self._reader.readline()
        if not line:
            raise EOFError(f"{self.name}'s connection ended")
        told: dict[str, Any] = json.loads(line)
        return told

    def tells(self, do: str, **about: object) -> int:
        """A command, not waiting for its answer: the id that it was given."""
        mark = next(self._count)
        self.sends(json.dumps({"do": do, "id": mark, **about}).encode() + b"\n")
        return mark

    async def answer(self, mark: int) -> dict[str, Any]:
        """The answer to the command with this id; events that come before it are kept for `hears`."""
        while True:
            told = await self.line()
            if told.get("re") == mark:
                return told
            assert "re" not in told, f"{self.name} was to be answered {mark} and was answered {told}"
            self.events.append(told)

    async def asks(self, do: str, **about: object) -> dict[str, Any]:
        """A command and its answer, which is no refusal."""
        answer = await self.answer(self.tells(do, **about))
        assert answer["is"] != "error", f"{self.name} was refused {do} {about}: {answer}"
        return answer

    async def is_refused(self, code: str, do: str, **about: object) -> dict[str, Any]:
        """A command that is refused, with this code: what the refusal says."""
        answer = await self.answer(self.tells(do, **about))
        assert answer.get("code") == code, f"{self.name} was to be refused {do} as {code}: {answer}"
        data: dict[str, Any] = answer.get("data", {})
        return data

    async def logs_in(self, name: str, password: str = "", **about: object) -> dict[str, Any]:
        """By password; as a guest if there is none."""
        if password:
            answer = await self.asks("login", name=name, password=password, **about)
        else:
            answer = await self.asks("login", name=name, guest=True, **about)
        return self._is_in(answer)

    async def returns(self, token: str) -> dict[str, Any]:
        """Log in by a token that was given before."""
        return self._is_in(await self.asks("login", token=token))

    async def registers(self, name: str, password: str = PASSWORD, **about: object) -> dict[str, Any]:
        """Make an account."""
        return self._is_in(await self.asks("register", name=name, password=password, **about))

    def _is_in(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.name, self.token = answer["name"], answer.get("token", self.token)
        return answer

    async def joins(self, channel: str) -> dict[str, Any]:
        """Enter a channel: its snapshot. One's own coming in is heard after it, and is not kept."""
        snapshot = await self.asks("join", channel=channel)
        await self.hears("entered", channel=snapshot["channel"], name=self.name)
        return snapshot

    async def says(self, channel: str, text: str, key: str = "") -> dict[str, Any]:
        """Send, and hear oneself: the acknowledgement."""
        told = await self.asks("send", channel=channel, text=text, key=key)
        if not told.get("again"):
            await self.hears("message", channel=channel, name=self.name, text=text)
        return told

    async def hears(self, is_: str, **about: object) -> dict[str, Any]:
        """This event comes next: of this kind, with these fields; a field that is None is not there."""
        try:
            event = self.events.pop(0) if self.events else await self.line()
        except (TimeoutError, EOFError) as end:
            raise AssertionError(f"{self.name} was to hear {is_} {about}; nothing came ({end})") from None
        heard = {name: event.get(name) for name in about}
        assert (event["is"], heard) == (is_, about), f"{self.name} was to hear {is_} {about} and heard {event}"
        return event

    async def next_event(self) -> dict[str, Any]:
        """Whatever is heard next."""
        return self.events.pop(0) if self.events else await self.line()

    async def hears_of(self, mark: int, is_: str, **about: object) -> dict[str, Any]:
        """The command with this id is done, and this event of it comes next."""
        answer = await self.answer(mark)
        assert answer["is"] != "error", f"{self.name} was refused: {answer}"
        return await self.hears(is_, **about)

    async def hears_nothing(self) -> None:
        """Nothing has come: the answer to a ping would come after it."""
        await self.answer(self.tells("ping"))
        assert not self.events, f"{self.name} heard {self.events}"

    async def hears_farewell(self, code: str) -> None:
        """The server says goodbye, and ends the connection."""
        await self.hears("farewell", code=code)
        await self.hears_the_end()

    async def hears_the_end(self) -> None:
        """The connection is ended by the server, and nothing comes before that."""
        more = self.events or await self.read()
        assert not more, f"{self.name} was to hear the end and heard {more!r}"
