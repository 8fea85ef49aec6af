"""The lines of the lists: channels, people, pins, search results, shortcuts. No Tk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from causerie.chat.events import Message
from causerie.desktop.models import members, sidebar
from causerie.desktop.models.rows import moment, plain
from causerie.desktop.models.search_results import SearchResults
from causerie.i18n.text import _

WORDS = 160
"""Characters of a message in a list."""


class ListLine(NamedTuple):
    """One line: styled parts on the left, one on the right. An empty key: a heading."""

    key: str
    parts: tuple[tuple[str, str], ...]
    right: str = ""
    right_style: str = ""
    chosen: bool = False


LIGHTS = {"here": "●", "away": "◐", "dnd": "⊖", "gone": "○"}
"""A sign for each presence, beside its colour: not everybody can tell colours apart."""


def of_sidebar(entries: Iterable[sidebar.SidebarEntry]) -> list[ListLine]:
    """The lines of the sidebar."""
    lines: list[ListLine] = []
    direct = None
    for place in entries:
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


def of_people(people: Iterable[members.MemberLine]) -> list[ListLine]:
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


def of_channels(known: Iterable[tuple[str, str]], typed: str) -> list[ListLine]:
    """Channels that may be joined, with their topics; a new name makes a new channel."""
    known, wanted = list(known), typed.strip().lstrip("#").casefold()
    made = [
        ListLine(name, (("# ", "faint"), (name, "plain"), (f"   {topic}", "faint")))
        for name, topic in known
        if wanted in name.casefold()
    ]
    if wanted and wanted not in (name.casefold() for name, _topic in known):
        name = typed.strip().lstrip("#")
        made.append(ListLine(typed.strip(), ((_("Enter #{name}").format(name=name), "bold"),)))
    return made


def of_hits(results: SearchResults, answered: bool) -> list[ListLine]:
    """Search results, or why there are none. `answered`: the last search is."""
    hits = of_messages([hit.message for hit in results.hits], with_channel=True)
    if results.more:
        hits.append(ListLine("more", ((_("More"), "bold"),)))
    if hits:
        return hits
    if results.waiting:
        return list(note(_("Searching…")))
    if answered:
        return list(note(_("Nothing was found.")))
    return list(note(_('Words, "phrases", from:name, in:channel; in:* is everywhere')))


def of_shortcuts() -> list[ListLine]:
    """The keys, and what each does."""
    keys = (
        ("Ctrl+K", _("go to a channel")),
        ("Alt+↑ Alt+↓", _("the channel above or below")),
        ("Alt+Shift+↑ ↓", _("the next unread one")),
        ("Alt+A", _("the first unread one")),
        ("↑", _("edit what you said last")),
        ("Shift+↑", _("answer what was said last")),
        ("Ctrl+F", _("find")),
        ("Ctrl+E", _("an emoji")),
        ("Ctrl+Shift+E", _("react to what was said last")),
        ("Ctrl+Shift+T", _("the thread of what was said last")),
        ("Ctrl+B Ctrl+I", _("bold, italics")),
        ("Shift+Enter", _("a new line")),
        ("Tab", _("complete @ # : /")),
        (_("PgUp PgDn End"), _("scroll; to the end")),
        (_("Ctrl+Home"), _("the first of what is new")),
        ("Shift+Esc", _("everything is read")),
        ("F10", _("settings, presence, logging out")),
        ("Shift+F10", _("the menu of the last message that is seen")),
        ("Shift+Tab", _("to the buttons and lists (↑ ↓ Enter)")),
    )
    return [ListLine(str(at), ((f"{key}   ", "bold"), (about, "plain"))) for at, (key, about) in enumerate(keys)]


def note(text: str) -> Sequence[ListLine]:
    """A list with only this note."""
    return [ListLine("", ((text, "faint"),))]


def _about(message: Message, with_channel: bool) -> tuple[tuple[str, str], ...]:
    words = plain(message.text)
    where = f"  #{message.channel}" if with_channel else ""
    at = moment(message.at)
    when = f"  {at:%H:%M}{where}   " if at.date() == date.today() else f"  {at:%d/%m/%y %H:%M}{where}   "
    return ((message.name, "bold"), (when, "faint"), (words[:WORDS] + ("…" if len(words) > WORDS else ""), "plain"))
