"""Decodes replies and events, and encodes commands: the native protocol (docs/protocol/native.md), client side.

What this version does not know is skipped and counted, as the specification asks: a newer server may send it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from msgspec import Struct

from causerie.chat import errors
from causerie.chat.commands import Command
from causerie.chat.events import AnyEvent, Event, LoggedEvent
from causerie.chat.replies import AnyReply, Page, Reply
from causerie.client.errors import UnexpectedReply

MAX_LINE_BYTES = 16 * 1024 * 1024
"""Bytes of one line from the server, at most: a page of the longest messages fits."""

MAX_UNKNOWN_KINDS = 100
"""Unknown kinds that are counted by name, at most; all others are counted as "..."."""


class BadFrame(Exception):
    """A line that is not of this protocol; the connection is of no more use. The text is for a log."""


class Answer(Struct, frozen=True):
    """A reply or a refusal, to the command with the id `re` (None: to none)."""

    re: int | str | None
    answer: Reply | Exception


class UnknownEvent(Struct, frozen=True):
    """An event in a channel's log that this version does not know."""

    channel: str
    number: int


Frame = Answer | Event | UnknownEvent


class _Head(Struct):
    kind: str = msgspec.field(name="is", default="")
    re: int | str | None = None
    code: str = ""
    data: dict[str, Any] = {}
    channel: str = ""
    number: int = 0


class _RawPage(Struct):
    channel: str
    events: list[msgspec.Raw]
    more: bool = False


_HEAD = msgspec.json.Decoder(_Head).decode
_BODY = msgspec.json.Decoder(AnyReply | AnyEvent).decode
_RAW_PAGE = msgspec.json.Decoder(_RawPage).decode
_LOGGED = msgspec.json.Decoder(LoggedEvent).decode
_ENCODE = msgspec.json.Encoder().encode


def encode(command: Command, mark: int) -> bytes:
    """A command's line; its reply comes back with the id `mark`."""
    return _ENCODE(msgspec.structs.replace(command, id=mark)) + b"\n"


def refusal(code: str, data: errors.Data) -> errors.ChatError:
    """The ChatError of this code, as the server raised it."""
    kinds = [errors.ChatError]
    while kinds:
        kind = kinds.pop()
        if kind.code == code:
            return kind(**data)
        kinds += kind.__subclasses__()
    # A newer server has codes that this client does not know.
    unknown = errors.ChatError(**data)
    unknown.code = code  # type: ignore[misc]
    return unknown


class FrameDecoder:
    """Decodes what one connection receives. `unknown_frames` counts what was not understood, by kind."""

    def __init__(self, passed_over: Counter[str]) -> None:
        self.unknown_frames = passed_over
        self._unread = bytearray()
        self._searched = 0

    @property
    def unread(self) -> int:
        """Bytes of a line that has not ended yet."""
        return len(self._unread)

    def feed(self, data: bytes) -> list[Frame]:
        """What these bytes complete. Raises BadFrame."""
        self._unread += data
        frames: list[Frame] = []
        start = 0
        while (end := self._unread.find(b"\n", max(start, self._searched))) >= 0:
            line = bytes(self._unread[start:end]).strip()
            start = end + 1
            if line and (frame := self._frame(line)) is not None:
                frames.append(frame)
        del self._unread[:start]
        self._searched = len(self._unread)
        if self._searched > MAX_LINE_BYTES:
            raise BadFrame(f"a line has more than {MAX_LINE_BYTES} bytes")
        return frames

    def _frame(self, line: bytes) -> Frame | None:
        try:
            head = _HEAD(line)
        except (msgspec.ValidationError, RecursionError):
            self._pass_over("")
            return None
        except (msgspec.DecodeError, UnicodeDecodeError):
            # A connection that is refused at once is told why in a line of text.
            raise BadFrame(line[:200].decode(errors="replace")) from None
        if head.kind == "error":
            return Answer(head.re, refusal(head.code, _plain(head.data)))
        try:
            body = _BODY(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._not_understood(head, line)
        return Answer(head.re, body) if isinstance(body, Reply) else body

    def _not_understood(self, head: _Head, line: bytes) -> Frame | None:
        if head.kind == "page" and (page := self._page(line)) is not None:
            return Answer(head.re, page)
        self._pass_over(head.kind)
        if head.re is not None:
            return Answer(head.re, UnexpectedReply(head.kind))
        return UnknownEvent(head.channel, head.number) if head.channel and head.number > 0 else None

    def _page(self, line: bytes) -> Page | None:
        """A page with events of unknown kinds, without these."""
        try:
            page = _RAW_PAGE(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        events = []
        for raw in page.events:
            try:
                events.append(_LOGGED(raw))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self._pass_over("page")
        return Page(channel=page.channel, events=events, more=page.more)

    def _pass_over(self, kind: str) -> None:
        known = kind in self.unknown_frames or len(self.unknown_frames) < MAX_UNKNOWN_KINDS
        self.unknown_frames[kind[:64] if known else "..."] += 1


def _plain(data: dict[str, Any]) -> errors.Data:
    """The data that is text or numbers; a newer server might send more."""
    return {name: part for name, part in data.items() if isinstance(part, str | int | float) and name != "self"}
