"""A message's text as HTML, for clients that want it: the common part of CommonMark 0.31.2.

Bold, italics, code, quotes, lists and links; a line end is a line end, an address alone is a link, and there are no
headings, images or HTML in it.
What comes out is cleaned once more, so that no fault of the first step reaches a browser. Links lead to http, https and
mailto only.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from unicodedata import category

from causerie.chat.markdown_work import TooMuchWork, bounded_parser
from causerie.chat.slash import SHRUG

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

TEXT_MOST = 65_536
"""Characters of a text that HTML is made of; what is longer has none."""
MARKS_MOST = 1_500
"""Characters that may stand for formatting, line ends among them: of what has more, making HTML is not begun."""
NESTING_MOST = 20
"""Levels of quotes, lists and emphasis; what is inside of more is left out or stays as typed."""

_MARKS = "*_`[]()<>!&\\~\"'\n#+-=.:"
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,;.?!'()/%$€«»’…—:-])*+")

_TAGS = {"p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_REL = "noopener noreferrer"
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\\]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![A-Za-z0-9])(https?)://[^\s<>\"\\`|]{1,2000}", re.IGNORECASE)
_ENDS = ".,;:!?'([{"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_EMPHASIS = "*_~"
_OFF = ("heading", "lheading", "hr", "code", "html_block", "reference", "image", "html_inline")


def render(text: str) -> str:
    """The text as HTML; empty when it is too long or has too much that could be formatting: show the text then."""
    if len(text) <= TEXT_MOST and is_plain(text):
        return f"<p>{text.rstrip()}</p>\n"
    if not _may_begin(text):
        return ""
    try:
        made = bounded_parser(_new_parser).render(text)
    except TooMuchWork:
        return ""
    import nh3

    return nh3.clean(made, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=_REL)


def load() -> None:
    """Import what `render` needs, which takes longer than a turn of an event loop may; from any thread."""
    import nh3  # noqa: F401

    bounded_parser(_new_parser)


def marks(text: str) -> int:
    """How many characters of a text may stand for formatting, which is what making HTML of it costs."""
    return len(text) - len(text.translate(_NO_MARKS))


_NO_MARKS = str.maketrans("", "", _MARKS)


def parse(text: str) -> list[Token]:
    """The same as the parser's tokens, for clients that draw by themselves; none where `render` gives nothing."""
    if not _may_begin(text):
        return []
    try:
        return bounded_parser(_new_parser).parse(text)
    except TooMuchWork:
        return []


def is_plain(text: str) -> bool:
    """Whether the text surely has no formatting in it."""
    return _PLAIN.fullmatch(text) is not None and "://" not in text


def _may_begin(text: str) -> bool:
    return 0 < len(text) <= TEXT_MOST and marks(text) <= MARKS_MOST


def _new_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    options = {"html": False, "breaks": True, "maxNesting": NESTING_MOST}
    markdown = MarkdownIt("commonmark", options).disable(_OFF)
    markdown.validateLink = _may_lead  # type: ignore[method-assign]
    markdown.inline.ruler.before("escape", "shrug", _shrug)
    markdown.inline.ruler.before("escape", "address", _address)
    return markdown


def _may_lead(url: str) -> bool:
    return _LINK.match(url.strip()) is not None


def _shrug(state: StateInline, silent: bool) -> bool:
    """Keep the backslash of the shrug as text, though it would escape what follows."""
    start = state.pos - 1
    if start < 0 or not state.src.startswith(SHRUG, start):
        return False
    if not silent:
        state.pending += SHRUG[1:]
    state.pos += len(SHRUG) - 1
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """An address that stands in the text, without what ends the sentence around it."""
    colon, source = state.pos, state.src
    if source[colon] != ":" or state.linkLevel:
        return False
    for start in (colon - 5, colon - 4):
        found = _ADDRESS.match(source, start) if start >= 0 else None
        if found is not None and found.end(1) == colon:
            break
    else:
        return False
    scheme, address = found[1], _without_what_follows(found[0], _open_marks(state, start))
    if len(address) <= len(scheme) + 3:
        return False
    if not silent:
        if not state.pending.endswith(scheme):
            return False
        state.pending = state.pending[: -len(scheme)]
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(address)}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos = start + len(address)
    return True


def _open_marks(state: StateInline, start: int) -> dict[str, int]:
    """How many characters before an address begin emphasis that does not end before it: what follows may end it."""
    open_marks = {
        mark: sum(one.open - one.close for one in state.delimiters if one.marker == ord(mark)) for mark in "*_"
    }
    tildes = 0
    while tildes < start and state.src[start - tildes - 1] == "~":
        tildes += 1
    return {**open_marks, "~": tildes}


def _without_what_follows(address: str, open_marks: dict[str, int]) -> str:
    """An address without what ends the sentence, the brackets or the emphasis around it."""
    address = _without_a_label(address)
    end, count = len(address), Counter(address)
    while end:
        last = address[end - 1]
        if last in _EMPHASIS and open_marks[last] > 0:
            open_marks[last] -= 1
        elif last in _BRACKETS:
            if count[last] <= count[_BRACKETS[last]]:
                break
        elif last not in _ENDS and (last.isascii() or not _ends_a_sentence(last)):
            break
        count[last] -= 1
        end -= 1
    return address[:end]


def _without_a_label(address: str) -> str:
    """What stands before a "]" that ends what began before the address: the text of a link."""
    depth = 0
    for found in re.finditer(r"[\[\]]", address):
        depth += 1 if found[0] == "[" else -1
        if depth < 0:
            return address[: found.start()]
    return address


def _ends_a_sentence(character: str) -> bool:
    """Whether a character beyond ASCII is punctuation other than a dash or an underscore, or is not seen."""
    return category(character) in ("Po", "Pe", "Pf", "Pi", "Ps", "Cf")
