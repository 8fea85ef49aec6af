"""What `bench/waits.py` floods with: one entry of KINDS for each kind of input, and the process that sends it.

A kind is what a connection says first (`first`, with {nnn} for its number), what it waits to read before it goes on
(`ready`), and what it then sends without end (`block`). `layer`: "" (in clear), "tls", or "tls bytes": a record for
each byte. To try another kind, add it to KINDS: both the benchmark and `tests/faults/test_waits.py` go by that table.

    python bench/floods.py PORT COUNT SECONDS KIND

floods a server on loopback with one kind, from addresses 127.0.1.x, and writes what became of it as JSON. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import ssl
import sys
import time
from dataclasses import dataclass, field

BLOCK_BYTES = 8192
"""About as much of a kind is given to the system at once."""

ADDRESSES = 200
"""Addresses that the connections come from."""

AT_ONCE = 200
"""Connections that are being made at the same time."""


@dataclass(frozen=True)
class Kind:
    """See the module."""

    block: bytes
    first: bytes = b""
    ready: bytes = b""
    layer: str = ""

    def whole(self) -> bytes:
        """The block, as often as makes it large enough to be sent at once."""
        return self.block * max(1, BLOCK_BYTES // len(self.block))


def _frame(opcode: int, payload: bytes, fin: bool = True) -> bytes:
    """A client's WebSocket frame, masked with zeros (RFC 6455, section 5.2)."""
    return bytes([(0x80 if fin else 0) | opcode, 0x80 | len(payload)]) + bytes(4) + payload


def _irc(block: bytes, layer: str = "") -> Kind:
    return Kind(block, b"NICK f{nnn}\r\nUSER f 0 * :f\r\n", b" 422 ", layer)


def _irc_before(block: bytes) -> Kind:
    return Kind(block, b"PING first\r\n", b"PONG")


def _native(block: bytes, layer: str = "") -> Kind:
    return Kind(block, b'{"do":"hello","version":1}\n{"do":"login","guest":true}\n', b'"logged_in"', layer)


def _native_with_html(block: bytes) -> Kind:
    first = b'{"do":"hello","version":1,"html":true}\n{"do":"login","guest":true}\n{"do":"join","channel":"talk"}\n'
    return Kind(block, first, b'"snapshot"')


def _said(text: bytes) -> bytes:
    return b'{"do":"send","channel":"talk","text":"' + text + b'"}\n'


def _native_before(block: bytes) -> Kind:
    return Kind(block, b'{"do":"hello","version":1}\n', b'"welcome"')


def _classic(block: bytes) -> Kind:
    return Kind(block, b'{"CONN":{"us":"","pwd":"","channel":"f{nnn}"}}', b"OK")


def _web(block: bytes) -> Kind:
    request = (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return Kind(block, request + _frame(1, b"NICK f{nnn}") + _frame(1, b"USER f 0 * :f"), b" 422 ")


_LONG = b"a" * 600
_DEEP = b'{"do":"ping","x":' + b"[" * 15 + b"]" * 15 + b"}\n"
_WIDE = b'{"do":"ping","x":[' + b",".join([b"[]"] * 15_000) + b"]}\n"

KINDS: dict[str, Kind] = {
    "nothing (a quiet server)": Kind(b""),
    "bytes of no protocol": Kind(b"\1\2\3\4"),
    "white space and no protocol": Kind(b" "),
    "TLS: half a hello, and nothing": Kind(b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    "TLS: broken records": Kind(b"\x16\x03\x01\x00\x20" + b"a" * 32),
    "HTTP with no end": Kind(b"a: b\r\n", b"GET / HTTP/1.1\r\n"),
    "PROXY that nobody asked for": Kind(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"),
    "irc before log-in: NICK": _irc_before(b"NICK a\r\n"),
    "irc before log-in: USER": _irc_before(b"USER a 0 * :a\r\n"),
    "irc before log-in: empty lines": _irc_before(b"\r\n"),
    "irc before log-in: NUL lines": _irc_before(b"\0\n"),
    "irc before log-in: lines too long": _irc_before(_LONG + b"\r\n"),
    "irc before log-in: no line end": _irc_before(_LONG),
    "irc before log-in: not UTF-8": _irc_before(b"\xff\xfe\r\n"),
    "irc before log-in: unknown commands": _irc_before(b"RUBBISH a b c\r\n"),
    "irc before log-in: too early": _irc_before(b"PRIVMSG #a :b\r\n"),
    "irc before log-in: CAP LS": _irc_before(b"CAP LS 302\r\n"),
    "irc before log-in: CAP REQ": _irc_before(b"CAP REQ :echo-message\r\nCAP REQ :-echo-message\r\n"),
    "irc before log-in: AUTHENTICATE": _irc_before(b"AUTHENTICATE PLAIN\r\nAUTHENTICATE *\r\n"),
    "irc before log-in: PING": _irc_before(b"PING a\r\n"),
    "irc before log-in: PONG": _irc_before(b"PONG a\r\n"),
    "irc before log-in: METADATA": _irc_before(b"METADATA * SET url :a\r\n"),
    "irc: empty lines": _irc(b"\r\n"),
    "irc: NUL lines": _irc(b"\0\n"),
    "irc: lines too long": _irc(_LONG + b"\r\n"),
    "irc: no line end": _irc(_LONG),
    "irc: tags of 4 KB": _irc(b"@" + b"a=b;" * 1000 + b"a PING a\r\n"),
    "irc: unknown commands": _irc(b"RUBBISH a b c\r\n"),
    "irc: PING": _irc(b"PING a\r\n"),
    "irc: PONG": _irc(b"PONG a\r\n"),
    "irc: LIST": _irc(b"LIST\r\n"),
    "irc: NAMES": _irc(b"NAMES #talk\r\n"),
    "irc: WHO": _irc(b"WHO *\r\n"),
    "irc: WHO with a mask": _irc(b"WHO *a*?b*c*?d*\r\n"),
    "irc: WHOX": _irc(b"WHO * %tcuihsnfdlaor,1\r\n"),
    "irc: WHOIS": _irc(b"WHOIS Irene\r\n"),
    "irc: HELP": _irc(b"HELP\r\n"),
    "irc: MOTD, VERSION, INFO": _irc(b"MOTD\r\nVERSION\r\nINFO\r\n"),
    "irc: MONITOR +": _irc(b"MONITOR + " + b",".join(b"n%d" % n for n in range(80)) + b"\r\n"),
    "irc: METADATA": _irc(b"METADATA * SET url :a\r\n"),
    "irc: MODE of many letters": _irc(b"MODE #talk +bbbbbbbbbb a b c d e f g h i j\r\n"),
    "irc: JOIN of many": _irc(b"JOIN " + b",".join(b"#%d" % n for n in range(80)) + b"\r\n"),
    "irc: PRIVMSG": _irc(b"PRIVMSG #talk :a\r\n"),
    "irc: PRIVMSG to many": _irc(b"PRIVMSG #a,#b,#c,#d :a\r\n"),
    "irc: TAGMSG": _irc(b"@+typing=active TAGMSG #talk\r\n"),
    "irc: AWAY": _irc(b"AWAY :a\r\nAWAY\r\n"),
    "irc: NICK": _irc(b"NICK a\r\nNICK b\r\n"),
    "irc by TLS, a byte a record: PING": _irc(b"PING a\r\n", "tls bytes"),
    "irc by TLS, a byte a record: PONG": _irc(b"PONG a\r\n", "tls bytes"),
    "irc by WebSocket: pings": _web(_frame(9, b"")),
    "irc by WebSocket: pongs": _web(_frame(10, b"")),
    "irc by WebSocket: empty frames": _web(_frame(1, b"")),
    "irc by WebSocket: fragments": _web(_frame(1, b"", fin=False) + _frame(0, b"", fin=False) * 200 + _frame(0, b"")),
    "irc by WebSocket: a byte a frame": _web(_frame(1, b"a")),
    "native before log-in: empty lines": Kind(b"\n", b"{"),
    "native before log-in: no JSON": _native_before(b"rubbish\n"),
    "native before log-in: no do": _native_before(b"{}\n"),
    "native before log-in: hello": _native_before(b'{"do":"hello","version":1}\n'),
    "native before log-in: too early": _native_before(b'{"do":"channels"}\n'),
    "native before log-in: wrong token": _native_before(b'{"do":"login","token":"a"}\n'),
    "native: empty lines": _native(b"\n"),
    "native: no JSON": _native(b"rubbish\n"),
    "native: no do": _native(b"{}\n"),
    "native: 16 levels": _native(_DEEP),
    "native: 15,000 empty lists": _native(_WIDE),
    "native: not UTF-8": _native(b'{"do":"ping","id":"\xff"}\n'),
    "native: ping": _native(b'{"do":"ping"}\n'),
    "native: channels": _native(b'{"do":"channels"}\n'),
    "native: history": _native(b'{"do":"history","channel":"talk"}\n'),
    "native: send": _native(b'{"do":"send","channel":"talk","text":"a"}\n'),
    "native, with HTML: brackets": _native_with_html(_said(b"[" * 1400)),
    "native, with HTML: lists": _native_with_html(_said(b"- a\\n" * 700)),
    "native, with HTML: history": _native_with_html(b'{"do":"history","channel":"talk","limit":200}\n'),
    "native: mentions": _native_with_html(_said(b"@a-b-c " * 200)),
    "native: search": _native(b'{"do":"search","text":"a* b* c*"}\n'),
    "native: topics": _native_with_html(b'{"do":"set_topic","channel":"talk","topic":"words"}\n'),
    "native: entering and leaving": _native(b'{"do":"join","channel":"talk"}\n{"do":"leave","channel":"talk"}\n'),
    "native: who left lately": _native(b'{"do":"gone","name":"' + b"*a" * 39 + b'b"}\n'),
    "native: log-ins": _native_before(b'{"do":"login","name":"nobody","password":"no password"}\n'),
    "native by TLS, a byte a record: ping": _native(b'{"do":"ping"}\n', "tls bytes"),
    "classic before log-in: no object": Kind(b"rubbish", b'{"C'),
    "classic: SEND": _classic(b'{"SEND":{"PAYLOAD":"a"}}'),
    "classic: white space between": _classic(b" " * 4000 + b'{"SEND":{"PAYLOAD":"a"}}'),
    "classic: slash commands": _classic(b'{"SEND":{"PAYLOAD":"/help"}}'),
    "classic: long and not said": _classic(b'{"SEND":{"PAYLOAD":"' + b"a" * 20_000 + b'"}}'),
}


@dataclass(slots=True)
class One:
    """A connection that floods. `left`: what is to be sent of the last block; `flooding`: it was ready."""

    kind: Kind
    number: int
    own: socket.socket
    block: bytes
    left: bytes = b""
    read: bytes = b""
    flooding: bool = False
    secure: ssl.SSLObject | None = None
    below: tuple[ssl.MemoryBIO, ssl.MemoryBIO] = field(default_factory=lambda: (ssl.MemoryBIO(), ssl.MemoryBIO()))

    def begins(self) -> None:
        """It is connected."""
        if self.kind.layer:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.secure = context.wrap_bio(*self.below)
            with contextlib.suppress(ssl.SSLWantReadError):
                self.secure.do_handshake()
            self.left = self.below[1].read()
            return
        self._says_first()

    def _says_first(self) -> None:
        self.left += self._wrapped(self.kind.first.replace(b"{nnn}", b"%05d" % self.number))
        self.flooding = not self.kind.ready

    def _wrapped(self, data: bytes) -> bytes:
        if self.secure is None:
            return data
        for at in range(len(data)) if self.kind.layer == "tls bytes" else (slice(None),):
            self.secure.write(data[at : at + 1] if isinstance(at, int) else data)
        return self.below[1].read()

    def reads(self, data: bytes) -> None:
        """It was told something."""
        if self.secure is not None:
            self.below[0].write(data)
            data = self._opened()
        if not self.flooding and data:
            self.read = (self.read + data)[-4096:]
            self.flooding = self.kind.ready in self.read

    def _opened(self) -> bytes:
        assert self.secure is not None
        if self.secure.version() is None or not self.secure.cipher():
            try:
                self.secure.do_handshake()
            except ssl.SSLWantReadError:
                self.left += self.below[1].read()
                return b""
            self.left += self.below[1].read()
            self._says_first()
        plain = b""
        with contextlib.suppress(ssl.SSLWantReadError):
            while piece := self.secure.read(65536):
                plain += piece
        return plain

    def writes(self) -> int:
        """Send what goes; how much did. Raises OSError."""
        if not self.left and self.flooding:
            # Records cannot be repeated: each is sealed under a number of its own.
            self.left = self._wrapped(self.kind.block) if self.secure is not None else self.block
        if not self.left:
            return 0
        sent = self.own.send(self.left)
        self.left = self.left[sent:]
        return sent


def flood(port: int, count: int, seconds: float, kind: Kind) -> dict[str, float]:
    """See the module. Returns how many were connected, flooded, and were closed by the server; and MB sent."""
    poll, ones, sent, came, closed = select.epoll(), {}, 0, 0, 0
    block = kind.whole() if kind.block else b""
    until = time.monotonic() + seconds
    made = 0
    connecting: set[int] = set()
    while time.monotonic() < until:
        while made < count and len(connecting) < AT_ONCE:
            own = socket.socket()
            own.setblocking(False)
            own.bind((f"127.0.1.{1 + made % ADDRESSES}", 0))
            own.connect_ex(("127.0.0.1", port))
            ones[own.fileno()] = One(kind, made, own, block)
            connecting.add(own.fileno())
            poll.register(own.fileno(), select.EPOLLIN | select.EPOLLOUT)
            made += 1
        for number, events in poll.poll(0.05):
            one = ones[number]
            try:
                if number in connecting:
                    connecting.discard(number)
                    came += 1
                    one.begins()
                if events & select.EPOLLIN:
                    data = one.own.recv(262_144)
                    if not data:
                        raise ConnectionError
                    one.reads(data)
                if events & select.EPOLLOUT:
                    sent += one.writes()
                wants = select.EPOLLIN | (select.EPOLLOUT if one.left or (one.flooding and block) else 0)
                poll.modify(number, wants)
            except BlockingIOError:
                pass
            except (OSError, ssl.SSLError):
                closed += 1
                poll.unregister(number)
                one.own.close()
                del ones[number]
    flooding = sum(one.flooding for one in ones.values())
    for one in ones.values():
        one.own.close()
    return {"came": came, "flooding": flooding, "closed": closed, "megabytes": sent / 1e6}


def main() -> int:
    """See the module."""
    port, count, seconds, name = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65_536, hard))
    os.nice(10)  # who measures how long others wait runs beside this
    print(json.dumps(flood(port, count, seconds, KINDS[name])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
