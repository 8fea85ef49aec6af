"""RENAME: a channel gets another name; and what those are told who do not know the command.

Source: IRCv3 draft/channel-rename.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import BadInput, BadName, ChatError, NameTaken, TooMany
from causerie.chat.events import ChannelRenamed, Entered
from causerie.chat.names import channel_name
from causerie.chat.replies import Snapshot
from causerie.protocols.irc.commands import metadata_replies
from causerie.protocols.irc.commands.channels import stands
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, cut, one_line
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def rename(wire: IrcWire, line: Line) -> None:
    """RENAME #old #new :reason: call a channel otherwise. For its owners."""
    was, now, reason = line.param(0), line.param(1), line.param(2)
    if not is_channel(was):
        wire.reply(n.ERR_NOSUCHCHANNEL, was.split(" ")[0] or "*")
        return
    shown = f"{was} {now.split(' ')[0] or '*'}"
    if not is_channel(now) or len(now) < 2:
        wire.line(f"FAIL RENAME CANNOT_RENAME {shown} :A channel's name begins with #")
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, NameTaken):
            wire.line(f"FAIL RENAME CHANNEL_NAME_IN_USE {shown} :The channel name is already taken")
        elif isinstance(answer, BadName):
            wire.line(f"FAIL RENAME CANNOT_RENAME {shown} :That cannot be a channel's name")
        elif isinstance(answer, TooMany):
            wire.line(f"FAIL RENAME CANNOT_RENAME {shown} :It had too many names already")
        elif isinstance(answer, BadInput) and answer.data.get("why") == "home":
            wire.line(f"FAIL RENAME CANNOT_RENAME {shown} :This channel keeps its name")
        elif isinstance(answer, ChatError):
            wire.refuse(command, "RENAME", answer)
        elif wire.has(cap.CHANNEL_RENAME) and _is_same(was, now):
            # Names are the same in any case here, so nobody else needs to know; of another name the event tells.
            source = wire.faces.source(wire.person, wire.nick)
            wire.line_by(cut(f":{source} RENAME {was} {now} :{one_line(reason)}").encode())

    wire.ask(c.RenameChannel(channel=core_name(was), name=core_name(now), reason=reason), then, every=True)


def _is_same(was: str, now: str) -> bool:
    """Whether two names of a channel that there is are one name, written otherwise."""
    return was != now and channel_name(core_name(was)) == channel_name(core_name(now))


def moved(wire: IrcWire, event: ChannelRenamed) -> bytes | None:
    """PART and JOIN, with what follows a JOIN ("Fallback"); None: the language knows RENAME."""
    place = wire.view.channel_for(wire.person, event.now)
    if wire.encoder.renames or place is None:
        return None
    kept = wire.take()
    source = wire.faces.source(wire.person, wire.nick)
    reason = f" :{one_line(event.reason)}" if event.reason else ""
    wire.line_by(cut(f":{source} PART {shown_channel(event.was)}{reason}").encode())
    entered = Entered(channel=event.now, person=wire.person, name=wire.nick, guest=not wire.account)
    wire.line_by(wire.encoder.entered(entered))
    stands(
        wire,
        Snapshot(
            channel=place.name,
            access=place.access,
            topic=place.topic,
            number=0,
            hidden=place.hidden,
            topic_by=place.topic_by,
            topic_at=place.topic_at,
        ),
    )
    metadata_replies.later(wire, shown_channel(event.now))
    lines = wire.take()
    wire.lines(kept)
    return "".join(f"{line}\r\n" for line in lines).encode()


COMMANDS = {"RENAME": Entry(rename, 2)}
