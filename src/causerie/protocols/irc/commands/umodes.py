"""MODE of oneself: what a person's modes are, and changing them.

Source: Modern IRC, "User modes"; IRCv3 bot-mode. B: a bot; i: not in lists for strangers; s and w: hears what
operators say to everybody; o: has an administrator's rights; r: an account. They are the person's, on each connection,
and o is the core's (the command elevate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

HIDDEN = "i"
WALLOPS = "w"

USER_MODES = "Biorsw"
"""All that there are (numeric 004)."""

_OWN = "Bisw"
"""Those that one sets as one pleases."""


def of_person(wire: IrcWire, line: Line) -> None:
    """MODE nick, with changes or without."""
    person = wire.view.person_named(line.param(0))
    if person is None:
        wire.reply(n.ERR_NOSUCHNICK, line.param(0).split(" ")[0] or "*")
    elif person.id != wire.person:
        wire.reply(n.ERR_USERSDONTMATCH)
    elif len(line.params) == 1:
        wire.reply(n.RPL_UMODEIS, f"+{wire.faces.modes(person)}")
    else:
        _change(wire, line.params[1])


def _change(wire: IrcWire, changes: str) -> None:
    assert wire.face is not None
    plus, done, unknown = True, {True: "", False: ""}, False
    for letter in changes:
        if letter in "+-":
            plus = letter == "+"
        elif letter in _OWN:
            if plus != (letter in wire.face.modes):
                wire.face.modes ^= {letter}
                done[plus] += letter
        elif letter == "o" and not plus:
            wire.ask(c.Elevate(on=False), _lowered)
        elif letter not in USER_MODES:
            unknown = True
    if done[True] or done[False]:
        told(wire, (f"+{done[True]}" if done[True] else "") + (f"-{done[False]}" if done[False] else ""))
    if unknown:
        wire.reply(n.ERR_UMODEUNKNOWNFLAG)


def _lowered(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    person = wire.view.person(wire.person)
    if person is not None and not person.admin:
        told(wire, "-o")


def told(wire: IrcWire, changes: str) -> None:
    """MODE, to oneself."""
    wire.line_by(changed(wire, changes))


def changed(wire: IrcWire, changes: str) -> bytes:
    """The same as a line."""
    return f":{wire.faces.source(wire.person, wire.nick)} MODE {wire.nick} :{changes}\r\n".encode()
