"""Passwords: asked for without echo on a terminal, or one line of standard input.

Never an argument of a command, where every user of the machine could read it.
"""

from __future__ import annotations

import os
import sys

from causerie.cli.failure import MISUSED, Failure
from causerie.text import _

MOST_BYTES = 4096


def new_password(name: str) -> str:
    """A password that is chosen now: typed twice on a terminal. Raises Failure."""
    if not sys.stdin.isatty():
        return _line()
    first = _ask(_("New password for {name}: ").format(name=name))
    if _ask(_("The same again: ")) != first:
        raise Failure(_("the two passwords differ; nothing was changed"), MISUSED)
    return first


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
