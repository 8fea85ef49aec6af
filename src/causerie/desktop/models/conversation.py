"""One's whole chat as the window shows it: the channels, the one that is open, what is new, what is on its way. No Tk.

`take` is given what comes from the network; what a person does is a method in `acts`. What has to be drawn anew stands
in `stale`, by part, until the window has looked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from causerie.chat.commands import Draft, Drafts, Preferred, Send, Threads, Unread
from causerie.chat.errors import ChatError, NoSuchMessage
from causerie.chat.events import (
    ChannelRenamed,
    Confided,
    Deleted,
    Edited,
    Entered,
    Event,
    Farewell,
    Gap,
    Message,
    Pinned,
    Preferring,
    Reacted,
    Renamed,
    Typing,
)
from causerie.chat.model import Preferences
from causerie.chat.replies import DraftList, Reply, Wishes
from causerie.chat.view import View
from causerie.client import (
    ChannelLeft,
    ChannelSynced,
    EventReceived,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    State,
    StateChanged,
    TypingStopped,
    Update,
)
from causerie.desktop.models import sidebar
from causerie.desktop.models.bridge_messages import Answered, Inside, Port, Then, Told
from causerie.desktop.models.drawing import PARTS, Part
from causerie.desktop.models.login import Sentence, begun
from causerie.desktop.models.notices import Notice, notice
from causerie.desktop.models.read_state import Reading
from causerie.desktop.models.rows import Pending
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.models.unsent import Refusal, Returned, Typed, Unsent
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

NOTICES = 20
"""Notifications that wait to be shown, at most."""


def confided(event: Confided) -> str:
    """What was said to some of a channel alone, as one line."""
    sentences = {
        "voiced": _("{name} in #{channel}, to who has a voice: {text}"),
        "moderators": _("{name} in #{channel}, to the moderators: {text}"),
        "owners": _("{name} in #{channel}, to the owners: {text}"),
    }
    text = " ".join(event.text.split("\n"))
    return sentences[event.to].format(name=event.name, channel=event.channel, text=text)


class Conversation:
    """See the module. `now` is the time in ms since 1970; `new_key` makes a message's key. `typed`: what an earlier
    window left; `drafts`: the same, by channel, from a version that kept no more."""

    def __init__(
        self,
        port: Port,
        inside: Inside,
        sentence: Sentence,
        now: Callable[[], int],
        new_key: Callable[[], str],
        drafts: dict[str, str],
        typed: Typed | None = None,
    ) -> None:
        self.port = port
        self.me = inside.me
        self.welcome = inside.welcome
        self.views = dict(inside.views)
        self.current = inside.channel
        self.state = State.LIVE
        self.stale: set[Part] = set(PARTS)
        self.notices: list[Notice] = []
        self.wants = Preferences()
        self.unsent = Unsent(typed or Typed(drafts=drafts))
        self.looking = True
        """Whether the window has the focus and shows the end of the timeline."""
        self.says = ""
        """One line for the bar above the composer; empty: nothing to say."""
        self.sentence = sentence
        self.now = now
        self.new_key = new_key
        self._pending: dict[str, Pending] = {command.key: Pending(command, now()) for command in inside.outgoing}
        for refusal in typed.refusals if typed is not None else ():
            trouble = refusal.trouble or _("This was on its way when the window was closed.")
            self._pending.setdefault(refusal.command.key, Pending(refusal.command, refusal.at, trouble))
        self._drafts_known: set[str] = set()
        """Channels of which it is known what draft the server has."""
        self._drafts_asked = False
        self.reading = Reading(self)
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
        return self.reading.timelines.get(self.current, self.current)

    @property
    def thread(self) -> Timeline | None:
        """The thread that is open beside it."""
        return self.reading.timelines.thread

    @property
    def drafts(self) -> dict[str, str]:
        """What is typed and not sent, by place."""
        return self.unsent.drafts

    def places(self) -> list[sidebar.Place]:
        """The sidebar."""
        return sidebar.places(self.views, self.current, self.me.person, self.drafts)

    def typing(self) -> list[str]:
        """Who is typing here, now."""
        typing = self.view.typing if self.view is not None else {}
        return [name for person, name in typing.items() if person != self.me.person]

    def label(self) -> str:
        """How the open channel is called."""
        return sidebar.label(self.view, self.me.person) if self.view is not None else self.current

    # What a person does first of all: look at a channel, scroll.

    def open(self, channel: str) -> None:
        """Look at a channel; what is unread there gets a line above it."""
        self.current = channel
        self.reading.open(channel)
        self.stale |= PARTS

    def again(self) -> None:
        """All of it is drawn anew, where one is."""
        for timeline in (self.timeline, self.thread):
            if timeline is not None:
                timeline.again(timeline.scene)
                if not timeline.shown:
                    self.reading.want(timeline, timeline.newest())
        self.stale |= PARTS

    def jump(self, channel: str, number: int) -> None:
        """To a message, in its context."""
        if channel != self.current and channel in self.views:
            self.open(channel)
        wanted = self.timeline.around(number)
        if wanted is None:
            log.info("at message %d", number)
        self.reading.want(self.timeline, wanted)
        self.stale.add("timeline")

    def tick(self) -> None:
        """Time has passed: it may be another day."""
        if self.timeline.scene.today != date.today():
            self.reading.anew(self.timeline)

    # What comes from the network.

    def take(self, item: Told | Answered) -> None:
        """Something came."""
        if isinstance(item, Answered):
            self._answered(item)
            return
        update = item.update
        if item.view is not None:
            self._known(item.view)
        if isinstance(update, EventReceived) and isinstance(update.event, ChannelRenamed) and item.view is not None:
            self._called(update.event.channel, item.view.channel)
        elif isinstance(update, EventReceived):
            self._heard(update.event, item.view)
        else:
            self._happened(update)

    def _happened(self, update: Update) -> None:
        if isinstance(update, StateChanged):
            was, self.state = self.state, update.state
            log.info("the connection is %s", self.state.value)
            self.stale |= {"bar", "sidebar"}
            if update.state is State.LIVE and was is not State.LIVE:
                self._catch_up()
        elif isinstance(update, ChannelSynced):
            self.stale |= {"sidebar", "members", "head"}
            if update.view.channel not in self._drafts_known:
                self._ask_drafts()
            for timeline in self.reading.timelines.of(update.view.channel):
                if not timeline.shown:
                    self.reading.want(timeline, timeline.newest())
        elif isinstance(update, TypingStopped):
            self.stale.add("typing")
        elif isinstance(update, ChannelLeft):
            self._out(update)
        elif isinstance(update, MessageSent):
            pending = self._pending.pop(update.key, None)
            if pending is not None and update.ack.again:
                # An earlier run said it: it stands where it was said, and is not heard again.
                for timeline in self.reading.timelines.of(update.ack.channel):
                    timeline.discard(update.key)
                self.stale |= {"timeline", "thread"}
        elif isinstance(update, MessageDelayed):
            self.say(self.sentence(update.error))
        elif isinstance(update, MessageRefused):
            self._refused(update)

    def _heard(self, event: Event, view: View | None) -> None:
        if isinstance(event, Preferring):
            self._want(event.preferences)
        if isinstance(event, Farewell) or view is None:
            return
        timelines = tuple(self.reading.timelines.of(event.channel))
        if isinstance(event, Message):
            if event.person == view.me:
                log.info("said as message %d of %s", event.number, event.channel)
            self._pending.pop(event.key, None)
            self.reading.while_away(event)
            for timeline in timelines:
                timeline.heard(event)
                if event.thread:
                    timeline.changed(event)
            self._notify(event, view)
            self.stale |= {"timeline", "thread", "sidebar", "typing"}
        elif isinstance(event, Edited | Deleted | Reacted):
            for timeline in timelines:
                timeline.changed(event)
            self.stale |= {"timeline", "thread", "sidebar"}
            if isinstance(event, Deleted) and self.unsent.deleted(event.channel, event.targets):
                self.say(_("The message was deleted; what you typed is kept."))
                self.stale |= {"composer"}
        elif isinstance(event, Pinned):
            for timeline in timelines:
                self.reading.anew(timeline)
                timeline.redraw(event.target)
            self.stale |= {"timeline", "thread", "head"}
        elif isinstance(event, Gap):
            for timeline in timelines:
                timeline.gap()
                if event.channel == self.current:
                    self.reading.want(timeline, timeline.newest())
        elif isinstance(event, Confided):
            # It is nowhere to be read later: one line says it now.
            if event.text:
                self.say(confided(event))
        elif isinstance(event, Typing):
            self.stale.add("typing")
        else:
            if isinstance(event, Entered | Renamed):
                for timeline in timelines:
                    self.reading.anew(timeline)
            self.stale |= {"sidebar", "members", "head", "composer"}

    def _known(self, view: View) -> None:
        self.views[view.channel] = view
        # Until something says so, an empty draft is none that is known.
        if view.draft_at and self.unsent.settle(view.channel, view.draft):
            self.stale |= {"composer", "sidebar"}

    def _called(self, was: str, now: str) -> None:
        """A channel has another name: what was kept for it under the old one goes along, but for its timeline."""
        self.views.pop(was, None)
        self.reading.timelines.drop(was)
        self.unsent.renamed(was, now)
        for pending in self._pending.values():
            if pending.command.channel == was:
                pending.command = replace(pending.command, channel=now)
        if self.current == was:
            self.open(now)
        self.stale |= PARTS

    def _out(self, out: ChannelLeft) -> None:
        self.views.pop(out.channel, None)
        self.reading.timelines.drop(out.channel)
        if out.error is not None:
            self.say(self.sentence(out.error))
        elif self.unsent.has(out.channel):
            self.say(_("You are not in #{channel} any more; what you typed there is kept.").format(channel=out.channel))
        self._drafts_known.discard(out.channel)
        if out.channel == self.current and self.views:
            self.open(next(iter(sorted(self.views))))
        self.stale |= PARTS

    def _refused(self, refused: MessageRefused) -> None:
        trouble = self.why(refused.error)
        pending = self._pending.get(refused.key)
        if pending is not None:
            pending.trouble = trouble
            self.unsent.changed = True
            for timeline in self.reading.timelines.of(pending.command.channel):
                timeline.failed(refused.key, trouble)
            self.stale |= {"timeline", "thread"}
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

    def outgoing(self) -> tuple[Pending, ...]:
        """All that one said and the server has not acknowledged."""
        return tuple(self._pending.values())

    def pending(self, key: str) -> Pending | None:
        """What one said and the server has not acknowledged."""
        return self._pending.get(key)

    def put(self, command: Send) -> None:
        """Something is said: grey until it is acknowledged."""
        pending = self._pending[command.key] = Pending(command, self.now())
        for timeline in self.reading.timelines.of(command.channel):
            if timeline.takes(command):
                if command.channel == self.current and not timeline.at_end and timeline.shown:
                    self.reading.want(timeline, timeline.newest())
                timeline.post(pending)
        self.port.post(command)
        self.stale |= {"timeline", "thread"}

    def drop(self, key: str) -> Pending | None:
        """Somebody gave up on it."""
        pending = self._pending.pop(key, None)
        self.unsent.changed = True
        if pending is not None:
            for timeline in self.reading.timelines.of(pending.command.channel):
                timeline.discard(key)
            self.stale |= {"timeline", "thread"}
        return pending

    def asked(self, reply: Reply | None, error: Exception | None) -> None:
        """The answer to what has nothing to show but its refusal."""
        if error is not None:
            self.say(self.why(error))

    def asked_by(self, place: str, text: Returned) -> Then:
        """What was typed is asked for, as a command or an edit: refused, or the connection lost, it comes back."""
        number = self.unsent.ask(place, text)

        def then(reply: Reply | None, error: Exception | None) -> None:
            if error is None:
                self.unsent.done(number)
                return
            # There is nothing any more to edit: it is a text like any other.
            self.unsent.refused(number, replace(text, editing=None) if isinstance(error, NoSuchMessage) else text)
            self.say(self.why(error))
            self.stale |= {"composer", "thread"}

        return then

    def keep_draft(self, channel: str) -> None:
        """Have the server keep a channel's draft, for one's other devices, or that there is none any more."""
        text = self.unsent.to_keep(channel)
        if text is None or channel not in self.views or self.me.guest or self.state is not State.LIVE:
            return

        def then(reply: Reply | None, error: Exception | None) -> None:
            view = self.views.get(channel)
            self.unsent.kept(channel, text if error is None or view is None else view.draft)
            if error is None:
                log.info("the draft of %s is kept", channel)
                self.keep_draft(channel)  # what was typed meanwhile

        self.unsent.keeping(channel, text)
        self.port.ask(Draft(channel=channel, text=text), then)

    def typed(self, everything: bool) -> Typed:
        """For the disk. `everything`: also what is on its way, which is kept nowhere else."""
        outgoing = [message for message in self.outgoing() if everything or message.trouble]
        return self.unsent.typed([Refusal(message.command, message.at, message.trouble) for message in outgoing])

    def _catch_up(self) -> None:
        """After each log-in: what the events do not tell."""
        self.port.ask(Unread(), self._read)
        self._drafts_asked = False
        self._ask_drafts()
        self.port.ask(Threads(), self._read)
        self.port.ask(Preferred(), self._wishes)

    def _ask_drafts(self) -> None:
        """One question at a time, however many channels are entered."""
        if self._drafts_asked:
            return
        self._drafts_asked = True
        there = frozenset(self.views)

        def then(reply: Reply | None, error: Exception | None) -> None:
            self._drafts_asked = False
            if isinstance(reply, DraftList):
                self._drafts_known |= there
                log.info("drafts are known")
                for channel in there & frozenset(self.views):
                    self.unsent.settle(channel, self.views[channel].draft)
                    self.keep_draft(channel)
                if not self._drafts_known.issuperset(self.views):
                    self._ask_drafts()
            self._read(reply, error)

        self.port.ask(Drafts(), then)

    def _read(self, reply: Reply | None, error: Exception | None) -> None:
        view = self.view
        if view is not None:
            self.reading.counted(view)
        self.stale |= {"sidebar", "timeline", "composer"}

    def _wishes(self, reply: Reply | None, error: Exception | None) -> None:
        if isinstance(reply, Wishes):
            self._want(reply.preferences)

    def _want(self, wants: Preferences) -> None:
        """What one wants, by whichever device: who is ignored is hidden in what is shown already, too."""
        changed = frozenset(self.wants.ignored).symmetric_difference(wants.ignored)
        self.wants = wants
        if changed:
            for timeline in self.reading.timelines.all():
                self.reading.anew(timeline)
                for message in timeline.messages:
                    if message.person in changed:
                        timeline.redraw(message.number)
            self.stale |= {"timeline", "thread"}

    def _notify(self, event: Message, view: View) -> None:
        looked_at = self.looking and event.channel == self.current and self.timeline.at_end
        made = notice(event, view, looked_at, self.wants)
        if made is not None:
            self.notices = [*self.notices, made][-NOTICES:]
            self.stale.add("notices")
