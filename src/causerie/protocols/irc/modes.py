"""MODE: what a channel's and a person's modes are, and changing them.

Source: Modern IRC, "Modes". Each mode is a setting or a role of the core, which says who may change it:
o and q are the roles moderator and owner, b a ban, m read-only, i private. n is always on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import Snapshot
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line
from causerie.protocols.irc.names import core_name, is_channel, shown_channel
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire

CHANNEL_MODES = "b,,,imn"
"""ISUPPORT CHANMODES: lists; always with a parameter; when set; never."""

PREFIX = "(qo)~@"
"""ISUPPORT PREFIX."""

MOST = 8
"""Changes on one line (ISUPPORT MODES)."""

_WITH_NICK = "oq"


def mode(wire: IrcWire, line: Line) -> None:
    """MODE of a channel or of oneself."""
    target = line.param(0)
    if not is_channel(target):
        _of_person(wire, line)
    elif len(line.params) == 1:
        wire.ask(c.Look(channel=core_name(target)), _told)
    else:
        for plus, letter, value in _changes(line.params[1], line.params[2:]):
            _change(wire, target, plus, letter, value)


def _told(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Snapshot)
    modes = ("i" if answer.access == "private" else "") + ("m" if answer.read_only else "") + "n"
    wire.reply(n.RPL_CHANNELMODEIS, shown_channel(answer.channel), f"+{modes}")


def _changes(modes: str, params: list[str]) -> Iterator[tuple[bool, str, str]]:
    plus, values, count = True, iter(params), 0
    for letter in modes:
        if letter in "+-":
            plus = letter == "+"
        elif count < MOST:
            count += 1
            yield plus, letter, next(values, "") if letter in f"b{_WITH_NICK}" else ""


def _change(wire: IrcWire, target: str, plus: bool, letter: str, value: str) -> None:
    channel = core_name(target)
    if letter == "b":
        _ban(wire, target, plus, value)
    elif letter in _WITH_NICK:
        if value:
            role = ("owner" if letter == "q" else "moderator") if plus else "member"
            wire.ask(c.SetRole(channel=channel, name=value, role=role))  # type: ignore[arg-type]
    elif letter == "m":
        wire.ask(c.SetChannel(channel=channel, read_only=plus))
    elif letter == "i":
        wire.ask(c.SetChannel(channel=channel, access="private" if plus else "public"))
    elif letter != "n" or not plus:
        wire.reply(n.ERR_UNKNOWNMODE, letter)


def _ban(wire: IrcWire, target: str, plus: bool, mask: str) -> None:
    if not mask:
        # The core gives no list of bans yet.
        wire.reply(n.RPL_ENDOFBANLIST, target)
        return
    nick, _, rest = mask.partition("!")
    if "*" in nick or "?" in nick or rest not in ("", "*@*"):
        wire.line(f"FAIL MODE UNSUPPORTED_MASK {target} :Bans are of people here: write nick!*@*")
        return
    command = c.Ban if plus else c.Unban
    wire.ask(command(channel=core_name(target), name=nick))


def _of_person(wire: IrcWire, line: Line) -> None:
    person = wire.network.named(line.param(0))
    if person is None:
        wire.reply(n.ERR_NOSUCHNICK, line.param(0) or "*")
    elif person.id != wire.person:
        wire.reply(n.ERR_USERSDONTMATCH)
    elif len(line.params) == 1:
        wire.reply(n.RPL_UMODEIS, "+")
    elif set(line.params[1]) - set("+-iw"):
        wire.reply(n.ERR_UMODEUNKNOWNFLAG)


COMMANDS = {"MODE": Entry(mode, 1)}
