"""What a person does in the window, as methods: say, edit, react, go elsewhere. No Tk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from causerie.chat import slash
from causerie.chat.commands import (
    Channels,
    Command,
    Delete,
    Direct,
    Draft,
    Edit,
    Ignore,
    IsTyping,
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
    Thread,
)
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.chat.model import Level
from causerie.chat.replies import ChannelLine, ChannelList, Found, HelpPage, PinList, Reply, Snapshot, ThreadPage
from causerie.client import State
from causerie.desktop import composer
from causerie.desktop.conversation import Conversation
from causerie.text import _

R = TypeVar("R", bound=Reply)

TYPING_MS = 2500
"""Between two tellings that one is typing."""


class Acts:
    """See the module; all of it is about the channel that is open. `reply`, `editing`: the message that is answered, or
    said anew, by what is typed."""

    def __init__(self, chat: Conversation, search: Callable[[str], None]) -> None:
        self.chat = chat
        self.reply: Message | None = None
        self.editing: Message | None = None
        self._search = search
        self._typed_at = 0

    # Saying.

    def say(self, text: str) -> bool:
        """Enter was pressed. False: what was typed stays in the line."""
        chat = self.chat
        if not text.strip():
            return not self.editing
        if self.editing is not None:
            editing, self.editing = self.editing, None
            if text != editing.text:
                chat.port.ask(Edit(channel=editing.channel, number=editing.number, text=text), chat.asked)
            return True
        reply, literal = (self.reply.number if self.reply else 0), False
        said = Send(channel=chat.current, text=text, key=chat.new_key(), reply=reply, literal=literal)
        if text.startswith("/"):
            try:
                command = slash.read(said)
            except ChatError as error:
                chat.say(chat.why(error))
                return False
            if not isinstance(command, Send):
                self._command(command)
                return True
            said = command
        self.reply = None
        chat.put(said)
        self.draft("")
        return True

    def retry(self, key: str) -> None:
        """Say it once more."""
        pending = self.chat.drop(key)
        if pending is not None:
            self.chat.put(pending.command)

    def discard(self, key: str) -> None:
        """Do not say it after all."""
        self.chat.drop(key)

    def typing(self) -> None:
        """A key was pressed in the line; told now and then."""
        now = self.chat.now()
        if now - self._typed_at >= TYPING_MS and self.chat.state is State.LIVE and self.editing is None:
            self._typed_at = now
            self.chat.port.ask(IsTyping(channel=self.chat.current), lambda reply, error: None)

    def draft(self, text: str) -> None:
        """What is in the line and not sent."""
        chat = self.chat
        if text:
            chat.drafts[chat.current] = text
        else:
            chat.drafts.pop(chat.current, None)

    def keep_draft(self, channel: str) -> None:
        """On the server, for one's other devices."""
        chat, view = self.chat, self.chat.views.get(channel)
        text = chat.drafts.get(channel, "")
        if view is not None and view.draft != text and not chat.me.guest and chat.state is State.LIVE:
            chat.port.ask(Draft(channel=channel, text=text), lambda reply, error: None)

    # About a message.

    def edit_last(self) -> Message | None:
        """Up in an empty line."""
        self.editing = composer.last_own(self.chat.timeline.messages, self.chat.me.person)
        return self.editing

    def reply_last(self) -> Message | None:
        """Shift+Up."""
        others = [message for message in self.chat.timeline.messages if not message.deleted]
        self.reply = others[-1] if others else None
        return self.reply

    def cancel(self) -> bool:
        """Esc: neither edit nor reply. False: there was nothing of the kind."""
        was = self.editing or self.reply
        self.editing = self.reply = None
        return was is not None

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

    def thread(self, number: int, show: Callable[[ThreadPage], None]) -> None:
        """A message and its replies."""
        self._show(Thread(channel=self.chat.current, number=number, limit=200), ThreadPage, show)

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
        self.chat.ignored |= {name.casefold()}
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

    def _command(self, command: Command) -> None:
        """What was typed after a slash."""
        if isinstance(command, Search):
            self._search(" ".join((command.text, f"from:{command.name}" if command.name else "")).strip())
            return
        self._ask(command)

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
