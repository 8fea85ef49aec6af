"""`causerie account`: who has an account, and who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.cli.operate import operate, place_of, request
from causerie.cli.output import moment, print_json, print_table
from causerie.cli.parser import Parser, command, group
from causerie.cli.place import add_place
from causerie.i18n.text import _, ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from causerie.chat.commands import Command
    from causerie.chat.replies import AccountLine
    from causerie.cli.operate import Ask
    from causerie.cli.parser import Commands

PAGE = 1000


def add(commands: Commands) -> None:
    """Declare the commands."""
    own = group(commands, "account", _("add, list and change accounts"))
    adding = _named(own, "add", _("make an account; the password is asked for, or one line of standard input"), _add)
    adding.add_argument("--admin", action="store_true", help=_("make it an administrator"))
    _named(own, "passwd", _("give an account a new password; all its sessions end"), _passwd)
    listing = command(own, "list", _("list the accounts"), _list)
    add_place(listing)
    _named(own, "disable", _("shut an account out, at once and everywhere"), _disable)
    _named(own, "enable", _("let an account in again"), _enable)
    role = _named(own, "role", _("make an account an administrator, or no longer"), _role)
    role.add_argument("role", choices=("admin", "administrator", "member"), help=_("what it is from now on"))


def _named(commands: Commands, name: str, help: str, run: Callable[[argparse.Namespace], int]) -> Parser:
    parser = command(commands, name, help, run)
    parser.add_argument("name", metavar=_("NAME"), help=_("the account's name"))
    add_place(parser)
    return parser


def _do(arguments: argparse.Namespace, wanted: Command, said: str, create: bool = False) -> int:
    """Send a command whose only answer is that it is done, and say so."""

    from causerie.chat.replies import Reply

    request(arguments, wanted, Reply, create)
    if arguments.json:
        print_json(done=True)
    else:
        print(said.format(name=arguments.name))
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import AddAccount
    from causerie.cli.password import new_password

    wanted = AddAccount(name=arguments.name, password=new_password(arguments.name), admin=arguments.admin)
    said = _("{name} has an account, as an administrator.") if arguments.admin else _("{name} has an account.")
    return _do(arguments, wanted, said, create=True)


def _passwd(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import ResetPassword
    from causerie.cli.password import new_password

    wanted = ResetPassword(name=arguments.name, password=new_password(arguments.name))
    return _do(arguments, wanted, _("{name} has a new password, and has to log in again everywhere."))


def _disable(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import DisableAccount

    wanted = DisableAccount(name=arguments.name)
    return _do(arguments, wanted, _("{name} is shut out."))


def _enable(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import DisableAccount

    wanted = DisableAccount(name=arguments.name, disabled=False)
    return _do(arguments, wanted, _("{name} may come in again."))


def _role(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import SetAdministrator

    admin = arguments.role != "member"
    said = _("{name} is an administrator.") if admin else _("{name} is not an administrator.")
    return _do(arguments, SetAdministrator(name=arguments.name, admin=admin), said)


def _list(arguments: argparse.Namespace) -> int:
    lines = operate(place_of(arguments), _all)
    if arguments.json:
        print_json(accounts=lines)
        return 0
    rows = [
        (
            line.name,
            _("administrator") if line.admin else _("member"),
            _("shut out") if line.disabled else (_("here") if line.here else "-"),
            moment(line.made_at),
        )
        for line in lines
    ]
    print_table((_("NAME"), _("ROLE"), _("STATE"), _("SINCE")), rows)
    print(ngettext("{count} account", "{count} accounts", len(rows)).format(count=len(rows)))
    return 0


async def _all(ask: Ask) -> list[AccountLine]:
    from causerie.chat.commands import ListAccounts
    from causerie.chat.replies import AccountList

    lines: list[AccountLine] = []
    more = True
    while more:
        page = await ask(ListAccounts(after=lines[-1].name if lines else "", limit=PAGE))
        assert isinstance(page, AccountList)
        lines += page.accounts
        more = page.more
    return lines
