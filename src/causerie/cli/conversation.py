"""The conversation of `causerie talk`: sends the lines that are typed, prints the events that come."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterable
from typing import Any

from causerie.chat import slash
from causerie.chat.commands import Join, Members
from causerie.chat.errors import ChatError
from causerie.chat.events import Entered, Event, Left, Message, Renamed, Topic
from causerie.chat.replies import MemberList, Snapshot
from causerie.cli.disconnect_reason import disconnect_reason
from causerie.cli.failure import BROKEN
from causerie.cli.typed_lines import PipedLines, TypedLines
from causerie.client import ChannelLeft, Chat, ClientError, EventReceived, SessionEnded, State, StateChanged, Update
from causerie.i18n.refusals import sentence
from causerie.i18n.text import _, ngettext, printable
from causerie.protocols.text_fallback.events import reading
from causerie.protocols.text_fallback.events import text as said_by
from causerie.protocols.text_fallback.replies import answer_line

RECENT = 20
"""Messages of a channel that are shown on entering it."""

MAX_QUEUED = 100
"""Lines that were typed and not done yet; then no more is read."""

LEAVE_WITHIN = 2.0
"""Seconds that what was typed last may take when a person leaves."""

OWN_COMMANDS = ("/join", "/leave", "/who", "/quit", "/help")


class Conversation:
    """See the module. `channel` is where typed lines go; empty: nowhere."""

    def __init__(self, chat: Chat, interactive: bool) -> None:
        self.channel = ""
        self._chat = chat
        self._me = chat.me.person
        self._lines: TypedLines = self._prompted() if interactive else PipedLines()
        self._typed: asyncio.Queue[str] = asyncio.Queue(MAX_QUEUED if interactive else 1)
        self._doing = ""
        self._lost = False

    async def run(self, channel: str) -> int:
        """Enter a channel, talk until one leaves; the exit status. Raises ChatError when refused there, and Ended."""
        with self._lines.shown():
            try:
                await self._join(channel)
            except ChatError as error:
                if not self._lines.interactive:
                    raise
                self._refused(error)
            return await self._talk()

    async def _talk(self) -> int:
        interrupted = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
        hearing = asyncio.create_task(self._hear_all())
        reading = asyncio.create_task(self._read_all())
        doing = asyncio.create_task(self._do_all())
        leaving = asyncio.create_task(interrupted.wait())
        tasks: set[asyncio.Task[Any]] = {hearing, reading, doing, leaving}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if reading.done() and not reading.exception():
                await self._finish({hearing, doing, leaving})
            for task in (doing, hearing, reading):
                if task.done() and (error := task.exception()) is not None:
                    return self._ended(error)
            return 0
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._say_what_is_left()

    async def _finish(self, others: set[asyncio.Task[Any]]) -> None:
        """Let what was typed be done, or what comes first of `others`; a person is not kept waiting for long."""
        done = asyncio.create_task(self._typed.join())
        seconds = LEAVE_WITHIN if self._lines.interactive else None
        await asyncio.wait({done, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        done.cancel()

    def _say_what_is_left(self) -> None:
        left = [self._doing] if self._doing else []
        while not self._typed.empty():
            left.append(self._typed.get_nowait())
        if left and self._lines.interactive:
            count = len(left)
            print(ngettext("! {count} line was not sent:", "! {count} lines were not sent:", count).format(count=count))
            print(*map(printable, left), sep="\n", flush=True)

    def _prompted(self) -> TypedLines:
        from causerie.cli.prompt import PromptedLines

        return PromptedLines(lambda: f"{printable(self.channel)}> ", self._completed)

    def _completed(self, begun: str, first: bool) -> Iterable[str]:
        """What a word that was begun may become: a command, a channel, or the name of somebody who is here."""
        if first and begun.startswith("/"):
            names = {*OWN_COMMANDS, *(f"/{name}" for name in slash.BY_NAME)}
            return sorted(name for name in names if name.startswith(begun))
        if begun.startswith("#"):
            return sorted(f"#{name}" for name in self._chat.views if f"#{name}".startswith(begun))
        view = self._chat.views.get(self.channel)
        if view is None:
            return ()
        at, wanted = begun[:1] == "@", begun.removeprefix("@").casefold()
        found = sorted(one.name for one in view.members.values() if one.name.casefold().startswith(wanted))
        return [f"@{name}" if at else f"{name}: " if first else name for name in found]

    def _ended(self, error: BaseException) -> int:
        if not isinstance(error, ClientError):
            raise error
        print(f"! {disconnect_reason(error.code if isinstance(error, SessionEnded) else '')}", file=sys.stderr)
        return BROKEN

    async def _hear_all(self) -> None:
        async for update in self._chat:
            self._happened(update)

    async def _read_all(self) -> None:
        """Take lines until one says to leave; they are done one after the other, and typing goes on meanwhile."""
        while (line := await self._lines.next()) is not None and line.strip() != "/quit":
            await self._typed.put(line)

    async def _do_all(self) -> None:
        while True:
            line = self._doing = await self._typed.get()
            if self._lines.interactive and _is_command(line):
                print(f"> {printable(line)}", flush=True)
            try:
                await self._do(line)
            except ChatError as error:
                self._refused(error, line)
            finally:
                self._typed.task_done()
            self._doing = ""

    def _refused(self, error: ChatError, line: str = "") -> None:
        print(f"! {sentence(error)}", flush=True)
        if line and self._lines.interactive and not _is_command(line):
            print(_("! not sent: {line}").format(line=printable(line)), flush=True)

    async def _do(self, line: str) -> None:
        """Do what a line says. Raises ChatError and ClientError."""
        word, _space, rest = line.partition(" ")
        rest = rest.strip()
        if _is_command(line):
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

    def _happened(self, update: Update) -> None:
        if isinstance(update, EventReceived):
            self._hear(update.event)
        elif isinstance(update, StateChanged):
            self._turned(update)
        elif isinstance(update, ChannelLeft) and update.channel == self.channel:
            self.channel = ""
            if update.error is not None:
                self._refused(update.error)

    def _turned(self, turned: StateChanged) -> None:
        """The connection was lost, or is there again; attempts in between are not told."""
        if turned.state is State.LOST and not self._lost:
            self._lost = True
            print(_("-- the connection is lost; trying again --"), flush=True)
        elif turned.state is State.LIVE and self._lost:
            self._lost = False
            print(_("-- connected again --"), flush=True)

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


def _is_command(line: str) -> bool:
    return line[:1] == "/" and line[:2] != "//"
