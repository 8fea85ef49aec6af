"""A message in several lines that a client is sending (IRCv3 multiline)."""

from __future__ import annotations

from causerie.protocols.irc.state.labels import Labelled
from causerie.protocols.irc.syntax.line_splitting import Piece


class Batch:
    """A batch that a client is sending. `failed`: nothing will come of it, and that was said."""

    __slots__ = ("bytes", "failed", "label", "notice", "pieces", "reference", "tags", "target")

    def __init__(self, reference: str, target: str, tags: dict[str, str], label: Labelled | None) -> None:
        self.reference = reference
        self.target = target
        self.tags = tags
        self.label = label
        self.pieces: list[Piece] = []
        self.bytes = 0
        self.notice: bool | None = None
        self.failed = False
