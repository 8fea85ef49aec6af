"""Somebody at an IRC client: what plays about IRC are written with, beside `tests.people`.

What an `IrcPerson` waits for comes within `PATIENCE` seconds or the play fails and says what was heard instead.
"""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any

from tests.people import LONGEST, PASSWORD, PATIENCE, Client, House


class IrcPerson(Client):
    """Lines both ways. `heard` are all lines so far."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self.nick = "*"
        self.heard: list[str] = []

    def says(self, *lines: str) -> None:
        """These lines, in one packet."""
        self.sends("".join(f"{line}\r\n" for line in lines).encode())

    async def line(self) -> str:
        """The next line, without its end."""
        async with asyncio.timeout(PATIENCE):
            line = await self._reader.readline()
        if not line:
            raise EOFError(f"{self.nick}'s connection ended; before: {self.heard[-5:]}")
        assert line.endswith(b"\r\n"), f"no whole line: {line!r}"
        self.heard.append(line[:-2].decode())
        return self.heard[-1]

    async def hears(self, *expected: str) -> None:
        """Exactly these lines come next. `*` in one stands for anything, `SERVER` for the server's name."""
        for wanted in expected:
            try:
                line = await self.line()
            except (TimeoutError, EOFError) as end:
                raise AssertionError(f"{self.nick} was to hear {wanted!r}; nothing came ({end})") from None
            assert matches(line, wanted), f"{self.nick} was to hear {wanted!r} and heard {line!r}"

    async def hears_at_last(self, wanted: str) -> list[str]:
        """This line comes, after others, which are given back with it."""
        before = len(self.heard)
        while not matches(await self.line(), wanted):
            pass
        return self.heard[before:]

    async def answers(self, *lines: str) -> list[str]:
        """All that is heard until what was said here is answered."""
        proof = f"proof{next(self._count)}"
        self.says(*lines, f"PING {proof}")
        return (await self.hears_at_last(f":SERVER PONG SERVER :{proof}"))[:-1]

    async def hears_nothing(self) -> None:
        """Nothing has come: the answer to a ping would come after it."""
        assert await self.answers() == []

    async def hears_the_end(self) -> None:
        """The connection is ended by the server, and nothing comes before that."""
        more = await self.read()
        assert more == b"", f"{self.nick} was to hear the end and heard {more!r}"

    async def registers(self, nick: str, caps: str = "", password: str = "") -> list[str]:
        """NICK and USER, with capabilities and SASL PLAIN where they are wanted: the welcome."""
        wanted = f"{caps} sasl".strip() if password else caps
        if wanted:
            self.says("CAP LS 302", f"CAP REQ :{wanted}")
        self.says(f"NICK {nick}", f"USER {nick.lower()} 0 * :{nick} at IRC")
        if password:
            self.says("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(nick, password)}")
        if wanted:
            self.says("CAP END")
        self.nick = nick
        await self.hears_at_last(f":SERVER 001 {nick} :*")
        return await self.hears_at_last(f":SERVER 422 {nick} :*")

    async def joins(self, channel: str) -> list[str]:
        """JOIN, and all that comes with it."""
        self.says(f"JOIN {channel}")
        return await self.hears_at_last(f":SERVER 366 * {channel} :*")


def matches(line: str, wanted: str) -> bool:
    """Whether a line is as wanted."""
    wanted = wanted.replace("SERVER", "irc.local")
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), line) is not None


def tag(line: str, key: str) -> str:
    """The value of a line's tag, as it is written there."""
    tags = dict(tag.partition("=")[::2] for tag in line.split(" ")[0].removeprefix("@").split(";"))
    return tags[key]


def plain(account: str, password: str = PASSWORD) -> str:
    """What AUTHENTICATE PLAIN is sent (RFC 4616)."""
    return base64.b64encode(f"\0{account}\0{password}".encode()).decode()


async def irc(house: House) -> IrcPerson:
    """Somebody connects who speaks IRC."""
    person = IrcPerson(*await house.connect())
    house.people.append(person)
    return person


async def irc_as(house: House, nick: str, caps: str = "", password: str = "") -> IrcPerson:
    """Somebody is registered: a guest, or by SASL."""
    person = await irc(house)
    await person.registers(nick, caps, password)
    return person


async def irc_in(house: House, channel: str, nick: str, caps: str = "", password: str = "") -> IrcPerson:
    """Somebody is in a channel by IRC."""
    person = await irc_as(house, nick, caps, password)
    await person.joins(channel)
    return person


async def irc_at(house: House, place: int, **how: Any) -> IrcPerson:
    """Somebody connects to another of the house's addresses, in their order. `how`: see open_connection."""
    address = house.server.identity.listening[place]
    person = IrcPerson(*await asyncio.open_connection(address.host, address.port, limit=LONGEST, **how))
    house.people.append(person)
    return person
