"""Every decoder against inputs that were good and then were damaged: only its own errors come out.

2,000 inputs for each decoder, a million with `--faults`. The inputs follow from a seed; a failure names the seed
and the input, and `CAUSERIE_FUZZ_SEED` repeats a run.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from causerie import bootstrap, links
from causerie.chat import names, texts, words
from causerie.chat.commands import Command, LogIn, Ping
from causerie.chat.errors import (
    BadInput,
    BadText,
    NoSuchChannel,
    NotJson,
    StoreUnavailable,
    TextTooLong,
    TooDeep,
    TooFast,
)
from causerie.chat.replies import LoggedIn, Pong
from causerie.config import Config
from causerie.config_file import ConfigError, from_toml
from causerie.protocols import irc
from causerie.protocols.classic import ClassicWire
from causerie.protocols.irc.lines import BODY_MOST, LINE_MOST
from causerie.protocols.json_frames import check_depth, find_end
from causerie.protocols.native import NativeWire
from causerie.protocols.wire import Bounds, Protocol, Wire
from causerie.server.core import Core
from causerie.server.session import Answer

BRIEF, THOROUGH = 2_000, 1_000_000
BOUNDS = Bounds(before_login=1024, frame=4096, depth=16)

NATIVE = [
    b'{"do":"hello","version":1,"client":"x"}\n{"do":"login","guest":true,"id":1}\n{"do":"ping","id":"a"}\n',
    b'{"do":"hello","version":1}\r\n\r\n{"do":"send","channel":"home","text":"h\\u00e9\\n \\ud83d\\ude00","key":"k"}\n',
    b'{"do":"hello","version":1}\n{"do":"resume","since":{"home":12,"work":0}}\n{"do":"direct","people":["A","B"]}\n',
    b'{"do":"hello","version":1}\n{"do":"history","channel":"home","after":12,"limit":50}\n{"do":"quit"}\n',
    b'{"do":"hello","version":1}\n{"do":"set_channel","channel":"a","access":"private","read_only":null}\n',
]
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


def wire(kind: type[Wire]) -> Callable[[bytes, random.Random], None]:
    """A connection's bytes cut anywhere. Each byte is read once at most, and what is kept is bounded."""

    def decode(data: bytes, dice: random.Random) -> None:
        one, at, taken = kind(BOUNDS), 0, 0
        while at < len(data) and not one.closing:
            cut = at + dice.choice((1, 7, 100, len(data)))
            one.receive(data[at:cut])
            at = cut
            while not one.closing:
                try:
                    command = one.next_command()
                except BadInput as refused:
                    one.answer(Command(id=refused.mark), refused)
                else:
                    if command is None:
                        break
                    assert isinstance(command, Command)
                taken += 1
                assert taken <= len(data), "more frames than bytes"
        if not one.closing:
            assert len(one._unread) - one._at <= BOUNDS.before_login, "an unfinished frame above the bound is kept"

    return decode


@functools.cache
def irc_house() -> Protocol:
    """IRC over an empty server that is asked nothing."""

    async def made() -> Core:
        with tempfile.TemporaryDirectory() as place:
            async with bootstrap.offline(Config(), Path(place)) as core:
                core.push_key = "BCVx"
                return core

    return irc.PROTOCOL.at(asyncio.run(made()))


def irc_wire(data: bytes, dice: random.Random) -> None:
    """Bytes cut anywhere, each command answered as the core might: all that is said are whole lines within bounds."""
    house = irc_house()
    one, at, taken = house.wire(BOUNDS), 0, 0
    one.language = house.language
    while at < len(data) and not one.closing:
        cut = at + dice.choice((1, 7, 100, len(data)))
        one.receive(data[at:cut])
        at = cut
        while not one.closing:
            command = Command()
            try:
                asked = one.next_command()
                if asked is None:
                    break
                command = asked
                if dice.random() < 0.1:
                    one.put_back(command)
                    command = one.next_command() or Command()
                answer: Answer = dice.choice((NoSuchChannel(channel="a"), TooFast(retry_after=1), StoreUnavailable()))
                if isinstance(command, LogIn) and dice.random() < 0.7:
                    answer = LoggedIn(person=7, name="Ann", guest=command.guest)
                elif isinstance(command, Ping):
                    answer = Pong()
            except BadInput as refused:
                answer = refused
            check_lines(one.answer(command, answer))
            taken += 1
            assert taken <= 20 * len(data) + 20, "more commands than bytes"
    assert one.closing or one.unread <= LINE_MOST + 2, "an unfinished line above the bound is kept"
    check_lines(one.farewell("") + one.ping())


def check_lines(said: bytes) -> None:
    """IRC lines, as any client can read them."""
    assert not said or said.endswith(b"\r\n")
    for line in said.split(b"\r\n"):
        assert not set(line) & {0, 10, 13}, line
        line.decode()
        assert len(line.rpartition(b"\r\n")[2]) <= LINE_MOST
        body = line.partition(b" ")[2] if line[:1] == b"@" else line
        assert len(body) <= BODY_MOST, line


def ends(data: bytes, dice: random.Random) -> None:
    """The same end, or the same refusal, however the bytes come."""

    def whole() -> object:
        try:
            return find_end(data, 0, None, 16)
        except (NotJson, TooDeep) as refused:
            return type(refused)

    came, scan, cut = whole(), None, 0
    while True:
        cut += dice.choice((1, 5, 60))
        try:
            found = find_end(data[:cut], 0, scan, 16)
        except (NotJson, TooDeep) as refused:
            assert type(refused) is came
            return
        if isinstance(found, int):
            assert found == came
            assert 0 < found <= len(data)
            return
        if cut >= len(data):
            assert not isinstance(came, int | type)
            return
        scan = found


def depth(data: bytes, dice: random.Random) -> None:
    """TooDeep, or nothing."""
    with contextlib.suppress(TooDeep):
        check_depth(data, dice.choice((1, 4, 16)))


def person(data: bytes, dice: random.Random) -> None:
    """What is accepted as a name is accepted again as it is, and has a skeleton."""
    names.skeleton(as_text(data)[:80])
    try:
        name = names.person_name(as_text(data))
    except names.BadName:
        return
    assert names.person_name(name) == name
    name.encode()
    assert names.skeleton(name) == names.skeleton(names.skeleton(name))


def channel(data: bytes, dice: random.Random) -> None:
    try:
        name = names.channel_name(as_text(data))
    except names.BadName:
        return
    assert names.channel_name(name) == name
    name.encode()


def text(data: bytes, dice: random.Random) -> None:
    """What may be said fits, can be encoded, and is not changed by being said again."""
    try:
        kept = texts.check_text(as_text(data), 300)
    except (BadText, TextTooLong):
        return
    assert 0 < len(kept.encode()) <= 300
    assert texts.check_text(kept, 300) == kept


def query(data: bytes, dice: random.Random) -> None:
    """Never refused; FTS5 takes it (`tests/unit/stores` asks it), so its quotes are paired and it holds no NUL."""
    expression = words.match_expression(as_text(data), author=dice.randrange(3), channels=range(dice.randrange(3)))
    assert expression.count('"') % 2 == 0
    assert "\0" not in expression
    words.prepare(as_text(data))


def link(data: bytes, dice: random.Random) -> None:
    try:
        parsed = links.parse(as_text(data))
    except links.LinkError as refused:
        assert str(refused).isprintable()
        return
    assert links.parse(links.format(parsed)) == parsed


def toml(data: bytes, dice: random.Random) -> None:
    """One line that names the file."""
    try:
        from_toml(data.decode(errors="replace"), Path("causerie.toml"))
    except ConfigError as refused:
        assert str(refused).startswith("causerie.toml")
        assert "\n" not in str(refused)


DECODERS: dict[str, tuple[Callable[[bytes, random.Random], None], list[bytes]]] = {
    "ClassicWire": (wire(ClassicWire), CLASSIC + NATIVE),
    "NativeWire": (wire(NativeWire), NATIVE + CLASSIC),
    "IrcWire": (irc_wire, IRC),
    "find_end": (ends, CLASSIC + NATIVE),
    "check_depth": (depth, CLASSIC + NATIVE),
    "person_name": (person, [name.encode() for name in NAMES]),
    "channel_name": (channel, [name.lower().encode() for name in NAMES]),
    "check_text": (text, [said.encode() for said in TEXTS]),
    "match_expression": (query, [asked.encode() for asked in QUERIES]),
    "links.parse": (link, [one.encode() for one in LINKS]),
    "config_file.from_toml": (toml, [one.encode() for one in TOML]),
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", DECODERS)
def test_only_its_own_errors_come_out(name: str, thorough: bool) -> None:
    """Damaged inputs are refused by name or taken; nothing else happens, and what was taken keeps its promises."""
    decode, good = DECODERS[name]
    seed = os.environ.get("CAUSERIE_FUZZ_SEED") or str(random.SystemRandom().randrange(2**32))
    dice = random.Random(f"{seed} {name}")
    for count in range(int(os.environ.get("CAUSERIE_FUZZ_COUNT", 0)) or (THOROUGH if thorough else BRIEF)):
        data = damaged(dice, good)
        try:
            decode(data, dice)
        except Exception as error:
            raise AssertionError(f"CAUSERIE_FUZZ_SEED={seed}, input {count}: {name} of {data!r}: {error!r}") from error
