"""A chat over asyncio: one session, connected again and again by itself, remembered from run to run.

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
from causerie.client.asking import Asking, R
from causerie.client.backoff import Backoff
from causerie.client.errors import CertificateRefused, Ended, NotUnderstood, Unreachable
from causerie.client.memory import Memory
from causerie.client.notifications import Happening, Heard
from causerie.client.outbox import Letter
from causerie.client.pending_requests import Asked
from causerie.client.session import Session
from causerie.client.states import State
from causerie.client.transport import Connector
from causerie.client.unread import Unread
from causerie.client.wire import Wire

log = logging.getLogger("causerie.client")

A = TypeVar("A", bound=Asked)

SAVE_AFTER = 2.0
"""Seconds until what may wait is remembered."""

GOODBYE_SECONDS = 1.0
"""How long the server may take to say goodbye."""


class Chat(Asking):
    """See the module. Made by `connect`; `clock` is steady, in seconds."""

    def __init__(
        self,
        session: Session,
        connector: Connector,
        where: str,
        *,
        clock: Callable[[], float],
        memory: Memory | None = None,
        backoff: Backoff | None = None,
        reconnect: bool = True,
        patient: bool = False,
    ) -> None:
        self.session = session
        self.where = where
        self._connector = connector
        self._memory = memory
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._reconnect = reconnect
        self._patient = patient
        self._unread = Unread()
        self._waiting: list[asyncio.Future[None]] = []
        self._hurry = asyncio.Event()
        self._wire: Wire | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.TimerHandle | None = None
        self._lived = False
        """Whether the connection of now was live."""

    # Coming and going.

    async def open(self) -> Self:
        """Connect and log in; `patient`: begin to, however long it takes. Raises Unreachable, ChatError and Ended."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"causerie {self.where}")
        if not self._patient:
            try:
                await self.live()
            except BaseException:
                await self.close()
                raise
        return self

    async def live(self) -> None:
        """Wait until one is logged in. Raises what made it fail for good: Unreachable, ChatError, Ended."""
        while self.state is not State.LIVE:
            if self.state is State.CLOSED:
                raise self.failure or Ended(self.session.why)
            await self._stir()

    async def settled(self) -> None:
        """Wait until everything that was sent is acknowledged or refused. Raises Ended."""
        while self.letters:
            if self.state is State.CLOSED:
                raise self.failure or Ended(self.session.why)
            await self._stir()

    async def close(self, forget: bool = False) -> None:
        """Say goodbye, within a second or so. What is not acknowledged is sent by the next run that remembers it.

        Without a memory, or with `forget`, the token that was given for this run is revoked, and a guest is gone.
        """
        self.session.leave(forget=forget or self._memory is None)
        self._after()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while self.state is not State.CLOSED:
                    await self._stir()
        self.session.close("closed")
        self._after()
        self._save()
        if self._task is not None:
            if self._wire is None:
                self._task.cancel()
            await asyncio.wait([self._task])

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._unread.deal()
        await self.close()

    def try_now(self) -> None:
        """Do not wait any longer before connecting again: somebody asked, or the network has come back."""
        self._hurry.set()

    # What is known.

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self.session.state

    @property
    def failure(self) -> Exception | None:
        """Why it was closed, where the user did not want it."""
        return self.session.failure

    @property
    def me(self) -> LoggedIn:
        """Who one is. Raises Ended before the first log-in."""
        if self.session.me is None:
            raise Ended(self.session.why)
        return self.session.me

    @property
    def welcome(self) -> Welcome | None:
        """The server's name and bounds, as it said last."""
        return self.session.welcome

    @property
    def views(self) -> Mapping[str, View]:
        """The channels that one is in, each as it stands now; the views are frozen, the mapping is of this moment."""
        return self.session.views

    @property
    def letters(self) -> tuple[Letter, ...]:
        """What is not acknowledged yet, oldest first; also what an earlier run left."""
        return self.session.letters

    # Asking.

    async def ask(self, command: Command, reply: type[R] = Reply) -> R:  # type: ignore[assignment]
        """Ask anything, and wait for the answer, of the type `reply`.

        Asked while there is no connection, it waits for one. Raises the ChatError of a refusal's code; Lost where the
        connection broke before the answer (questions that change nothing are asked again instead); NotUnderstood for
        another kind of answer; TooMuchAsked; Ended.
        """
        return await self._answer(self._asking(lambda: self.session.ask(command)), reply)

    async def send(self, channel: str, text: str, *, reply: int = 0, key: str = "") -> Ack:
        """Say exactly this, and wait until it is on the server's disk, however long there is no connection.

        One that is not in the channel enters it, if it exists. `reply`: the number of the message that it answers.
        `key`: see `Send`; the same key is the same message, also in another run. Raises the ChatError of a refusal,
        OutboxFull and Ended.
        """
        return await self._answer(self.post(Send(channel=channel, text=text, reply=reply, key=key, literal=True)), Ack)

    async def say(self, channel: str, text: str, *, reply: int = 0, key: str = "") -> Reply:
        """What somebody typed: said, or done where it is a slash command. Raises as `send` and `ask`."""
        command: Command = Send(channel=channel, text=text, reply=reply, key=key)
        if text[:1] == "/":
            with contextlib.suppress(UnknownSlash):  # a newer server may know it
                command = slash.read(command)  # type: ignore[arg-type]
        if isinstance(command, Send) and (command.literal or text[:1] != "/"):
            return await self._answer(self.post(command), Ack)
        return await self.ask(command)

    def post(self, command: Send) -> Letter:
        """Say something, without waiting: `Sent` or `Refused` come later, with the letter's key.

        If there is a memory, it is remembered when this returns. Raises ChatError, NotALetter, OutboxFull and Ended.
        """
        return self._asking(lambda: self.session.send(command))

    async def join(self, channel: str, create: bool = True) -> View:
        """Enter a channel. Raises as `ask`."""
        name = (await self.ask(Join(channel=channel, create=create), Snapshot)).channel
        view = self.views.get(name)
        if view is None:
            raise NotAMember(channel=name)  # put out in the same moment
        return view

    # Hearing. One reader at a time.

    def __aiter__(self) -> AsyncIterator[Happening]:
        return self

    async def __anext__(self) -> Happening:
        """What happens, as it happens. Ends when the chat was closed from here; raises `failure` when otherwise."""
        while (happening := self._unread.take()) is None:
            if self.state is State.CLOSED:
                if self.failure is not None:
                    raise self.failure
                raise StopAsyncIteration
            await self._stir()
        self._look_after_reading()
        if isinstance(happening, Heard):
            self._save_soon()
        return happening

    async def messages(self) -> AsyncIterator[Message]:
        """What the others say, in all channels that one is in."""
        async for happening in self:
            event = happening.event if isinstance(happening, Heard) else None
            if isinstance(event, Message) and (self.session.me is None or event.person != self.session.me.person):
                yield event

    # The rest is its own.

    async def _run(self) -> None:
        attempt = 0
        try:
            while self.state is not State.CLOSED:
                self._lived = False
                await self._connection()
                attempt = 0 if self._lived else attempt + 1
                if self.state is State.LOST:
                    seconds = self._backoff.seconds(attempt)
                    await self._rest(max(seconds, self.session.not_before - self._clock()))
                    self.session.dial(self._clock())
                    self._after()
        except Exception as error:
            log.exception("the chat with %s fails", self.where)
            self.session.close("fault", error)
            self._after()

    async def _connection(self) -> None:
        """One connection, from beginning to end."""
        session = self.session
        try:
            wire = await self._connector.connect(lambda: Wire(self._received, self._after))
        except Unreachable as error:
            if isinstance(error, CertificateRefused):
                session.close("certificate", error)
            session.lost(self._clock(), error.about)
            failure: Exception = error
        else:
            self._wire = wire
            session.up(self._clock())
            self._after()
            wire.begin()
            why = await wire.gone
            self._wire = None
            session.lost(self._clock(), why)
            failure = Ended(session.why) if session.been_in else Unreachable(self.where, session.why or "it hangs up")
        comes_back = self._reconnect and (self._patient or session.been_in)
        if self.state is State.LOST and not comes_back:
            session.close(session.why, session.refusal or failure)
        self._after()

    async def _rest(self, seconds: float) -> None:
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()

    def _received(self, wire: Wire, data: bytes) -> None:
        if wire is self._wire and self.state not in (State.LOST, State.CLOSED):
            self.session.receive(data, self._clock())
            self._after()

    def _after(self) -> None:
        """After everything that may have changed the session: what follows from it out here."""
        session, wire = self.session, self._wire
        self._lived = self._lived or session.state is State.LIVE
        self._unread.put(session.happenings())
        if session.urgent:
            self._save()
        elif session.changed:
            self._save_soon()
        if wire is not None:
            if wire.takes and (data := session.data_to_send()):
                wire.write(data)
            if session.state in (State.LOST, State.CLOSED):
                wire.hang_up()
        self._look_after_reading()
        self._set_timer()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _look_after_reading(self) -> None:
        """Whoever reads slowly is waited for, unless an answer would have to wait with it."""
        session = self.session
        session.reading = session.expects or not self._unread.full()
        if self._wire is not None:
            self._wire.read(session.reading)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self.session.wakes_at()
        seconds = None if at is None else max(at - self._clock(), 0.0)
        loop = asyncio.get_running_loop()
        self._timer = None if seconds is None else loop.call_later(seconds, self._tick)

    def _tick(self) -> None:
        self.session.tick(self._clock())
        self._after()

    def _save_soon(self) -> None:
        if self._saving is None and self._memory is not None:
            self._saving = asyncio.get_running_loop().call_later(SAVE_AFTER, self._save)

    def _save(self) -> None:
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        self.session.urgent = self.session.changed = False
        if self._memory is None:
            return
        kept = self.session.kept()
        kept = msgspec.structs.replace(kept, numbers=self._unread.dealt_with(kept.numbers))
        try:
            self._memory.put(kept)
        except OSError as error:
            # One can talk without; but what is typed now is lost with this process.
            log.warning("cannot remember what is not sent yet: %s", error)

    async def _stir(self) -> None:
        """Wait until something has happened."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        await waiter

    def _asking(self, ask: Callable[[], A]) -> A:
        asked = ask()
        self._after()
        return asked

    async def _answer(self, asked: Asked, reply: type[R]) -> R:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asked.then(lambda _asked: None if answered.done() else answered.set_result(None))
        await answered
        if asked.error is not None:
            raise asked.error
        if not isinstance(asked.reply, reply):
            raise NotUnderstood(type(asked.reply).__name__)
        return asked.reply
