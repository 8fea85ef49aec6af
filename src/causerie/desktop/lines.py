"""What the lists beside the conversation say, line by line: channels, people, what was found. No Tk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from causerie.chat.events import Message
from causerie.desktop import members, sidebar
from causerie.desktop.rows import moment, plain
from causerie.text import _

WORDS = 160
"""Characters of a message in a list."""


class ListLine(NamedTuple):
    """One line: what is on the left with its styles, what on the right. An empty key: a heading."""

    key: str
    parts: tuple[tuple[str, str], ...]
    right: str = ""
    right_style: str = ""
    chosen: bool = False


LIGHTS = {"here": "●", "away": "◐", "dnd": "⊖", "gone": "○"}
"""A sign for each, too: not everybody can tell the colours apart."""


def of_places(places: Iterable[sidebar.Place]) -> list[ListLine]:
    """The sidebar."""
    lines: list[ListLine] = []
    direct = None
    for place in places:
        if place.direct is not direct:
            direct = place.direct
            lines.append(ListLine("", ((_("Direct conversations") if direct else _("Channels"), "heading"),)))
        sign = ("● " if place.here else "○ ") if direct else ("⚿ " if place.private else "# ")
        style = "bold" if place.unread or place.count else "plain"
        right, right_style = (
            (str(place.count), "badge") if place.count else (("✎", "faint") if place.draft else ("", ""))
        )
        sign_style = "here" if place.here else "faint"
        lines.append(
            ListLine(place.channel, ((sign, sign_style), (place.label, style)), right, right_style, place.current)
        )
    return lines


def of_people(people: Iterable[members.Line]) -> list[ListLine]:
    """The people of a channel."""
    return [
        ListLine(
            one.name,
            (
                (f"{LIGHTS[one.light]} ", one.light),
                (one.name, "faint" if one.light == "gone" else "plain"),
                (f"  {one.note}" if one.note else "", "faint"),
            ),
        )
        for one in people
    ]


def of_messages(messages: Iterable[Message], with_channel: bool = False) -> list[ListLine]:
    """Messages that were found, or pinned, or are a thread."""
    return [ListLine(f"{one.channel} {one.number}", _about(one, with_channel)) for one in messages]


def note(text: str) -> Sequence[ListLine]:
    """A list that says only this."""
    return [ListLine("", ((text, "faint"),))]


def _about(message: Message, with_channel: bool) -> tuple[tuple[str, str], ...]:
    words = plain(message.text)
    where = f"  #{message.channel}" if with_channel else ""
    when = f"  {moment(message.at):%d/%m/%y %H:%M}{where}   "
    return ((message.name, "bold"), (when, "faint"), (words[:WORDS] + ("…" if len(words) > WORDS else ""), "plain"))
