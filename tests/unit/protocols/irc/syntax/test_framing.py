"""Lines out of bytes: cut anywhere they are the same, and each bound has its refusal."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.commands import Command
from causerie.chat.errors import ChatError
from causerie.protocols.irc.syntax.framing import ENDLESS, LineWire
from causerie.protocols.irc.syntax.lines import BODY_MOST, CLIENT_TAGS_MOST
from causerie.protocols.wire import Bounds
from causerie.server.engine.session import Answer


class Lines(LineWire):
    """The framing alone."""

    def next_command(self) -> Command | None:
        return None

    def answer(self, command: Command, answer: Answer) -> bytes:
        return b""

    def farewell(self, code: str) -> bytes:
        return b""


def taken(wire: Lines) -> list[bytes | str]:
    """All lines that there are now, and the codes of those that are none."""
    found: list[bytes | str] = []
    while not wire.closing:
        try:
            line = wire.next_line()
        except ChatError as error:
            found.append(error.code)
            continue
        if line is None:
            break
        found.append(bytes(line))
    return found


def read(data: bytes, cuts: list[int] = []) -> list[bytes | str]:  # noqa: B006
    """What comes of these bytes, cut at these places."""
    wire = Lines(Bounds(4096, 65536, 16))
    found: list[bytes | str] = []
    for start, end in pairwise([0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]):
        if start < end and not wire.closing:
            wire.receive(data[start:end])
            found += taken(wire)
    return found


noise = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b"@t=1 ", b"PING :x", b"\xff", b"x" * 300, b"@" + b"y" * 4090, b" "])
    | st.binary(max_size=5),
    max_size=30,
).map(b"".join)


@given(noise, st.lists(st.integers(0, 10**6), max_size=8))
def test_any_cut_gives_the_same_lines(data: bytes, cuts: list[int]) -> None:
    """Modern IRC, "Message format": a stream has no packets."""
    assert read(data, cuts) == read(data)


@given(noise)
def test_byte_by_byte_gives_the_same_lines(data: bytes) -> None:
    """The hardest cut of all."""
    assert read(data[:600], list(range(600))) == read(data[:600])


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_line_at_its_bound_is_taken_and_one_byte_more_is_refused(end: bytes) -> None:
    """RFC 2812, section 2.3: 512 bytes with the end; Modern IRC, 417: the line is passed over, the next one stands."""
    assert read(b"x" * BODY_MOST + end) == [b"x" * BODY_MOST]
    assert read(b"x" * (BODY_MOST + 1) + end + b"PING\r\n") == ["frame_too_long", b"PING"]


def test_tags_have_a_bound_of_their_own() -> None:
    """IRCv3 message-tags, "Size limits": 4094 bytes of tag data from a client, and 512 for the rest."""
    tags = b"@" + b"t" * CLIENT_TAGS_MOST + b" "
    assert read(tags + b"x" * BODY_MOST + b"\r\n") == [tags + b"x" * BODY_MOST]
    assert read(b"@t" + tags[1:] + b"PING\r\n") == ["frame_too_long"]
    assert read(tags + b"x" * (BODY_MOST + 1) + b"\r\n") == ["frame_too_long"]


def test_a_nul_makes_no_line() -> None:
    """RFC 2812, section 2.3.1: NUL is not allowed within messages."""
    assert read(b"PING\0x\r\nPING\r\n") == ["bad_text", b"PING"]


@pytest.mark.parametrize("piece", [1000, 1 << 16, 1_000_000, 1 << 21])
def test_who_never_ends_a_line_is_given_up(piece: int) -> None:
    """After 1 MB; until then nothing of it is kept."""
    wire = Lines(Bounds(4096, 65536, 16))
    outcomes: list[bytes | str] = []
    for _ in range(-(-ENDLESS // piece)):
        wire.receive(b"x" * piece)
        outcomes += taken(wire)
        assert wire.unread <= piece + 8192
        if wire.closing:
            break
    assert wire.closing
    assert outcomes == ["frame_too_long"]
