"""One connection that speaks the native protocol, client side: commands are asked, events are heard."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import msgspec

from causerie import __version__
from causerie.chat import errors
from causerie.chat.commands import Command, Hello
from causerie.chat.events import AnyEvent, Event, Farewell
from causerie.chat.replies import AnyReply, Reply, Welcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from ssl import SSLContext

VERSION = 1
LINE_MOST = 16 * 1024 * 1024
"""Bytes of one line from the server, at most: a page of the longest messages fits."""


class Ended(Exception):
    """The connection is over. `code` is the server's farewell, or empty where it just broke."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Head(msgspec.Struct):
    kind: str = msgspec.field(name="is", default="")
    re: int | str | None = None
    code: str = ""
    data: dict[str, str | int | float] = {}


_HEAD = msgspec.json.Decoder(_Head).decode
_BODY = msgspec.json.Decoder(AnyReply | AnyEvent).decode


def refusal(code: str, data: errors.Data) -> errors.ChatError:
    """The error of this code, as the server raised it."""
    kinds = [errors.ChatError]
    while kinds:
        kind = kinds.pop()
        if kind.code == code:
            return kind(**data)
        kinds += kind.__subclasses__()
    # A newer server has codes that this client does not know.
    unknown = errors.ChatError(**data)
    unknown.code = code  # type: ignore[misc]
    return unknown


class NativeClient:
    """See the module. `heard` is called with each event; whoever wants them sets it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard: Callable[[Event], None] = lambda event: None
        self._reader = reader
        self._writer = writer
        self._asked: dict[int, asyncio.Future[Reply]] = {}
        self._last = 0
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done with the farewell's code when the connection has ended."""
        self._task = asyncio.get_running_loop().create_task(self._read())

    async def hello(self) -> Welcome:
        """First words. Raises ChatError and Ended."""
        welcome = await self.ask(Hello(version=VERSION, client=f"causerie {__version__}"))
        assert isinstance(welcome, Welcome)
        return welcome

    async def ask(self, command: Command) -> Reply:
        """Ask, and wait for the answer. Raises ChatError where it is refused, and Ended."""
        if self.over.done():
            raise Ended(self.over.result())
        self._last += 1
        mark = self._last
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[mark] = answer
        self._writer.write(msgspec.json.encode(msgspec.structs.replace(command, id=mark)) + b"\n")
        try:
            return await answer
        finally:
            del self._asked[mark]

    def finish(self) -> None:
        """Say no more: `over` is done, with "finished"."""
        if not self.over.done():
            self.over.set_result("finished")

    async def close(self) -> None:
        """End it from this side."""
        self._task.cancel()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        code = ""
        try:
            while line := await self._reader.readline():
                code = self._take(line) or code
        except (OSError, ValueError, msgspec.MsgspecError):
            pass  # broken, or no language that this client speaks: over in either case
        finally:
            if not self.over.done():
                self.over.set_result(code)
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(Ended(code))

    def _take(self, line: bytes) -> str:
        head = _HEAD(line)
        answer = self._asked.get(head.re) if isinstance(head.re, int) else None
        if head.kind == "error":
            error = refusal(head.code, head.data)
            if answer is not None and not answer.done():
                answer.set_exception(error)
            return head.code if head.re is None else ""
        try:
            body = _BODY(line)
        except msgspec.ValidationError:
            return ""  # a newer server's word
        if isinstance(body, Reply):
            if answer is not None and not answer.done():
                answer.set_result(body)
            return ""
        if isinstance(body, Farewell):
            return body.code
        self.heard(body)
        return ""


async def over_unix(path: Path) -> NativeClient:
    """Connect to a socket in the file system. Raises OSError."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=LINE_MOST)
    return NativeClient(reader, writer)


async def over_tcp(host: str, port: int, tls: SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect over a network; nothing is said yet: a certificate is looked at first. Raises OSError."""
    return await asyncio.open_connection(host, port, ssl=tls, limit=LINE_MOST, server_hostname=host if tls else None)
