"""Dialogs with a list to choose from: emoji, channels to join or to open, shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from causerie.chat.replies import ChannelLine
from causerie.desktop.models import emoji_list, lines, sidebar
from causerie.desktop.models.actions import Actions
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
        actions: Actions,
        open: Callable[[str], None],
        recent: Callable[[], Sequence[str]],
        used: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._overlay = overlay
        self._look = look
        self._recent = recent
        self._used = used
        self._actions = actions
        self._open = open

    def emoji(self, done: Callable[[str], None]) -> None:
        """Pick an emoji."""

        def chosen(emoji: str) -> None:
            self._used(emoji_list.used(self._recent(), emoji))
            done(emoji)

        EmojiView(self._overlay, self._look, lambda typed: emoji_list.found(typed, self._recent()), chosen)

    def channel(self) -> None:
        """Join a channel; a new one is created."""

        def show(listed: list[ChannelLine]) -> None:
            known = [(line.channel, line.topic) for line in listed]
            self._overlay.choose(
                _("Enter a channel, or make one"),
                lambda typed: lines.of_channels(known, typed),
                self._actions.join,
                typed=self._actions.join,
            )

        self._actions.channels(show)

    def open_channel(self) -> None:
        """Open one of the channels that the person is in (Ctrl+K)."""
        chat = self._actions.chat
        self._overlay.choose(
            _("Go to"),
            lambda typed: [line for line in lines.of_sidebar(sidebar.found(chat.entries(), typed)) if line.key],
            self._open,
            typed=self._actions.join,
        )

    def shortcuts(self) -> None:
        """Show the shortcuts (Ctrl+/)."""
        made = lines.of_shortcuts()
        self._overlay.choose(_("Shortcuts"), lambda typed: made, lambda key: None)
