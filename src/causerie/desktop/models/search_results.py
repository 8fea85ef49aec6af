"""Search: its query, the hits so far, and the next page. No Tk."""

from __future__ import annotations

import re

from causerie.chat.commands import Search
from causerie.chat.replies import Found, Hit

PAGE = 25
KEPT = 500
"""Hits that are listed, at most."""

_FROM = re.compile(r"(?<!\S)from:@?(\S+)", re.IGNORECASE)
_IN = re.compile(r"(?<!\S)in:#?(\S+)", re.IGNORECASE)


class SearchResults:
    """One search at a time; the reply to an earlier one is ignored."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.more = False
        self.waiting = False
        self._asked: Search | None = None

    def ask(self, typed: str, channel: str) -> Search | None:
        """A new search, in this channel unless `in:` names another; None: there is nothing to search for."""
        name, place = _FROM.search(typed), _IN.search(typed)
        text = _IN.sub("", _FROM.sub("", typed)).strip()
        if not (text or name):
            return None
        self.hits, self.more, self.waiting = [], False, True
        where = place[1] if place else channel
        self._asked = Search(text=text, channel="" if where == "*" else where, name=name[1] if name else "", limit=PAGE)
        return self._asked

    def next(self) -> Search | None:
        """The next page."""
        if self._asked is None or not self.more or self.waiting or len(self.hits) >= KEPT:
            return None
        self.waiting = True
        asked = self._asked
        self._asked = Search(
            text=asked.text, channel=asked.channel, name=asked.name, limit=PAGE, before=self.hits[-1].place
        )
        return self._asked

    def found(self, asked: Search, found: Found | None) -> bool:
        """A reply arrived (None: a refusal). False: it is to an earlier search."""
        if asked is not self._asked:
            return False
        self.waiting = False
        if found is not None:
            self.hits += found.hits
            self.more = found.more
        return True
