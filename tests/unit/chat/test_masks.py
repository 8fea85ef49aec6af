"""Masks: what they may be, and whom they fit."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.chat.errors import BadInput
from causerie.chat.masks import check_mask, fits, is_name, matches
from causerie.chat.model import Person


@pytest.mark.parametrize(
    ("mask", "fitting", "others"),
    [
        ("bob", "bob BOB", "bobby ob"),
        ("B?b*", "bob Bobby bab", "bb boob"),
        ("*", "anybody x", ""),
        ("*troll*", "troll atroll trollop", "trol"),
        ("été", "ÉTÉ été", "ete"),
    ],
)
def test_a_mask_fits_names_whatever_their_case(mask: str, fitting: str, others: str) -> None:
    kept = check_mask(mask)
    assert all(fits(kept, Person(1, name, guest=True)) for name in fitting.split())
    assert not any(fits(kept, Person(1, name, guest=True)) for name in others.split())


def test_a_mask_of_an_account_fits_no_guest() -> None:
    assert fits(check_mask("account:Bo*"), Person(1, "bob"))
    assert not fits(check_mask("account:bob"), Person(1, "bob", guest=True))
    assert not is_name(check_mask("account:bob"))


@pytest.mark.parametrize("text", ["", "account:", "a b", "a!b", "x@y", "a,b", "x:y", "a\nb", "a" * 65])
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        check_mask(text)


@given(st.text("ab", max_size=12), st.text("ab*?", max_size=8))
def test_a_mask_fits_as_a_pattern_does(name: str, mask: str) -> None:
    """Held to the plainest way to say it: a star is nothing, or one character and the same star."""

    def plain(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return plain(pattern[1:], text) or (bool(text) and plain(pattern, text[1:]))
        return bool(text) and pattern[0] in ("?", text[0]) and plain(pattern[1:], text[1:])

    assert matches(mask, name) is plain(mask, name)


def test_the_longest_mask_is_soon_decided() -> None:
    assert not matches("*a" * 32 + "*b", "a" * 64)


def test_no_mask_takes_many_steps() -> None:
    """The worst pattern against the worst name, a thousand times, as for all who left lately: what is between two stars
    is looked for once."""
    began = time.process_time()
    for _ in range(1_000):
        assert not matches("*a" * 31 + "*b", "a" * 64)
        assert not matches("*?a" * 21 + "b", "a" * 64)
    assert time.process_time() - began < 0.2, "some 20 times what it takes"
