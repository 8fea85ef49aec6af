"""`causerie db`: check, back up and restore what is stored."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.failure import BROKEN
from causerie.cli.operate import operate, place_of, request
from causerie.cli.output import print_json, size
from causerie.cli.parser import command, group
from causerie.cli.place import add_place
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable

    from causerie.chat.replies import Reply, StoreChecked
    from causerie.cli.operate import Ask
    from causerie.cli.parser import Commands
    from causerie.server.ports.records import Count

LONG = 1.0
"""Seconds after which a backup shows how far it is."""

TO_END = "\x1b[K"
"""Clears a terminal's line from here on (ECMA-48, EL)."""


def add(commands: Commands) -> None:
    """Declare the commands."""
    own = group(commands, "db", _("check, back up and restore what is stored"))
    check = command(own, "check", _("read all that is stored, and say what is wrong with it"), _check)
    backup = command(own, "backup", _("write a verified copy to a new file; a running server goes on"), _backup)
    backup.add_argument("file", type=Path, metavar=_("FILE"), help=_("the new file, on the server's machine"))
    restore = command(own, "restore", _("put a backup in the place of what is stored; no server may run"), _restore)
    restore.add_argument("file", type=Path, metavar=_("FILE"), help=_("the backup"))
    for parser in (check, backup, restore):
        add_place(parser)


def _check(arguments: argparse.Namespace) -> int:
    from causerie.chat.commands import CheckStore
    from causerie.chat.replies import StoreChecked

    found = request(arguments, CheckStore(), StoreChecked)
    if arguments.json:
        print_json(check=found)
    else:
        for problem in found.problems:
            print(problem)
        print(_counted(found) if not found.problems else _("This store is damaged; restore a backup."))
    return BROKEN if found.problems else 0


def _backup(arguments: argparse.Namespace) -> int:
    place = place_of(arguments)
    target: Path = arguments.file.absolute()

    async def work(ask: Ask) -> StoreChecked:
        from causerie.chat.commands import Backup

        asked = ask(Backup(path=str(target)))
        if arguments.json or not sys.stderr.isatty():
            return _checked(await asked)
        return _checked(await with_progress(asked, place.data / "causerie.db", target.with_name(target.name + ".part")))

    found = operate(place, work)
    if arguments.json:
        print_json(backup=found)
    else:
        print(_("{path} is a whole copy.").format(path=found.path), _counted(found))
    return 0


async def with_progress(asked: Awaitable[Reply], source: Path, part: Path, long: float = LONG) -> Reply:
    """Wait for a backup; if it takes `long` (seconds), show how much of it is written."""
    import asyncio

    task = asyncio.ensure_future(asked)
    await asyncio.wait({task}, timeout=long)
    while not task.done():
        written = part.stat().st_size if part.exists() else 0
        line = f"\r{_('Copying')}: {size(written)} / {size(source.stat().st_size)}{TO_END}"
        print(line, end="", file=sys.stderr, flush=True)
        await asyncio.wait({task}, timeout=0.2)
    print(f"\r{TO_END}", end="", file=sys.stderr, flush=True)
    return task.result()


def _restore(arguments: argparse.Namespace) -> int:
    from causerie.cli.restore import restore

    place = place_of(arguments)
    found, kept = restore(arguments.file, place.data)
    if arguments.json:
        print_json(
            restore={
                "messages": found.messages,
                "people": found.people,
                "channels": found.channels,
                "kept": str(kept) if kept else None,
            }
        )
        return 0
    print(_("{path} is restored.").format(path=arguments.file), _counted(found))
    if kept is not None:
        print(_("What was stored before is in {path}.").format(path=kept))
    return 0


def _checked(answer: Reply) -> StoreChecked:
    from causerie.chat.replies import StoreChecked

    assert isinstance(answer, StoreChecked)
    return answer


def _counted(found: StoreChecked | Count) -> str:
    text = _("Events: {messages}. People: {people}. Channels: {channels}. All is well.")
    return text.format(
        messages=found.messages,
        people=found.people,
        channels=found.channels,
    )
