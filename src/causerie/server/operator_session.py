"""The operator's session inside the process: sends a command to the core, and awaits its reply."""

from __future__ import annotations

import asyncio

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.chat.replies import Reply
from causerie.server.context import Context
from causerie.server.dispatch import dispatch, finish
from causerie.server.engine.session import Answer, EventEncoder, Session, Trust


class _Silence(EventEncoder):
    """An event encoder that says nothing: this session is told no events, only replies."""

    name = "none"
    snapshots = False

    def encode(self, event: Event) -> bytes:
        """Nothing."""
        return b""


_SILENCE: EventEncoder = _Silence()


class _Outlet:
    """Keeps the answer for whoever asked."""

    encoder: EventEncoder = _SILENCE

    def __init__(self) -> None:
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def write(self, data: bytes) -> None:
        """See Outlet."""

    def answer(self, command: Command, answer: Answer) -> None:
        """See Outlet."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """See Outlet."""
        return None

    def wants_html(self) -> None:
        """See Outlet."""

    def unsent(self) -> int:
        """See Outlet."""
        return 0

    def end(self, code: str) -> None:
        """See Outlet."""


async def ask(context: Context, command: Command) -> Reply:
    """Do an operator's command, and return its answer once all of it is on disk. Raises ChatError."""
    outlet = _Outlet()
    session = Session(outlet, "console", Trust.OPERATOR, None)
    waiting = dispatch(context, session, command)
    if waiting is not None:
        await finish(context, session, command, waiting)
    answer = await outlet.answered
    if isinstance(answer, ChatError):
        raise answer
    assert isinstance(answer, Reply)
    return answer
