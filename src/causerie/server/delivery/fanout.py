"""Delivery: a channel's events of one unit of work, encoded once for each encoder and written once to each member.

The only work done for each recipient is that one write. Those who entered in the middle of a unit of work get what
followed; those who lag behind are fed by catch_up.py.

Comings and goings in a large channel wait a moment for more of their kind, so that a thousand people who come at once
cost each other a few writes and not a thousand; what is said takes them along at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from causerie.chat.commands import Command
from causerie.chat.events import Event, Followed, Reacted
from causerie.chat.replies import Pong
from causerie.server.delivery.batch_sender import BatchSender, DirectSocket, Ring
from causerie.server.delivery.outbound_events import EVERYWHERE, Everywhere, OutboundEvents, note_everywhere
from causerie.server.delivery.subscribers import Group, Subscribers
from causerie.server.engine.session import Answer, PendingSnapshot, Session
from causerie.server.engine.unit_of_work import ANSWER, END, ENTER, EXIT, RESUME, SKIP, TELL, TELL_FOLLOWER, UnitOfWork
from causerie.server.ports.changes import Append, Stored
from causerie.server.ports.event_codec import event_of

PATIENCE = 5e-5
"""Seconds for each member that passing events wait for more of their kind, so at most 20,000 writes a second."""

PATIENCE_LEAST, PATIENCE_MOST = 0.002, 0.1
"""Channels that would wait less do not wait at all; none waits longer."""


class Fanout:
    """Delivers units of work to subscribers. `told` counts events, `delivered` the writes they took.

    `caught_up_later` is called with a session that must be fed from the store; `later(seconds, work)` is the loop's.
    `ring`: what the batch sender sends with, where there is one.
    """

    def __init__(self, later: Callable[[float, Callable[[], object]], object], ring: Ring | None = None) -> None:
        self.subscribers_of: dict[int, Subscribers] = {}
        self.told = 0
        self.delivered = 0
        self.caught_up_later: Callable[[Session], None] = lambda session: None
        self.batch_sender = BatchSender(ring)
        self._later = later
        self._pending: dict[int, OutboundEvents] = {}

    def subscribers(self, channel: int) -> Subscribers:
        """The channel's subscribers, made when there is none yet."""
        subscribers = self.subscribers_of.get(channel)
        if subscribers is None:
            subscribers = self.subscribers_of[channel] = Subscribers(self.batch_sender)
        return subscribers

    def hears(self, session: Session, channel: int) -> bool:
        """Whether what is told in the channel from now on is for this session's ears."""
        waiting, subscribers = self._pending.get(channel), self.subscribers_of.get(channel)
        if waiting is not None and session in waiting.newcomers:
            return True
        return subscribers is not None and session in subscribers.groups.get(session.outlet.encoder, ())

    def moved(self, session: Session, own: DirectSocket | None) -> None:
        """The way to a session is its own socket from now on; None: its outlet."""
        if own is None:
            self.batch_sender.sockets.pop(session, None)
        else:
            self.batch_sender.sockets[session] = own
        for channel in {**session.channels, **session.parting}:
            if (subscribers := self.subscribers_of.get(channel)) is not None:
                subscribers.moved(session)

    def remove(self, session: Session) -> None:
        """A session is closed, and hears no channel."""
        for channel in {**session.channels, **session.parting}:
            if (subscribers := self.subscribers_of.get(channel)) is not None:
                subscribers.remove(session)

    def tell(self, unit: UnitOfWork) -> None:
        """Do a unit of work's steps in their order, then write to each channel's subscribers what there is for it."""
        try:
            self._tell(unit)
        finally:
            self.batch_sender.flush()

    def _tell(self, unit: UnitOfWork) -> None:
        outbound = self._pending
        touched: dict[int, bool] = {}
        owed: dict[Session, dict[int, bool]] = {}
        everywhere: dict[Any, Everywhere] = {}
        refused = unit.answered
        asked, stored = {} if refused else unit.asked, unit.stored
        for step in unit.steps:
            if isinstance(step, Append):
                self._tell_logged(step, stored[step], asked.get(step), touched, owed)
                continue
            if step[0] == ANSWER:
                if not refused and not step[1].closed:
                    if owed and (own := owed.pop(step[1], None)):
                        # Its own doings are its answers: they keep their order.
                        self._deliver_all(own)
                    if isinstance(step[3], Pong):
                        # All that was asked before the ping is on its way before the pong.
                        self._deliver_all(touched)
                        self.batch_sender.flush()
                    self._answer(step[1], step[2], step[3])
                continue
            if step[0] == TELL:
                channel, event, by = step[1], step[2], step[3]
                touched.setdefault(channel, False)
                self.told += 1
            else:
                if not step[1].closed:
                    self._for_one(step, stored)
                elif step[0] == EXIT:
                    # It left and closed before this was told, so that `close` no longer knew where it was.
                    self.subscribers(step[2]).remove(step[1])
                continue
            waiting = outbound.get(channel) or self._begin(channel)
            if type(event) in EVERYWHERE:
                note_everywhere(everywhere, event, waiting, channel)
            if by is None or by.closed or not by.outlet.encoder.encodes_for_sender:
                waiting.events.append(event)
            else:
                waiting.add_own(event, by, None)
        self._deliver_all(touched)

    def _tell_logged(
        self,
        append: Append,
        stored: Stored,
        asked: tuple[Session, Command] | None,
        touched: dict[int, bool],
        owed: dict[Session, dict[int, bool]],
    ) -> None:
        """What a channel's log got. `asked`: by whom, where that is still to be answered. `owed`: to whom what is told
        in which channels is their answer: those who are not acknowledged, but hear what they said."""
        place = append.channel
        by: Session | None = None
        echoed: Session | None = None
        command: Command | None = None
        if asked is not None:
            asker, command = asked
            if not asker.closed:
                if asker.outlet.encoder.acknowledges:
                    asker.outlet.answer(command, stored)
                else:
                    echoed = asker
                    if asker.outlet.encoder.encodes_for_sender:
                        by = asker
        if stored.again:
            return
        events = 1 + len(append.more)
        number, said = stored.number + events - 1, stored.said + events - 1
        waiting = self._pending.get(place.id) or self._begin(place.id)
        touched[place.id] = True
        waiting.number, waiting.said = number, said
        self.told += events
        if echoed is not None:
            owed.setdefault(echoed, {})[place.id] = True
        event = event_of(append, stored)
        if type(event) is Reacted and not place.tell_reactions:
            waiting.shown[len(waiting.events)] = True
        if by is None:
            waiting.events.append(event)
            return
        if waiting.add_own(event, by, command) and by.heard is not None:
            by.own_told.update([(place.id, told) for told in range(stored.number, number + 1)])

    def _begin(self, channel: int) -> OutboundEvents:
        waiting = self._pending[channel] = OutboundEvents(self.subscribers(channel))
        return waiting

    def _answer(self, session: Session, command: Command, answer: Answer) -> None:
        if type(answer) is PendingSnapshot:
            now = self._last(answer.channel)
            told = self.subscribers(answer.channel).number
            if isinstance(now, OutboundEvents) and now.number > told and session not in now.newcomers:
                # Who hears the channel already has what its snapshot counts before it.
                self._deliver(answer.channel)
            answer = replace(answer.snapshot, number=now.number, said=now.said)
        session.outlet.answer(command, answer)

    def _deliver_all(self, touched: dict[int, bool]) -> None:
        """Deliver what these channels have, at once where it is logged (True), and no more of it later."""
        for channel, logged in touched.items():
            if channel in self._pending and (logged or not self._may_wait(channel)):
                self._deliver(channel)
        touched.clear()

    def _may_wait(self, channel: int) -> bool:
        waiting = self._pending[channel]
        if not waiting.waits:
            seconds = PATIENCE * len(self.subscribers(channel))
            if seconds < PATIENCE_LEAST:
                return False
            waiting.waits = True
            self._later(min(seconds, PATIENCE_MOST), lambda: self._waited(channel, waiting))
        return True

    def _waited(self, channel: int, waiting: OutboundEvents) -> None:
        if self._pending.get(channel) is waiting:
            self._deliver(channel)
            self.batch_sender.flush()

    def _last(self, channel: int) -> Subscribers | OutboundEvents:
        """What has the channel's last number, and the messages by then, at this point of the unit of work."""
        return self._pending.get(channel) or self.subscribers(channel)

    def _for_one(self, step: tuple[Any, ...], stored: Mapping[Append, Stored]) -> None:
        outbound = self._pending
        kind, session, about = step[:3]
        if kind == ENTER:
            if session.heard is not None:
                session.heard[about] = self._last(about).number
            elif about in outbound:
                outbound[about].newcomers[session] = len(outbound[about].events)
            else:
                self.subscribers(about).add(session)
        elif kind == EXIT:
            if about in outbound and (session.heard is None or about not in session.heard):
                # What was said before it left is still for its ears, its own last words among it.
                start = outbound[about].newcomers.pop(session, 0)
                if data := outbound[about].heard_by(session, start):
                    session.outlet.write(data)
                outbound[about].own.pop(session, None)
            self.subscribers(about).remove(session)
            session.parting.pop(about, None)
            if session.heard is not None:
                session.heard.pop(about, None)
        elif kind == SKIP:
            # Who lags behind is told nothing that passes. All others hear what came before it, and what comes after.
            if about in outbound and (session.heard is None or about not in session.heard):
                waiting = outbound[about]
                start = waiting.newcomers.pop(session, 0)
                if data := waiting.heard_by(session, start, untold=1):
                    session.outlet.write(data)
                self.subscribers(about).remove(session)
                waiting.newcomers[session] = len(waiting.events)
        elif kind == RESUME:
            for channel in about:
                self.subscribers(channel).remove(session)
                if channel in outbound:
                    outbound[channel].newcomers.pop(session, None)
            session.heard = {**(session.heard or {}), **about}
            self.caught_up_later(session)
        elif kind == END:
            session.outlet.end(about)
        elif kind == TELL_FOLLOWER:
            reply, person = about
            if person in stored[reply].followed:
                self._tell_one(session, Followed(channel=reply.channel.name, thread=reply.thread, on=True))
        else:
            self._tell_one(session, about)

    def _tell_one(self, session: Session, event: Event) -> None:
        own = session.outlet.encode_for_sender(None, event) if session.outlet.encoder.encodes_for_sender else None
        if data := session.outlet.encoder.encode(event) if own is None else own:
            session.outlet.write(data)

    def _deliver(self, channel: int) -> None:
        subscribers = self.subscribers(channel)
        if self.batch_sender.waiting and any([group.owed() for group in subscribers.groups.values()]):
            self.batch_sender.flush()
        # The number rises before the writes: a session whose queue fills up in one of them has had these events.
        waiting = self._pending.pop(channel)
        subscribers.number, subscribers.said = waiting.number, waiting.said
        if waiting.own:
            self._deliver_own(subscribers, waiting)
        for encoder, group in tuple(subscribers.groups.items()):
            if data := b"".join(waiting.parts(encoder)):
                but: set[Session] = set(waiting.own) if waiting.own and encoder.encodes_for_sender else set()
                if waiting.once and encoder.once:
                    but |= self._deliver_to_who_heard(group, waiting, but)
                self.delivered += group.write(data, but)
        for session, start in waiting.newcomers.items():
            if session.closed or (session.heard is not None and channel in session.heard):
                continue
            subscribers.add(session)
            if data := waiting.heard_by(session, start):
                self.delivered += 1
                session.outlet.write(data)

    def _deliver_to_who_heard(self, group: Group, waiting: OutboundEvents, but: set[Session]) -> set[Session]:
        """To those of a group `but` these who heard some of it in another channel: who that is."""
        sessions = {*group.direct, *group.through} - but
        heard: set[Session] = set()
        for doing in waiting.once.values():
            heard |= doing.told & sessions
        for session in heard:
            if data := waiting.heard_by(session):
                self.delivered += 1
                session.outlet.write(data)
        for doing in waiting.once.values():
            doing.told |= sessions
        return heard

    def _deliver_own(self, subscribers: Subscribers, waiting: OutboundEvents) -> None:
        """To those who are told otherwise of their own doings; who is not in the channel hears only of these."""
        for session, words in waiting.own.items():
            if session.closed or session in waiting.newcomers:
                continue
            if len(words) == len(waiting.events) and not any(words.values()):
                continue  # all of it was its own doing, and it wants no echo
            hears = session in subscribers.groups.get(session.outlet.encoder, ())
            if data := waiting.heard_by(session) if hears else b"".join(words.values()):
                self.delivered += 1
                session.outlet.write(data)
