"""IRC's format codes and the core's markdown: translated as a text comes in and goes out. No I/O.

What is said on IRC is kept without codes (bold, italics, monospace and strikethrough as markdown; colours, underlines
and reverse are dropped), so that nobody else reads them raw. Where that is not what IRC clients would be sent, what was
typed is kept beside it, in the tag `causerie/irc-text`, and they are sent that: on IRC a text is what was said.

Source: "IRC Formatting", modern.ircdocs.horse/formatting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from causerie.chat import commands as c
from causerie.chat.texts import TAG_BYTES

TYPED = "causerie/irc-text"

BOLD, COLOUR, HEX_COLOUR, RESET, MONOSPACE, REVERSE, ITALICS, STRIKETHROUGH, UNDERLINE = (
    "\x02", "\x03", "\x04", "\x0f", "\x11", "\x16", "\x1d", "\x1e", "\x1f",
)  # fmt: skip
_MARKDOWN = {MONOSPACE: "`", STRIKETHROUGH: "~~", ITALICS: "*", BOLD: "**"}
"""From the inside out: nothing is formatted in code."""

_CODE = re.compile(
    "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_LONGEST = 400
"""Characters between two marks that go out as codes."""
_FORMATTED = re.compile(
    r"(?=[h*_`~])(?:"  # looked at first, since most letters begin none of these
    r"https?://\S+"
    rf"|(?<![`\\])`([^`\n]{{1,{_LONGEST}}})`(?!`)"
    rf"|(?<![*\w\\])\*\*(?=[^\s*])([^*\n]{{1,{_LONGEST}}})(?<=\S)\*\*(?![*\w])"
    rf"|(?<![*\w\\])\*(?=[^\s*])([^*\n]{{1,{_LONGEST}}})(?<=\S)\*(?![*\w])"
    rf"|(?<![_\w\\/])_(?=[^\s_])([^_\n]{{1,{_LONGEST}}})(?<=\S)_(?![_\w/])"
    rf"|(?<![~\w\\])~~(?=[^\s~])([^~\n]{{1,{_LONGEST}}})(?<=\S)~~(?![~\w])"
    r")"
)
MARKS_MOST = 500
"""Characters that may be formatting: a text with more of them goes out as it is, for each costs a search."""
KEPT = 100
"""Texts whose translation is kept: each is sent by several sets of capabilities."""
_CODES = ("", MONOSPACE, BOLD, ITALICS, ITALICS, STRIKETHROUGH)


def plain(text: str) -> str:
    """A text without format codes."""
    return _CODE.sub("", text)


def without_codes(command: c.Command) -> c.Command:
    """A command whose words are no message's text, without format codes in them."""
    name = _WORDS.get(type(command))
    if name is None:
        return command
    words: str = getattr(command, name)
    return replace(command, **{name: plain(words)}) if _CODE.search(words) else command


_WORDS: dict[type[c.Command], str] = {
    c.Announce: "text",
    c.Away: "text",
    c.Delete: "reason",
    c.Describe: "about",
    c.Disconnect: "reason",
    c.Kick: "reason",
    c.Leave: "reason",
    c.Quit: "reason",
    c.RenameChannel: "reason",
    c.SetPresence: "text",
    c.SetTopic: "topic",
}


def is_plain(text: str) -> bool:
    """Whether a text is the same on IRC and elsewhere, as a look at its letters tells of nearly all."""
    return text.isprintable() and not _has_marks(text)


def received(text: str, tags: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What came from an IRC client as it is kept: the text in markdown, and the message's tags."""
    if is_plain(text):
        return text, tags
    kept = to_markdown(text)
    if to_irc(kept) != text and len(text.encode()) + len(TYPED) + _bytes(tags) <= TAG_BYTES:
        tags = {**tags, TYPED: text}
    return kept, tags


def sent(text: str, tags: dict[str, str]) -> str:
    """A message's text as IRC clients are sent it. What was typed is believed only if it comes to the same text."""
    typed = tags.get(TYPED, "") if tags else ""
    return _sent(text, typed) if typed else to_irc(text)


@lru_cache(maxsize=KEPT)
def _sent(text: str, typed: str) -> str:
    return typed if to_markdown(typed) == text else to_irc(text)


def to_markdown(text: str) -> str:
    """Format codes as markdown. A line's formatting ends with it."""
    return text if text.isprintable() or not _CODE.search(text) else "".join(map(_as_markdown, _runs(text)))


def to_irc(text: str) -> str:
    """Markdown as format codes: what is surely meant as formatting, outside of fenced code and addresses."""
    if not _has_marks(text) or "```" in text or "~~~" in text or sum(map(text.count, "*_`~")) > MARKS_MOST:
        return text
    return _translated(text)


def all_to_irc(texts: Sequence[str]) -> Sequence[str]:
    """The same for several."""
    return [to_irc(text) for text in texts] if _has_marks("".join(texts)) else texts


@lru_cache(maxsize=KEPT)
def _translated(text: str) -> str:
    return _FORMATTED.sub(lambda found: _as_codes(found), text)


def _has_marks(text: str) -> bool:
    return "*" in text or "_" in text or "`" in text or "~~" in text


def _as_codes(found: re.Match[str]) -> str:
    code = _CODES[found.lastindex or 0]
    return f"{code}{found[found.lastindex or 0]}{code}"


def _runs(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Parts of a text, each with the codes that it stands in."""
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "\n", frozenset()
        on: frozenset[str] = frozenset()
        start = 0
        for code in _CODE.finditer(line):
            if start < code.start():
                yield line[start : code.start()], on
            start = code.end()
            if code[0] == RESET:
                on = frozenset()
            elif code[0] in _MARKDOWN:
                on ^= {code[0]}
        if start < len(line):
            yield line[start:], on


def _as_markdown(run: tuple[str, frozenset[str]]) -> str:
    """One part: its marks stand right at its words, or markdown would not see them."""
    part, on = run
    words = part.strip()
    if not words:
        return part
    start = part.index(words[0])
    before, behind = part[:start], part[start + len(words) :]
    if MONOSPACE in on:
        on = on - {ITALICS, BOLD, STRIKETHROUGH} if "`" not in words else frozenset()
    for code, mark in _MARKDOWN.items():
        if code in on:
            words = f"{mark}{words}{mark}"
    return f"{before}{words}{behind}"


def _bytes(tags: dict[str, str]) -> int:
    return sum(len(key) + len(value.encode()) for key, value in tags.items())
