"""The native wire: one JSON object a line, cut anywhere; whatever else comes is a named refusal."""

import json
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.commands import AnyCommand, Command, Hello, History, LogIn, Ping, Send
from causerie.chat.errors import BadInput, BadShape, ChatError, FrameTooLong, NotJson, TooDeep, UnknownCommand
from causerie.chat.replies import LoggedIn
from causerie.protocols.native import NativeWire
from causerie.protocols.wire import NOTHING, Bounds

BOUNDS = Bounds(before_login=4096, frame=65536, depth=16)
HELLO = b'{"do":"hello","version":1}\n'

Outcome = Command | tuple[str, int | str | None]


def inside() -> NativeWire:
    """A wire that was greeted and whose person has logged in."""
    wire = NativeWire(BOUNDS)
    wire.receive(HELLO)
    assert wire.next_command() == Hello(version=1)
    wire.answer(LogIn(), LoggedIn(person=1, name="anna"))
    return wire


def read(data: bytes, cuts: list[int] | None = None) -> list[Outcome]:
    """What a wire makes of these bytes, cut at these places."""
    wire = inside()
    outcomes: list[Outcome] = []
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts or []}), len(data)]
    for start, end in pairwise(places):
        if start == end:
            continue
        wire.receive(data[start:end])
        while True:
            try:
                command = wire.next_command()
            except ChatError as error:
                outcomes.append((error.code, error.mark))
                continue
            if command is None:
                break
            if command is not NOTHING:
                outcomes.append(command)
    return outcomes


texts = st.text() | st.sampled_from(['"', "}}", "\\", "\n", "\r\n", "é😀", "\\u000a"])
commands = st.one_of(
    st.builds(Send, channel=texts, text=texts, key=texts, id=st.none() | st.integers() | st.text(max_size=64)),
    st.builds(History, channel=texts, before=st.integers(), limit=st.integers()),
    st.just(Ping()),
)
noise = st.binary(max_size=60).map(lambda data: data.replace(b"\n", b""))
lines = st.one_of(
    commands.map(lambda command: msgspec.json.encode(command)), noise, st.sampled_from([b"", b" ", b"{}"])
)


@given(st.lists(lines, max_size=5), st.lists(st.integers(0, 10**6), max_size=8))
def test_any_cut_gives_the_same_commands_as_the_whole(pieces: list[bytes], cuts: list[int]) -> None:
    """Lines cut anywhere, several in one read, good ones after bad ones."""
    data = b"\n".join(pieces) + b"\n"
    assert read(data, cuts) == read(data)


@given(st.lists(commands, max_size=4))
def test_what_a_client_encodes_is_what_is_read(given_: list[Command]) -> None:
    """parse(serialise(x)) = x, also for ids and texts of every kind."""
    data = b"".join(msgspec.json.encode(command) + b"\n" for command in given_)
    assert read(data) == given_


@given(st.binary(max_size=200), st.lists(st.integers(0, 10**6), max_size=5))
def test_no_bytes_raise_anything_but_a_named_error(data: bytes, cuts: list[int]) -> None:
    """Whatever comes."""
    read(data, cuts)


keys = st.sampled_from(["do", "id", "channel", "text", "key", "version", "since", "people", "seconds", "x"])
names = [kind.__struct_config__.tag for kind in AnyCommand.__args__]
odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(names),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
)


@given(st.dictionaries(keys, odd, max_size=5), st.sampled_from(names))
def test_no_object_raises_anything_but_a_named_error(fields: dict[str, object], name: str) -> None:
    """Every command's name with fields of every kind; the id comes back where it could be read."""
    (outcome,) = read(json.dumps({**fields, "do": name}).encode() + b"\n")
    assert isinstance(outcome, Command | tuple)


@pytest.mark.parametrize(
    ("line", "code", "mark"),
    [
        (b"hello", NotJson.code, None),
        (b'{"do":"send","id":7,"channel":"home"}', BadShape.code, 7),
        (b'{"do":"send","id":"x","channel":"home","text":1}', BadShape.code, "x"),
        (b'{"do":"dance","id":7}', UnknownCommand.code, 7),
        (b'{"id":7}', UnknownCommand.code, 7),
        (b'{"do":"dance","id":"\xff"}', UnknownCommand.code, None),
        (b'{"do":"ping","id":"' + b"x" * 65 + b'"}', BadShape.code, None),
        (b'{"do":"ping","id":' + b"9" * 5000 + b"}", BadShape.code, None),
        (b'{"do":"send","channel":"home","text":"\\ud800"}', NotJson.code, None),
        (b'{"do":"send","channel":"home","text":"\xff"}', NotJson.code, None),
        (b'{"do":"send","channel":"home","text":"a\x00b"}', NotJson.code, None),
        (b'{"do":"ping","x":' + b"[" * 16 + b"]" * 16 + b"}", TooDeep.code, None),
        (b'{"do":"ping","x":' + b"[" * 60000 + b"]" * 5 + b"}", TooDeep.code, None),
    ],
)
def test_a_line_that_is_no_command_is_refused_and_the_next_one_read(line: bytes, code: str, mark: object) -> None:
    """With the id that it carries, where that can be read."""
    assert read(line + b'\n{"do":"ping"}\n') == [(code, mark), Ping()]


def test_a_line_too_long_ends_it_before_its_end_has_come() -> None:
    """What never ends cannot be answered otherwise; nothing after it is read."""
    assert read(b'{"do":"send","channel":"home","text":"' + b"a" * 65536) == [(FrameTooLong.code, None)]
    assert read(b" " + b"a" * 65537 + b'\n{"do":"ping"}\n') == [(FrameTooLong.code, None)]


def test_the_longest_line_allowed_is_read() -> None:
    """64 KiB without the line's end; one more byte is too many."""
    start, end = b'{"do":"send","channel":"home","text":"', b'"}'
    room = 65536 - len(start) - len(end)
    assert [type(outcome) for outcome in read(start + b"a" * room + end + b"\n")] == [Send]
    assert read(start + b"a" * (room + 1) + end + b"\n") == [(FrameTooLong.code, None)]


def test_before_log_in_a_line_is_shorter() -> None:
    """4 KiB."""
    wire = NativeWire(BOUNDS)
    wire.receive(HELLO + b'{"do":"ping","x":"' + b"a" * 5000 + b'"}\n')
    assert wire.next_command() == Hello(version=1)
    with pytest.raises(FrameTooLong):
        wire.next_command()
    assert wire.closing


def test_hello_comes_first() -> None:
    """Anything else ends it."""
    wire = NativeWire(BOUNDS)
    wire.receive(b'{"do":"ping"}\n' + HELLO)
    with pytest.raises(BadInput):
        wire.next_command()
    assert wire.closing
    assert wire.next_command() is None


def test_each_blank_line_is_counted() -> None:
    """White space between commands comes to nothing, in bounded pieces."""
    wire = inside()
    wire.receive(b"\n" * 1100 + b'{"do":"ping"}\n')
    assert [wire.next_command() for _ in range(5)] == [NOTHING, NOTHING, NOTHING, Ping(), None]
