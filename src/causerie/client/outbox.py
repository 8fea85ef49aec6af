"""What was said and is not acknowledged yet: each letter with a key of its own, in the order of each channel.

At most one letter of a channel is on its way at a time. So a letter that is refused for now (`too_fast`, a full disk)
and one whose answer was lost with the connection are sent again before anything behind them, and order is kept
whatever the server takes and refuses. The key makes it one message however often it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from causerie.chat.commands import Send
from causerie.client.errors import OutboxFull
from causerie.client.pending_requests import Asked

LETTERS_MOST = 1000
"""Letters that wait, at most."""


class Letter(Asked):
    """A handle for a letter: `key`, `channel`, `text`, and in the end its acknowledgement or why there is none.

    `tried`: how often it was sent. It may have arrived as soon as it was sent once.
    """

    __slots__ = ("on_its_way", "tried")
    command: Send

    def __init__(self, command: Send) -> None:
        super().__init__(command)
        self.tried = 0
        self.on_its_way = False

    @property
    def key(self) -> str:
        """The letter's own name."""
        return self.command.key

    @property
    def channel(self) -> str:
        """Where it is said."""
        return self.command.channel

    @property
    def text(self) -> str:
        """What it says."""
        return self.command.text


class Outbox:
    """See the module."""

    def __init__(self, kept: Iterable[Send] = ()) -> None:
        self._letters: dict[str, Letter] = {}
        self._channels: dict[str, dict[str, Letter]] = {}
        for command in kept:
            self.put(command)

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, command: Send) -> Letter:
        """One more letter; one that is there already, by its key, is not put in twice. Raises OutboxFull."""
        if (there := self._letters.get(command.key)) is not None:
            return there
        if len(self._letters) >= LETTERS_MOST:
            raise OutboxFull(LETTERS_MOST)
        letter = Letter(command)
        self._letters[letter.key] = letter
        self._channels.setdefault(letter.channel, {})[letter.key] = letter
        return letter

    def get(self, key: str) -> Letter | None:
        """The letter of this key, if it is not settled yet."""
        return self._letters.get(key)

    def remove(self, letter: Letter) -> None:
        """It is acknowledged, or refused for good."""
        self._letters.pop(letter.key, None)
        letters = self._channels.get(letter.channel, {})
        letters.pop(letter.key, None)
        if not letters:
            self._channels.pop(letter.channel, None)

    def next(self, channel: str) -> Letter | None:
        """The letter of a channel that is to be sent now; None: there is none, or one is on its way."""
        letter = next(iter(self._channels.get(channel, {}).values()), None)
        return None if letter is None or letter.on_its_way else letter

    def channels(self) -> tuple[str, ...]:
        """Where something is to be said."""
        return tuple(self._channels)

    def of(self, channel: str) -> tuple[Letter, ...]:
        """A channel's letters, in their order."""
        return tuple(self._channels.get(channel, {}).values())

    def rename(self, channel: str, name: str) -> None:
        """The server calls the channel by this name: its letters go there, before those that are there already."""
        if channel == name or channel not in self._channels:
            return
        moved, there = self._channels.pop(channel), self._channels.pop(name, {})
        for letter in moved.values():
            letter.command = msgspec.structs.replace(letter.command, channel=name)
        self._channels[name] = {**moved, **there}

    def cut(self) -> None:
        """The connection broke: what was on its way is not any more."""
        for letter in self._letters.values():
            letter.on_its_way = False

    def all(self) -> tuple[Letter, ...]:
        """Every letter, oldest first."""
        return tuple(self._letters.values())
