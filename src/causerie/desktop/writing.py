"""What one writes: the line between its view and what is done with it; drafts, replies, edits."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from causerie.chat.events import Message
from causerie.desktop import composer
from causerie.desktop.acts import Acts
from causerie.desktop.composer_view import ComposerView, Typed, asks_large
from causerie.desktop.overlay import Overlay
from causerie.desktop.remembering import Settings
from causerie.desktop.rows import plain
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
    where there was nothing to leave."""

    def __init__(
        self,
        parent: tk.Misc,
        look: Look,
        acts: Acts,
        overlay: Overlay,
        timers: Timers,
        settings: Callable[[], Settings],
        sent: Callable[[bool], None],
        escaped: Callable[[], None],
    ) -> None:
        self._acts = acts
        self._overlay = overlay
        self._timers = timers
        self._settings = settings
        self._sent = sent
        self._escaped = escaped
        typed = Typed(
            send=self._send,
            offers=lambda before, tab: composer.offers(before, acts.chat.view, acts.chat.views, tab),
            changed=self._typed,
            up=self._up,
            shift_up=self._shift_up,
            escape=self._escape,
            large=self._large,
        )
        self.view = ComposerView(parent, look, typed, settings().enter_sends)

    def focus(self) -> None:
        """What is pressed goes there."""
        self.view.text.focus_set()

    def here(self) -> None:
        """The channel that is open now: its draft."""
        self.view.set(self._acts.chat.drafts.get(self._acts.chat.current, ""))
        self._acts.cancel()
        self.strip()

    def carried(self) -> Carried:
        """What is typed, where the cursor is, and what it is about."""
        text = self.view.text
        return Carried(self.view.get(), text.index("insert"), self._acts.reply, self._acts.editing)

    def carry_on(self, carried: Carried) -> None:
        """The same, from another window."""
        self._acts.reply, self._acts.editing = carried.reply, carried.editing
        self.view.set(carried.text)
        self.view.text.mark_set("insert", carried.cursor)
        self.strip()

    def fill(self) -> None:
        """A draft came, from another device."""
        if not self.view.get():
            self.view.set(self._acts.chat.drafts.get(self._acts.chat.current, ""))

    def keep(self) -> None:
        """What is typed is this channel's draft."""
        self._acts.draft("" if self._acts.editing is not None else self.view.get())

    def reply(self, message: Message | None) -> None:
        """What is typed answers this."""
        self._acts.reply = message
        self.strip()

    def edit(self, message: Message | None) -> None:
        """Say this anew."""
        if message is not None:
            self._acts.editing = message
            self.view.set(message.text)
            self.strip()
            self.focus()

    def strip(self) -> None:
        """What is answered or edited, above the line."""
        acts = self._acts
        if acts.editing is not None:
            self.view.strip(_("Editing; Esc leaves it as it was"))
        elif acts.reply is not None:
            words = plain(acts.reply.text)[:QUOTED]
            self.view.strip(_("In reply to {name}: {words}   (Esc: not)").format(name=acts.reply.name, words=words))
        else:
            self.view.strip("")

    # What is pressed in the line.

    def _send(self, text: str) -> bool:
        done = self._acts.say(text)
        if done:
            self.strip()
            self._acts.chat.says = ""
        self._sent(done)
        return done

    def _typed(self, text: str) -> None:
        acts = self._acts
        if acts.editing is not None:
            return
        was = acts.chat.drafts.get(acts.chat.current, "")
        acts.draft(text)
        if text and text != was and not text.startswith("/"):
            acts.typing()
        if text != was:
            channel = acts.chat.current
            self._timers.later("draft", DRAFT_AFTER, lambda: acts.keep_draft(channel))

    def _up(self) -> None:
        if self._settings().up_edits:
            self.edit(self._acts.edit_last())

    def _shift_up(self) -> None:
        self._acts.reply_last()
        self.strip()

    def _escape(self) -> None:
        editing = self._acts.editing is not None
        if self._acts.cancel():
            if editing:
                self.view.set("")
            self.strip()
        else:
            self._escaped()

    def _large(self, text: str, put: Callable[[], None]) -> None:
        self._overlay.question(asks_large(text), "", lambda typed: put(), yes=_("Paste"))
