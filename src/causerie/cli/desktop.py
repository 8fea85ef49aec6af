"""`causerie desktop`: the window."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from causerie.cli.failure import BROKEN, MISUSED, Failure
from causerie.cli.parser import command
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse

    from causerie.cli.parser import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = command(commands, "desktop", _("talk in a window"), run)
    parser.add_argument(
        "server",
        nargs="?",
        default="",
        metavar=_("SERVER"),
        help=_("HOST:PORT, or the link that somebody gave you (default: the last one)"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    from causerie.cli.hidden_argument import hide_secret_of

    hide_secret_of(arguments.server)
    try:
        import tkinter
    except ImportError:
        raise Failure(
            _("the window needs Tk; install it with: sudo apt-get install python3-tk (elsewhere: tk, python3-tkinter)"),
            status=BROKEN,
        ) from None
    try:
        import customtkinter  # noqa: F401
    except ImportError:
        raise Failure(
            _("the window needs customtkinter; install it with: pip install 'causerie[desktop]'"), status=BROKEN
        ) from None
    from causerie.client import ServerAddress
    from causerie.desktop.app import run as show
    from causerie.desktop.models.saved_files import SavedFiles, directory
    from causerie.i18n.refusals import sentence

    if os.environ.get("CAUSERIE_DEBUG"):
        import logging

        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
        if os.environ["CAUSERIE_DEBUG"] == "2":
            logging.getLogger("causerie.shown").setLevel(logging.DEBUG)
    if arguments.server:
        try:
            ServerAddress.parse(arguments.server)
        except ValueError as error:
            raise Failure(str(error), status=MISUSED) from None
    try:
        return show(arguments.server, sentence, SavedFiles(directory()))
    except tkinter.TclError as error:
        raise Failure(_("there is no screen to show a window on ({why})").format(why=error), status=BROKEN) from None
