"""The channels of a session: kept in sync, resumed on each new connection; and the outbox of messages to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from causerie.chat.commands import Command, Join, Leave, Resume
from causerie.chat.errors import ChatError, Internal, NotAMember, SlowMode, TooFast, Unavailable
from causerie.chat.events import ChannelRenamed, Deleted, Event, Left, Marked, MembershipChanged, Renamed, Typing
from causerie.chat.replay import apply
from causerie.chat.replies import Ack, Done, LoggedIn, Page, ReadList, Reply, Resumed, Snapshot
from causerie.chat.view import View
from causerie.client.channel_sync import ChannelSync
from causerie.client.errors import AccountChanged, ClientError, ConnectionLost, SessionEnded, UnexpectedReply
from causerie.client.frames import UnknownEvent
from causerie.client.outbox import Outbox, OutgoingMessage
from causerie.client.own_state import OwnState
from causerie.client.pending_requests import PendingRequest
from causerie.client.reply_merge import merge_reply
from causerie.client.storage import SavedSession
from causerie.client.updates import (
    ChannelLeft,
    ChannelSynced,
    EventReceived,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    Update,
)

RESUME_AT_ONCE = 50
"""Channels that one `resume` names, at most: its line stays well below what a server takes."""

MIN_WAIT = 0.1
"""Seconds before a message refused as too fast is sent again, where the server does not say."""

TROUBLE_WAIT = 2.0
"""Seconds before it is sent again where the server is unavailable."""

MAX_TRIES = 5
"""How often a message is sent that the server answers with an error of its own (`internal`)."""


class SessionView(Protocol):
    """The session as its channels see it; session.Session implements it."""

    me: LoggedIn | None
    save_soon: bool

    def now(self) -> float:
        """The time that was passed in last, in seconds."""

    def ask_internally(self, command: Command, then: Callable[[PendingRequest], None]) -> None:
        """Send a command of the session's own, now. It is not repeated: `then` gets ConnectionLost."""

    def emit(self, update: Update) -> None:
        """Queue an update for the program that uses the session."""

    def person_renamed(self, event: Renamed) -> None:
        """Somebody was renamed; perhaps the session's own person."""


class SessionChannels:
    """See the module. `channels`: by name, the channels that the person is in."""

    def __init__(self, session: SessionView, saved: SavedSession, keep: int) -> None:
        self.outbox = Outbox(saved.outbox)
        self.own_state = OwnState()
        self.channels = {
            name: ChannelSync(View(channel=name, number=number, me=saved.person), False, keep)
            for name, number in saved.numbers.items()
        }
        self._session = session
        self._keep = keep
        self._joining: set[str] = set()
        self._paused: dict[str, float] = {}
        """By channel: until when nothing is sent to it; "": to any."""
        self._retries: list[tuple[float, Callable[[], None]]] = []
        self._own_ids: set[int] = set()
        """Ids that this session has had: a guest that logs in again without a token gets another one."""

    def numbers(self) -> dict[str, int]:
        """For each channel the number of the last event that is known."""
        return {name: sync.view.number for name, sync in self.channels.items()}

    def next_wakeup(self) -> Iterator[float]:
        """The times at which `pump` has something to do."""
        yield from self._paused.values()
        for sync in self.channels.values():
            yield from sync.typing.values()
        yield from (when for when, _call in self._retries)

    def name_of(self, channel: str) -> str:
        """The server's spelling of a channel that the person is in; any other name as it is."""
        if channel in self.channels:
            return channel
        same = channel.casefold()
        return next((name for name in self.channels if name.casefold() == same), channel)

    # What arrives from the server.

    def logged_in_as(self, me: LoggedIn, before: LoggedIn | None) -> None:
        """Logged in as this person. Another account than before does not get that one's outbox and channels."""
        if before is not None and before.person != me.person and not (before.guest and me.guest):
            for message in self.outbox.all():
                self._refuse(message, AccountChanged())
            for name in tuple(self.channels):
                self._remove(name)
            self._own_ids.clear()
            self.own_state.account_changed()
        self._own_ids.add(me.person)
        for sync in self.channels.values():
            if sync.view.me != me.person:
                sync.view = msgspec.structs.replace(sync.view, me=me.person)

    def snapshot_received(self, snapshot: Snapshot, requested: bool) -> None:
        """The state of a channel arrived. `requested`: it is a reply, so the person is in the channel from now on.

        Otherwise it is a direct conversation, whose snapshot comes without asking when the first message opens it.
        """
        sync = self.channels.get(snapshot.channel)
        if sync is None:
            if not requested and snapshot.access != "direct":
                return
            me = self._session.me.person if self._session.me is not None else 0
            view = View(channel=snapshot.channel, number=snapshot.number, said=snapshot.said, me=me)
            sync = self.channels[snapshot.channel] = ChannelSync(view, False, self._keep)
            self.own_state.mark_outdated()
            self._session.save_soon = True
        self._emit_all(sync, sync.hear(snapshot))

    def hear(self, received: Event | UnknownEvent) -> None:
        """An event arrived."""
        if received.channel in self.channels:
            sync = self.channels[received.channel]
            self._emit_all(sync, sync.hear(received))
        elif isinstance(received, Event):
            # Without a channel it is about the person, and so about every channel.
            for each in () if received.channel else self.channels.values():
                each.view = apply(each.view, received)
            self.own_state.event_received(received)
            self._session.emit(EventReceived(received, None))
            if (
                isinstance(received, MembershipChanged)
                and received.channel.startswith("@")
                and received.role
                and received.whom in self._own_ids
            ):
                # Somebody else began a direct conversation: the person is a member, and has to join it to receive it.
                self._own(Join(channel=received.channel, create=False), _nothing, received.channel)

    def answered(self, command: Command, reply: Reply) -> None:
        """A command of the user's was done."""
        if isinstance(command, Leave) and isinstance(reply, Done):
            self._remove(self.name_of(command.channel))
        self.own_state.command_done(command)
        for sync in self.channels.values():
            before = sync.view
            sync.view = merge_reply(before, command, reply, self._keep)
            if self.own_state.is_pending(command) and sync.view != before:
                self._session.emit(ChannelSynced(sync.view))

    def resume(self) -> None:
        """A new connection is live: set the presence again, and resume every channel."""
        if self.own_state.presence is not None:
            self._own(self.own_state.presence, _nothing, None)
        since = iter(self.numbers().items())
        while some := dict(islice(since, RESUME_AT_ONCE)):
            self._resume(some)

    def connection_lost(self) -> None:
        """The connection was lost."""
        for sync in self.channels.values():
            sync.connection_lost()
        for message in self.outbox.all():
            if message.in_flight and message.channel not in self.channels:
                # Removed from the channel meanwhile: to send it again would be to join again.
                self._refuse(message, ConnectionLost())
        self.outbox.connection_lost()
        self.own_state.connection_lost()
        self._joining.clear()
        self._retries.clear()

    # The outbox.

    def pump(self) -> None:
        """Send what can be sent now, and do what is due."""
        now = self._session.now()
        due = [call for when, call in self._retries if when <= now]
        self._retries = [(when, call) for when, call in self._retries if when > now]
        for call in due:
            call()
        for sync in self.channels.values():
            for update in sync.expire_typing(now) if sync.typing else ():
                self._session.emit(update)
        for command in self.own_state.take():
            self._own(command, self._state_answered, command)
        self._paused = {channel: until for channel, until in self._paused.items() if until > now}
        if "" in self._paused:
            return
        for channel in self.outbox.channels():
            if channel in self._paused:
                continue
            place = self.channels.get(channel)
            if place is None:
                if channel not in self._joining:
                    self._joining.add(channel)
                    self._own(Join(channel=channel, create=False), self._joined, channel)
            elif place.caught_up and (message := self.outbox.next(channel)) is not None:
                message.in_flight = True
                message.attempts += 1
                self._own(message.command, self._message_answered, message)

    # Replies to the session's own commands. After ConnectionLost all of it is done again by `resume` and `pump`.

    def _own(self, command: Command, then: Callable[..., None], about: object) -> None:
        def done(request: PendingRequest) -> None:
            if not isinstance(request.error, ConnectionLost | SessionEnded):
                then(about, request)

        self._session.ask_internally(command, done)

    def _state_answered(self, command: Command, request: PendingRequest) -> None:
        self.own_state.answered(command)
        if isinstance(request.reply, ReadList) and any(sync.view.recount for sync in self.channels.values()):
            self.own_state.recount()
        if is_temporary(request.error):
            self._retry_later(request.error, self.own_state.mark_outdated)

    def _resume(self, since: dict[str, int]) -> None:
        self._own(Resume(since=since), self._resumed, since)

    def _resumed(self, since: dict[str, int], request: PendingRequest) -> None:
        if is_temporary(request.error):
            self._retry_later(request.error, lambda: self._resume(since))
            return
        inside = request.reply.channels if isinstance(request.reply, Resumed) else ()
        for name in since:
            if name not in inside:
                self._remove(name, request.error if isinstance(request.error, ChatError) else None)

    def _joined(self, channel: str, request: PendingRequest) -> None:
        self._joining.discard(channel)
        if isinstance(request.reply, Snapshot):
            self.outbox.rename(channel, request.reply.channel)
        elif is_temporary(request.error):
            self._pause(request.error)
        else:
            for message in self.outbox.of(channel):
                self._refuse(message, _why(request))

    def _message_answered(self, message: OutgoingMessage, request: PendingRequest) -> None:
        message.in_flight = False
        if message.done:
            return
        if isinstance(request.reply, Ack):
            self._acknowledge(message, request.reply)
        elif is_temporary(request.error) and not (
            isinstance(request.error, Internal) and message.attempts >= MAX_TRIES
        ):
            assert isinstance(request.error, ChatError)
            # Slow mode concerns one channel; rate limits concern the person, and Unavailable the server.
            channel = message.channel if isinstance(request.error, SlowMode) else ""
            self._session.emit(MessageDelayed(message.key, request.error, self._pause(request.error, channel)))
        else:
            self._refuse(message, _why(request))

    def _filled(self, sync: ChannelSync, request: PendingRequest) -> None:
        name = sync.view.channel
        if self.channels.get(name) is not sync:
            return
        if isinstance(request.reply, Page):
            self._emit_all(sync, sync.page(request.reply))
        elif is_temporary(request.error):
            command = request.command
            self._retry_later(request.error, lambda: self._own(command, self._filled, sync))
        elif isinstance(request.command, Join) and not isinstance(request.reply, Snapshot):
            self._remove(name, request.error if isinstance(request.error, ChatError) else None)
        elif request.reply is None:
            self._emit_all(sync, sync.refused())

    # What follows from events and replies.

    def _emit_all(self, sync: ChannelSync, updates: list[Update]) -> None:
        session, gone = self._session, False
        for update in updates:
            session.emit(update)
            if isinstance(update, EventReceived):
                event = update.event
                session.save_soon = session.save_soon or bool(event.number)
                self._match_own_message(event)
                self.own_state.event_received(event)
                if isinstance(event, Deleted | Marked) and sync.view.recount:
                    self.own_state.recount()
                if isinstance(event, Typing):
                    sync.typing_seen(event, session.now())
                if isinstance(event, ChannelRenamed):
                    self._channel_renamed(event.channel, event.now)
                if isinstance(event, Renamed):
                    session.person_renamed(event)
                gone = gone or (isinstance(event, Left) and event.person in self._own_ids)
        if gone:
            self._remove(sync.view.channel)
        elif (command := sync.next_request()) is not None:
            self._own(command, self._filled, sync)

    def _channel_renamed(self, was: str, now: str) -> None:
        """A channel was renamed: its view, outbox and pause are kept under the new name."""
        sync = self.channels.pop(was, None)
        if sync is not None:
            self.channels[now] = sync
        self.outbox.rename(was, now)
        if was in self._paused:
            self._paused[now] = self._paused.pop(was)
        self._session.save_soon = True

    def _match_own_message(self, event: Event) -> None:
        """Acknowledges an outgoing message by its own event, where the connection was lost before the reply."""
        message = self.outbox.get(getattr(event, "key", ""))
        if message is not None and getattr(event, "person", 0) in self._own_ids:
            at = getattr(event, "at", 0)
            self._acknowledge(message, Ack(channel=event.channel, number=event.number, at=at, key=message.key))

    def _acknowledge(self, message: OutgoingMessage, ack: Ack) -> None:
        self.outbox.remove(message)
        self._session.save_soon = True
        self._session.emit(MessageSent(message.key, ack))
        message.resolve(ack)

    def _refuse(self, message: OutgoingMessage, error: ChatError | ClientError) -> None:
        self.outbox.remove(message)
        self._session.save_soon = True
        self._session.emit(MessageRefused(message.key, message.command, error))
        message.resolve(error)

    def _remove(self, name: str, error: ChatError | None = None) -> None:
        """The person is no longer in this channel. What waits is refused: to send it would be to join again."""
        if self.channels.pop(name, None) is None:
            return
        self._session.save_soon = True
        self._session.emit(ChannelLeft(name, error))
        for message in self.outbox.of(name):
            if not message.in_flight:
                self._refuse(message, error or NotAMember(channel=name))

    def _pause(self, error: Exception | None, channel: str = "") -> float:
        seconds = retry_seconds(error)
        self._paused[channel] = max(self._paused.get(channel, 0.0), self._session.now() + seconds)
        return seconds

    def _retry_later(self, error: Exception | None, call: Callable[[], None]) -> None:
        self._retries.append((self._session.now() + retry_seconds(error), call))


def _nothing(about: object, request: PendingRequest) -> None:
    """The snapshot in the reply is handled by `snapshot_received`."""


def is_temporary(error: Exception | None) -> bool:
    """Whether a refused command may be tried again later."""
    return isinstance(error, TooFast | Unavailable)


def retry_seconds(error: Exception | None) -> float:
    """Seconds until a command that was refused for now is tried again."""
    seconds = error.data.get("retry_after", 0) if isinstance(error, ChatError) else 0
    least = MIN_WAIT if isinstance(error, TooFast) else TROUBLE_WAIT
    return min(max(float(seconds), least), 3600.0) if isinstance(seconds, int | float) else least


def _why(request: PendingRequest) -> ChatError | ClientError:
    if isinstance(request.error, ChatError | ClientError):
        return request.error
    return UnexpectedReply(type(request.reply).__struct_config__.tag if request.reply is not None else "")  # type: ignore[arg-type]
