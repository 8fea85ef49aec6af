"""Formats a text as styled pieces, by the rules of chat.markdown."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from causerie.chat import markdown, mentions

if TYPE_CHECKING:
    from markdown_it.token import Token

_NAMED = re.compile(r"@([\w.\-\[\]]{1,64})")
_ADDRESSED = re.compile(r"\s*([\w.\-\[\]]{1,64})(?=[:,](?:\s|$)|[\uff0c\uff1a\u3001])")

_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u231a\u231b\u23e9-\u23f3\u2600-\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
    "[\U0001f000-\U0001faff\u2600-\u27bf\u200d\ufe0f]*"
)
"""Roughly: it only chooses the font."""

_STYLES = {"strong": "bold", "em": "italic", "s": "strike", "a": "link", "blockquote": "quote"}

EVERYBODY = frozenset({"channel", "here", "all", "everyone"})


class Piece(NamedTuple):
    """Some text in one style. `act`: what a click on it does, as "url:...", "react:12:...", or empty."""

    text: str
    styles: tuple[str, ...] = ()
    act: str = ""


@lru_cache(maxsize=1000)
def pieces(text: str, names: frozenset[str] = frozenset(), mine: str = "") -> list[Piece]:
    """The text as it is drawn, not to be changed. `names` (folded): who can be named; `mine`: one's own, folded."""
    if len(text) <= markdown.TEXT_MOST and markdown.is_plain(text):
        return _drawn([Piece(text)], names, mine)
    tokens = markdown.parse(text)
    if not tokens:
        return _drawn([Piece(text)], names, mine)
    made: list[Piece] = []
    _Walk(made).blocks(tokens)
    while made and not made[-1].text.strip("\n"):
        made.pop()
    if made:
        made[-1] = made[-1]._replace(text=made[-1].text.rstrip("\n"))
    return _drawn(made, names, mine)


def _drawn(made: list[Piece], names: Collection[str], mine: str) -> list[Piece]:
    """The pieces, with those whom they name marked, and emoji."""
    made = [*_addressed(made[0], names, mine), *made[1:]] if made else made
    return [one for piece in made for part in _named(piece, names, mine) for one in _with_emoji(part)]


def _addressed(piece: Piece, names: Collection[str], mine: str) -> list[Piece]:
    """The first piece, with the names that it begins with marked."""
    made, at, text = list[Piece](), 0, piece.text
    while not piece.styles and (found := _ADDRESSED.match(text, at)) is not None:
        name = found[1].casefold()
        if name not in names and name != mine:
            break
        made.append(Piece(text[at : found.start(1)]))
        made.append(Piece(found[1], ("mention_me" if name == mine else "mention",)))
        made.append(Piece(text[found.end() : found.end() + 1]))
        at = found.end() + 1
    return [*(one for one in made if one.text), piece._replace(text=text[at:])] if made else [piece]


def _with_emoji(piece: Piece) -> list[Piece]:
    if piece.text.isascii() or "code" in piece.styles or "pre" in piece.styles:
        return [piece]
    made, at = list[Piece](), 0
    for found in _EMOJI.finditer(piece.text):
        made.append(piece._replace(text=piece.text[at : found.start()]))
        made.append(piece._replace(text=found[0], styles=(*piece.styles, "emoji_in_text")))
        at = found.end()
    made.append(piece._replace(text=piece.text[at:]))
    return [one for one in made if one.text]


def _named(piece: Piece, names: Collection[str], mine: str) -> list[Piece]:
    """The piece, with those whom it names marked."""
    if "@" not in piece.text or "code" in piece.styles or "pre" in piece.styles:
        return [piece] if piece.text else []
    made, at = list[Piece](), 0
    for found in _NAMED.finditer(piece.text):
        if not mentions.may_begin(piece.text, found.start()):
            continue
        name = found[1].rstrip(".-").casefold()
        if name not in names and name != mine and name not in EVERYBODY:
            continue
        end = found.start() + 1 + len(name)
        made.append(piece._replace(text=piece.text[at : found.start()]))
        style = "mention_me" if name == mine or name in EVERYBODY else "mention"
        made.append(Piece(piece.text[found.start() : end], (*piece.styles, style), piece.act))
        at = end
    made.append(piece._replace(text=piece.text[at:]))
    return [one for one in made if one.text]


class _Walk:
    """Through a parser's tokens, with the styles that are open."""

    def __init__(self, made: list[Piece]) -> None:
        self._made = made
        self._styles: list[str] = []
        self._lists: list[int] = []
        """For each open list the next number; 0: bullets."""
        self._act = ""

    def blocks(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.type == "inline":
                self._inline(token.children or [])
            elif token.type in ("fence", "code_block"):
                self._put(token.content.rstrip("\n") + "\n", "pre")
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                self._lists.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else 0)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self._lists.pop()
            elif token.type == "list_item_open":
                number = self._lists[-1]
                self._put("    " * (len(self._lists) - 1) + (f"{number}. " if number else "•  "))
                self._lists[-1] = number + 1 if number else 0
            elif token.type == "paragraph_close":
                self._put("\n")
            elif token.type == "blockquote_open":
                self._styles.append("quote")
            elif token.type == "blockquote_close":
                self._styles.remove("quote")

    def _inline(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.type == "text":
                self._put(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                self._put("\n")
            elif token.type == "code_inline":
                self._put(token.content, "code")
            elif token.type == "link_open":
                self._act = f"url:{token.attrGet('href')}"
                self._styles.append("link")
            elif token.type == "link_close":
                self._act = ""
                self._styles.remove("link")
            elif token.type.endswith("_open"):
                self._styles.append(_STYLES.get(token.tag, ""))
            elif token.type.endswith("_close"):
                self._styles.remove(_STYLES.get(token.tag, ""))

    def _put(self, text: str, *styles: str) -> None:
        if text:
            self._made.append(Piece(text, (*(style for style in self._styles if style), *styles), self._act))
