"""A thread that does one thing after another, for the one thing that is done most: waiting for the disk.

The same as an executor of one worker, at about half its cost: there is one commit for every unit of work.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any

_Job = tuple[Callable[..., Any], tuple[Any, ...], "asyncio.Future[Any]"]


class Committer:
    """See the module. The thread starts with the first job and ends with `close`."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: Thread | None = None

    def run(self, work: Callable[..., Any], *about: Any) -> asyncio.Future[Any]:
        """Have work(*about) done after all that was given before; what it returns or raises comes with the future."""
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = Thread(target=self._work, args=(loop,), name="commit", daemon=True)
            self._thread.start()
        future = loop.create_future()
        self._jobs.put((work, about, future))
        return future

    def close(self) -> None:
        """Finish what was given, and end."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (job := self._jobs.get()) is not None:
            work, about, future = job
            try:
                result, error = work(*about), None
            except Exception as raised:
                result, error = None, raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
