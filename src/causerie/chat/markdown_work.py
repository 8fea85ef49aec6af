"""Bounds the work of the Markdown parser: counts its steps, and gives up when a text takes too many.

Some texts cost the parser the square of their length (openings that never close, destinations without an end). Which
do is its own affair; that it asks its rules at every place of a text, so that each can be counted, is documented
(markdown-it, "Architecture"). The count depends on the text alone, so a text has formatting everywhere or nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

STEPS_MOST = 1_000
"""Steps for one text; one takes 2 to 10 µs, most of them 5."""

INLINE = 2.0
"""Steps for a place in a paragraph that the rules are asked about, and for each `*` and `_` of a run."""
SKIPPED = 0.2
"""Steps for one that is passed over again, while the end of a link is looked for."""
LINE = 4.0
"""Steps for a line that the rules of blocks are asked about."""
LINK = 25.0
"""Steps for an address that is made a link's."""
CHARACTER = 0.02
"""Steps for each character of a text, whatever it is."""
SPACE = 0.2
"""Steps for each that is white space in a row of them."""
LOOKED_AT = 0.08
"""Steps for each character of what could be a link's destination or title: some ten lines of Python."""


LOOKED_AT_MOST = 2_048
"""Characters of a link's destination, or of its title; with more it is no link."""


_ALL = 1e12
_SPACES = re.compile(r"\s{8,}")


class TooMuchWork(Exception):
    """This text takes more steps than a text may."""


class _Work:
    """What is left for the text that is being parsed. One at a time: the parser never waits."""

    def __init__(self) -> None:
        self.left = 0.0

    def take(self, steps: float) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork


class BoundedParser:
    """A parser whose `parse` and `render` raise TooMuchWork."""

    def __init__(self, markdown: MarkdownIt) -> None:
        self._markdown = markdown
        self._work = _Work()
        _count(markdown, self._work)

    def parse(self, text: str) -> list[Token]:
        """The text's tokens."""
        self._begin(text, STEPS_MOST)
        return self._markdown.parse(text)

    def render(self, text: str) -> str:
        """The text as HTML."""
        self._begin(text, STEPS_MOST)
        return str(self._markdown.render(text))

    def steps(self, text: str) -> float:
        """How many steps a text takes."""
        self._begin(text, _ALL)
        self._markdown.render(text)
        return _ALL - self._work.left

    def _begin(self, text: str, most: float) -> None:
        self._work.left = most
        self._work.take(CHARACTER * len(text) + SPACE * sum(map(len, _SPACES.findall(text))))


@cache
def bounded_parser(make: Callable[[], MarkdownIt]) -> BoundedParser:
    """The parser that `make` makes, bounded; made once."""
    return BoundedParser(make())


def _count(markdown: MarkdownIt, work: _Work) -> None:
    """Have the parser count: rules that are asked first and never apply, and what the others call."""
    take, helpers, inline = work.take, markdown.helpers, markdown.inline
    skip, normalize = inline.skipToken, markdown.normalizeLink

    def at_place(state: StateInline, silent: bool) -> bool:
        start, source = state.pos, state.src
        if not silent and (mark := source[start]) in "*_":
            end = start + 1
            while end < state.posMax and source[end] == mark:
                end += 1
            take(INLINE * (end - start))
        else:
            take(INLINE)
        return False

    def at_line(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        take(LINE)
        return False

    def skip_token(state: StateInline) -> None:
        take(SKIPPED)
        skip(state)

    def normalize_link(address: str) -> str:
        take(LINK)
        return normalize(address)

    def looked_at(look: Callable[[str, int, int], Any]) -> Callable[[str, int, int], Any]:
        def counted(source: str, start: int, most: int) -> Any:
            end = min(most, start + LOOKED_AT_MOST)
            found = look(source, start, end)
            # Where it found none it does not say how far it looked.
            take(LOOKED_AT * ((found.pos if found.ok else end) - start))
            return found

        return counted

    inline.ruler.before("text", "work", at_place)
    markdown.block.ruler.before("table", "work", at_line, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    inline.skipToken = skip_token  # type: ignore[method-assign]
    markdown.normalizeLink = normalize_link  # type: ignore[method-assign, assignment]
    markdown.helpers = SimpleNamespace(  # type: ignore[assignment]
        parseLinkLabel=helpers.parseLinkLabel,
        parseLinkDestination=looked_at(helpers.parseLinkDestination),
        parseLinkTitle=looked_at(helpers.parseLinkTitle),
    )
