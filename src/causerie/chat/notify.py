"""Decides whether a message notifies somebody, and by which rule; the same for the server and every client.

The rules are asked in their order; the first that applies decides. A message that does not notify is unread all the
same. Keywords are found as whole words, case and form of the letters apart; in scripts that are written without
spaces anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal
from unicodedata import category

from msgspec import Struct

from causerie.chat.events import Message
from causerie.chat.model import Access, Level, Preferences
from causerie.chat.words import prepare_exact

Rule = Literal[
    "own", "not_a_member", "ignored", "channel_none", "do_not_disturb", "quiet_hours",
    "mention", "here", "channel", "thread", "keyword", "direct", "channel_all", "only_mentions",
]  # fmt: skip
"""Those of the first line and the last one keep quiet, the others notify."""

MINUTES = 24 * 60
"""Of a day."""


class Verdict(Struct, frozen=True):
    """Whether one is notified, and the rule that decided. `about`: the keyword that was found."""

    notified: bool
    rule: Rule
    about: str = ""


def decide(
    message: Message,
    wants: Preferences,
    level: Level | None,
    access: Access,
    me: int,
    *,
    member: bool = True,
    follows: bool = False,
    dnd: bool = False,
    minute: int = 0,
) -> Verdict:
    """Whether the person `me` is notified of a message.

    `wants` and `level`: what they want, and of this channel (None: no choice made), whose kind is `access`. `member`:
    they are one of its members. `follows`: they follow the message's thread. `dnd`: they are present as "do not
    disturb". `minute`: of the day (0 to 1439), where they are, when the message was said.
    """
    if quiet := _quiet(message, wants, level, me, member, dnd, minute):
        return Verdict(False, quiet)
    if me in message.mentions:
        return Verdict(True, "mention")
    if message.everyone:
        return Verdict(True, message.everyone)
    if follows and message.thread:
        return Verdict(True, "thread")
    if word := keyword(message.text, wants.keywords):
        return Verdict(True, "keyword", word)
    if access == "direct" and level != "mentions":
        return Verdict(True, "direct")
    if level == "all":
        return Verdict(True, "channel_all")
    return Verdict(False, "only_mentions")


def _quiet(
    message: Message, wants: Preferences, level: Level | None, me: int, member: bool, dnd: bool, minute: int
) -> Rule | None:
    if message.person == me:
        return "own"
    if not member:
        return "not_a_member"
    if message.person in wants.ignored:
        return "ignored"
    if level == "none":
        return "channel_none"
    if dnd or message.at < wants.dnd_until:
        return "do_not_disturb"
    if is_quiet(wants, minute):
        return "quiet_hours"
    return None


def is_quiet(wants: Preferences, minute: int) -> bool:
    """Whether a minute of the day is in the quiet hours, which may go over midnight."""
    if wants.quiet_from <= wants.quiet_to:
        return wants.quiet_from <= minute < wants.quiet_to
    return minute >= wants.quiet_from or minute < wants.quiet_to


def keyword(text: str, keywords: Sequence[str]) -> str:
    """The first of these keywords that the text has as whole words; "" when it has none of them."""
    if not keywords or not text:
        return ""
    # Words between single spaces: looking for some is then looking for a string, whose time is linear.
    within = _spaced(text)
    return next((word for word in keywords if (wanted := _spaced(word)).strip() and wanted in within), "")


def is_keyword(text: str) -> bool:
    """Whether a text has anything that could be found."""
    return bool(_spaced(text).strip())


def _spaced(text: str) -> str:
    """The words of a text, each mark that is none as a word of its own, with a space before and after each."""
    text = prepare_exact(text).casefold()
    # What is put on a letter (vowel signs of Indian scripts, for example) is part of its word; what stands around a
    # word to make it italic is not.
    marks = "" if text.isascii() else re.escape("".join(mark for mark in set(text) if category(mark)[0] == "M"))
    words = (part.strip("_") or part for part in re.findall(rf"[\w{marks}]+|\S", text))
    return f" {' '.join(words)} "
