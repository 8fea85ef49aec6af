"""What a command is to the table: a function, and how many parameters it must have (fewer: 461)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from causerie.protocols.irc.syntax.lines import Line

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

Handle = Callable[["IrcWire", Line], None]


class Entry(NamedTuple):
    """See the module."""

    handle: Handle
    least: int = 0
