"""A person's session with a server, over as many connections as it takes: sans-IO, without clock or randomness.

Bytes go in by `receive`, bytes come out of `data_to_send`, and updates out of `updates`. The driver makes
the connections (`reconnecting`, `connected`, `connection_lost`), passes the time in (seconds of any steady clock), and
calls `tick` when `next_wakeup` has come. Commands may be given in any state: they are sent when the session is live.

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
from causerie.client.authentication import Authentication, Credentials
from causerie.client.channels import SessionChannels, retry_seconds
from causerie.client.errors import NotAMessage, SessionEnded
from causerie.client.frames import Answer, BadFrame, Frame, FrameDecoder
from causerie.client.outbox import OutgoingMessage
from causerie.client.pending_requests import PendingRequest, PendingRequests
from causerie.client.states import State, Step, after
from causerie.client.storage import SavedSession
from causerie.client.updates import StateChanged, Update

VERSION = 1
"""Version of the native protocol."""

FRAME_BYTES = 65536
"""Bytes of the longest line that is sent, until the server has named its own bound."""

PING_AFTER = 30.0
"""Seconds of silence after which the server is pinged."""

ANSWER_WITHIN = 20.0
"""Seconds that it may take to answer; then the connection is given up."""

ENTER_WITHIN = 60.0
"""Seconds that greeting and logging in may take."""

FOR_GOOD = ("quit", "logged_out", "disabled", "password_changed", "revoked", "frame_too_long", "bad_input")
"""Disconnect reasons after which the client does not reconnect."""

TOKEN_GONE = ("logged_out", "disabled", "password_changed", "revoked")


class Session:
    """See the module.

    `credentials` None: no log-in (the operator's socket). `saved`: what an earlier run left. `new_key` makes a
    message's key: random, at most 64 printable ASCII characters, never the same twice. `keep`: messages in a view.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        new_key: Callable[[], str],
        saved: SavedSession | None = None,
        client: str = "",
        keep: int = KEPT,
    ) -> None:
        saved = saved or SavedSession()
        self.state = State.CONNECTING
        self.why = ""
        """Why it was last lost or closed: the server's disconnect reason, or a line for a log."""
        self.failure: Exception | None = None
        """Why it was closed, if the user did not close it: the refusal of the log-in, or SessionEnded."""
        self.refusal: errors.ChatError | None = None
        """The last refusal for which a connection was given up; it is tried again after `retry_at`."""
        self.retry_at = 0.0
        self.was_live = False
        """Whether it was ever live."""
        self.welcome: Welcome | None = None
        self.me: LoggedIn | None = None
        self.unknown_frames: Counter[str] = Counter()
        self.reading = True
        """Whether the driver reads from the server; while it does not, silence means nothing."""
        self.save_now = False
        """`saved()` has changed, and must be stored before anything is sent. The driver resets it."""
        self.save_soon = False
        """`saved()` has changed, and may be stored later."""
        self._client = client
        self._new_key = new_key
        self._authentication = None if credentials is None else Authentication(credentials, saved.token)
        self._saved = saved
        self._requests = PendingRequests()
        self._channels = SessionChannels(self, saved, keep)
        self._frames = FrameDecoder(self.unknown_frames)
        self._out = bytearray()
        self._updates: list[Update] = []
        self._now = self._since = self._received_at = self._pinged_at = 0.0
        self._leaving = False

    # For the user.

    @property
    def views(self) -> Mapping[str, View]:
        """The channels that the person is in, by name."""
        return MappingProxyType({name: place.view for name, place in self._channels.channels.items()})

    @property
    def outgoing(self) -> tuple[OutgoingMessage, ...]:
        """The messages that are not acknowledged yet, oldest first."""
        return self._channels.outbox.all()

    @property
    def frame_bytes(self) -> int:
        """Bytes of the longest line that the server takes."""
        return self.welcome.frame_bytes if self.welcome is not None else FRAME_BYTES

    @property
    def awaits_answers(self) -> bool:
        """Whether something that is waited for has to come from the server."""
        return self.state is not State.LIVE or bool(self._requests) or bool(self._channels.outbox)

    def ask(self, command: Command) -> PendingRequest:
        """Send a command (messages: see `send`). Raises SessionEnded, TooManyRequests and ChatError."""
        self._check_open()
        request = PendingRequest(command)
        self._requests.ask(request, self.frame_bytes)
        self._channels.own_state.requested(command)
        self._pump()
        return request

    def send(self, command: Send) -> OutgoingMessage:
        """Send a message: repeated until it is acknowledged or refused for good.

        A key is chosen where there is none. The same key twice is the same message, which is returned. Raises
        SessionEnded, OutboxFull, FrameTooLong for what no frame of this server's can hold, and for a slash command
        UnknownSlash, BadInput and, where it is no message, NotAMessage.
        """
        self._check_open()
        if command.text[:1] == "/" and not command.literal:
            said = slash.read(command)
            if not isinstance(said, Send):
                raise NotAMessage
            command = said
        channel, key = self._channels.name_of(command.channel), command.key or self._new_key()
        command = msgspec.structs.replace(command, channel=channel, key=key)
        if len(msgspec.json.encode(command)) + 32 > self.frame_bytes:
            raise errors.FrameTooLong(most=self.frame_bytes)
        message = self._channels.outbox.put(command)
        self.save_now = True
        self._pump()
        return message

    def leave(self, forget: bool) -> None:
        """Quit, or (`forget`) log out, which revokes the token. Closed when the server answers, or without it."""
        if self.state is not State.LIVE:
            self.close("closed")
        elif not self._leaving:
            self._leaving = True
            forget = forget and self._authentication is not None and bool(self._authentication.token)
            self._out += self._requests.ask_internally(PendingRequest(LogOut() if forget else Quit()))

    def close(self, why: str, failure: Exception | None = None) -> None:
        """Close it now. What is not acknowledged stays in `saved`."""
        if self.state is State.CLOSED:
            return
        self.failure = failure
        self._out.clear()
        self._transition(Step.CLOSED, why)
        self._requests.session_ended(why)
        for message in self.outgoing:
            message.resolve(SessionEnded(why))

    def saved(self) -> SavedSession:
        """What to store for the next run."""
        me = self.me
        return SavedSession(
            token=self._authentication.token if self._authentication is not None else "",
            person=me.person if me is not None else self._saved.person,
            name=me.name if me is not None else self._saved.name,
            guest=me.guest if me is not None else self._saved.guest,
            numbers=self._channels.numbers(),
            outbox=[message.command for message in self.outgoing],
        )

    # For the driver.

    def reconnecting(self, now: float) -> None:
        """The driver connects again."""
        self._now = now
        self._transition(Step.RECONNECT)

    def connected(self, now: float) -> None:
        """The connection is made, and its certificate accepted."""
        self._now = self._received_at = now
        self._pinged_at = 0.0
        self._frames = FrameDecoder(self.unknown_frames)
        self._transition(Step.CONNECTED)
        self.ask_internally(Hello(version=VERSION, client=self._client), self._welcomed)

    def connection_lost(self, now: float, why: str = "") -> None:
        """There is no connection (any more); nothing where that is known already."""
        self._now = now
        if self.state in (State.LOST, State.CLOSED):
            return
        self._out.clear()
        self._channels.connection_lost()
        if self._authentication is not None:
            self._authentication.connection_lost()
        if self._leaving:
            self.close("closed")
            return
        self._transition(Step.LOST, why)
        self._requests.connection_lost(why)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes arrived. If the state is LOST or CLOSED afterwards, the driver hangs up."""
        self._now = self._received_at = now
        self._pinged_at = 0.0
        try:
            frames = self._frames.feed(data)
        except BadFrame as bad_frame:
            self.connection_lost(now, str(bad_frame))
            return
        for frame in frames:
            if self.state in (State.LOST, State.CLOSED):
                return
            self._frame_received(frame)
        self._pump()

    def data_to_send(self) -> bytes:
        """The bytes to send now; each is given once."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def updates(self) -> list[Update]:
        """The updates since the last call. The driver calls this after every other call."""
        happened, self._updates = self._updates, []
        return happened

    def next_wakeup(self) -> float | None:
        """When to call `tick`, if nothing else is called before."""
        if self.state in (State.GREETING, State.LOGGING_IN):
            return self._since + ENTER_WITHIN
        if self.state is not State.LIVE:
            return None
        silence = self._pinged_at + ANSWER_WITHIN if self._pinged_at else self._received_at + PING_AFTER
        # The operator's own machine stays there, and a check of its store may take as long as it takes.
        pings = () if self._authentication is None else (silence,)
        return min((*pings, *self._channels.next_wakeup()), default=None)

    def tick(self, now: float) -> None:
        """Time has passed. If the state is LOST afterwards, the driver hangs up."""
        self._now = now
        if self.state in (State.GREETING, State.LOGGING_IN) and now >= self._since + ENTER_WITHIN:
            self.connection_lost(now, "the server does not answer")
        if self.state is not State.LIVE:
            return
        if not self.reading:
            self._received_at, self._pinged_at = now, 0.0
        elif self._pinged_at and now >= self._pinged_at + ANSWER_WITHIN:
            self.connection_lost(now, "the server does not answer")
            return
        elif self._authentication is not None and not self._pinged_at and now >= self._received_at + PING_AFTER:
            self._pinged_at = now
            self.ask_internally(Ping(), lambda request: None)
        self._pump()

    # For the parts of the session.

    def ask_internally(self, command: Command, then: Callable[[PendingRequest], None]) -> None:
        """Send a command of the session's own, now. It is not repeated: `then` gets ConnectionLost."""
        self._out += self._requests.ask_internally(PendingRequest(command, then))

    def emit(self, update: Update) -> None:
        """Queue an update."""
        self._updates.append(update)

    def person_renamed(self, event: Renamed) -> None:
        """Somebody was renamed; perhaps the session's own person."""
        if self.me is not None and event.person == self.me.person:
            self.me = msgspec.structs.replace(self.me, name=event.name, guest=event.guest)

    def now(self) -> float:
        """The time that was passed in last, in seconds."""
        return self._now

    # The protocol.

    def _frame_received(self, frame: Frame) -> None:
        if isinstance(frame, Answer):
            request = self._requests.answered(frame.re)
            if isinstance(frame.answer, LoggedIn):
                self._logged_in(frame.answer)
            if isinstance(frame.answer, Snapshot):
                self._channels.snapshot_received(frame.answer, request is not None)
            if request is not None:
                if isinstance(request.command, SetName) and isinstance(frame.answer, Done):
                    self._own_name_changed(request.command.name)
                if isinstance(frame.answer, Reply):
                    self._channels.answered(request.command, frame.answer)
                request.resolve(frame.answer)
        elif isinstance(frame, Farewell):
            self._farewell(frame.code)
        else:
            self._channels.hear(frame)

    def _welcomed(self, request: PendingRequest) -> None:
        if isinstance(request.error, errors.ChatError):
            self._handle_refusal(request.error)
        if not isinstance(request.reply, Welcome):
            return
        self.welcome = request.reply
        self._transition(Step.WELCOMED)
        if self._authentication is None:
            self._live()
        elif (way := self._authentication.begin()) is not None:
            self.ask_internally(way, self._login_answered)
        else:
            self.close("login_failed", errors.LoginFailed())

    def _login_answered(self, request: PendingRequest) -> None:
        assert self._authentication is not None
        if isinstance(request.reply, LoggedIn):
            self._live()
        elif isinstance(request.error, errors.ChatError):
            if self._is_temporary(request.error):
                self._handle_refusal(request.error)
                return
            way = self._authentication.refused(request.error)
            if isinstance(way, errors.ChatError):
                self.save_soon = True
                self.close(way.code, way)
            else:
                self.ask_internally(way, self._login_answered)

    def _is_temporary(self, error: errors.ChatError) -> bool:
        """Whether a refused log-in is tried again: after a live connection also where the name is taken, namely by that
        connection, which the server has not given up yet."""
        if isinstance(error, errors.Unavailable | errors.TooFast):
            return True
        return self.was_live and isinstance(error, errors.TooMuch | errors.NameTaken)

    def _handle_refusal(self, error: errors.ChatError) -> None:
        if not self._is_temporary(error):
            self.close(error.code, error)
            return
        self.refusal = error
        self.retry_at = self._now + retry_seconds(error)
        self.connection_lost(self._now, error.code)

    def _logged_in(self, me: LoggedIn) -> None:
        self._channels.logged_in_as(me, self.me or self._before())
        self.me = me
        if self._authentication is not None:
            self._authentication.logged_in(me)
        self.save_now = True

    def _own_name_changed(self, name: str) -> None:
        """The person was renamed by a command. In a channel an event says so too, in the server's spelling."""
        if self.me is not None and not self.views:
            self.me = msgspec.structs.replace(self.me, name=person_name(name))

    def _before(self) -> LoggedIn | None:
        saved = self._saved
        return LoggedIn(person=saved.person, name=saved.name, guest=saved.guest) if saved.person else None

    def _live(self) -> None:
        self.was_live = True
        self.refusal = None
        self._transition(Step.LOGGED_IN)
        self._channels.resume()

    def _farewell(self, code: str) -> None:
        if code in TOKEN_GONE and self._authentication is not None:
            self._authentication.token_revoked()
            self.save_now = True
        if self._leaving or code in FOR_GOOD:
            for request in self._requests.take_goodbyes():
                request.resolve(Done())
            self.close(
                "closed" if self._leaving else code, None if self._leaving or code == "quit" else SessionEnded(code)
            )
        else:
            self.connection_lost(self._now, code)

    def _pump(self) -> None:
        if self.state is State.LIVE and not self._leaving:
            self._out += self._requests.take()
            self._channels.pump()

    def _transition(self, step: Step, why: str = "") -> None:
        self.state = after(self.state, step)
        self._since = self._now
        self.why = why
        self.emit(StateChanged(self.state, why))

    def _check_open(self) -> None:
        if self.state is State.CLOSED:
            raise SessionEnded(self.why)
