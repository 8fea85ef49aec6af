"""A labelled line's answer, kept until all of it is there (IRCv3 labeled-response): one line with the label, a batch of
several, or ACK for none."""

from __future__ import annotations

from causerie.protocols.irc.syntax.batches import batch, is_one, tagged
from causerie.protocols.irc.syntax.lines import escape


class Labelled:
    """`open`: so many commands of the line are not answered yet."""

    __slots__ = ("_lines", "label", "open")

    def __init__(self, label: str) -> None:
        self.label = label
        self.open = 0
        self._lines: list[str] = []

    def add(self, server: str, lines: list[str]) -> bytes:
        """One more command was answered with these lines: all that there is to send, once it is all there."""
        self._lines += lines
        self.open -= 1
        if self.open > 0:
            return b""
        label = f"label={escape(self.label)}"
        if not self._lines:
            told = [f"@{label} :{server} ACK"]
        elif len(self._lines) == 1 or is_one(self._lines):
            told = [tagged(label, self._lines[0]), *self._lines[1:]]
        else:
            # One answer at a time is written, so that a batch never stands open beside another: one name does.
            start, end = f"@{label} :{server} BATCH +1 labeled-response", f":{server} BATCH -1"
            told = batch(start, "1", self._lines, end)
        return "".join(f"{line}\r\n" for line in told).encode()
