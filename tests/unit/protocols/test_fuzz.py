"""Every decoder against inputs that were good and then were damaged: only its own errors come out.

2,000 inputs for each decoder, a million with `--faults`. The inputs follow from a seed; a failure names the seed
and the input, and `CAUSERIE_FUZZ_SEED` repeats a run.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from causerie import links
from causerie.chat import names, texts, words
from causerie.chat.commands import Command
from causerie.chat.errors import BadInput, BadText, NotJson, TextTooLong, TooDeep
from causerie.config_file import ConfigError, from_toml
from causerie.protocols.classic import ClassicWire
from causerie.protocols.json_frames import check_depth, find_end
from causerie.protocols.native import NativeWire
from causerie.protocols.wire import Bounds, Wire

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
