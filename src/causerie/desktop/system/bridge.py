"""Runs the client library on a thread of its own, with an asyncio loop; one queue brings its messages to the interface.

Everything public is called on the interface thread. `drain` hands messages over for a bounded time, so that no key
press waits behind a busy channel; when the interface falls behind, the network thread stops reading from the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable

import msgspec

from causerie.chat.commands import Command, Send, Unread
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.chat.merge import brought_up
from causerie.chat.replies import Page, Reply, ThreadPage
from causerie.chat.view import Missing, View
from causerie.client import (
    Certificate,
    ChannelSynced,
    Chat,
    ClientError,
    EventReceived,
    KnownServers,
    MessageRefused,
    SavedSession,
    SessionEnded,
    Storage,
    TypingStopped,
    Update,
    connect,
)
from causerie.desktop.models.bridge_messages import (
    BridgeMessage,
    CertificateQuestion,
    OnAnswer,
    RequestAnswered,
    SessionOver,
    SessionStarted,
    UpdateReceived,
)
from causerie.desktop.models.login import LoginRequest

MAX_QUEUED = 2000
"""Messages that wait for the interface; past it the network thread waits."""

SLICE = 0.008
"""Seconds that one `drain` may take."""

GOODBYE_WITHIN = 1.7
"""Seconds that `stop` waits for the network thread; a chat logs out within one."""


class Bridge:
    """See the module. One bridge for each session."""

    def __init__(self, entry: LoginRequest, storage: Storage | None, known_servers: KnownServers) -> None:
        self._entry = entry
        self._storage = storage
        self._known_servers = known_servers
        self._items: queue.SimpleQueue[BridgeMessage] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._chat: Chat | None = None
        self._forget = False
        self._certificate_answer: asyncio.Future[bool] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._work, name="network", daemon=True)

    # On the interface thread.

    @property
    def remembers(self) -> bool:
        """Whether the next run sends what is not acknowledged."""
        return self._storage is not None

    def start(self) -> None:
        """Connect, log in, join the channel: `SessionStarted` comes, or `SessionOver`."""
        self._thread.start()

    def ask(self, command: Command, then: OnAnswer) -> None:
        """Send a command; `then` is called by `drain`."""
        self._call(lambda: self._begin(self._answer(command, then)))

    def post(self, command: Send) -> None:
        """Send a message; updates tell what becomes of it."""
        self._call(lambda: self._post(command))

    def answer_certificate(self, accepted: bool) -> None:
        """The answer to `CertificateQuestion`."""
        self._call(lambda: self._set_certificate_answer(accepted))

    def reconnect_now(self) -> None:
        """Connect again now, without waiting out the backoff."""
        self._call(lambda: self._chat.reconnect_now() if self._chat is not None else None)

    def drain(self, take: Callable[[BridgeMessage], None], seconds: float = SLICE) -> bool:
        """Hand over what has arrived, for about so long. True: there is more."""
        until = time.perf_counter() + seconds
        while True:
            try:
                item = self._items.get_nowait()
            except queue.Empty:
                return False
            take(item)
            if time.perf_counter() >= until:
                return not self._items.empty()

    def stop(self, forget: bool = False) -> None:
        """Log out, and wait for that, but never long. `forget`: the token is revoked, here and on the server."""
        self._forget = forget
        self._call(self._stop)
        if self._thread.is_alive():
            self._thread.join(GOODBYE_WITHIN)

    # On the network thread.

    def _call(self, what: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(what)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._run())
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _run(self) -> None:
        error: Exception | None = None
        try:
            await self._session()
        except Exception as failure:
            error = failure
        self._items.put(SessionOver(error))

    async def _session(self) -> None:
        entry = self._entry
        chat = connect(
            entry.server,
            name=entry.name,
            password=entry.password,
            guest=entry.guest,
            register=entry.register,
            device="desktop",
            storage=self._storage,
            known_servers=self._known_servers,
            confirm_certificate=self._confirm_certificate,
        )
        self._chat = chat
        try:
            await chat.open()
            view = await chat.join(entry.channel)
            assert chat.welcome is not None
            outgoing = tuple(message.command for message in chat.outgoing)
            self._items.put(SessionStarted(chat.me, chat.welcome, view.channel, dict(chat.views), outgoing))
            self._begin(self._enter_all(chat))
            async for update in chat:
                self._items.put(UpdateReceived(update, self._about(chat, update)))
                while self._items.qsize() > MAX_QUEUED:
                    await asyncio.sleep(0.005)
        finally:
            # However it ends, the server is told.
            await chat.close(forget=self._forget)
            if self._forget and self._storage is not None:
                self._storage.put(SavedSession())

    async def _enter_all(self, chat: Chat) -> None:
        """Join the other channels that the person is a member of."""
        for name in chat.me.channels:
            if name not in chat.views:
                with contextlib.suppress(ChatError, ClientError):
                    await chat.join(name, create=False)
        await self._answer(Unread(), lambda reply, error: None)

    def _about(self, chat: Chat, update: Update) -> View | None:
        if isinstance(update, EventReceived):
            return chat.views.get(update.event.channel, update.view)
        if isinstance(update, ChannelSynced | TypingStopped):
            return chat.views.get(update.view.channel, update.view)
        return None

    async def _answer(self, command: Command, then: OnAnswer) -> None:
        reply: Reply | None = None
        error: Exception | None = None
        chat = self._chat
        try:
            if chat is None:
                raise SessionEnded()
            reply = await self._brought_up(chat, command)
        except Exception as failure:
            error = failure
        views = dict(chat.views) if chat is not None else {}
        self._items.put(RequestAnswered(then, reply, error, views, chat.session.me if chat is not None else None))

    async def _brought_up(self, chat: Chat, command: Command) -> Reply:
        """The reply; messages of a page are brought up to what the view knows by now."""
        for _attempt in range(3):
            reply: Reply = await chat.ask(command)
            view = chat.views.get(reply.channel) if isinstance(reply, Page | ThreadPage) else None
            try:
                if isinstance(reply, Page) and view is not None:
                    said = [event for event in reply.events if isinstance(event, Message)]
                    return msgspec.structs.replace(reply, events=list(brought_up(view, said, reply.number)))
                if isinstance(reply, ThreadPage) and view is not None:
                    return msgspec.structs.replace(reply, messages=list(brought_up(view, reply.messages, reply.number)))
            except Missing:
                continue
            return reply
        return reply

    def _post(self, command: Send) -> None:
        try:
            if self._chat is None:
                raise SessionEnded()
            self._chat.post(command)
        except (ChatError, ClientError) as error:
            self._items.put(UpdateReceived(MessageRefused(command.key, command, error), None))

    def _begin(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = self._loop.create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _confirm_certificate(self, certificate: Certificate) -> bool:
        self._certificate_answer = self._loop.create_future()
        self._items.put(CertificateQuestion(certificate))
        return await self._certificate_answer

    def _set_certificate_answer(self, accepted: bool) -> None:
        if self._certificate_answer is not None and not self._certificate_answer.done():
            self._certificate_answer.set_result(accepted)

    def _stop(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
