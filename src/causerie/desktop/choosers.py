"""Sheets that offer a list to choose from: an emoji, a channel to enter or to go to, the shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from causerie.chat.replies import ChannelLine
from causerie.desktop import composer, lines, sidebar
from causerie.desktop.acts import Acts
from causerie.desktop.lines import ListLine
from causerie.desktop.overlay import Overlay
from causerie.text import _


class Choosers:
    """See the module. `open`: look at a channel."""

    def __init__(self, overlay: Overlay, acts: Acts, open: Callable[[str], None]) -> None:
        self._overlay = overlay
        self._acts = acts
        self._open = open

    def emoji(self, done: Callable[[str], None]) -> None:
        """Choose one."""
        names = {emoji: name for name, emoji in composer.EMOJI.items()}

        def matching(typed: str) -> list[ListLine]:
            wanted = typed.strip().strip(":").casefold()
            known = [*composer.QUICK, *composer.EMOJI.values()]
            found = [one for one in dict.fromkeys(known) if wanted in names.get(one, "")]
            return [ListLine(one, ((f"{one}   ", "plain"), (names.get(one, ""), "faint"))) for one in found]

        self._overlay.choose(_("Emoji"), matching, done, typed=done)

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
