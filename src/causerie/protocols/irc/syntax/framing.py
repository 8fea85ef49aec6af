"""Lines out of bytes, cut anywhere: the bounds of IRC lines, and what becomes of those past them. No I/O.

Sources: Modern IRC, "Message format", and numeric 417; IRCv3 message-tags, "Size limits".
"""

from __future__ import annotations

from causerie.chat.errors import BadText, FrameTooLong
from causerie.protocols.irc.syntax.lines import BODY_MOST, CLIENT_TAGS_MOST, LINE_MOST
from causerie.protocols.wire import Bounds, Wire

ENDLESS = 1_000_000
"""Bytes with no line end among them that nobody waits for any longer."""


class LineWire(Wire):
    """A wire whose frames are lines, ending in LF or CR LF."""

    __slots__ = ("_searched", "_skipped")

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self._searched = 0
        self._skipped = 0

    @property
    def begins(self) -> bool:
        """Whether nothing of what is unread was looked at, and a line begins with it."""
        return not (self._at or self._searched or self._skipped)

    def next_line(self) -> bytes | bytearray | None:
        """The next line, without its end; None: more bytes are needed.

        Raises, once for each such line, which is passed over: FrameTooLong, BadText (a NUL or CR in it). `closing` is
        set where no end of a line came for too long.
        """
        buffer, start = self._unread, self._at
        end = buffer.find(b"\n", start + self._searched)
        if end < 0:
            self._searched = len(buffer) - start
            if self._searched > LINE_MOST + 1:
                self._skipped += self._searched
                self._searched = 0
                self._taken(len(buffer))
                if self._skipped >= ENDLESS:
                    self._give_up()
            return None
        self._searched = 0
        self._taken(end + 1)
        if self._skipped:
            skipped, self._skipped = self._skipped + end - start, 0
            if skipped >= ENDLESS:
                self._give_up()
            raise FrameTooLong(most=BODY_MOST + 2)
        size = end - start
        if size and buffer[end - 1] == 13:
            end -= 1
        if size > BODY_MOST and not _fits(buffer, start, end):
            if size >= ENDLESS:
                self._give_up()
            raise FrameTooLong(most=BODY_MOST + 2)
        line = buffer[start:end]
        if 0 in line or 13 in line:
            # A carriage return within a line is the end of one to some clients, who would read two.
            raise BadText(why="character", character="NUL" if 0 in line else "CR")
        return line

    def _give_up(self) -> None:
        self.closing = True
        self._taken(len(self._unread))
        raise FrameTooLong(most=ENDLESS)


def _fits(buffer: bytes | bytearray, start: int, end: int) -> bool:
    """Whether a line that is longer than a body may be keeps to the bounds of its parts."""
    if buffer[start] == 64:
        space = buffer.find(b" ", start, end)
        if space < 0 or space - start - 1 > CLIENT_TAGS_MOST:
            return False
        start = space + 1
    return end - start <= BODY_MOST
