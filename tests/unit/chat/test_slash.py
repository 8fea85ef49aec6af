"""Slash commands: every one that people have in their fingers, and nothing else than an error for what is none."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import commands as c
from causerie.chat.errors import BadInput, ChatError, UnknownSlash
from causerie.chat.slash import BY_NAME, SHRUG, SLASHES, duration, read

CHECKLIST = (
    "/join /part /leave /msg /query /me /nick /topic /invite /kick /ban /mute /ignore /away /search /list /who /help "
    "/shrug"
)


def typed(text: str, reply: int = 0) -> c.Command:
    """What comes of a line typed in home."""
    return read(c.Send(channel="home", text=text, key="k", reply=reply))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/join attic", c.Join(channel="attic")),
        ("/JOIN #attic", c.Join(channel="#attic")),
        ("/part", c.Leave(channel="home")),
        ("/leave attic it is cold", c.Leave(channel="attic", reason="it is cold")),
        ("/msg Anna how are you?", c.Tell(people=["Anna"], text="how are you?", key="k", literal=True)),
        ("/msg @Anna,Ben /who", c.Tell(people=["Anna", "Ben"], text="/who", key="k", literal=True)),
        ("/query Anna", c.Direct(people=["Anna"])),
        ("/query Anna hi", c.Tell(people=["Anna"], text="hi", key="k", literal=True)),
        ("/me  waves\n at you", c.Send(channel="home", text="waves\n at you", key="k", action=True, literal=True)),
        ("/nick Zoé", c.SetName(name="Zoé")),
        ("/name Zoé", c.SetName(name="Zoé")),
        ("/topic What we do", c.SetTopic(channel="home", topic="What we do")),
        ("/topic -", c.SetTopic(channel="home", topic="")),
        ("/invite Anna", c.InviteTo(channel="home", name="Anna")),
        ("/invite Anna attic", c.InviteTo(channel="attic", name="Anna")),
        ("/kick Ben go away", c.Kick(channel="home", name="Ben", reason="go away")),
        ("/ban @Ben", c.Ban(channel="home", name="Ben")),
        ("/unban Ben", c.Unban(channel="home", name="Ben")),
        ("/mute Ben", c.Mute(channel="home", name="Ben", seconds=600)),
        ("/mute Ben 2h", c.Mute(channel="home", name="Ben", seconds=7200)),
        ("/mute Ben 1h30m too loud", c.Mute(channel="home", name="Ben", seconds=5400, reason="too loud")),
        ("/mute Ben too loud", c.Mute(channel="home", name="Ben", seconds=600, reason="too loud")),
        ("/unmute Ben", c.Mute(channel="home", name="Ben", seconds=0)),
        ("/ignore Ben", c.Ignore(name="Ben")),
        ("/unignore Ben", c.Ignore(name="Ben", on=False)),
        ("/away at lunch", c.SetPresence(mode="away", text="at lunch")),
        ("/away", c.SetPresence(mode="away")),
        ("/back", c.SetPresence(mode="online")),
        ("/online", c.SetPresence(mode="online")),
        ("/dnd", c.SetPresence(mode="dnd")),
        ("/dnd 90m", c.Prefer(dnd_minutes=90)),
        ("/dnd 30s", c.Prefer(dnd_minutes=1)),
        ("/dnd off", c.Prefer(dnd_minutes=0)),
        ("/invisible", c.SetPresence(mode="invisible")),
        ("/search teapot", c.Search(text="teapot")),
        ('/search "in:a b" in:attic from:@Anna pot*', c.Search(text='"in:a b"   pot*', channel="attic", name="Anna")),
        ("/list", c.Channels()),
        ("/who", c.Members(channel="home")),
        ("/who attic", c.Members(channel="attic")),
        ("/whois Anna", c.Whois(name="Anna")),
        ("/help", c.Help()),
        ("/shrug", c.Send(channel="home", text=SHRUG, key="k", literal=True)),
        ("/shrug who knows", c.Send(channel="home", text=f"who knows {SHRUG}", key="k", literal=True)),
        ("/react 12 👍", c.React(channel="home", number=12, emoji="👍")),
        ("/unreact #12 👍", c.React(channel="home", number=12, emoji="👍", on=False)),
        ("/pin 12", c.Pin(channel="home", number=12)),
        ("/unpin 12", c.Pin(channel="home", number=12, on=False)),
        ("/pins", c.Pins(channel="home")),
        ("/report 12 he is rude", c.Report(channel="home", number=12, reason="he is rude")),
        ("/slow 30s", c.SetChannel(channel="home", slow_seconds=30)),
        ("/slow off", c.SetChannel(channel="home", slow_seconds=0)),
        ("/notify mentions", c.Notify(channel="home", level="mentions")),
        ("/unread", c.Unread()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_is_its_command(text: str, command: c.Command) -> None:
    """Names in any case, arguments in their order."""
    assert typed(text) == command


def test_a_reply_names_the_message() -> None:
    """Clients need not show numbers."""
    assert typed("/react 👍", reply=7) == c.React(channel="home", number=7, emoji="👍")
    assert typed("/pin", reply=7) == c.Pin(channel="home", number=7)
    assert typed("/report rude", reply=7) == c.Report(channel="home", number=7, reason="rude")


def test_the_checklist_is_there() -> None:
    """docs of the design: what people type without thinking."""
    assert {name.strip("/") for name in CHECKLIST.split()} <= set(BY_NAME)


@pytest.mark.parametrize("name", ["dance", "", "joi", "//", "/", "etc/passwd", "join/"])
def test_what_is_no_command_is_an_error_with_its_name(name: str) -> None:
    """`//` aside, which says it."""
    if name.startswith("/"):
        assert typed(f"/{name}") == c.Send(channel="home", text=name, key="k", literal=True)
    else:
        with pytest.raises(UnknownSlash) as refused:
            typed(f"/{name} x")
        assert refused.value.data == {"name": name}


@pytest.mark.parametrize(
    "text",
    ["/join", "/msg", "/msg Anna", "/me", "/mute", "/mute Ben 10", "/kick @", "/react 👍", "/pin x", "/slow", "/topic",
     "/slow soon", "/dnd whenever", "/notify loudly", "/nick", "/search", "/msg ,a b"],
)  # fmt: skip
def test_wrong_use_is_told_how(text: str) -> None:
    """With the usage, in data."""
    with pytest.raises(BadInput) as refused:
        typed(text)
    usage = str(refused.value.data["usage"])
    assert refused.value.data["why"] == "slash"
    assert usage.split()[0] == text.split()[0]


def test_a_space_after_the_slash_is_no_command() -> None:
    """ "/ me" is a slip, and said to nobody."""
    with pytest.raises(UnknownSlash):
        typed("/ me waves")


def test_what_needs_a_channel_has_none_among_people() -> None:
    """A Tell names people; their conversation may not be there yet."""
    with pytest.raises(BadInput):
        read(c.Tell(people=["Anna"], text="/topic x"))
    assert read(c.Tell(people=["Anna"], text="/me x", id=3)) == c.Tell(
        people=["Anna"], text="x", action=True, literal=True, id=3
    )


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("1w", 604_800), ("1d2h", 93_600), ("10", None),
     ("m", None), ("-1m", None), ("１m", None), ("1m ", None), ("9" * 50 + "s", None), ("", None)],
)  # fmt: skip
def test_durations(word: str, seconds: int | None) -> None:
    """Numbers with units, and nothing else."""
    assert duration(word) == seconds


words = st.sampled_from(sorted(BY_NAME)) | st.text(max_size=12)
rests = st.lists(
    st.text(max_size=8) | st.sampled_from(["@", "12", "10m", "off", "-", "in:", 'in:x"', '"', "Anna", "👍", ",", "#3"]),
    max_size=5,
).map(" ".join)


@given(words, rests, st.none() | st.integers() | st.text(max_size=4), st.booleans(), st.integers(0, 3))
def test_whatever_is_typed_is_a_command_or_a_refusal(
    name: str, rest: str, mark: int | str | None, tell: bool, reply: int
) -> None:
    """Nothing else is raised; the mark stays; what is said is literal, so that it is never read twice."""
    text = f"/{name} {rest}"
    said: c.Send | c.Tell
    said = c.Tell(people=["x"], text=text, id=mark) if tell else c.Send(channel="home", text=text, id=mark, reply=reply)
    try:
        command = read(said)
    except ChatError:
        return
    assert type(command) in get_args(c.AnyCommand)
    assert command.id == mark
    if isinstance(command, c.Send | c.Tell):
        assert command.literal


@given(st.text())
def test_two_slashes_say_one(text: str) -> None:
    """The law of `//`, whatever follows."""
    said = read(c.Send(channel="home", text=f"//{text}", key="k", reply=4))
    assert said == c.Send(channel="home", text=f"/{text}", key="k", reply=4, literal=True)


def test_no_name_means_two_things_and_help_is_in_order() -> None:
    """Names are found by whoever reads the list."""
    assert len(BY_NAME) == sum(1 + len(slash.aliases) for slash in SLASHES)
    assert [slash.name for slash in SLASHES] == sorted(slash.name for slash in SLASHES)
    assert all(slash.about.endswith(".") and slash.usage.startswith(f"/{slash.name}") for slash in SLASHES)


def test_a_search_too_long_is_refused_by_whoever_searches_and_not_taken_apart() -> None:
    """16,000 quotes took 20 ms to go through, for a search that is refused for its length."""
    text = '"" in:attic ' * 1_000
    assert typed(f"/search {text}") == c.Search(text=text.strip())
