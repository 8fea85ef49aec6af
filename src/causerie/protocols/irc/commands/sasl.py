"""AUTHENTICATE: logging in to an account, before registration or later.

Sources: IRCv3 sasl-3.1 and sasl-3.2; RFC 4616 for PLAIN; RFC 4422, appendix A, for EXTERNAL; RFC 5802 and RFC 7677 for
SCRAM-SHA-256, whose messages the core reads and writes (the command scram).
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.replies import Challenge, LoggedIn
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.welcome import logging_in
from causerie.protocols.irc.state import offers
from causerie.protocols.irc.state.registration import Sasl
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

PLAIN, SCRAM, EXTERNAL = "PLAIN", "SCRAM-SHA-256", "EXTERNAL"

CHUNK = 400
"""Letters in a full line; a shorter one is the last."""
MOST = 4096
"""Letters in all."""


def authenticate(wire: IrcWire, line: Line) -> None:
    """AUTHENTICATE, with a mechanism's name, then what it asks for in base64."""
    given, sasl = line.param(0), wire.sasl
    if wire.account:
        wire.reply(n.ERR_SASLALREADY)
    elif not wire.has(cap.SASL):
        wire.reply(n.ERR_SASLFAIL)
    elif given == "*":
        _forget(wire)
        wire.reply(n.ERR_SASLABORTED)
    elif sasl is None:
        _begin(wire, given.upper())
    elif len(given) > CHUNK:
        _forget(wire)
        wire.reply(n.ERR_SASLTOOLONG)
    elif len(sasl.letters) + len(given) > MOST:
        _forget(wire)
        wire.reply(n.ERR_SASLFAIL)
    else:
        sasl.letters += "" if given == "+" else given
        if len(given) < CHUNK:
            letters, sasl.letters = sasl.letters, ""
            _said(wire, sasl, letters)


def _begin(wire: IrcWire, mechanism: str) -> None:
    known = offers.mechanisms(wire.view, wire.certificate)
    if mechanism not in known:
        wire.reply(n.RPL_SASLMECHS, ",".join(known))
        wire.reply(n.ERR_SASLFAIL)
        return
    wire.sasl = Sasl(mechanism)
    wire.line("AUTHENTICATE +")


def _forget(wire: IrcWire) -> None:
    if wire.sasl is not None and wire.sasl.mechanism == SCRAM:
        # No message of it: the core forgets how far that was, too.
        wire.ask(c.Scram(message="*"), _nothing, every=True)
    wire.sasl = None


def _nothing(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    """Whatever came of it."""


def _said(wire: IrcWire, sasl: Sasl, letters: str) -> None:
    try:
        message = b64decode(letters, validate=True).decode()
    except (binascii.Error, ValueError):
        _forget(wire)
        wire.reply(n.ERR_SASLFAIL)
        return
    if sasl.mechanism == SCRAM:
        logging_in(wire, c.Scram(message=message, device="irc"), _answered)
        return
    if sasl.mechanism == EXTERNAL:
        logging_in(wire, c.LogIn(name=message, certificate=True, device="irc"), _answered)
        return
    authorised, account, password, *_rest = [*message.split("\0"), "", ""]
    if message.count("\0") != 2 or not account or not password or authorised not in ("", account):
        wire.sasl = None
        wire.reply(n.ERR_SASLFAIL)
        return
    logging_in(wire, c.LogIn(name=account, password=password, device="irc"), _answered)


def _answered(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if isinstance(answer, Challenge):
        letters = b64encode(answer.message.encode()).decode()
        for start in range(0, len(letters) + 1, CHUNK):
            wire.line(f"AUTHENTICATE {letters[start : start + CHUNK] or '+'}")
        return
    wire.sasl = None
    wire.reply(n.RPL_SASLSUCCESS if isinstance(answer, LoggedIn) else n.ERR_SASLFAIL)


COMMANDS = {"AUTHENTICATE": Entry(authenticate, 1)}
