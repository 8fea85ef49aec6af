"""Messages with their formatting as HTML beside the text, for native clients whose hello says so.

`html` stands in `message` and `edited`, wherever they travel: as events, on pages, in threads, among pins and hits. It
is made once for each text and kept for a while. What is said is told at once, so its HTML is made within a share of its
author's and one of all; what is read again is made in slices (server/engine/slices.py), before the answer is encoded.
Past these shares a message comes as text alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from causerie.chat.events import Edited, Event, Message
from causerie.chat.markdown import marks, render
from causerie.chat.markdown_work import STEPS_MOST
from causerie.chat.replies import Found, Page, PinList, Reply, ThreadPage
from causerie.server.engine.rate_limits import Bucket

_ENCODE = msgspec.json.Encoder().encode

PAGE_MARKS_MOST = 6_000
"""Of one answer, `markdown.marks` altogether; messages after that come without `html`."""

SLICE = 400
"""Steps (markdown_work) after which a slice ends: some 2 ms. One text may take STEPS_MOST."""
AUTHOR_BURST, AUTHOR_RATE = 2 * STEPS_MOST, 400
"""Steps for what one author says, at once and a second after that."""
ALL_BURST, ALL_RATE = 4 * STEPS_MOST, 20_000
"""Steps for what all say: some 20 ms, and a tenth of the time."""
AUTHORS_MOST = 5_000
"""Authors whose share is remembered; of more, those who spoke first have a whole one again."""
KEPT_MOST = 4_000_000
"""Characters of texts and their HTML that are kept."""


def steps(text: str) -> int:
    """What making HTML of a text may take, at most."""
    return min(STEPS_MOST, 10 + 8 * marks(text))


WITH_TEXTS = (Page, ThreadPage, PinList, Found)
"""Answers that messages stand in."""


class HtmlTexts:
    """The HTML of what is said on one server. `clock` is in seconds; `kept`, `authors`: see the constants."""

    def __init__(self, clock: Callable[[], float], kept: int = KEPT_MOST, authors: int = AUTHORS_MOST) -> None:
        self._clock = clock
        self._kept_most = kept
        self._authors_most = authors
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._weight = 0
        self._all = Bucket(ALL_BURST, ALL_RATE)
        self._authors: OrderedDict[int, Bucket] = OrderedDict()

    def at_once(self, author: int, text: str) -> str:
        """The HTML of what is being said; "" for none, or when it would be too much for now."""
        html = self._kept.get(text)
        if html is not None:
            self._kept.move_to_end(text)
            return html
        now, cost = self._clock(), steps(text)
        if self._share(author).spend(now, cost) or self._all.spend(now, cost):
            return ""
        return self._make(text)

    def ahead(self, texts: Iterable[str], into: list[str]) -> Iterator[None]:
        """Make the HTML of texts that are read again, in slices: of the first ones, when they are too many."""
        left, sliced = PAGE_MARKS_MOST, 0
        for text in texts:
            left -= marks(text)
            if left < 0:
                return
            html = self._kept.get(text)
            if html is None:
                html = self._make(text)
                sliced += steps(text)
            into.append(html)
            if sliced >= SLICE:
                sliced = 0
                yield

    def _make(self, text: str) -> str:
        html = self._kept[text] = render(text)
        self._weight += len(text) + len(html)
        while self._weight > self._kept_most:
            old, made = self._kept.popitem(last=False)
            self._weight -= len(old) + len(made)
        return html

    def _share(self, author: int) -> Bucket:
        share = self._authors.get(author)
        if share is None:
            share = self._authors[author] = Bucket(AUTHOR_BURST, AUTHOR_RATE)
            if len(self._authors) > self._authors_most:
                self._authors.popitem(last=False)
        return share


def text_of(event: Event) -> str:
    """The text that HTML is made of, "" where there is none: deleted messages have none."""
    return event.text if isinstance(event, Message | Edited) else ""


def event_with_html(event: Event, line: bytes, html: str) -> bytes:
    """An encoded event, with `html` in it where there is any."""
    return line[:-1] + b',"html":' + _ENCODE(html) + b"}" if html else line


def texts_of(reply: object) -> list[str]:
    """The texts of an answer's messages."""
    match reply:
        case Page():
            return [text for event in reply.events if (text := text_of(event))]
        case ThreadPage() | PinList():
            return [message.text for message in reply.messages if message.text]
        case Found():
            return [hit.message.text for hit in reply.hits if hit.message.text]
    return []


def encode_with_html(reply: Reply, made: list[str]) -> bytes:
    """An answer encoded, with the `html` that was `made` of `texts_of` it, as far as it was."""
    built = msgspec.to_builtins(reply)
    for message, html in zip(filter(_has_text, _messages(built)), made, strict=False):
        if html:
            message["html"] = html
    return _ENCODE(built)


def _has_text(message: dict[str, Any]) -> bool:
    return bool(message.get("text"))


def _messages(built: dict[str, Any]) -> list[dict[str, Any]]:
    hits = [hit["message"] for hit in built.get("hits", ())]
    events = [event for event in built.get("events", ()) if event["is"] in ("message", "edited")]
    return hits + events + list(built.get("messages", ()))
