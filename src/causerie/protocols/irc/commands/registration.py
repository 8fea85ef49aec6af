"""Coming in and going: NICK, USER, PASS, PING, PONG, QUIT.

Sources: Modern IRC, "Connection Setup" and "Connection Messages"; IRCv3 capability-negotiation for what CAP holds back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import LoggedIn
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.welcome import come_in
from causerie.protocols.irc.messages.formatting import plain
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import USER_BYTES
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

REAL_NAME_BYTES = 150


def go_on(wire: IrcWire) -> None:
    """Log in, once all is there that registration needs."""
    own = wire.registration
    if own is None or own.negotiating or not own.nick or not own.user:
        return
    if wire.view.settings().irc.password and not own.admitted:
        if not own.knocking:
            own.knocking = True
            wire.ask(c.GiveServerPassword(password=own.password), _knocked, every=True)
    elif wire.person:
        come_in(wire, own)
    elif own.password:
        # PASS account:password, as bouncers have it; a password alone is the account's that the nick names.
        account, colon, password = own.password.partition(":")
        if not colon:
            account, password = own.nick, own.password
        wire.ask(c.LogIn(name=account, password=password, device="irc"), _logged_in, every=True)
    else:
        wire.ask(c.LogIn(name=own.nick, guest=True, device="irc"), _logged_in, every=True)


def _knocked(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    own = wire.registration
    assert own is not None
    if isinstance(answer, ChatError):
        wire.reply(n.ERR_PASSWDMISMATCH)
        wire.ask(c.Quit())
        return
    own.admitted, own.password = True, ""
    go_on(wire)


def _logged_in(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    own = wire.registration
    assert own is not None
    if isinstance(answer, LoggedIn):
        wire.person, own.channels = answer.person, answer.channels
        wire.account = "" if answer.guest else answer.name
        come_in(wire, own)
        return
    assert isinstance(answer, ChatError)
    wire.refuse(command, "PASS" if own.password else "NICK", answer)
    if answer.code in ("name_taken", "bad_name"):
        own.nick = ""
        return
    if answer.code in ("login_failed", "in_clear", "guests_refused", "too_many_failures"):
        wire.ask(c.Quit())


def nick(wire: IrcWire, line: Line) -> None:
    """NICK: the name one wants. Whether it is free is known once one logs in by it. Later on guests take another so."""
    wanted = line.param(0)
    if not wanted:
        wire.reply(n.ERR_NONICKNAMEGIVEN)
        return
    if wanted[0] in ":#@" or any(letter in wanted for letter in " ,!*?"):
        wire.reply(n.ERR_ERRONEUSNICKNAME, wanted.split(" ")[0] or "*")
        return
    if wire.registration is None:
        if wanted != wire.nick:
            wire.ask(c.SetName(name=wanted), _renamed)
        return
    wire.registration.nick = wanted
    go_on(wire)


def _renamed(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    was, person = wire.nick, wire.view.person(wire.person)
    if person is not None and person.name != was:
        wire.line_by(f":{wire.faces.source(wire.person, was)} NICK :{person.name}".encode())
        wire.told_nick = person.name


def user(wire: IrcWire, line: Line) -> None:
    """USER: a user name and a real name, which others are shown."""
    if wire.registration is None:
        wire.reply(n.ERR_ALREADYREGISTERED)
        return
    if not line.param(3):
        wire.reply(n.ERR_NEEDMOREPARAMS, "USER")
        return
    given = "".join(letter for letter in line.param(0) if letter.isalnum() or letter in "-_.")
    if not given:
        if line.param(0):
            wire.reply(n.ERR_INVALIDUSERNAME)
        else:
            wire.reply(n.ERR_NEEDMOREPARAMS, "USER")
        return
    wire.registration.user = _bytes(given, USER_BYTES)
    wire.registration.real_name = _bytes(plain(line.param(3)), REAL_NAME_BYTES)
    go_on(wire)


def _bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def password(wire: IrcWire, line: Line) -> None:
    """PASS: `account:password`, or the server's own password where it has one."""
    if wire.registration is None:
        wire.reply(n.ERR_ALREADYREGISTERED)
    else:
        wire.registration.password = line.param(0)


def ping(wire: IrcWire, line: Line) -> None:
    """PING: answered when all that was said before is on its way to everyone."""
    token = line.param(0)
    if not token:
        wire.reply(n.ERR_NOORIGIN)
    else:
        wire.line(f"PONG {wire.network.server} :{token}")


def pong(wire: IrcWire, line: Line) -> None:
    """PONG: the answer to our ping; nothing comes of it."""


def leave(wire: IrcWire, line: Line) -> None:
    """QUIT, with a reason that others are told; one's own will is in it even if no reason is."""
    wire.ask(c.Quit(reason=f"Quit: {line.param(0)}"))


COMMANDS = {
    "NICK": Entry(nick),
    "USER": Entry(user, 4),
    "PASS": Entry(password, 1),
    "PING": Entry(ping, 1),
    "PONG": Entry(pong),
    "QUIT": Entry(leave),
}
