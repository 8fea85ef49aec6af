"""A chat over asyncio: a session that reconnects by itself, and is stored from run to run.

    async with connect("localhost:5000", name="Echo", guest=True) as chat:
        await chat.send("home", "hello")
        async for message in chat.messages():
            ...

docs/client.md is the guide. Everything here is to be called from the event loop's own thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from causerie.chat import slash
from causerie.chat.commands import Command, Join, Send
from causerie.chat.errors import NotAMember, UnknownSlash
from causerie.chat.events import Message
from causerie.chat.replies import Ack, LoggedIn, Reply, Snapshot, Welcome
from causerie.chat.view import View
from causerie.client.backoff import Backoff
from causerie.client.common_requests import CommonRequests, R
from causerie.client.connection import Connection
from causerie.client.connector import Connector
from causerie.client.errors import CertificateRefused, SessionEnded, UnexpectedReply, Unreachable
from causerie.client.outbox import OutgoingMessage
from causerie.client.pending_requests import PendingRequest
from causerie.client.session import Session
from causerie.client.states import State
from causerie.client.storage import Storage
from causerie.client.update_queue import UpdateQueue
from causerie.client.updates import EventReceived, Update

log = logging.getLogger("causerie.client")

A = TypeVar("A", bound=PendingRequest)

SAVE_AFTER = 2.0
"""Seconds until a change that may wait is stored."""

GOODBYE_SECONDS = 1.0
"""Seconds that the server may take to answer a log-out."""


class Chat(CommonRequests):
    """See the module. Made by `connect`; `clock` is monotonic, in seconds."""

    def __init__(
        self,
        session: Session,
        connector: Connector,
        where: str,
        *,
        clock: Callable[[], float],
        storage: Storage | None = None,
        backoff: Backoff | None = None,
        reconnect: bool = True,
        patient: bool = False,
    ) -> None:
        self.session = session
        self.where = where
        self._connector = connector
        self._storage = storage
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._reconnect = reconnect
        self._patient = patient
        self._unread = UpdateQueue()
        self._waiting: list[asyncio.Future[None]] = []
        self._retry_now = asyncio.Event()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.TimerHandle | None = None
        self._was_live = False
        """Whether the present connection was live."""

    # Opening and closing.

    async def open(self) -> Self:
        """Connect and log in; `patient`: begin to, however long it takes. Raises Unreachable, ChatError and
        SessionEnded."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"causerie {self.where}")
        if not self._patient:
            try:
                await self.wait_until_live()
            except BaseException:
                await self.close()
                raise
        return self

    async def wait_until_live(self) -> None:
        """Wait until the session is logged in. Raises what made it fail for good: Unreachable, ChatError,
        SessionEnded."""
        while self.state is not State.LIVE:
            if self.state is State.CLOSED:
                raise self.failure or SessionEnded(self.session.why)
            await self._wait_for_change()

    async def wait_until_sent(self) -> None:
        """Wait until everything that was sent is acknowledged or refused. Raises SessionEnded."""
        while self.outgoing:
            if self.state is State.CLOSED:
                raise self.failure or SessionEnded(self.session.why)
            await self._wait_for_change()

    async def close(self, forget: bool = False) -> None:
        """Log out, within a second or so. What is not acknowledged is sent by the next run, if there is a storage.

        Without a memory, or with `forget`, the token that was given for this run is revoked, and a guest is gone.
        """
        self.session.leave(forget=forget or self._storage is None)
        self._session_changed()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while self.state is not State.CLOSED:
                    await self._wait_for_change()
        self.session.close("closed")
        self._session_changed()
        self._save()
        if self._task is not None:
            if self._connection is None:
                self._task.cancel()
            await asyncio.wait([self._task])

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._unread.mark_handled()
        await self.close()

    def reconnect_now(self) -> None:
        """Connect again now, without waiting out the backoff."""
        self._retry_now.set()

    # State.

    @property
    def state(self) -> State:
        """The state of the session."""
        return self.session.state

    @property
    def failure(self) -> Exception | None:
        """Why it was closed, where the user did not close it."""
        return self.session.failure

    @property
    def me(self) -> LoggedIn:
        """Who is logged in. Raises SessionEnded before the first log-in."""
        if self.session.me is None:
            raise SessionEnded(self.session.why)
        return self.session.me

    @property
    def welcome(self) -> Welcome | None:
        """The server's name and bounds, as it sent them last."""
        return self.session.welcome

    @property
    def views(self) -> Mapping[str, View]:
        """The channels that the person is in, as they are now; the views are frozen, the mapping is of this moment."""
        return self.session.views

    @property
    def outgoing(self) -> tuple[OutgoingMessage, ...]:
        """The messages that are not acknowledged yet, oldest first; also those that an earlier run left."""
        return self.session.outgoing

    # Commands and messages.

    async def ask(self, command: Command, reply: type[R] = Reply) -> R:  # type: ignore[assignment]
        """Send a command and wait for its reply, of the type `reply`.

        Without a connection it waits for one. Raises the ChatError of a refusal's code; ConnectionLost where the
        connection was lost before the reply (commands that change nothing are sent again instead); UnexpectedReply for
        another kind of reply; TooManyRequests; SessionEnded.
        """
        return await self._answer(self._asking(lambda: self.session.ask(command)), reply)

    async def send(self, channel: str, text: str, *, reply: int = 0, key: str = "") -> Ack:
        """Send exactly this text, and wait until it is on the server's disk, however long there is no connection.

        One that is not in the channel enters it, if it exists. `reply`: the number of the message that it answers.
        `key`: see `Send`; the same key is the same message, also in another run. Raises the ChatError of a refusal,
        OutboxFull and SessionEnded.
        """
        return await self._answer(self.post(Send(channel=channel, text=text, reply=reply, key=key, literal=True)), Ack)

    async def say(self, channel: str, text: str, *, reply: int = 0, key: str = "") -> Reply:
        """Send a line that somebody typed, or do it where it is a slash command. Raises as `send` and `ask`."""
        command: Command = Send(channel=channel, text=text, reply=reply, key=key)
        if text[:1] == "/":
            with contextlib.suppress(UnknownSlash):  # a newer server may know it
                command = slash.read(command)  # type: ignore[arg-type]
        if isinstance(command, Send) and (command.literal or text[:1] != "/"):
            return await self._answer(self.post(command), Ack)
        return await self.ask(command)

    def post(self, command: Send) -> OutgoingMessage:
        """Send a message without waiting: `MessageSent` or `MessageRefused` come later, with its key.

        If there is a storage, it is stored when this returns. Raises ChatError, NotAMessage, OutboxFull and
        SessionEnded.
        """
        return self._asking(lambda: self.session.send(command))

    async def join(self, channel: str, create: bool = True) -> View:
        """Join a channel. Raises as `ask`."""
        name = (await self.ask(Join(channel=channel, create=create), Snapshot)).channel
        view = self.views.get(name)
        if view is None:
            raise NotAMember(channel=name)  # removed in the same moment
        return view

    # Updates: one reader at a time.

    def __aiter__(self) -> AsyncIterator[Update]:
        return self

    async def __anext__(self) -> Update:
        """The next update. Ends when the chat was closed from this side; raises `failure` otherwise."""
        while (update := self._unread.take()) is None:
            if self.state is State.CLOSED:
                if self.failure is not None:
                    raise self.failure
                raise StopAsyncIteration
            await self._wait_for_change()
        self._look_after_reading()
        if isinstance(update, EventReceived):
            self._save_soon()
        return update

    async def messages(self) -> AsyncIterator[Message]:
        """Others' messages, in all channels that the person is in."""
        async for update in self:
            event = update.event if isinstance(update, EventReceived) else None
            if isinstance(event, Message) and (self.session.me is None or event.person != self.session.me.person):
                yield event

    async def _run(self) -> None:
        attempt = 0
        try:
            while self.state is not State.CLOSED:
                self._was_live = False
                await self._run_connection()
                attempt = 0 if self._was_live else attempt + 1
                if self.state is State.LOST:
                    seconds = self._backoff.seconds(attempt)
                    await self._wait_before_retry(max(seconds, self.session.retry_at - self._clock()))
                    self.session.reconnecting(self._clock())
                    self._session_changed()
        except Exception as error:
            log.exception("the chat with %s fails", self.where)
            self.session.close("fault", error)
            self._session_changed()

    async def _run_connection(self) -> None:
        """Make one connection, and use it until it is lost."""
        session = self.session
        try:
            connection = await self._connector.connect(lambda: Connection(self._received, self._session_changed))
        except Unreachable as error:
            if isinstance(error, CertificateRefused):
                session.close("certificate", error)
            session.connection_lost(self._clock(), error.about)
            failure: Exception = error
        else:
            self._connection = connection
            session.connected(self._clock())
            self._session_changed()
            connection.begin()
            why = await connection.closed
            self._connection = None
            session.connection_lost(self._clock(), why)
            failure = (
                SessionEnded(session.why) if session.was_live else Unreachable(self.where, session.why or "it hangs up")
            )
        comes_back = self._reconnect and (self._patient or session.was_live)
        if self.state is State.LOST and not comes_back:
            session.close(session.why, session.refusal or failure)
        self._session_changed()

    async def _wait_before_retry(self, seconds: float) -> None:
        self._retry_now.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._retry_now.wait()

    def _received(self, connection: Connection, data: bytes) -> None:
        if connection is self._connection and self.state not in (State.LOST, State.CLOSED):
            self.session.receive(data, self._clock())
            self._session_changed()

    def _session_changed(self) -> None:
        """After every call that may have changed the session: write, store, wake whoever waits."""
        session, connection = self.session, self._connection
        self._was_live = self._was_live or session.state is State.LIVE
        self._unread.put(session.updates())
        if session.save_now:
            self._save()
        elif session.save_soon:
            self._save_soon()
        if connection is not None:
            if connection.writable and (data := session.data_to_send()):
                connection.write(data)
            if session.state in (State.LOST, State.CLOSED):
                connection.abort()
        self._look_after_reading()
        self._set_timer()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _look_after_reading(self) -> None:
        """Do not read the server while the program reads too slowly, unless a reply is waited for."""
        session = self.session
        session.reading = session.awaits_answers or not self._unread.full()
        if self._connection is not None:
            self._connection.set_reading(session.reading)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self.session.next_wakeup()
        seconds = None if at is None else max(at - self._clock(), 0.0)
        loop = asyncio.get_running_loop()
        self._timer = None if seconds is None else loop.call_later(seconds, self._tick)

    def _tick(self) -> None:
        self.session.tick(self._clock())
        self._session_changed()

    def _save_soon(self) -> None:
        if self._saving is None and self._storage is not None:
            self._saving = asyncio.get_running_loop().call_later(SAVE_AFTER, self._save)

    def _save(self) -> None:
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        self.session.save_now = self.session.save_soon = False
        if self._storage is None:
            return
        saved = self.session.saved()
        saved = msgspec.structs.replace(saved, numbers=self._unread.handled_numbers(saved.numbers))
        try:
            self._storage.put(saved)
        except OSError as error:
            # The chat goes on; but what is not acknowledged is lost with this process.
            log.warning("cannot store what is not sent yet: %s", error)

    async def _wait_for_change(self) -> None:
        """Wait until the session has changed."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def _asking(self, ask: Callable[[], A]) -> A:
        request = ask()
        self._session_changed()
        return request

    async def _answer(self, request: PendingRequest, reply: type[R]) -> R:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        request.on_done(lambda _request: None if answered.done() else answered.set_result(None))
        await answered
        if request.error is not None:
            raise request.error
        if not isinstance(request.reply, reply):
            raise UnexpectedReply(type(request.reply).__name__)
        return request.reply
