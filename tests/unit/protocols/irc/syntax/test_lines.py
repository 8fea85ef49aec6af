"""Lines as text: parsed, serialised, escaped, cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.protocols.irc.syntax.lines import BODY_MOST, Line, cut, escape, parse, pieces, serialise, unescape

words = st.text(st.characters(exclude_characters=" \r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda word: word[0] not in ":@"
)
lasts = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)
keys = st.from_regex(r"\+?([a-z]{1,5}\.[a-z]{1,3}/)?[a-z][a-z-]{0,8}", fullmatch=True)
values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
commands = st.from_regex("[A-Z]{1,10}|[0-9]{3}", fullmatch=True)
lines = st.builds(
    lambda command, middle, last, tags, source: Line(command, [*middle, last], tags, source),
    commands,
    st.lists(words, max_size=5),
    lasts,
    st.dictionaries(keys, values, max_size=4),
    words | st.just(""),
)


@given(lines)
def test_what_is_serialised_is_parsed_as_it_was(line: Line) -> None:
    """Modern IRC, "Message format"; IRCv3 message-tags, "Format"."""
    assert parse(serialise(line)) == line


@given(values)
def test_a_tag_value_escaped_holds_nothing_that_ends_it_and_comes_back(value: str) -> None:
    """IRCv3 message-tags, "Escaping values"."""
    assert not set(escape(value)) & set("; \r\n")
    assert unescape(escape(value)) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("PING", Line("PING")),
        ("privmsg #a :b c", Line("PRIVMSG", ["#a", "b c"])),
        (":a!b@c  JOIN   #x ", Line("JOIN", ["#x"], {}, "a!b@c")),
        ("TOPIC #a :", Line("TOPIC", ["#a", ""])),
        ("PRIVMSG #a ::-)", Line("PRIVMSG", ["#a", ":-)"])),
        ("PRIVMSG #a : x", Line("PRIVMSG", ["#a", " x"])),
        ("@a=b;c;d= :s TAGMSG #a", Line("TAGMSG", ["#a"], {"a": "b", "c": "", "d": ""}, "s")),
        ("@a=1;a=2 PING", Line("PING", [], {"a": "2"})),
        ("@+x.y/z=\\:\\s\\\\\\r\\n\\b PING", Line("PING", [], {"+x.y/z": "; \\\r\nb"})),
        ("@a=b\\ PING", Line("PING", [], {"a": "b"})),
        ("", None),
        ("   ", None),
        (":source", None),
        ("@a=b", None),
    ],
)
def test_lines_of_the_specification(text: str, line: Line | None) -> None:
    """Modern IRC, "Message format" with its examples; IRCv3 message-tags, "Rules for naming" and "Escaping values"."""
    assert parse(text) == line


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_no_text_breaks_the_parser(text: str) -> None:
    """It is a line or none; nothing is raised."""
    line = parse(text)
    assert line is None or line.command


@pytest.mark.parametrize("line", [Line("A", ["b c", "d"]), Line("A", ["", "x"]), Line("A", [":x", "y"]), Line("A\n")])
def test_what_no_line_can_carry_is_refused(line: Line) -> None:
    """RFC 2812, section 2.3.1: only the last parameter may have a space, or begin with a colon."""
    with pytest.raises(ValueError, match="IRC line"):
        serialise(line)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(8, 60))
def test_a_long_text_comes_in_pieces_that_fit_and_loses_no_letter(text: str, most: int) -> None:
    """RFC 2812, section 2.3: a line has 512 bytes at most. Cut at spaces, never inside a character."""
    cut_up = pieces(text, most)
    assert all(0 < len(piece.encode()) <= most for piece in cut_up)
    assert "".join(cut_up).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=700))
def test_a_line_that_is_too_long_is_cut_between_two_characters(text: str) -> None:
    """RFC 2812, section 2.3."""
    line = cut(text)
    assert text.startswith(line)
    assert len(line.encode()) <= BODY_MOST
    assert line == text or len(line.encode()) > BODY_MOST - 4
