"""The native protocol: the core's own commands, answers and events as JSON, one object a line.

The client says hello first, with the version that it speaks, and whether it wants HTML beside each text: those who do
share a language of their own (`native_html`), those who do not pay nothing for it. The specification, with examples
that are run as tests, is docs/protocol/native.md; `native_schema` makes a JSON Schema from the same types.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import msgspec

from causerie.chat.commands import PROTOCOL_VERSION, AnyCommand, Command, Hello, Send, Tell
from causerie.chat.errors import BadInput, BadShape, ChatError, Data, FrameTooLong, NotJson, TooDeep, UnknownCommand
from causerie.chat.events import Edited, Event, Farewell, Message
from causerie.chat.replies import Ack, LoggedIn, Reply
from causerie.protocols.json_frames import check_depth
from causerie.protocols.native_html import WITH_TEXTS, HtmlTexts, encode_with_html, event_with_html, text_of, texts_of
from causerie.protocols.wire import NOTHING, Bounds, Protocol, Wire
from causerie.server.engine.session import Answer, EventEncoder, PendingSnapshot
from causerie.server.ports.changes import Stored
from causerie.server.state_view import StateView


class Refusal(Reply, frozen=True, tag="error", kw_only=True):
    """The command was refused: `code` for programs, `data` says about what."""

    code: str
    data: Data = {}  # noqa: RUF012 - msgspec copies it


class _Mark(msgspec.Struct):
    id: int | str | None = None


_MARK = msgspec.json.Decoder(_Mark).decode
_DECODE = msgspec.json.Decoder(AnyCommand).decode
_ENCODE = msgspec.json.Encoder().encode
_BLANK = re.compile(rb"[ \t\r\n]{0,512}")
_NO_COMMAND = re.compile("Invalid value '.*' - at `\\$.do`|missing required field `do`")
ID_MOST = 64


class NativeEncoder(EventEncoder):
    """Events as they stand, a line each."""

    name = "native"

    def encode(self, event: Event) -> bytes:
        """The event's line."""
        return _ENCODE(event) + b"\n"


class HtmlNativeEncoder(NativeEncoder):
    """The same, with the texts of messages as HTML too."""

    def __init__(self, texts: HtmlTexts) -> None:
        self.texts = texts

    def encode(self, event: Event) -> bytes:
        """The event's line."""
        line, text = _ENCODE(event), text_of(event)
        if not text:
            return line + b"\n"
        assert isinstance(event, Message | Edited)
        return event_with_html(event, line, self.texts.at_once(event.person, text)) + b"\n"

    def ahead(self, events: Sequence[Event]) -> Iterator[None] | None:
        """See EventEncoder. It is kept until it is encoded."""
        return self.texts.ahead(filter(None, map(text_of, events)), [])


def _encoder(clock: Callable[[], float]) -> NativeEncoder:
    encoder = NativeEncoder()
    encoder.with_html = HtmlNativeEncoder(HtmlTexts(clock))
    return encoder


ENCODER = _encoder(time.monotonic)


class NativeWire(Wire):
    """One connection's side."""

    __slots__ = ("_greeted", "_html", "_inside", "_made", "_searched")

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self._searched = 0
        self._greeted = False
        self._inside = False
        self._html = False
        self._made: list[str] = []

    def next_command(self) -> Command | None:
        """The next line's command. A line that is none is answered and the next one taken, except one too long."""
        if self.closing or not self._unread:
            return None
        if not self._searched and self._unread[self._at] != 123:
            # White space before an object is nothing, and so is a line that has nothing else.
            blank = _BLANK.match(self._unread, self._at).end()  # type: ignore[union-attr]
            if blank > self._at:
                self._taken(blank)
                return NOTHING
        buffer, start = self._unread, self._at
        most = self.bounds.frame if self._inside else self.bounds.before_login
        end = buffer.find(b"\n", start + self._searched, start + most + 1)
        if end < 0:
            self._searched = len(buffer) - start
            if self._searched > most:
                self.closing = True
                self._taken(len(buffer))
                raise FrameTooLong(most=most)
            return None
        self._searched = 0
        self._taken(end + 1)
        return self._command(buffer[start:end])

    def _command(self, line: bytes | bytearray) -> Command:
        try:
            check_depth(line, self.bounds.depth)
            command: Command = _DECODE(line)
        except ChatError:
            raise
        except RecursionError:
            raise TooDeep(most=self.bounds.depth) from None
        except msgspec.ValidationError as error:
            refusal = UnknownCommand if _NO_COMMAND.search(str(error)) else BadShape
            raise refusal(why=str(error)[:200]).asked_as(_mark(line)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotJson(why=str(error)[:200]) from None
        if type(command.id) is str and len(command.id) > ID_MOST:
            raise BadShape(why="id", most=ID_MOST)
        if not self._greeted:
            if not isinstance(command, Hello):
                self.closing = True
                raise BadInput(why="hello")
            if command.version != PROTOCOL_VERSION:
                self.closing = True
                raise BadInput(why="version", version=PROTOCOL_VERSION).asked_as(command.id)
            self._greeted = True
        return command

    def answer(self, command: Command, answer: Answer) -> bytes:
        """One line: the answer, with the command's id as `re`."""
        reply: Reply
        if type(answer) is Stored:
            key = command.key if type(command) is Send or type(command) is Tell else ""
            reply = Ack(channel=answer.channel, number=answer.number, at=answer.at, key=key, again=answer.again)
        elif isinstance(answer, ChatError):
            reply = Refusal(code=answer.code, data=answer.data)
        else:
            assert not isinstance(answer, PendingSnapshot)
            reply = answer  # type: ignore[assignment]
            if type(answer) is LoggedIn:
                self._inside = True
            elif type(command) is Hello and not self._inside:
                self._html = command.html
        if self._made and isinstance(reply, WITH_TEXTS):
            made, self._made = self._made, []
            line = encode_with_html(reply, made)
        else:
            line = _ENCODE(reply)
        if command.id is not None:
            line = b'{"re":' + _ENCODE(command.id) + b"," + line[1:]
        return line + b"\n"

    def ahead(self, answer: Answer) -> Iterator[None] | None:
        """See Wire: the HTML of its messages."""
        encoder = self.encoder
        if not self._html or not isinstance(encoder, HtmlNativeEncoder) or not (texts := texts_of(answer)):
            return None
        return encoder.texts.ahead(texts, self._made)

    def farewell(self, code: str) -> bytes:
        """The last line."""
        return _ENCODE(Farewell(channel="", code=code or "quit")) + b"\n"


def _mark(line: bytes | bytearray) -> int | str | None:
    """The id of a command that is wrong elsewhere."""
    try:
        mark = _MARK(line).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return mark if not isinstance(mark, str) or len(mark) <= ID_MOST else None


def recognises(first: bytes) -> bool | None:
    """An object whose first key is not in capitals; the classic protocol is asked before."""
    start = first.lstrip()
    if not start:
        return None
    return start[:1] == b"{"


def _for_server(view: StateView) -> Protocol:
    """What one server offers: its HTML is its own."""
    return replace(PROTOCOL, encoder=_encoder(view.clock), for_server=None)


PROTOCOL = Protocol("native", ENCODER, NativeWire, recognises, alpn=("causerie",), for_server=_for_server)
