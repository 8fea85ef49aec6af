"""What anybody says, by whatever protocol, as lines: all of it, readable, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import BadInput, ChatError
from causerie.chat.events import Message, Reacted, Signalled
from causerie.chat.model import Channel, Person
from causerie.chat.texts import check_tags, check_text
from causerie.protocols.irc.messages.event_encoder import IrcEncoder
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.line_splitting import CONCAT
from causerie.protocols.irc.syntax.lines import BODY_MOST, Line, parse, split
from tests.unit.protocols.views import view_of

FACES = Faces(view_of([Person(1, "Anna")], [Channel(255, "home")]))
ANNA = FACES.show(1, "~user", "")


def encoder(heard: int) -> IrcEncoder:
    """The language of those with these capabilities."""
    return IrcEncoder(FACES, heard)


CAPS = st.sets(st.sampled_from([cap.MESSAGE_TAGS, cap.SERVER_TIME, cap.ACCOUNT_TAG, cap.MULTILINE])).map(sum)
TEXTS = st.one_of(st.text(max_size=80), st.text("ab \n\x02é", max_size=1500)).filter(bool)
TAGS = st.dictionaries(st.sampled_from(["+a", "+vendor.example/b", "c", CONCAT]), st.text("a; \\\r\né,09", max_size=9))


def said(text: str, **about: Any) -> Message:
    """A message as the core has it; hypothesis looks for another text where it refuses this one."""
    try:
        text = check_text(text, 16_384)
    except ChatError:
        text = "refused"
    return Message(channel="home", number=7, at=1_000, person=1, name="Anna", text=text, **about)


def lines_of(event: Any, heard: int) -> list[Line]:
    """Its lines, each whole and within its bounds (Modern IRC, "Message format")."""
    data = encoder(heard).encode(event)
    assert data.endswith(b"\r\n")
    found = []
    for line in split(data):
        assert not any(mark in line for mark in "\r\n\0")
        _, _, body = line.partition(" ") if line[0] == "@" else ("", "", line)
        assert len(body.encode()) <= BODY_MOST
        parsed = parse(line)
        assert parsed is not None
        found.append(parsed)
    assert len(found) == data.count(b"\r\n")
    return found


@given(TEXTS, TAGS, CAPS, st.booleans())
def test_a_text_is_one_line_or_one_batch_or_as_many_lines_as_it_needs(
    text: str, tags: dict[str, str], heard: int, notice: bool
) -> None:
    """IRCv3 multiline: put together as the specification says, a batch is the text; without batches no letter but
    line ends and blank lines is missing. One msgid; client tags only for those who read tags."""
    event = said(text, tags=check_tags(tags), notice=notice)
    lines = lines_of(event, heard)
    word = "NOTICE" if notice else "PRIVMSG"
    if lines[0].command == "BATCH":
        assert heard & cap.MULTILINE
        first, *inner, last = lines
        assert (first.params, last.params) == (["+m7", "draft/multiline", "#home"], ["-m7"])
        told = "".join(
            line.params[1] if CONCAT in line.tags or not i else f"\n{line.params[1]}" for i, line in enumerate(inner)
        )
        assert told == event.text
        assert all(line.tags["batch"] == "m7" and "msgid" not in line.tags for line in inner)
    else:
        inner = lines
        assert "".join(line.params[1] for line in lines) == event.text.replace("\n", "")
    assert all((line.command, line.params[0], line.source) == (word, "#home", "Anna!~user@irc.local") for line in inner)
    marked = [line for line in lines if "msgid" in line.tags]
    assert len(marked) == (1 if heard & cap.MESSAGE_TAGS else 0)
    public = {key: value for key, value in tags.items() if key[0] == "+"} if heard & cap.MESSAGE_TAGS else {}
    assert {key: value for key, value in lines[0].tags.items() if key[0] == "+"} == public


@given(TEXTS, CAPS)
def test_what_one_does_is_an_action_on_every_line(text: str, heard: int) -> None:
    """Modern IRC, CTCP ACTION: begun and ended on the same line."""
    for line in lines_of(said(text, action=True), heard):
        assert line.params[1].startswith("\x01ACTION ")
        assert line.params[1].endswith("\x01")


@given(TEXTS, CAPS)
def test_an_answer_says_to_what(text: str, heard: int) -> None:
    """Client tag reply, by both its names; for those who read no tags the text is what was said."""
    event = said(text, reply=3)
    first = lines_of(event, heard)[0]
    if heard & cap.MESSAGE_TAGS:
        assert first.tags["+reply"] == first.tags["+draft/reply"] == "ff-3"
    else:
        assert lines_of(event, heard) == lines_of(said(text), heard)


@given(st.text(max_size=600), TAGS, CAPS)
def test_what_only_clients_read(text: str, tags: dict[str, str], heard: int) -> None:
    """Modern IRC, CTCP, for everybody; IRCv3 TAGMSG only for those who read tags."""
    try:
        text = check_text(text, 512)
    except ChatError:
        text = ""
    event = Signalled(channel="home", at=1, person=1, name="Anna", mark="ab", text=text, tags=tags)
    data = encoder(heard).encode(event)
    if text:
        assert all(line.params[1][0] == line.params[1][-1] == "\x01" for line in lines_of(event, heard))
    else:
        assert bool(data) is bool(heard & cap.MESSAGE_TAGS)


@given(TAGS)
def test_tags_come_through_as_they_were_sent(tags: dict[str, str]) -> None:
    """IRCv3 message-tags, "Escaping values"."""
    (line,) = lines_of(said("x", tags=tags), cap.MESSAGE_TAGS)
    assert {key: value for key, value in line.tags.items() if key[0] == "+"} == {
        key: value for key, value in tags.items() if key[0] == "+"
    }


@pytest.mark.parametrize("tags", [{"+a b": ""}, {"": "x"}, {"+a": "\0"}, {"+a": "x" * 4094}, {"+a": "\ud800"}])
def test_tags_that_cannot_be_are_refused(tags: dict[str, str]) -> None:
    """IRCv3 message-tags, "Format" and "Size limits": whatever protocol they come by."""
    with pytest.raises(BadInput):
        check_tags(tags)


def test_a_reaction_points_at_its_message() -> None:
    """Client tag react."""
    event = Reacted(channel="home", number=8, at=1, person=1, name="Anna", target=7, emoji="👍", count=1, words="hi")
    (line,) = lines_of(event, cap.MESSAGE_TAGS)
    assert (line.command, line.tags["+draft/react"], line.tags["+draft/reply"]) == ("TAGMSG", "👍", "ff-7")
    (line,) = lines_of(event, 0)
    assert line.command == "NOTICE"
