"""The classic wire: objects end to end, cut anywhere; whatever else comes is a named refusal."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.commands import Command, LogIn, Quit, Send
from causerie.chat.errors import BadShape, BadText, ChatError, FrameTooLong, LoginFailed, NotJson, TextTooLong, TooDeep
from causerie.chat.replies import LoggedIn
from causerie.protocols.classic import ClassicWire, recognises
from causerie.protocols.wire import Bounds

BOUNDS = Bounds(before_login=4096, frame=65536, depth=16)

Outcome = Command | str


def inside(bounds: Bounds = BOUNDS) -> ClassicWire:
    """A wire whose person has logged in, so that the larger bound holds."""
    wire = ClassicWire(bounds)
    wire.answer(LogIn(name="Guest1", guest=True, enter="home"), LoggedIn(person=1, name="Guest1"))
    return wire


def taken(wire: ClassicWire) -> list[Outcome]:
    """All that there is to take now: commands, and the code of the error that ends it."""
    outcomes: list[Outcome] = []
    while True:
        try:
            command = wire.next_command()
        except ChatError as error:
            outcomes.append(error.code)
            continue
        if command is None:
            return outcomes
        outcomes.append(command)


def read(data: bytes, cuts: list[int] = [], wire: ClassicWire | None = None) -> list[Outcome]:  # noqa: B006
    """What a wire makes of these bytes, cut at these places."""
    wire = wire or inside()
    outcomes: list[Outcome] = []
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    for start, end in pairwise(places):
        if start < end:
            wire.receive(data[start:end])
            outcomes += taken(wire)
    return outcomes


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
texts = st.text() | st.sampled_from(['"', "}}", "\\", '{"END":{}}', "a}}b", '\\"}}', "é😀", "\\u007d", "]["])
verbs = st.one_of(
    st.builds(
        lambda text, more: {"SEND": {"PAYLOAD": text, **more}},
        texts,
        st.dictionaries(texts, values, max_size=2),
    ),
    st.builds(lambda us, pwd: {"CONN": {"us": us, "pwd": pwd, "channel": "home"}}, texts, texts),
    st.builds(lambda more: {"END": more}, st.dictionaries(texts, values, max_size=2)),
    st.builds(lambda more: {"SEND": {"PAYLOAD": "x"}, **more}, st.dictionaries(texts, values, max_size=2)),
)
spaces = st.text(alphabet=" \t\r\n", max_size=3)
objects = st.builds(
    lambda verb, ascii_only, indent, space: (json.dumps(verb, ensure_ascii=ascii_only, indent=indent) + space).encode(
        errors="surrogatepass"
    ),
    verbs,
    st.booleans(),
    st.sampled_from([None, 0, 1]),
    spaces,
)


@given(st.lists(objects, max_size=5), st.lists(st.integers(0, 10**6), max_size=8))
def test_any_cut_gives_the_same_commands_as_the_whole(pieces: list[bytes], cuts: list[int]) -> None:
    """One read may bring half an object, or several, with or without white space between them."""
    data = b"".join(pieces)
    assert read(data, cuts) == read(data)


@given(st.lists(objects, max_size=3))
def test_byte_by_byte_gives_the_same_commands_as_the_whole(pieces: list[bytes]) -> None:
    """The hardest cut of all."""
    data = b"".join(pieces)
    assert read(data, list(range(len(data)))) == read(data)


@given(st.lists(texts, min_size=1, max_size=5))
def test_every_text_that_json_can_carry_arrives_as_it_was(said: list[str]) -> None:
    """Braces, quotes, backslashes and escapes inside a text end nothing."""
    data = "".join(json.dumps({"SEND": {"USER": "u", "CHANNEL": "c", "PAYLOAD": text}}) for text in said).encode()
    expected = [Send(channel="home", text=text) for text in said]
    assert read(data) == expected


@given(st.binary(max_size=200), st.lists(st.integers(0, 10**6), max_size=5))
def test_no_bytes_raise_anything_but_a_named_error(noise: bytes, cuts: list[int]) -> None:
    """It gives commands, nothing, or one ChatError, after which the wire is closed."""
    outcomes = read(noise, cuts)
    errors = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(errors) <= 1
    assert outcomes[-1:] == errors or not errors


@given(
    st.lists(st.sampled_from(list('{}[]":,\\ud8SENDCOPAYLP01e. \x00\x7f\xff')), max_size=60),
    st.lists(st.integers(0, 99)),
)
def test_nothing_that_looks_like_json_raises_anything_else(letters: list[str], cuts: list[int]) -> None:
    """The same, of letters that lead further into the decoder."""
    read(b'{"SEND":{"PAYLOAD":"' + "".join(letters).encode("latin-1") + b'"}}', cuts)


@pytest.mark.parametrize(
    ("data", "commands"),
    [
        (b'{"END":{}}', [Quit()]),
        (b' \r\n\t{"END":{}} \n', [Quit()]),
        (b'{"SEND":{"PAYLOAD":"a"}}{"SEND":{"PAYLOAD":"b"}}',
         [Send(channel="home", text="a"), Send(channel="home", text="b")]),
        (b'{"SEND": {"PAYLOAD": "}}"}}', [Send(channel="home", text="}}")]),
        (b'{"SEND": {"PAYLOAD": "\\"}}"} }', [Send(channel="home", text='"}}')]),
        (b'{"SEND": {"PAYLOAD": "\\u007d\\ud83d\\ude00"}}', [Send(channel="home", text="}😀")]),
        (b'{"SEND": {"X": {"Y": {}}, "PAYLOAD": "a"}}', [Send(channel="home", text="a")]),
        (b'{"CONN": {"us": " Guest7 ", "pwd": "", "channel": ""}}',
         [LogIn(name="Guest7", guest=True, enter="home", device="classic")]),
        (b'{"CONN": {"us": "anna", "pwd": "x", "channel": "c"}}',
         [LogIn(name="anna", password="x", enter="c", device="classic")]),
    ],
)  # fmt: skip
def test_an_object_is_the_command_that_its_verb_names(data: bytes, commands: list[Command]) -> None:
    """With white space or none, with `}}` in its texts, with keys that nobody knows."""
    assert read(data) == commands


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", NotJson.code),
        (b"[]", NotJson.code),
        (b'{"END" {}}', NotJson.code),
        (b'{"HELLO": {}}', BadShape.code),
        (b"{}", BadShape.code),
        (b'{"SEND": "text"}', BadShape.code),
        (b'{"SEND": {"USER": "u"}}', BadShape.code),
        (b'{"SEND": {"PAYLOAD": 1}}', BadShape.code),
        (b'{"SEND": {"PAYLOAD": "\\ud800"}}', NotJson.code),
        (b'{"SEND": {"PAYLOAD": "\\udc00x"}}', NotJson.code),
        (b'{"SEND": {"PAYLOAD": "\xff\xfe"}}', NotJson.code),
        (b'{"SEND": {"PAYLOAD": "\xed\xa0\x80"}}', NotJson.code),
        (b'{"CONN": {"us": "\xff"}}', NotJson.code),
        (b'{"SEND": {"PAYLOAD": "a\x00b"}}', NotJson.code),
        (b'{"END": {"n": 1e99999}}', BadShape.code),
        (b'{"END": {"n": ' + b"9" * 5000 + b"}}", BadShape.code),
        (b'{"END": {"x": ' + b"[" * 15 + b"]" * 15 + b"}}", TooDeep.code),
        (b'{"X": ' + b"[" * 60000, TooDeep.code),
        (b'{"SEND": {"PAYLOAD": "' + b"a" * 65536, FrameTooLong.code),
        (b'{"SEND": {"PAYLOAD": "' + b"a" * 65536 + b'"}}', FrameTooLong.code),
        (b" " * 65537, FrameTooLong.code),
    ],
)
def test_anything_else_is_refused_by_name_and_ends_it(data: bytes, code: str) -> None:
    """One error, then nothing more is taken; and cut in two anywhere near its middle it is the same."""
    assert read(data + b'{"END":{}}') == [code]
    assert read(data + b'{"END":{}}', [len(data) // 2]) == [code]


def test_depth_up_to_the_bound_is_no_error() -> None:
    """Sixteen deep is allowed, whole or in pieces."""
    data = b'{"END": {"x": ' + b"[" * 14 + b"]" * 14 + b"}}"
    assert read(data) == read(data, list(range(len(data)))) == [Quit()]


def test_before_log_in_a_frame_is_shorter() -> None:
    """4 KiB before, 64 KiB after."""
    long = b'{"SEND":{"PAYLOAD":"' + b"a" * 5000 + b'"}}'
    assert read(long, wire=ClassicWire(BOUNDS)) == [FrameTooLong.code]
    assert len(read(long)) == 1
    assert read(long) != [FrameTooLong.code]


def test_no_stands_alone_and_ok_answers_guests_only() -> None:
    """What each log-in reads first."""
    wire = ClassicWire(BOUNDS)
    guest, account = LogIn(name="Guest1", guest=True, enter="c"), LogIn(name="anna", password="x", enter="c")
    inside_now = LoggedIn(person=1, name="x")
    assert wire.answer(account, LoginFailed()) == wire.answer(guest, LoginFailed()) == b"NO"
    assert wire.alone(account, LoginFailed())
    assert wire.answer(guest, inside_now) == b"OK"
    assert wire.answer(account, inside_now) == b""
    assert not wire.alone(guest, inside_now)


@pytest.mark.parametrize("error", [BadText(why="character"), BadText(why="empty"), TextTooLong(bytes=9, most=8)])
def test_a_text_that_cannot_be_said_does_not_end_the_conversation(error: ChatError) -> None:
    """Enter on an empty line, a pasted page, an odd character: nothing was said, and one may go on."""
    wire = inside()
    wire.answer(Send(channel="home", text=""), error)
    assert not wire.closing


@pytest.mark.parametrize(
    ("first", "is_classic"),
    [
        (b'{"CONN"', True), (b' {\n"SEND": {', True), (b'{"END":{}}', True), (b'{"do": "hello"}', False),
        (b'{"', None), (b"{", None), (b"", None), (b" ", None), (b'{"CO', None), (b'{"Co"', False),
        (b"NICK a", False), (b"{}", False), (b"\x16\x03\x01", False),
    ],
)  # fmt: skip
def test_its_first_bytes_are_an_object_with_a_word_in_capitals(first: bytes, is_classic: bool | None) -> None:
    """Yes, no, or not to be told yet."""
    assert recognises(first) is is_classic
