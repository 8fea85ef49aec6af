"""`causerie config`: look at a settings file before a server has to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.parser import command, group
from causerie.cli.place import read_config
from causerie.text import _

if TYPE_CHECKING:
    import argparse

    from causerie.cli.parser import Commands


def add(commands: Commands) -> None:
    """Declare the commands."""
    own = group(commands, "config", _("check a settings file"))
    check = command(own, "check", _("say OK, or what is wrong and on which line"), _check)
    check.add_argument("file", type=Path, metavar=_("FILE"), help=_("the settings file"))


def _check(arguments: argparse.Namespace) -> int:
    read_config(arguments.file)
    print(_("{path}: OK").format(path=arguments.file))
    return 0
