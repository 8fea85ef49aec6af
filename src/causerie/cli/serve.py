"""`causerie serve`: the server, until a signal ends it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from causerie.cli.failure import BROKEN, Failure
from causerie.cli.output import print_json
from causerie.cli.parser import command, program
from causerie.cli.place import Place, add_place, find_place
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from causerie.bootstrap import Server
    from causerie.cli.parser import Commands

INVITE_HOURS = 24 * 7


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = command(commands, "serve", _("run the server"), run)
    add_place(parser, json=False)
    parser.add_argument(
        "--listen",
        metavar=_("HOST:PORT"),
        action="extend",
        nargs="+",
        default=[],
        help=_("where to listen, instead of what the settings say; * is every interface, port 0 any free one"),
    )
    parser.add_argument("--json", action="store_true", help=_("say what happens as JSON, one object a line"))


def run(arguments: argparse.Namespace) -> int:
    """Serve, and return the exit status."""
    import gc

    # All that is imported stays: looking for garbage among it only delays the start. bootstrap.start sets the
    # collector to work.
    gc.disable()
    import asyncio

    from causerie import logs

    place = find_place(arguments.config, arguments.data, arguments.listen)
    config = place.config()
    logs.set_up(config.server.log_level, config.server.log_format)
    _warn_root(place.data)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(place, arguments.json))


def _loop_factory() -> Callable[[], Any] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


async def _serve(place: Place, as_json: bool) -> int:
    from causerie import bootstrap
    from causerie.data_directory import CannotStart

    try:
        server = await bootstrap.start(place.config(), place.data, place.port_asked())
    except CannotStart as error:
        raise Failure(str(error)) from None
    bootstrap.handle_signals(server, _read_again(place))
    try:
        _say_listening(server, as_json)
        await _welcome(server, as_json)
        await server.stopping.wait()
    finally:
        await server.stop()
    return BROKEN if server.broken else 0


def _read_again(place: Place) -> Callable[[], Any]:
    def read() -> Any:
        from causerie import logs

        config = place.config()
        logs.set_level(config.server.log_level)
        return config

    return read


async def _welcome(server: Server, as_json: bool) -> None:
    """What comes after listening, so as not to delay it: the certificate, the first administrator's link."""
    import asyncio

    from causerie.certs.certificate import CertificateError

    try:
        await asyncio.to_thread(server.look_at_certificate)
    except CertificateError as error:
        raise Failure(str(error)) from None
    if needs_administrator(server):
        from causerie.chat.commands import MakeInvite
        from causerie.chat.errors import ChatError
        from causerie.server.operator_session import ask

        try:
            made: Any = await ask(server.context, MakeInvite(admin=True, uses=1, hours=INVITE_HOURS))
        except ChatError as error:
            # A full disk is no reason to stop: what was said can still be read.
            import logging

            logging.getLogger("causerie.server").error("no administrator's link, the next start tries again: %s", error)
            return
        _say_link(made.link, as_json)
    elif not as_json:
        print(_("Ctrl+C stops it."), flush=True)


def needs_administrator(server: Server) -> bool:
    """Whether this is the very first start: no account, and no link that would make an administrator."""
    directory, now = server.context.state, server.context.now()
    if any(not person.guest for person in directory.people.values()):
        return False
    return not any(invite.admin and (not invite.until or invite.until > now) for invite in directory.invites.values())


def _say_listening(server: Server, as_json: bool) -> None:
    if as_json:
        print_json(
            event="listening",
            addresses=[str(address) for address in server.identity.listening],
            data=str(server.directory.path),
            pid=os.getpid(),
        )
        return
    from causerie import __version__

    print(_("causerie {version}: {name} is open").format(version=__version__, name=server.config.server.name))
    print(_("Addresses:"), ", ".join(addresses_for_people(server)))
    print(_("Data:"), server.directory.path, flush=True)


def addresses_for_people(server: Server) -> list[str]:
    """Addresses that can be typed into a client: instead of "every interface", this machine's own."""
    from causerie.address import Address

    shown: dict[str, bool] = {}
    for address in server.identity.listening:
        hosts = [server.identity.host(), "localhost"] if address.host in ("0.0.0.0", "::") else [address.host]
        shown.update((str(Address(host, address.port)), True) for host in hosts)
    return list(shown)


def _say_link(link: str, as_json: bool) -> None:
    if as_json:
        print_json(event="admin_link", link=link)
        return
    print()
    print(_("Nobody has an account here yet. This link makes one administrator; it works once, for seven days:"))
    print()
    print(f"  {link}")
    print()
    if sys.stdout.isatty():
        from causerie.links import qr

        print(qr(link))
        print()
    # Not with the link as an argument: everybody on the machine can read the arguments of a program.
    print(_("To use it from a terminal: {program} talk -   and paste the link there").format(program=program()))
    print(_("Ctrl+C stops the server."), flush=True)


def _warn_root(data: Path) -> None:
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        owner = 0
    if owner == 0:
        import logging

        logging.getLogger("causerie.server").warning(
            _("running as root; better use packaging/causerie.service, which has a user of its own")
        )
