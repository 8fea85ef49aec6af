"""A session's side of a connection: bytes into commands for the core, its answers and events into bytes.

It is the uppermost protocol of the connection's layers (detection.py puts it there), and the Outlet of its session. A
command that must wait (for the store, for a password) holds back the session's next one, so that answers keep their
order. Each line and frame is counted, those that are no command too (input_meter.py).
"""

from __future__ import annotations

import asyncio
import typing
from collections.abc import Callable, Coroutine
from typing import Any, cast

from causerie.chat import markdown
from causerie.chat.commands import Command, Send
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.protocols.wire import NOTHING, Bounds, Protocol
from causerie.server import catch_up
from causerie.server.context import Context
from causerie.server.dispatch import dispatch, finish, refuse, too_soon
from causerie.server.engine.session import Answer, EventEncoder, Session, Trust
from causerie.server.features.presence import channel_presence
from causerie.transport.direct_write import DirectWriter
from causerie.transport.intake import LEFT_BEHIND, Intake, log
from causerie.transport.states import NONE, Hold
from causerie.transport.work_queue import BEHIND_SECONDS, SLICE_SECONDS

ALONE_SECONDS = 0.05
"""How long an answer that must not share its packet is given to be read."""

FLOODING_SECONDS = 0.1
"""How long one that asks too fast must wait before its next command is read."""

PAID_MOST = 10
"""Commands that what took long costs at most."""


class OpensSessions(typing.Protocol):
    """Where the connection came in; listener.Listener is one."""

    context: Context
    bounds: Bounds

    def open_session(self, connection: Connection) -> Session | None:
        """The core's side of a connection that speaks a language; None: it may not, and was turned away."""


class Connection(asyncio.Protocol):
    """See the module."""

    __slots__ = (
        "_context", "_direct", "_holds", "_listener", "_task", "_transport", "encoder", "intake", "protocol", "session",
        "silent", "wire", "write",
    )  # fmt: skip

    write: Callable[[bytes], None]

    def __init__(
        self, listener: OpensSessions, intake: Intake, protocol: Protocol, secure: bool, certificate: str
    ) -> None:
        self._listener = listener
        self._context = listener.context
        self._transport: asyncio.Transport
        self._holds = NONE
        self._task: asyncio.Task[None] | None = None
        self._direct: DirectWriter | None = None
        self.intake = intake
        self.protocol = protocol
        self.wire = protocol.wire(listener.bounds)
        self.wire.secure, self.wire.certificate = secure, certificate
        self.encoder: EventEncoder = protocol.encoder
        self.wire.encoder = protocol.encoder
        self.session: Session | None = None
        self.silent = 0

    @property
    def host(self) -> str:
        """The address that it comes from."""
        return self.intake.host

    @property
    def known(self) -> bool:
        """See Owner."""
        session = self.session
        return session is not None and (session.person is not None or session.trust is Trust.OPERATOR)

    @property
    def unread(self) -> int:
        """See Owner."""
        return self.wire.unread

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It begins."""
        self._transport = cast(asyncio.Transport, transport)
        if transport is self.intake:
            self._direct = DirectWriter(self.intake.below, self._moved, self._context.fanout.batch_sender)
            self.write = self._direct.write
        else:
            self.write = self._transport.write
            self.intake.counts = True
        self.intake.owner = self
        self.session = self._listener.open_session(self)
        if self.session is not None:
            self.session.certificate = self.wire.certificate

    def data_received(self, data: bytes) -> None:
        """Bytes above all layers, cut anywhere."""
        wire = self.wire
        if wire.closing or self.session is None:
            # Nothing of it will be read, and the farewell may have to wait for the store.
            return
        self.silent = 0
        if self.intake.counts:
            self.intake.carried += len(data)
        wire.receive(data)
        self.pump()

    def empty_received(self, frames: int) -> None:
        """A layer took so many frames that held nothing."""
        if self.session is not None and not self.wire.closing:
            self._count_empty(frames)

    def pump(self) -> None:
        """Take commands as long as there are any, none must be waited for, and the unit of work is not full."""
        wire, session, intake, context = self.wire, self.session, self.intake, self._context
        if session is None:
            return
        next_command, commit_loop, most = wire.next_command, context.commit_loop, context.config.limits.tick_commands
        slows = not session.exempt and self.protocol.timeout_policy is not None
        while not self._holds and not session.closed:
            try:
                command = next_command()
            except ChatError as error:
                self._refuse(session, error)
            else:
                if command is None:
                    return
                if command is NOTHING:
                    self._count_empty(1)
                else:
                    if slows and self._comes_too_soon(session, command):
                        return
                    if type(command) is not Send and wire.holds(command):
                        self._hold(Hold.ANSWER)
                    waiting = dispatch(context, session, command, wire.along)
                    if waiting is not None:
                        self._wait_for(command, waiting)
                    intake.meter.empties = 0
            if session.person is None:
                self._count_stranger(session)
            if session.flooding:
                # It is slowed down: its next command is read in a moment, and TCP holds back the rest.
                session.flooding = False
                self._slow(FLOODING_SECONDS)
            elif commit_loop.unit.size > most:
                self._hold(Hold.UNIT_FULL)
                commit_loop.after_this.append(lambda: self.go_on(Hold.UNIT_FULL))
            elif not wire.pending:
                return
            elif intake.queue.clock() >= intake.until:
                intake.more = True
                return

    def _refuse(self, session: Session, error: ChatError) -> None:
        """Answer what was no command at all."""
        refuse(self._context, session, error)
        if self.wire.closing:
            self._context.unit.end(session, error.code, holds=True)
        elif self.intake.meter.empty(self.intake.queue.clock()):
            self.too_much()

    def _comes_too_soon(self, session: Session, command: Command) -> bool:
        """Whether a command must wait, and does."""
        if type(command) in self.wire.refuses_haste or not (seconds := too_soon(self._context, session, command)):
            return False
        self.wire.put_back(command)
        self._slow(seconds)
        return True

    def _count_stranger(self, session: Session) -> None:
        """Count a line of somebody who has not logged in."""
        self.intake.inside = self.known
        if session.trust is not Trust.OPERATOR and self.intake.meter.lines_before_login():
            self.too_much()

    def _count_empty(self, lines: int) -> None:
        """Count lines or frames that came to nothing: they cost what commands do."""
        session, now = self.session, self.intake.queue.clock()
        assert session is not None
        if self.intake.meter.empty(now, lines):
            self.too_much()
        elif session.bucket is not None and (seconds := session.bucket.owe(now, lines)):
            self._slow(seconds)

    def paid(self, seconds: float) -> None:
        """See Owner: it costs as many commands as slices fit into that time."""
        if self.session is not None and self.session.bucket is not None:
            self.session.bucket.owe(self.intake.queue.clock(), min(PAID_MOST, seconds / SLICE_SECONDS))

    def too_much(self) -> None:
        """See Owner: it is closed, and told why."""
        if self.session is not None and not self.wire.closing:
            self.wire.closing = True
            self._context.counters["flooded"] += 1
            self.depart("excess_flood", "Excess Flood")

    def _slow(self, seconds: float) -> None:
        """What it asks waits until it is no longer too fast, and behind what others ask."""
        self._hold(Hold.TOO_FAST)
        self.intake.fall_behind(seconds + BEHIND_SECONDS)
        asyncio.get_running_loop().call_later(seconds, self.go_on, Hold.TOO_FAST)
        self.kept()

    def kept(self) -> None:
        """See Owner: one that goes too fast, and of which too much waits, is closed."""
        policy = self.protocol.timeout_policy
        if policy is None or Hold.TOO_FAST not in self._holds:
            return
        most = policy().unread_most
        if most and self.intake.unread > most:
            self.too_much()

    def _wait_for(self, command: Command, waiting: Coroutine[Any, Any, Answer]) -> None:
        self._hold(Hold.WORK)
        self._task = asyncio.get_running_loop().create_task(self._finish(command, waiting))
        # One that is cancelled before it began would be reported as never awaited.
        self._task.add_done_callback(lambda task: waiting.close())

    async def _finish(self, command: Command, waiting: Coroutine[Any, Any, Answer]) -> None:
        assert self.session is not None
        await finish(self._context, self.session, command, self._made_ready(waiting))
        self._task = None
        self.go_on(Hold.WORK)

    async def _made_ready(self, waiting: Coroutine[Any, Any, Answer]) -> Answer:
        answer = await waiting
        if self.session is not None and (job := self.wire.ahead(answer)) is not None:
            await self._context.slices.run(job)
        return answer

    def _hold(self, why: Hold) -> None:
        """The next command is not taken until `go_on` was called with the same."""
        if not self._holds:
            self.intake.pause_reading()
        self._holds |= {why}
        log.debug("%s: the next command waits: %s", self.intake.host, why.value)

    def go_on(self, why: Hold) -> None:
        """One of the things that were waited for is over; if it was the last, what was held back is read."""
        if why not in self._holds:
            return
        self._holds -= {why}
        log.debug("%s: over: %s", self.intake.host, why.value)
        if not self._holds:
            self._holds = NONE
            self.intake.go_on()

    def answer(self, command: Command, answer: Answer) -> None:
        """See Outlet."""
        wire = self.wire
        held = wire.holds(command)
        data = wire.answer(command, answer)
        if wire.encoder is not self.encoder:
            self._speak(wire.encoder)
        if held:
            asyncio.get_running_loop().call_soon(self.go_on, Hold.ANSWER)
        if not data:
            if wire.closing:
                self.end("")
        elif wire.alone(command, answer):
            self._answer_alone(data)
        else:
            self.write(data)

    def _answer_alone(self, data: bytes) -> None:
        """Nothing else for this connection goes out shortly before or after; what it misses it gets from the store."""
        session, loop = self.session, asyncio.get_running_loop()
        assert session is not None
        self._hold(Hold.ALONE)
        if session.person is None:
            self.write(data)
            loop.call_later(ALONE_SECONDS, self.go_on, Hold.ALONE)
            return
        catch_up.lag(self._context, session)
        loop.call_later(ALONE_SECONDS, self._write_alone, data)

    def _write_alone(self, data: bytes) -> None:
        self.write(data)
        # Counted from here: a busy turn of the loop must not bring the two moments together.
        asyncio.get_running_loop().call_later(ALONE_SECONDS, self._alone_no_more)

    def _alone_no_more(self) -> None:
        self.resume_writing()
        self.go_on(Hold.ALONE)

    def _speak(self, encoder: EventEncoder) -> None:
        """From here on its session is told events in another language."""
        before, self.encoder = self.encoder, encoder
        assert self.session is not None
        for number in self.session.channels:
            self._context.fanout.subscribers(number).change(self.session, before)

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """See Outlet."""
        return self.wire.encode_for_sender(command, event)

    def wants_html(self) -> None:
        """See Outlet."""
        self.encoder = self.wire.encoder = self.encoder.with_html or self.encoder
        asyncio.get_running_loop().run_in_executor(None, markdown.load)

    def _moved(self, direct: bool) -> None:
        """What is told to its session goes past the transport from now on, or no longer."""
        if self.session is not None:
            self._context.fanout.moved(self.session, self._direct if direct else None)

    def unsent(self) -> int:
        """See Outlet."""
        return self._transport.get_write_buffer_size()

    def end(self, code: str) -> None:
        """See Outlet."""
        if self._transport.is_closing():
            return
        if last := self.wire.farewell(code):
            self.write(last)
        self.close()

    def turn_away(self, line: str, why: str) -> None:
        """Close one that may not speak its language here, with a line that a person may read. `why`: for the log."""
        self.intake.turn_away(self._transport, line, self.protocol.away, why)

    def depart(self, code: str, reason: str) -> None:
        """Its person goes, as the others are told with the reason, and it is closed."""
        if self.session is not None and not self.session.closed:
            channel_presence.go(self._context, self.session, code, reason)

    def close(self) -> None:
        """Close when all is sent, or in a moment."""
        if self._direct is not None:
            self._direct.flush()
        self._transport.close()
        self._gone()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def pause_writing(self) -> None:
        """The queue is full: the core feeds it from the store until it is caught up, and it asks nothing meanwhile."""
        self._hold(Hold.UNREAD)
        if self.session is not None:
            catch_up.lag(self._context, self.session)

    def resume_writing(self) -> None:
        """There is room again."""
        self.go_on(Hold.UNREAD)
        session = self.session
        if session is not None and session.heard is not None and not session.closed:
            asyncio.get_running_loop().create_task(catch_up.refill(self._context, session))

    def eof_received(self) -> bool:
        """The client says no more; what it said before is answered first."""
        session, commit_loop = self.session, self._context.commit_loop
        if session is None or session.closed:
            return False
        if self.intake.is_behind and self.intake.unread > LEFT_BEHIND:
            self.abort()
            return False
        if self._is_busy:
            # Answers that are under way go out first; the one who reads them closes.
            commit_loop.after_this.append(self._end_after_all)
            commit_loop.wake()
            return True
        self._end_session(session)
        return True

    @property
    def _is_busy(self) -> bool:
        return bool(self._holds - {Hold.UNREAD}) or self.intake.waits

    def _end_after_all(self) -> None:
        if self.session is None or self.session.closed:
            return
        if self._is_busy:
            asyncio.get_running_loop().call_later(ALONE_SECONDS, self._end_after_all)
        else:
            self._end_session(self.session)

    def _end_session(self, session: Session) -> None:
        self._context.unit.end(session, "", holds=True)
        self._context.commit_loop.wake()

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone, however that came."""
        self._gone()

    def _gone(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        session, self.session = self.session, None
        if session is not None and not session.closed:
            channel_presence.close(self._context, session)
        if self._direct is not None:
            self._direct.let_go()
            self._direct = None
            if session is not None:
                self._context.fanout.moved(session, None)
