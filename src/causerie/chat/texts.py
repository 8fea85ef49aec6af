"""Checks the texts of messages, reasons and tags: characters and size."""

from __future__ import annotations

import re

from causerie.chat.errors import BadInput, BadText, TextTooLong

# C0 and C1 controls except tab, line feed and the marks that IRC clients format with (bold, colour, reset, ...);
# surrogates, which no encoding can carry; and the two separators that some clients take for a line's end.
_REFUSED = re.compile("[\x00\x01\x05-\x08\x0b-\x0e\x10\x12-\x15\x17-\x1a\x1b\x1c\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|\x0b|\x0c|\x85")


def line_ends(text: str) -> str:
    """The text with line feeds for all its line ends, as it is kept."""
    return _LINE_END.sub("\n", text)


def check_text(text: str, most_bytes: int) -> str:
    """The text as it is kept: line ends as line feeds. `most_bytes` bounds its UTF-8.

    Raises BadText (empty, or a control character; `at` counts characters from 0) and TextTooLong.
    """
    if text.isascii() and text.isprintable() and text and not text.isspace():
        if len(text) > most_bytes:
            raise TextTooLong(bytes=len(text), most=most_bytes)
        return text
    text = line_ends(text)
    if refused := _REFUSED.search(text):
        raise BadText(why="character", at=refused.start(), character=f"U+{ord(refused.group()):04X}")
    if not text.strip():
        raise BadText(why="empty")
    size = len(text.encode())
    if size > most_bytes:
        raise TextTooLong(bytes=size, most=most_bytes)
    return text


REASON_BYTES = 400


def check_reason(text: str) -> str:
    """Why something was done, on one line, or "". Raises BadText, TextTooLong."""
    return check_text(text, REASON_BYTES).replace("\n", " ") if text else ""


TAGS_MOST, TAG_BYTES = 64, 4094
"""So many tags, and of all their keys and values so many bytes of UTF-8 (IRCv3 message-tags, "Size limits")."""

_TAG_KEY = re.compile(r"\+?(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+")


def check_tags(tags: dict[str, str]) -> dict[str, str]:
    """What clients tell each other with a message, by names as IRCv3 message-tags has them. Raises BadInput."""
    if not tags:
        return tags
    size = 0
    for key, value in tags.items():
        if not _TAG_KEY.fullmatch(key) or "\0" in value or _SURROGATE.search(value):
            raise BadInput(why="tags", key=key[:64])
        size += len(key) + len(value.encode())
    if len(tags) > TAGS_MOST or size > TAG_BYTES:
        raise BadInput(why="tags", most=TAG_BYTES)
    return tags


TEXT_TAG = "causerie/"
"""How the names of tags begin that are about the text itself, such as how it was typed."""


def tags_after_edit(tags: dict[str, str]) -> dict[str, str]:
    """A message's tags when it says something else: without those about what it said."""
    if not any(key.startswith(TEXT_TAG) for key in tags):
        return tags
    return {key: value for key, value in tags.items() if not key.startswith(TEXT_TAG)}


FIRST_WORDS = 40


def first_words(text: str) -> str:
    """How a text begins: its first words in one line, at most 40 characters, "…" where it goes on."""
    line = " ".join(text[: 4 * FIRST_WORDS].split())
    if len(line) <= FIRST_WORDS and len(text) <= 4 * FIRST_WORDS:
        return line
    cut = line[: FIRST_WORDS - 1]
    words = cut.rpartition(" ")[0]
    return f"{words if len(words) > FIRST_WORDS // 2 else cut}…"
