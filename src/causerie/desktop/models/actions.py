"""What a person does in the window, as methods: react, pin, join, search (what they write: `composer`). No Tk."""

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
from causerie.desktop.models.bridge_messages import OnAnswer
from causerie.desktop.models.composers import ReturnedText, composer_id
from causerie.desktop.models.conversation import Conversation
from causerie.i18n.text import _

R = TypeVar("R", bound=Reply)


def typed_as(said: Send) -> str:
    """The line that somebody types to send this message."""
    if said.action:
        return f"/me {said.text}"
    return f"/{said.text}" if said.text.startswith("/") else said.text


class Actions:
    """See the module; all of it is about the open channel. `search`: /search was typed."""

    def __init__(self, chat: Conversation, search: Callable[[str], None]) -> None:
        self.chat = chat
        self._search = search

    def command(self, command: Command, then: OnAnswer) -> None:
        """Do a slash command; `then` is called with its reply."""
        if isinstance(command, Search):
            self._search(" ".join((command.text, f"from:{command.name}" if command.name else "")).strip())
            then(Done(), None)
            return

        def done(reply: Reply | None, error: Exception | None) -> None:
            self._done(reply, error)
            then(reply, error)

        self.chat.port.ask(command, done)

    def command_from_dialog(self, command: Command, composer: str, text: str) -> None:
        """Do what was typed in a dialog. `text`: the same as a slash command, which comes back into `composer` if
        refused."""
        self.command(command, self.chat.return_on_refusal(composer, ReturnedText(text=text)))

    # About a message.

    def retry(self, key: str) -> None:
        """Send a refused message again."""
        pending = self.chat.discard_pending(key)
        if pending is not None:
            self.chat.send(pending.command)

    def edit_refused(self, key: str, composer: str) -> None:
        """Put a refused message back into this composer, to be changed; it replies to the same message, if that is
        here."""
        chat = self.chat
        pending = chat.discard_pending(key)
        if pending is None:
            return
        number = pending.command.reply
        answered = chat.read_state.message(number) if number and composer != composer_id(chat.current, number) else None
        if answered is not None and not answered.deleted and composer not in chat.composers.replies:
            chat.composers.set_reply(composer, answered)
        chat.composers.reopen(composer, ReturnedText(text=typed_as(pending.command), key=key))
        chat.stale |= {"composer", "thread"}

    def discard(self, key: str) -> None:
        """Give a refused message up."""
        self.chat.discard_pending(key)

    def react(self, number: int, emoji: str, on: bool = True) -> None:
        """React, or (not `on`) take the reaction back."""
        self.ask(React(channel=self.chat.current, number=number, emoji=emoji, on=on))

    def pin(self, number: int, on: bool) -> None:
        """Pin a message, or (not `on`) unpin it."""
        self.ask(Pin(channel=self.chat.current, number=number, on=on))

    def delete(self, number: int) -> None:
        """Delete a message."""
        self.ask(Delete(channel=self.chat.current, number=number))

    def unread_from(self, number: int) -> None:
        """Mark this message and those after it unread."""
        if number > 1:
            self.ask(Mark(channel=self.chat.current, number=number - 1))

    def pins(self, show: Callable[[PinList], None]) -> None:
        """Show the pinned messages."""
        self._show(Pins(channel=self.chat.current), PinList, show)

    # Elsewhere.

    def join(self, name: str) -> None:
        """Join a channel, created if it does not exist, and open it."""
        self.ask(Join(channel=name.strip().removeprefix("#")))

    def leave(self) -> None:
        """Leave this channel."""
        self.ask(Leave(channel=self.chat.current))

    def talk_to(self, name: str) -> None:
        """Open the direct conversation with somebody."""
        self.ask(Direct(people=[name]))

    def channels(self, show: Callable[[list[ChannelLine]], None]) -> None:
        """Show all channels that may be joined."""
        self._show(Channels(), ChannelList, lambda listed: show(listed.channels))

    def notify(self, level: Level | None) -> None:
        """Set which messages of this channel notify."""
        self.ask(Notify(channel=self.chat.current, level=level))

    def ignore(self, name: str) -> None:
        """Hide somebody's messages."""
        self.ask(Ignore(name=name))

    def search(self, asked: Search, show: Callable[[Found | None], None]) -> None:
        """Find messages."""

        def then(reply: Reply | None, error: Exception | None) -> None:
            self.chat.show_refusal(reply, error)
            show(reply if isinstance(reply, Found) else None)

        self.chat.port.ask(asked, then)

    def become_account(self, name: str, password: str, done: Callable[[Exception | None], None]) -> None:
        """Make the guest an account, which keeps its messages."""
        self.chat.port.ask(Register(name=name, password=password, device="desktop"), lambda reply, error: done(error))

    def read_all(self) -> None:
        """Mark everything read (Shift+Esc)."""
        for view in self.chat.views.values():
            if view.unread and view.number:
                self.ask(Mark(channel=view.channel, number=view.number))

    def ask(self, command: Command) -> None:
        """Send a command; a refusal is shown."""
        self.chat.port.ask(command, self._done)

    def _done(self, reply: Reply | None, error: Exception | None) -> None:
        chat = self.chat
        chat.show_refusal(reply, error)
        if isinstance(reply, Snapshot) and reply.channel in chat.views:
            chat.open(reply.channel)
        elif isinstance(reply, HelpPage):
            chat.show_status("   ".join(line.usage for line in reply.commands))
        elif isinstance(reply, ChannelList):
            names = ", ".join(f"#{line.channel}" for line in reply.channels)
            chat.show_status(_("Channels: {names}").format(names=names))

    def _show(self, command: Command, kind: type[R], show: Callable[[R], None]) -> None:
        def then(reply: Reply | None, error: Exception | None) -> None:
            if isinstance(reply, kind):
                show(reply)
            else:
                self.chat.show_refusal(reply, error)

        self.chat.port.ask(command, then)
