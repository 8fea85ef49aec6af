"""The window while one is in: what the models say goes into the views, what is pressed there into the models."""

from __future__ import annotations

import tkinter as tk
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from causerie.chat.replies import ThreadPage
from causerie.client import State
from causerie.desktop import beside, keys, lines, sidebar, status, writing
from causerie.desktop.acts import Acts
from causerie.desktop.chat_view import ChatView, Pressed
from causerie.desktop.choosers import Choosers
from causerie.desktop.conversation import Conversation
from causerie.desktop.menus import Menus
from causerie.desktop.notices import title
from causerie.desktop.overlay import Overlay
from causerie.desktop.remembering import Settings
from causerie.desktop.theme import Look
from causerie.desktop.timeline_view import TimelineView
from causerie.desktop.timers import Timers
from causerie.text import _

TICK = 1000

READ_AFTER = 300
"""Milliseconds that the end has to be seen until it is read."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes from one window into another that takes its place, in another look."""

    writing: writing.Carried
    beside: beside.Carried


class Window:
    """See the module. `choose` changes settings; `leave` goes back to the form; `carried`: from the one before."""

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        chat: Conversation,
        settings: Settings,
        choose: Callable[[Settings], None],
        leave: Callable[[bool], None],
        try_now: Callable[[], None],
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
        self.choosers = Choosers(self.overlay, self.acts, self.open)
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
                try_now=try_now,
                to_end=self.to_end,
                sought=lambda typed: self.beside.search(typed),
            ),
        )
        self.view.frame.pack(fill="both", expand=True)
        self.beside = beside.Beside(
            self.view, self.acts, settings.members, self._go_beside, self._person, self._choose_members, self._answer
        )
        self.timeline = TimelineView(self.view.middle, look, self.act, self._scrolled, self.menus.message)
        self.timeline.frame.grid(row=3, column=0, sticky="nsew")
        self.writing = writing.Writing(
            self.view.middle,
            look,
            self.acts,
            self.overlay,
            self._timers,
            lambda: self.settings,
            self._sent,
            self._escaped,
        )
        self.composer = self.writing.view
        self.composer.frame.grid(row=4, column=0, sticky="ew", padx=look.px(18))
        keys.bind(
            self.view.frame,
            self.composer.text,
            chat,
            self.choosers,
            go=self.open,
            search=self.beside.seek,
            read_all=self.acts.read_all,
            page=self.timeline.page,
            to_end=self.to_end,
            escape=lambda: self.overlay.close() if self.overlay.is_open else self._focus(),
        )
        self.composer.text.bind("<End>", self._end)
        self.refresh()
        if carried is not None:
            self.writing.carry_on(carried.writing)
            self.beside.carry_on(carried.beside)
        self._focus()
        self._tick()

    # After each slice of what came.

    def refresh(self) -> None:
        """Draw what is stale, and nothing else."""
        chat, view = self.chat, self.view
        stale, chat.stale = chat.stale, set()
        if not stale:
            return
        if self._place != chat.current:
            self._place = chat.current
            self.writing.here()
            stale |= {"timeline"}
        if "timeline" in stale:
            self.timeline.draw(chat.timeline.take())
            self._newer()
            self._read()
        if "sidebar" in stale or "timeline" in stale:
            places = chat.places()
            view.places(lines.of_places(places), chat.me.name)
            self.root.title(title(sidebar.total(places), self._label()))
        if "head" in stale and chat.view is not None:
            view.head(self._label(), chat.view.topic, len(chat.view.pins))
            # TRANSLATORS: in the empty line to type in; {where} is a channel or a person
            self.composer.hint(_("Message {where}").format(where=self._label()))
        if "members" in stale:
            self.beside.refresh()
        if "bar" in stale:
            view.bar(status.connection(chat.state), chat.state is State.LOST)
        if "bar" in stale or "typing" in stale:
            self._below()
        if "composer" in stale:
            self.writing.fill()

    def focused(self, has: bool) -> None:
        """The window has the keyboard, or has it no longer."""
        self.chat.looking = has
        if has:
            self._read()

    def carried(self) -> Carried:
        """For the window that takes this one's place; then this one is to be closed."""
        timeline = self.chat.timeline
        timeline.place = self.timeline.place if timeline.at_end else self.timeline.top
        self.chat.again()
        return Carried(self.writing.carried(), self.beside.carried())

    def close(self) -> None:
        """The window shows something else, or nothing, from now on."""
        self.writing.keep()
        self._timers.close()
        self.overlay.close()
        self.view.frame.destroy()

    # What is pressed.

    def open(self, channel: str) -> None:
        """Look at a channel."""
        if channel == self.chat.current:
            return
        self.writing.keep()
        self.acts.keep_draft(self.chat.current)
        self.chat.timeline.place = self.timeline.place
        self.chat.open(channel)
        self.refresh()
        self._focus()

    def go(self, channel: str, number: int) -> None:
        """To a message, in its context."""
        if channel != self.chat.current:
            self.open(channel)
        self.chat.jump(channel, number)
        self.refresh()
        self._focus()

    def to_end(self) -> None:
        """What was said last."""
        self.chat.to_end()
        self.refresh()
        self.timeline.to_bottom()

    def act(self, what: str) -> None:
        """A click on something in the timeline, as rows name it."""
        kind, _colon, about = what.partition(":")
        number = int(about) if about.isdigit() else 0
        if kind == "url":
            webbrowser.open(about)
        elif kind == "react":
            target, on, emoji = about.split(":", 2)
            self.acts.react(int(target), emoji, on == "on")
        elif kind == "jump":
            self.chat.jump(self.chat.current, number)
        elif kind == "thread":
            self.beside.thread(number)
        elif kind == "retry":
            self.acts.retry(about)
        elif kind == "discard":
            self.acts.discard(about)
        elif kind == "reply":
            self.writing.reply(self.chat.timeline.get(number))
            self._focus()
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

    def _sent(self, done: bool) -> None:
        self.refresh()
        self._below()
        if done and self.chat.timeline.at_end:
            self.timeline.to_bottom()

    def _escaped(self) -> None:
        if self.beside.in_the_way:
            self._toggle_people(True)
        else:
            self.to_end()

    def _end(self, event: object) -> str | None:
        if self.composer.get():
            return None
        self.to_end()
        return "break"

    def _scrolled(self, above: bool, below: bool) -> None:
        self.chat.scrolled(above, below)
        if self.chat.stale:
            self._timers.later("refresh", 1, self.refresh)
        self._newer()
        self._read()

    def _read(self) -> None:
        if self.timeline.at_bottom:
            self._timers.later("read", READ_AFTER, self.chat.seen)

    def _newer(self) -> None:
        self.view.newer(status.newer(self.chat.timeline, self.timeline.at_bottom))

    def _below(self) -> None:
        self.view.below(status.below(self.chat.says, self.chat.typing()))

    def _go_beside(self, channel: str, number: int) -> None:
        self.chat.jump(channel, number)
        self.refresh()

    def _person(self, name: str) -> None:
        self.menus.person(name, self.root.winfo_pointerx(), self.root.winfo_pointery())

    def _answer(self, page: ThreadPage) -> None:
        first = next((one for one in page.messages if one.number == page.thread), None)
        self.writing.reply(first or self.acts.reply)

    def _toggle_people(self, on: bool | None = None) -> None:
        self.beside.toggle_people(on)
        self._focus()

    def _choose_members(self, on: bool) -> None:
        self.settings = msgspec.structs.replace(self.settings, members=on)
        self.choose(self.settings)

    def _tick(self) -> None:
        self.chat.tick()
        self.refresh()
        self._timers.later("tick", TICK, self._tick)
