"""AUTHENTICATE: logging in to an account (IRCv3 sasl-3.1 and sasl-3.2; RFC 4616 for PLAIN)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import LoggedIn
from causerie.protocols.irc import capabilities as cap
from causerie.protocols.irc import numerics as n
from causerie.protocols.irc.command import Entry
from causerie.protocols.irc.lines import Line
from causerie.protocols.irc.registration import become
from causerie.server.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.wire import IrcWire

MECHANISMS = "PLAIN"
CHUNK = 400
"""Letters in a full line; a shorter one is the last."""
MOST = 4096
"""Letters in all."""


def authenticate(wire: IrcWire, line: Line) -> None:
    """AUTHENTICATE, with a mechanism's name, then what it asks for in base64."""
    own, given = wire.registration, line.param(0)
    if wire.account or own is None:
        wire.reply(n.ERR_SASLALREADY)
    elif not wire.has(cap.SASL):
        wire.reply(n.ERR_SASLFAIL)
    elif given == "*":
        own.sasl = None
        wire.reply(n.ERR_SASLABORTED)
    elif own.sasl is None:
        if given.upper() != MECHANISMS:
            wire.reply(n.RPL_SASLMECHS, MECHANISMS)
            wire.reply(n.ERR_SASLFAIL)
            return
        own.sasl = ""
        wire.line("AUTHENTICATE +")
    elif len(given) > CHUNK or len(own.sasl) > MOST:
        own.sasl = None
        wire.reply(n.ERR_SASLTOOLONG)
    else:
        letters = own.sasl + ("" if given == "+" else given)
        own.sasl = letters
        if len(given) < CHUNK:
            own.sasl = None
            _plain(wire, letters)


def _plain(wire: IrcWire, letters: str) -> None:
    try:
        authorised, account, password = b64decode(letters, validate=True).decode().split("\0")
    except (binascii.Error, ValueError):
        wire.reply(n.ERR_SASLFAIL)
        return
    if not account or not password or authorised not in ("", account):
        wire.reply(n.ERR_SASLFAIL)
        return
    wire.ask(c.LogIn(name=account, password=password, device="irc"), _logged_in, every=True)


def _logged_in(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if not isinstance(answer, LoggedIn):
        wire.reply(n.ERR_SASLFAIL)
        return
    become(wire, answer)
    source = wire.network.source(answer.person, answer.name)
    wire.reply(n.RPL_LOGGEDIN, source, answer.name, account=answer.name)
    wire.reply(n.RPL_SASLSUCCESS)


COMMANDS = {"AUTHENTICATE": Entry(authenticate, 1)}
