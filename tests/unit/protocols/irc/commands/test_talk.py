"""Lines that come together and are taken as one, read as the parser reads each of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from causerie.chat.commands import Send
from causerie.protocols.irc.client.wire import ClientWire
from causerie.protocols.irc.commands.talk import said
from causerie.protocols.irc.state.network import Network
from causerie.protocols.irc.syntax.lines import BODY_MOST, parse
from causerie.protocols.wire import Bounds
from tests.unit.protocols.views import view_of

lines = st.one_of(
    st.builds("PRIVMSG #{} :{}".format, st.sampled_from(["home", "home", "a,b", "#x", "é", ""]), st.text(max_size=9)),
    st.text(alphabet="PRIVMSG #home: \r\n\0\x01é", max_size=30),
)


@given(st.lists(lines, max_size=5), st.sampled_from(["\r\n", "\n", "\r"]))
@example(["PRIVMSG #home :one", "PRIVMSG #attic :two"], "\r\n")
@example(["PRIVMSG #home :one", "PRIVMSG #home two"], "\r\n")
@example(["PRIVMSG #home :one", "PRIVMSG #home :\x01ACTION waves\x01"], "\r\n")
@example(["PRIVMSG #home :" + "x" * BODY_MOST], "\r\n")
@example(["PRIVMSG #home :" + "é" * 300] * 2, "\r\n")
def test_what_is_taken_at_once_is_what_the_parser_reads(lines: list[str], end: str) -> None:
    """The channel and the texts; whatever is more than that is left to it."""
    raw = "".join(f"{line}{end}" for line in lines).encode()
    taken = said(raw)
    if taken is not None:
        place, texts = taken
        assert [parse(line.decode()) for line in raw.split(b"\r\n")[:-1]] == [
            parse(f"PRIVMSG #{place} :{text}") for text in texts
        ]
        assert all(len(line) + 2 <= BODY_MOST for line in raw.split(b"\r\n"))
        assert not any(text[:1] in ("", "\x01") or set(text) & set("\r\n\0") for text in texts)
        assert place
        assert not set(place) & set(" ,\0")
        assert place[0] != "#"


@pytest.mark.parametrize("texts", [["one"], ["one", "two", ":three", " four "], ["déjà vu"], ["x" * 400] * 40])
def test_what_is_plain_is_taken_at_once(texts: list[str]) -> None:
    """One line, several, and letters that are more than a byte."""
    raw = "".join(f"PRIVMSG #home :{text}\r\n" for text in texts).encode()
    assert said(raw) == said(bytearray(raw)) == ("home", texts)


def test_texts_follow_only_the_message_that_they_came_with() -> None:
    """Not one that goes before them, as what an answer leads to does."""
    wire = ClientWire(Bounds(4096, 65536, 16), Network(view_of()))
    wire.registration = None
    wire.receive(b"PRIVMSG #home :one\r\nPRIVMSG #home :two\r\nPRIVMSG #home :three\r\n")
    first = wire.next_command()
    assert first == Send(channel="home", text="one", literal=True)
    elsewhere = Send(channel="attic", text="elsewhere", literal=True)
    wire.ask(elsewhere)
    assert wire.next_command() is elsewhere
    assert wire.along is None
    assert wire.next_command() == Send(channel="home", text="two", literal=True)
    assert list(wire.along or ()) == ["three"]
    assert wire.next_command() == Send(channel="home", text="three", literal=True)
    assert wire.next_command() is None
