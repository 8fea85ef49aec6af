"""`causerie talk`: a small client for a terminal, one line a message."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from causerie.cli.failure import MISUSED, Failure
from causerie.cli.output import printable
from causerie.cli.parser import command
from causerie.text import _

if TYPE_CHECKING:
    import argparse

    from causerie.chat.commands import LogIn, Register
    from causerie.cli.native_client import NativeClient
    from causerie.cli.parser import Commands
    from causerie.links import Link

    Where = tuple[str, int, Link | None]

HERE = "localhost:5000"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PATIENCE = 30.0
"""Seconds that connecting may take."""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = command(commands, "talk", _("talk from this terminal"), run)
    parser.add_argument(
        "where",
        nargs="?",
        default=HERE,
        metavar=_("LINK"),
        help=_("the link that somebody gave you, or HOST:PORT (default: {here})").format(here=HERE),
    )
    parser.add_argument("--name", default="", metavar=_("NAME"), help=_("your name (default: it is asked for)"))
    parser.add_argument("--guest", action="store_true", help=_("come in without an account"))
    parser.add_argument("--channel", default="home", metavar=_("NAME"), help=_("the channel to enter (default: home)"))


def run(arguments: argparse.Namespace) -> int:
    """Talk until one leaves or the server ends it."""
    import asyncio

    from causerie.chat.errors import ChatError
    from causerie.cli.certificates import UnknownCertificate
    from causerie.cli.native_client import Ended
    from causerie.cli.refusals import sentence

    try:
        # All questions come before connecting: a server does not wait while somebody looks for a password.
        where = _place(arguments.where)
        login = _login(arguments, where[2])
        while True:
            try:
                return asyncio.run(_talk(where, login, arguments.channel))
            except UnknownCertificate as unknown:
                unknown.accept()
    except ChatError as error:
        raise Failure(sentence(error), code=error.code, data=error.data) from None
    except EOFError:
        return 0  # Ctrl+D instead of a name
    except Ended as ended:
        raise Failure(farewell(ended.code)) from None


def farewell(code: str) -> str:
    """Why the server ended it."""
    reasons = {
        "shutting_down": _("the server is shutting down; come back in a moment"),
        "disabled": _("the account was shut out"),
        "password_changed": _("the account has a new password; log in with it"),
        "revoked": _("this session was ended from another one"),
        "logged_out": _("logged out"),
        "login_timeout": _("the login took too long"),
        "stalled": _("this side read too slowly"),
    }
    return reasons.get(code, _("the connection is gone"))


async def _talk(where: Where, login: LogIn | Register, channel: str) -> int:
    from causerie.chat.replies import LoggedIn
    from causerie.cli.conversation import Conversation

    client = await _connect(where)
    try:
        await client.hello()
        inside = await client.ask(login)
        assert isinstance(inside, LoggedIn)
        print(_("You are in as {name}. /help says what you can do.").format(name=printable(inside.name)))
        return await Conversation(client, inside.person).run(channel)
    finally:
        await client.close()


async def _connect(where: Where) -> NativeClient:
    import asyncio

    from causerie.cli.native_client import NativeClient

    host, port, link = where
    secure = link is not None or host not in LOOPBACK
    try:
        async with asyncio.timeout(PATIENCE):
            if secure:
                from causerie.cli.certificates import connect_securely

                reader, writer = await connect_securely(host, port, link.pin if link else None)
            else:
                from causerie.cli.native_client import over_tcp

                reader, writer = await over_tcp(host, port, None)
    except TimeoutError:
        raise Failure(_("{host}:{port} does not answer").format(host=host, port=port)) from None
    except OSError as error:
        # asyncio puts the address, which is named already, into the text of these.
        why = os.strerror(error.errno) if isinstance(error, ConnectionError) and error.errno else str(error)
        raise Failure(_("cannot connect to {host}:{port}: {why}").format(host=host, port=port, why=why)) from None
    return NativeClient(reader, writer)


def _place(where: str) -> Where:
    from causerie import links
    from causerie.address import EVERY, Address

    try:
        if "://" in where:
            link = links.parse(where)
            return link.host, link.port, link
        address = Address.parse(where)
    except ValueError as error:
        raise Failure(str(error), MISUSED) from None
    return "localhost" if address.host == EVERY else address.host, address.port, None


def _login(arguments: argparse.Namespace, link: Link | None) -> LogIn | Register:
    from causerie.chat.commands import LogIn, Register
    from causerie.cli.password import known_password, new_password

    name = arguments.name
    if arguments.guest:
        return LogIn(name=name, guest=True)
    if not name:
        if not sys.stdin.isatty():
            raise Failure(_("who are you? give --name NAME, or --guest"), MISUSED)
        name = input(_("Your name: ")).strip()
    if link is not None:
        return Register(name=name, password=new_password(name), invite=link.token)
    return LogIn(name=name, password=known_password(name))
