"""Where objects end; and that reading them costs what they are long, however they come."""

import json
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import NotJson, TooDeep
from causerie.protocols import json_frames
from causerie.protocols.classic import ClassicWire
from causerie.protocols.json_frames import Scan, check_depth, find_end
from causerie.protocols.native import NativeWire
from causerie.protocols.wire import NOTHING, Bounds, Wire

DEEP = 128

values = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(['"', "\\", '\\"', "}", "{", "[", "\\\\"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
objects = st.dictionaries(st.text(), values, max_size=4).map(lambda value: json.dumps(value).encode())


@given(objects, st.text(alphabet=" \t\r\n"), st.binary(max_size=20), st.binary(max_size=20))
def test_an_object_ends_where_it_ends_whatever_stands_around_it(
    found: bytes, space: str, before: bytes, after: bytes
) -> None:
    """White space before it is its own; what follows is not looked at."""
    data = space.encode() + found
    assert find_end(before + data + after, len(before), None, DEEP) == len(before + data)


@given(objects, st.binary(max_size=5))
def test_a_scan_goes_on_where_it_stopped(found: bytes, before: bytes) -> None:
    """One more byte each time: no end before the end, and the same end then."""
    scan: Scan | None = None
    for end in range(len(found)):
        got = find_end(before + found[:end], len(before), scan, DEEP)
        assert isinstance(got, tuple)
        scan = got
    assert find_end(before + found, len(before), scan, DEEP) == len(before + found)


@pytest.mark.parametrize("data", [b"[]", b"x", b'"{}"', b"\x00{}", b"\xef\xbb\xbf{}", b"}"])
def test_what_is_no_object_is_known_by_its_first_byte(data: bytes) -> None:
    with pytest.raises(NotJson):
        find_end(data, 0, None, DEEP)


@pytest.mark.parametrize("deep", [1, 4, 16])
def test_nesting_is_counted_outside_of_texts_only(deep: int) -> None:
    """As deep as allowed, and one deeper, by either way of counting."""
    fits = b'{"[[[[{{{{":' * (deep - 1) + b'{"x":"[[[["}' + b"}" * (deep - 1)
    assert find_end(fits, 0, None, deep) == len(fits)
    check_depth(fits, deep)
    with pytest.raises(TooDeep):
        find_end(b'{"x":' + fits + b"}", 0, None, deep)
    with pytest.raises(TooDeep):
        check_depth(b'{"x":' + fits + b"}", deep)


class CountingPattern:
    """A pattern that counts the bytes it went over."""

    def __init__(self, pattern: Any) -> None:
        self._pattern = pattern
        self.scanned = 0

    def match(self, buffer: bytes, at: int) -> Any:
        found = self._pattern.match(buffer, at)
        self.scanned += (found.end() if found else len(buffer)) - at
        return found

    def search(self, buffer: bytes, at: int) -> Any:
        found = self._pattern.search(buffer, at)
        self.scanned += (found.end() if found else len(buffer)) - at
        return found


class CountingBuffer(bytearray):
    """A buffer that counts the bytes that are copied out of it or looked through in it."""

    work = 0

    def find(self, what: Any, start: Any = 0, end: Any = None) -> int:
        stop = len(self) if end is None else min(end, len(self))
        found = super().find(what, start, stop)
        CountingBuffer.work += (found if found >= 0 else stop) - start
        return found

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        if isinstance(index, slice):
            CountingBuffer.work += len(range(*index.indices(len(self))))
        return super().__getitem__(index)

    def __add__(self, other: Any) -> bytearray:
        CountingBuffer.work += len(self) + len(other)
        return super().__add__(other)


def work_of(wire: Wire, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Bytes gone over or copied to read these pieces, and commands read."""
    patterns = {name: CountingPattern(getattr(json_frames, name)) for name in ("_TOKENS", "_STRING_END", "_BLANK")}
    for name, pattern in patterns.items():
        monkeypatch.setattr(json_frames, name, pattern)
    CountingBuffer.work = commands = 0
    for piece in pieces:
        before = wire._unread
        wire.receive(piece)
        if wire._unread is not before:
            # Another buffer: what was in the one before was copied.
            CountingBuffer.work += len(before)
            wire._unread = CountingBuffer(wire._unread)
        while (command := wire.next_command()) is not None:
            commands += command is not NOTHING
    return CountingBuffer.work + sum(pattern.scanned for pattern in patterns.values()), commands


BOUNDS = Bounds(before_login=65536, frame=65536, depth=16)
TEXT = "a" * 60_000
ESCAPES = '"\\' * 12_000
NATIVE_HELLO = b'{"do":"hello","version":1}\n'
SEND = {"channel": "home", "do": "send"}


@pytest.mark.parametrize(
    ("wire", "data", "commands"),
    [
        (ClassicWire, json.dumps({"SEND": {"PAYLOAD": TEXT}}).encode(), 1),
        (ClassicWire, json.dumps({"SEND": {"PAYLOAD": ESCAPES}}).encode(), 1),
        (ClassicWire, json.dumps({"SEND": {"PAYLOAD": "}}" * 30_000}}).encode(), 1),
        (ClassicWire, b" " * 60_000 + b'{"END":{}}', 1),
        (ClassicWire, b'{"SEND":{"PAYLOAD":"a"}}' * 2_500, 2_500),
        (NativeWire, NATIVE_HELLO + json.dumps({**SEND, "text": TEXT}).encode() + b"\n", 2),
        (NativeWire, NATIVE_HELLO + json.dumps({**SEND, "text": ESCAPES}).encode() + b"\n", 2),
        (NativeWire, NATIVE_HELLO + b"\n" * 60_000 + b'{"do":"ping"}\n', 2),
        (NativeWire, NATIVE_HELLO + b'{"do":"ping"}\n' * 4_000, 4_001),
    ],
    ids=[
        "long",
        "escapes",
        "braces",
        "space",
        "many",
        "native-long",
        "native-escapes",
        "native-lines",
        "native-many",
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 65536])
def test_reading_costs_what_the_bytes_are_long_however_they_come(
    wire: type[ClassicWire | NativeWire],
    data: bytes,
    commands: int,
    piece: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not their square: a 64 KiB object byte by byte, and thousands of objects in one read."""
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    work, read = work_of(wire(BOUNDS), pieces, monkeypatch)
    assert read == commands
    assert work < 8 * len(data) + 65536


@given(values, st.integers(1, 6))
def test_the_depth_of_a_frame_is_that_of_its_value(value: Any, most: int) -> None:
    """Against the value itself, with texts that look like brackets and escapes."""

    def depth(of: Any) -> int:
        inner = list(of.values()) if isinstance(of, dict) else of if isinstance(of, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    frame = json.dumps(value).encode()
    if depth(value) <= most:
        check_depth(frame, most)
    else:
        with pytest.raises(TooDeep):
            check_depth(frame, most)


def test_an_object_of_many_brackets_is_looked_at_in_parts() -> None:
    """64 KiB of them are no command of nothing else: each part is a line that came to nothing, which is counted."""
    wire = ClassicWire(BOUNDS)
    wire.receive(b'{"END":{},"x":[' + b"[]," * 20_000 + b"0]}")
    parts = 0
    while (command := wire.next_command()) is NOTHING:
        parts += 1
    assert parts >= 40_000 // json_frames.TOKENS_MOST
    assert command is not None
