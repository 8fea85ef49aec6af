"""`causerie talk`: a small client for a terminal, one line a message."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from causerie.cli.failure import MISUSED, Failure
from causerie.cli.parser import command
from causerie.text import _, printable

if TYPE_CHECKING:
    import argparse

    from causerie.cli.certificates import Acceptance
    from causerie.cli.parser import Commands
    from causerie.client import Chat, ServerAddress, Unreachable

HERE = "localhost:5000"


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
    from causerie.cli.certificates import Acceptance
    from causerie.client import Ended, Unreachable
    from causerie.refusals import sentence

    acceptance = Acceptance()
    try:
        # All questions come before connecting: a server does not wait while somebody looks for a password.
        server = _server(arguments.where)
        chat = _chat(arguments, server, acceptance)
        return asyncio.run(_talk(chat, arguments.channel))
    except ChatError as error:
        raise Failure(sentence(error), code=error.code, data=error.data) from None
    except EOFError:
        return 0  # Ctrl+D instead of a name
    except Unreachable as unreachable:
        raise _failure(unreachable, server, acceptance) from None
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


async def _talk(chat: Chat, channel: str) -> int:
    from causerie.cli.conversation import Conversation

    async with chat:
        print(_("You are in as {name}. /help says what you can do.").format(name=printable(chat.me.name)))
        return await Conversation(chat).run(channel)


def _failure(unreachable: Unreachable, server: ServerAddress, acceptance: Acceptance) -> Failure:
    from causerie.client import CertificateRefused

    if isinstance(unreachable, CertificateRefused):
        return acceptance.failure(unreachable, bool(server.pin))
    host, port = server.host, server.port
    if isinstance(unreachable.why, TimeoutError):
        return Failure(_("{host}:{port} does not answer").format(host=host, port=port))
    why = printable(unreachable.about)
    return Failure(_("cannot connect to {host}:{port}: {why}").format(host=host, port=port, why=why))


def _server(where: str) -> ServerAddress:
    from causerie.client import ServerAddress

    try:
        return ServerAddress.parse(where)
    except ValueError as error:
        raise Failure(str(error), MISUSED) from None


def _chat(arguments: argparse.Namespace, server: ServerAddress, acceptance: Acceptance) -> Chat:
    from causerie.cli.certificates import known_file
    from causerie.cli.password import known_password, new_password
    from causerie.client import KnownServers, connect

    name, password = arguments.name, ""
    if not arguments.guest:
        if not name and sys.stdin.isatty():
            name = input(_("Your name: ")).strip()
        if not name:
            raise Failure(_("who are you? give --name NAME, or --guest"), MISUSED)
        password = new_password(name) if server.invite else known_password(name)
    known = KnownServers(known_file())
    return connect(server, name=name, password=password, known=known, vouch=acceptance.ask, reconnect=False)
