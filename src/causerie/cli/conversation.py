"""What goes on in `causerie talk` once one is in: lines typed are sent, what happens is printed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from typing import Any

from causerie.chat.commands import Join, Members
from causerie.chat.errors import ChatError
from causerie.chat.events import Entered, Event, Left, Message, Renamed, Topic
from causerie.chat.replies import MemberList, Snapshot
from causerie.cli.failure import BROKEN
from causerie.cli.talk import farewell
from causerie.client import Chat, ClientError, Ended, Heard
from causerie.protocols.answer_lines import answer_line
from causerie.protocols.readings import reading
from causerie.protocols.readings import text as said_by
from causerie.refusals import sentence
from causerie.text import _, printable

RECENT = 20
"""Messages of a channel that are shown on entering it."""


class Conversation:
    """See the module. `channel` is where typed lines go; empty: nowhere."""

    def __init__(self, chat: Chat) -> None:
        self.channel = ""
        self._chat = chat
        self._me = chat.me.person

    async def run(self, channel: str) -> int:
        """Enter a channel, talk until one leaves; the exit status. Raises ChatError when refused there, and Ended."""
        interrupted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
        lines = TypedLines()
        await self._join(channel)
        hearing = asyncio.create_task(self._hear_all())
        leaving = asyncio.create_task(interrupted.wait())
        try:
            while True:
                line = asyncio.ensure_future(lines.next())
                either: set[asyncio.Future[Any]] = {line, hearing, leaving}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not line.done():
                    line.cancel()
                    return 0 if leaving.done() else self._ended(hearing.exception())
                typed = line.result()
                try:
                    if typed is None or not await self._do(typed):
                        return 0
                except ChatError as error:
                    print(f"! {sentence(error)}", flush=True)
                except ClientError as error:
                    return self._ended(error)
        finally:
            for task in (hearing, leaving):
                task.cancel()

    def _ended(self, error: BaseException | None) -> int:
        if error is None:
            return 0
        if not isinstance(error, ClientError):
            raise error
        print(f"! {farewell(error.code if isinstance(error, Ended) else '')}", file=sys.stderr)
        return BROKEN

    async def _hear_all(self) -> None:
        async for happening in self._chat:
            if isinstance(happening, Heard):
                self._hear(happening.event)

    async def _do(self, line: str) -> bool:
        """Do what a line says; False: leave."""
        word, _space, rest = line.partition(" ")
        rest = rest.strip()
        if word.startswith("/") and not word.startswith("//"):
            if word == "/quit":
                return False
            if word == "/join" and rest:
                await self._join(rest)
            elif word == "/leave":
                await self._leave(rest or self.channel)
            elif word == "/who":
                await self._who(rest or self.channel)
            elif word == "/help":
                print(
                    _("/join CHANNEL  /leave [CHANNEL]  /who [CHANNEL]  /quit  //text starting with a slash"),
                    flush=True,
                )
                await self._slash(line)
            else:
                await self._slash(line)
        elif line.strip():
            if not self.channel:
                print(_("! you are in no channel; /join one first"), flush=True)
            else:
                await self._chat.send(self.channel, line.removeprefix("/") if word[:1] == "/" else line)
        return True

    async def _slash(self, line: str) -> None:
        """One of the slash commands that are every client's (chat/slash.py)."""
        if said := answer_line(await self._chat.say(self.channel, line)):
            print(printable(said), flush=True)

    async def _join(self, channel: str) -> None:
        snapshot = await self._chat.ask(Join(channel=channel), Snapshot)
        self.channel = snapshot.channel
        print(
            _("-- {channel} --").format(channel=printable(self.channel)),
            printable(snapshot.topic),
            flush=True,
        )
        page = await self._chat.history(self.channel, before=snapshot.number + 1, limit=RECENT)
        for event in page.events:
            if isinstance(event, Message):
                self._print_message(event)

    async def _leave(self, channel: str) -> None:
        await self._chat.leave(channel)
        print(_("You left {channel}.").format(channel=printable(channel)), flush=True)
        if channel == self.channel:
            self.channel = ""

    async def _who(self, channel: str) -> None:
        answer = await self._chat.ask(Members(channel=channel), MemberList)
        names = (printable(member.name) + ("*" if member.here else "") for member in answer.members)
        print(_("In {channel} (* here now):").format(channel=printable(channel)), " ".join(names), flush=True)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Entered | Left) and event.person == self._me:
            return
        where = f"[{printable(event.channel)}] " if event.channel != self.channel else ""
        if isinstance(event, Message):
            self._print_message(event, where)
            return
        if isinstance(event, Entered):
            said = _("{name} is here").format(name=event.name)
        elif isinstance(event, Left):
            said = _("{name} has left").format(name=event.name)
        elif isinstance(event, Renamed):
            said = _("{was} is now {name}").format(was=event.was, name=event.name)
        elif isinstance(event, Topic):
            said = _("{name} set the topic: {topic}").format(name=event.name, topic=event.topic)
        else:
            if said := reading(event):
                print(f"{where}{printable(said)}", flush=True)
            return
        print(f"{where}* {printable(said)}", flush=True)

    def _print_message(self, message: Message, where: str = "") -> None:
        at = time.strftime("%H:%M", time.localtime(message.at / 1000))
        if message.action and not message.deleted:
            print(f"{where}{at} {printable(reading(message))}", flush=True)
            return
        lines = [printable(line) for line in (said_by(message) if message.deleted else message.text).split("\n")]
        print(f"{where}{at} <{printable(message.name)}> " + "\n        ".join(lines), flush=True)


class TypedLines:
    """Lines of standard input, as they come; a terminal, a pipe, or a file."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rest = b""
        self._over = False

    async def next(self) -> str | None:
        """The next line; None at the end. No more is read than is asked for."""
        while not self._lines and not self._over:
            await self._wait()
            data = os.read(0, 4096)
            *whole, self._rest = (self._rest + data).split(b"\n")
            if not data:
                self._over = True
                whole += [self._rest] if self._rest else []
            self._lines += [line.decode(errors="replace").rstrip("\r") for line in whole]
        return self._lines.pop(0) if self._lines else None

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        readable = loop.create_future()
        try:
            loop.add_reader(0, _come, readable)
        except PermissionError:
            return  # a file never makes anybody wait, and cannot be waited for (epoll_ctl(2), EPERM)
        try:
            await readable
        finally:
            loop.remove_reader(0)


def _come(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
