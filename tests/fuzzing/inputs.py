"""Inputs for the decoders: good ones, and what is made of them by damaging them. All follow from the dice."""

from __future__ import annotations

import random
import re
import struct
from pathlib import Path

NATIVE = [
    b'{"do":"hello","version":1,"client":"x"}\n{"do":"login","guest":true,"id":1}\n{"do":"ping","id":"a"}\n',
    b'{"do":"hello","version":1}\r\n\r\n{"do":"send","channel":"home","text":"h\\u00e9\\n \\ud83d\\ude00","key":"k"}\n',
    b'{"do":"hello","version":1}\n{"do":"resume","since":{"home":12,"work":0}}\n{"do":"direct","people":["A","B"]}\n',
    b'{"do":"hello","version":1}\n{"do":"history","channel":"home","after":12,"limit":50}\n{"do":"quit"}\n',
    b'{"do":"hello","version":1}\n{"do":"set_channel","channel":"a","access":"private","read_only":null}\n',
]
_MANUAL = (Path(__file__).parents[2] / "docs" / "protocol" / "native.md").read_bytes()
NATIVE += re.findall(rb'^C: (\{"do":.*\n)', _MANUAL, re.MULTILINE)
CLASSIC = [
    b'{"CONN":{"us":"Guest123","pwd":"","channel":"home"}}{"SEND":{"PAYLOAD":"hello","USER":"a","CHANNEL":"b"}}',
    b'{"CONN": {"us": "Anna", "pwd": "a \\" b \\\\", "channel": "home"}} {"SEND":{"PAYLOAD":"}} {{ [[ \\u00e9"}}',
    b' \r\n{"SEND":{"PAYLOAD":"a","X":{"Y":[[],{"Z":1e5}]}}}{"END":{}}',
    '{"SEND":{"PAYLOAD":"déjà vu 😀"}}{"END":{"a":[null,true,-1.5]}}'.encode(),
]
IRC = [
    *(
        "\r\n".join(lines).encode() + b"\r\n"
        for lines in (
            (
                "CAP LS 302",
                "NICK Ann",
                "USER ann 0 * :Ann Other",
                "CAP REQ :sasl message-tags",
                "CAP END",
                "JOIN #a,#b k",
            ),
            (
                "@label=1;+x/y=a\\:b\\s :src PRIVMSG #home,Ann :hello \x01 world",
                "",
                " :x PING a :b c",
                "NOTICE #a :\x01V\x01",
            ),
            ("AUTHENTICATE PLAIN", "AUTHENTICATE AGFubgBwYXNz", "PASS :a:b", "NICK Ann", "MODE #a +ob-v Ann x!*@* c"),
            ("WHO #a %tcuhnfdlaor,5", "WHOIS a,b", "LIST >3,C<9,*x*", "KICK #a b,c :why", "TOPIC #a :t", "QUIT :bye"),
            (
                "CHATHISTORY LATEST #a timestamp=2026-01-31T12:00:00.000Z 5",
                "MARKREAD #a",
                "REDACT #a 1-2 :x",
                "MONITOR + a",
            ),
            (
                "METADATA * SET k :v",
                "BATCH +1 draft/multiline #a",
                "@batch=1 PRIVMSG #a :l",
                "BATCH -1",
                "RENAME #a #b",
            ),
            (
                "CAP REQ :draft/search draft/webpush batch",
                "NICK Ann",
                "USER ann 0 * :Ann",
                "CAP END",
                "SEARCH text=a\\sb;in=#home;from=x;after=2026-01-31T12:00:00.000Z;limit=5",
                "WEBPUSH REGISTER https://push.example/x p256dh=BCVx;auth=BTBZ",
                "WEBPUSH UNREGISTER https://push.example/x",
            ),
            (
                "PRIVMSG #home :déjà vu 😀",
                "@time=x;account TAGMSG #a",
                "USERHOST a b",
                "ISON a",
                "INVITE a #b",
                "AWAY :x",
            ),
        )
    ),
    b"NICK Ann\n\n\nUSER ann 0 * :Ann\nPING a\n",
]
"""Lines of every kind."""

NAMES = ["Anna", "Ben-2", "Élodie", "Пётр", "中文", "Guest123", "ﬁn", "x" * 32, "o'Neil", "a_b.c", "日本 語", "עברית"]
TEXTS = ["hello", "two\r\nlines\x0b", "bold \x02and\x0f off\x0304,12 red", "👩‍👩‍👧 🇫🇷", "e\u0301\u202eabc", "x" * 500]
QUERIES = [
    'hello "two words" pre*',
    "a OR b NOT c NEAR(d, 2) text : x",
    '"open',
    "été 中文 ไทย",
    '* ** "" "a"*',
    "a-b_c",
]
LINKS = [
    "causerie://chat.example.org:5000/#invite=abc_-123&pin=" + "0f" * 32,
    "causerie://[2001:db8::1]:5000/#admin=abc",
    " CAUSERIE://192.0.2.7:65535#invite=a ",
]
TOML = [
    '[server]\nname = "Our office"\nlisten = ["*:5000", "[::1]:5001"]\nplaintext = "lan"\n',
    '[limits]\nmessage_bytes = 16384\nsend_rate = 2.5\nexempt = ["127.0.0.0/8", "::1"]\n[guard]\ndelay_first = 1\n',
    '[[listen]]\naddress = "127.0.0.1:6000"\nprotocols = ["classic"]\ntls = "never"\n[accounts]\nguests = false\n',
    'tls = { oldest = "1.3" }\nchannels.home = "home"\n# comment é\nstore.commit_timeout = 5.0\n',
]

PROXY = [
    b"PROXY TCP4 192.0.2.7 192.0.2.1 40000 6667\r\nNICK a\r\n",
    b"PROXY TCP6 2001:DB8:0::7 2001:db8::1 40000 6667\r\n",
    b"PROXY UNKNOWN ffff:f... 65535\r\n",
    b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x11, 20) + bytes(12) + struct.pack("!BHBI", 0x20, 5, 1, 0),
    b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x20, 0x00, 0),
    b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x21, 39) + bytes(36) + struct.pack("!BH", 0x04, 0),
]
"""Versions 1 and 2 of the PROXY protocol."""

HANDSHAKE = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: text.ircv3.net\r\n\r\n"
)


def frame(head: int, said: bytes) -> bytes:
    """One of a client's frames (RFC 6455, section 5.2), masked with zeros, shorter than 126 bytes."""
    return bytes((head, 0x80 | len(said))) + bytes(4) + said


WEBSOCKET = [
    HANDSHAKE + frame(0x81, b"NICK Ann") + frame(0x81, b"USER ann 0 * :Ann") + frame(0x89, b"ping"),
    HANDSHAKE + frame(0x01, b"NICK ") + frame(0x80, b"Ann") + frame(0x88, struct.pack("!H", 1000) + b"bye"),
    HANDSHAKE + frame(0x82, b"PING \xff\x00") + frame(0x8A, b"") + b"\x81\xfe\x00\x7e" + bytes(4) + b"a" * 126,
]

SLASHES = [
    "/me waves", "//join", "/join #garden", "/msg @Ann,@Ben hello", "/mute Ann 1h30m why", "/topic a  b", "/slow 10s",
    "/react #12 👍", "/search from:Ann in:#home before:2026-01-31 \"two words\"", "/notify all", "/report 12 spam",
]  # fmt: skip
MARKDOWN = [
    "**bold** _italic_ `code` ~~gone~~", "```py\nprint()\n```\n> said\n> > before", "[a](https://example.org/a_(b))",
    "- one\n  1. two\n\n- three", "<b>x</b> &amp; <javascript:alert(1)> https://example.org/x?y=1).",
    "\\* # no\n===\n---",
    "@Ann, @Ben: @channel `@here` @@x", "| a | b |\n|---|---|", "![i](data:x) [j]: http://x 'y'",
]  # fmt: skip
MASKS = ["Ann*", "account:ben?", "*a*b**c*", "élodie", "?" * 30, "*!*@*"]
EMOJI = ["👍", "👩‍👩‍👧", "🇫🇷", "❤️", "👍🏽", "#️⃣", "x"]
ADDRESSES = [
    "*:5000",
    "[::1]:5000",
    "chat.example.org:0",
    "192.0.2.7:65535",
    "[fe80::1%eth0]:1",
    ":1",
    "[::1",
    "é.fr:5",
]
TOLD = [
    b'{"is":"welcome","server":"a","software":"b","version":1}\n{"is":"logged_in","re":1,"person":7,"name":"Ann"}\n',
    b'{"is":"message","channel":"home","number":3,"at":5,"person":7,"name":"A","text":"hi","said":2}\n',
    b'{"is":"error","re":"x","code":"too_fast","data":{"retry_after":1.5,"self":2}}\ncauserie: the server is full\r\n',
    b'{"is":"page","re":2,"channel":"home","events":[{"is":"message","number":1},{"is":"new"}],"more":true}\n',
    b'{"is":"snapshot","re":3,"channel":"home","access":"public","topic":"","number":3,"members":[]}\n{"is":"news"}\n',
]
"""What a server says to a client of the native protocol."""

PIECES = [
    *(bytes((byte,)) for byte in b'\0\n\r\t "\\{}[]:,-.#*=&@+0129eE\x7f\x80\xc0\xed\xf4\xff'),
    b"\\u0000", b"\\ud800", b"\\udc00", b"\\", b"null", b"true", b"NaN", b"1e999", b"9" * 400, b"9007199254740993",
    b"[" * 40, b'{"a":' * 40, b"}" * 3, b"]" * 3, b'"""', b"'''", b"\xef\xbb\xbf", "\u2028".encode(), "\u202e".encode(),
    "\u0301".encode(), "Ⅷ".encode(), "\U000e0041".encode(), "ﷺ".encode(), b"1979-05-27T07:32:00Z", b"a" * 1100,
]  # fmt: skip


def damaged(dice: random.Random, good: list[bytes]) -> bytes:
    """One of these with one to six changes: bytes turned, taken away, doubled, put in, or taken from another."""
    data = bytearray(dice.choice(good))
    for _ in range(dice.randint(1, 6)):
        at = dice.randint(0, len(data))
        end = min(len(data), at + dice.choice((1, 1, 2, 8, 40)))
        way = dice.randrange(6)
        if way == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << dice.randrange(8)
        elif way == 1:
            del data[at:end]
        elif way == 2:
            data[at:at] = data[at:end] * dice.choice((1, 2, 30))
        elif way == 3:
            other = dice.choice(good)
            start = dice.randint(0, len(other))
            data[at:end] = other[start : start + dice.randint(0, 30)]
        else:
            data[at:at] = dice.choice(PIECES)
    return bytes(data[:6000])


def as_text(data: bytes) -> str:
    """As JSON may have brought it: a byte that is no UTF-8 becomes half of a surrogate pair."""
    return data.decode(errors="surrogateescape")
