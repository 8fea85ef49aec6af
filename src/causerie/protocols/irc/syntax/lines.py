"""IRC lines, read and written: tags, source, command, parameters. No I/O.

Sources: Modern IRC, "Message format"; RFC 2812, section 2.3; IRCv3 message-tags, "Format" and "Escaping values".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BODY_MOST = 510
"""Bytes of a line without its tags and its end (RFC 2812, section 2.3: 512 with CR LF)."""

NICK_BYTES = 128
"""The most that a nick has: 32 characters of four bytes."""

CLIENT_TAGS_MOST = 4094
"""Bytes of the tags that a client may send, between "@" and the space (IRCv3 message-tags, "Size limits")."""

LINE_MOST = 1 + CLIENT_TAGS_MOST + 1 + BODY_MOST
"""Bytes of a whole line from a client, without its end."""

_TAG_KEY = re.compile(r"\+?(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+")
_ESCAPED = {":": ";", "s": " ", "r": "\r", "n": "\n", "\\": "\\"}
_ESCAPES = str.maketrans({";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n"})


@dataclass(slots=True)
class Line:
    """One line. `command` is in capitals; `tags` hold unescaped values, "" where there is none."""

    command: str
    params: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    source: str = ""

    def param(self, index: int) -> str:
        """A parameter, "" where it was not given."""
        return self.params[index] if index < len(self.params) else ""


def parse(text: str) -> Line | None:
    """A line without its end; None for one with no command in it."""
    tags: dict[str, str] = {}
    source = ""
    if text[:1] == "@":
        given, _, text = text[1:].partition(" ")
        tags = parse_tags(given)
    text = text.lstrip(" ")
    if text[:1] == ":":
        source, _, text = text[1:].partition(" ")
    head, trailing, last = text.partition(" :")
    words = [word for word in head.split(" ") if word]
    if not words:
        return None
    command, *params = words
    if trailing:
        params.append(last)
    return Line(command.upper(), params, tags, source)


def parse_tags(given: str) -> dict[str, str]:
    """Tags by key; of a key that comes twice the last counts, and what is no key is passed over."""
    tags = {}
    for tag in given.split(";"):
        key, _, value = tag.partition("=")
        if _TAG_KEY.fullmatch(key):
            tags[key] = unescape(value) if "\\" in value else value
    return tags


def unescape(value: str) -> str:
    """A tag's value as it was meant; a backslash before anything else, or at the end, is dropped."""
    pieces = []
    letters = iter(value)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            letter = _ESCAPED.get(following, following)
        pieces.append(letter)
    return "".join(pieces)


def escape(value: str) -> str:
    """A tag's value as it is sent."""
    return value.translate(_ESCAPES)


def tag_text(tags: dict[str, str]) -> str:
    """The tags of a line, with "@" and the space behind them; "" for none."""
    if not tags:
        return ""
    return "@" + ";".join(f"{key}={escape(value)}" if value else key for key, value in tags.items()) + " "


def serialise(line: Line) -> str:
    """A line without its end. The last parameter has a colon where it needs one. Raises ValueError for what no line
    can carry: an earlier parameter that is empty, or has a space in it or a colon before it; a line end or NUL."""
    *words, last = line.params or [""]
    for word in (line.command, *words):
        if not word or " " in word or word[0] == ":":
            raise ValueError(f"no parameter of an IRC line but its last: {word!r}")
    pieces = [f":{line.source}"] if line.source else []
    pieces += [line.command, *words]
    if line.params:
        pieces.append(f":{last}" if not last or " " in last or last[0] == ":" else last)
    text = tag_text(line.tags) + " ".join(pieces)
    if any(letter in text for letter in "\r\n\0"):
        raise ValueError("an IRC line has no line end or NUL in it")
    return text


def split(data: bytes) -> list[str]:
    """Lines as they are sent, without their ends. (Formatting marks that some take for a line's end are none here.)"""
    return [line for line in data.decode().split("\r\n") if line]


def packed(words: Iterable[str], room: int, between: str = " ") -> Iterator[str]:
    """Words on lines of at most `room` bytes each, as many as fit; one that is longer has a line to itself."""
    line, size = "", 0
    for word in words:
        more = len(word.encode())
        if line and size + len(between) + more > room:
            yield line
            line, size = "", 0
        line, size = (f"{line}{between}{word}", size + len(between) + more) if line else (word, more)
    if line:
        yield line


def one_line(text: str) -> str:
    """A text that must stay on its line: line ends as spaces."""
    return " ".join(text.split("\n")) if "\n" in text else text


def cut(line: str) -> str:
    """A line without its tags, cut between two characters to what fits."""
    if len(line) <= BODY_MOST and (line.isascii() or len(line.encode()) <= BODY_MOST):
        return line
    return line.encode()[:BODY_MOST].decode(errors="ignore")


def pieces(text: str, most: int) -> list[str]:
    """A text as lines of at most `most` bytes of UTF-8 each: at its line ends, then at spaces, then anywhere between
    two characters. Empty lines are left out."""
    found: list[str] = []
    for line in text.split("\n"):
        data = line.encode()
        while len(data) > most:
            end = most
            while data[end] & 0xC0 == 0x80:
                end -= 1
            space = data.rfind(b" ", most // 2, end + 1)
            found.append(data[: space if space > 0 else end].decode())
            data = data[space + 1 :] if space > 0 else data[end:]
        if data:
            found.append(data.decode())
    return found
