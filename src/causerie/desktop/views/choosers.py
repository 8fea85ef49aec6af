"""Sheets that offer a list to choose from: an emoji, a channel to enter or to go to, the shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from causerie.chat.replies import ChannelLine
from causerie.desktop.models import emoji_list, lines, sidebar
from causerie.desktop.models.actions import Acts
from causerie.desktop.views.emoji_view import EmojiView
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.i18n.text import _


class Choosers:
    """See the module. `open`: look at a channel. `recent`: the emoji used last; `used`: the same, with one more."""

    def __init__(
        self,
        overlay: Overlay,
        look: Look,
        acts: Acts,
        open: Callable[[str], None],
        recent: Callable[[], Sequence[str]],
        used: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._overlay = overlay
        self._look = look
        self._recent = recent
        self._used = used
        self._acts = acts
        self._open = open

    def emoji(self, done: Callable[[str], None]) -> None:
        """Choose one."""

        def chosen(emoji: str) -> None:
            self._used(emoji_list.used(self._recent(), emoji))
            done(emoji)

        EmojiView(self._overlay, self._look, lambda typed: emoji_list.found(typed, self._recent()), chosen)

    def channel(self) -> None:
        """Which one to enter? A new one is made."""

        def show(listed: list[ChannelLine]) -> None:
            known = [(line.channel, line.topic) for line in listed]
            self._overlay.choose(
                _("Enter a channel, or make one"),
                lambda typed: lines.of_channels(known, typed),
                self._acts.join,
                typed=self._acts.join,
            )

        self._acts.channels(show)

    def place(self) -> None:
        """Ctrl+K: among those that one is in."""
        chat = self._acts.chat
        self._overlay.choose(
            _("Go to"),
            lambda typed: [line for line in lines.of_places(sidebar.found(chat.places(), typed)) if line.key],
            self._open,
            typed=self._acts.join,
        )

    def shortcuts(self) -> None:
        """Ctrl+/."""
        made = lines.of_shortcuts()
        self._overlay.choose(_("Shortcuts"), lambda typed: made, lambda key: None)
