"""HTML beside texts: made once, kept within bounds, within shares when it is said, and in slices when it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat import markdown
from causerie.chat.markdown_work import STEPS_MOST
from causerie.protocols import native_html
from causerie.protocols.native_html import ALL_BURST, AUTHOR_BURST, AUTHORS_MOST, KEPT_MOST, SLICE, HtmlTexts, steps

COSTLY = "[" * 1_400


class Counting:
    """`render`, counted: the texts that HTML was made of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self._render = markdown.render
        monkeypatch.setattr(native_html, "render", self)

    def __call__(self, text: str) -> str:
        self.texts.append(text)
        return self._render(text)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


def test_a_burst_of_costly_texts_is_made_within_their_authors_shares(made: Counting) -> None:
    """50 guests, ten such texts from each at the same moment: what all of them may take together is not exceeded."""
    now = 0.0
    texts = HtmlTexts(lambda: now)
    for guest in range(50):
        for number in range(10):
            texts.at_once(guest, f"{COSTLY} {guest} {number}")
    assert sum(map(steps, made.texts)) <= ALL_BURST
    assert texts.at_once(99, "**hello**") == ""
    now = 1.0
    assert texts.at_once(99, "**hello**")


def test_one_author_has_a_share_and_the_others_have_theirs(made: Counting) -> None:
    texts = HtmlTexts(lambda: 0.0)
    for number in range(10):
        texts.at_once(1, f"{COSTLY} {number}")
    assert sum(map(steps, made.texts)) <= AUTHOR_BURST
    assert texts.at_once(2, "**hello**")


def test_what_people_say_is_always_made(made: Counting) -> None:
    """Twenty people, each as many messages as they may send, of some formatting."""
    now = 0.0
    texts = HtmlTexts(lambda: now)
    for second in range(5):
        now = float(second)
        for person in range(20):
            for number in (1, 2):
                assert texts.at_once(person, f"**{second}** `{person}` *{number}*, see https://e.org/{second}")


def test_the_same_text_is_made_once(made: Counting) -> None:
    texts, into = HtmlTexts(lambda: 0.0), [""]
    texts.at_once(1, "**hello**")
    texts.at_once(2, "**hello**")
    list(texts.ahead(["**hello**"] * 3, into))
    assert made.texts == ["**hello**"]
    assert len(into) == 4


def test_a_page_is_made_in_slices(made: Counting) -> None:
    """None is longer than a slice and the text that ends it."""
    into: list[str] = []
    done = 0
    for _ in HtmlTexts(lambda: 0.0).ahead([f"{'*a*' * 30} {number}" for number in range(200)], into):
        assert sum(map(steps, made.texts[done:])) <= SLICE + STEPS_MOST
        done = len(made.texts)
    assert done
    assert len(into) == native_html.PAGE_MARKS_MOST // 60


def test_html_is_kept_within_a_bound_of_characters_and_the_oldest_is_made_anew(made: Counting) -> None:
    texts = HtmlTexts(lambda: 0.0, kept=1_000)
    said = [f"*{number}*" + "x" * (number % 7) * 30 for number in range(100)]
    weights = [len(text) + len(texts.at_once(number, text)) for number, text in enumerate(said)]
    fitting = next(count for count in range(100) if sum(weights[-count - 1 :]) > 1_000)
    assert fitting > 3
    made.texts.clear()
    list(texts.ahead(said[-fitting:], []))
    assert made.texts == []
    list(texts.ahead([said[-fitting - 1]], []))
    assert made.texts == [said[-fitting - 1]]
    assert KEPT_MOST >= 1_000_000


def test_of_more_authors_than_are_remembered_the_first_has_a_whole_share_again() -> None:
    texts = HtmlTexts(lambda: 0.0, authors=2)

    def is_refused(author: int, text: str) -> bool:
        return not texts.at_once(author, text)

    costly = [f"{'*a* ' * 100} {number}" for number in range(100)]
    while not is_refused(1, costly.pop()):
        pass
    assert not is_refused(2, "*small*")
    assert is_refused(1, costly.pop())
    assert not is_refused(3, "*small too*")
    assert not is_refused(1, costly.pop())
    assert AUTHORS_MOST >= 1_000


@given(st.text(max_size=300))
def test_steps_are_counted_as_no_fewer_than_a_plain_text_takes(text: str) -> None:
    assert 10 <= steps(text) <= STEPS_MOST
