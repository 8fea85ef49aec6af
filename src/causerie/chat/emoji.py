"""Checks that a text is exactly one emoji.

The list, emoji.txt, is Unicode's own (UTS #51, emoji-test.txt); `tools/make_emoji.py` writes it.

One emoji may be written with or without the variation selector that asks for its colourful form (U+FE0F): it is the
same emoji, and kept as Unicode's "fully-qualified" form of it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from causerie.chat.errors import BadInput

LENGTH_MOST = 24
"""Code points. Unicode's longest emoji has 10; the rest is for selectors that clients add where none is needed."""

_SELECTOR = "\ufe0f"


def check_emoji(text: str) -> str:
    """The one emoji that `text` is, in the form in which it is kept. Raises BadInput (why: emoji).

    Parts of emoji (a skin tone, half a flag, a joiner) are none, nor are two of them.
    """
    if not text or len(text) > LENGTH_MOST or text.isascii():
        raise BadInput(why="emoji")
    kept = known().get(text.replace(_SELECTOR, ""))
    if kept is None:
        raise BadInput(why="emoji")
    return kept


@cache
def known() -> dict[str, str]:
    """Each emoji by what it is without selectors."""
    text = (resources.files("causerie.chat") / "emoji.txt").read_text(encoding="utf-8")
    return {emoji.replace(_SELECTOR, ""): emoji for emoji in text.split()}
