"""Reads passwords: without echo on a terminal, or as one line of standard input.

Never an argument of a command, where every user of the machine could read it.
"""

from __future__ import annotations

import os
import sys

from causerie.cli.failure import MISUSED, Failure
from causerie.i18n.text import _

MOST_BYTES = 4096

MAX_TRIES = 3
"""Times that a new password may be typed."""


def new_password(name: str, least: int = 0) -> str:
    """A password that is chosen now: typed twice on a terminal. `least`: characters that it must have; 0: not known.

    At a terminal what cannot be chosen is said after the first typing, and asked for again. Raises Failure.
    """
    if not sys.stdin.isatty():
        return _line()
    for _try in range(MAX_TRIES):
        first = _chosen(name, least)
        if first is None:
            continue
        if _ask(_("The same again: ")) == first:
            return first
        print(_("! the two passwords differ"), file=sys.stderr)
    raise Failure(_("no password was chosen; nothing was changed"), MISUSED)


def _chosen(name: str, least: int) -> str | None:
    """One that may be chosen; None: it may not, and why was said."""
    from causerie.chat.errors import WeakPassword
    from causerie.chat.passwords import check_password
    from causerie.i18n.refusals import sentence

    asked = _("New password for {name} (at least {least} characters): ") if least else _("New password for {name}: ")
    password = _ask(asked.format(name=name, least=least))
    try:
        if least:
            check_password(password, name, least)
    except WeakPassword as weak:
        print(f"! {sentence(weak)}", file=sys.stderr)
        return None
    return password


def known_password(name: str) -> str:
    """A password that its owner knows. Raises Failure."""
    return _ask(_("Password of {name}: ").format(name=name)) if sys.stdin.isatty() else _line()


def _ask(prompt: str) -> str:
    from getpass import getpass

    try:
        return getpass(prompt)
    except EOFError:
        raise Failure(_("no password was given"), MISUSED) from None


def _line() -> str:
    """One line, read byte by byte: what follows it is left for whoever reads on."""
    line = bytearray()
    while len(line) < MOST_BYTES and (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    try:
        password = line.decode().removesuffix("\r")
    except UnicodeDecodeError:
        raise Failure(_("the password on standard input is not UTF-8"), MISUSED) from None
    if not password:
        raise Failure(_("no password was given; it is one line of standard input"), MISUSED)
    return password
