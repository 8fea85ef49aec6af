"""Coming in and going: NICK, USER, PASS, PING, PONG, QUIT, and the welcome.

Sources: Modern IRC, "Connection Setup" and "Connection Messages"; IRCv3 capability-negotiation for what CAP holds back.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import LoggedIn
from causerie.protocols.irc.commands import channels, metadata, metadata_replies, server_info
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.queries import being_away
from causerie.protocols.irc.messages.formatting import plain
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import USER_BYTES
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import is_direct
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.registration import Registration
    from causerie.protocols.irc.state.wire import IrcWire, Then

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
    wire.refuse(command, "PASS" if own.password else "NICK", answer)
    if answer.code in ("name_taken", "bad_name"):
        own.nick = ""
        return
    if answer.code in ("login_failed", "in_clear", "guests_refused", "too_many_failures"):
        wire.ask(c.Quit())


def logging_in(wire: IrcWire, command: c.Command, then: Then) -> None:
    """Ask the core for an account: by password, by a new one, by steps. If that gives one, the client is told that it
    is logged in (900), by the nick that it knows; whatever it gives, `then` is called; and last the client is told
    what it is called now."""
    own, source = wire.registration, wire.faces.source(wire.person, wire.nick)
    if own is not None:
        source = f"{wire.nick}!{f'~{own.user}' if own.user else '*'}@{wire.faces.host(wire.person)}"

    def answered(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, LoggedIn):
            wire.reply(n.RPL_LOGGEDIN, source, answer.name, account=answer.name)
        then(wire, command, answer)
        if isinstance(answer, LoggedIn):
            _become(wire, answer, source)

    wire.ask(command, answered, every=True)


def _become(wire: IrcWire, answer: LoggedIn, source: str) -> None:
    """The client is this account's from now on. `source`: as what it was shown before."""
    wire.person, wire.account = answer.person, answer.name
    if wire.registration is not None:
        wire.registration.channels = answer.channels
        return
    wire.show_as(answer.person)
    wire.entered = None
    was, name = wire.nick, answer.name
    if name != was:
        wire.line_by(f":{source} NICK :{name}".encode())
        wire.told_nick = name
    before, now = source.removeprefix(was), wire.faces.source(answer.person, name).removeprefix(name)
    if before != now and wire.has(cap.CHGHOST):
        user, _, host = now[1:].partition("@")
        wire.line_by(f":{name}{before} CHGHOST {user} {host}".encode())
    _hear(wire, answer.channels)


def _come_in(wire: IrcWire, own: Registration) -> None:
    """Be seen by others, and then welcome; before that, what was noted ahead is: who sees one has it too."""

    def seen(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChatError):
            wire.refuse(command, "USER", answer)
            wire.ask(c.Quit())
        elif (recount := wire.network.census.recount()) is not None:
            wire.in_turn(lambda wire, command, answer: _welcome(wire, own), recount)
        else:
            _welcome(wire, own)

    def shown() -> None:
        wire.face = wire.faces.show(wire.person, f"~{own.user}", own.real_name)
        wire.ask(c.SetPresence(mode="online"), seen, every=True)

    if own.ahead is None:
        shown()
    else:
        metadata.settle(wire, own.ahead, shown)


def _welcome(wire: IrcWire, own: Registration) -> None:
    wire.registration = None
    person = wire.view.person(wire.person)
    wire.told_nick = person.name if person is not None else own.nick
    lines = wire.network.greeting.lines(
        wire.nick, wire.view.settings(), wire.network.census.counts, partial(server_info.greeting, wire)
    )
    own_metadata = metadata_replies.own(wire)
    modes = wire.faces.modes(person) if person is not None else ""
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
