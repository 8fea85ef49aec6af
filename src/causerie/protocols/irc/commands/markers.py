"""MARKREAD: how far one has read, on every device (IRCv3 read-marker)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError, NoSuchChannel, NotAMember
from causerie.chat.events import Marked
from causerie.chat.replies import ReadList
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.send_command import place_of
from causerie.protocols.irc.messages.line_encoder import time_text
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import is_channel, is_direct, partner, shown_channel
from causerie.protocols.irc.syntax.times import time_of
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def markread(wire: IrcWire, line: Line) -> None:
    """MARKREAD: set it with a time, or ask for it."""
    target, given = line.param(0), line.param(1)
    if not target:
        wire.line("FAIL MARKREAD NEED_MORE_PARAMS :Missing parameters")
        return
    if len(line.params) == 1:
        _ask(wire, target)
        return
    at = time_of(given)
    if not at:
        wire.line(f"FAIL MARKREAD INVALID_PARAMS {target} :The time is timestamp=YYYY-MM-DDThh:mm:ss.sssZ")
        return
    place = place_of(wire, target)
    if not is_channel(target) and place and not wire.view.channel_for(wire.person, place):
        # Nothing was said between the two: what is kept of a conversation needs one.
        wire.ask(c.Direct(people=[target]), lambda wire, command, answer: _mark(wire, target, place, at))
    else:
        _mark(wire, target, place, at)


def _mark(wire: IrcWire, target: str, place: str, at: int) -> None:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        marked, wire.marked = wire.marked, None
        wire.marking = False
        if isinstance(answer, ChatError):
            wire.line(f"FAIL MARKREAD INTERNAL_ERROR {target} :The read timestamp could not be set")
        elif marked is not None and marked.at:
            _tell(wire, target, marked.at)
        else:
            _ask(wire, target)

    wire.marking = True
    wire.ask(c.Mark(channel=place, at=at), then, every=True)


def _ask(wire: IrcWire, target: str, end: Callable[[IrcWire], None] = lambda wire: None) -> None:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ReadList):
            _tell(wire, target, answer.channels[0].at)
        elif isinstance(answer, NoSuchChannel | NotAMember):
            _tell(wire, target, 0)
        else:
            wire.line(f"FAIL MARKREAD INTERNAL_ERROR {target} :The read timestamp could not be found")
        end(wire)

    # A place that is none has no name, and the core says so.
    wire.ask(c.Unread(channel=place_of(wire, target) or "@"), then, every=True)


def _tell(wire: IrcWire, target: str, at: int) -> None:
    wire.line(f"MARKREAD {target} {f'timestamp={time_text(at)}' if at else '*'}")


def told_at_join(wire: IrcWire, channel: str, end: Callable[[IrcWire], None]) -> None:
    """MARKREAD of a channel that one has just come into, and what comes after that."""
    _ask(wire, shown_channel(channel), end)


def told(wire: IrcWire, event: Marked) -> bytes:
    """The marker was moved by another device, or in words that say no time."""
    if event.thread:
        return b""
    if is_direct(event.channel):
        other = wire.view.person(partner(event.channel, wire.person))
        target = other.name if other is not None else ""
    else:
        target = shown_channel(event.channel)
    if not target:
        return b""
    at = f"timestamp={time_text(event.at)}" if event.at else "*"
    return f":{wire.network.server} MARKREAD {target} {at}\r\n".encode()


COMMANDS = {"MARKREAD": Entry(markread)}
