"""REDACT: to delete a message (IRCv3 message-redaction)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.send_command import message_of, place_of
from causerie.protocols.irc.syntax.lines import Line
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def redact(wire: IrcWire, line: Line) -> None:
    """REDACT a message, by its id."""
    target, given = line.param(0), line.param(1)

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, ChatError):
            return
        if answer.code in _FORBIDDEN:
            code, about, text = "REDACT_FORBIDDEN", f" {given}", "You are not authorised to delete this message"
        elif answer.code == "too_late":
            code, about, text = "REDACT_WINDOW_EXPIRED", f" {given} *", "You can no longer delete this message"
        elif answer.code == "no_such_message":
            code, about, text = "UNKNOWN_MSGID", f" {given}", "This message does not exist or is too old"
        elif answer.code in _ELSEWHERE:
            code, about, text = "INVALID_TARGET", "", f"You cannot delete messages from {target}"
        else:
            wire.refuse(command, "REDACT", answer)
            return
        wire.line(f"FAIL REDACT {code} {target}{about} :{text}")

    number = message_of(wire, target, given)
    wire.ask(c.Delete(channel=place_of(wire, target) or "@", number=number, reason=line.param(2)), then, every=True)


_FORBIDDEN = frozenset(("not_yours", "not_moderator", "outranked", "muted", "read_only"))
_ELSEWHERE = frozenset(("no_such_channel", "banned", "private", "not_a_member", "bad_name", "wrong_key"))

COMMANDS = {"REDACT": Entry(redact, 2)}
