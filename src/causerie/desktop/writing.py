"""What one writes: the line between its view and what is done with it; drafts, replies, edits."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from causerie.chat.events import Message
from causerie.desktop import composer
from causerie.desktop.composer_view import ComposerView, Typed, asks_large
from causerie.desktop.overlay import Overlay
from causerie.desktop.remembering import Settings
from causerie.desktop.rows import plain
from causerie.desktop.saying import Saying
from causerie.desktop.theme import Look
from causerie.desktop.timers import Timers
from causerie.text import _

DRAFT_AFTER = 1500
"""Milliseconds without a key until a draft is kept on the server."""

QUOTED = 80
"""Characters of the message that is answered."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What one is writing. `cursor`: an index of Tk's."""

    text: str
    cursor: str
    reply: Message | None
    editing: Message | None


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
            changed=self._typed,
            up=self._up,
            shift_up=self._shift_up,
            escape=self._escape,
            large=self._large,
            emoji=emoji,
        )
        self.view = ComposerView(parent, look, typed, settings().enter_sends)

    def focus(self) -> None:
        """What is pressed goes there."""
        self.view.text.focus_set()

    def here(self) -> None:
        """The channel that is open now: its draft."""
        self.view.set(self.saying.text)
        self.saying.cancel()
        self.strip()

    def carried(self) -> Carried:
        """What is typed, where the cursor is, and what it is about."""
        text = self.view.text
        return Carried(self.view.get(), text.index("insert"), self.saying.reply, self.saying.editing)

    def carry_on(self, carried: Carried) -> None:
        """The same, from another window."""
        self.saying.reply, self.saying.editing = carried.reply, carried.editing
        self.view.set(carried.text)
        self.view.text.mark_set("insert", carried.cursor)
        self.strip()

    def fill(self) -> None:
        """A draft came, from another device."""
        if not self.view.get():
            self.view.set(self.saying.text)

    def keep(self) -> None:
        """What is typed is this channel's draft."""
        self.saying.draft("" if self.saying.editing is not None else self.view.get())

    def reply(self, message: Message | None) -> None:
        """What is typed answers this."""
        self.saying.reply = message
        self.strip()

    def edit(self, message: Message | None) -> None:
        """Say this anew."""
        if message is not None:
            self.saying.editing = message
            self.view.set(message.text)
            self.strip()
            self.focus()

    def strip(self) -> None:
        """What is answered or edited, above the line."""
        saying = self.saying
        if saying.editing is not None:
            self.view.strip(_("Editing; Esc leaves it as it was"))
        elif saying.reply is not None:
            words = plain(saying.reply.text)[:QUOTED]
            self.view.strip(_("In reply to {name}: {words}   (Esc: not)").format(name=saying.reply.name, words=words))
        else:
            self.view.strip("")

    # What is pressed in the line.

    def _send(self, text: str) -> bool:
        done = self.saying.say(text)
        if done:
            self.strip()
            self.saying.chat.says = ""
        self._sent(done)
        return done

    def _typed(self, text: str) -> None:
        saying = self.saying
        if saying.editing is not None:
            return
        was = saying.text
        saying.draft(text)
        if text and text != was and not text.startswith("/"):
            saying.typing()
        if text != was:
            channel = saying.channel
            self._timers.later(f"draft {saying.thread}", DRAFT_AFTER, lambda: saying.keep_draft(channel))

    def _up(self) -> None:
        if self._settings().up_edits:
            self.edit(self.saying.edit_last())

    def _shift_up(self) -> None:
        self.saying.reply_last()
        self.strip()

    def _escape(self) -> None:
        editing = self.saying.editing is not None
        if self.saying.cancel():
            if editing:
                self.view.set("")
            self.strip()
        else:
            self._escaped()

    def _large(self, text: str, put: Callable[[], None]) -> None:
        self._overlay.question(asks_large(text), "", lambda typed: put(), yes=_("Paste"))
