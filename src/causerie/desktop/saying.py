"""What one says in one line: in the channel that is open, or in a thread beside it. Drafts, replies, edits. No Tk."""

from __future__ import annotations

from collections.abc import Callable

from causerie.chat import slash
from causerie.chat.commands import Command, Draft, Edit, IsTyping, Send
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.client import State
from causerie.desktop import composer
from causerie.desktop.conversation import Conversation
from causerie.desktop.timeline import Timeline

TYPING_MS = 2500
"""Between two tellings that one is typing."""


class Saying:
    """See the module. `command`: a slash command was typed. `thread`: what is said here replies to this message.
    `reply`, `editing`: the message that is answered, or said anew, by what is typed."""

    def __init__(self, chat: Conversation, command: Callable[[Command], None], thread: int = 0) -> None:
        self.chat = chat
        self.thread = thread
        self.reply: Message | None = None
        self.editing: Message | None = None
        self._command = command
        self._channel = chat.current if thread else ""
        self._typed_at = 0

    @property
    def channel(self) -> str:
        """Where it is said: a thread's channel, or whichever is open."""
        return self._channel or self.chat.current

    @property
    def text(self) -> str:
        """The draft, as it is now."""
        return self.chat.drafts.get(composer.place(self.channel, self.thread), "")

    @property
    def _timeline(self) -> Timeline | None:
        return self.chat.thread if self.thread else self.chat.timeline

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
        reply = self.reply.number if self.reply else self.thread
        said = Send(channel=self.channel, text=text, key=chat.new_key(), reply=reply)
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

    def typing(self) -> None:
        """A key was pressed in the line; told now and then."""
        now = self.chat.now()
        if now - self._typed_at >= TYPING_MS and self.chat.state is State.LIVE and self.editing is None:
            self._typed_at = now
            self.chat.port.ask(IsTyping(channel=self.channel), lambda reply, error: None)

    def draft(self, text: str) -> None:
        """What is in the line and not sent."""
        drafts, key = self.chat.drafts, composer.place(self.channel, self.thread)
        if text:
            drafts[key] = text
        else:
            drafts.pop(key, None)

    def keep_draft(self, channel: str) -> None:
        """On the server, for one's other devices; it has a draft for each channel, and none for threads."""
        chat, view = self.chat, self.chat.views.get(channel)
        text = chat.drafts.get(channel, "")
        if self.thread or view is None or view.draft == text or chat.me.guest or chat.state is not State.LIVE:
            return
        chat.port.ask(Draft(channel=channel, text=text), lambda reply, error: None)

    def edit_last(self) -> Message | None:
        """Up in an empty line."""
        timeline = self._timeline
        if timeline is not None:
            self.editing = composer.last_own(timeline.messages, self.chat.me.person)
        return self.editing

    def reply_last(self) -> Message | None:
        """Shift+Up."""
        timeline = self._timeline
        self.reply = composer.last(timeline.messages) if timeline is not None else None
        return self.reply

    def cancel(self) -> bool:
        """Esc: neither edit nor reply. False: there was nothing of the kind."""
        was = self.editing or self.reply
        self.editing = self.reply = None
        return was is not None
