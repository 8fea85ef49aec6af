"""Whom a text names: the longest name that somebody has, nobody in code or addresses, and any text in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import BadName
from causerie.chat.mentions import LOOKUPS_MOST, NOBODY, PEOPLE_MOST, find, may_name
from causerie.chat.names import person_name, skeleton

NAMES = ["anna", "bob", "jean-paul", "jean", "o'neil", "小明", "André", "[x]", "c.d", "an_na", "t1m", "b`t", "a\\b"]
PEOPLE = {skeleton(name): name for name in NAMES}


def named(text: str, everyone: bool = False) -> list[str]:
    """Who is named, and "channel" or "here" last."""
    found = find(text, lambda name: NAMES.index(PEOPLE[skeleton(name)]) if skeleton(name) in PEOPLE else None, everyone)
    return [NAMES[number] for number in found.people] + ([found.everyone] if found.everyone else [])


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@anna hello", ["anna"]),
        ("hello @Anna!", ["anna"]),
        ("(@anna), **@bob**; “@anna”—_@bob_ ~@bob", ["anna", "bob"]),
        ("@bob @anna @bob", ["bob", "anna"]),
        ("@jean-paul came", ["jean-paul"]),
        ("@jean-claude came", ["jean"]),
        ("@o'neil's and @anna's", ["o'neil", "anna"]),
        ("I saw @c.d.", ["c.d"]),
        ("@an_na @anna_", ["an_na", "anna"]),
        ("@anna_b @annabel @bobby", []),
        ("@[x] @b`t @a\\b", ["[x]", "b`t", "a\\b"]),
        ("@anna👍 @bob…", ["anna", "bob"]),
        ("hello", []),
        ("@ @! @- @@anna", []),
        ("@nobody @", []),
    ],
)
def test_the_longest_name_that_somebody_has(text: str, people: list[str]) -> None:
    """What may follow a name is no part of it, unless somebody is called so; a longer word is another name."""
    assert named(text) == people


@pytest.mark.parametrize(
    "text",
    [
        "write to anna@bob or jean.@anna, j+@bob, é@anna",
        "@anna@example.org is elsewhere, @bob@anna too",
        "https://example.org/@anna",
        "\\@anna is not called",
        "`@anna`",
        "``a ` @anna``",
        "`a\n@anna`",
        "```\n@anna\n\n@bob\n```",
        "  ~~~~ text\n@anna\n~~~\n@bob",
        "```py @anna\n@bob",
    ],
)
def test_nobody_is_named_in_code_or_addresses(text: str) -> None:
    """CommonMark's code spans and fenced blocks, e-mail addresses, other servers' people, paths, escapes."""
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "`code` @anna",
        "`` ` `` @anna `b`",
        "a ` single @anna",
        "\\`@anna`",
        "`a\n\n@anna`",
        "```\nx\n```\n@anna",
        "~~~\n~~~ @bob\n~~~\n@anna",
        "``` not a fence ` @anna",
    ],
)
def test_beside_code_they_are(text: str) -> None:
    """A backtick without its fellow, an escaped one, and what follows a block or a blank line is text."""
    assert named(text) == ["anna"]


def test_names_are_the_same_as_everywhere() -> None:
    """However a name is written, folded and with look-alikes as names.py does; accents count, whole or composed."""
    assert named("@ＡＮＮＡ @ann\N{CYRILLIC SMALL LETTER A}") == ["anna"]
    assert named("@Andre\N{COMBINING ACUTE ACCENT} @ANDRÉ") == ["André"]
    assert named("@Andre @Anna\N{COMBINING ACUTE ACCENT}") == []
    assert named("@tlm @TIM") == ["t1m"]


def test_where_words_are_not_spaced() -> None:
    """A name may be followed by a letter of Chinese, Japanese, Korean or Thai."""
    assert named("@小明你好 @anna는 @bobさん") == ["小明", "anna", "bob"]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("你好@bob", ["bob"]),
        ("你好@bob。", ["bob"]),
        ("ねえ@小明さん、@bobも", ["小明", "bob"]),
        ("안녕@anna는", ["anna"]),
        ("สวัสดี@bob", ["bob"]),
        ("人々@bob", ["bob"]),
        ("ok你好@bob hi", ["bob"]),
        ("你好@bob.", ["bob"]),
        ("你好@bob.example", []),
        ("小明@anna.example.org 用户@bob.中国", []),
        ("你好@bob@example.org", []),
        ("café@bob π@bob Ж@bob", []),
    ],
)
def test_where_words_are_not_spaced_a_name_needs_no_space_before_it(text: str, people: list[str]) -> None:
    """An e-mail address in these scripts still names nobody."""
    assert named(text) == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("bob: lunch?", ["bob"]),
        ("Bob, lunch?", ["bob"]),
        ("  bob:\nlunch?", ["bob"]),
        ("bob:", ["bob"]),
        ("anna, bob: lunch with @jean?", ["anna", "bob", "jean"]),
        ("anna, not bob: lunch?", ["anna"]),
        ("小明：你好", ["小明"]),
        ("小明，你好", ["小明"]),
        ("o'neil: c.d: so", ["o'neil", "c.d"]),
        ("bob:lunch", []),
        ("bob lunch", []),
        ("hello bob: lunch", []),
        ("well, bob: lunch", []),
        ("bob; lunch", []),
        ("> bob: lunch", []),
        ("`bob`: lunch", []),
        ("\\bob: lunch", []),
        ("```\nbob: lunch\n```", []),
        ("nobody: lunch", []),
        ("https://bob: x", []),
        ("bob@anna: lunch", []),
    ],
)
def test_a_message_that_begins_with_a_name_is_for_that_person(text: str, people: list[str]) -> None:
    """As people on IRC have it, and as the desktop completes a name: with a colon or comma and a space behind it."""
    assert named(text) == people
    assert named(text, everyone=True) == people
    assert not named("here: so", everyone=True)


def test_everyone_by_right() -> None:
    """@channel and @here for those who may, in any case; the channel has more people than are here."""
    assert named("@here @anna", everyone=True) == ["anna", "here"]
    assert named("@here @CHANNEL. @here", everyone=True) == ["channel"]
    assert named("@heres @channels `@channel` me@here @here@there", everyone=True) == []
    assert named("@channel @here") == []


def test_a_text_names_fifty_people() -> None:
    """Who comes after them is not named."""
    text = " ".join(f"@n{number}" for number in range(2 * PEOPLE_MOST))
    assert find(text, lambda name: int(name[1:]), False).people == tuple(range(PEOPLE_MOST))


@pytest.mark.parametrize(
    "text",
    [
        "@" * 65536,
        "@a " * 21000,
        "@a-" * 21000,
        "@" + "a-" * 32000,
        ("@" + "é-" * 32 + " ") * 600,
        "@\N{COMBINING ACUTE ACCENT}" * 20000,
        "@" + "\N{COMBINING ACUTE ACCENT}" * 32000,
        "`" * 65535 + "@",
        "".join("`" * length + " " for length in range(1, 360)) + "@",
        "\\`" * 32000 + "@",
        "```\n" * 16000 + "@",
        "~" * 65000 + "@",
        "a, " * 21000,
        "anna, " * 10000,
        "a" * 65536,
        " " * 65535 + "@",
        "你@a." * 13000,
        "你@a" + "-." * 32000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_no_text_takes_long(text: str) -> None:
    """64 KiB of the worst: a quarter of a second is a hundred times what it takes, and 250 names are looked up."""
    asked: list[str] = []
    skeleton("\N{CYRILLIC SMALL LETTER A}")  # reads the tables
    began = time.thread_time()
    find(text, lambda name: asked.append(skeleton(name)), True)
    assert time.thread_time() - began < 0.25
    assert len(asked) <= LOOKUPS_MOST
    asked.clear()

    def somebody(name: str) -> int:
        asked.append(name)
        return 1

    find(text, somebody, True)
    assert len(asked) <= LOOKUPS_MOST


pieces = st.sampled_from(
    [*"@`~\\._-' \n#é小:,：", "anna: ", "bob, ", "@anna", "@bob", "``", "```\n", "\n\n", "@here", "anna", "x@y"]
)


@given(st.one_of(st.text(), st.lists(pieces, max_size=30).map("".join)))
def test_any_text(text: str) -> None:
    """Whoever is named stands in the text after an "@"; it is asked for names only that are not too long."""
    asked: list[str] = []

    def person(name: str) -> int | None:
        asked.append(name)
        return {"anna": 1, "bob": 2}.get(name)

    found = find(text, person, True)
    assert set(found.people) <= {1, 2}
    beginning = re.split(r"(?<=[:,])\s|[\uff0c\uff1a\u3001]", text)
    assert all((f"@{name}" in text or name in text) and 0 < len(name) <= 64 for name in asked)
    for number, name in ((1, "anna"), (2, "bob")):
        addressed = any(part.strip().rstrip(":,") == name for part in beginning)
        assert number not in found.people or f"@{name}" in text or addressed
    assert may_name(text) or found == NOBODY
    assert find(text, person, False).people == found.people or found.everyone


words = st.text(alphabet="abz019_[]{}|^-.'", min_size=1, max_size=32)


@given(words)
def test_any_name_can_be_named(name: str) -> None:
    """Whatever a person may be called, "@" and the name among spaces is that person."""
    try:
        name = person_name(name)
    except BadName:
        return
    assert find(f"so @{name} said", {name: 7}.get, False).people == (7,)
    assert find(f"{name}: so", {name: 7}.get, False).people == (7,)
    assert find(f"你好@{name}", {name: 7}.get, False).people == (7,)


@given(st.text(alphabet="ab `\n", max_size=40))
def test_code_is_where_commonmark_has_it(text: str) -> None:
    """A mention is found exactly where markdown-it, without indented code as in markdown.py, does not see code."""
    from markdown_it import MarkdownIt

    text = f"x {text} @anna y"
    parsed = MarkdownIt("commonmark").disable("code").parse(text)
    in_code = any("@anna" in inner.content and inner.type == "code_inline" for block in parsed if block.children
                  for inner in block.children)  # fmt: skip
    fenced = any(block.type in ("fence", "code_block") and "@anna" in block.content + block.info for block in parsed)
    assert bool(find(text, {"anna": 1}.get, False).people) is not (in_code or fenced)
