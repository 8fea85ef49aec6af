"""The sidebar: channels and direct conversations with their counts. No Tk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from causerie.chat.view import View


@dataclass(frozen=True, slots=True)
class SidebarEntry:
    """One entry. `count`: mentions, or what is unread in a direct conversation; `unread`: to be drawn bold."""

    channel: str
    label: str
    direct: bool
    private: bool = False
    unread: bool = False
    count: int = 0
    current: bool = False
    draft: bool = False
    here: bool = False


def label(view: View, me: int) -> str:
    """How a channel is called: a direct conversation by the others in it."""
    if view.access != "direct":
        return view.channel
    others = [member.name for person, member in view.members.items() if person != me]
    return ", ".join(sorted(others, key=str.casefold)) or view.channel


def entries(views: Mapping[str, View], current: str, me: int, drafts: Mapping[str, str]) -> list[SidebarEntry]:
    """All of them, in the order in which they are shown: channels by name, then direct conversations by name."""
    lines = [_place(view, current, me, drafts) for view in views.values()]
    return sorted(lines, key=lambda line: (line.direct, line.label.casefold()))


def _place(view: View, current: str, me: int, drafts: Mapping[str, str]) -> SidebarEntry:
    direct = view.access == "direct"
    quiet = view.level == "none"
    unread = 0 if quiet or view.channel == current else view.unread
    count = 0 if view.channel == current else (unread if direct else (0 if quiet else view.mentions))
    return SidebarEntry(
        channel=view.channel,
        label=label(view, me),
        direct=direct,
        private=view.access == "private",
        unread=unread > 0 and view.level != "mentions",
        count=count,
        current=view.channel == current,
        draft=bool(drafts.get(view.channel)) and view.channel != current,
        here=direct and any(member.here for person, member in view.members.items() if person != me),
    )


def total(lines: Iterable[SidebarEntry]) -> int:
    """The number in the window's title."""
    return sum(line.count for line in lines)


def neighbour(lines: list[SidebarEntry], current: str, step: int, unread: bool = False) -> str:
    """The channel above (-1) or below (1) the current one, round the end; with `unread` the next such one."""
    if not lines:
        return current
    at = next((place for place, line in enumerate(lines) if line.channel == current), 0)
    for away in range(1, len(lines) + 1):
        line = lines[(at + step * away) % len(lines)]
        if not unread or line.unread or line.count:
            return line.channel
    return current


def first_unread(lines: list[SidebarEntry]) -> str:
    """The first entry with mentions, or else with unread messages. Empty: there is none."""
    counted = [line.channel for line in lines if line.count]
    return next(iter(counted or [line.channel for line in lines if line.unread]), "")


def found(lines: Iterable[SidebarEntry], typed: str) -> list[SidebarEntry]:
    """For the switcher: entries that contain the text, those that begin with it first."""
    wanted = typed.strip().lstrip("#@").casefold()
    hits = [line for line in lines if wanted in line.label.casefold()]
    return sorted(hits, key=lambda line: (not line.label.casefold().startswith(wanted), not line.unread, line.label))
