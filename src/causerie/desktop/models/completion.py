"""What completes the word before the cursor: names, channels, emoji, slash commands. No Tk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from causerie.chat import slash
from causerie.chat.view import View
from causerie.desktop.models import emoji_list

MAX_SHOWN = 8
"""Completions in the popup, at most."""

LARGE = 2000
"""Characters from which on a paste is asked about first."""

_WORD = re.compile(r"(?:^|(?<=\s))([@#:/]?)([^\s@#:/]*)\Z")


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion: `text` takes the place of the last `length` characters before the cursor. `sign`: an emoji."""

    text: str
    length: int
    label: str
    about: str = ""
    sign: str = ""


def completions(before: str, view: View | None, channels: Iterable[str], tab: bool = False) -> list[Completion]:
    """Completions of the text before the cursor. `tab`: asked for by Tab, so that a bare word is a name, too."""
    found = _WORD.search(before)
    if found is None:
        return []
    sign, word = found[1], found[2]
    typed, at_start = word.casefold(), found.start() == 0
    made: list[Completion] = []
    if sign == "@" or (tab and not sign and word):
        for name in _names(view):
            if name.casefold().startswith(typed):
                after = ": " if not sign and at_start else " "
                made.append(Completion(f"{sign}{name}{after}", len(sign) + len(word), f"{sign}{name}"))
    elif sign == "#":
        for channel in sorted(channels, key=str.casefold):
            if channel.casefold().startswith(typed):
                made.append(Completion(f"#{channel} ", len(word) + 1, f"#{channel}"))
    elif sign == ":" and len(word) >= 2:
        for one in emoji_list.completing(word, MAX_SHOWN):
            made.append(Completion(f"{one.text} ", len(word) + 1, f":{one.code}:", one.name, one.text))
    elif sign == "/" and at_start:
        for command in _commands():
            if command.name.startswith(typed):
                made.append(Completion(f"/{command.name} ", len(word) + 1, command.usage, command.about))
    return made[:MAX_SHOWN]


def _names(view: View | None) -> list[str]:
    if view is None:
        return []
    people = sorted(view.members.values(), key=lambda member: (not member.here, member.name.casefold()))
    return [member.name for member in people]


@cache
def _commands() -> tuple[slash.Slash, ...]:
    return tuple({command.name: command for command in slash.BY_NAME.values()}.values())
