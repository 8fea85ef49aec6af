"""Whom a completed name mentions: the same person as in `chat.mentions`, wherever in the line it stands."""

from __future__ import annotations

import pytest

from causerie.chat import mentions
from causerie.chat.names import person_name
from causerie.chat.replies import Member
from causerie.chat.view import View
from causerie.desktop.models.completion import Completion, completions

NAMES = ("anna", "Ann", "anna-lena", "anna.b", "an[away]", "an'na", "王小明", "王大", "Ан", "Zoé", "x`y", "o_o", "a1")
MEMBERS = {number: Member(number, person_name(name), here=True) for number, name in enumerate(NAMES, 1)}
VIEW = View(channel="home", number=3, me=1, members=MEMBERS)
IDS = {member.name.casefold(): number for number, member in MEMBERS.items()}


def taken(before: str, offer: Completion) -> str:
    """The line after an offer was taken."""
    return before[: len(before) - offer.length] + offer.text


def mentioned(text: str) -> tuple[int, ...]:
    return mentions.find(text, lambda name: IDS.get(name.casefold()), everyone=False).people


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before", ["", "well, ", "two words\n"])
def test_every_offer_for_a_name_mentions_whom_it_shows(name: str, before: str) -> None:
    """By Tab on the first letter at the line's start, and by "@" anywhere; there may be one, or several."""
    for typed, tab in ((name[:1], before == ""), (f"@{name[:1]}", False), (f"@{name}", False)):
        if not tab and "@" not in typed:
            continue
        made = completions((before + typed).rpartition("\n")[2], VIEW, (), tab)
        assert made
        for offer in made:
            text = taken(before + typed, offer)
            (number,) = mentioned(text + "lunch?")
            assert VIEW.members[number].name == offer.label.removeprefix("@")
            assert mentioned(text) == (number,)


def test_several_candidates_are_all_offered_and_one_is_taken_whole() -> None:
    made = completions("an", VIEW, (), True)
    assert {offer.text for offer in made} == {"anna: ", "Ann: ", "anna-lena: ", "anna.b: ", "an[away]: ", "an'na: "}
    assert completions("anna-", VIEW, (), True) == [Completion("anna-lena: ", 5, "anna-lena")]


def test_behind_other_words_a_bare_name_is_a_word() -> None:
    """No colon: it names nobody, as it was typed without "@"."""
    (offer,) = completions("see zo", VIEW, (), True)
    assert taken("see zo", offer) == "see Zoé "
    assert mentioned("see Zoé later") == ()


def test_a_second_person_is_addressed_beside_the_first() -> None:
    (offer,) = completions("@zo", VIEW, ())
    assert mentioned("anna, " + taken("@zo", offer) + "lunch?") == (1, 10)
