"""Logging in, and the welcome: what a client is told that has registered, or has become another person.

Sources: Modern IRC, "Connection Registration"; IRCv3 sasl-3.1, chghost.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import LoggedIn
from causerie.protocols.irc.commands import channels, metadata, metadata_replies, server_info
from causerie.protocols.irc.commands.own_status import being_away
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.names import is_direct
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.registration import Registration
    from causerie.protocols.irc.state.wire import IrcWire, Then


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


def come_in(wire: IrcWire, own: Registration) -> None:
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
