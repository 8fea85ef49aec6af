"""What a person does in the window, as methods: react, pin, go elsewhere (what one says: `saying`). No Tk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from causerie.chat.commands import (
    Channels,
    Command,
    Delete,
    Direct,
    Ignore,
    Join,
    Leave,
    Mark,
    Notify,
    Pin,
    Pins,
    React,
    Register,
    Search,
    Send,
)
from causerie.chat.model import Level
from causerie.chat.replies import ChannelLine, ChannelList, Done, Found, HelpPage, PinList, Reply, Snapshot
from causerie.desktop.models import composer
from causerie.desktop.models.bridge_messages import Then
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.unsent import Returned
from causerie.i18n.text import _

R = TypeVar("R", bound=Reply)


def typed_as(said: Send) -> str:
    """What somebody types who says this."""
    if said.action:
        return f"/me {said.text}"
    return f"/{said.text}" if said.text.startswith("/") else said.text


class Acts:
    """See the module; all of it is about the channel that is open. `search`: /search was typed."""

    def __init__(self, chat: Conversation, search: Callable[[str], None]) -> None:
        self.chat = chat
        self._search = search

    def command(self, command: Command, then: Then) -> None:
        """What was typed after a slash; `then` is told what becomes of it."""
        if isinstance(command, Search):
            self._search(" ".join((command.text, f"from:{command.name}" if command.name else "")).strip())
            then(Done(), None)
            return

        def done(reply: Reply | None, error: Exception | None) -> None:
            self._done(reply, error)
            then(reply, error)

        self.chat.port.ask(command, done)

    def typed(self, command: Command, place: str, text: str) -> None:
        """What was typed in a sheet. `text`: the same as a slash command, which comes back at `place` if refused."""
        self.command(command, self.chat.asked_by(place, Returned(text=text)))

    # About a message.

    def retry(self, key: str) -> None:
        """Say it once more."""
        pending = self.chat.drop(key)
        if pending is not None:
            self.chat.put(pending.command)

    def take_back(self, key: str, place: str) -> None:
        """Into the line of this place, to say it otherwise; what it answered is answered still, if it is there."""
        chat = self.chat
        pending = chat.drop(key)
        if pending is None:
            return
        number = pending.command.reply
        answered = chat.reading.message(number) if number and place != composer.place(chat.current, number) else None
        if answered is not None and not answered.deleted and place not in chat.unsent.replies:
            chat.unsent.reply(place, answered)
        chat.unsent.take_back(place, Returned(text=typed_as(pending.command), key=key))
        chat.stale |= {"composer", "thread"}

    def discard(self, key: str) -> None:
        """Do not say it after all."""
        self.chat.drop(key)

    def react(self, number: int, emoji: str, on: bool = True) -> None:
        """A reaction, or it is taken back."""
        self._ask(React(channel=self.chat.current, number=number, emoji=emoji, on=on))

    def pin(self, number: int, on: bool) -> None:
        """Pin a message, or take it off."""
        self._ask(Pin(channel=self.chat.current, number=number, on=on))

    def delete(self, number: int) -> None:
        """Delete a message."""
        self._ask(Delete(channel=self.chat.current, number=number))

    def unread_from(self, number: int) -> None:
        """This message and what follows is unread again."""
        if number > 1:
            self._ask(Mark(channel=self.chat.current, number=number - 1))

    def pins(self, show: Callable[[PinList], None]) -> None:
        """What is pinned here."""
        self._show(Pins(channel=self.chat.current), PinList, show)

    # Elsewhere.

    def join(self, name: str) -> None:
        """Enter a channel, made if nobody has named it before, and look at it."""
        self._ask(Join(channel=name.strip().removeprefix("#")))

    def leave(self) -> None:
        """Out of this channel."""
        self._ask(Leave(channel=self.chat.current))

    def talk_to(self, name: str) -> None:
        """The conversation with somebody."""
        self._ask(Direct(people=[name]))

    def channels(self, show: Callable[[list[ChannelLine]], None]) -> None:
        """All that one may enter."""
        self._show(Channels(), ChannelList, lambda listed: show(listed.channels))

    def notify(self, level: Level | None) -> None:
        """What of this channel one wants to be told."""
        self._ask(Notify(channel=self.chat.current, level=level))

    def ignore(self, name: str) -> None:
        """Hide what somebody says."""
        self._ask(Ignore(name=name))

    def search(self, asked: Search, show: Callable[[Found | None], None]) -> None:
        """Find messages."""

        def then(reply: Reply | None, error: Exception | None) -> None:
            self.chat.asked(reply, error)
            show(reply if isinstance(reply, Found) else None)

        self.chat.port.ask(asked, then)

    def become_account(self, name: str, password: str, done: Callable[[Exception | None], None]) -> None:
        """From guest to account; all that one said stays one's own."""
        self.chat.port.ask(Register(name=name, password=password, device="desktop"), lambda reply, error: done(error))

    def read_all(self) -> None:
        """Shift+Esc."""
        for view in self.chat.views.values():
            if view.unread and view.number:
                self._ask(Mark(channel=view.channel, number=view.number))

    # The rest is its own.

    def _ask(self, command: Command) -> None:
        self.chat.port.ask(command, self._done)

    def _done(self, reply: Reply | None, error: Exception | None) -> None:
        chat = self.chat
        chat.asked(reply, error)
        if isinstance(reply, Snapshot) and reply.channel in chat.views:
            chat.open(reply.channel)
        elif isinstance(reply, HelpPage):
            chat.say("   ".join(line.usage for line in reply.commands))
        elif isinstance(reply, ChannelList):
            names = ", ".join(f"#{line.channel}" for line in reply.channels)
            chat.say(_("Channels: {names}").format(names=names))

    def _show(self, command: Command, kind: type[R], show: Callable[[R], None]) -> None:
        def then(reply: Reply | None, error: Exception | None) -> None:
            if isinstance(reply, kind):
                show(reply)
            else:
                self.chat.asked(reply, error)

        self.chat.port.ask(command, then)
