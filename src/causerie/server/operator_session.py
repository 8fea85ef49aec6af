"""A session inside the process: the machine's own operator asks, and awaits what it comes to."""

from __future__ import annotations

import asyncio

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.chat.replies import Reply
from causerie.server.context import Core
from causerie.server.dispatch import dispatch, finish
from causerie.server.engine.session import Answer, Language, Session, Trust


class _Silence(Language):
    """A language without words: nothing that happens is told here, only what was asked is answered."""

    name = "none"
    snapshots = False
    acknowledges = True
    own_words = False
    hears_direct = False
    reactions = True
    one_place = False
    once = False
    renames = True
    with_html: Language | None = None

    def encode(self, event: Event) -> bytes:
        """Nothing."""
        return b""


_SILENCE: Language = _Silence()


class _Outlet:
    """Keeps the answer for whoever asked."""

    language: Language = _SILENCE
    direct = None
    descriptor = -1

    def __init__(self) -> None:
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def write(self, data: bytes) -> None:
        """See Outlet."""

    def answer(self, command: Command, answer: Answer) -> None:
        """See Outlet."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def own(self, command: Command | None, event: Event) -> bytes | None:
        """See Outlet."""
        return None

    def wait(self, rest: bytes) -> None:
        """See Outlet."""

    def wants_html(self) -> None:
        """See Outlet."""

    def unsent(self) -> int:
        """See Outlet."""
        return 0

    def end(self, code: str) -> None:
        """See Outlet."""


async def ask(core: Core, command: Command) -> Reply:
    """Do an operator's command, and return its answer once all of it is on disk. Raises ChatError."""
    outlet = _Outlet()
    session = Session(outlet, "console", Trust.OPERATOR, None)
    waiting = dispatch(core, session, command)
    if waiting is not None:
        await finish(core, session, command, waiting)
    answer = await outlet.answered
    if isinstance(answer, ChatError):
        raise answer
    assert isinstance(answer, Reply)
    return answer
