"""The argument parser: argparse with translated texts and one-line errors."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

from causerie.cli.failure import MISUSED
from causerie.i18n.text import _, language, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    Commands = argparse._SubParsersAction["Parser"]


class Parser(argparse.ArgumentParser):
    """Takes no abbreviated options: a script must not break when an option is added."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **more})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """One line, and where to read on."""
        more = _("`{command} --help` says what it takes").format(command=self.prog)
        print(f"causerie: {message}; {more}", file=sys.stderr)
        sys.exit(MISUSED)


def program() -> str:
    """What somebody types to run this: `./causerie` says it for itself."""
    import os

    return os.environ.get("CAUSERIE_PROGRAM") or "causerie"


def speak_their_language() -> None:
    """Have argparse, which uses gettext, take its texts from this program's catalog."""
    code = language()
    if code == "en":
        return
    import gettext
    import os

    gettext.bindtextdomain("causerie", os.path.join(os.path.dirname(os.path.dirname(__file__)), "i18n", "locales"))
    gettext.textdomain("causerie")


def command(commands: Commands, name: str, help: str, run: Callable[[argparse.Namespace], int]) -> Parser:
    """A command that `run` does; its exit status is what that returns."""
    parser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    return parser


def group(commands: Commands, name: str, help: str) -> Commands:
    """A command that has commands of its own."""
    parser = commands.add_parser(name, help=help, description=help)
    return parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True, dest=f"{name}_command")


def _argparse_says() -> None:
    """Never called: has the texts of argparse extracted into the catalog."""
    _("usage: ")
    _("options")
    _("positional arguments")
    _("show this help message and exit")
    _("show program's version number and exit")
    _("unrecognized arguments: %s")
    _("the following arguments are required: %s")
    _("argument %(argument_name)s: %(message)s")
    _("expected one argument")
    _("expected at most one argument")
    _("expected at least one argument")
    ngettext("expected %s argument", "expected %s arguments", 2)
    _("invalid choice: %(value)r (choose from %(choices)s)")
    _("invalid %(type)s value: %(value)r")
    _("not allowed with argument %s")
    _("one of the arguments %s is required")
