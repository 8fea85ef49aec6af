"""One's whole chat as the window shows it: the channels, the one that is open, what is new, what is on its way. No Tk.

`take` is given what comes from the network; what a person does is a method in `acts`. What has to be drawn anew stands
in `stale`, by part, until the window has looked.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Literal

from causerie.chat.commands import Drafts, History, Mark, Preferred, Send, Threads, Unread
from causerie.chat.errors import ChatError
from causerie.chat.events import Deleted, Edited, Entered, Event, Farewell, Gap, Message, Pinned, Reacted, Renamed
from causerie.chat.replies import Page, Reply, Wishes
from causerie.chat.view import View
from causerie.client import Delayed, Happening, Heard, Opened, Out, Refused, Sent, State, Turned
from causerie.desktop import composer, sidebar
from causerie.desktop.items import Answered, Inside, Port, Told
from causerie.desktop.login import Sentence, begun
from causerie.desktop.notices import Notice, notice
from causerie.desktop.rows import Pending, Scene
from causerie.desktop.timeline import Timeline
from causerie.text import _

log = logging.getLogger("causerie.desktop")

TIMELINES = 8
"""Channels whose place in the timeline is kept; the others open at their end."""

NOTICES = 20
"""Notifications that wait to be shown, at most."""

Part = Literal["sidebar", "head", "timeline", "members", "typing", "bar", "composer", "notices"]
PARTS: frozenset[Part] = frozenset(("sidebar", "head", "timeline", "members", "typing", "bar", "composer", "notices"))


class Conversation:
    """See the module. `now` is the time in ms since 1970; `new_key` makes a letter's key."""

    def __init__(
        self,
        port: Port,
        inside: Inside,
        sentence: Sentence,
        now: Callable[[], int],
        new_key: Callable[[], str],
        drafts: dict[str, str],
    ) -> None:
        self.port = port
        self.me = inside.me
        self.welcome = inside.welcome
        self.views = dict(inside.views)
        self.current = inside.channel
        self.state = State.LIVE
        self.stale: set[Part] = set(PARTS)
        self.notices: list[Notice] = []
        self.ignored: frozenset[str] = frozenset()
        self.drafts = drafts
        self.looking = True
        """Whether the window has the focus and shows the end of the timeline."""
        self.says = ""
        """One line for the bar above the composer; empty: nothing to say."""
        self.sentence = sentence
        self.now = now
        self.new_key = new_key
        self._timelines: OrderedDict[str, Timeline] = OrderedDict()
        self._pending: dict[str, Pending] = {letter.key: Pending(letter, now()) for letter in inside.letters}
        self._new_after: dict[str, int] = {}
        self._typing: dict[tuple[str, int], int] = {}
        self._marked: dict[str, int] = {}
        self._catch_up()
        self.open(inside.channel)

    # What is looked at.

    @property
    def view(self) -> View | None:
        """The channel that is open."""
        return self.views.get(self.current)

    @property
    def timeline(self) -> Timeline:
        """Its messages."""
        return self._timeline(self.current)

    def places(self) -> list[sidebar.Place]:
        """The sidebar."""
        return sidebar.places(self.views, self.current, self.me.person, self.drafts)

    def typing(self) -> list[str]:
        """Who is typing here, now."""
        now = self.now()
        return [
            name
            for person, name in (self.view.typing if self.view is not None else {}).items()
            if person != self.me.person and self._typing.get((self.current, person), 0) > now
        ]

    def label(self) -> str:
        """How the open channel is called."""
        return sidebar.label(self.view, self.me.person) if self.view is not None else self.current

    # What a person does first of all: look at a channel, scroll.

    def open(self, channel: str) -> None:
        """Look at a channel; what is unread there gets a line above it."""
        self.current = channel
        view = self.views.get(channel)
        self._new_after[channel] = view.upto if view is not None and view.unread and view.upto else 0
        timeline = self._timeline(channel)
        timeline.again(self._scene(channel))
        if not timeline.shown:
            self._want(timeline, timeline.newest())
        self.stale |= PARTS

    def again(self) -> None:
        """All of it is drawn anew, where one is."""
        self.timeline.again(self.timeline.scene)
        self.stale |= PARTS

    def scrolled(self, above: bool, below: bool) -> None:
        """One of the ends of what is here comes into sight."""
        timeline = self.timeline
        if above:
            self._want(timeline, timeline.before())
        if below and not timeline.at_end:
            self._want(timeline, timeline.after())

    def to_end(self) -> None:
        """Back to what was said last."""
        if not self.timeline.at_end:
            self._want(self.timeline, self.timeline.newest())

    def jump(self, channel: str, number: int) -> None:
        """To a message, in its context."""
        if channel != self.current and channel in self.views:
            self.open(channel)
        wanted = self.timeline.around(number)
        if wanted is None:
            log.info("at message %d", number)
        self._want(self.timeline, wanted)
        self.stale.add("timeline")

    def seen(self) -> None:
        """What is at the end was looked at: it is read, on all devices."""
        view, timeline = self.view, self.timeline
        if view is None or not (self.looking and timeline.at_end and timeline.shown) or self.state is not State.LIVE:
            return
        last = max(timeline.last, view.upto)
        if view.unread and last > max(view.upto, self._marked.get(self.current, 0)):
            self._marked[self.current] = last
            self.port.ask(Mark(channel=self.current, number=last), self._ignore)

    def tick(self) -> None:
        """Time has passed: who has not gone on typing is not typing."""
        now = self.now()
        if due := [one for one, until in self._typing.items() if until <= now]:
            for one in due:
                del self._typing[one]
            self.stale.add("typing")
        if self.timeline.scene.today != date.today():
            self.timeline.scene = self._scene(self.current)

    # What comes from the network.

    def take(self, item: Told | Answered) -> None:
        """Something came."""
        if isinstance(item, Answered):
            self._answered(item)
            return
        happening = item.happening
        if item.view is not None:
            self._known(item.view)
        if isinstance(happening, Heard):
            self._heard(happening.event, item.view)
        else:
            self._happened(happening)

    def _happened(self, happening: Happening) -> None:
        if isinstance(happening, Turned):
            was, self.state = self.state, happening.state
            log.info("the connection is %s", self.state.value)
            self.stale |= {"bar", "sidebar"}
            if happening.state is State.LIVE and was is not State.LIVE:
                self._catch_up()
        elif isinstance(happening, Opened):
            self.stale |= {"sidebar", "members", "head"}
            timeline = self._timelines.get(happening.view.channel)
            if timeline is not None and not timeline.shown and not timeline.asked:
                self._want(timeline, timeline.newest())
        elif isinstance(happening, Out):
            self._out(happening)
        elif isinstance(happening, Sent):
            self._pending.pop(happening.key, None)
        elif isinstance(happening, Delayed):
            self.say(self.sentence(happening.error))
        elif isinstance(happening, Refused):
            self._refused(happening)

    def _heard(self, event: Event, view: View | None) -> None:
        if isinstance(event, Farewell) or view is None:
            return
        timeline = self._timelines.get(event.channel)
        if isinstance(event, Message):
            if event.person == view.me:
                log.info("said as message %d of %s", event.number, event.channel)
            self._pending.pop(event.key, None)
            self._typing.pop((event.channel, event.person), None)
            if timeline is not None:
                timeline.heard(event)
                if event.thread:
                    timeline.changed(event)
            self._notify(event, view)
            self.stale |= {"timeline", "sidebar", "typing"}
        elif isinstance(event, Edited | Deleted | Reacted):
            if timeline is not None:
                timeline.changed(event)
            self.stale |= {"timeline", "sidebar"}
        elif isinstance(event, Pinned) and timeline is not None:
            timeline.scene = self._scene(event.channel)
            timeline.redraw(event.target)
            self.stale |= {"timeline", "head"}
        elif isinstance(event, Gap) and timeline is not None:
            timeline.gap()
            if event.channel == self.current:
                self._want(timeline, timeline.newest())
        elif event.__class__.__name__ == "Typing":
            person = getattr(event, "person", 0)
            self._typing[event.channel, person] = self.now() + 6000
            self.stale.add("typing")
        else:
            if isinstance(event, Entered | Renamed) and timeline is not None:
                timeline.scene = self._scene(event.channel)
            self.stale |= {"sidebar", "members", "head", "composer"}

    def _known(self, view: View) -> None:
        self.views[view.channel] = view

    def _out(self, out: Out) -> None:
        self.views.pop(out.channel, None)
        self._timelines.pop(out.channel, None)
        if out.error is not None:
            self.say(self.sentence(out.error))
        if out.channel == self.current and self.views:
            self.open(next(iter(sorted(self.views))))
        self.stale |= PARTS

    def _refused(self, refused: Refused) -> None:
        trouble = self.why(refused.error)
        pending = self._pending.get(refused.key)
        if pending is not None:
            pending.trouble = trouble
            self._timeline(pending.command.channel).failed(refused.key, trouble)
            self.stale.add("timeline")
        self.say(trouble)

    def _answered(self, item: Answered) -> None:
        if item.me is not None and item.me.person == self.me.person and item.me != self.me:
            self.me = item.me
            self.stale.add("sidebar")
        for channel, view in item.views.items():
            if self.views.get(channel) is not view:
                self._known(view)
                self.stale |= {"sidebar", "head"}
        item.then(item.reply, item.error)

    # The rest is its own and `acts`'.

    def say(self, text: str) -> None:
        """One line for the person who looks at the window."""
        log.info("said below: %s", text)
        self.says = begun(text)
        self.stale.add("bar")

    def why(self, error: Exception) -> str:
        """An error as a sentence."""
        return (
            self.sentence(error) if isinstance(error, ChatError) else _("It could not be done: {why}").format(why=error)
        )

    def pending(self, key: str) -> Pending | None:
        """What one said and the server has not acknowledged."""
        return self._pending.get(key)

    def put(self, command: Send) -> None:
        """Something is said: grey until it is acknowledged."""
        pending = self._pending[command.key] = Pending(command, self.now())
        timeline = self._timeline(command.channel)
        if command.channel == self.current and not timeline.at_end and timeline.shown:
            self._want(timeline, timeline.newest())
        timeline.post(pending)
        self.port.post(command)
        self.stale.add("timeline")

    def drop(self, key: str) -> Pending | None:
        """Somebody gave up on it."""
        pending = self._pending.pop(key, None)
        if pending is not None:
            self._timeline(pending.command.channel).discard(key)
            self.stale.add("timeline")
        return pending

    def asked(self, reply: Reply | None, error: Exception | None) -> None:
        """The answer to what has nothing to show but its refusal."""
        if error is not None:
            self.say(self.why(error))

    def _ignore(self, reply: Reply | None, error: Exception | None) -> None:
        """It is tried again by itself, some time."""

    def _catch_up(self) -> None:
        """After each log-in: what the events do not tell."""
        for command in (Unread(), Drafts(), Threads()):
            self.port.ask(command, self._read)
        self.port.ask(Preferred(), self._wishes)

    def _read(self, reply: Reply | None, error: Exception | None) -> None:
        local = {channel: text for channel, text in self.drafts.items() if text}
        self.drafts = composer.merged(local, self.views)
        view = self.view
        if view is not None and view.unread and view.upto and not self._new_after.get(self.current):
            self._new_after[self.current] = view.upto
            if self.timeline.shown:
                self.timeline.again(self._scene(self.current))
        self.stale |= {"sidebar", "timeline", "composer"}

    def _wishes(self, reply: Reply | None, error: Exception | None) -> None:
        if isinstance(reply, Wishes):
            self.ignored = frozenset(name.casefold() for name in reply.ignored)

    def _notify(self, event: Message, view: View) -> None:
        looked_at = self.looking and event.channel == self.current and self.timeline.at_end
        made = notice(event, view, self.ignored, looked_at)
        if made is not None:
            self.notices = [*self.notices, made][-NOTICES:]
            self.stale.add("notices")

    def _scene(self, channel: str) -> Scene:
        view = self.views.get(channel)
        members = view.members.values() if view is not None else ()
        return Scene(
            me=self.me.person,
            mine=self.me.name.casefold(),
            today=date.today(),
            new_after=self._new_after.get(channel, 0),
            names=frozenset(member.name.casefold() for member in members),
            pins=frozenset(view.pins) if view is not None else (),
            ignored=self.ignored,
        )

    def _timeline(self, channel: str) -> Timeline:
        timeline = self._timelines.get(channel)
        if timeline is None:
            timeline = Timeline(channel, self._scene(channel), self.me.name, self.me.guest)
            for pending in self._pending.values():
                if pending.command.channel == channel:
                    timeline.post(pending)
            self._timelines[channel] = timeline
            while len(self._timelines) > TIMELINES:
                oldest = next(name for name in self._timelines if name not in (channel, self.current))
                del self._timelines[oldest]
        self._timelines.move_to_end(channel)
        return timeline

    def _want(self, timeline: Timeline, command: History | None) -> None:
        if command is None:
            return

        def then(reply: Reply | None, error: Exception | None) -> None:
            if isinstance(reply, Page):
                view = self.views.get(timeline.channel)
                timeline.scene = replace(self._scene(timeline.channel), found=timeline.scene.found)
                timeline.page(command, reply, view.messages if view is not None else ())
                if command.around:
                    log.info("at message %d", command.around)
                elif timeline.at_end and not command.before:
                    log.info("at the end of %s", timeline.channel)
                if not timeline.more_before:
                    log.info("at the beginning of %s", timeline.channel)
            else:
                timeline.refused()
                self.asked(reply, error)
            if timeline.channel == self.current:
                self.stale.add("timeline")

        self.port.ask(command, then)
