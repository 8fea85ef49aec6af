"""The line that one types in: what completes what, drafts, and which message Up edits. No Tk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from causerie.chat import slash
from causerie.chat.events import Message
from causerie.chat.view import View
from causerie.desktop.models import emoji_list

SHOWN_MOST = 8
"""Offers in the popup."""

LARGE = 2000
"""Characters from which on a paste is asked about."""

_WORD = re.compile(r"(?:^|(?<=\s))([@#:/]?)([^\s@#:/]*)\Z")


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion: `text` takes the place of the last `length` characters before the cursor. `sign`: an emoji."""

    text: str
    length: int
    label: str
    about: str = ""
    sign: str = ""


def offers(before: str, view: View | None, channels: Iterable[str], tab: bool = False) -> list[Offer]:
    """What may be meant by the text before the cursor. `tab`: asked for, so a bare word is a name, too."""
    found = _WORD.search(before)
    if found is None:
        return []
    sign, word = found[1], found[2]
    typed, at_start = word.casefold(), found.start() == 0
    made: list[Offer] = []
    if sign == "@" or (tab and not sign and word):
        for name in _names(view):
            if name.casefold().startswith(typed):
                after = ": " if not sign and at_start else " "
                made.append(Offer(f"{sign}{name}{after}", len(sign) + len(word), f"{sign}{name}"))
    elif sign == "#":
        for channel in sorted(channels, key=str.casefold):
            if channel.casefold().startswith(typed):
                made.append(Offer(f"#{channel} ", len(word) + 1, f"#{channel}"))
    elif sign == ":" and len(word) >= 2:
        for one in emoji_list.completing(word, SHOWN_MOST):
            made.append(Offer(f"{one.text} ", len(word) + 1, f":{one.code}:", one.name, one.text))
    elif sign == "/" and at_start:
        for command in _commands():
            if command.name.startswith(typed):
                made.append(Offer(f"/{command.name} ", len(word) + 1, command.usage, command.about))
    return made[:SHOWN_MOST]


def last_own(messages: Iterable[Message], me: int) -> Message | None:
    """What one said last, to be edited."""
    own = [message for message in messages if message.person == me and not message.deleted and not message.action]
    return own[-1] if own else None


def last(messages: Iterable[Message]) -> Message | None:
    """What was said last, to be answered or reacted to."""
    there = [message for message in messages if not message.deleted]
    return there[-1] if there else None


def place(channel: str, thread: int = 0) -> str:
    """What a draft is kept under: a channel's name, and a thread of it behind a space, which no name has."""
    return f"{channel} {thread}" if thread else channel


def _names(view: View | None) -> list[str]:
    if view is None:
        return []
    people = sorted(view.members.values(), key=lambda member: (not member.here, member.name.casefold()))
    return [member.name for member in people]


@cache
def _commands() -> tuple[slash.Slash, ...]:
    return tuple({command.name: command for command in slash.BY_NAME.values()}.values())
