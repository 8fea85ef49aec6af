"""Coming in and going: NICK, USER, PASS, PING, PONG, QUIT, and the welcome.

Sources: Modern IRC, "Connection Setup" and "Connection Messages"; IRCv3 capability-negotiation for what CAP holds back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import LoggedIn
from causerie.protocols.irc import capabilities as cap
from causerie.protocols.irc import channels, metadata
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line
from causerie.protocols.irc.metadata_ahead import Ahead
from causerie.protocols.irc.names import is_direct
from causerie.protocols.irc.queries import being_away
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire, Then

USER_BYTES = 20
REAL_NAME_BYTES = 150


@dataclass(slots=True)
class Registration:
    """What a client that is not registered has told of itself. `negotiating`: CAP END must come first.
    `ahead`: what it said by METADATA. `knocking`: whether the server's own password is right is being asked,
    `admitted`: it is."""

    nick: str = ""
    user: str = ""
    real_name: str = ""
    password: str = ""
    away: str = ""
    ahead: Ahead | None = None
    negotiating: bool = False
    knocking: bool = False
    admitted: bool = False
    channels: list[str] = field(default_factory=list)


def go_on(wire: IrcWire) -> None:
    """Log in, once all is there that registration needs."""
    own = wire.registration
    if own is None or own.negotiating or not own.nick or not own.user:
        return
    if wire.network.wants_password and not own.admitted:
        if not own.knocking:
            own.knocking = True
            wire.ask(c.Knock(password=own.password), _knocked, every=True)
    elif wire.person:
        _come_in(wire, own)
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
        _come_in(wire, own)
        return
    assert isinstance(answer, ChatError)
    if answer.code in ("name_taken", "bad_name"):
        wire.reply(n.ERR_NICKNAMEINUSE if answer.code == "name_taken" else n.ERR_ERRONEUSNICKNAME, own.nick)
        own.nick = ""
        return
    wire.refuse(command, "PASS" if own.password else "NICK", answer)
    if answer.code in ("login_failed", "in_clear", "guests_refused", "too_many_failures"):
        wire.ask(c.Quit())


def logging_in(wire: IrcWire, command: c.Command, then: Then) -> None:
    """Ask the core for an account: by password, by a new one, by steps. If that gives one, the client is told what it
    is now, whether it was registered already or not; then, whatever it gives, `then` is called."""
    was, source = wire.nick, wire.network.source(wire.person, wire.nick)

    def answered(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, LoggedIn):
            _become(wire, answer, was, source)
        then(wire, command, answer)

    wire.ask(command, answered, every=True)


def _become(wire: IrcWire, answer: LoggedIn, was: str, source: str) -> None:
    before = wire.face
    wire.person, wire.account = answer.person, answer.name
    if wire.registration is None:
        wire.show_as(answer.person)
        wire.entered = None
    else:
        wire.registration.channels = answer.channels
    name = answer.name
    wire.reply(n.RPL_LOGGEDIN, wire.network.source(answer.person, name), name, account=name)
    if wire.registration is None:
        if name != was:
            wire.line_by(f":{source} NICK :{name}".encode())
        if before is not None and wire.face is not None and before.tail != wire.face.tail and wire.has(cap.CHGHOST):
            wire.line_by(f":{name}{before.tail} CHGHOST {wire.face.user} {wire.network.host}".encode())
        _hear(wire, answer.channels)


def _come_in(wire: IrcWire, own: Registration) -> None:
    """Be welcome, after what was noted ahead is: the welcome has it, and so has who sees one join."""
    if own.ahead is None:
        _welcome(wire, own)
    else:
        metadata.settle(wire, own.ahead, lambda: _welcome(wire, own))


def _welcome(wire: IrcWire, own: Registration) -> None:
    wire.face = wire.network.show(wire.person, f"~{own.user}", own.real_name)
    wire.registration = None
    lines, own_metadata = wire.network.greeting.lines(wire), metadata.own(wire)
    person = wire.network.person(wire.person)
    modes = wire.network.user_modes(person) if person is not None else ""
    if modes or own_metadata:
        # Before the message of the day (Modern IRC, "Connection Registration").
        at = next(i for i, line in enumerate(lines) if line.split(" ", 2)[1] in ("375", "422"))
        told = [f":{wire.network.server} {n.RPL_UMODEIS.number} {wire.nick} +{modes}"] if modes else []
        lines[at:at] = [*told, *own_metadata]
    wire.lines(lines)
    _hear(wire, own.channels)
    if own.away:
        wire.ask(being_away(own.away, True), _heard, every=True)


def _hear(wire: IrcWire, names: list[str]) -> None:
    """Be where the account is a member: it is one of several clients, perhaps, and none that has left."""
    for name in names:
        then = _heard if is_direct(name) else channels.joined
        wire.ask(c.Join(channel=name, create=False, members=False), then, every=True)


def _heard(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """A direct conversation is heard from now on; IRC has no word for that."""


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
            wire.ask(c.SetName(name=wanted), _renamed(wire.nick))
        return
    wire.registration.nick = wanted
    go_on(wire)


def _renamed(was: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if wire.nick != was:
            wire.line_by(f":{wire.network.source(wire.person, was)} NICK :{wire.nick}".encode())

    return then


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
    wire.registration.real_name = _bytes(line.param(3), REAL_NAME_BYTES)
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
