"""Checks keys and values of metadata: notes about people and channels, for programs.

Source: IRCv3 draft/metadata-3, "Keys and Values".
"""

from __future__ import annotations

import re

from causerie.chat.errors import BadInput
from causerie.chat.texts import check_text

KEY_BYTES = 32

_KEY = re.compile(rf"[a-z0-9_./-]{{1,{KEY_BYTES}}}")


def is_key(key: str) -> bool:
    """Whether something can be noted under this key."""
    return bool(_KEY.fullmatch(key))


def check_key(key: str) -> str:
    """The key. Raises BadInput."""
    if not is_key(key):
        raise BadInput(why="key", most=KEY_BYTES)
    return key


def check_value(value: str, most: int) -> str:
    """The value, on one line, of at most so many bytes of UTF-8; "": none. Raises BadInput, BadText, TextTooLong."""
    if not value:
        return ""
    value = check_text(value, most)
    if "\n" in value:
        raise BadInput(why="line_end")
    return value
