"""The command `causerie`: finds the group of commands that was asked for, and runs the one in it.

Only that group's file is imported: a start of the server does not read what the other commands need.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from causerie import __version__
from causerie.cli.failure import BROKEN, MISUSED, Failure
from causerie.cli.parser import Parser, program, speak_their_language
from causerie.i18n.text import _

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = ("serve", "talk", "desktop", "account", "invite", "status", "db", "config")
"""Each is a file in this package, with `add(commands)`."""

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells have it: 128 and the signal's number."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status. A failure is one line on standard error."""
    _open_standard_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = None
    try:
        _check_words(words)
        arguments = _parser(words).parse_args(words)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except Failure as failure:
        if failure.code and getattr(arguments, "json", False):
            from causerie.cli.output import print_json

            print_json(error=failure.code, data=failure.data)
        print(f"causerie: {failure}", file=sys.stderr)
        return failure.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has had enough; what is left in the buffer must not fail at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except Exception as error:
        if os.environ.get("CAUSERIE_DEBUG"):
            raise
        if (why := surroundings(error)) is not None:
            print(f"causerie: {why}", file=sys.stderr)
            return BROKEN
        about = f"{type(error).__name__}: {error}".splitlines()[0]
        print(
            _("causerie: this is a bug: {about}; please report it, with what CAUSERIE_DEBUG=1 shows").format(
                about=about
            ),
            file=sys.stderr,
        )
        return BROKEN


def _open_standard_streams() -> None:
    """Open closed ones on /dev/null: else the next file to be opened gets their number, and what is printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _check_words(words: Sequence[str]) -> None:
    """Raises Failure for an argument that is not UTF-8: Python hands its bytes on as letters that nothing can write."""
    for number, word in enumerate(words, 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = word.encode("utf-8", "replace").decode()
            raise Failure(
                _("argument {number} ({text}) is not UTF-8; is the terminal set to another encoding?").format(
                    number=number, text=shown[:100]
                ),
                MISUSED,
            ) from None


def surroundings(error: Exception) -> str | None:
    """The sentence for an error that comes from the system and not from this program; None for any other."""
    import errno
    import sqlite3

    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return _("too many files are open; allow more (ulimit -n, LimitNOFILE=) or end other programs")
    if isinstance(error, OSError) and error.errno:
        where = f"{error.filename}: " if error.filename else ""
        return _("the system refuses: {where}{why}").format(where=where, why=os.strerror(error.errno))
    if isinstance(error, MemoryError):
        return _("there is not enough memory")
    if isinstance(error, sqlite3.Error):
        return _("cannot read what is stored: {why}").format(why=error)
    if isinstance(error, RuntimeError) and "event loop" in str(error):
        # asyncio could not put away a loop that the system did not let it make: what it said of that is what counts.
        before = error.__context__
        return surroundings(before) if isinstance(before, Exception) else None
    if isinstance(error, RuntimeError) and "home directory" in str(error):
        return _("this user has no home directory: set HOME, or name where all is kept with --data")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return _("the system allows no more threads (ulimit -u, TasksMax=)")
    return None


def _parser(words: Sequence[str]) -> Parser:
    speak_their_language()
    # What is printed may hold what a terminal cannot show.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = Parser(prog=program(), description=_("Self-hosted group chat: one process, one port, every client."))
    parser.add_argument("--version", action="version", version=f"causerie {__version__}")
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True, dest="command")
    asked = [words[0]] if words and words[0] in GROUPS else GROUPS
    for name in asked:
        import_module(f"causerie.cli.{name}").add(commands)
    return parser
