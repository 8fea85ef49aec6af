"""Delivery: a channel's events of one tick, encoded once for each language and written once to each member.

The only work done for each recipient is that one write. Those who entered in the middle of a tick get what followed;
those who lag behind are not here at all, but with `refill`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from causerie.chat.events import Changed, Event, LoggedEvent, Message, Stands, Topic
from causerie.server.session import AsItStands, Language, Session
from causerie.server.store import Append
from causerie.server.tick import ANSWER, END, ENTER, EXIT, RESUME, TELL, Tick

Write = Callable[[bytes], None]

_OTHER_KINDS: dict[str, Any] = {"topic": Topic, "stands": Stands, "changed": Changed}


def logged_event(
    kind: str, channel: str, number: int, at: int, person: int, name: str, guest: bool, text: str, key: str, data: str
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

    def __init__(self, number: int) -> None:
        self.groups: dict[Language, dict[Session, Write]] = {}
        self.number = number

    def add(self, session: Session) -> None:
        """From now on this session is told."""
        outlet = session.outlet
        group = self.groups.get(outlet.language)
        if group is None:
            group = self.groups[outlet.language] = {}
        group[session] = outlet.write

    def remove(self, session: Session) -> None:
        """From now on it is not."""
        group = self.groups.get(session.outlet.language)
        if group is not None and group.pop(session, None) and not group:
            del self.groups[session.outlet.language]


class _Pending:
    """A channel's events of this tick, and from which of them on its newcomers hear."""

    __slots__ = ("encoded", "events", "newcomers")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.newcomers: dict[Session, int] = {}
        self.encoded: dict[Language, list[bytes]] = {}

    def parts(self, language: Language) -> list[bytes]:
        done = self.encoded.setdefault(language, [])
        for event in self.events[len(done) :]:
            done.append(language.encode(event))
        return done


class Fanout:
    """Everybody's ears. `told` counts events, `delivered` the writes they took. `caught_up_later` is called with a
    session that must be fed from the store."""

    def __init__(self) -> None:
        self.audiences: dict[int, Audience] = {}
        self.told = 0
        self.delivered = 0
        self.caught_up_later: Callable[[Session], None] = lambda session: None

    def audience(self, channel: int) -> Audience:
        """The channel's audience, made when there is none yet."""
        audience = self.audiences.get(channel)
        if audience is None:
            audience = self.audiences[channel] = Audience(0)
        return audience

    def tell(self, tick: Tick) -> None:
        """Do a tick's steps in their order, then write to each channel's audience what there is for it."""
        pending: dict[int, _Pending] = {}
        for step in tick.steps:
            if type(step) is Append:
                if step.again:
                    continue
                channel = step.channel.id
                author = step.author
                event: Event = logged_event(
                    step.kind, step.channel.name, step.number, step.at, author.id, author.name, author.guest,
                    step.text, step.key, step.data,
                )  # fmt: skip
            elif step[0] == ANSWER:
                if not tick.answered and not step[1].closed:
                    answer = step[3]
                    if type(answer) is AsItStands:
                        number = self._number(answer.channel, pending)
                        answer = msgspec.structs.replace(answer.snapshot, number=number)
                    step[1].outlet.answer(step[2], answer)
                continue
            elif step[0] == TELL:
                channel, event = step[1], step[2]
            else:
                if not step[1].closed:
                    self._for_one(step, pending)
                continue
            waiting = pending.get(channel)
            if waiting is None:
                waiting = pending[channel] = _Pending()
            waiting.events.append(event)
        for channel, waiting in pending.items():
            self._deliver(channel, waiting)

    def _number(self, channel: int, pending: dict[int, _Pending]) -> int:
        """The channel's last number at this point of the tick."""
        if channel in pending:
            for event in reversed(pending[channel].events):
                if event.number:
                    return event.number
        return self.audience(channel).number

    def _for_one(self, step: tuple[Any, ...], pending: dict[int, _Pending]) -> None:
        kind, session, about = step
        if kind == ENTER:
            if about not in session.channels:
                return
            if session.heard is not None:
                session.heard[about] = self._number(about, pending)
            elif about in pending:
                pending[about].newcomers[session] = len(pending[about].events)
            else:
                self.audience(about).add(session)
        elif kind == EXIT:
            if about in pending and (session.heard is None or about not in session.heard):
                # What was said before it left is still for its ears, its own last words among it.
                start = pending[about].newcomers.pop(session, 0)
                if data := b"".join(pending[about].parts(session.outlet.language)[start:]):
                    session.outlet.write(data)
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
        elif data := session.outlet.language.encode(about):
            session.outlet.write(data)

    def _deliver(self, channel: int, waiting: _Pending) -> None:
        audience = self.audience(channel)
        # The number rises before the writes: a session whose queue fills up in one of them has had these events.
        audience.number = self._number(channel, {channel: waiting})
        self.told += len(waiting.events)
        for language, group in tuple(audience.groups.items()):
            if data := b"".join(waiting.parts(language)):
                self.delivered += len(group)
                for write in tuple(group.values()):
                    write(data)
        for session, start in waiting.newcomers.items():
            if session.closed or (session.heard is not None and channel in session.heard):
                continue
            audience.add(session)
            if data := b"".join(waiting.parts(session.outlet.language)[start:]):
                self.delivered += 1
                session.outlet.write(data)
