"""What is one emoji, and in which form it is kept."""

import runpy
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.emoji import LENGTH_MOST, check_emoji, known
from causerie.chat.errors import BadInput

ONE = {
    "plain": "👍",
    "with a skin tone": "👍🏽",
    "a family joined of four": "👨‍👩‍👧‍👦",
    "a couple of ten code points, each with a skin tone": "👩🏻‍❤️‍💋‍👨🏿",
    "a profession": "🧑🏾‍🚀",
    "a direction": "🏃🏽‍♀️‍➡️",
    "a country's flag": "🇫🇷",
    "a region's flag, of tags": "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "the rainbow flag": "🏳️‍🌈",
    "a keycap": "1️⃣",
    "the keycap of a sign": "#️⃣",
    "a heart": "❤️",
    "a heart on fire": "❤️‍🔥",
    "the copyright sign as emoji": "©️",
}

NONE = {
    "nothing": "",
    "a letter": "a",
    "a digit": "1",
    "a word": "thumbs up",
    "a shortcode": ":+1:",
    "an emoticon": ":-)",
    "two": "👍👍",
    "two flags": "🇫🇷🇩🇪",
    "one and a space": "👍 ",
    "one and a letter": "👍a",
    "a skin tone alone": "🏽",
    "red hair alone": "🦰",
    "a joiner alone": "\u200d",
    "a selector alone": "\ufe0f",
    "a keycap's frame alone": "\u20e3",
    "the selector for text": "❤\ufe0e",
    "half a flag": "🇫",
    "a flag of no country": "🇽🇽",
    "a joiner left over": "👩\u200d",
    "parts that nobody joined before": "👍\u200d👎",
    "tags that are not ended": "🏴\U000e0067\U000e0062",
    "a Chinese character": "笑",
    "a surrogate": "\ud83d",
    "a null": "\0",
    "an emoji with a null": "👍\0",
    "64 KiB of one": "👍" * 16384,
    "64 KiB of selectors": "👍" + "\ufe0f" * 21844,
    "64 KiB of letters": "a" * 65536,
}


@pytest.mark.parametrize("text", ONE.values(), ids=ONE.keys())
def test_an_emoji_is_kept_in_its_full_form(text: str) -> None:
    """As it was given, when it was given so."""
    assert check_emoji(text) == text


@pytest.mark.parametrize("text", ONE.values(), ids=ONE.keys())
def test_without_its_selectors_it_is_the_same_emoji(text: str) -> None:
    """So that two clients that write it differently count together."""
    assert check_emoji(text.replace("\ufe0f", "")) == text


def test_a_selector_that_is_not_needed_is_taken_out() -> None:
    """Some clients put one behind every emoji."""
    assert check_emoji("👍\ufe0f") == "👍"
    assert check_emoji("☝\ufe0f🏽") == "☝🏽"


def test_skin_tones_are_different_emoji() -> None:
    assert check_emoji("👍🏻") != check_emoji("👍🏿") != check_emoji("👍")


@pytest.mark.parametrize("text", NONE.values(), ids=NONE.keys())
def test_this_is_no_emoji(text: str) -> None:
    """It is refused by name, however long it is."""
    with pytest.raises(BadInput) as refused:
        check_emoji(text)
    assert refused.value.data == {"why": "emoji"}


@given(st.text(max_size=2 * LENGTH_MOST))
def test_whatever_comes_is_one_emoji_or_refused(text: str) -> None:
    """And what is kept is kept as it is when it comes again."""
    try:
        kept = check_emoji(text)
    except BadInput:
        return
    assert check_emoji(kept) == kept


def test_all_that_unicode_lists_fit_the_bound() -> None:
    """With a selector behind each code point, too."""
    assert len(known()) > 3900
    assert 2 * max(map(len, known().values())) <= LENGTH_MOST


def test_the_list_is_not_read_before_the_first_reaction() -> None:
    """It costs a tenth of a second and a few MiB."""
    code = "import sys; from causerie.chat import emoji; print('emoji' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_list_is_what_its_tool_writes() -> None:
    """Of the version of Unicode that the development dependency has, or an older one's."""
    kept = set((resources.files("causerie.chat") / "emoji.txt").read_text(encoding="utf-8").split())
    tool = runpy.run_path(str(Path(__file__).parents[3] / "tools" / "make_emoji.py"))
    assert kept <= set(tool["emoji_list"]().split())
    assert len(kept) > 3_500
