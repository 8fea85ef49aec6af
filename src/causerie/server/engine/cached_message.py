"""A message in memory, while somebody edits it, reacts to it or answers it (message_cache.py)."""

from __future__ import annotations

from causerie.chat.events import Message
from causerie.chat.model import Everyone

MESSAGE_WEIGHT = 10
"""A message weighs 10, a reaction to it 1."""

BEGINNING = 200
"""Characters of a text that are remembered: enough for its first words."""


class CachedMessage:
    """One message as it stands, with what is not committed yet. Changed only by changes (apply/messages.py).

    `text` is no more than the beginning of its text. `reactions`: for each emoji, who (their ids).
    """

    __slots__ = (
        "action", "at", "author", "author_name", "channel", "deleted", "edited_at", "everyone", "guest", "mentions",
        "notice", "nth", "number", "reactions", "tags", "text", "thread",
    )  # fmt: skip

    def __init__(self, channel: int, message: Message) -> None:
        self.channel = channel
        self.number = message.number
        self.author = message.person
        self.author_name = message.name
        self.guest = message.guest
        self.at = message.at
        self.text = message.text[:BEGINNING]
        self.thread = message.thread
        self.nth = message.nth
        self.action = message.action
        self.notice = message.notice
        self.tags = message.tags
        self.mentions = message.mentions
        self.everyone: Everyone = message.everyone
        self.edited_at = message.edited_at
        self.deleted = message.deleted
        self.reactions: dict[str, dict[int, bool]] = {}

    def weight(self) -> int:
        """What it takes of what may be remembered."""
        return MESSAGE_WEIGHT + sum(map(len, self.reactions.values()))
