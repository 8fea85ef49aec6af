"""One composer: what Enter, Up, Esc and typing do, in the open channel or in the open thread. No Tk."""

from __future__ import annotations

from collections.abc import Callable

from causerie.chat import slash
from causerie.chat.commands import Command, Edit, IsTyping, Send
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.client import State
from causerie.desktop.models.bridge_messages import OnAnswer
from causerie.desktop.models.composers import ReturnedText, composer_id
from causerie.desktop.models.conversation import Conversation
from causerie.desktop.models.timeline import Timeline
from causerie.i18n.text import _

TYPING_MS = 2500
"""Milliseconds between two typing notifications."""


class Composer:
    """See the module. `command` does a slash command, and is given what to call with its reply. `thread`: messages from
    here reply to this one. The texts are in `chat.composers`, under `id`."""

    def __init__(self, chat: Conversation, command: Callable[[Command, OnAnswer], None], thread: int = 0) -> None:
        self.chat = chat
        self.thread = thread
        self._command = command
        self._channel = chat.current if thread else ""
        self._typed_at = 0

    @property
    def channel(self) -> str:
        """The channel that messages go to: the thread's, or the open one."""
        return self._channel or self.chat.current

    @property
    def id(self) -> str:
        """What its texts are kept under."""
        return composer_id(self.channel, self.thread)

    @property
    def text(self) -> str:
        """The text in the composer: the draft or, while a message is edited, its new text."""
        return self.chat.composers.text(self.id)

    @property
    def reply(self) -> Message | None:
        """The message that the text replies to."""
        return self.chat.composers.replies.get(self.id)

    @property
    def editing(self) -> Message | None:
        """The message that is being edited."""
        editing = self.chat.composers.edits.get(self.id)
        return editing.message if editing is not None else None

    @property
    def returned(self) -> str:
        """The refused text that waits to be restored, or an empty text."""
        waiting = self.chat.composers.returned.get(self.id)
        return waiting[0].text if waiting else ""

    @property
    def _timeline(self) -> Timeline | None:
        return self.chat.thread if self.thread else self.chat.timeline

    def submit(self, text: str) -> bool:
        """Enter was pressed: send the message, the edit or the command. False: nothing was done."""
        chat, composers, id, editing = self.chat, self.chat.composers, self.id, self.editing
        if not text.strip():
            if editing is None:
                composers.set_draft(id, "")
            return editing is None
        if editing is not None:
            composers.set_edit(id, None)
            if text != editing.text:
                update_context = Edit(channel=self.channel, number=editing.number, text=text)
                chat.port.ask(update_context, chat.return_on_refusal(id, ReturnedText(text=text, editing=editing)))
            return True
        reply = self.reply.number if self.reply else self.thread
        said = Send(channel=self.channel, text=text, key=composers.key_for(id, text, chat.new_key()), reply=reply)
        if text.startswith("/"):
            try:
                command = slash.read(said)
            except ChatError as error:
                chat.show_status(chat.error_text(error))
                return False
            if not isinstance(command, Send):
                self.draft("")
                self._command(command, chat.return_on_refusal(id, ReturnedText(text=text, key=said.key)))
                return True
            said = command
        composers.set_reply(id, None)
        chat.send(said)
        self.draft("")
        return True

    def typing(self) -> None:
        """A key was pressed: notify the others, now and then."""
        now = self.chat.now()
        if now - self._typed_at >= TYPING_MS and self.chat.state is State.LIVE and self.editing is None:
            self._typed_at = now
            self.chat.port.ask(IsTyping(channel=self.channel), lambda reply, error: None)

    def draft(self, text: str) -> None:
        """Set the draft. An empty one goes to the server at once: what was sent must not come back as a draft later, or
        on another device."""
        self.chat.composers.set_draft(self.id, text)
        if not text:
            self.sync_draft(self.channel)

    def sync_draft(self, channel: str) -> None:
        """Save the draft on the server, for the person's other devices; threads have none there."""
        if not self.thread:
            self.chat.draft_sync.save(channel)

    def edit(self, message: Message) -> None:
        """Edit this message; the draft waits."""
        self.chat.composers.set_edit(self.id, message)

    def reply_to(self, message: Message | None) -> None:
        """Reply to this message. An edit is set aside."""
        self.chat.composers.set_edit_aside(self.id)
        self.chat.composers.set_reply(self.id, message)

    def restore(self) -> bool:
        """Put a refused text, or one that was set aside, back into the composer."""
        return self.chat.composers.restore(self.id)

    def edit_last(self) -> Message | None:
        """Up in an empty composer."""
        timeline = self._timeline
        message = timeline.last_own() if timeline is not None else None
        if message is not None:
            self.edit(message)
        return message

    def reply_last(self) -> Message | None:
        """Shift+Up."""
        timeline = self._timeline
        message = timeline.last_message() if timeline is not None else None
        if message is not None:
            self.reply_to(message)
        return message

    def cancel(self) -> bool:
        """Esc: stop editing, or else replying; the draft stays. False: there was neither."""
        composers, id = self.chat.composers, self.id
        was = self.editing or self.reply
        if self.editing is not None:
            if composers.leave_edit(id):
                self.chat.show_status(_("Not changed; your text is there when you edit that message again."))
        else:
            composers.set_reply(id, None)
        return was is not None
