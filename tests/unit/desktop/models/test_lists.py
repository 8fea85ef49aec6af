"""The lists beside the conversation: channels, what is unread, people; and completion."""

from __future__ import annotations

from types import MappingProxyType

import msgspec
import pytest

from causerie.chat.events import Message
from causerie.chat.model import Preferences
from causerie.chat.replies import Found, Hit, Member
from causerie.chat.view import View
from causerie.desktop.models import completion, lines, members, sidebar
from causerie.desktop.models.notifications import minute, notification, title
from causerie.desktop.models.search_results import SearchResults


def view(channel: str, **about: object) -> View:
    people = {
        1: Member(1, "anna", here=True),
        2: Member(2, "ben", here=True, away="lunch"),
        3: Member(3, "Chloé"),
    }
    made = View(channel=channel, number=9, me=1, members=MappingProxyType(people))
    return msgspec.structs.replace(made, **about)


VIEWS = {
    "home": view("home"),
    "attic": view("attic", said=5, read_said=2),
    "kitchen": view("kitchen", said=3, read_said=1, mentioned=(8,)),
    "cellar": view("cellar", said=9, level="none", mentioned=(8,)),
    "@1": view("@1", access="direct", said=2),
}


def test_channels_stand_first_and_direct_conversations_by_the_others_names() -> None:
    entries = sidebar.entries(VIEWS, "home", 1, {"attic": "half a"})
    assert [place.label for place in entries] == ["attic", "cellar", "home", "kitchen", "ben, Chloé"]
    assert [place.count for place in entries] == [0, 0, 0, 1, 2]
    assert [place.unread for place in entries] == [True, False, False, True, True]
    assert entries[0].draft
    assert sidebar.total(entries) == 3
    assert title(3, "#home") == "(3) #home – Causerie"


def test_the_next_and_the_next_unread_channel() -> None:
    entries = sidebar.entries(VIEWS, "home", 1, {})
    assert sidebar.neighbour(entries, "home", 1) == "kitchen"
    assert sidebar.neighbour(entries, "home", -1) == "cellar"
    assert sidebar.neighbour(entries, "home", -1, unread=True) == "attic"
    assert sidebar.neighbour(entries, "@1", 1) == "attic"
    assert sidebar.first_unread(entries) == "kitchen"
    assert sidebar.found(entries, "#C")[0].channel == "cellar"


def test_people_who_are_here_stand_first() -> None:
    people = members.lines(VIEWS["home"])
    assert [(one.name, one.light, one.note) for one in people] == [
        ("anna", "here", ""),
        ("ben", "away", "lunch"),
        ("Chloé", "gone", ""),
    ]
    assert len(lines.of_people(people)) == 3


@pytest.mark.parametrize(
    ("before", "tab", "texts"),
    [
        ("hi @B", False, ["@ben "]),
        ("mail@b", False, []),
        ("see #a", False, ["#attic "]),
        ("/mu", False, ["/mute "]),
        ("say /mu", False, []),
        ("be", False, []),
        ("be", True, ["ben: "]),
        ("so be", True, ["ben "]),
        (":ta", False, ["🎉 "]),
        (":t", False, []),
    ],
)
def test_completion(before: str, tab: bool, texts: list[str]) -> None:
    offered = [offer.text for offer in completion.completions(before, VIEWS["home"], VIEWS, tab)]
    assert offered[: len(texts)] == texts
    assert bool(offered) == bool(texts)


def message(person: int = 2, **about: object) -> Message:
    made = Message(channel="home", number=10, at=0, person=person, name="ben", text="x " * 200)
    return msgspec.structs.replace(made, **about)


def test_what_notifies() -> None:
    home = VIEWS["home"]
    assert notification(message(), home, False) is None
    assert notification(message(mentions=(1,)), home, False) is not None
    assert notification(message(mentions=(1,)), home, True) is None
    assert notification(message(person=1, mentions=(1,)), home, False) is None
    assert notification(message(), VIEWS["@1"], False) is not None
    assert notification(message(mentions=(1,)), VIEWS["cellar"], False) is None
    long = notification(message(everyone="here"), home, False)
    assert long is not None
    assert len(long.text) < 130


def test_what_one_wants_on_all_devices_decides_here_too() -> None:
    home = VIEWS["home"]
    mention = message(mentions=(1,))
    assert notification(mention, home, False, Preferences(dnd_until=1)) is None
    assert notification(mention, home, False, Preferences(ignored=(2,))) is None
    assert notification(message(), home, False, Preferences(keywords=("x",))) is not None
    # One hour after midnight, in Paris, is 1970 there.
    assert minute(0, "Europe/Paris") == 60
    assert notification(mention, home, False, Preferences(quiet_from=30, quiet_to=90, zone="Europe/Paris")) is None
    assert notification(mention, home, False, Preferences(quiet_from=30, quiet_to=90, zone="No/Where")) is not None
    own = msgspec.structs.replace(home.members[1], dnd=True)
    quiet = msgspec.structs.replace(home, members=MappingProxyType({**home.members, 1: own}))
    assert notification(mention, quiet, False) is None


def test_search_passes_over_answers_to_what_nobody_asks_any_more() -> None:
    results = SearchResults()
    assert results.ask("  ", "home") is None
    first = results.ask("tea from:ben in:*", "home")
    assert first is not None
    assert (first.text, first.name, first.channel) == ("tea", "ben", "")
    second = results.ask("coffee", "home")
    assert second is not None
    assert not results.found(first, Found(hits=[Hit(1, message())]))
    assert results.found(second, Found(hits=[Hit(5, message())], more=True))
    third = results.next()
    assert third is not None
    assert third.before == 5
    assert results.next() is None


def test_a_name_that_no_channel_has_makes_one() -> None:
    known = [("home", "all of us"), ("kitchen", "")]
    assert [line.key for line in lines.of_channels(known, "")] == ["home", "kitchen"]
    assert [line.key for line in lines.of_channels(known, "#HOME")] == ["home"]
    assert [line.key for line in lines.of_channels(known, "kit")] == ["kitchen", "kit"]


def test_a_list_without_hits_says_why() -> None:
    results = SearchResults()
    assert [line.key for line in lines.of_hits(results, answered=False)] == [""]
    asked = results.ask("tea", "home")
    assert asked is not None
    waiting = lines.of_hits(results, answered=False)
    assert results.found(asked, Found(hits=[]))
    assert waiting != lines.of_hits(results, answered=True) != lines.of_hits(results, answered=False)
    asked = results.ask("tea", "home")
    assert asked is not None
    results.found(asked, Found(hits=[Hit(1, message(number=7))], more=True))
    assert [line.key for line in lines.of_hits(results, answered=True)] == ["home 7", "more"]
