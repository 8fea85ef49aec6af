"""`causerie invite`: links that let people make an account."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from causerie.cli.operate import request
from causerie.cli.output import moment, print_json, print_table
from causerie.cli.parser import command, group
from causerie.cli.place import add_place
from causerie.i18n.text import _, ngettext

if TYPE_CHECKING:
    import argparse

    from causerie.cli.parser import Commands


def add(commands: Commands) -> None:
    """Declare the commands."""
    own = group(commands, "invite", _("make, list and revoke links that let people in"))
    create = command(own, "create", _("make a link; it is shown only now"), _create)
    create.add_argument("--uses", type=int, default=1, metavar="N", help=_("how many accounts it makes (default: 1)"))
    create.add_argument(
        "--hours",
        type=int,
        default=168,
        metavar="H",
        help=_("how long it is good (default: 168, a week; 0: for ever)"),
    )
    create.add_argument("--admin", action="store_true", help=_("whoever uses it becomes an administrator"))
    create.add_argument("--note", default="", metavar=_("TEXT"), help=_("a note for the list of invitations"))
    listing = command(own, "list", _("list the links that are still good"), _list)
    revoke = command(own, "revoke", _("make a link useless"), _revoke)
    revoke.add_argument("invite", type=int, metavar="ID", help=_("its number in the list"))
    for parser in (create, listing, revoke):
        add_place(parser)


def _create(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import MakeInvite
    from causerie.chat.replies import InviteMade

    wanted = MakeInvite(uses=arguments.uses, hours=arguments.hours, admin=arguments.admin, note=arguments.note)
    made = request(arguments, wanted, InviteMade, create=True)
    if arguments.json:
        print_json(invite=made.invite, link=made.link)
        return 0
    print(made.link)
    if sys.stdout.isatty():
        from causerie.links import qr

        print()
        print(qr(made.link))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import ListInvites
    from causerie.chat.replies import InviteList

    lines = request(arguments, ListInvites(), InviteList).invites
    if arguments.json:
        print_json(invites=lines)
        return 0
    rows = [
        (
            str(line.invite),
            str(line.uses_left),
            moment(line.until) if line.until else _("for ever"),
            _("administrator") if line.admin else _("member"),
            line.made_by or "-",
            line.note,
        )
        for line in lines
    ]
    print_table((_("ID"), _("USES LEFT"), _("GOOD UNTIL"), _("FOR A"), _("MADE BY"), _("NOTE")), rows)
    print(ngettext("{count} invitation", "{count} invitations", len(rows)).format(count=len(rows)))
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import RevokeInvite
    from causerie.chat.replies import Done

    request(arguments, RevokeInvite(invite=arguments.invite), Done)
    if arguments.json:
        print_json(done=True)
    else:
        print(_("Invitation {invite} is no longer good.").format(invite=arguments.invite))
    return 0
