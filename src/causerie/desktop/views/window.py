"""The chat window's controller: models into views, key presses and clicks into models."""

from __future__ import annotations

import tkinter as tk
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from causerie.client import State
from causerie.desktop.models import emoji_list, lines, sidebar, status
from causerie.desktop.models.actions import Actions
from causerie.desktop.models.composer import Composer
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.notifications import title
from causerie.desktop.models.saved_files import Settings
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views import keys, side_panel
from causerie.desktop.views.chat_view import ChatCallbacks, ChatView
from causerie.desktop.views.choosers import Choosers
from causerie.desktop.views.composer_controller import ComposerController
from causerie.desktop.views.menus import Menus
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.thread_pane import ThreadPane
from causerie.desktop.views.timeline_view import TimelineView
from causerie.desktop.views.timers import Timers
from causerie.i18n.text import _

TICK = 1000

EMOJI_AFTER = 3000
"""Milliseconds until the list of emoji is loaded, before somebody waits for it."""

READ_AFTER = 300
"""Milliseconds that the end has to be in sight until it is marked read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a window hands to the one that replaces it, in another look: the cursor of its composer, its side panel."""

    cursor: str
    panel: side_panel.Snapshot


class Window:
    """See the module. `choose` changes settings; `leave` goes back to the form; `snapshot`: of the window before."""

    panel: side_panel.SidePanel

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        chat: Conversation,
        settings: Settings,
        choose: Callable[[Settings], None],
        leave: Callable[[bool], None],
        reconnect_now: Callable[[], None],
        snapshot: Snapshot | None = None,
    ) -> None:
        self.root = root
        self.look = look
        self.chat = chat
        self.settings = settings
        self.choose = choose
        self.leave = leave
        self.actions = Actions(chat, lambda typed: self.panel.search(typed))
        self.overlay = Overlay(root, look, self._focus)
        self.choosers = Choosers(
            self.overlay,
            look,
            self.actions,
            self.open,
            recent=lambda: self.settings.emoji,
            used=lambda emoji: self._choose(emoji=emoji),
        )
        self.menus = Menus(self)
        self._timers = Timers(root)
        self._place = ""
        self.view = ChatView(
            root,
            look,
            ChatCallbacks(
                open_channel=self.open,
                side=lambda key: self.panel.pressed(key),
                add=self.choosers.channel,
                menu=self.menus.channel,
                own_menu=self.menus.own,
                search=lambda: self.panel.seek(),
                pins=lambda: self.panel.pins(),
                people=self._toggle_people,
                reconnect_now=reconnect_now,
                to_end=self.to_end,
                to_first_new=self.to_first_new,
                search_for=lambda typed: self.panel.search(typed),
            ),
        )
        self.view.frame.pack(fill="both", expand=True)
        self.panel = side_panel.SidePanel(
            self.view,
            self.actions,
            settings.members,
            self._jump,
            self._person,
            lambda on: self._choose(members=on),
            self._thread_pane,
        )
        self.timeline = TimelineView(self.view.middle, look, self.act, self._scrolled, self.menus.message)
        self.timeline.frame.grid(row=3, column=0, sticky="nsew")
        self.composer = ComposerController(
            self.view.middle,
            look,
            Composer(chat, self.actions.command),
            self.overlay,
            self._timers,
            lambda: self.settings,
            self._sent,
            self._escaped,
            self._emoji,
        )
        self.timeline.typed = self.composer.view.put
        self.composer.view.frame.grid(row=4, column=0, sticky="ew", padx=look.px(18))
        self._keys = {
            **keys.window_keys(
                chat,
                self.choosers,
                go=self.open,
                search=self.panel.seek,
                read_all=self.actions.read_all,
                emoji=self._emoji,
                react=lambda: self._to_last("emoji"),
                thread=lambda: self._to_last("thread"),
            ),
            "<F10>": self._own_menu,
            "<Shift-F10>": self._message_menu,
            "<Menu>": self._message_menu,
        }
        line_keys = keys.timeline_keys(self.timeline.page, self.to_end, self.to_first_new)
        keys.bind_line(self.composer.view.text, {**self._keys, **line_keys, **self.composer.view.keys}, self.to_end)
        keys.bind_window(
            self.view.frame,
            {**line_keys, **self._keys},
            lambda: self.overlay.close() if self.overlay.is_open else self._escaped(),
            lambda: self.overlay.is_open,
        )
        self.refresh()
        if snapshot is not None:
            self.composer.restore(snapshot.cursor)
            self.panel.restore(snapshot.panel)
        if self.panel.thread is None:
            self._focus()
        self._tick()
        self._timers.later("emoji", EMOJI_AFTER, emoji_list.everything)

    # Called by the program.

    def refresh(self) -> None:
        """Redraw the parts that are stale."""
        chat, view = self.chat, self.view
        stale, chat.stale = chat.stale, set()
        if not stale:
            return
        if self._place != chat.current:
            chat.read_state.channel_left(self._place, self.timeline.top_row)
            self._place = chat.current
            self.composer.channel_opened()
            stale |= {"timeline"}
        if "timeline" in stale:
            self.timeline.draw(chat.timeline.take_steps())
            self._look()
        if "thread" in stale:
            self.panel.refresh()
        if "sidebar" in stale or "timeline" in stale:
            entries = chat.entries()
            view.set_channels(lines.of_sidebar(entries), chat.me.name)
            self.root.title(title(sidebar.total(entries), self._label()))
        if "head" in stale and chat.view is not None:
            view.head(self._label(), chat.view.topic, len(chat.view.pins))
            # TRANSLATORS: in the empty line to type in; {where} is a channel or a person
            self.composer.view.hint(_("Message {where}").format(where=self._label()))
        if "members" in stale or "thread" in stale:
            self.panel.refresh_people()
        if "bar" in stale:
            view.bar(status.connection(chat.state), chat.state is State.LOST)
        if "bar" in stale or "typing" in stale:
            self._below()
        if "composer" in stale:
            self.composer.fill()
            self.panel.fill()

    def sync_composers(self) -> None:
        """Bring what is typed into the model, before something that arrives changes it."""
        self.composer.sync()
        self.panel.sync_composer()

    def focused(self, has: bool) -> None:
        """The window has the focus, or lost it."""
        self.chat.is_looking = has
        if has:
            self._look()

    def snapshot(self) -> Snapshot:
        """For the window that replaces this one, which is closed then."""
        timeline = self.chat.timeline
        timeline.top_row = self.timeline.top_row if timeline.at_end else self.timeline.top
        made = Snapshot(self.composer.cursor, self.panel.snapshot())
        self.chat.again()
        return made

    def close(self) -> None:
        """Remove the window's contents."""
        self.sync_composers()
        self._timers.close()
        self.overlay.close()
        self.view.frame.destroy()

    # Called by views.

    def open(self, channel: str) -> None:
        """Open a channel."""
        if channel == self.chat.current:
            return
        self.sync_composers()
        self.composer.model.sync_draft(self.chat.current)
        self.chat.open(channel)
        self.refresh()
        self._focus()

    def go(self, channel: str, number: int) -> None:
        """Show a message in its context."""
        if channel != self.chat.current:
            self.open(channel)
        self._jump(channel, number)
        self._focus()

    def to_end(self) -> None:
        """Scroll to the last message."""
        self.chat.read_state.to_end()
        self.refresh()
        self.timeline.to_bottom()

    def to_first_new(self) -> None:
        """Scroll to the first message that was new when the channel was opened."""
        self.chat.read_state.to_first_new()
        self.refresh()

    def composer_of(self, in_thread: bool = False) -> ComposerController:
        """The composer of the channel, or of the open thread."""
        return self.panel.thread.composer if in_thread and self.panel.thread is not None else self.composer

    def act(self, what: str, in_thread: bool = False) -> None:
        """Do what a click in a timeline means, as rows name it."""
        kind, _colon, about = what.partition(":")
        number = int(about) if about.isdigit() else 0
        if kind == "url":
            webbrowser.open(about)
        elif kind == "react":
            target, on, emoji = about.split(":", 2)
            self.actions.react(int(target), emoji, on == "on")
        elif kind == "jump":
            self._jump_from(number, in_thread)
        elif kind == "thread":
            self.panel.open_thread(number)
        elif kind == "retry":
            self.actions.retry(about)
        elif kind == "back":
            self.composer_of(in_thread).sync()
            self.actions.edit_refused(about, self.composer_of(in_thread).model.id)
            self.composer_of(in_thread).focus()
        elif kind == "discard":
            self.actions.discard(about)
        elif kind == "reply":
            self.composer_of(in_thread).reply(self.chat.read_state.message(number))
            self.composer_of(in_thread).focus()
        elif kind == "emoji":
            self.choosers.emoji(lambda emoji: self.actions.react(number, emoji))
        elif kind == "person":
            self._person(about)
        self.refresh()

    def _label(self) -> str:
        view = self.chat.view
        return self.chat.label() if view is not None and view.access == "direct" else f"#{self.chat.label()}"

    def _focus(self) -> None:
        self.composer.focus()

    def _sent(self, done: bool) -> None:
        self.refresh()
        self._below()
        # Not after a command, nor after an edit.
        if done and self.chat.timeline.at_end and self.chat.timeline.pending:
            self.timeline.to_bottom()

    def _escaped(self) -> None:
        if self.panel.in_the_way:
            self.panel.back()
            self._focus()
        else:
            self.to_end()

    def _scrolled(self, above: bool, below: bool) -> None:
        self.chat.read_state.scrolled(above, below)
        if self.chat.stale:
            self._timers.later("refresh", 1, self.refresh)
        self._look()

    def _look(self) -> None:
        """What of the timeline is in sight: read state, and the buttons that lead to the rest."""
        chat, at_bottom = self.chat, self.timeline.at_bottom
        chat.timeline.set_at_bottom(at_bottom)
        if at_bottom:
            self._timers.later("read", READ_AFTER, chat.read_state.mark_read)
        self.view.newer(status.newer(chat.timeline, at_bottom))
        chat.read_state.top_seen(self.timeline.first)
        self.view.new_messages(status.new_messages(chat.read_state.new_messages))

    def _below(self) -> None:
        self.view.below(status.below(self.chat.status_text, self.chat.typing()))

    def _jump(self, channel: str, number: int) -> None:
        self.chat.jump(channel, number)
        self.refresh()

    def _person(self, name: str) -> None:
        self.menus.person(name, self.root.winfo_pointerx(), self.root.winfo_pointery())

    def _jump_from(self, number: int, in_thread: bool) -> None:
        thread = self.chat.thread
        if in_thread and thread is not None and thread.get(number) is not None:
            thread.around(number)
            self.chat.stale.add("thread")
        else:
            self.chat.jump(self.chat.current, number)

    def _to_last(self, what: str) -> None:
        """Act on the last message, by keys alone."""
        thread = self.chat.thread
        in_thread = thread is not None and self._keys_in_thread()
        timeline = thread if in_thread and thread is not None else self.chat.timeline
        message = timeline.last_message()
        if message is not None:
            self.act(f"{what}:{message.number}", in_thread)

    def _own_menu(self) -> None:
        view = self.view.frame
        self.menus.own(view.winfo_rootx() + self.look.px(120), view.winfo_rooty() + view.winfo_height())

    def _message_menu(self) -> None:
        pane = self.panel.thread
        timeline = pane.timeline if pane is not None and self._keys_in_thread() else self.timeline
        if timeline.lowest:
            timeline.menu_at(timeline.lowest)

    def _keys_in_thread(self) -> bool:
        pane = self.panel.thread
        return pane is not None and self.root.focus_get() is pane.composer.view.text

    def _emoji(self) -> None:
        """Insert an emoji into the composer that has the focus."""
        line = self.composer_of(self._keys_in_thread())
        self.choosers.emoji(line.view.put)

    def _thread_pane(self, model: Timeline) -> ThreadPane:
        return ThreadPane(
            self.view.wide,
            self.look,
            self.actions,
            model,
            self.overlay,
            self._timers,
            lambda: self.settings,
            lambda what: self.act(what, in_thread=True),
            lambda number, x, y: self.menus.message(number, x, y, in_thread=True),
            self._escaped,
            self.refresh,
            self._keys,
            self._emoji,
        )

    def _toggle_people(self, on: bool | None = None) -> None:
        self.panel.toggle_people(on)
        self._focus()

    def _choose(self, **changed: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changed)
        self.choose(self.settings)

    def _tick(self) -> None:
        self.chat.tick()
        self.refresh()
        self._timers.later("tick", TICK, self._tick)
