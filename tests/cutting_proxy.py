"""A road to a server that breaks: it carries bytes both ways and cuts every connection after so many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self


class CuttingProxy:
    """`async with CuttingProxy(host, port, cuts)`: each connection is cut, without a word, after `cuts()` bytes.

    Bytes of both directions count together; what is past the cut is dropped. `cuts` None: nothing is cut any more.
    """

    def __init__(self, host: str, port: int, cuts: Callable[[], int] | None) -> None:
        self.cuts = cuts
        self.port = 0
        self.connections = 0
        self._where = (host, port)
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Every connection that there is, now."""
        for task in self._tasks:
            task.cancel()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        if self._tasks:
            # Whoever used the road has hung up, so that each of them ends.
            await asyncio.wait(self._tasks)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        left = [self.cuts() if self.cuts is not None else 1 << 62]
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._where)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(_one_way(reader, there_writer, left)),
            asyncio.create_task(_one_way(there_reader, writer, left)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            there_writer.transport.abort()


async def _one_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: list[int]) -> None:
    while left[0] > 0:
        data = await reader.read(4096)
        if not data:
            return
        data, left[0] = data[: left[0]], left[0] - len(data)
        writer.write(data)
        await writer.drain()
