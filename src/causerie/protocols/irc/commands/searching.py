"""SEARCH: messages by words, author, place and time (IRCv3 draft/search; `soju.im/search`, its elder, is the same).

What fits, and what the asker may read, is for the core to say. A search from a time on gives the newest of what there
is, as every search does, and not the oldest: the draft leaves it to the server how many of them are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError, NoSuchPerson, SearchTooBroad
from causerie.chat.replies import Found
from causerie.i18n.refusals import sentence
from causerie.protocols.irc.commands.chathistory import show_as
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.send_command import place_of
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, parse_tags
from causerie.protocols.irc.syntax.names import is_channel
from causerie.protocols.irc.syntax.times import time_of
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

ATTRIBUTES = frozenset(("in", "from", "after", "before", "text", "limit"))

LIMIT = 50
"""Messages that are given where no number is asked for; the core has a bound of its own."""

_LATER = frozenset(("store_unavailable", "internal", "busy", "too_fast", "unavailable"))


def search(wire: IrcWire, line: Line) -> None:
    """SEARCH attributes: in=, from=, after=, before=, text=, limit=, as tags are written."""
    if not wire.caps & (cap.SEARCH | cap.SOJU_SEARCH):
        wire.reply(n.ERR_UNKNOWNCOMMAND, "SEARCH")
        return
    asked = parse_tags(line.param(0))
    since, until = (time_of(f"timestamp={asked[key]}") if key in asked else 0 for key in ("after", "before"))
    limit = asked.get("limit", str(LIMIT))
    wrong = [key for key in asked if key not in ATTRIBUTES]
    wrong += [key for key, at in (("after", since), ("before", until)) if key in asked and not at]
    wrong += ["limit"] * (not (limit.isascii() and limit.isdecimal() and 0 < len(limit) < 10 and int(limit)))
    target = asked.get("in", "")
    place = place_of(wire, target) if target else ""
    wrong += ["in"] * ("in" in asked and not place)
    if wrong or not asked:
        _invalid(wire, wrong)
    elif target and not is_channel(target) and not wire.view.channel_for(wire.person, place):
        _show(wire, Found(hits=[]))  # nothing was ever said between the two
    else:
        command = c.Search(
            text=asked.get("text", ""),
            channel=place,
            name=asked.get("from", ""),
            since=since,
            until=until + 1 if until else wire.view.now() + 1,
            limit=int(limit),
        )
        wire.ask(command, _answered, every=True)


def _answered(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if isinstance(answer, Found):
        _show(wire, answer)
    elif isinstance(answer, NoSuchPerson):
        _show(wire, Found(hits=[]))  # and so nobody has said anything
    elif isinstance(answer, ChatError) and answer.code in _LATER:
        wire.line("FAIL SEARCH INTERNAL_ERROR :The search could not be run")
    elif isinstance(answer, SearchTooBroad):
        wire.line(f"FAIL SEARCH INTERNAL_ERROR :{sentence(answer)}")
    else:
        assert isinstance(answer, ChatError)
        _invalid(wire, ["text" if answer.code == "bad_input" else "in"])


def _invalid(wire: IrcWire, wrong: list[str]) -> None:
    about = "".join(f" {key}" for key in wrong[:4])
    wire.line(f"FAIL SEARCH INVALID_PARAMS{about} :Invalid parameters")


def _show(wire: IrcWire, found: Found) -> None:
    kind = "search" if wire.has(cap.SEARCH) else "soju.im/search"
    show_as(wire, kind, "", [hit.message for hit in reversed(found.hits)])


COMMANDS = {"SEARCH": Entry(search, 1)}
