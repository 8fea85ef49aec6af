"""Messages with their formatting as HTML beside the text, for native clients whose hello says so.

`html` stands in `message` and `edited`, wherever they travel: as events, on pages, in threads, among pins and hits.
"""

from __future__ import annotations

from typing import Any

import msgspec

from causerie.chat.events import Edited, Event, Message
from causerie.chat.markdown import marks, render
from causerie.chat.replies import Found, Page, PinList, Reply, ThreadPage

_ENCODE = msgspec.json.Encoder().encode

PAGE_MARKS_MOST = 6_000
"""Of one answer, `markdown.marks` altogether; messages after that come without `html`."""


def with_html(event: Event, line: bytes) -> bytes:
    """An encoded event, with `html` in it where there is any. Deleted messages have none."""
    if isinstance(event, Message | Edited) and (html := render(event.text)):
        return line[:-1] + b',"html":' + _ENCODE(html) + b"}"
    return line


def encode_with_html(reply: Reply) -> bytes:
    """An answer encoded, with `html` in each of its messages."""
    if not isinstance(reply, Page | ThreadPage | PinList | Found):
        return _ENCODE(reply)
    built = msgspec.to_builtins(reply)
    left = PAGE_MARKS_MOST
    for message in _messages(built):
        text = message.get("text", "")
        left -= marks(text)
        if left >= 0 and (html := render(text)):
            message["html"] = html
    return _ENCODE(built)


def _messages(built: dict[str, Any]) -> list[dict[str, Any]]:
    hits = [hit["message"] for hit in built.get("hits", ())]
    events = [event for event in built.get("events", ()) if event["is"] in ("message", "edited")]
    return hits + events + list(built.get("messages", ()))
