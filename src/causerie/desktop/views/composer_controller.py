"""The controller of a composer: between its view and its model."""

from __future__ import annotations

import logging
import tkinter as tk
from collections.abc import Callable

from causerie.chat.events import Message
from causerie.desktop.models import completion
from causerie.desktop.models.composer import Composer
from causerie.desktop.models.rows import plain
from causerie.desktop.models.saved_files import Settings
from causerie.desktop.views.composer_view import ComposerCallbacks, ComposerView, asks_large
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.timers import Timers
from causerie.desktop.views.ui_trace import trace
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

DRAFT_AFTER = 1500
"""Milliseconds without a key press until a draft is saved on the server."""

QUOTED = 80
"""Characters of the quoted message."""


class ComposerController:
    """See the module. `settings` gives the present ones; `sent`: something was sent, or (False) could not be;
    `escaped`: Esc, where there was nothing to cancel; `emoji`: open the emoji picker."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        model: Composer,
        overlay: Overlay,
        timers: Timers,
        settings: Callable[[], Settings],
        sent: Callable[[bool], None],
        escaped: Callable[[], None],
        emoji: Callable[[], None],
    ) -> None:
        self.model = model
        chat = model.chat
        self._overlay = overlay
        self._timers = timers
        self._settings = settings
        self._sent = sent
        self._escaped = escaped
        callbacks = ComposerCallbacks(
            send=self._send,
            completions=lambda before, tab: completion.completions(before, chat.view, chat.views, tab),
            changed=lambda text: self.sync(),
            up=self._up,
            shift_up=self._shift_up,
            escape=self._escape,
            large=self._large,
            emoji=emoji,
        )
        self._id = ""
        """The composer (`composer_id`) whose text the view shows."""
        self._shown = ""
        """The text of the view when it was last synced with the model."""
        self._edited: Message | None = None
        self.view = ComposerView(parent, look, callbacks, settings().enter_sends)
        name = f"thread {model.thread}" if model.thread else "the line"
        self.view.text.bind("<FocusIn>", lambda event: log.info("keys go to: %s", name), add="+")

    def focus(self) -> None:
        """Give it the focus."""
        self.view.text.focus_set()

    def channel_opened(self) -> None:
        """Another channel is open: show its text."""
        self.sync()
        self._id = self.model.id
        self._show()

    @property
    def cursor(self) -> str:
        """Where the cursor is, as an index of Tk's."""
        return self.view.text.index("insert")

    def restore(self, cursor: str) -> None:
        """Show the text with the cursor there, as another window had it."""
        self._show()
        self.view.text.mark_set("insert", cursor)

    def fill(self) -> None:
        """The model's text may have changed: by another device's draft, or a refusal."""
        if self._id == self.model.id and (self.model.text != self._shown or self.model.editing != self._edited):
            self._show()
        self.show_strip()

    def sync(self) -> None:
        """Bring the text of the view into the model."""
        text = self.view.get()
        if self._id and text != self._shown:
            self._shown = text
            trace("line", lambda: text)
            self.model.chat.composers.set_text(self._id, text)
            if self._id != self.model.id:
                return
            if self.model.editing is None:
                self._was_typed(text)
            if self.model.editing != self._edited or not text:
                self._edited = self.model.editing
                self.show_strip()

    def reply(self, message: Message | None) -> None:
        """Make the text a reply to this message."""
        self.sync()
        self.model.reply_to(message)
        self._show()

    def edit(self, message: Message | None) -> None:
        """Edit this message; the draft waits."""
        if message is not None:
            self.sync()
            self.model.edit(message)
            self._show()
            self.focus()

    def show_strip(self) -> None:
        """Show above the composer what is replied to, edited, or was refused."""
        model = self.model
        if model.editing is not None:
            self.view.strip(_("Editing; Esc leaves it as it was"))
        elif model.reply is not None:
            words = plain(model.reply.text)[:QUOTED]
            self.view.strip(_("In reply to {name}: {words}   (Esc: not)").format(name=model.reply.name, words=words))
        elif model.returned:
            words = " ".join(model.returned.split())[:QUOTED]
            self.view.strip(_("Not done: {words}   (Up in the empty line takes it up again)").format(words=words))
        else:
            self.view.strip("")

    def _show(self) -> None:
        """Show the model's text."""
        model = self.model
        self._shown, self._edited = model.text, model.editing
        self.view.set(self._shown)
        if model.chat.composers.is_returned(model.id):
            self.view.select()
        trace("line", lambda: self._shown)
        self.show_strip()

    # Called by the view.

    def _send(self, text: str) -> None:
        self.sync()
        done = self.model.submit(text)
        if done:
            self._show()
            self.model.chat.status_text = ""
        self._sent(done)

    def _was_typed(self, text: str) -> None:
        model = self.model
        if text and not text.startswith("/"):
            model.typing()
        channel = model.channel
        self._timers.later(f"draft {model.thread}", DRAFT_AFTER, lambda: model.sync_draft(channel))

    def _up(self) -> None:
        model = self.model
        if model.restore() or (self._settings().up_edits and model.edit_last() is not None):
            self._show()

    def _shift_up(self) -> None:
        self.sync()
        if self.model.reply_last() is not None:
            self._show()

    def _escape(self) -> None:
        self.sync()
        if self.model.cancel():
            self._show()
        else:
            self._escaped()

    def _large(self, text: str, put: Callable[[], None]) -> None:
        self._overlay.question(asks_large(text), "", lambda typed: put(), yes=_("Paste"))
