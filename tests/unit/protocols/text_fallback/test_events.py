"""Readings: one table, the page and the code together, and never more than one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from causerie.chat import events as e
from causerie.chat import replies as r
from causerie.chat.events import AnyEvent, Event
from causerie.chat.slash import SLASHES
from causerie.i18n import refusals
from causerie.protocols.classic import ENCODER
from causerie.protocols.text_fallback import events, replies
from causerie.protocols.text_fallback.events import reading
from causerie.protocols.text_fallback.replies import answer_line

PAGE = Path(__file__).resolve().parents[4] / "docs" / "protocol" / "readings.md"
ABOUT: dict[str, Any] = {"channel": "home", "number": 9, "at": 1_000, "person": 1, "name": "Anna"}


def test_the_page_and_the_code_are_one_table() -> None:
    """docs/protocol/readings.md has every reading in the words that are said, and no other."""
    rows = re.findall(r"^\| `([a-z_.]+)` \| `(.*?)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(rows) == events.lines()
    assert len(rows) == len(events.lines())


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (e.Message(**ABOUT, text="waves", action=True), "* Anna waves"),
        (e.Message(**ABOUT, text="good day"), ""),
        (e.Edited(**ABOUT, target=3, text="new\ntext"), "* Anna: new / text (edited)"),
        (e.Deleted(**ABOUT, targets=(3,)), "* Anna deleted message 3"),
        (e.Deleted(**ABOUT, targets=(3, 4), reason="noise"), "* Anna deleted 2 messages (noise)"),
        (e.Reacted(**ABOUT, target=3, emoji="👍", words="good day"), '* Anna reacted 👍 to "good day"'),
        (e.Reacted(**ABOUT, target=3, emoji="👍", on=False, words="a"), '* Anna took 👍 back from "a"'),
        (e.Reacted(**ABOUT, target=3, emoji="👍"), ""),
        (e.Pinned(**ABOUT, target=3, words="rules"), '* Anna pinned "rules"'),
        (e.Pinned(**ABOUT, target=3, on=False, words="rules"), '* Anna took "rules" off the pins'),
        (e.Topic(**ABOUT, topic="tea", guest=True), "* ~Anna set the topic: tea"),
        (e.Topic(**ABOUT, topic=""), "* Anna took the topic away"),
        (e.Changed(**ABOUT), "* Anna changed the settings of home"),
        (e.ChannelRenamed(**ABOUT, was="home", now="house"), "* Anna renamed home to house"),
        (e.Renamed(channel="home", person=1, name="Zoé", was="Luc"), "* Luc is now Zoé"),
        (e.Presence(channel="home", person=1, name="Luc", away="lunch"), "* Luc is away: lunch"),
        (e.Presence(channel="home", person=1, name="Luc", dnd=True), "* Luc does not want to be disturbed"),
        (e.Presence(channel="home", person=1, name="Luc"), "* Luc is back"),
        (e.RestrictedMessage(**ABOUT, mark="a", to="moderators", text="help"), "(to the moderators) Anna: help"),
        (e.RestrictedMessage(**ABOUT, mark="a", to="voiced", text="x", action=True), "(to who has a voice) * Anna x"),
        (e.RestrictedMessage(**ABOUT, mark="a", to="owners", tags={"+a": "b"}), ""),
        (e.Gap(channel="home", number=9, after=3), "* some messages are left out here"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_event_is_its_line(event: Event, line: str) -> None:
    """In words, with the places filled."""
    assert reading(event) == line


@pytest.mark.parametrize(
    ("was", "role", "muted_until", "line"),
    [
        ("member", "banned", 0, "* Anna banned Luc from home (noise)"),
        (None, "invited", 0, "* Anna invited Luc to home (noise)"),
        ("invited", "invited", 601_000, "* Anna invited Luc to home (noise)"),
        ("member", "member", 601_000, "* Anna muted Luc for 10 minutes (noise)"),
        ("member", "member", 2_000, "* Anna muted Luc for 1 second (noise)"),
        ("member", "member", 10_801_000, "* Anna muted Luc for 3 hours (noise)"),
        ("owner", "owner", 86_400_000 * 9 + 1_000, "* Anna muted Luc for 9 days (noise)"),
        ("member", "member", 0, "* Anna lets Luc speak again (noise)"),
        ("reader", "member", 0, "* Anna made Luc a member of home (noise)"),
        ("member", "reader", 0, "* Anna made Luc a reader of home, who may not speak (noise)"),
        ("member", "moderator", 0, "* Anna made Luc a moderator of home (noise)"),
        ("member", "owner", 0, "* Anna made Luc an owner of home (noise)"),
        ("member", None, 0, "* Anna put Luc out of home (noise)"),
        ("banned", None, 0, "* Anna lets Luc come back to home (noise)"),
    ],
)
def test_how_somebody_stands(was: Any, role: Any, muted_until: int, line: str) -> None:
    """Kicks, bans, mutes, roles, invitations, with their reason."""
    about = {**ABOUT, "whom": 2, "whom_name": "Luc", "reason": "noise"}
    assert reading(e.MembershipChanged(**about, was=was, role=role, muted_until=muted_until)) == line


@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda kind: str(kind.__struct_config__.tag))
def test_every_event_is_decided(kind: Any) -> None:
    """It has a reading, or it is named among those that have none; whatever it holds, it is one line."""
    nasty = "x\n{name}\r\nAnna>lies"
    samples = {str: nasty, int: 3, bool: True, tuple[int, ...]: (1, 2)}
    values = {
        field.name: samples[field.type]
        for field in msgspec.structs.fields(kind)
        if field.type in samples and field.name not in ("name", "whom_name", "was", "channel")
    }
    for name in ("name", "whom_name", "was", "channel"):
        if name in kind.__struct_fields__:
            values[name] = "Anna"
    if kind is e.PreferencesChanged:
        from causerie.chat.model import Preferences

        values["preferences"] = Preferences()
    if kind is e.RestrictedMessage:
        values.update(to="moderators", action=False)
    if kind is e.Masked:
        values["list"] = "ban"
    if kind is e.Message:
        values["deleted"] = False
    line = reading(kind(**values))
    silent = kind in (*events.SILENT, *events.OWN)
    assert bool(line) is not silent
    assert "\n" not in line
    assert "\r" not in line


def test_a_classic_person_is_told_who_answers_what() -> None:
    """The number of the message stands before the text; what is direct is marked; of a deleted one nothing is left."""
    assert ENCODER.encode(e.Message(**ABOUT, text="yes", reply=3)) == b"Anna>(to message 3) yes"
    assert ENCODER.encode(e.Message(**ABOUT, text="", deleted=True)) == b"Anna>(deleted)"
    direct = {**ABOUT, "channel": "@1+2"}
    assert ENCODER.encode(e.Message(**direct, text="hi")) == b"(privately) Anna>hi"
    assert ENCODER.encode(e.Message(**direct, text="waves", action=True)) == b"(privately) * Anna waves"
    assert ENCODER.encode(e.Entered(channel="@1+2", person=1, name="Anna")) == b""


def test_an_answer_is_one_short_line_however_much_there_is() -> None:
    """What does not fit is counted, and the first client reads it in one piece."""
    people = [r.Member(n, f"Somebody-{n}", here=True, away="x" * (n % 2)) for n in range(500)]
    many: list[r.Reply] = [
        r.MemberList(channel="home", members=people),
        r.ChannelList(channels=[r.ChannelLine(f"channel-{n}", people=n) for n in range(500)], more=True),
        r.PinList(channel="home", messages=[e.Message(**ABOUT, text="é\n" * 300) for _ in range(100)]),
        r.Found(hits=[r.Hit(n, e.Message(**ABOUT, text="é" * 900)) for n in range(50)], more=True),
        r.ReadList(channels=[r.ReadLine(f"channel-{n}", 9, unread=3, mentions=n % 3) for n in range(500)]),
        r.PersonCard(person=1, name="Anna", channels=[f"channel-{n}" for n in range(500)], last_seen=1_000),
        r.HelpPage(commands=[r.HelpLine(slash.usage, slash.about) for slash in SLASHES]),
    ]
    for answer in many:
        line = answer_line(answer)
        assert 100 < len(line.encode()) <= replies.LINE_BYTES, answer
        assert "\n" not in line
    assert answer_line(many[0]).endswith("more")
    assert answer_line(many[-1]).endswith("slash."), "help is whole"


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (r.ChannelList(channels=[]), "there are no channels."),
        (r.MemberList(channel="home", members=[]), "nobody is in home now."),
        (r.Found(hits=[]), "nothing was found."),
        (r.PinList(channel="home", messages=[]), "nothing is pinned here."),
        (r.ReadList(channels=[r.ReadLine("home", 3)]), "you have read everything."),
        (r.PersonCard(person=1, name="Luc", guest=True, here=True), "~Luc: a guest; here."),
        (r.PersonCard(person=1, name="Anna", here=True, away="tea", admin=True), "Anna: an administrator; away: tea."),
        (r.Pong(), ""),
    ],
)
def test_little_is_said_of_little(answer: r.Reply, line: str) -> None:
    """Empty lists have words too; what needs none has none."""
    assert answer_line(answer) == line


def test_readings_speak_the_servers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """French, where the server is started in it."""
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    event = e.Topic(**ABOUT, topic="le thé")
    assert reading(event) != "* Anna set the topic: le thé"
    assert "Anna" in reading(event)
    assert "le thé" in reading(event)


def test_the_tables_are_made_once_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading and a refusal are said for many events a second: nothing is translated anew for each."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    tables = events.lines, events.ranks, refusals.sentences, refusals.reasons
    kept = []
    for encoder in ("en_GB.UTF-8", "fr_FR.UTF-8"):
        monkeypatch.setenv("LANG", encoder)
        kept.append([table() for table in tables])
        assert all(table() is first for table, first in zip(tables, kept[-1], strict=True))
    assert all(english != french for english, french in zip(*kept, strict=True))
