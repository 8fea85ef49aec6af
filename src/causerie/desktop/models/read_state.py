"""Read state in the window: timelines and their pages, where new messages begin, what was seen. No Tk."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from causerie.chat.commands import History, Mark
from causerie.chat.events import Message
from causerie.chat.model import Preferences
from causerie.chat.replies import LoggedIn, Page, Reply, ThreadPage
from causerie.chat.view import View
from causerie.client import State
from causerie.desktop.models.bridge_messages import NetworkPort
from causerie.desktop.models.composers import composer_id
from causerie.desktop.models.rows import PendingMessage, RowContext
from causerie.desktop.models.timeline import Asked, Timeline
from causerie.desktop.models.timelines import Timelines
from causerie.desktop.models.window_parts import WindowPart

log = logging.getLogger("causerie.desktop")


@dataclass(slots=True)
class NewMessages:
    """What was new in a channel when it was opened: the messages after number `after` (0: none), `count` of them.
    `seen`: their beginning was seen."""

    after: int = 0
    count: int = 0
    seen: bool = False


class ConversationView(Protocol):
    """The chat as it is seen from here; conversation.Conversation implements it."""

    port: NetworkPort
    me: LoggedIn
    preferences: Preferences
    views: dict[str, View]
    current: str
    state: State
    is_looking: bool
    stale: set[WindowPart]

    @property
    def view(self) -> View | None:
        """The channel that is open."""

    @property
    def timeline(self) -> Timeline:
        """Its timeline."""

    def outgoing(self) -> tuple[PendingMessage, ...]:
        """The messages that the server has not acknowledged."""

    def show_refusal(self, reply: Reply | None, error: Exception | None) -> None:
        """For commands whose reply shows nothing: show the refusal, if it is one."""


class ReadState:
    """See the module."""

    def __init__(self, chat: ConversationView) -> None:
        self.timelines = Timelines(self._new_timeline)
        self._chat = chat
        self._new_messages: dict[str, NewMessages] = {}
        self._marked: dict[str, int] = {}

    @property
    def new_messages(self) -> NewMessages:
        """What was new in the open channel when it was opened."""
        return self._new_messages.get(self._chat.current, NewMessages())

    def message(self, number: int) -> Message | None:
        """A message of the open channel or thread, if it is loaded."""
        found = (timeline.get(number) for timeline in self.timelines.of(self._chat.current))
        return next((message for message in found if message is not None), None)

    def open(self, channel: str) -> None:
        """A channel is opened; a line marks where unread messages begin."""
        chat, view, timeline = self._chat, self._chat.views.get(channel), self._chat.timeline
        self._new_messages[channel] = (
            NewMessages(view.upto, view.unread) if view is not None and view.unread else NewMessages()
        )
        if self.timelines.thread is not None and self.timelines.thread.channel != channel:
            self.close_thread()
        timeline.redraw_all(self.context(channel))
        if not timeline.shown:
            self.request_page(timeline, timeline.newest())
        chat.stale.add("timeline")

    def channel_left(self, channel: str, top_row: str) -> None:
        """Another channel is opened; `top_row`: the row at the top of this one, empty where its end was seen."""
        timeline = self.timelines.known(channel)
        if timeline is not None:
            timeline.top_row = top_row

    def counted(self, view: View) -> None:
        """After a log-in: the unread count of the open channel is known by now."""
        if view.unread and view.upto and not self.new_messages.after:
            timeline = self._chat.timeline
            self._new_messages[view.channel] = NewMessages(view.upto, view.unread)
            self.update_context(timeline)
            timeline.redraw(timeline.next_number(view.upto))

    def open_thread(self, number: int) -> None:
        """Open the thread that this message began, or is a reply in."""
        channel, message, view = self._chat.current, self.message(number), self._chat.view
        number = (message.thread if message is not None else 0) or number
        opened = self.timelines.thread
        if opened is None or (opened.channel, opened.thread) != (channel, number):
            timeline = self.timelines.open(channel, number)
            upto = view.threads.get(number, (0,))[0] if view is not None else 0
            timeline.context = replace(self.context(channel), thread=number, new_after=upto)
            self.request_page(timeline, timeline.newest())
        self._chat.stale.add("thread")

    def close_thread(self) -> None:
        """Close the thread."""
        self.timelines.thread = None
        self._chat.stale.add("thread")

    def scrolled(self, above: bool, below: bool, timeline: Timeline | None = None) -> None:
        """An end of what is loaded comes into sight: request the next page there."""
        timeline = timeline or self._chat.timeline
        if above:
            self.request_page(timeline, timeline.before())
        if below and not timeline.at_end:
            self.request_page(timeline, timeline.after())

    def to_end(self, timeline: Timeline | None = None) -> None:
        """Go to the last message."""
        timeline = timeline or self._chat.timeline
        if not timeline.at_end:
            self.request_page(timeline, timeline.newest())

    def to_first_new(self) -> None:
        """Go to the first new message."""
        new_messages = self.new_messages
        new_messages.seen = True
        if new_messages.after:
            timeline = self._chat.timeline
            is_here = timeline.messages and (
                timeline.messages[0].number <= new_messages.after or not timeline.more_before
            )
            number = timeline.next_number(new_messages.after) if is_here else new_messages.after
            self.request_page(timeline, timeline.around(number, mark=False))
            self._chat.stale.add("timeline")

    def mark_read(self) -> None:
        """The end was looked at: mark the channel read, on all devices."""
        view, timeline = self._chat.view, self._chat.timeline
        if view is not None and view.unread and self._is_end_seen(timeline):
            self._mark(view.channel, view.upto, Mark(channel=view.channel, number=max(timeline.last, view.upto)))

    def mark_thread_read(self) -> None:
        """The end of the thread was looked at: mark it read."""
        view, timeline = self._chat.view, self.timelines.thread
        if (
            view is not None
            and timeline is not None
            and timeline.thread in view.follows
            and self._is_end_seen(timeline)
        ):
            key, upto = composer_id(timeline.channel, timeline.thread), view.threads.get(timeline.thread, (0,))[0]
            self._mark(key, upto, Mark(channel=timeline.channel, number=timeline.last, thread=timeline.thread))

    def top_seen(self, first: int) -> None:
        """The message with this number is at the top of what is seen; 0: not known."""
        new_messages, timeline = self.new_messages, self._chat.timeline
        if not (new_messages.after and first and timeline.messages) or new_messages.seen:
            return
        begins = timeline.next_number(new_messages.after)
        is_here = timeline.messages[0].number <= new_messages.after or not timeline.more_before
        new_messages.seen = is_here and first <= begins

    def _is_end_seen(self, timeline: Timeline) -> bool:
        return self._chat.is_looking and timeline.at_end and timeline.shown and self._chat.state is State.LIVE

    def _mark(self, key: str, upto: int, mark: Mark) -> None:
        """Once: `upto` is what the server is known to have, and what was sent is remembered under `key`."""
        if mark.number > max(upto, self._marked.get(key, 0)):
            self._marked[key] = mark.number
            self._chat.port.ask(mark, lambda reply, error: None)

    def context(self, channel: str) -> RowContext:
        """The context of the rows of a channel."""
        view = self._chat.views.get(channel)
        members = view.members.values() if view is not None else ()
        return RowContext(
            me=self._chat.me.person,
            mine=self._chat.me.name.casefold(),
            today=date.today(),
            new_after=self._new_messages.get(channel, NewMessages()).after,
            names=frozenset(member.name.casefold() for member in members),
            pins=frozenset(view.pins) if view is not None else (),
            ignored=self._chat.preferences.ignored,
        )

    def update_context(self, timeline: Timeline) -> None:
        """The context of its rows has changed."""
        was, context = timeline.context, self.context(timeline.channel)
        if timeline.thread:
            context = replace(context, thread=was.thread, new_after=was.new_after)
        timeline.context = replace(context, found=was.found)

    def while_away(self, message: Message) -> None:
        """The first message since the window lost the focus gets the line above it."""
        chat, timeline = self._chat, self.timelines.known(message.channel)
        if chat.is_looking or message.channel != chat.current or timeline is None or message.person == chat.me.person:
            return
        if self.new_messages.after and not self.new_messages.seen:
            self.new_messages.count += 1
        elif timeline.last:
            first = timeline.next_number(self.new_messages.after)
            self._new_messages[chat.current] = NewMessages(timeline.last, 1)
            self.update_context(timeline)
            timeline.redraw(first)

    def request_page(self, timeline: Timeline, command: Asked | None) -> None:
        """Request a page, and draw it when it comes."""
        if command is None:
            return

        def then(reply: Reply | None, error: Exception | None) -> None:
            if isinstance(reply, Page | ThreadPage):
                view = self._chat.views.get(timeline.channel)
                self.update_context(timeline)
                timeline.page(command, reply, view.messages if view is not None else ())
                for line in arrived(timeline, command):
                    log.info(line)
            else:
                timeline.refused()
                self._chat.show_refusal(reply, error)
            if timeline.channel == self._chat.current:
                self._chat.stale |= {"timeline", "thread"}

        self._chat.port.ask(command, then)

    def _new_timeline(self, channel: str, thread: int) -> Timeline:
        timeline = Timeline(channel, self.context(channel), self._chat.me.name, self._chat.me.guest, thread)
        for pending in self._chat.outgoing():
            if pending.command.channel == channel and timeline.would_show(pending.command):
                timeline.add_pending(pending)
        return timeline


def arrived(timeline: Timeline, asked: Asked) -> list[str]:
    """For the log: what is shown, with the page that was requested."""
    if timeline.thread:
        return [f"{len(timeline.messages)} messages of thread {timeline.thread}"]
    around = asked.around if isinstance(asked, History) else 0
    made = [f"at message {around}"] if around else []
    if timeline.at_end and not around and not asked.before:
        made.append(f"at the end of {timeline.channel}")
    if not timeline.more_before:
        made.append(f"at the beginning of {timeline.channel}")
    return made
