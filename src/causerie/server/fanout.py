"""Delivery: a channel's events of one tick, encoded once for each language and written once to each member.

The only work done for each recipient is that one write. Those who entered in the middle of a tick get what followed;
those who lag behind are not here at all, but with `refill`.

Comings and goings in a large channel wait a moment for more of their kind, so that a thousand people who come at once
cost each other a few writes and not a thousand; what is said takes them along at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from causerie.chat.commands import Command
from causerie.chat.events import Changed, Event, LoggedEvent, Message, Stands, Topic
from causerie.chat.replies import Pong
from causerie.server.session import AsItStands, Language, Session
from causerie.server.store import Append
from causerie.server.tick import ANSWER, END, ENTER, EXIT, RESUME, TELL, Tick

Write = Callable[[bytes], None]

_OTHER_KINDS: dict[str, Any] = {"topic": Topic, "stands": Stands, "changed": Changed}


def logged_event(
    kind: str,
    channel: str,
    number: int,
    at: int,
    person: int,
    name: str,
    guest: bool,
    text: str,
    key: str,
    data: str,
) -> LoggedEvent:
    """An event from what the log keeps of it. `data` is JSON of the fields that have no column of their own."""
    if kind == "message":
        return Message(channel=channel, number=number, at=at, person=person, name=name, guest=guest, text=text, key=key)
    fields = msgspec.json.decode(data)
    fields.update(channel=channel, number=number, at=at, person=person, name=name)
    if kind == "topic":
        fields.update(topic=text, guest=guest)
    event: LoggedEvent = msgspec.convert(fields, _OTHER_KINDS[kind])
    return event


class Audience:
    """Who hears one channel, by language. `number`: the last event that was told."""

    __slots__ = ("groups", "number")

    def __init__(self) -> None:
        self.groups: dict[Language, dict[Session, Write]] = {}
        self.number = 0

    def add(self, session: Session) -> None:
        """From now on this session is told."""
        outlet = session.outlet
        group = self.groups.get(outlet.language)
        if group is None:
            group = self.groups[outlet.language] = {}
        group[session] = outlet.write

    def change(self, session: Session, before: Language) -> None:
        """From now on it is told in another language than before, if it is told at all."""
        group = self.groups.get(before)
        if group is not None and group.pop(session, None) is not None:
            if not group:
                del self.groups[before]
            self.add(session)

    def remove(self, session: Session) -> None:
        """From now on it is not."""
        group = self.groups.get(session.outlet.language)
        if group is not None and group.pop(session, None) is not None and not group:
            del self.groups[session.outlet.language]


PATIENCE = 5e-5
"""Seconds for each member that passing events wait for more of their kind, so at most 20,000 writes a second."""

PATIENCE_LEAST, PATIENCE_MOST = 0.002, 0.1
"""Channels that would wait less do not wait at all; none waits longer."""


class _Pending:
    """A channel's events that are not told yet, and from which of them on its newcomers hear.

    `own`: for sessions that are told otherwise of what is their own doing, what stands in the place of which event.
    """

    __slots__ = ("encoded", "events", "newcomers", "own", "waits")

    def __init__(self) -> None:
        self.waits = False
        self.events: list[Event] = []
        self.newcomers: dict[Session, int] = {}
        self.own: dict[Session, dict[int, bytes]] = {}
        self.encoded: dict[Language, list[bytes]] = {}

    def parts(self, language: Language) -> list[bytes]:
        done = self.encoded.setdefault(language, [])
        for event in self.events[len(done) :]:
            done.append(language.encode(event))
        return done

    def add(self, event: Event, by: Session | None, command: Command | None) -> bool:
        """Add an event; whether it is told otherwise to the session whose doing it is, or might be."""
        if by is None or not by.outlet.language.own_words or by.closed:
            self.events.append(event)
            return False
        own = by.outlet.own(command, event)
        if own is not None:
            self.own.setdefault(by, {})[len(self.events)] = own
        self.events.append(event)
        return True

    def heard_by(self, session: Session, start: int = 0) -> bytes:
        parts, own = self.parts(session.outlet.language), self.own.get(session)
        if own is None:
            return b"".join(parts[start:])
        return b"".join(own.get(index, parts[index]) for index in range(start, len(parts)))


class Fanout:
    """Everybody's ears. `told` counts events, `delivered` the writes they took.

    `caught_up_later` is called with a session that must be fed from the store; `later(seconds, work)` is the loop's.
    """

    def __init__(self, later: Callable[[float, Callable[[], object]], object]) -> None:
        self.audiences: dict[int, Audience] = {}
        self.told = 0
        self.delivered = 0
        self.caught_up_later: Callable[[Session], None] = lambda session: None
        self._later = later
        self._pending: dict[int, _Pending] = {}

    def audience(self, channel: int) -> Audience:
        """The channel's audience, made when there is none yet."""
        audience = self.audiences.get(channel)
        if audience is None:
            audience = self.audiences[channel] = Audience()
        return audience

    def tell(self, tick: Tick) -> None:
        """Do a tick's steps in their order, then write to each channel's audience what there is for it."""
        pending = self._pending
        touched: dict[int, bool] = {}
        owed: dict[Session, dict[int, bool]] = {}
        for step in tick.steps:
            by: Session | None = None
            asked: Command | None = None
            if isinstance(step, Append):
                if step.asked is not None and not tick.answered:
                    asker, command = by, asked = step.asked
                    if asker.outlet.language.acknowledges and not asker.closed:
                        asker.outlet.answer(command, step)
                if step.again:
                    continue
                channel = step.channel.id
                author = step.author
                touched[channel] = True
                event: Event
                if step.kind == "message":
                    event = Message(
                        channel=step.channel.name, number=step.number, at=step.at, person=author.id, name=author.name,
                        text=step.text, guest=author.guest, key=step.key,
                    )  # fmt: skip
                else:
                    event = logged_event(
                        step.kind, step.channel.name, step.number, step.at, author.id, author.name, author.guest,
                        step.text, step.key, step.data,
                    )  # fmt: skip
            elif step[0] == ANSWER:
                if not tick.answered and not step[1].closed:
                    answer = step[3]
                    if owed and (own := owed.pop(step[1], None)):
                        # Its own doings are its answers: they keep their order.
                        self._deliver_all(own)
                    if isinstance(answer, Pong):
                        # All that was asked before the ping is on its way before the pong.
                        self._deliver_all(touched)
                    if type(answer) is AsItStands:
                        answer = msgspec.structs.replace(answer.snapshot, number=self._number(answer.channel))
                    step[1].outlet.answer(step[2], answer)
                continue
            elif step[0] == TELL:
                channel, event, by = step[1], step[2], step[3]
                touched.setdefault(channel, False)
            else:
                if not step[1].closed:
                    self._for_one(step)
                elif step[0] == EXIT:
                    # It left and closed before this was told, so that `close` no longer knew where it was.
                    self.audience(step[2]).remove(step[1])
                continue
            waiting = pending.get(channel)
            if waiting is None:
                waiting = pending[channel] = _Pending()
            if waiting.add(event, by, asked) and asked is not None:
                owed.setdefault(by, {})[channel] = True  # type: ignore[arg-type]
        self._deliver_all(touched)

    def _deliver_all(self, touched: dict[int, bool]) -> None:
        """Deliver what these channels have, at once where it is logged (True), and no more of it later."""
        for channel, logged in touched.items():
            if channel in self._pending and (logged or not self._may_wait(channel)):
                self._deliver(channel)
        touched.clear()

    def _may_wait(self, channel: int) -> bool:
        waiting = self._pending[channel]
        if not waiting.waits:
            seconds = PATIENCE * sum(map(len, self.audience(channel).groups.values()))
            if seconds < PATIENCE_LEAST:
                return False
            waiting.waits = True
            self._later(min(seconds, PATIENCE_MOST), lambda: self._waited(channel, waiting))
        return True

    def _waited(self, channel: int, waiting: _Pending) -> None:
        if self._pending.get(channel) is waiting:
            self._deliver(channel)

    def _number(self, channel: int) -> int:
        """The channel's last number at this point of the tick."""
        if channel in self._pending:
            for event in reversed(self._pending[channel].events):
                if event.number:
                    return event.number
        return self.audience(channel).number

    def _for_one(self, step: tuple[Any, ...]) -> None:
        pending = self._pending
        kind, session, about = step
        if kind == ENTER:
            if session.heard is not None:
                session.heard[about] = self._number(about)
            elif about in pending:
                pending[about].newcomers[session] = len(pending[about].events)
            else:
                self.audience(about).add(session)
        elif kind == EXIT:
            if about in pending and (session.heard is None or about not in session.heard):
                # What was said before it left is still for its ears, its own last words among it.
                start = pending[about].newcomers.pop(session, 0)
                if data := pending[about].heard_by(session, start):
                    session.outlet.write(data)
                pending[about].own.pop(session, None)
            self.audience(about).remove(session)
            if session.heard is not None:
                session.heard.pop(about, None)
        elif kind == RESUME:
            for channel in about:
                self.audience(channel).remove(session)
                if channel in pending:
                    pending[channel].newcomers.pop(session, None)
            session.heard = {**(session.heard or {}), **about}
            self.caught_up_later(session)
        elif kind == END:
            session.outlet.end(about)
        else:
            own = session.outlet.own(None, about) if session.outlet.language.own_words else None
            if data := session.outlet.language.encode(about) if own is None else own:
                session.outlet.write(data)

    def _deliver(self, channel: int) -> None:
        audience = self.audience(channel)
        # The number rises before the writes: a session whose queue fills up in one of them has had these events.
        audience.number = self._number(channel)
        waiting = self._pending.pop(channel)
        self.told += len(waiting.events)
        for session, words in waiting.own.items():
            if session.closed or session in waiting.newcomers:
                continue
            hears = session in audience.groups.get(session.outlet.language, ())
            if data := waiting.heard_by(session) if hears else b"".join(words.values()):
                self.delivered += 1
                session.outlet.write(data)
        for language, hearers in tuple(audience.groups.items()):
            group = hearers.copy()
            for session in waiting.own:
                group.pop(session, None)
            if data := b"".join(waiting.parts(language)):
                self.delivered += len(group)
                for write in group.values():
                    # A connection may have closed since this turn of the loop began; uvloop then raises.
                    try:  # noqa: SIM105 - a `with` would cost more than the rest of the loop
                        write(data)
                    except RuntimeError:
                        pass
        for session, start in waiting.newcomers.items():
            if session.closed or (session.heard is not None and channel in session.heard):
                continue
            audience.add(session)
            if data := waiting.heard_by(session, start):
                self.delivered += 1
                session.outlet.write(data)
