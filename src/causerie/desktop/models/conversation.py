"""The model of the window: channels, the open one, timelines, composers, pending messages. No Tk.

`receive` is given what comes from the network; what a person does is a method in `actions`. `stale` names the parts of
the window that have to be redrawn; the window empties it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from causerie.chat.commands import Preferred, Send, Threads, Unread
from causerie.chat.errors import ChatError, NoSuchMessage
from causerie.chat.events import (
    ChannelRenamed,
    Deleted,
    Edited,
    Entered,
    Event,
    Farewell,
    Gap,
    Message,
    Pinned,
    PreferencesChanged,
    Reacted,
    Renamed,
    RestrictedMessage,
    Typing,
)
from causerie.chat.model import Preferences
from causerie.chat.replies import OwnPreferences, Reply
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
from causerie.desktop.models import sidebar, status
from causerie.desktop.models.bridge_messages import (
    NetworkPort,
    OnAnswer,
    RequestAnswered,
    SessionStarted,
    UpdateReceived,
)
from causerie.desktop.models.composers import Composers, RefusedMessage, ReturnedText, SavedComposers
from causerie.desktop.models.draft_sync import DraftSync
from causerie.desktop.models.login import Sentence, capitalised
from causerie.desktop.models.notifications import DesktopNotification, notification
from causerie.desktop.models.read_state import ReadState
from causerie.desktop.models.rows import PendingMessage
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.models.window_parts import WINDOW_PARTS, WindowPart
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

MAX_NOTIFICATIONS = 20
"""Desktop notifications that wait to be shown, at most."""


class Conversation:
    """See the module. `now` gives the time in ms since 1970; `new_key` makes an idempotency key. `saved`: the texts
    of an earlier run."""

    def __init__(
        self,
        port: NetworkPort,
        inside: SessionStarted,
        sentence: Sentence,
        now: Callable[[], int],
        new_key: Callable[[], str],
        saved: SavedComposers,
    ) -> None:
        self.port = port
        self.me = inside.me
        self.welcome = inside.welcome
        self.views = dict(inside.views)
        self.current = inside.channel
        self.state = State.LIVE
        self.stale: set[WindowPart] = set(WINDOW_PARTS)
        self.notifications: list[DesktopNotification] = []
        self.preferences = Preferences()
        self.composers = Composers(saved)
        self.is_looking = True
        """Whether the window has the focus and shows the end of the timeline."""
        self.status_text = ""
        """The line below the composer; empty: none."""
        self.sentence = sentence
        self.now = now
        self.new_key = new_key
        self._pending: dict[str, PendingMessage] = {
            command.key: PendingMessage(command, now()) for command in inside.outgoing
        }
        for refusal in saved.refusals:
            trouble = refusal.trouble or _("This was on its way when the window was closed.")
            self._pending.setdefault(refusal.command.key, PendingMessage(refusal.command, refusal.at, trouble))
        self.draft_sync = DraftSync(port, self.composers, self.views, lambda: self._keeps_drafts, self._read)
        self.read_state = ReadState(self)
        self._request_own_state()
        self.open(inside.channel)

    # What is shown.

    @property
    def view(self) -> View | None:
        """The channel that is open."""
        return self.views.get(self.current)

    @property
    def timeline(self) -> Timeline:
        """The timeline of the open channel."""
        return self.read_state.timelines.get(self.current, self.current)

    @property
    def thread(self) -> Timeline | None:
        """The timeline of the open thread."""
        return self.read_state.timelines.thread

    def entries(self) -> list[sidebar.SidebarEntry]:
        """The entries of the sidebar."""
        return sidebar.entries(self.views, self.current, self.me.person, self.composers.drafts)

    def typing(self) -> list[str]:
        """Names of those who are typing in the open channel."""
        typing = self.view.typing if self.view is not None else {}
        return [name for person, name in typing.items() if person != self.me.person]

    def label(self) -> str:
        """The label of the open channel."""
        return sidebar.label(self.view, self.me.person) if self.view is not None else self.current

    # Opening channels and messages.

    def open(self, channel: str) -> None:
        """Open a channel; a line marks where unread messages begin."""
        self.current = channel
        self.read_state.open(channel)
        self.stale |= WINDOW_PARTS

    def again(self) -> None:
        """Redraw everything, at the same place."""
        for timeline in (self.timeline, self.thread):
            if timeline is not None:
                timeline.redraw_all(timeline.context)
                if not timeline.shown:
                    self.read_state.request_page(timeline, timeline.newest())
        self.stale |= WINDOW_PARTS

    def jump(self, channel: str, number: int) -> None:
        """Show a message in its context."""
        if channel != self.current and channel in self.views:
            self.open(channel)
        wanted = self.timeline.around(number)
        if wanted is None:
            log.info("at message %d", number)
        self.read_state.request_page(self.timeline, wanted)
        self.stale.add("timeline")

    def tick(self) -> None:
        """Time has passed: it may be another day."""
        if self.timeline.context.today != date.today():
            self.read_state.update_context(self.timeline)

    # What comes from the network.

    def receive(self, item: UpdateReceived | RequestAnswered) -> None:
        """Something arrived from the network."""
        if isinstance(item, RequestAnswered):
            self._request_answered(item)
            return
        update = item.update
        if item.view is not None:
            self._set_view(item.view)
        if isinstance(update, EventReceived) and isinstance(update.event, ChannelRenamed) and item.view is not None:
            self._channel_renamed(update.event.channel, item.view.channel)
        elif isinstance(update, EventReceived):
            self._event_received(update.event, item.view)
        else:
            self._apply_update(update)

    def _apply_update(self, update: Update) -> None:
        if isinstance(update, StateChanged):
            was, self.state = self.state, update.state
            log.info("the connection is %s", self.state.value)
            self.stale |= {"bar", "sidebar"}
            if update.state is State.LIVE and was is not State.LIVE:
                self._request_own_state()
        elif isinstance(update, ChannelSynced):
            self.stale |= {"sidebar", "members", "head"}
            self.draft_sync.channel_synced(update.view.channel)
            for timeline in self.read_state.timelines.of(update.view.channel):
                if not timeline.shown:
                    self.read_state.request_page(timeline, timeline.newest())
        elif isinstance(update, TypingStopped):
            self.stale.add("typing")
        elif isinstance(update, ChannelLeft):
            self._channel_left(update)
        elif isinstance(update, MessageSent):
            pending = self._pending.pop(update.key, None)
            if pending is not None and update.ack.again:
                # An earlier run sent it: it is in the log already, and its event does not come again.
                for timeline in self.read_state.timelines.of(update.ack.channel):
                    timeline.remove_pending(update.key)
                self.stale |= {"timeline", "thread"}
        elif isinstance(update, MessageDelayed):
            self.show_status(self.sentence(update.error))
        elif isinstance(update, MessageRefused):
            self._message_refused(update)

    def _event_received(self, event: Event, view: View | None) -> None:
        if isinstance(event, PreferencesChanged):
            self._set_preferences(event.preferences)
        if isinstance(event, Farewell) or view is None:
            return
        timelines = tuple(self.read_state.timelines.of(event.channel))
        if isinstance(event, Message):
            if event.person == view.me:
                log.info("said as message %d of %s", event.number, event.channel)
            self._pending.pop(event.key, None)
            self.read_state.while_away(event)
            for timeline in timelines:
                timeline.message_received(event)
                if event.thread:
                    timeline.message_changed(event)
            self._notify(event, view)
            self.stale |= {"timeline", "thread", "sidebar", "typing"}
        elif isinstance(event, Edited | Deleted | Reacted):
            for timeline in timelines:
                timeline.message_changed(event)
            self.stale |= {"timeline", "thread", "sidebar"}
            if isinstance(event, Deleted) and self.composers.messages_deleted(event.channel, event.targets):
                self.show_status(_("The message was deleted; what you typed is kept."))
                self.stale |= {"composer"}
        elif isinstance(event, Pinned):
            for timeline in timelines:
                self.read_state.update_context(timeline)
                timeline.redraw(event.target)
            self.stale |= {"timeline", "thread", "head"}
        elif isinstance(event, Gap):
            for timeline in timelines:
                timeline.gap()
                if event.channel == self.current:
                    self.read_state.request_page(timeline, timeline.newest())
        elif isinstance(event, RestrictedMessage):
            # It cannot be read later: show it in one line now.
            if event.text:
                self.show_status(status.restricted_message_line(event))
        elif isinstance(event, Typing):
            self.stale.add("typing")
        else:
            if isinstance(event, Entered | Renamed):
                for timeline in timelines:
                    self.read_state.update_context(timeline)
            self.stale |= {"sidebar", "members", "head", "composer"}

    def _set_view(self, view: View) -> None:
        self.views[view.channel] = view
        # Without a time, an empty draft is one that is not known.
        if view.draft_at and self.composers.server_draft(view.channel, view.draft):
            self.stale |= {"composer", "sidebar"}

    def _channel_renamed(self, was: str, now: str) -> None:
        """A channel was renamed: everything is kept under the new name, but for its timeline."""
        self.views.pop(was, None)
        self.read_state.timelines.drop(was)
        self.composers.channel_renamed(was, now)
        for pending in self._pending.values():
            if pending.command.channel == was:
                pending.command = replace(pending.command, channel=now)
        if self.current == was:
            self.open(now)
        self.stale |= WINDOW_PARTS

    def _channel_left(self, out: ChannelLeft) -> None:
        self.views.pop(out.channel, None)
        self.read_state.timelines.drop(out.channel)
        if out.error is not None:
            self.show_status(self.sentence(out.error))
        elif self.composers.has_text(out.channel):
            self.show_status(
                _("You are not in #{channel} any more; what you typed there is kept.").format(channel=out.channel)
            )
        self.draft_sync.channel_left(out.channel)
        if out.channel == self.current and self.views:
            self.open(next(iter(sorted(self.views))))
        self.stale |= WINDOW_PARTS

    def _message_refused(self, refused: MessageRefused) -> None:
        trouble = self.error_text(refused.error)
        pending = self._pending.get(refused.key)
        if pending is not None:
            pending.trouble = trouble
            self.composers.changed = True
            for timeline in self.read_state.timelines.of(pending.command.channel):
                timeline.pending_failed(refused.key, trouble)
            self.stale |= {"timeline", "thread"}
        self.show_status(trouble)

    def _request_answered(self, item: RequestAnswered) -> None:
        if item.me is not None and item.me.person == self.me.person and item.me != self.me:
            self.me = item.me
            self.stale.add("sidebar")
        for channel, view in item.views.items():
            if self.views.get(channel) is not view:
                self._set_view(view)
                self.stale |= {"sidebar", "head"}
        item.then(item.reply, item.error)

    # For `actions`, `composer` and itself.

    def show_status(self, text: str) -> None:
        """Show one line below the composer."""
        log.info("said below: %s", text)
        self.status_text = capitalised(text)
        self.stale.add("bar")

    def error_text(self, error: Exception) -> str:
        """An error as a sentence."""
        return (
            self.sentence(error) if isinstance(error, ChatError) else _("It could not be done: {why}").format(why=error)
        )

    def outgoing(self) -> tuple[PendingMessage, ...]:
        """The messages that the server has not acknowledged."""
        return tuple(self._pending.values())

    def send(self, command: Send) -> None:
        """Send a message: grey until it is acknowledged."""
        pending = self._pending[command.key] = PendingMessage(command, self.now())
        for timeline in self.read_state.timelines.of(command.channel):
            if timeline.would_show(command):
                if command.channel == self.current and not timeline.at_end and timeline.shown:
                    self.read_state.request_page(timeline, timeline.newest())
                timeline.add_pending(pending)
        self.port.post(command)
        self.stale |= {"timeline", "thread"}

    def discard_pending(self, key: str) -> PendingMessage | None:
        """Give up a pending message."""
        pending = self._pending.pop(key, None)
        self.composers.changed = True
        if pending is not None:
            for timeline in self.read_state.timelines.of(pending.command.channel):
                timeline.remove_pending(key)
            self.stale |= {"timeline", "thread"}
        return pending

    def show_refusal(self, reply: Reply | None, error: Exception | None) -> None:
        """For commands whose reply shows nothing: show the refusal, if it is one."""
        if error is not None:
            self.show_status(self.error_text(error))

    def return_on_refusal(self, composer: str, text: ReturnedText) -> OnAnswer:
        """A command or an edit is sent for this text, which returns to its composer when it is refused or the
        connection is lost. To be called with the answer."""
        number = self.composers.request_sent(composer, text)

        def then(reply: Reply | None, error: Exception | None) -> None:
            if error is None:
                self.composers.request_done(number)
                return
            # The message is gone: the edit becomes a plain text.
            self.composers.request_refused(
                number, replace(text, editing=None) if isinstance(error, NoSuchMessage) else text
            )
            self.show_status(self.error_text(error))
            self.stale |= {"composer", "thread"}

        return then

    def saved_composers(self, everything: bool) -> SavedComposers:
        """For the disk. `everything`: also pending messages, which are stored nowhere else."""
        outgoing = [message for message in self.outgoing() if everything or message.trouble]
        return self.composers.saved(
            [RefusedMessage(message.command, message.at, message.trouble) for message in outgoing]
        )

    def _request_own_state(self) -> None:
        """After each log-in: request the person's own state, which events do not repeat."""
        self.port.ask(Unread(), self._read)
        self.draft_sync.logged_in()
        self.port.ask(Threads(), self._read)
        self.port.ask(Preferred(), self._preferred)

    @property
    def _keeps_drafts(self) -> bool:
        """Whether the server takes drafts now."""
        return not self.me.guest and self.state is State.LIVE

    def _read(self, reply: Reply | None, error: Exception | None) -> None:
        view = self.view
        if view is not None:
            self.read_state.counted(view)
        self.stale |= {"sidebar", "timeline", "composer"}

    def _preferred(self, reply: Reply | None, error: Exception | None) -> None:
        if isinstance(reply, OwnPreferences):
            self._set_preferences(reply.preferences)

    def _set_preferences(self, preferences: Preferences) -> None:
        """Preferences were set, by whichever device: messages of ignored people are hidden, also those shown
        already."""
        changed = frozenset(self.preferences.ignored).symmetric_difference(preferences.ignored)
        self.preferences = preferences
        if changed:
            for timeline in self.read_state.timelines.all():
                self.read_state.update_context(timeline)
                for message in timeline.messages:
                    if message.person in changed:
                        timeline.redraw(message.number)
            self.stale |= {"timeline", "thread"}

    def _notify(self, event: Message, view: View) -> None:
        looked_at = self.is_looking and event.channel == self.current and self.timeline.at_end
        made = notification(event, view, looked_at, self.preferences)
        if made is not None:
            self.notifications = [*self.notifications, made][-MAX_NOTIFICATIONS:]
