"""What is read in the window: the timelines of channels and of a thread, what is new in each, what was seen. No Tk."""

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
from causerie.desktop.models import composer
from causerie.desktop.models.bridge_messages import Port
from causerie.desktop.models.drawing import Part
from causerie.desktop.models.rows import Pending, Scene
from causerie.desktop.models.timeline import Asked, Timeline
from causerie.desktop.models.timelines import Timelines

log = logging.getLogger("causerie.desktop")


@dataclass(slots=True)
class Fresh:
    """What was new in a channel when one came to look: what follows message `after` (0: nothing was), so many of them;
    `seen`: where it begins has been seen."""

    after: int = 0
    count: int = 0
    seen: bool = False


class ConversationView(Protocol):
    """The chat as it is seen from here; conversation.Conversation is it."""

    port: Port
    me: LoggedIn
    wants: Preferences
    views: dict[str, View]
    current: str
    state: State
    looking: bool
    stale: set[Part]

    @property
    def view(self) -> View | None:
        """The channel that is open."""

    @property
    def timeline(self) -> Timeline:
        """Its messages."""

    def outgoing(self) -> tuple[Pending, ...]:
        """All that one said and the server has not acknowledged."""

    def asked(self, reply: Reply | None, error: Exception | None) -> None:
        """The answer to what has nothing to show but its refusal."""


class Reading:
    """See the module."""

    def __init__(self, chat: ConversationView) -> None:
        self.timelines = Timelines(self._new_timeline)
        self._chat = chat
        self._fresh: dict[str, Fresh] = {}
        self._marked: dict[str, int] = {}

    @property
    def fresh(self) -> Fresh:
        """What was new in the channel when one came to look."""
        return self._fresh.get(self._chat.current, Fresh())

    def message(self, number: int) -> Message | None:
        """A message that is here, in the channel or in the thread beside it."""
        found = (timeline.get(number) for timeline in self.timelines.of(self._chat.current))
        return next((message for message in found if message is not None), None)

    def open(self, channel: str) -> None:
        """A channel is looked at; what is unread there gets a line above it."""
        chat, view, timeline = self._chat, self._chat.views.get(channel), self._chat.timeline
        self._fresh[channel] = Fresh(view.upto, view.unread) if view is not None and view.unread else Fresh()
        if self.timelines.thread is not None and self.timelines.thread.channel != channel:
            self.close_thread()
        timeline.again(self.scene(channel))
        if not timeline.shown:
            self.want(timeline, timeline.newest())
        chat.stale.add("timeline")

    def left(self, channel: str, place: str) -> None:
        """One looks elsewhere; `place` is the row that was seen at the top, empty where the end was seen."""
        timeline = self.timelines.known(channel)
        if timeline is not None:
            timeline.place = place

    def counted(self, view: View) -> None:
        """After a log-in: what is unread in the channel that is open is known by now."""
        if view.unread and view.upto and not self.fresh.after:
            timeline = self._chat.timeline
            self._fresh[view.channel] = Fresh(view.upto, view.unread)
            self.anew(timeline)
            timeline.redraw(timeline.following(view.upto))

    def open_thread(self, number: int) -> None:
        """The thread that this message began, or is a reply in, beside the conversation."""
        channel, message, view = self._chat.current, self.message(number), self._chat.view
        number = (message.thread if message is not None else 0) or number
        opened = self.timelines.thread
        if opened is None or (opened.channel, opened.thread) != (channel, number):
            timeline = self.timelines.open(channel, number)
            upto = view.threads.get(number, (0,))[0] if view is not None else 0
            timeline.scene = replace(self.scene(channel), thread=number, new_after=upto)
            self.want(timeline, timeline.newest())
        self._chat.stale.add("thread")

    def close_thread(self) -> None:
        """Only the conversation is left."""
        self.timelines.thread = None
        self._chat.stale.add("thread")

    def scrolled(self, above: bool, below: bool, timeline: Timeline | None = None) -> None:
        """One of the ends of what is here (or in this timeline) comes into sight."""
        timeline = timeline or self._chat.timeline
        if above:
            self.want(timeline, timeline.before())
        if below and not timeline.at_end:
            self.want(timeline, timeline.after())

    def to_end(self, timeline: Timeline | None = None) -> None:
        """Back to what was said last."""
        timeline = timeline or self._chat.timeline
        if not timeline.at_end:
            self.want(timeline, timeline.newest())

    def to_fresh(self) -> None:
        """To the first of what was new."""
        fresh = self.fresh
        fresh.seen = True
        if fresh.after:
            timeline = self._chat.timeline
            is_here = timeline.messages and (timeline.messages[0].number <= fresh.after or not timeline.more_before)
            number = timeline.following(fresh.after) if is_here else fresh.after
            self.want(timeline, timeline.around(number, mark=False))
            self._chat.stale.add("timeline")

    def seen(self) -> None:
        """What is at the end was looked at: it is read, on all devices."""
        view, timeline = self._chat.view, self._chat.timeline
        if view is not None and view.unread and self._is_seen(timeline):
            self._mark(view.channel, view.upto, Mark(channel=view.channel, number=max(timeline.last, view.upto)))

    def seen_thread(self) -> None:
        """The end of the thread was looked at."""
        view, timeline = self._chat.view, self.timelines.thread
        if view is not None and timeline is not None and timeline.thread in view.follows and self._is_seen(timeline):
            key, upto = composer.place(timeline.channel, timeline.thread), view.threads.get(timeline.thread, (0,))[0]
            self._mark(key, upto, Mark(channel=timeline.channel, number=timeline.last, thread=timeline.thread))

    def looks_at(self, first: int) -> None:
        """`first`: the number of the message at the top of what is seen; 0: not known."""
        fresh, timeline = self.fresh, self._chat.timeline
        if not (fresh.after and first and timeline.messages) or fresh.seen:
            return
        begins = timeline.following(fresh.after)
        is_here = timeline.messages[0].number <= fresh.after or not timeline.more_before
        fresh.seen = is_here and first <= begins

    def _is_seen(self, timeline: Timeline) -> bool:
        return self._chat.looking and timeline.at_end and timeline.shown and self._chat.state is State.LIVE

    def _mark(self, key: str, upto: int, mark: Mark) -> None:
        """Once: `upto` is what the server is known to have, and what it was told is remembered under `key`."""
        if mark.number > max(upto, self._marked.get(key, 0)):
            self._marked[key] = mark.number
            self._chat.port.ask(mark, lambda reply, error: None)

    def scene(self, channel: str) -> Scene:
        """What the rows of a channel have to know."""
        view = self._chat.views.get(channel)
        members = view.members.values() if view is not None else ()
        return Scene(
            me=self._chat.me.person,
            mine=self._chat.me.name.casefold(),
            today=date.today(),
            new_after=self._fresh.get(channel, Fresh()).after,
            names=frozenset(member.name.casefold() for member in members),
            pins=frozenset(view.pins) if view is not None else (),
            ignored=self._chat.wants.ignored,
        )

    def anew(self, timeline: Timeline) -> None:
        """What its rows have to know has changed."""
        was, scene = timeline.scene, self.scene(timeline.channel)
        if timeline.thread:
            scene = replace(scene, thread=was.thread, new_after=was.new_after)
        timeline.scene = replace(scene, found=was.found)

    def while_away(self, message: Message) -> None:
        """The first word since one looked elsewhere gets the line above it."""
        chat, timeline = self._chat, self.timelines.known(message.channel)
        if chat.looking or message.channel != chat.current or timeline is None or message.person == chat.me.person:
            return
        if self.fresh.after and not self.fresh.seen:
            self.fresh.count += 1
        elif timeline.last:
            first = timeline.following(self.fresh.after)
            self._fresh[chat.current] = Fresh(timeline.last, 1)
            self.anew(timeline)
            timeline.redraw(first)

    def want(self, timeline: Timeline, command: Asked | None) -> None:
        """Ask for a page; what comes is drawn."""
        if command is None:
            return

        def then(reply: Reply | None, error: Exception | None) -> None:
            if isinstance(reply, Page | ThreadPage):
                view = self._chat.views.get(timeline.channel)
                self.anew(timeline)
                timeline.page(command, reply, view.messages if view is not None else ())
                for line in arrived(timeline, command):
                    log.info(line)
            else:
                timeline.refused()
                self._chat.asked(reply, error)
            if timeline.channel == self._chat.current:
                self._chat.stale |= {"timeline", "thread"}

        self._chat.port.ask(command, then)

    def _new_timeline(self, channel: str, thread: int) -> Timeline:
        timeline = Timeline(channel, self.scene(channel), self._chat.me.name, self._chat.me.guest, thread)
        for pending in self._chat.outgoing():
            if pending.command.channel == channel and timeline.takes(pending.command):
                timeline.post(pending)
        return timeline


def arrived(timeline: Timeline, asked: Asked) -> list[str]:
    """For the log: where one is, with the page that was asked for."""
    if timeline.thread:
        return [f"{len(timeline.messages)} messages of thread {timeline.thread}"]
    around = asked.around if isinstance(asked, History) else 0
    made = [f"at message {around}"] if around else []
    if timeline.at_end and not around and not asked.before:
        made.append(f"at the end of {timeline.channel}")
    if not timeline.more_before:
        made.append(f"at the beginning of {timeline.channel}")
    return made
