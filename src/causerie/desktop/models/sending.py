"""What one says in one line: in the channel that is open, or in a thread beside it. Drafts, replies, edits. No Tk."""

from __future__ import annotations

from collections.abc import Callable

from causerie.chat import slash
from causerie.chat.commands import Command, Edit, IsTyping, Send
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.client import State
from causerie.desktop.models import composer
from causerie.desktop.models.bridge_messages import Then
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.timeline import Timeline
from causerie.desktop.models.unsent import Returned

TYPING_MS = 2500
"""Between two tellings that one is typing."""


class Saying:
    """See the module. `command`: a slash command was typed; it is told what becomes of it. `thread`: what is said here
    replies to this message. What is typed stands in `chat.unsent`, by `place`."""

    def __init__(self, chat: Conversation, command: Callable[[Command, Then], None], thread: int = 0) -> None:
        self.chat = chat
        self.thread = thread
        self._command = command
        self._channel = chat.current if thread else ""
        self._typed_at = 0

    @property
    def channel(self) -> str:
        """Where it is said: a thread's channel, or whichever is open."""
        return self._channel or self.chat.current

    @property
    def place(self) -> str:
        """What is typed here is kept under this."""
        return composer.place(self.channel, self.thread)

    @property
    def text(self) -> str:
        """What stands in the line: the draft or, while a message is edited, its text."""
        return self.chat.unsent.text(self.place)

    @property
    def reply(self) -> Message | None:
        """The message that is answered by what is typed."""
        return self.chat.unsent.replies.get(self.place)

    @property
    def editing(self) -> Message | None:
        """The message that is said anew by what is typed."""
        editing = self.chat.unsent.edits.get(self.place)
        return editing.message if editing is not None else None

    @property
    def returned(self) -> str:
        """What was refused here and waits to be taken up again."""
        waiting = self.chat.unsent.returned.get(self.place)
        return waiting[0].text if waiting else ""

    @property
    def _timeline(self) -> Timeline | None:
        return self.chat.thread if self.thread else self.chat.timeline

    def say(self, text: str) -> bool:
        """Enter was pressed; what stands in the line afterwards is `text`. False: nothing was done."""
        chat, unsent, place, editing = self.chat, self.chat.unsent, self.place, self.editing
        if not text.strip():
            if editing is None:
                unsent.draft(place, "")
            return editing is None
        if editing is not None:
            unsent.edit(place, None)
            if text != editing.text:
                anew = Edit(channel=self.channel, number=editing.number, text=text)
                chat.port.ask(anew, chat.asked_by(place, Returned(text=text, editing=editing)))
            return True
        reply = self.reply.number if self.reply else self.thread
        said = Send(channel=self.channel, text=text, key=unsent.key(place, text, chat.new_key()), reply=reply)
        if text.startswith("/"):
            try:
                command = slash.read(said)
            except ChatError as error:
                chat.say(chat.why(error))
                return False
            if not isinstance(command, Send):
                self.draft("")
                self._command(command, chat.asked_by(place, Returned(text=text, key=said.key)))
                return True
            said = command
        unsent.reply(place, None)
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
        """What is in the line and not sent. Where nothing is any more the server is told so at once: what was sent
        must not come back on another day, or another device."""
        self.chat.unsent.draft(self.place, text)
        if not text:
            self.keep_draft(self.channel)

    def keep_draft(self, channel: str) -> None:
        """On the server, for one's other devices; it has a draft for each channel, and none for threads."""
        if not self.thread:
            self.chat.keep_draft(channel)

    def edit(self, message: Message) -> None:
        """Say this anew; the draft waits."""
        self.chat.unsent.edit(self.place, message)

    def answer(self, message: Message | None) -> None:
        """What is typed answers this. An edit is put aside: one wants to answer now."""
        self.chat.unsent.put_aside(self.place)
        self.chat.unsent.reply(self.place, message)

    def take_up(self) -> bool:
        """What was refused, or put aside, is in the line again."""
        return self.chat.unsent.take_up(self.place)

    def edit_last(self) -> Message | None:
        """Up in an empty line."""
        timeline = self._timeline
        message = composer.last_own(timeline.messages, self.chat.me.person) if timeline is not None else None
        if message is not None:
            self.edit(message)
        return message

    def reply_last(self) -> Message | None:
        """Shift+Up."""
        timeline = self._timeline
        message = composer.last(timeline.messages) if timeline is not None else None
        if message is not None:
            self.answer(message)
        return message

    def cancel(self) -> bool:
        """Esc: the edit is left, or else the reply; the draft stays. False: there was nothing of the kind."""
        unsent, place = self.chat.unsent, self.place
        was = self.editing or self.reply
        if self.editing is not None:
            unsent.edit(place, None)
        else:
            unsent.reply(place, None)
        return was is not None
