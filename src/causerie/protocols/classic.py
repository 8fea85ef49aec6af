"""The classic protocol: what the first causerie spoke, byte for byte where a client can tell.

JSON objects from the client, end to end with no delimiter; plain text to it, with no line end. Its verbs CONN, SEND and
END become LogIn, Send and Quit. What it has no words for (a message refused, the answer of a slash command, a
farewell) is said as a line by `causerie`, a name that nobody can have; what others do beside talking, as a line of
`readings`. The specification is docs/protocol/classic.md.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET

from causerie.chat.commands import Command, Join, LogIn, LogOut, Quit, Send, SetName
from causerie.chat.errors import (
    BadShape,
    ChatError,
    FrameTooLong,
    NotJson,
    TooDeep,
)
from causerie.chat.events import Entered, Event, Gap, Left, Message, MessageRun, Presence, Renamed
from causerie.chat.names import is_guest_style
from causerie.chat.replies import Done, LoggedIn, Reply
from causerie.i18n.text import _
from causerie.protocols.classic_sentences import farewells, refusal
from causerie.protocols.json_frames import Scan, find_end, unfinished
from causerie.protocols.text_fallback import events
from causerie.protocols.text_fallback.events import one_line, reading, shown
from causerie.protocols.text_fallback.replies import answer_line
from causerie.protocols.wire import NOTHING, Bounds, Protocol, Wire
from causerie.server.engine.session import Answer, EventEncoder

SPOKESMAN = "causerie"


class _Conn(msgspec.Struct, gc=False):
    us: str = ""
    pwd: str = ""
    channel: str = ""


class _Send(msgspec.Struct, gc=False):
    PAYLOAD: str


class _Object(msgspec.Struct, gc=False):
    SEND: _Send | msgspec.UnsetType = UNSET
    CONN: _Conn | msgspec.UnsetType = UNSET
    END: dict[str, object] | msgspec.UnsetType = UNSET


_DECODE = msgspec.json.Decoder(_Object).decode
_DECODE_ALL = msgspec.json.Decoder(_Object).decode_lines  # it takes objects with nothing between them


class ClassicEncoder(EventEncoder):
    """Events as the first server's clients read them."""

    name = "classic"
    snapshots = False
    acknowledges = False
    hears_direct = True
    reactions = False
    one_place = True

    def encode(self, event: Event) -> bytes:
        """See the table in the specification; events that the language has no words for are not told."""
        if type(event) is Message:
            name, text = shown(event.name, event.guest), event.text
            if event.action or event.reply or event.deleted or event.channel[:1] == "@":
                return _other_message(event, name).encode()
            if "\n" in text:
                text = one_line(text)
            return f"{name}>{text}".encode()
        direct = event.channel[:1] == "@"
        if type(event) is Entered:
            return b"" if direct else f"[+]{shown(event.name, event.guest)}".encode()
        if type(event) is Left:
            return b"" if direct else f"[-]{shown(event.name, event.guest)}".encode()
        return (
            b"" if isinstance(event, Presence | Gap) or (direct and type(event) is Renamed) else reading(event).encode()
        )

    def encode_run(self, run: MessageRun) -> bytes:
        """See EventEncoder."""
        start = f"{shown(run.name, run.guest)}>"
        text = start + start.join(run.texts)
        return super().encode_run(run) if "\n" in text or run.channel[:1] == "@" else text.encode()


def _other_message(event: Message, name: str) -> str:
    """One that the first clients knew nothing of. What is said directly is marked, as it is in no channel of theirs."""
    line = reading(event) if event.action and not event.deleted else f"{name}>{events.text(event)}"
    if event.channel[:1] == "@":
        return _("(privately) {line}").format(line=line)
    return line


ENCODER = ClassicEncoder()


class ClassicWire(Wire):
    """One connection's side."""

    __slots__ = ("_channel", "_most", "_said", "_scanned")

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self._scanned: Scan | None = None
        self._said: list[str] = []
        self._channel = ""
        self._most = bounds.before_login

    def next_command(self) -> Command | None:
        """One object's command. After anything that is none, the connection ends."""
        if self.closing:
            return None
        if self._said:
            return Send(channel=self._channel, text=self._said.pop(0))
        buffer, start = self._unread, self._at
        if not buffer:
            return None
        # Tried once with what came together: a mixture is gone through object by object.
        if start == 0 and buffer[-1] == 125 and self._scanned is None and self._all_said(buffer):
            self._unread = b""
            return Send(channel=self._channel, text=self._said.pop(0))
        try:
            # Nearly every object ends at the first "}}"; one that does not fails to decode and is searched with care.
            if self._scanned is None and buffer[start] == 123:
                end = buffer.find(b"}}", start, start + self._most) + 2
                raw = buffer[start:end]
                if end > 1 and raw.find(b"[") < 0 and raw.count(b"{") == 2:
                    try:
                        frame = _DECODE(raw)
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        pass
                    else:
                        self._taken(end)
                        return self._command(frame)
            searched = self._next_object(buffer, start)
            return self._command(searched) if isinstance(searched, _Object) else searched
        except ChatError:
            self.closing = True
            self._taken(len(self._unread))
            raise

    @property
    def pending(self) -> bool:
        """See Wire."""
        return bool(self._said) or len(self._unread) > self._at

    @property
    def along(self) -> list[str]:
        """See Wire."""
        return self._said

    def _all_said(self, raw: bytes | bytearray) -> bool:
        """Whether these bytes are plain messages and nothing else, as nearly all that comes: they wait in `_said`."""
        # (b"[" in raw takes ten times as long as find: it makes an error first, in vain.)
        if len(raw) > self._most or raw.find(b"[") >= 0:
            return False
        try:
            said = [frame.SEND.PAYLOAD for frame in _DECODE_ALL(raw)]  # type: ignore[union-attr]
        except (msgspec.DecodeError, UnicodeDecodeError, AttributeError):
            return False
        if raw.count(b"{") != 2 * len(said):
            return False
        self._said = said
        return True

    def _next_object(self, buffer: bytes | bytearray, start: int) -> _Object | Command | None:
        """The next object; NOTHING: it is to be looked at further; None: more bytes are needed."""
        most = self._most
        found = find_end(buffer, start, self._scanned, self.bounds.depth)
        if isinstance(found, int):
            self._scanned = None
            if found - start > most:
                raise FrameTooLong(most=most)
            self._taken(found)
            return _decode(buffer[start:found])
        self._scanned = found
        if len(buffer) - start > most:
            raise FrameTooLong(most=most)
        return NOTHING if unfinished(buffer, start, found) else None

    def _command(self, frame: _Object) -> Command | None:
        if frame.SEND is not UNSET:
            return Send(channel=self._channel, text=frame.SEND.PAYLOAD)
        if frame.CONN is not UNSET:
            conn = frame.CONN
            channel = conn.channel.strip() or "home"
            name = conn.us.strip()
            return LogIn(
                name=name,
                password=conn.pwd,
                guest=not name or is_guest_style(name),
                enter=channel,
                device="classic",
            )
        if frame.END is not UNSET:
            return Quit()
        raise BadShape(why="verb")

    def answer(self, command: Command, answer: Answer) -> bytes:
        """`OK` to a guest, `NO` to whoever was refused; an account reads its own `[+]name` next."""
        if type(command) is LogIn:
            if isinstance(answer, LoggedIn):
                self._channel = command.enter
                self._most = self.bounds.frame
                return b"OK" if command.guest else b""
            return b"NO"
        if isinstance(answer, ChatError):
            quiet = self.closing or answer.data.get("why") == "empty"
            return b"" if quiet else f"{SPOKESMAN}>{refusal(answer)}".encode()
        if isinstance(answer, Reply):
            return self._slash_answer(command, answer)
        return b""

    def _slash_answer(self, command: Command, answer: Reply) -> bytes:
        if type(command) is Join:
            self._channel = command.channel
        if type(answer) is Done and isinstance(command, _SEEN):
            return b""
        line = answer_line(answer)
        return f"{SPOKESMAN}>{line}".encode() if line else b""

    def holds(self, command: Command) -> bool:
        """`NO` must stand alone, and what follows `OK` is said as the one who came in."""
        return type(command) is LogIn

    def alone(self, command: Command, answer: Answer) -> bool:
        """The client compares its whole read with `NO`."""
        return type(command) is LogIn and not isinstance(answer, LoggedIn)

    def farewell(self, code: str) -> bytes:
        """The protocol has no farewell of its own: a line by the spokesman, or just the end of the connection."""
        said = farewells().get(code)
        return f"{SPOKESMAN}>{said}".encode() if said else b""


def _decode(raw: bytes | bytearray) -> _Object:
    try:
        return _DECODE(raw)
    except msgspec.ValidationError as error:
        raise BadShape(why=str(error)[:200]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(why=str(error)[:200]) from None
    except RecursionError:
        raise TooDeep() from None


_SEEN = (Join, SetName, Quit, LogOut)
"""Commands whose being done is seen by what is heard next."""


def recognises(first: bytes) -> bool | None:
    """An object whose first key is a word in capitals, as the verbs are."""
    start = first.lstrip()[:1]
    if start not in (b"", b"{"):
        return False
    found = re.match(rb'\s*\{\s*"([A-Za-z_]*)(")?', first)
    if found and found[1]:
        return True if found[2] and found[1].isupper() else (None if found[1].isupper() else False)
    return None if re.fullmatch(rb'\s*(\{\s*"?)?', first) else False


PROTOCOL = Protocol("classic", ENCODER, ClassicWire, recognises, alpn=("causerie-classic",))
