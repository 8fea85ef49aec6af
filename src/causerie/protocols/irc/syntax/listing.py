"""What LIST may be asked for: names, masks, and what holds of a channel.

Source: Modern IRC, "LIST message" and "ELIST parameter": `mask`, `!mask`, `<n` and `>n` people, `C<n` and `C>n` (made
less or more than so many minutes ago), `T<n` and `T>n` (the topic set).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from causerie.chat.masks import matches
from causerie.chat.replies import ChannelLine
from causerie.protocols.irc.syntax.names import shown_channel

Condition = Callable[[ChannelLine, int, int], bool]
"""Whether a channel, made at a time, is wanted now (both ms)."""

CONDITIONS_MOST = 20

_FIGURE = re.compile("([CT]?)([<>])([0-9]{1,9})")


def wanted(asked: list[str]) -> Condition:
    """What a list of these asks for: one of its names or masks, and each of the rest. None of them: whatever is used,
    for an empty channel in which nothing was ever said is no channel yet to a client of IRC."""
    names: list[Condition] = []
    others: list[Condition] = []
    for one in asked[:CONDITIONS_MOST]:
        if found := _FIGURE.fullmatch(one):
            others.append(_figure(found[1], found[2], int(found[3])))
        elif one[0] == "!":
            others.append(_not_named(one[1:].lower()))
        else:
            names.append(_named(one.lower()))
    if not names:
        others.append(lambda channel, made, now: channel.people > 0 or channel.number > 0 or channel.joined)
    return lambda channel, made, now: (
        all(holds(channel, made, now) for holds in others)
        and (not names or any(holds(channel, made, now) for holds in names))
    )


def _named(mask: str) -> Condition:
    return lambda channel, made, now: matches(mask, shown_channel(channel.channel))


def _not_named(mask: str) -> Condition:
    return lambda channel, made, now: not matches(mask, shown_channel(channel.channel))


def _figure(what: str, sign: str, figure: int) -> Condition:
    def holds(channel: ChannelLine, made: int, now: int) -> bool:
        if not what:
            return channel.people > figure if sign == ">" else channel.people < figure
        at = made if what == "C" else channel.topic_at
        minutes = (now - at) / 60_000
        return at > 0 and (minutes > figure if sign == ">" else minutes < figure)

    return holds
