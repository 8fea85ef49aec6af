"""The window while one is in: what the models say goes into the views, what is pressed there into the models."""

from __future__ import annotations

import tkinter as tk
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from causerie.client import State
from causerie.desktop.models import composer, emoji_list, lines, sidebar, status
from causerie.desktop.models.actions import Acts
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.notices import title
from causerie.desktop.models.remembering import Settings
from causerie.desktop.models.sending import Saying
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.views import keys, side_panel, writing
from causerie.desktop.views.chat_view import ChatView, Pressed
from causerie.desktop.views.choosers import Choosers
from causerie.desktop.views.menus import Menus
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.thread_pane import ThreadPane
from causerie.desktop.views.timeline_view import TimelineView
from causerie.desktop.views.timers import Timers
from causerie.i18n.text import _

TICK = 1000

EMOJI_AFTER = 3000
"""Milliseconds until the list of emoji is read, before somebody waits for it."""

READ_AFTER = 300
"""Milliseconds that the end has to be seen until it is read."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes from one window into another that takes its place, in another look."""

    writing: writing.Carried
    beside: side_panel.Carried


class Window:
    """See the module. `choose` changes settings; `leave` goes back to the form; `carried`: from the one before."""

    beside: side_panel.Beside

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        chat: Conversation,
        settings: Settings,
        choose: Callable[[Settings], None],
        leave: Callable[[bool], None],
        reconnect_now: Callable[[], None],
        carried: Carried | None = None,
    ) -> None:
        self.root = root
        self.look = look
        self.chat = chat
        self.settings = settings
        self.choose = choose
        self.leave = leave
        self.acts = Acts(chat, lambda typed: self.beside.search(typed))
        self.overlay = Overlay(root, look, self._focus)
        self.choosers = Choosers(
            self.overlay,
            look,
            self.acts,
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
            Pressed(
                place=self.open,
                side=lambda key: self.beside.pressed(key),
                add=self.choosers.channel,
                menu=self.menus.channel,
                own_menu=self.menus.own,
                search=lambda: self.beside.seek(),
                pins=lambda: self.beside.pins(),
                people=self._toggle_people,
                reconnect_now=reconnect_now,
                to_end=self.to_end,
                to_fresh=self.to_fresh,
                sought=lambda typed: self.beside.search(typed),
            ),
        )
        self.view.frame.pack(fill="both", expand=True)
        self.beside = side_panel.Beside(
            self.view,
            self.acts,
            settings.members,
            self._jump,
            self._person,
            lambda on: self._choose(members=on),
            self._thread_pane,
        )
        self.timeline = TimelineView(self.view.middle, look, self.act, self._scrolled, self.menus.message)
        self.timeline.typed = self._typed_above
        self.timeline.frame.grid(row=3, column=0, sticky="nsew")
        self.writing = writing.Writing(
            self.view.middle,
            look,
            Saying(chat, self.acts.command),
            self.overlay,
            self._timers,
            lambda: self.settings,
            self._sent,
            self._escaped,
            self._emoji,
        )
        self.composer = self.writing.view
        self.composer.frame.grid(row=4, column=0, sticky="ew", padx=look.px(18))
        self._keys = keys.window_keys(
            chat,
            self.choosers,
            go=self.open,
            search=self.beside.seek,
            read_all=self.acts.read_all,
            emoji=self._emoji,
            react=lambda: self._to_last("emoji"),
            thread=lambda: self._to_last("thread"),
        )
        self._keys = {
            **self._keys,
            "<F10>": self._own_menu,
            "<Shift-F10>": self._message_menu,
            "<Menu>": self._message_menu,
        }
        line_keys = keys.timeline_keys(self.timeline.page, self.to_end, self.to_fresh)
        keys.bind_line(self.composer.text, {**self._keys, **line_keys, **self.composer.keys}, self.to_end)
        keys.bind_window(
            self.view.frame,
            {**line_keys, **self._keys},
            lambda: self.overlay.close() if self.overlay.is_open else self._escaped(),
            lambda: self.overlay.is_open,
        )
        self.refresh()
        if carried is not None:
            self.writing.carry_on(carried.writing)
            self.beside.carry_on(carried.beside)
        if self.beside.thread is None:
            self._focus()
        self._tick()
        self._timers.later("emoji", EMOJI_AFTER, emoji_list.everything)

    # After each slice of what came.

    def refresh(self) -> None:
        """Draw what is stale, and nothing else."""
        chat, view = self.chat, self.view
        stale, chat.stale = chat.stale, set()
        if not stale:
            return
        if self._place != chat.current:
            chat.reading.left(self._place, self.timeline.place)
            self._place = chat.current
            self.writing.here()
            stale |= {"timeline"}
        if "timeline" in stale:
            self.timeline.draw(chat.timeline.take())
            self._look()
        if "thread" in stale:
            self.beside.refresh()
        if "sidebar" in stale or "timeline" in stale:
            places = chat.places()
            view.places(lines.of_places(places), chat.me.name)
            self.root.title(title(sidebar.total(places), self._label()))
        if "head" in stale and chat.view is not None:
            view.head(self._label(), chat.view.topic, len(chat.view.pins))
            # TRANSLATORS: in the empty line to type in; {where} is a channel or a person
            self.composer.hint(_("Message {where}").format(where=self._label()))
        if "members" in stale or "thread" in stale:
            self.beside.refresh_people()
        if "bar" in stale:
            view.bar(status.connection(chat.state), chat.state is State.LOST)
        if "bar" in stale or "typing" in stale:
            self._below()
        if "composer" in stale:
            self.writing.fill()
            self.beside.fill()

    def keep(self) -> None:
        """What is typed so far is known to the model, before anything that comes changes that."""
        self.writing.keep()
        self.beside.keep()

    def focused(self, has: bool) -> None:
        """The window has the keyboard, or has it no longer."""
        self.chat.looking = has
        if has:
            self._look()

    def carried(self) -> Carried:
        """For the window that takes this one's place; then this one is to be closed."""
        timeline = self.chat.timeline
        timeline.place = self.timeline.place if timeline.at_end else self.timeline.top
        made = Carried(self.writing.carried(), self.beside.carried())
        self.chat.again()
        return made

    def close(self) -> None:
        """The window shows something else, or nothing, from now on."""
        self.keep()
        self.beside.close()
        self._timers.close()
        self.overlay.close()
        self.view.frame.destroy()

    # What is pressed.

    def open(self, channel: str) -> None:
        """Look at a channel."""
        if channel == self.chat.current:
            return
        self.keep()
        self.writing.saying.keep_draft(self.chat.current)
        self.chat.open(channel)
        self.refresh()
        self._focus()

    def go(self, channel: str, number: int) -> None:
        """To a message, in its context."""
        if channel != self.chat.current:
            self.open(channel)
        self._jump(channel, number)
        self._focus()

    def to_end(self) -> None:
        """What was said last."""
        self.chat.reading.to_end()
        self.refresh()
        self.timeline.to_bottom()

    def to_fresh(self) -> None:
        """The first message that was new when one came."""
        self.chat.reading.to_fresh()
        self.refresh()

    def line(self, in_thread: bool = False) -> writing.Writing:
        """Where one types: below the conversation, or below the thread beside it."""
        return self.beside.thread.writing if in_thread and self.beside.thread is not None else self.writing

    def act(self, what: str, in_thread: bool = False) -> None:
        """A click on something in the timeline, or the thread, as rows name it."""
        kind, _colon, about = what.partition(":")
        number = int(about) if about.isdigit() else 0
        if kind == "url":
            webbrowser.open(about)
        elif kind == "react":
            target, on, emoji = about.split(":", 2)
            self.acts.react(int(target), emoji, on == "on")
        elif kind == "jump":
            self._jump_from(number, in_thread)
        elif kind == "thread":
            self.beside.open_thread(number)
        elif kind == "retry":
            self.acts.retry(about)
        elif kind == "back":
            self.line(in_thread).keep()
            self.acts.take_back(about, self.line(in_thread).saying.place)
            self.line(in_thread).focus()
        elif kind == "discard":
            self.acts.discard(about)
        elif kind == "reply":
            self.line(in_thread).reply(self.chat.reading.message(number))
            self.line(in_thread).focus()
        elif kind == "emoji":
            self.choosers.emoji(lambda emoji: self.acts.react(number, emoji))
        elif kind == "person":
            self._person(about)
        self.refresh()

    # The rest is its own.

    def _label(self) -> str:
        view = self.chat.view
        return self.chat.label() if view is not None and view.access == "direct" else f"#{self.chat.label()}"

    def _focus(self) -> None:
        self.writing.focus()

    def _typed_above(self, text: str) -> None:
        """Somebody selected something in the conversation and goes on typing, or pastes."""
        self.writing.view.put(text)

    def _sent(self, done: bool) -> None:
        self.refresh()
        self._below()
        # Not after a command, nor after an edit.
        if done and self.chat.timeline.at_end and self.chat.timeline.pending:
            self.timeline.to_bottom()

    def _escaped(self) -> None:
        if self.beside.in_the_way:
            self.beside.back()
            self._focus()
        else:
            self.to_end()

    def _scrolled(self, above: bool, below: bool) -> None:
        self.chat.reading.scrolled(above, below)
        if self.chat.stale:
            self._timers.later("refresh", 1, self.refresh)
        self._look()

    def _look(self) -> None:
        """What of the timeline is seen, and what leads to the rest."""
        chat, at_bottom = self.chat, self.timeline.at_bottom
        chat.timeline.looked(at_bottom)
        if at_bottom:
            self._timers.later("read", READ_AFTER, chat.reading.seen)
        self.view.newer(status.newer(chat.timeline, at_bottom))
        chat.reading.looks_at(self.timeline.first)
        self.view.fresh(status.fresh(chat.reading.fresh))

    def _below(self) -> None:
        self.view.below(status.below(self.chat.says, self.chat.typing()))

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
        """Something is done to what was said last, by keys alone."""
        thread = self.chat.thread
        in_thread = thread is not None and self._keys_in_thread()
        message = composer.last(thread.messages if in_thread and thread is not None else self.chat.timeline.messages)
        if message is not None:
            self.act(f"{what}:{message.number}", in_thread)

    def _own_menu(self) -> None:
        view = self.view.frame
        self.menus.own(view.winfo_rootx() + self.look.px(120), view.winfo_rooty() + view.winfo_height())

    def _message_menu(self) -> None:
        pane = self.beside.thread
        timeline = pane.timeline if pane is not None and self._keys_in_thread() else self.timeline
        if timeline.lowest:
            timeline.menu_at(timeline.lowest)

    def _keys_in_thread(self) -> bool:
        pane = self.beside.thread
        return pane is not None and self.root.focus_get() is pane.writing.view.text

    def _emoji(self) -> None:
        """Into the line that the keys go to."""
        line = self.line(self._keys_in_thread())
        self.choosers.emoji(line.view.put)

    def _thread_pane(self, model: Timeline) -> ThreadPane:
        return ThreadPane(
            self.view.wide,
            self.look,
            self.acts,
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
        self.beside.toggle_people(on)
        self._focus()

    def _choose(self, **changed: object) -> None:
        self.settings = msgspec.structs.replace(self.settings, **changed)
        self.choose(self.settings)

    def _tick(self) -> None:
        self.chat.tick()
        self.refresh()
        self._timers.later("tick", TICK, self._tick)
