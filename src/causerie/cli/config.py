"""`causerie config`: check a settings file before a server uses it."""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.failure import MISUSED, Failure
from causerie.cli.output import print_json
from causerie.cli.parser import command, group
from causerie.cli.place import find_place, read_config
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse

    from causerie.cli.parser import Commands
    from causerie.config.settings import Config


def add(commands: Commands) -> None:
    """Declare the commands."""
    own = group(commands, "config", _("check a settings file"))
    check = command(own, "check", _("say OK, or what is wrong and on which line"), _check)
    check.add_argument("file", type=Path, metavar=_("FILE"), help=_("the settings file"))
    check.add_argument("--json", action="store_true", help=_("print JSON, for programs"))


def _check(arguments: argparse.Namespace) -> int:
    from causerie.config.file import Unusable, located

    config = read_config(arguments.file)
    data = find_place(arguments.file, None).data
    try:
        _look_at_directory(data)
        warning = _open_certificate(config, data)
        if not _served(data):
            _bind_ports(config)
    except Unusable as error:
        document = arguments.file.read_text("utf-8-sig")
        raise Failure(str(located(error, document, arguments.file)), MISUSED) from None
    if arguments.json:
        print_json(ok=True, file=str(arguments.file), warning=warning)
        return 0
    if warning:
        print(_("causerie: warning: {why}").format(why=warning), file=sys.stderr)
    print(_("{path}: OK").format(path=arguments.file))
    return 0


def _open_certificate(config: Config, data: Path) -> str:
    """As the server does, if there is one yet or one is named; a warning where it ends soon, else ""."""
    from causerie.certs.certificate import CertificateError
    from causerie.certs.identity import Identity
    from causerie.certs.validity import warning
    from causerie.config.file import Unusable

    identity = Identity(config, data, ())
    if not identity.there():
        return ""
    try:
        return warning(identity.good_until(), time.time_ns() // 1_000_000)
    except CertificateError as error:
        why = str(error)
        name = "key" if config.tls.key and config.tls.certificate not in why else "certificate"
        raise Unusable(("tls", name), why) from None


def _look_at_directory(data: Path) -> None:
    from causerie.config.file import Unusable

    there = data
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise Unusable(("server", "data"), _("{path} is no directory").format(path=there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise Unusable(("server", "data"), _("you may not write into {path}").format(path=there))


def _served(data: Path) -> bool:
    """Whether a server runs there: the ports are its own."""
    import fcntl

    try:
        lock = os.open(data / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _bind_ports(config: Config) -> None:
    """Take each address for a moment, without listening."""
    import socket

    from causerie.address import EVERY, Address
    from causerie.config.file import Unusable

    wanted: list[tuple[Address, tuple[str | int, ...]]] = [
        *((address, ("server", "listen")) for address in config.server.listen),
        *((one.address, ("listen", number, "address")) for number, one in enumerate(config.listen)),
        *((Address(one.host, one.port), ("irc", "listen", number)) for number, one in enumerate(config.irc.listen)),
    ]
    for address, at in wanted:
        host = None if address.host == EVERY else address.host
        try:
            found = socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, kind, protocol, _name, where in found:
                with socket.socket(family, kind, protocol) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if family == socket.AF_INET6:
                        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    probe.bind(where)
                    probe.listen(1)
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT:
                continue
            why = _("cannot listen on {address}: {why}")
            raise Unusable(at, why.format(address=address, why=error.strerror or error)) from None
