"""Saying something: PRIVMSG and NOTICE, to channels and to people.

Source: Modern IRC, "Sending Messages". What is said to a nick is said in causerie's direct conversation of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line
from causerie.protocols.irc.names import core_name, is_channel
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire, Then

TARGETS_MOST = 4
"""Targets of one line (ISUPPORT TARGMAX)."""

ACTION = "\x01ACTION "


def said(raw: bytes | bytearray) -> c.Send | None:
    """The command of a line that begins with `PRIVMSG #`, if it is as plain as nearly all are."""
    try:
        target, colon, text = str(raw[9:], "utf-8").partition(" :")
    except UnicodeDecodeError:
        return None
    if not colon or not text or text[0] == "\x01" or " " in target or "," in target or target[:1] in ("#", ""):
        return None
    return c.Send(channel=target, text=text, literal=True)


def privmsg(wire: IrcWire, line: Line) -> None:
    """PRIVMSG."""
    _say(wire, line, notice=False)


def notice(wire: IrcWire, line: Line) -> None:
    """NOTICE: as PRIVMSG, but nothing is ever said back, so that programs do not answer each other for ever."""
    _say(wire, line, notice=True)


def _say(wire: IrcWire, line: Line, notice: bool) -> None:
    targets, text = [target for target in line.param(0).split(",") if target], line.param(1)
    if not targets or not text or len(targets) > TARGETS_MOST:
        if not notice:
            wire.reply(n.ERR_NOTEXTTOSEND if targets and not text else n.ERR_NORECIPIENT)
        return
    action = text[0] == "\x01"
    if action:
        if not text.startswith(ACTION):
            # Other CTCP is no message and is not kept; the core has no passing word from one person to another yet.
            return
        text = text[len(ACTION) :].rstrip("\x01")
    for target in targets:
        # Slashes are the client's own in IRC: what comes here is what is said.
        if is_channel(target):
            said = c.Send(channel=core_name(target), text=text, action=action, literal=True)
            wire.ask(said, _silent if notice else None, every=notice)
        else:
            told = c.Tell(people=[target], text=text, action=action, literal=True)
            wire.ask(told, _silent if notice else _told(target), every=notice)


def _told(target: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        person = wire.network.named(target)
        if person is not None and (away := wire.network.away(person)):
            wire.reply(n.RPL_AWAY, person.name, f":{away}")

    return then


def _silent(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """Nothing is said back."""


COMMANDS = {"PRIVMSG": Entry(privmsg), "NOTICE": Entry(notice)}
