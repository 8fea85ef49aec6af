"""The channels of a session: followed, resumed after each cut, and what is to be said in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from causerie.chat.commands import Command, Join, Leave, Resume, Send
from causerie.chat.errors import ChatError, Internal, NotAMember, SlowMode, TooFast, Unavailable
from causerie.chat.events import ChannelRenamed, Deleted, Event, Left, Marked, Renamed, Stands, Typing
from causerie.chat.replay import apply
from causerie.chat.replies import Ack, Done, LoggedIn, Page, ReadList, Reply, Resumed, Snapshot
from causerie.chat.view import View
from causerie.client.answers import merged
from causerie.client.channel_sync import Following
from causerie.client.errors import ClientError, Ended, Lost, NotUnderstood, SomebodyElse
from causerie.client.frames import Unknown
from causerie.client.memory import Kept
from causerie.client.notifications import Delayed, Happening, Heard, Opened, Out, Refused, Sent
from causerie.client.outbox import Letter, Outbox
from causerie.client.own_state import OwnState
from causerie.client.pending_requests import Asked

RESUME_AT_ONCE = 50
"""Channels that one `resume` names: its line stays well below what a server takes."""

LEAST_WAIT = 0.1
"""Seconds before a letter that was too fast is sent again, where the server does not say."""

TROUBLE_WAIT = 2.0
"""Likewise where the server is in trouble."""

TRIES_MOST = 5
"""How often a letter is sent that the server answers with a fault of its own (`internal`)."""


class SessionView(Protocol):
    """A session as its channels see it; session.Session is one."""

    me: LoggedIn | None
    changed: bool

    def now(self) -> float:
        """The time that was passed in last."""

    def own(self, command: Command, then: Callable[[Asked], None]) -> None:
        """Ask for the session itself, now. Not asked again if the connection breaks: `then` sees Lost."""

    def tell(self, happening: Happening) -> None:
        """This happened."""

    def renamed(self, event: Renamed) -> None:
        """Somebody has another name; perhaps it was oneself."""


class Places:
    """See the module. `followed`: what is known of each channel that one is in."""

    def __init__(self, session: SessionView, kept: Kept, keep: int) -> None:
        self.outbox = Outbox(kept.outbox)
        self.own_state = OwnState()
        self.followed = {
            name: Following(View(channel=name, number=number, me=kept.person), False, keep)
            for name, number in kept.numbers.items()
        }
        self._session = session
        self._keep = keep
        self._joining: set[str] = set()
        self._paused: dict[str, float] = {}
        """Until when nothing is sent to a channel; "": to none."""
        self._again: list[tuple[float, Callable[[], None]]] = []
        self._selves: set[int] = set()
        """Everybody that one has been: a guest that comes back without a token is another person to the server."""

    def numbers(self) -> dict[str, int]:
        """For each channel the last event that is known."""
        return {name: following.view.number for name, following in self.followed.items()}

    def wakes_at(self) -> Iterator[float]:
        """When something is to be tried again."""
        yield from self._paused.values()
        for following in self.followed.values():
            yield from following.typing.values()
        yield from (when for when, _call in self._again)

    def name_of(self, channel: str) -> str:
        """The server's spelling of a channel that is followed; any other name as it is."""
        if channel in self.followed:
            return channel
        same = channel.casefold()
        return next((name for name in self.followed if name.casefold() == same), channel)

    # What the server says.

    def is_now(self, me: LoggedIn, before: LoggedIn | None) -> None:
        """Who is logged in. Another account than before does not say what that one wrote, nor sit where it sat."""
        if before is not None and before.person != me.person and not (before.guest and me.guest):
            for letter in self.outbox.all():
                self._refuse(letter, SomebodyElse())
            for name in tuple(self.followed):
                self._drop(name)
            self._selves.clear()
            self.own_state.forget()
        self._selves.add(me.person)
        for following in self.followed.values():
            if following.view.me != me.person:
                following.view = msgspec.structs.replace(following.view, me=me.person)

    def stands(self, snapshot: Snapshot, asked: bool) -> None:
        """A channel as it stands. `asked`: it is an answer, so one is in it from here on.

        Who tells people something is given the snapshot of the conversation that it opens, without asking.
        """
        following = self.followed.get(snapshot.channel)
        if following is None:
            if not asked and snapshot.access != "direct":
                return
            me = self._session.me.person if self._session.me is not None else 0
            view = View(channel=snapshot.channel, number=snapshot.number, said=snapshot.said, me=me)
            following = self.followed[snapshot.channel] = Following(view, False, self._keep)
            self.own_state.missed()
            self._session.changed = True
        self._pass_on(following, following.hear(snapshot))

    def hear(self, told: Event | Unknown) -> None:
        """Something happened."""
        if told.channel in self.followed:
            following = self.followed[told.channel]
            self._pass_on(following, following.hear(told))
        elif isinstance(told, Event):
            # Without a channel it is about oneself, and so about every channel.
            for each in () if told.channel else self.followed.values():
                each.view = apply(each.view, told)
            self.own_state.heard(told)
            self._session.tell(Heard(told, None))
            if isinstance(told, Stands) and told.channel.startswith("@") and told.role and told.whom in self._selves:
                # Somebody else began a direct conversation: one is in it, and has to enter it to hear.
                self._own(Join(channel=told.channel, create=False), _nothing, told.channel)

    def answered(self, command: Command, reply: Reply) -> None:
        """A command of one's own was done."""
        if isinstance(command, Leave) and isinstance(reply, Done):
            self._drop(self.name_of(command.channel))
        self.own_state.done(command)
        for following in self.followed.values():
            before = following.view
            following.view = merged(before, command, reply, self._keep)
            if self.own_state.is_asked(command) and following.view != before:
                self._session.tell(Opened(following.view))

    def resume(self) -> None:
        """A new connection is live: go on in every channel, as present as one was."""
        if self.own_state.presence is not None:
            self._own(self.own_state.presence, _nothing, None)
        since = iter(self.numbers().items())
        while some := dict(islice(since, RESUME_AT_ONCE)):
            self._resume(some)

    def cut(self) -> None:
        """The connection broke."""
        for following in self.followed.values():
            following.cut()
        for letter in self.outbox.all():
            if letter.on_its_way and letter.channel not in self.followed:
                self._refuse(letter, Lost())  # put out meanwhile: to say it again would be to go back
        self.outbox.cut()
        self.own_state.cut()
        self._joining.clear()
        self._again.clear()

    # What is to be said.

    def pump(self) -> None:
        """Send what can be sent now."""
        now = self._session.now()
        due = [call for when, call in self._again if when <= now]
        self._again = [(when, call) for when, call in self._again if when > now]
        for call in due:
            call()
        for following in self.followed.values():
            for happening in following.falls_quiet(now) if following.typing else ():
                self._session.tell(happening)
        for command in self.own_state.take():
            self._own(command, self._state_answered, command)
        self._paused = {channel: until for channel, until in self._paused.items() if until > now}
        if "" in self._paused:
            return
        for channel in self.outbox.channels():
            if channel in self._paused:
                continue
            place = self.followed.get(channel)
            if place is None:
                if channel not in self._joining:
                    self._joining.add(channel)
                    self._own(Join(channel=channel, create=False), self._joined, channel)
            elif place.caught_up and (letter := self.outbox.next(channel)) is not None:
                letter.on_its_way = True
                letter.tried += 1
                self._own(letter.command, self._letter_answered, letter)

    def put(self, command: Send) -> Letter:
        """Something is to be said. Raises OutboxFull."""
        return self.outbox.put(command)

    # Answers to what was asked here. Lost: all of it is done again by `resume` and `pump`.

    def _own(self, command: Command, then: Callable[..., None], about: object) -> None:
        def done(asked: Asked) -> None:
            if not isinstance(asked.error, Lost | Ended):
                then(about, asked)

        self._session.own(command, done)

    def _state_answered(self, command: Command, asked: Asked) -> None:
        self.own_state.answered(command)
        if isinstance(asked.reply, ReadList) and any(following.view.recount for following in self.followed.values()):
            self.own_state.recount()
        if passes(asked.error):
            self._later(asked.error, self.own_state.missed)

    def _resume(self, since: dict[str, int]) -> None:
        self._own(Resume(since=since), self._resumed, since)

    def _resumed(self, since: dict[str, int], asked: Asked) -> None:
        if passes(asked.error):
            self._later(asked.error, lambda: self._resume(since))
            return
        inside = asked.reply.channels if isinstance(asked.reply, Resumed) else ()
        for name in since:
            if name not in inside:
                self._drop(name, asked.error if isinstance(asked.error, ChatError) else None)

    def _joined(self, channel: str, asked: Asked) -> None:
        self._joining.discard(channel)
        if isinstance(asked.reply, Snapshot):
            self.outbox.rename(channel, asked.reply.channel)
        elif passes(asked.error):
            self._pause(asked.error)
        else:
            for letter in self.outbox.of(channel):
                self._refuse(letter, _why(asked))

    def _letter_answered(self, letter: Letter, asked: Asked) -> None:
        letter.on_its_way = False
        if letter.done:
            return
        if isinstance(asked.reply, Ack):
            self._sent(letter, asked.reply)
        elif passes(asked.error) and not (isinstance(asked.error, Internal) and letter.tried >= TRIES_MOST):
            assert isinstance(asked.error, ChatError)
            # Slow mode is one channel's; any other bound is the person's, and trouble is the server's.
            channel = letter.channel if isinstance(asked.error, SlowMode) else ""
            self._session.tell(Delayed(letter.key, asked.error, self._pause(asked.error, channel)))
        else:
            self._refuse(letter, _why(asked))

    def _filled(self, following: Following, asked: Asked) -> None:
        name = following.view.channel
        if self.followed.get(name) is not following:
            return
        if isinstance(asked.reply, Page):
            self._pass_on(following, following.page(asked.reply))
        elif passes(asked.error):
            command = asked.command
            self._later(asked.error, lambda: self._own(command, self._filled, following))
        elif isinstance(asked.command, Join) and not isinstance(asked.reply, Snapshot):
            self._drop(name, asked.error if isinstance(asked.error, ChatError) else None)
        elif asked.reply is None:
            self._pass_on(following, following.refused())

    # What follows from it.

    def _pass_on(self, following: Following, happenings: list[Happening]) -> None:
        session, gone = self._session, False
        for happening in happenings:
            session.tell(happening)
            if isinstance(happening, Heard):
                event = happening.event
                session.changed = session.changed or bool(event.number)
                self._recognise(event)
                self.own_state.heard(event)
                if isinstance(event, Deleted | Marked) and following.view.recount:
                    self.own_state.recount()
                if isinstance(event, Typing):
                    following.types(event, session.now())
                if isinstance(event, ChannelRenamed):
                    self._called(event.channel, event.now)
                if isinstance(event, Renamed):
                    session.renamed(event)
                gone = gone or (isinstance(event, Left) and event.person in self._selves)
        if gone:
            self._drop(following.view.channel)
        elif (command := following.wants()) is not None:
            self._own(command, self._filled, following)

    def _called(self, was: str, now: str) -> None:
        """A channel has another name: all that is known of it, and what is to be said in it, goes along."""
        following = self.followed.pop(was, None)
        if following is not None:
            self.followed[now] = following
        self.outbox.rename(was, now)
        if was in self._paused:
            self._paused[now] = self._paused.pop(was)
        self._session.changed = True

    def _recognise(self, event: Event) -> None:
        """One's own letter is heard, maybe after the connection broke before its acknowledgement came."""
        letter = self.outbox.get(getattr(event, "key", ""))
        if letter is not None and getattr(event, "person", 0) in self._selves:
            at = getattr(event, "at", 0)
            self._sent(letter, Ack(channel=event.channel, number=event.number, at=at, key=letter.key))

    def _sent(self, letter: Letter, ack: Ack) -> None:
        self.outbox.remove(letter)
        self._session.changed = True
        self._session.tell(Sent(letter.key, ack))
        letter.settle(ack)

    def _refuse(self, letter: Letter, error: ChatError | ClientError) -> None:
        self.outbox.remove(letter)
        self._session.changed = True
        self._session.tell(Refused(letter.key, letter.command, error))
        letter.settle(error)

    def _drop(self, name: str, error: ChatError | None = None) -> None:
        """One is in this channel no longer; what was still to be said there is not said: that would be to go back."""
        if self.followed.pop(name, None) is None:
            return
        self._session.changed = True
        self._session.tell(Out(name, error))
        for letter in self.outbox.of(name):
            if not letter.on_its_way:
                self._refuse(letter, error or NotAMember(channel=name))

    def _pause(self, error: Exception | None, channel: str = "") -> float:
        seconds = wait(error)
        self._paused[channel] = max(self._paused.get(channel, 0.0), self._session.now() + seconds)
        return seconds

    def _later(self, error: Exception | None, call: Callable[[], None]) -> None:
        self._again.append((self._session.now() + wait(error), call))


def _nothing(about: object, asked: Asked) -> None:
    """What comes of it is told by `stands`."""


def passes(error: Exception | None) -> bool:
    """Whether a refusal is only for now."""
    return isinstance(error, TooFast | Unavailable)


def wait(error: Exception | None) -> float:
    """Seconds until what was refused for now is tried again."""
    seconds = error.data.get("retry_after", 0) if isinstance(error, ChatError) else 0
    least = LEAST_WAIT if isinstance(error, TooFast) else TROUBLE_WAIT
    return min(max(float(seconds), least), 3600.0) if isinstance(seconds, int | float) else least


def _why(asked: Asked) -> ChatError | ClientError:
    if isinstance(asked.error, ChatError | ClientError):
        return asked.error
    return NotUnderstood(type(asked.reply).__struct_config__.tag if asked.reply is not None else "")  # type: ignore[arg-type]
