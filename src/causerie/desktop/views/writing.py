"""What one writes: the line between its view and what is done with it; drafts, replies, edits."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from causerie.chat.events import Message
from causerie.desktop.models import composer
from causerie.desktop.models.remembering import Settings
from causerie.desktop.models.rows import plain
from causerie.desktop.models.sending import Saying
from causerie.desktop.views.composer_view import ComposerView, Typed, asks_large
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.desktop.views.timers import Timers
from causerie.desktop.views.ui_trace import tell
from causerie.i18n.text import _

DRAFT_AFTER = 1500
"""Milliseconds without a key until a draft is kept on the server."""

QUOTED = 80
"""Characters of the message that is answered."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Where the cursor is, as an index of Tk's; all else is in the model."""

    cursor: str


class Writing:
    """See the module. `settings` as they are now; `sent`: something was said, or (False) could not be; `escaped`: Esc,
    where there was nothing to leave; `emoji`: one wants to choose an emoji."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        saying: Saying,
        overlay: Overlay,
        timers: Timers,
        settings: Callable[[], Settings],
        sent: Callable[[bool], None],
        escaped: Callable[[], None],
        emoji: Callable[[], None],
    ) -> None:
        self.saying = saying
        chat = saying.chat
        self._overlay = overlay
        self._timers = timers
        self._settings = settings
        self._sent = sent
        self._escaped = escaped
        typed = Typed(
            send=self._send,
            offers=lambda before, tab: composer.offers(before, chat.view, chat.views, tab),
            changed=lambda text: self.keep(),
            up=self._up,
            shift_up=self._shift_up,
            escape=self._escape,
            large=self._large,
            emoji=emoji,
        )
        self._place = ""
        """Where what stands in the line was typed."""
        self._shown = ""
        """What stood in the line when the model was told, or told us, last."""
        self._edited: Message | None = None
        self.view = ComposerView(parent, look, typed, settings().enter_sends)

    def focus(self) -> None:
        """What is pressed goes there."""
        self.view.text.focus_set()

    def here(self) -> None:
        """The place that is open now: what was typed there."""
        self.keep()
        self._place = self.saying.place
        self._show()

    def carried(self) -> Carried:
        """Where the cursor is."""
        return Carried(self.view.text.index("insert"))

    def carry_on(self, carried: Carried) -> None:
        """The same, from another window."""
        self._show()
        self.view.text.mark_set("insert", carried.cursor)

    def fill(self) -> None:
        """Another text may be here: a draft of another device's, or what was refused."""
        if self._place == self.saying.place and (
            self.saying.text != self._shown or self.saying.editing != self._edited
        ):
            self._show()
        self.strip()

    def keep(self) -> None:
        """What is typed is known to the model, by the place where it is typed."""
        text = self.view.get()
        if self._place and text != self._shown:
            self._shown = text
            tell("line", lambda: text)
            self.saying.chat.unsent.type(self._place, text)
            if self._place != self.saying.place:
                return
            if self.saying.editing is None:
                self._was_typed(text)
            if self.saying.editing != self._edited or not text:
                self._edited = self.saying.editing
                self.strip()

    def reply(self, message: Message | None) -> None:
        """What is typed answers this."""
        self.keep()
        self.saying.answer(message)
        self._show()

    def edit(self, message: Message | None) -> None:
        """Say this anew; the draft waits until that is done."""
        if message is not None:
            self.keep()
            self.saying.edit(message)
            self._show()
            self.focus()

    def strip(self) -> None:
        """What is answered, edited or was refused, above the line."""
        saying = self.saying
        if saying.editing is not None:
            self.view.strip(_("Editing; Esc leaves it as it was"))
        elif saying.reply is not None:
            words = plain(saying.reply.text)[:QUOTED]
            self.view.strip(_("In reply to {name}: {words}   (Esc: not)").format(name=saying.reply.name, words=words))
        elif saying.returned:
            words = " ".join(saying.returned.split())[:QUOTED]
            self.view.strip(_("Not done: {words}   (Up in the empty line takes it up again)").format(words=words))
        else:
            self.view.strip("")

    def _show(self) -> None:
        """The line as the model has it."""
        saying = self.saying
        self._shown, self._edited = saying.text, saying.editing
        self.view.set(self._shown)
        if saying.chat.unsent.is_back(saying.place):
            self.view.select()
        tell("line", lambda: self._shown)
        self.strip()

    # What is pressed in the line.

    def _send(self, text: str) -> None:
        self.keep()
        done = self.saying.say(text)
        if done:
            self._show()
            self.saying.chat.says = ""
        self._sent(done)

    def _was_typed(self, text: str) -> None:
        saying = self.saying
        if text and not text.startswith("/"):
            saying.typing()
        channel = saying.channel
        self._timers.later(f"draft {saying.thread}", DRAFT_AFTER, lambda: saying.keep_draft(channel))

    def _up(self) -> None:
        saying = self.saying
        if saying.take_up() or (self._settings().up_edits and saying.edit_last() is not None):
            self._show()

    def _shift_up(self) -> None:
        self.keep()
        if self.saying.reply_last() is not None:
            self._show()

    def _escape(self) -> None:
        self.keep()
        if self.saying.cancel():
            self._show()
        else:
            self._escaped()

    def _large(self, text: str, put: Callable[[], None]) -> None:
        self._overlay.question(asks_large(text), "", lambda typed: put(), yes=_("Paste"))
