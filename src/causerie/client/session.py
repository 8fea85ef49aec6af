"""One person's session with one server, over as many connections as it takes: no I/O, no clock, no dice.

Bytes go in by `receive`, bytes come out of `data_to_send`, and what happened out of `happenings`. Whoever drives it
makes the connections (`dial`, `up`, `lost`), passes the time in (seconds of any steady clock), and calls `tick` when
`wakes_at` has come. What is asked may be asked in any state: it is sent when the session is live.

After each connection the session says hello, logs in, resumes its channels, and then sends what was not acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from causerie.chat import errors, slash
from causerie.chat.commands import Command, Hello, LogOut, Ping, Quit, Send, SetName
from causerie.chat.events import Farewell, Renamed
from causerie.chat.names import person_name
from causerie.chat.replies import Done, LoggedIn, Reply, Snapshot, Welcome
from causerie.chat.view import KEPT, View
from causerie.client.authentication import Credentials, Entrance
from causerie.client.channels import Places, wait
from causerie.client.errors import Ended, NotALetter
from causerie.client.frames import Answer, Frame, Frames, Garbled
from causerie.client.memory import Kept
from causerie.client.notifications import Happening, Turned
from causerie.client.outbox import Letter
from causerie.client.pending_requests import Asked, Questions
from causerie.client.states import State, Step, after

VERSION = 1
"""Of the native protocol."""

FRAME_BYTES = 65536
"""The longest line that is sent, until the server has said its own bound."""

PING_AFTER = 30.0
"""Seconds of silence after which the server is asked whether it is there."""

ANSWER_WITHIN = 20.0
"""Seconds that it may take to answer that; then the connection is given up."""

ENTER_WITHIN = 60.0
"""Seconds that greeting and logging in may take."""

FOR_GOOD = ("quit", "logged_out", "disabled", "password_changed", "revoked", "frame_too_long", "bad_input")
"""Farewells after which a client does not come back by itself."""

TOKEN_GONE = ("logged_out", "disabled", "password_changed", "revoked")


class Session:
    """See the module.

    `credentials` None: nobody logs in (the operator's socket). `kept`: what an earlier run left. `new_key` makes a
    letter's key: random, at most 64 printable ASCII characters, never the same twice. `keep`: messages in a view.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        new_key: Callable[[], str],
        kept: Kept | None = None,
        client: str = "",
        keep: int = KEPT,
    ) -> None:
        kept = kept or Kept()
        self.state = State.CONNECTING
        self.why = ""
        """Of the last time it was lost or closed: a farewell's code, or a line for a log."""
        self.failure: Exception | None = None
        """Why it was closed, if not because the user wanted it: the refusal of the log-in, or Ended."""
        self.refusal: errors.ChatError | None = None
        """The last refusal for which a connection was given up; it is tried again after `not_before`."""
        self.not_before = 0.0
        self.been_in = False
        """Whether it was ever live."""
        self.welcome: Welcome | None = None
        self.me: LoggedIn | None = None
        self.passed_over: Counter[str] = Counter()
        self.reading = True
        """Whether the driver reads at all; while it does not, silence means nothing."""
        self.urgent = False
        """What is to be remembered has changed, and must be before anything is sent. The driver takes it back."""
        self.changed = False
        """Likewise, but there is time."""
        self._client = client
        self._new_key = new_key
        self._entrance = None if credentials is None else Entrance(credentials, kept.token)
        self._kept = kept
        self._questions = Questions()
        self._places = Places(self, kept, keep)
        self._frames = Frames(self.passed_over)
        self._out = bytearray()
        self._happenings: list[Happening] = []
        self._now = self._since = self._heard_at = self._pinged_at = 0.0
        self._leaving = False

    # What the user sees and asks.

    @property
    def views(self) -> Mapping[str, View]:
        """The channels that one is in, as they are known."""
        return MappingProxyType({name: place.view for name, place in self._places.followed.items()})

    @property
    def letters(self) -> tuple[Letter, ...]:
        """What is not acknowledged yet, oldest first."""
        return self._places.outbox.all()

    @property
    def frame_bytes(self) -> int:
        """The longest line that the server takes."""
        return self.welcome.frame_bytes if self.welcome is not None else FRAME_BYTES

    @property
    def expects(self) -> bool:
        """Whether something is to come from the server that somebody waits for."""
        return self.state is not State.LIVE or bool(self._questions) or bool(self._places.outbox)

    def ask(self, command: Command) -> Asked:
        """Ask anything; what goes into the log and has a key is better sent. Raises Ended, TooMuchAsked, ChatError."""
        self._check_open()
        asked = Asked(command)
        self._questions.ask(asked, self.frame_bytes)
        self._places.own_state.asked(command)
        self._pump()
        return asked

    def send(self, command: Send) -> Letter:
        """Say something: it is sent until it is acknowledged or refused for good.

        A key is chosen where there is none. The same key twice is the same letter, which is returned. Raises Ended,
        OutboxFull, FrameTooLong for what no frame of this server's can hold, and for a slash command UnknownSlash,
        BadInput and, where it is not one that says something, NotALetter.
        """
        self._check_open()
        if command.text[:1] == "/" and not command.literal:
            said = slash.read(command)
            if not isinstance(said, Send):
                raise NotALetter
            command = said
        channel, key = self._places.name_of(command.channel), command.key or self._new_key()
        command = msgspec.structs.replace(command, channel=channel, key=key)
        if len(msgspec.json.encode(command)) + 32 > self.frame_bytes:
            raise errors.FrameTooLong(most=self.frame_bytes)
        letter = self._places.put(command)
        self.urgent = True
        self._pump()
        return letter

    def leave(self, forget: bool) -> None:
        """Say goodbye: closed when the server has, or the connection is lost. `forget`: the token is revoked."""
        if self.state is not State.LIVE:
            self.close("closed")
        elif not self._leaving:
            self._leaving = True
            forget = forget and self._entrance is not None and bool(self._entrance.token)
            self._out += self._questions.own(Asked(LogOut() if forget else Quit()))

    def close(self, why: str, failure: Exception | None = None) -> None:
        """It is over, now. What is not acknowledged stays in `kept`."""
        if self.state is State.CLOSED:
            return
        self.failure = failure
        self._out.clear()
        self._turn(Step.OVER, why)
        self._questions.over(why)
        for letter in self.letters:
            letter.settle(Ended(why))

    def kept(self) -> Kept:
        """What to remember for the next run."""
        me = self.me
        return Kept(
            token=self._entrance.token if self._entrance is not None else "",
            person=me.person if me is not None else self._kept.person,
            name=me.name if me is not None else self._kept.name,
            guest=me.guest if me is not None else self._kept.guest,
            numbers=self._places.numbers(),
            outbox=[letter.command for letter in self.letters],
        )

    # What whoever drives it does.

    def dial(self, now: float) -> None:
        """A connection is made again."""
        self._now = now
        self._turn(Step.DIAL)

    def up(self, now: float) -> None:
        """The connection is there, and the server is the right one."""
        self._now = self._heard_at = now
        self._pinged_at = 0.0
        self._frames = Frames(self.passed_over)
        self._turn(Step.UP)
        self._ask(Hello(version=VERSION, client=self._client), self._greeted)

    def lost(self, now: float, why: str = "") -> None:
        """There is no connection (any more). Nothing when that is known already."""
        self._now = now
        if self.state in (State.LOST, State.CLOSED):
            return
        self._out.clear()
        self._places.cut()
        if self._entrance is not None:
            self._entrance.cut()
        if self._leaving:
            self.close("closed")
            return
        self._turn(Step.CUT, why)
        self._questions.cut(why)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes came. If the state is LOST or CLOSED afterwards, hang up."""
        self._now = self._heard_at = now
        self._pinged_at = 0.0
        try:
            frames = self._frames.feed(data)
        except Garbled as garbled:
            self.lost(now, str(garbled))
            return
        for frame in frames:
            if self.state in (State.LOST, State.CLOSED):
                return
            self._take(frame)
        self._pump()

    def data_to_send(self) -> bytes:
        """The bytes to be sent now; each is given once."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def happenings(self) -> list[Happening]:
        """What happened since this was asked last. To be asked after every call."""
        happened, self._happenings = self._happenings, []
        return happened

    def wakes_at(self) -> float | None:
        """When `tick` has to be called, if nothing else is before."""
        if self.state in (State.GREETING, State.LOGGING_IN):
            return self._since + ENTER_WITHIN
        if self.state is not State.LIVE:
            return None
        silence = self._pinged_at + ANSWER_WITHIN if self._pinged_at else self._heard_at + PING_AFTER
        # The operator's own machine does not go away, and a check of its store may take as long as it takes.
        pings = () if self._entrance is None else (silence,)
        return min((*pings, *self._places.wakes_at()), default=None)

    def tick(self, now: float) -> None:
        """Time has passed. If the state is LOST afterwards, hang up."""
        self._now = now
        if self.state in (State.GREETING, State.LOGGING_IN) and now >= self._since + ENTER_WITHIN:
            self.lost(now, "the server does not answer")
        if self.state is not State.LIVE:
            return
        if not self.reading:
            self._heard_at, self._pinged_at = now, 0.0
        elif self._pinged_at and now >= self._pinged_at + ANSWER_WITHIN:
            self.lost(now, "the server does not answer")
            return
        elif self._entrance is not None and not self._pinged_at and now >= self._heard_at + PING_AFTER:
            self._pinged_at = now
            self._ask(Ping(), lambda asked: None)
        self._pump()

    # What the parts of a session ask of it.

    def own(self, command: Command, then: Callable[[Asked], None]) -> None:
        """The session asks for itself, now. Not asked again if the connection breaks: `then` sees Lost."""
        self._ask(command, then)

    def tell(self, happening: Happening) -> None:
        """This happened."""
        self._happenings.append(happening)

    def renamed(self, event: Renamed) -> None:
        """Somebody has another name; perhaps it was oneself."""
        if self.me is not None and event.person == self.me.person:
            self.me = msgspec.structs.replace(self.me, name=event.name, guest=event.guest)

    def now(self) -> float:
        """The time that was passed in last."""
        return self._now

    # The conversation.

    def _take(self, frame: Frame) -> None:
        if isinstance(frame, Answer):
            asked = self._questions.answered(frame.re)
            if isinstance(frame.answer, LoggedIn):
                self._is(frame.answer)
            if isinstance(frame.answer, Snapshot):
                self._places.stands(frame.answer, asked is not None)
            if asked is not None:
                if isinstance(asked.command, SetName) and isinstance(frame.answer, Done):
                    self._called(asked.command.name)
                if isinstance(frame.answer, Reply):
                    self._places.answered(asked.command, frame.answer)
                asked.settle(frame.answer)
        elif isinstance(frame, Farewell):
            self._farewell(frame.code)
        else:
            self._places.hear(frame)

    def _greeted(self, asked: Asked) -> None:
        if isinstance(asked.error, errors.ChatError):
            self._turned_away(asked.error)
        if not isinstance(asked.reply, Welcome):
            return
        self.welcome = asked.reply
        self._turn(Step.WELCOMED)
        if self._entrance is None:
            self._live()
        elif (way := self._entrance.begin()) is not None:
            self._ask(way, self._asked_in)
        else:
            self.close("login_failed", errors.LoginFailed())

    def _asked_in(self, asked: Asked) -> None:
        assert self._entrance is not None
        if isinstance(asked.reply, LoggedIn):
            self._live()
        elif isinstance(asked.error, errors.ChatError):
            if self._passes(asked.error):
                self._turned_away(asked.error)
                return
            way = self._entrance.refused(asked.error)
            if isinstance(way, errors.ChatError):
                self.changed = True
                self.close(way.code, way)
            else:
                self._ask(way, self._asked_in)

    def _passes(self, error: errors.ChatError) -> bool:
        """Whether a refusal is only for now. Who was in before is patient: a name is taken by one's own ghost."""
        if isinstance(error, errors.Unavailable | errors.TooFast):
            return True
        return self.been_in and isinstance(error, errors.TooMuch | errors.NameTaken)

    def _turned_away(self, error: errors.ChatError) -> None:
        if not self._passes(error):
            self.close(error.code, error)
            return
        self.refusal = error
        self.not_before = self._now + wait(error)
        self.lost(self._now, error.code)

    def _is(self, me: LoggedIn) -> None:
        self._places.is_now(me, self.me or self._before())
        self.me = me
        if self._entrance is not None:
            self._entrance.inside(me)
        self.urgent = True

    def _called(self, name: str) -> None:
        """One has taken another name. Where one is in a channel an event says so too, as the server spells it."""
        if self.me is not None and not self.views:
            self.me = msgspec.structs.replace(self.me, name=person_name(name))

    def _before(self) -> LoggedIn | None:
        kept = self._kept
        return LoggedIn(person=kept.person, name=kept.name, guest=kept.guest) if kept.person else None

    def _live(self) -> None:
        self.been_in = True
        self.refusal = None
        self._turn(Step.INSIDE)
        self._places.resume()

    def _farewell(self, code: str) -> None:
        if code in TOKEN_GONE and self._entrance is not None:
            self._entrance.forget()
            self.urgent = True
        if self._leaving or code in FOR_GOOD:
            for asked in self._questions.leaving():
                asked.settle(Done())
            self.close("closed" if self._leaving else code, None if self._leaving or code == "quit" else Ended(code))
        else:
            self.lost(self._now, code)

    def _ask(self, command: Command, then: Callable[[Asked], None]) -> None:
        self._out += self._questions.own(Asked(command, then))

    def _pump(self) -> None:
        if self.state is State.LIVE and not self._leaving:
            self._out += self._questions.take()
            self._places.pump()

    def _turn(self, step: Step, why: str = "") -> None:
        self.state = after(self.state, step)
        self._since = self._now
        self.why = why
        self.tell(Turned(self.state, why))

    def _check_open(self) -> None:
        if self.state is State.CLOSED:
            raise Ended(self.why)
