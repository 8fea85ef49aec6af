"""Every emoji, found by its name."""

from __future__ import annotations

from importlib import resources

import pytest

from causerie.chat.emoji import check_emoji
from causerie.desktop.models import emoji_list


def test_it_has_every_emoji_and_each_is_one_for_the_server() -> None:
    """Else: tools/make_emoji_names.py."""
    ours = (resources.files("causerie.chat") / "emoji.txt").read_text(encoding="utf-8").split()
    assert {one.text for one in emoji_list.everything()} == set(ours)
    assert len(emoji_list.found("")) == len(ours)
    assert check_emoji(emoji_list.found("")[0].text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("thumbs up", "👍"),
        ("tada", "🎉"),
        (":tada:", "🎉"),
        ("coeur rouge", "❤️"),
        ("Cœur ROUGE", "❤️"),
        ("gateau d'anniversaire", "🎂"),
        ("wave dark", "👋🏿"),
        ("france", "🇫🇷"),
        ("100", "💯"),
    ],
)
def test_names_find_it_in_either_language_without_accents(typed: str, text: str) -> None:
    assert text in [one.text for one in emoji_list.found(typed)[:3]]


def test_what_nothing_is_called_is_not_found() -> None:
    assert emoji_list.found("qwertzuiop") == []


def test_what_one_used_last_comes_first_once() -> None:
    recent = emoji_list.used(emoji_list.used((), "🧀"), "🦔")
    texts = [one.text for one in emoji_list.found("", recent)]
    assert texts[:3] == ["🦔", "🧀", "👍"]
    assert len(texts) == len(set(texts))
    for number in range(30):
        recent = emoji_list.used(recent, str(number))
    assert len(recent) == emoji_list.RECENT


def test_a_short_name_is_completed_without_skin_tones() -> None:
    assert [one.code for one in emoji_list.completing("thumbsu", 3)] == ["+1"]
    assert emoji_list.completing("ta", 3)[0].text == "🎉"


def test_names_are_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert emoji_list.by_text()["👋🏿"].name == "signe de la main (peau foncée)"
