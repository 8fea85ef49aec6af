"""Somebody at a connection of the real core who knows only what they were told: see law.py."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import msgspec

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import (
    AnyEvent,
    Deleted,
    Drafted,
    Event,
    Followed,
    Left,
    Marked,
    MembershipChanged,
    PreferencesChanged,
    Reported,
)
from causerie.chat.merge import apply_done, apply_drafts, apply_level, apply_page, apply_read, apply_threads
from causerie.chat.model import ROLES, Preferences, Role
from causerie.chat.replay import apply
from causerie.chat.replies import DraftList, LoggedIn, OwnPreferences, Page, ReadList, Resumed, Snapshot, ThreadList
from causerie.chat.view import Missing, View, from_snapshot
from causerie.protocols.native import ENCODER
from causerie.server.engine.session import Answer, EventEncoder, PendingSnapshot, Session
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append, Stored

if TYPE_CHECKING:
    from tests.law import World

_EVENT = msgspec.json.Decoder(AnyEvent)
_ENCODE = msgspec.json.Encoder().encode
_OWN = (Marked, Followed, Drafted, PreferencesChanged)
_ASKED = (c.Unread(), c.Drafts(), c.Threads(), c.Preferred())
"""What a client asks for when it has come into a channel: what only concerns its own person is in no snapshot."""


class Client:
    """What somebody at one connection knows, and an Outlet that tells it.

    `kept`: its views, which outlive the connection. `fed`: it was sent what it missed from the store.
    """

    def __init__(self, world: World, slot: int, name: str) -> None:
        self.encoder: EventEncoder = ENCODER
        self.world = world
        self.slot = slot
        self.name = name
        self.views: dict[str, View] = {}
        self.kept: dict[str, View] = {}
        self.wishes: Preferences | None = None
        self.me = 0
        self.fed = False
        self.session: Session | None = None
        self.todo: deque[c.Command] = deque()
        self.task: asyncio.Task[None] | None = None

    def write(self, data: bytes) -> None:
        """Events, a line each. What is wrong is noted: an outlet does not raise."""
        for line in data.splitlines():
            try:
                event = _EVENT.decode(line)
                self.world.check_told(self, line, event)
                self._hear(event)
            except Exception as error:
                self.world.problems.append(error)

    def _hear(self, event: Event) -> None:
        mine = (isinstance(event, MembershipChanged) and event.whom == self.me) or (
            isinstance(event, Left) and event.person == self.me
        )
        world = self.world
        allowed = isinstance(event, _OWN) or mine or event.channel in world.hears[self.slot]
        if isinstance(event, Reported):
            # Where a channel has no moderators, administrators are told that there is a report.
            allowed = event.channel in world.moderates[self.slot] or self.name == "root"
        assert allowed, f"{self.name} is told {event}"
        if isinstance(event, PreferencesChanged):
            self.wishes = event.preferences
        elif isinstance(event, Followed) and event.on:
            # How far one has read it is in the list.
            self.todo.append(c.Threads())
        for name, view in self.views.items():
            if event.channel == name and event.number and type(event).__name__ != "Gap":
                # A snapshot that was not asked for may hold what comes just after it.
                expected = event.number <= view.number + 1 if self.fed else event.number == view.number + 1
                assert expected, f"{event} after {view.number}"
            self.views[name] = apply(view, event)
        self._recount(isinstance(event, Deleted | Marked))
        out = isinstance(event, Left) or (
            isinstance(event, MembershipChanged) and (event.role is None or ROLES[event.role] < Role.READER)
        )
        if mine and out:
            self.views.pop(event.channel, None)

    def _recount(self, doubt: bool) -> None:
        if doubt and any(view.recount for view in self.views.values()):
            self.todo.append(c.Unread())

    def answer(self, command: c.Command, answer: Answer) -> None:
        """Answers, as the wire is given them."""
        try:
            self._take(command, answer)
        except Exception as error:
            self.world.problems.append(error)

    def _take(self, command: c.Command, answer: Answer) -> None:
        assert not isinstance(answer, PendingSnapshot | Append)
        if isinstance(answer, ChatError):
            assert answer.code != "internal", f"{command} failed"
            return
        if isinstance(answer, Stored):
            assert answer.number
            if isinstance(command, c.Send | c.Tell) and not answer.again:
                self.world.spoken.setdefault(answer.channel, []).append(answer.number)
            return
        self.world.check_told(self, _ENCODE(answer), answer)
        if isinstance(answer, Snapshot):
            assert answer.channel in self.world.hears[self.slot]
            new = answer.channel not in self.views
            view = self.views[answer.channel] = from_snapshot(answer, self.views.get(answer.channel), self.me)
            if view.stale:
                # It missed something: who joins again while they lag behind is not fed what is between.
                self.todo.append(c.History(channel=answer.channel, limit=1000, talk=True))
            if new:
                self.todo.extend(_ASKED)
        elif isinstance(command, c.Leave):
            self.views.pop(command.channel, None)
        elif isinstance(command, c.Draft) and command.channel in self.views:
            # Only one's other devices are told: this one is being typed on.
            self.views[command.channel] = apply_done(self.views[command.channel], command, answer)
        elif isinstance(answer, LoggedIn):
            assert self.me == answer.person
        elif isinstance(answer, Resumed):
            self.fed = True
            self.views.update((name, self.kept[name]) for name in answer.channels)
            self.todo.extend(_ASKED)
        self._merge(answer)

    def _merge(self, answer: Answer) -> None:
        if isinstance(answer, Page) and answer.channel in self.views:
            try:
                self.views[answer.channel] = apply_page(self.views[answer.channel], answer)
            except Missing:
                self.todo.append(c.History(channel=answer.channel))
        if isinstance(answer, OwnPreferences):
            self.wishes = answer.preferences
            for name, view in self.views.items():
                self.views[name] = apply_level(view, answer.levels.get(name))
        for name, view in self.views.items():
            if isinstance(answer, ReadList):
                for read in answer.channels:
                    view = apply_read(view, read)
            elif isinstance(answer, ThreadList):
                view = apply_threads(view, answer.threads)
            elif isinstance(answer, DraftList):
                view = apply_drafts(view, answer.drafts)
            self.views[name] = view
        self._recount(isinstance(answer, ReadList))

    def unsent(self) -> int:
        """Nothing ever waits here."""
        return 0

    def encode_for_sender(self, command: c.Command | None, event: Event) -> bytes | None:
        """The same words as everybody."""
        return None

    def wants_html(self) -> None:
        """It never does."""

    def end(self, code: str) -> None:
        """The connection is over, as when its peer has read the farewell."""
        if self.session is not None and not self.session.closed:
            channel_presence.close(self.world.context, self.session)
        self.gone()

    def gone(self) -> None:
        """It is no longer connected; what it knew stays, for when it resumes."""
        if self.task is not None:
            self.task.cancel()
        self.kept, self.views, self.session, self.task = {**self.kept, **self.views}, {}, None, None
        self.fed = False
        self.todo.clear()
