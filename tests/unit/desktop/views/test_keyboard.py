"""Which letter a key means in a shortcut, by layouts as X servers describe them."""

from __future__ import annotations

import pytest

from causerie.desktop.views.keyboard import UNICODE, US_KEYS, latin, of_several_letters

K, SLASH = 45, 61
US = {code: ord(sign) for code, sign in US_KEYS.items()}
CYRILLIC = {code: 0x6C0 + code for code in US_KEYS} | {SLASH: ord(".")}
DVORAK = {**US, K: ord("t"), 55: ord("k"), 26: ord(".")}


@pytest.mark.parametrize(
    ("layouts", "group", "code", "means"),
    [
        ([CYRILLIC], 0, K, "k"),
        ([CYRILLIC], 0, SLASH, "/"),
        ([US, CYRILLIC], 1, K, "k"),
        ([CYRILLIC, DVORAK], 0, K, "t"),
        ([CYRILLIC, DVORAK], 0, 55, "k"),
        ([US], 0, SLASH, ""),
        ([DVORAK], 0, 26, ""),
        ([US, CYRILLIC], 0, K, ""),
        ([CYRILLIC], 0, 9, ""),
    ],
)
def test_the_letter_is_that_of_a_latin_layout_or_of_the_keys_place(
    layouts: list[dict[int, int]], group: int, code: int, means: str
) -> None:
    def keysym(key: int, one: int, level: int) -> int:
        return layouts[one].get(key, 0) if one < len(layouts) else 0

    assert latin(code, group, keysym) == means


@pytest.mark.parametrize(("text", "code"), [("لا", 56), ("لإ", 28), ("لآ", 56), ("لأ", 0), ("ل", 0), ("", 0)])
def test_a_key_that_writes_two_letters_is_found_by_them(text: str, code: int) -> None:
    """Tk tells neither the key's code nor its keysym; Arabic has two such letters on the key of B, one on that of T."""
    ligatures = {(56, 0): 0xFEFB, (56, 1): 0xFEF5, (28, 1): 0xFEF9}

    def keysym(key: int, one: int, level: int) -> int:
        return UNICODE + ligatures[key, level] if (key, level) in ligatures else CYRILLIC.get(key, 0)

    assert of_several_letters(text, 0, keysym) == code
