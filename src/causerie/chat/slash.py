"""Slash commands: turns a text that begins with a slash into a command. The same for every protocol.

A name is one word (no name of a person or channel has a space in it), so nothing needs quotes; `@` before a person's
name and `#` before a channel's are passed over. `//` says what begins with a slash. What is no command is an error and
is never said aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import msgspec

from causerie.chat import commands as c
from causerie.chat.errors import BadInput, UnknownSlash
from causerie.chat.model import Level

Said = c.Send | c.Tell

SHRUG = r"¯\_(ツ)_/¯"
MUTE_SECONDS = 600
"""How long a mute is when nobody says."""

_WORD_MOST = 40
_NUMBER = re.compile("#?([0-9]{1,15})")
_DURATION = re.compile("(?:[0-9]{1,6}[smhdw])+")
_PART = re.compile("([0-9]+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SEARCH_MOST = 1_000
"""Characters of a search in which filters are looked for; a longer one is refused by whoever searches."""
_FILTER = re.compile(r'"[^"]*"|(?<!\S)(from|in):(\S+)', re.IGNORECASE)


class _Misused(Exception):
    """The words after the command are not what it takes."""


@dataclass(frozen=True, slots=True)
class Slash:
    """One slash command: its names, what may follow, what it is for (in English), and how a command comes of it.

    `make` is given what was said and the words after the name, and raises _Misused.
    """

    name: str
    arguments: str
    about: str
    make: Callable[[Said, str], c.Command]
    aliases: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """How it is typed, as in `/mute NAME [DURATION] [REASON]`."""
        return f"/{self.name} {self.arguments}".rstrip()


def read(said: Said) -> c.Command:
    """The command that a text beginning with a slash stands for, with the same `id`.

    Raises UnknownSlash (`name`), and BadInput (`why` is "slash", `usage` says how it is used).
    """
    text = said.text
    if text[:2] == "//":
        return msgspec.structs.replace(said, text=text[1:], literal=True)
    words = text[1:].split(None, 1)
    name = words[0] if words and not text[1].isspace() else ""
    slash = BY_NAME.get(name.lower())
    if slash is None:
        raise UnknownSlash(name=name[:_WORD_MOST].encode(errors="replace").decode())
    try:
        command = slash.make(said, words[1].strip() if len(words) > 1 else "")
    except _Misused:
        raise BadInput(why="slash", usage=slash.usage) from None
    return command if said.id is None else msgspec.structs.replace(command, id=said.id)


def duration(word: str) -> int | None:
    """Seconds, of `90s`, `10m`, `2h`, `1d`, `1w` or several together; None when it is none."""
    if len(word) > _WORD_MOST or not _DURATION.fullmatch(word):
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in _PART.findall(word))


def _split(rest: str, most: int) -> list[str]:
    """At most so many words, the last one with all that follows; missing ones are empty."""
    words = rest.split(None, most - 1)
    return words + [""] * (most - len(words))


def _needed(text: str) -> str:
    if not text:
        raise _Misused
    return text


def _person(word: str) -> str:
    return _needed(word.removeprefix("@"))


def _here(said: Said) -> str:
    """The channel that it was typed in; a message to people who have no conversation yet has none."""
    return _needed(said.channel if isinstance(said, c.Send) else "")


def _number(said: Said, rest: str) -> tuple[int, str]:
    """The message that it is about: its number, or the one that this would have been a reply to; and what follows."""
    first, following = _split(rest, 2)
    if found := _NUMBER.fullmatch(first):
        return int(found[1]), following
    if isinstance(said, c.Send) and said.reply:
        return said.reply, rest
    raise _Misused


def _said(said: Said, text: str, action: bool = False) -> Said:
    return msgspec.structs.replace(said, text=_needed(text), action=action, literal=True)


def _join(said: Said, rest: str) -> c.Command:
    return c.Join(channel=_needed(rest))


def _part(said: Said, rest: str) -> c.Command:
    channel, reason = _split(rest, 2)
    return c.Leave(channel=channel or _here(said), reason=reason)


def _people(word: str) -> list[str]:
    return [_person(name) for name in _needed(word).split(",")]


def _msg(said: Said, rest: str) -> c.Command:
    people, text = _split(rest, 2)
    return c.Tell(people=_people(people), text=_needed(text), key=said.key, literal=True)


def _query(said: Said, rest: str) -> c.Command:
    people, text = _split(rest, 2)
    return _msg(said, rest) if text else c.Direct(people=_people(people))


def _topic(said: Said, rest: str) -> c.Command:
    return c.SetTopic(channel=_here(said), topic="" if rest == "-" else _needed(rest))


def _invite(said: Said, rest: str) -> c.Command:
    name, channel = _split(rest, 2)
    return c.InviteTo(channel=channel or _here(said), name=_person(name))


def _kick(said: Said, rest: str) -> c.Command:
    name, reason = _split(rest, 2)
    return c.Kick(channel=_here(said), name=_person(name), reason=reason)


def _ban(said: Said, rest: str) -> c.Command:
    name, reason = _split(rest, 2)
    return c.Ban(channel=_here(said), name=_person(name), reason=reason)


def _mute(said: Said, rest: str) -> c.Command:
    name, length, reason = _split(rest, 3)
    seconds = duration(length)
    if seconds is None:
        if length[:1].isdigit():
            raise _Misused
        seconds, reason = MUTE_SECONDS, f"{length} {reason}".strip()
    return c.Mute(channel=_here(said), name=_person(name), seconds=seconds, reason=reason)


def _unban(said: Said, rest: str) -> c.Command:
    return c.Unban(channel=_here(said), name=_person(rest))


def _unmute(said: Said, rest: str) -> c.Command:
    return c.Mute(channel=_here(said), name=_person(rest), seconds=0)


def _slow(said: Said, rest: str) -> c.Command:
    seconds = 0 if rest == "off" else duration(_needed(rest))
    if seconds is None:
        raise _Misused
    return c.SetChannel(channel=_here(said), slow_seconds=seconds)


def _dnd(said: Said, rest: str) -> c.Command:
    if not rest:
        return c.SetPresence(mode="dnd")
    seconds = 0 if rest == "off" else duration(rest)
    if seconds is None:
        raise _Misused
    return c.Prefer(dnd_minutes=-(-seconds // 60))


def _react(said: Said, rest: str, on: bool = True) -> c.Command:
    number, emoji = _number(said, rest)
    return c.React(channel=_here(said), number=number, emoji=_needed(emoji), on=on)


def _pin(said: Said, rest: str, on: bool = True) -> c.Command:
    number, more = _number(said, rest)
    if more:
        raise _Misused
    return c.Pin(channel=_here(said), number=number, on=on)


def _report(said: Said, rest: str) -> c.Command:
    number, reason = _number(said, rest)
    return c.Report(channel=_here(said), number=number, reason=reason)


def _search(said: Said, rest: str) -> c.Command:
    found = {"in": "", "from": ""}

    def take(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        found[match[1].lower()] = match[2]
        return ""

    text = _FILTER.sub(take, _needed(rest)).strip() if len(rest) <= _SEARCH_MOST else rest
    return c.Search(text=text, channel=found["in"], name=found["from"].removeprefix("@"))


def _shrug(said: Said, rest: str) -> c.Command:
    return _said(said, f"{rest} {SHRUG}".strip())


def _who(said: Said, rest: str) -> c.Command:
    return c.Members(channel=rest or _here(said))


def _memberships(said: Said, rest: str) -> c.Command:
    return c.Memberships(channel=rest or _here(said))


def _notify(said: Said, rest: str) -> c.Command:
    levels: dict[str, Level] = {level: level for level in get_args(Level)}
    if rest not in levels:
        raise _Misused
    return c.Notify(channel=_here(said), level=levels[rest])


def _alone(make: Callable[[], c.Command]) -> Callable[[Said, str], c.Command]:
    """A command that takes nothing; what follows it is passed over, as it cannot have been meant for anybody."""
    return lambda said, rest: make()


SLASHES = (
    Slash("away", "[TEXT]", "Be away.", lambda said, rest: c.SetPresence(mode="away", text=rest)),
    Slash("back", "", "Be here again.", _alone(lambda: c.SetPresence(mode="online")), ("online",)),
    Slash("ban", "NAME [REASON]", "Put somebody out of this channel and keep them out.", _ban),
    Slash("dnd", "[DURATION|off]", "Do not disturb me: on this device, or on all of them for a time.", _dnd),
    Slash("help", "", "List the commands.", _alone(c.Help)),
    Slash("ignore", "NAME", "Hide what somebody says.", lambda said, rest: c.Ignore(name=_person(rest))),
    Slash("invisible", "", "Be here unseen.", _alone(lambda: c.SetPresence(mode="invisible"))),
    Slash("invite", "NAME [CHANNEL]", "Invite somebody to this channel.", _invite),
    Slash("join", "CHANNEL", "Enter a channel.", _join),
    Slash("kick", "NAME [REASON]", "Put somebody out of this channel.", _kick),
    Slash("list", "", "List the channels.", _alone(c.Channels)),
    Slash("me", "TEXT", "Say what you do.", lambda said, rest: _said(said, rest, action=True)),
    Slash("memberships", "[CHANNEL]", "List members, invited, muted and banned (moderators).", _memberships),
    Slash("msg", "NAME[,NAME] TEXT", "Say something to these people alone.", _msg),
    Slash("mute", "NAME [DURATION] [REASON]", "Keep somebody from speaking here (10m if not said).", _mute),
    Slash("nick", "NAME", "Take another name (guests).", lambda said, rest: c.SetName(name=_needed(rest)), ("name",)),
    Slash("notify", "all|mentions|none", "What of this channel to be notified of.", _notify),
    Slash("part", "[CHANNEL] [REASON]", "Leave this channel, or another.", _part, ("leave",)),
    Slash("pin", "NUMBER", "Pin a message to this channel.", _pin),
    Slash("pins", "", "List what is pinned here.", lambda said, rest: c.Pins(channel=_here(said))),
    Slash("query", "NAME[,NAME] [TEXT]", "Open the conversation with these people.", _query),
    Slash("react", "NUMBER EMOJI", "React to a message.", _react),
    Slash("report", "NUMBER [REASON]", "Show a message to the moderators.", _report),
    Slash("search", "WORDS [in:CHANNEL] [from:NAME]", "Find what was said.", _search),
    Slash("shrug", "[TEXT]", f"Say it, and {SHRUG} after it.", _shrug),
    Slash("slow", "DURATION|off", "How long everybody waits between two messages here.", _slow),
    Slash("topic", "TEXT", "Set this channel's topic (-: none).", _topic),
    Slash("unban", "NAME", "Let somebody come back.", _unban),
    Slash("unignore", "NAME", "Hide it no longer.", lambda said, rest: c.Ignore(name=_person(rest), on=False)),
    Slash("unmute", "NAME", "Let somebody speak.", _unmute),
    Slash("unpin", "NUMBER", "Take a message off the pins.", lambda said, rest: _pin(said, rest, on=False)),
    Slash("unreact", "NUMBER EMOJI", "Take a reaction back.", lambda said, rest: _react(said, rest, on=False)),
    Slash("unread", "", "What is unread, channel by channel.", _alone(c.Unread)),
    Slash("who", "[CHANNEL]", "List who is in this channel.", _who),
    Slash("whois", "NAME", "What one may know of somebody.", lambda said, rest: c.Whois(name=_person(rest))),
)  # fmt: skip
"""All of them, by name."""

BY_NAME = {name: slash for slash in SLASHES for name in (slash.name, *slash.aliases)}
