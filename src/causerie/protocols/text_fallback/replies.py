"""Answers as one line each, for protocols that have no form for them: what slash commands come to at a classic client.

A line is short enough to be read in one piece of 1024 bytes, as the first client reads; what is left out is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from causerie.chat import replies as r
from causerie.chat.events import Message
from causerie.i18n.text import _, ngettext
from causerie.protocols.text_fallback.events import one_line, shown

LINE_BYTES = 900
_WORDS = 60


def answer_line(answer: r.Reply) -> str:
    """What it says; empty where there is nothing to say."""
    make = _LINES.get(type(answer))
    return _cut(make(answer), LINE_BYTES) if make is not None else ""


def _listed(head: str, none: str, items: Sequence[str], more: bool = False) -> str:
    """As many of the items as fit behind the head, and how many are left out."""
    if not items:
        return none
    room = LINE_BYTES - len(head.encode()) - 40
    taken: list[str] = []
    for item in items:
        room -= len(item.encode()) + 2
        if room < 0:
            break
        taken.append(item)
    left = len(items) - len(taken)
    said = f"{head} {', '.join(taken)}"
    if left and not more:
        return said + ngettext(", and {count} more", ", and {count} more", left).format(count=left)
    return said + _(", and more") if left or more else said


def _cut(said: str, most: int) -> str:
    raw = said.encode()
    return said if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def _begins(text: str, most: int = _WORDS) -> str:
    text = one_line(text)
    return text if len(text) <= most else f"{text[:most]}…"


def _done(answer: r.Done) -> str:
    return _("done.")


def _channels(answer: r.ChannelList) -> str:
    items = [f"{line.channel} ({line.people})" for line in answer.channels if line.access != "direct"]
    return _listed(_("channels (people there):"), _("there are no channels."), items, answer.more)


def _members(answer: r.MemberList) -> str:
    there = [_member(member) for member in answer.members if member.here]
    return _listed(
        _("in {channel} now:").format(channel=answer.channel),
        _("nobody is in {channel} now.").format(channel=answer.channel),
        there,
        answer.more,
    )


def _memberships(answer: r.MembershipList) -> str:
    return _listed(
        _("in {channel}:").format(channel=answer.channel),
        _("nobody is on record in {channel}.").format(channel=answer.channel),
        [_membership(line) for line in answer.people],
        answer.more,
    )


def _membership(line: r.MembershipLine) -> str:
    known: list[str] = [] if line.role == "member" and line.member else [line.role]
    if not line.member and line.role not in ("invited", "banned"):
        known = [_("left"), *(["reader"] if line.role == "reader" else [])]
    elif line.member and not line.here:
        known.append(_("not here"))
    if line.muted_until:
        known.append(_("muted"))
    name = shown(line.name, line.guest)
    return f"{name} ({', '.join(known)})" if known else name


def _member(member: r.Member) -> str:
    name = shown(member.name, member.guest)
    if member.away:
        return _("{name} (away)").format(name=name)
    return name if member.role in ("member", "reader") else f"{name} ({member.role})"


def _found(answer: r.Found) -> str:
    items = [f"{hit.message.channel} {_quoted(hit.message)}" for hit in answer.hits]
    return _listed(_("found:"), _("nothing was found."), items, answer.more)


def _quoted(message: Message) -> str:
    return f"{message.number} {shown(message.name, message.guest)}: {_begins(message.text)}"


def _pins(answer: r.PinList) -> str:
    return _listed(_("pinned:"), _("nothing is pinned here."), [_quoted(message) for message in answer.messages])


def _help(answer: r.HelpPage) -> str:
    usages = ", ".join(line.usage for line in answer.commands)
    return _("{usages} - and // for a line that begins with a slash.").format(usages=usages)


def _whois(answer: r.PersonCard) -> str:
    name = shown(answer.name, answer.guest)
    kind = _("a guest") if answer.guest else _("an administrator") if answer.admin else _("an account")
    parts = [kind]
    if not answer.here:
        parts.append(_("not here"))
    elif answer.away:
        parts.append(_("away: {away}").format(away=one_line(answer.away)))
    elif answer.mode == "dnd":
        parts.append(_("not to be disturbed"))
    else:
        parts.append(_("here"))
    if answer.last_seen:
        day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(answer.last_seen / 1000))
        parts.append(_("last seen {day}").format(day=day))
    if answer.channels:
        parts.append(_("in {channels}").format(channels=", ".join(answer.channels)))
    return f"{name}: {'; '.join(parts)}."


def _unread(answer: r.ReadList) -> str:
    items = []
    for line in answer.channels:
        if line.mentions:
            items.append(_("{channel} {unread} (you: {mentions})").format(
                channel=line.channel, unread=line.unread, mentions=line.mentions
            ))  # fmt: skip
        elif line.unread:
            items.append(f"{line.channel} {line.unread}")
    return _listed(_("unread:"), _("you have read everything."), items)


_LINES: dict[type[r.Reply], Callable[[Any], str]] = {
    r.Done: _done,
    r.ChannelList: _channels,
    r.MemberList: _members,
    r.MembershipList: _memberships,
    r.Found: _found,
    r.PinList: _pins,
    r.HelpPage: _help,
    r.PersonCard: _whois,
    r.ReadList: _unread,
}
