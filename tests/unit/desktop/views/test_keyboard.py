"""Which letter a key means in a shortcut, by layouts as X servers describe them."""

from __future__ import annotations

import pytest

from causerie.desktop.views.keyboard import US_KEYS, latin

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
    def keysym(key: int, one: int) -> int:
        return layouts[one].get(key, 0) if one < len(layouts) else 0

    assert latin(code, group, keysym) == means
