"""Where `talk` reads its lines from: the interface, and standard input as a pipe or file (a terminal: prompt.py)."""

from __future__ import annotations

import asyncio
import os
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class TypedLines(Protocol):
    """Where the lines come from. `interactive`: a person sits there, who can be asked and can wait."""

    interactive: bool

    def shown(self) -> AbstractContextManager[object]:
        """While this is entered, what is printed and what is being typed are kept apart."""

    async def next(self) -> str | None:
        """The next line, without its end; None: there are no more."""


class PipedLines:
    """Lines of standard input. No more is read than is asked for."""

    interactive = False

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rest = b""
        self._over = False

    def shown(self) -> AbstractContextManager[object]:
        """See TypedLines."""
        return nullcontext()

    async def next(self) -> str | None:
        """See TypedLines."""
        while not self._lines and not self._over:
            await _readable()
            data = os.read(0, 65536)
            *whole, self._rest = (self._rest + data).split(b"\n")
            if not data:
                self._over = True
                whole += [self._rest] if self._rest else []
            self._lines += [line.decode(errors="replace").rstrip("\r") for line in whole]
        return self._lines.pop(0) if self._lines else None


async def _readable() -> None:
    """Until standard input has something."""
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
