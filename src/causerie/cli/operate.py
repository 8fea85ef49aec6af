"""Sends commands as the operator: to the running server over its control socket, else to the core in this process.

Either way it is the same command and the same answer.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

from causerie.cli.failure import Failure
from causerie.cli.place import Place, find_place
from causerie.i18n.refusals import sentence
from causerie.i18n.text import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from causerie.chat.commands import Command
    from causerie.chat.replies import Reply

    Ask = Callable[[Command], Awaitable[Reply]]

T = TypeVar("T")
R = TypeVar("R", bound="Reply")

QUIET = 60.0
"""Seconds that a running server may take for its first words."""


def place_of(arguments: argparse.Namespace) -> Place:
    """Which data a command with `--data` and `--config` is about. Raises Failure."""
    return find_place(arguments.config, arguments.data)


def request(arguments: argparse.Namespace, command: Command, reply: type[R], create: bool = False) -> R:
    """Send one command, and return its reply, which is of this type. Raises Failure, as `operate`."""
    answer = operate(place_of(arguments), lambda ask: ask(command), create)
    assert isinstance(answer, reply)
    return answer


def operate(place: Place, work: Callable[[Ask], Awaitable[T]], create: bool = False) -> T:
    """Let `work` ask, and return what it returns. Raises Failure, for every refusal too.

    `create`: data that is not there yet is made; otherwise that is a failure, because the place was mistyped.
    """
    import asyncio

    from causerie.chat.errors import ChatError
    from causerie.client import ClientError, SessionEnded

    try:
        return asyncio.run(_operate(place, work, create))
    except ChatError as error:
        raise Failure(sentence(error), code=error.code, data=error.data) from None
    except ClientError as error:
        code = error.code if isinstance(error, SessionEnded) else ""
        raise Failure(_("the server went away before it answered"), code=code) from None


async def _operate(place: Place, work: Callable[[Ask], Awaitable[T]], create: bool) -> T:
    import asyncio

    from causerie.client import Unreachable, connect_operator

    chat = connect_operator(socket_path(place.data))
    try:
        async with asyncio.timeout(QUIET):
            await chat.open()
    except Unreachable as unreachable:
        if isinstance(unreachable.why, PermissionError):
            raise Failure(
                _("only the user that the server runs as may do this in {path}; try it with sudo").format(
                    path=place.data
                )
            ) from None
        if unreachable.why is None:
            raise
        return await _offline(place, work, create)
    except TimeoutError:
        raise Failure(_("the server is there, but does not answer")) from None
    try:
        return await work(chat.ask)
    finally:
        await chat.close()


async def _offline(place: Place, work: Callable[[Ask], Awaitable[T]], create: bool) -> T:
    from causerie import bootstrap
    from causerie.data_directory import CannotStart
    from causerie.server.operator_session import ask
    from causerie.stores.sqlite.acknowledged import known

    if not create and not (place.data / "causerie.db").exists() and not known(place.data):
        raise Failure(_("there is no causerie data in {path}; name its directory with --data").format(path=place.data))
    become_owner(place.data)
    try:
        async with bootstrap.offline(place.config(), place.data) as context:
            return await work(lambda command: ask(context, command))
    except CannotStart as error:
        raise Failure(str(error)) from None


def socket_path(data: Path) -> Path:
    """Where a running server takes its operator's commands."""
    return data / "control.sock"


def become_owner(data: Path) -> None:
    """Root acts as the user whose data it is: files that it leaves there must not shut the server out."""
    if sys.platform == "win32" or os.geteuid() != 0 or not data.exists():
        return
    owner = data.stat()
    if owner.st_uid:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
