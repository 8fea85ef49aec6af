"""BATCH from a client: one message in several lines (IRCv3 multiline, "Batch types" and "Errors")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.protocols.irc.commands import send_command
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.state.multiline_batch import Batch
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.line_splitting import CONCAT, LINES_MOST, Piece, joined
from causerie.protocols.irc.syntax.lines import Line

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

TYPE = "draft/multiline"


def batch(wire: IrcWire, line: Line) -> None:
    """BATCH: +reference opens one, -reference sends it."""
    word = line.param(0)
    if not wire.has(cap.MULTILINE) or word[:1] not in ("+", "-") or len(word) < 2:
        _fail(wire, "MULTILINE_INVALID", "This is no batch")
    elif word[0] == "-":
        _send(wire, word[1:])
    elif wire.batch is not None or line.param(1) != TYPE or not line.param(2):
        _fail(wire, "MULTILINE_INVALID", "One batch at a time, of several lines to one target")
    else:
        # The label is for what comes of it in the end.
        wire.batch = Batch(word[1:], line.param(2), send_command.client_tags(wire, line), wire.take_label())


def add(wire: IrcWire, line: Line) -> None:
    """A line of the batch that is open."""
    own, text, notice = wire.batch, line.param(1), line.command == "NOTICE"
    if own is not None and own.failed:
        return
    if own is None or line.tags["batch"] != own.reference:
        _fail(wire, "MULTILINE_INVALID", "There is no such batch")
        return
    on = CONCAT in line.tags
    own.bytes += len(text.encode()) + (1 if own.pieces and not on else 0)
    most = wire.view.settings().limits.message_bytes
    if line.param(0) != own.target:
        _fail(wire, f"MULTILINE_INVALID_TARGET {own.target} {line.param(0) or '*'}", "All lines go to one target")
    elif own.bytes > most:
        _fail(wire, f"MULTILINE_MAX_BYTES {most}", "This is too long")
    elif len(own.pieces) >= LINES_MOST:
        _fail(wire, f"MULTILINE_MAX_LINES {LINES_MOST}", "These are too many lines")
    elif (on and (not text or not own.pieces)) or own.notice not in (None, notice):
        _fail(wire, "MULTILINE_INVALID", "This line cannot stand there")
    else:
        own.notice = notice
        own.pieces.append(Piece(text, on))


def _send(wire: IrcWire, reference: str) -> None:
    own, wire.batch = wire.batch, None
    if own is None or own.reference != reference:
        _fail(wire, "MULTILINE_INVALID", "There is no such batch")
        return
    if own.failed:
        return
    text, cuts = joined(own.pieces)
    if own.label is not None:
        wire.give_label(own.label)
    if not text.strip():
        _fail(wire, "MULTILINE_INVALID", "There is nothing in it")
        return
    tags = {**own.tags, CONCAT: cuts} if cuts else own.tags
    send_command.say(wire, own.target, text, bool(own.notice), tags)


def _fail(wire: IrcWire, code: str, text: str) -> None:
    own = wire.batch
    if own is not None:
        own.failed = True
        if own.label is not None:
            wire.give_label(own.label)
            own.label = None
    wire.line(f"FAIL BATCH {code} :{text}")


COMMANDS = {"BATCH": Entry(batch, 1)}
