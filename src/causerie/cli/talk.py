"""`causerie talk`: a small client for a terminal, one line a message."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from causerie.cli.failure import MISUSED, Failure
from causerie.cli.parser import command
from causerie.i18n.text import _, printable

if TYPE_CHECKING:
    import argparse

    from causerie.cli.certificates import Acceptance
    from causerie.cli.parser import Commands
    from causerie.client import Chat, ServerAddress, Unreachable

HERE = "localhost:5000"

MAX_TRIES = 3
"""Times that a name and a password may be typed."""

MISTYPED = ("bad_name", "name_taken", "login_failed", "weak_password")
"""Refusals after which a person at a terminal is asked once more."""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = command(commands, "talk", _("talk from this terminal"), run)
    parser.add_argument(
        "where",
        nargs="?",
        default=HERE,
        metavar=_("LINK"),
        help=_("the link that somebody gave you, or HOST:PORT (default: {here}); - asks for it").format(here=HERE),
    )
    parser.add_argument("--name", default="", metavar=_("NAME"), help=_("your name (default: it is asked for)"))
    parser.add_argument("--guest", action="store_true", help=_("come in without an account"))
    parser.add_argument("--channel", default="home", metavar=_("NAME"), help=_("the channel to enter (default: home)"))


def run(arguments: argparse.Namespace) -> int:
    """Talk until one leaves or the server ends it."""
    import asyncio

    from causerie.cli.hidden_argument import hide_secret_of

    hide_secret_of(arguments.where)

    from causerie.chat.errors import ChatError
    from causerie.cli.certificates import Acceptance
    from causerie.cli.disconnect_reason import disconnect_reason
    from causerie.client import SessionEnded, Unreachable
    from causerie.i18n.refusals import sentence

    acceptance = Acceptance()
    server = _server(_link() if arguments.where == "-" else arguments.where)
    try:
        return asyncio.run(_talk(arguments, server, acceptance))
    except ChatError as error:
        raise Failure(sentence(error), code=error.code, data=error.data) from None
    except EOFError:
        return 0  # Ctrl+D instead of a name
    except Unreachable as unreachable:
        raise _failure(unreachable, server, acceptance) from None
    except SessionEnded as ended:
        raise Failure(disconnect_reason(ended.code)) from None


async def _talk(arguments: argparse.Namespace, server: ServerAddress, acceptance: Acceptance) -> int:
    from causerie.cli.conversation import Conversation

    interactive = sys.stdin.isatty()
    chat = await _log_in(arguments, server, acceptance, interactive)
    try:
        print(_("You are in as {name}. /help says what you can do.").format(name=printable(chat.me.name)))
        return await Conversation(chat, interactive).run(arguments.channel)
    finally:
        await chat.close()


async def _log_in(
    arguments: argparse.Namespace, server: ServerAddress, acceptance: Acceptance, interactive: bool
) -> Chat:
    """A chat that is logged in; a person who mistypes is asked again. Raises as `Chat.open`, EOFError and Failure."""
    from causerie.chat.errors import ChatError
    from causerie.i18n.refusals import sentence

    name, tries = arguments.name, 1
    while True:
        # All questions come before connecting: a server does not wait while somebody looks for a password.
        if not arguments.guest and (not name or tries > 1):
            name = _name(name)
        chat = await _chat(arguments, server, acceptance, name)
        try:
            return await chat.open()
        except ChatError as error:
            if not interactive or tries == MAX_TRIES or error.code not in MISTYPED:
                raise
            print(f"! {sentence(error)}", flush=True)
        tries += 1


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


def _link() -> str:
    """The link, from a person or a pipe: as an argument everybody on the machine could read the secret in it."""
    return input(_("The link: ") if sys.stdin.isatty() else "").strip()


def _name(before: str) -> str:
    """A name that is typed; an empty line means the one before. Raises Failure and EOFError."""
    typed = ""
    if sys.stdin.isatty():
        asked = _("Your name [{before}]: ").format(before=before) if before else _("Your name: ")
        typed = input(asked).strip()
    if not (typed or before):
        raise Failure(_("who are you? give --name NAME, or --guest"), MISUSED)
    return typed or before


async def _chat(arguments: argparse.Namespace, server: ServerAddress, acceptance: Acceptance, name: str) -> Chat:
    from causerie.cli.certificates import known_file
    from causerie.cli.password import known_password, new_password
    from causerie.client import KnownServers, connect, fetch_welcome

    known, password = KnownServers(known_file()), ""
    if not arguments.guest:
        if server.invite:
            # What the server asks of a password is said before one is thought of.
            interactive = sys.stdin.isatty()
            least = (
                (await fetch_welcome(server, known_servers=known, confirm_certificate=acceptance.ask)).password_min
                if interactive
                else 0
            )
            password = new_password(name, least)
        else:
            password = known_password(name)
    return connect(
        server,
        name=name,
        password=password,
        guest=arguments.guest,
        known_servers=known,
        confirm_certificate=acceptance.ask,
        reconnect=sys.stdin.isatty(),
    )
