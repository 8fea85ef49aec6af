"""The lowest layer of a connection: counts what comes, and gives it to what is above in slices.

Input is worked on as it comes, while the turn of the event loop has time left (work_queue.py). What does not fit waits
here, and so does what comes while the layer above has paused reading; the socket is not read from while much waits.
Whom it comes from, and until when they must have logged in, is known here too, whatever is above.
"""

from __future__ import annotations

import asyncio
import logging
import typing
from typing import Any

from causerie.i18n.text import _
from causerie.protocols.wire import Bounds
from causerie.server.context import Context
from causerie.transport.input_meter import Meter
from causerie.transport.layer import Layer
from causerie.transport.owner import Owner
from causerie.transport.peer import Peer, look
from causerie.transport.states import Reading
from causerie.transport.work_queue import BEHIND_SECONDS, SLICE_SECONDS, TURN_SECONDS, UNNOTICED, Rank, WorkQueue

log = logging.getLogger("causerie.connection")

FAREWELL_SECONDS = 2.0
"""How long a closing connection may take to read its last bytes."""

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

CROWDED = 128
"""Connections that wait in the queue, or are not read from: with more, each is looked at, since its peer may have
gone."""

LEFT_BEHIND = 2048
"""Bytes that one that goes too fast may leave to be read when it has gone."""

OPEN, QUEUED, PAUSED, CLOSED = Reading.OPEN, Reading.QUEUED, Reading.PAUSED, Reading.CLOSED


class Admits(typing.Protocol):
    """Where connections come in, as they see it; listener.Listener is one."""

    context: Context
    work_queue: WorkQueue
    bounds: Bounds

    def came(self, intake: Intake) -> None:
        """Count it in, or turn it away; where a proxy connects, once it has said whom."""

    def left(self, intake: Intake) -> None:
        """Count it out."""

    def handshake_over(self, intake: Intake) -> None:
        """TLS works on it, or it is gone."""

    def refused(self, intake: Intake, why: str) -> None:
        """Note for the log why it was refused."""


class Intake(Layer):
    """See the module. `below` is the event loop's own transport.

    `until`: when this slice is over; `more`: whoever is above could go on, and did not. `inside`: it is no stranger.
    `carried`: bytes that came out on top, where `counts` says that what layers carry is compared with what they take.
    """

    __slots__ = (
        "__weakref__", "_behind", "_held", "_in_queue", "_layered", "_listener", "_state", "_suspect", "admitted",
        "carried", "counts", "deadline", "host", "inside", "meter", "more", "owner", "queue", "until",
    )  # fmt: skip

    def __init__(self, listener: Admits, above: asyncio.Protocol) -> None:
        super().__init__(above)
        self._listener = listener
        self.queue = listener.work_queue
        self.meter = Meter()
        self.owner: Owner | None = None
        self._state = OPEN
        self._held: bytes | bytearray = b""
        self._in_queue = False
        self._layered = False
        self._behind = 0.0  # until when it waits behind all others
        self._suspect = False  # what it asked last took long
        self.until = 0.0
        self.more = False
        self.inside = False
        self.carried = 0
        self.counts = False
        self.host = ""
        self.admitted = False
        self.deadline = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it in, or turn it away in one line."""
        super().connection_made(transport)
        self.below.set_write_buffer_limits(high=self._listener.context.config.limits.unsent_bytes // 2)
        self._listener.came(self)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """See asyncio."""
        super().set_protocol(protocol)
        self._layered = isinstance(protocol, Layer)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio; "intake" is this one."""
        return self if name == "intake" else self.below.get_extra_info(name, default)

    def data_received(self, data: bytes) -> None:
        """Bytes, cut anywhere: worked on now, or, where something is waited for or the turn is full, later."""
        if not self.inside and self._stranger_said_too_much(len(data)):
            return
        if self._state is not OPEN:
            self._keep(data)
            return
        queue = self.queue
        began = queue.clock()
        if queue.used >= TURN_SECONDS or self._behind > began:
            self._keep(data)
            self._line_up()
            return
        before = queue.cpu() if self._suspect else 0.0
        self.until = began + SLICE_SECONDS
        if self._layered:
            self.replay(data)
        else:
            self._above.data_received(data)
        if self.more and self._state is OPEN:
            self._line_up()
        seconds = queue.clock() - began
        queue.used += seconds
        if queue.used > UNNOTICED:
            queue.notice()
        if seconds > DEAR_SECONDS or self._suspect:
            self._pay(seconds, queue.cpu() - before if before else -1.0)

    def replay(self, data: bytes) -> None:
        """See Layer; to a layer in pieces, until the slice is over."""
        if not self._layered:
            self._above.data_received(data)
            return
        for at in range(0, len(data), PIECE):
            if self._state is CLOSED:
                return
            if at and (self._state is not OPEN or self.more or self.queue.clock() >= self.until):
                self._held = data[at:]
                self.more = self._state is OPEN
                return
            piece = data[at : at + PIECE] if len(data) > PIECE else data
            carried = self.carried
            self._above.data_received(piece)
            if self.counts and self.meter.carried(len(piece), self.carried - carried) and self.owner is not None:
                self.owner.too_much()

    def work(self) -> None:
        """See Worker."""
        self._in_queue = False
        if self._state is not QUEUED or self.below.is_closing():
            return
        # Looking costs more than a line does, and is worth it for those who flooded, and where many wait.
        if (self._behind or len(self.queue) > CROWDED) and self._is_gone():
            self.abort()
            return
        try:
            self._slice()
        except Exception:
            # As the loop does where this happens in data_received: this connection ends, and no other.
            log.exception("a connection failed")
            self.abort()

    def _slice(self) -> None:
        """Work on what waits, for one slice."""
        queue = self.queue
        self._become(OPEN)
        began, before = queue.clock(), queue.cpu() if self._suspect else 0.0
        self.until = began + SLICE_SECONDS
        self.more = False
        if self.owner is not None:
            self.owner.pump()
        if self._held and self._state is OPEN and not self.more:
            held, self._held = bytes(self._held), b""
            self.replay(held)
        seconds = queue.clock() - began
        if seconds > DEAR_SECONDS or self._suspect:
            self._pay(seconds, queue.cpu() - before if before else -1.0)
        if self.more and self._state is OPEN:
            self._line_up()
        elif self._state is OPEN and not self.below.is_closing() and not self.below.is_reading():
            self.below.resume_reading()

    def _pay(self, seconds: float, cpu: float) -> None:
        """What took long costs as many commands as slices fit into that time, and a wait behind others. The machine may
        have been busy with something else: `cpu` is how long this thread worked, known from the second time on (a
        negative number: not known), since asking the system for it takes long."""
        suspect, self._suspect = self._suspect, seconds > DEAR_SECONDS
        if not suspect or not self._suspect or cpu <= DEAR_SECONDS:
            return
        self.fall_behind(min(BEHIND_SECONDS, cpu * BEHIND_FACTOR))
        if self.owner is not None:
            self.owner.paid(cpu)

    def fall_behind(self, seconds: float = BEHIND_SECONDS) -> None:
        """For so long it waits behind all others."""
        self._behind = max(self._behind, self.queue.clock() + seconds)

    @property
    def is_behind(self) -> bool:
        """Whether it waits behind all others."""
        return self._behind > self.queue.clock()

    @property
    def waits(self) -> bool:
        """Whether it waits for its turn."""
        return self._state is QUEUED

    @property
    def unread(self) -> int:
        """Bytes that came and were not taken yet, here and above."""
        return len(self._held) + (self.owner.unread if self.owner is not None else 0)

    @property
    def is_full(self) -> bool:
        """Whether so much waits that the socket is not read from: nothing then tells that its peer has gone."""
        return not self.below.is_reading()

    def end_if_gone(self, crowded: bool) -> None:
        """Ask the system whether its peer is there yet. `crowded`: it is one of many that are not read from."""
        if not self.below.is_closing() and self._is_gone(crowded):
            self.abort()

    def _is_gone(self, crowded: bool = False) -> bool:
        """Whether nobody is there for whom to go on. Who has ended their side may read what they asked, but not of what
        a flood asked: one that is behind the others, or one of many."""
        peer = look(self.below)
        flooded = (crowded or self._behind > 0) and self.unread > LEFT_BEHIND
        return peer is Peer.GONE or (peer is Peer.SILENT and flooded)

    def _line_up(self, behind: bool = False) -> None:
        """Wait for a turn; `behind`: as those do who sent more than fits into a slice."""
        self._become(QUEUED)
        if self._in_queue:
            return
        self._in_queue = True
        if self.more or len(self._held) > HELD_MOST:
            self.fall_behind()
        if behind or (self._behind and self.is_behind):
            self.queue.add(self, Rank.BACKLOG)
        else:
            self.queue.add(self, Rank.PERSON if self._is_known() else Rank.STRANGER)

    def pause_reading(self) -> None:
        """See asyncio: what comes from now on waits here."""
        if self._state is OPEN or self._state is QUEUED:
            self._become(PAUSED)

    def resume_reading(self) -> None:
        """See asyncio: what waits is worked on in its turn, never within this call."""
        if self._state is PAUSED:
            self._line_up()

    def go_on(self) -> None:
        """As resume_reading, but what waits is worked on at once, if this turn has room for it."""
        if self._state is not PAUSED or self.below.is_closing():
            return
        queue = self.queue
        began = queue.clock()
        if self.unread > AHEAD_MOST:
            # It did not wait for the answer to what it asked before.
            if self._behind > began and self.unread > LEFT_BEHIND and self._is_gone():
                self.abort()
                return
            self._line_up(behind=True)
        elif queue.used >= TURN_SECONDS or self._behind > began:
            self._line_up()
        elif self._in_queue:
            self._become(QUEUED)
        else:
            self._become(QUEUED)
            self.work()
            queue.used += queue.clock() - began
            queue.notice()

    def is_reading(self) -> bool:
        """See asyncio."""
        return self._state is OPEN or self._state is QUEUED

    def _keep(self, data: bytes) -> None:
        """These bytes wait."""
        if self._state is CLOSED:
            return
        if not self._held:
            self._held = data
        elif isinstance(self._held, bytearray):
            self._held += data
        else:
            self._held = bytearray(self._held) + data
        if self.owner is not None:
            self.owner.kept()
        bounds = self._listener.bounds
        most = bounds.frame if self.inside else bounds.before_login
        if len(self._held) > most and self._state is not CLOSED and self.below.is_reading():
            self.below.pause_reading()

    def _is_known(self) -> bool:
        if self.owner is not None:
            self.inside = self.owner.known
        return self.inside

    def _stranger_said_too_much(self, size: int) -> bool:
        """Count so many bytes of somebody who has not logged in; true if that was too much, and it is closed."""
        if self._is_known() or not self.meter.bytes_before_login(size):
            return False
        if self.owner is not None:
            self.owner.too_much()
        return True

    def answers_for_itself(self) -> None:
        """A protocol that is not ours is on it: nobody logs in, and what it takes is its own to bound."""
        self.owner = None
        self.inside = True
        self.deadline = 0.0

    def handshake_over(self) -> None:
        """TLS works on it, or it is gone."""
        self._listener.handshake_over(self)

    def refused(self, why: str) -> None:
        """Note for the log why it was refused."""
        self._listener.refused(self, why)

    def turn_away(self, over: asyncio.Transport, line: str, template: str, why: str = "") -> None:
        """Close it with a line that a person may read, by the uppermost layer. `why`: what is logged, if not that."""
        self.refused(why or line)
        over.write(template.format(line).encode())
        over.close()

    def flooded(self, over: asyncio.Transport, template: str) -> None:
        """Turn away who sent too much before anybody logged in."""
        if not self.below.is_closing():
            self._listener.context.counters["flooded"] += 1
            self.turn_away(over, _("too much was sent before anybody logged in"), template)

    def close(self) -> None:
        """See asyncio: when all is sent, or in a moment."""
        self.below.close()
        if self.below.get_write_buffer_size():
            asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self.below.abort)
        self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone, however that came."""
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self._become(CLOSED)
        self.handshake_over()
        self._held = b""
        self.deadline = 0.0
        self.owner = None
        if self.admitted:
            self.admitted = False
            self._listener.left(self)

    def _become(self, state: Reading) -> None:
        if state is not self._state and self._state is not CLOSED:
            log.debug("%s: %s, was: %s", self.host, state.value, self._state.value)
            self._state = state
