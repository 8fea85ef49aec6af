"""The one pump that drives every wire: bytes in, commands to the core, bytes out.

A connection is first unknown (detection.py). A command that must wait (for the
store, for a password) holds back the session's next one, so that answers keep their order.

Input is worked on in slices (work_queue.py), below all layers: what does not fit waits, and the connection is not read
from while much waits. Each line and frame is counted, those that are no command too (input_meter.py).
"""

from __future__ import annotations

import asyncio
import logging
import typing
from collections.abc import Callable, Coroutine
from typing import Any, cast

from causerie.chat import markdown
from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.chat.events import Event
from causerie.i18n.text import _
from causerie.protocols.wire import NOTHING, Bounds, Layer, Protocol, Wire
from causerie.server import catch_up
from causerie.server.context import Context
from causerie.server.dispatch import dispatch, finish, refuse, too_soon
from causerie.server.engine.session import Answer, EventEncoder, Session, Trust
from causerie.server.features.presence import channel_presence
from causerie.transport.detection import Detection
from causerie.transport.direct_write import DirectWriter
from causerie.transport.input_meter import Meter
from causerie.transport.languages import Languages
from causerie.transport.peer import Peer, look
from causerie.transport.work_queue import BEHIND_SECONDS, SLICE_SECONDS, TURN_SECONDS, UNNOTICED, Rank, WorkQueue

log = logging.getLogger("causerie.connection")

FAREWELL_SECONDS = 2.0
"""How long a closing connection may take to read its last bytes."""

ALONE_SECONDS = 0.05
"""How long an answer that must not share its packet is given to be read."""

FLOODING_SECONDS = 0.1
"""How long one that asks too fast must wait before its next command is read."""

PIECE = 1024
"""Bytes that a layer is given at once: of the shortest frames, 170 are in it."""

HELD_MOST = 4096
"""Bytes that wait with somebody for their turn; with more, it waits behind all others."""

DEAR_SECONDS = 2 * SLICE_SECONDS
"""What takes longer is paid for by its length."""

AHEAD_MOST = 1024
"""Bytes that somebody may send ahead of an answer without waiting behind others for what they ask."""

BEHIND_FACTOR = 50
"""Seconds behind others for each second that it took: 2 % of the time, where many wait."""

PAID_MOST = 10
"""Commands that it costs at most."""

CROWDED = 128
"""Connections that wait in the queue; with more, each is looked at before it is worked for: it may have gone."""

LEFT_BEHIND = 2048
"""Bytes that one that goes too fast may leave to be read when it has gone."""


class ListenerView(typing.Protocol):
    """Where connections come in, as they see it; listener.Listener is one."""

    context: Context
    work_queue: WorkQueue
    languages: Languages
    bounds: Bounds

    def came(self, connection: Connection, transport: asyncio.Transport, arrival: Detection) -> None:
        """Count it in, or turn it away; where a proxy connects, once it has said whom."""

    def admit(self, connection: Connection, host: str, arrival: Detection) -> None:
        """Count in a connection from this host, or turn it away."""

    def left(self, connection: Connection) -> None:
        """Count it out."""

    def handshake_begins(self, connection: Connection) -> None:
        """TLS begins on it."""

    def handshake_over(self, connection: Connection) -> None:
        """TLS works on it, or it is gone."""

    def refused(self, connection: Connection, why: str) -> None:
        """Note for the log why it was refused."""

    def open_session(self, connection: Connection, secure: bool) -> Session | None:
        """The core's side of a connection that speaks a language; None: it may not, and was turned away."""


class Connection(asyncio.Protocol):
    """See the module. It is the Outlet of its session."""

    __slots__ = (
        "__weakref__",
        "_arrival",
        "_behind",
        "_choked",
        "_direct",
        "_held",
        "_listener",
        "_meter",
        "_more",
        "_queue",
        "_queued",
        "_reading",
        "_slowed",
        "_suspect",
        "_task",
        "_transport",
        "_until",
        "_waiting",
        "admitted",
        "deadline",
        "encoder",
        "host",
        "layer",
        "protocol",
        "session",
        "silent",
        "wire",
        "write",
    )  # fmt: skip

    encoder: EventEncoder
    write: Callable[[bytes], None]

    def __init__(self, listener: ListenerView) -> None:
        self._listener = listener
        self._transport: asyncio.Transport
        self._held: bytes | bytearray = b""  # what came and was not worked on, as it is below all layers
        self._meter = Meter()
        self._queue = listener.work_queue
        self._queued = False  # it waits in the queue
        self._more = False  # the wire has input that did not fit into the slice
        self._until = 0.0  # when the slice is over
        self._behind = 0.0  # until when it waits behind all others
        self._suspect = False  # what it asked last took long
        self._reading = True
        self._waiting = 0  # for so many things, before the next command may be read
        self._choked = False
        self._slowed = False  # it goes too fast, and its next command waits
        self._task: asyncio.Task[None] | None = None
        self._arrival: Detection | None = None
        self.admitted = False
        self.deadline = 0.0
        self.silent = 0
        self._direct: DirectWriter | None = None
        self.host = ""
        self.layer: Layer | None = None
        self.protocol: Protocol | None = None
        self.wire: Wire | None = None
        self.session: Session | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it in, or turn it away in one line."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.write = self._transport.write
        self._transport.set_write_buffer_limits(high=self._listener.context.config.limits.unsent_bytes // 2)
        self._arrival = Detection(self, self._listener.languages, self._transport)
        self._listener.came(self, self._transport, self._arrival)

    def data_received(self, data: bytes) -> None:
        """Bytes, cut anywhere: worked on now, or, where something is waited for or the turn is full, later."""
        session, queue = self.session, self._queue
        alone = session is None or session.person is None
        if alone and self._stranger and self._meter.bytes_before_login(len(data)):
            self._too_much()
            return
        if self._waiting or self._choked or self._queued:
            self._hold(data)
            return
        began = queue.clock()
        if queue.used >= TURN_SECONDS or self._behind > began:
            self._hold(data)
            self._line_up()
            return
        before = queue.cpu() if self._suspect else 0.0
        self._until = began + SLICE_SECONDS
        wire = self.wire
        if wire is not None and self.layer is None and not wire.closing:
            self.silent = 0
            wire.receive(data)
            self.pump()
        else:
            self.feed(data)
        if self._more:
            self._line_up()
        seconds = queue.clock() - began
        queue.used += seconds
        if queue.used > UNNOTICED:
            queue.notice()
        if seconds > DEAR_SECONDS or self._suspect:
            self._pay(seconds, queue.cpu() - before if before else -1.0)

    def _pay(self, seconds: float, cpu: float) -> None:
        """What took long costs as many commands as slices fit into that time, and a wait behind others. The machine may
        have been busy with something else: `cpu` is how long this thread worked, known from the second time on (a
        negative number: not known), since asking the system for it takes long."""
        suspect, self._suspect = self._suspect, seconds > DEAR_SECONDS
        if not suspect or not self._suspect or cpu <= DEAR_SECONDS:
            return
        session, now = self.session, self._queue.clock()
        self._behind = max(self._behind, now + min(BEHIND_SECONDS, cpu * BEHIND_FACTOR))
        if session is not None and session.bucket is not None:
            session.bucket.owe(now, min(PAID_MOST, cpu / SLICE_SECONDS))

    def work(self) -> None:
        """See Worker."""
        self._queued = False
        if self._transport.is_closing() or self._waiting or self._choked:
            return
        # Looking costs more than a line does, and is worth it for those who flooded, and where many wait.
        if (self._behind or len(self._queue) > CROWDED) and self._is_gone():
            self.abort()
            return
        try:
            self._slice()
        except Exception:
            # As the loop does where this happens in data_received: this connection ends, and no other.
            log.exception("a connection failed")
            self.abort()

    def _is_gone(self) -> bool:
        """Whether nobody is there for whom to go on. Who has ended their side may read what they asked, but not of what
        a flood asked."""
        peer = look(self._transport)
        return peer is Peer.GONE or (peer is Peer.SILENT and self._behind > 0 and self._unread > LEFT_BEHIND)

    def _slice(self) -> None:
        """Work on what waits, for one slice."""
        queue = self._queue
        began, before = queue.clock(), queue.cpu() if self._suspect else 0.0
        self._until = began + SLICE_SECONDS
        self._more = False
        if self.session is not None:
            self.pump()
        if self._held and not (self._more or self._waiting or self._choked):
            held, self._held = bytes(self._held), b""
            self.feed(held)
        seconds = queue.clock() - began
        if seconds > DEAR_SECONDS or self._suspect:
            self._pay(seconds, queue.cpu() - before if before else -1.0)
        if self._more:
            self._line_up()
        elif not (self._reading or self._waiting or self._choked or self._transport.is_closing()):
            self._reading = True
            self._transport.resume_reading()

    def _line_up(self) -> None:
        self._queued = True
        now = self._queue.clock()
        if self._more or self._slowed or len(self._held) > HELD_MOST:
            self._behind = now + BEHIND_SECONDS
        if self._behind > now:
            self._queue.add(self, Rank.BACKLOG)
        elif self._stranger:
            self._queue.add(self, Rank.STRANGER)
        else:
            self._queue.add(self, Rank.PERSON)

    def feed(self, data: bytes) -> None:
        """Work on these bytes; with a layer in pieces, until the slice is over."""
        if self.layer is None:
            self._take(data)
            return
        clock = self._queue.clock
        for at in range(0, len(data), PIECE):
            layer = self.layer
            if layer is None or self._transport.is_closing():
                return
            if at and (self._waiting or self._choked or self._more or clock() >= self._until):
                self._held = data[at:]
                self._more = not (self._waiting or self._choked)
                return
            piece = data[at : at + PIECE] if len(data) > PIECE else data
            plain = layer.receive(piece)
            if self.session is not None and self._carried(layer, len(piece), len(plain)):
                return
            if plain:
                self._take(plain)

    def _take(self, data: bytes) -> None:
        """Bytes as they are above all layers."""
        self.silent = 0
        wire = self.wire
        if wire is None:
            if self._arrival is not None:
                self._arrival.receive(data)
        elif not wire.closing:
            # If it closes, nothing of it will be read, and the farewell may have to wait for the store.
            wire.receive(data)
            self.pump()

    def _carried(self, layer: Layer, below: int, above: int) -> bool:
        """Count what a layer was given and gave; true if that was too much."""
        if empty := layer.take_empty():
            self._count_empty(empty)
        if self._meter.carried(below, above):
            self._too_much()
        return self.wire is None or self.wire.closing

    def admit(self, host: str) -> None:
        """See Incoming."""
        if self._arrival is not None:
            self._listener.admit(self, host, self._arrival)

    def handshake_begins(self) -> None:
        """See Incoming."""
        self._listener.handshake_begins(self)

    def begin(self, protocol: Protocol, secure: bool, certificate: str, data: bytes) -> None:
        """Its language is known; `data` are its first bytes."""
        self._arrival = None
        self.protocol = protocol
        self.wire = protocol.wire(self._listener.bounds)
        self.wire.secure, self.wire.certificate = secure, certificate
        self.encoder = self.wire.encoder = protocol.encoder
        if self.layer is None:
            self._direct = DirectWriter(self._transport, self._moved, self._listener.context.fanout.batch_sender)
            self.write = self._direct.write
        self.session = self._listener.open_session(self, secure)
        if self.session is not None:
            self.session.certificate = certificate
        if self.session is not None and data:
            self.wire.receive(data)
            self.pump()

    def pump(self) -> None:
        """Take commands as long as there are any, none must be waited for, and the unit of work is not full."""
        wire, session, context = self.wire, self.session, self._listener.context
        assert wire is not None
        assert session is not None
        next_command, most = wire.next_command, context.config.limits.tick_commands
        waits = not session.exempt and self.protocol is not None and self.protocol.timeout_policy is not None
        clock, until, meter = self._queue.clock, self._until, self._meter
        waiting: Coroutine[Any, Any, Answer] | None
        while not self._waiting and not self._choked and not session.closed:
            try:
                command = next_command()
            except ChatError as error:
                refuse(context, session, error)
                if wire.closing:
                    context.unit.end(session, error.code, holds=True)
                elif meter.empty(clock()):
                    self._too_much()
                command, waiting = None, None
            else:
                if command is None:
                    return
                if command is NOTHING:
                    self._count_empty(1)
                    if session.person is None and self._stranger and meter.lines_before_login():
                        self._too_much()
                    if clock() >= until and wire.pending:
                        self._more = True
                        return
                    continue
                if (
                    waits
                    and type(command) not in wire.refuses_haste
                    and (seconds := too_soon(context, session, command))
                ):
                    wire.put_back(command)
                    self._slow(seconds)
                    return
                if wire.holds(command):
                    self._waiting += 1
                waiting = dispatch(context, session, command, wire.along)
                if meter.empties:
                    meter.empties = 0
            if session.person is None and self._stranger and meter.lines_before_login():
                self._too_much()
            if session.flooding:
                # It is slowed down: its next command is read in a moment, and TCP holds back the rest.
                session.flooding = False
                self._slow(FLOODING_SECONDS)
            elif command is not None and waiting is not None:
                self._wait_for(command, waiting)
            elif context.commit_loop.unit.size > most:
                self._waiting += 1
                context.commit_loop.after_this.append(self.go_on)
            elif not wire.pending:
                return
            elif clock() >= until:
                self._more = True
                return

    def _wait_for(self, command: Command, waiting: Coroutine[Any, Any, Answer]) -> None:
        self._waiting += 1
        self._task = asyncio.get_running_loop().create_task(self._finish(command, waiting))
        # One that is cancelled before it began would be reported as never awaited.
        self._task.add_done_callback(lambda task: waiting.close())

    async def _finish(self, command: Command, waiting: Coroutine[Any, Any, Answer]) -> None:
        context, session = self._listener.context, self.session
        assert session is not None
        await finish(context, session, command, self._made_ready(waiting))
        self._task = None
        self.go_on()

    async def _made_ready(self, waiting: Coroutine[Any, Any, Answer]) -> Answer:
        answer = await waiting
        if self.wire is not None and (job := self.wire.ahead(answer)) is not None:
            await self._listener.context.slices.run(job)
        return answer

    def _wait(self, seconds: float) -> None:
        self._waiting += 1
        asyncio.get_running_loop().call_later(seconds, self.go_on)

    def _count_empty(self, lines: int) -> None:
        """Count lines or frames that came to nothing: they cost what commands do."""
        session, now = self.session, self._queue.clock()
        assert session is not None
        if self._meter.empty(now, lines):
            self._too_much()
        elif session.bucket is not None and (seconds := session.bucket.owe(now, lines)):
            self._slow(seconds)

    def _too_much(self) -> None:
        """It sent more than any honest client does: close it, and say why."""
        if self.wire is None or self.session is None:
            if not self._transport.is_closing():
                self._listener.context.counters["flooded"] += 1
                self.turn_away(_("too much was sent before anybody logged in"), self._listener.languages.away)
        elif not self.wire.closing:
            self.wire.closing = True
            self._listener.context.counters["flooded"] += 1
            self.depart("excess_flood", "Excess Flood")

    @property
    def _stranger(self) -> bool:
        """Nobody has logged in, and it is not the machine's own operator."""
        session = self.session
        return session is None or (session.person is None and session.trust is not Trust.OPERATOR)

    def _slow(self, seconds: float) -> None:
        """What it asks waits until it is no longer too fast."""
        self._slowed = True
        self._wait(seconds)
        self._end_flood()

    def _end_flood(self) -> None:
        """Close a client of which too much waits."""
        assert self.protocol is not None
        most = self.protocol.timeout_policy().unread_most if self.protocol.timeout_policy is not None else 0
        if most and self._unread > most:
            self._too_much()

    @property
    def _unread(self) -> int:
        return len(self._held) + (self.wire.unread if self.wire is not None else 0)

    def depart(self, code: str, reason: str) -> None:
        """Its person goes, as the others are told with the reason, and it is closed."""
        if self.session is not None and not self.session.closed:
            channel_presence.go(self._listener.context, self.session, code, reason)

    def go_on(self) -> None:
        """One of the things that were waited for is over; if it was the last, what was held back is read."""
        self._waiting -= 1
        if self._waiting:
            return
        if self._slowed and self._unread > LEFT_BEHIND and look(self._transport) is not Peer.HERE:
            self.abort()
            return
        self._read_on()
        self._slowed = False

    def _read_on(self) -> None:
        """Work on what waits: now, or in its turn."""
        if self._queued or self._transport.is_closing():
            return
        queue = self._queue
        began = queue.clock()
        if self._unread > AHEAD_MOST and not self._slowed:
            # It did not wait for the answer to what it asked before.
            self._queued = True
            queue.add(self, Rank.BACKLOG)
        elif self._slowed or queue.used >= TURN_SECONDS or self._behind > began:
            self._line_up()
        else:
            self.work()
            queue.used += queue.clock() - began
            queue.notice()

    def _hold(self, data: bytes) -> None:
        if not self._held:
            self._held = data
        elif isinstance(self._held, bytearray):
            self._held += data
        else:
            self._held = bytearray(self._held) + data
        if self._slowed:
            self._end_flood()
        bounds, inside = self._listener.bounds, self.session is not None and self.session.person is not None
        if self._reading and len(self._held) > (bounds.frame if inside else bounds.before_login):
            self._reading = False
            self._transport.pause_reading()

    def answer(self, command: Command, answer: Answer) -> None:
        """See Outlet."""
        wire = self.wire
        assert wire is not None
        held = wire.holds(command)
        data = wire.answer(command, answer)
        if wire.encoder is not self.encoder:
            self._speak(wire.encoder)
        if held:
            asyncio.get_running_loop().call_soon(self.go_on)
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
        if session.person is None:
            self.write(data)
            self._wait(ALONE_SECONDS)
            return
        self._waiting += 1
        catch_up.lag(self._listener.context, session)
        loop.call_later(ALONE_SECONDS, self._write_alone, data)

    def _write_alone(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self.write(data)
        # Counted from here: a busy turn of the loop must not bring the two moments together.
        asyncio.get_running_loop().call_later(ALONE_SECONDS, self._alone_no_more)

    def _alone_no_more(self) -> None:
        self.resume_writing()
        self.go_on()

    def _speak(self, encoder: EventEncoder) -> None:
        """From here on its session is told events in another language."""
        before, self.encoder = self.encoder, encoder
        assert self.session is not None
        for number in self.session.channels:
            self._listener.context.fanout.subscribers(number).change(self.session, before)

    def encode_for_sender(self, command: Command | None, event: Event) -> bytes | None:
        """See Outlet."""
        return self.wire.encode_for_sender(command, event) if self.wire is not None else None

    def wants_html(self) -> None:
        """See Outlet."""
        assert self.wire is not None
        self.encoder = self.wire.encoder = self.encoder.with_html or self.encoder
        asyncio.get_running_loop().run_in_executor(None, markdown.load)

    @property
    def direct(self) -> Callable[[bytes], int] | None:
        """See Outlet."""
        return self._direct.send if self._direct is not None else None

    @property
    def descriptor(self) -> int:
        """See Outlet."""
        return self._direct.descriptor if self._direct is not None else -1

    def wait(self, rest: bytes) -> None:
        """See Outlet."""
        if self._direct is not None:
            self._direct.wait(rest)

    def _moved(self) -> None:
        if self.session is not None:
            self._listener.context.fanout.moved(self.session)

    def unsent(self) -> int:
        """See Outlet."""
        return self._transport.get_write_buffer_size()

    def end(self, code: str) -> None:
        """See Outlet."""
        if self._transport.is_closing():
            return
        if self.wire is not None and (last := self.wire.farewell(code)):
            self.write(last)
        self.close()

    def turn_away(self, line: str, template: str = "causerie: {}\r\n", noted: bool = False) -> None:
        """Close a connection whose language nobody knows, with a line that a person may read. `noted`: for the log it
        was said in other words."""
        if not noted:
            self.refused(line)
        self.write((self.protocol.away if self.protocol is not None else template).format(line).encode())
        self.close()

    def refused(self, why: str) -> None:
        """Note for the log why it was refused."""
        self._listener.refused(self, why)

    def secured(self) -> None:
        """Its TLS handshake is over."""
        self._listener.handshake_over(self)

    def close(self) -> None:
        """Close when all is sent, or in a moment."""
        if self.layer is not None:
            self.layer.finish()
        if self._direct is not None:
            self._direct.flush()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self._transport.abort)
        self._gone()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def pause_writing(self) -> None:
        """The queue is full: the core feeds it from the store until it is caught up, and it asks nothing meanwhile."""
        self._choked = True
        if self.session is not None:
            catch_up.lag(self._listener.context, self.session)

    def resume_writing(self) -> None:
        """There is room again."""
        session = self.session
        if self._choked:
            self._choked = False
            if not self._waiting:
                self._read_on()
        if session is not None and session.heard is not None and not session.closed:
            asyncio.get_running_loop().create_task(catch_up.refill(self._listener.context, session))

    def eof_received(self) -> bool:
        """The client says no more; what it said before is answered first."""
        session, context = self.session, self._listener.context
        if session is None or session.closed:
            return False
        if self._slowed and self._unread > LEFT_BEHIND:
            self.abort()
            return False
        if self._waiting or self._queued:
            # Answers that are under way go out first; the one who reads them closes.
            self._listener.context.commit_loop.after_this.append(self._end_after_all)
            context.commit_loop.wake()
            return True
        context.unit.end(session, "", holds=True)
        context.commit_loop.wake()
        return True

    def _end_after_all(self) -> None:
        if (self._waiting or self._queued) and self.session is not None and not self.session.closed:
            asyncio.get_running_loop().call_later(ALONE_SECONDS, self._end_after_all)
        elif self.session is not None and not self.session.closed:
            self._listener.context.unit.end(self.session, "", holds=True)
            self._listener.context.commit_loop.wake()

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone, however that came."""
        self._gone()

    def _gone(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.secured()
        # What it held goes now, and not when the collector comes by.
        if self.layer is not None:
            self.layer.let_go()
        self.layer = self._arrival = self.wire = None
        self._held = b""
        self.deadline = 0.0
        session, self.session = self.session, None
        if session is not None and not session.closed:
            channel_presence.close(self._listener.context, session)
        if self._direct is not None:
            self._direct.let_go()
            self._direct = None
        self.write = _nowhere
        if self.admitted:
            self.admitted = False
            self._listener.left(self)


def _nowhere(data: bytes) -> None:
    """What is said to somebody who is gone."""
