"""REGISTER and VERIFY: making an account without asking a service.

Source: IRCv3 draft/account-registration. Whether anybody may is a setting of the core's; where one must be invited, the
invitation's token is taken in the place of the mail address, which is not asked for otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import LoggedIn
from causerie.i18n.refusals import sentence
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.welcome import logging_in
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

_CODES = {
    "name_taken": "ACCOUNT_EXISTS",
    "bad_name": "BAD_ACCOUNT_NAME",
    "weak_password": "WEAK_PASSWORD",
    "already_logged_in": "ALREADY_AUTHENTICATED",
}


def register(wire: IrcWire, line: Line) -> None:
    """REGISTER account mail password: make an account; `*` is one's nick, and no mail address."""
    account, mail, password = line.params[:3]
    nick = wire.registration.nick if wire.registration is not None else wire.nick
    if account == "*":
        account = nick
    if wire.account:
        _fail(wire, account, "ALREADY_AUTHENTICATED", "You are logged in already")
    elif not nick:
        _fail(wire, account or "*", "NEED_NICK", "Choose a nick first")
    elif account.casefold() != nick.casefold():
        _fail(wire, account, "ACCOUNT_NAME_MUST_BE_NICK", "The account's name is your nick")
    else:
        invite = "" if mail == "*" or "@" in mail else mail
        command = c.Register(name=account, password=password, invite=invite, device="irc")
        logging_in(wire, command, lambda wire, command, answer: _made(wire, account, answer))


def _made(wire: IrcWire, account: str, answer: Answer) -> None:
    if isinstance(answer, LoggedIn):
        wire.line(f"REGISTER SUCCESS {answer.name} :The account is made, and you are logged in")
    elif isinstance(answer, ChatError):
        _fail(wire, account, _CODES.get(answer.code, "TEMPORARILY_UNAVAILABLE"), sentence(answer))


def _fail(wire: IrcWire, account: str, code: str, text: str) -> None:
    wire.line(f"FAIL REGISTER {code} {account.split(' ')[0] or '*'} :{text}")


def verify(wire: IrcWire, line: Line) -> None:
    """VERIFY account code: nothing here needs it, an account is whole when it is made."""
    wire.line(f"FAIL VERIFY INVALID_CODE {line.param(0).split(' ')[0] or '*'} :No account waits for a code")


COMMANDS = {"REGISTER": Entry(register, 3), "VERIFY": Entry(verify, 2)}
