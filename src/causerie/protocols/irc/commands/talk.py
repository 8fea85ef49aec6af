"""Saying something: PRIVMSG, NOTICE and TAGMSG, to channels and to people.

Sources: Modern IRC, "Sending Messages"; IRCv3 message-tags and the client tags reply, react and typing. What is said to
a nick is said in causerie's direct conversation of the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.emoji import check_emoji
from causerie.chat.errors import ChatError
from causerie.protocols.irc.commands import multiline, services
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.send_command import (
    client_tags,
    confide,
    message_of,
    place_of,
    replied_to,
    say,
    signal,
    signalled,
)
from causerie.protocols.irc.messages import formatting
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import TARGETS_MOST
from causerie.protocols.irc.syntax.lines import BODY_MOST, Line
from causerie.protocols.irc.syntax.names import status_of
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

REACT, UNREACT, TYPING = "+draft/react", "+draft/unreact", "+typing"


_SAID = re.compile("PRIVMSG #([^ ,#\r\n\0][^ ,\r\n\0]*) :")


def said(raw: bytes | bytearray) -> tuple[str, list[str]] | None:
    """The channel, and the texts of whole lines that came together, if they are all for it and as plain as nearly all
    are; else None."""
    if raw[:9] != b"PRIVMSG #" or raw[-2:] != b"\r\n":
        return None
    try:
        lines = str(raw, "utf-8")
    except UnicodeDecodeError:
        return None
    if (found := _SAID.match(lines)) is None:
        return None
    start = found.group()
    texts = lines[len(start) : -2].split(f"\r\n{start}")
    said = "".join(texts)
    if "\n" in said or "\r" in said or "\0" in said or "\x01" in said or not all(texts):
        return None
    if not formatting.is_plain(said) and any(formatting.received(text, {}) != (text, {}) for text in texts):
        return None
    # Letters are bytes, or all together are no more than one line may be.
    longest = max(map(len, texts)) if len(lines) == len(raw) else len(raw)
    return (found.group(1), texts) if len(start) + longest + 2 <= BODY_MOST else None


def privmsg(wire: IrcWire, line: Line) -> None:
    """PRIVMSG."""
    _say(wire, line, notice=False)


def notice(wire: IrcWire, line: Line) -> None:
    """NOTICE: as PRIVMSG, but nothing is ever said back, so that programs do not answer each other for ever."""
    _say(wire, line, notice=True)


def _say(wire: IrcWire, line: Line, notice: bool) -> None:
    if "batch" in line.tags and wire.has(cap.MULTILINE):
        multiline.add(wire, line)
        return
    targets, text = _targets(line), line.param(1)
    if not targets or not text or len(targets) > TARGETS_MOST:
        if not notice:
            refusal = n.ERR_NORECIPIENT if not targets else n.ERR_NOTEXTTOSEND if not text else n.ERR_TOOMANYTARGETS
            wire.reply(refusal)
        return
    tags = client_tags(wire, line)
    for target in targets:
        if not services.is_service(target):
            say(wire, target, text, notice, tags)
        elif not notice:
            services.said(wire, target, text)


def _targets(line: Line) -> list[str]:
    return [target for target in line.param(0).split(",") if target]


def tagmsg(wire: IrcWire, line: Line) -> None:
    """TAGMSG: a reaction, that one is typing, or what only clients understand."""
    targets = _targets(line)
    if not wire.has(cap.MESSAGE_TAGS) or not targets or len(targets) > TARGETS_MOST:
        if not targets:
            wire.reply(n.ERR_NORECIPIENT)
        return
    tags = client_tags(wire, line)
    for target in targets:
        rank, bare = status_of(target)
        if rank is not None:
            confide(wire, rank, bare, "", True, tags)
            continue
        place = place_of(wire, target)
        number = message_of(wire, target, replied_to(tags))
        emoji = tags.get(REACT) or tags.get(UNREACT) or ""
        if number and _is_emoji(emoji):
            wire.ask(c.React(channel=place, number=number, emoji=emoji, on=REACT in tags), _reacted)
        elif tags.get(TYPING) == "active" and len(tags) == 1 and wire.view.channel_for(wire.person, place):
            wire.ask(c.IsTyping(channel=place), signalled)
        else:
            signal(wire, target, "", False, tags)


def _is_emoji(text: str) -> bool:
    try:
        return bool(check_emoji(text))
    except ChatError:
        return False


def _reacted(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """Its echo is the event; what was so already is told to nobody."""


COMMANDS = {"PRIVMSG": Entry(privmsg), "NOTICE": Entry(notice), "TAGMSG": Entry(tagmsg)}
