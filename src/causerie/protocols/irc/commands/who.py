"""WHO: who is in a channel, who has a nick, who fits a mask; with fields of one's choice (WHOX).

Sources: Modern IRC, "WHO message"; IRCv3 whox.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.masks import matches
from causerie.chat.model import Person
from causerie.chat.names import fold
from causerie.chat.replies import Member, Snapshot
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.lists import INSIDE, every_member, shows
from causerie.protocols.irc.commands.umodes import HIDDEN
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.bounds import BOT
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import core_name, is_channel, prefixes, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

FIELDS = "tcuihsnfdlaor"
"""Of WHOX, in the order in which they are told."""

FOUND_MOST = 200
"""People whom a mask gives at most."""

PEOPLE_A_SLICE = 200
"""Of a mask: some 1 ms of work."""

NO_ADDRESS = "255.255.255.255"
"""Nobody's address is shown (IRCv3 whox has this for it)."""


class Wanted(NamedTuple):
    """What of each is told. `fields`: WHOX's, or none for the old line."""

    fields: str
    token: str
    operators: bool


def who(wire: IrcWire, line: Line) -> None:
    """WHO #channel, nick or mask, with `o` for operators alone and `%fields,token` for WHOX."""
    mask = line.param(0)
    flags, percent, fields = line.param(1).partition("%")
    fields, _, token = fields.partition(",")
    token = token if token.isdigit() and len(token) <= 3 else "0"
    wanted = Wanted("".join(f for f in FIELDS if f in fields) if percent else "", token, "o" in flags)

    def end(wire: IrcWire) -> None:
        wire.reply(n.RPL_ENDOFWHO, mask.split(" ")[0] or "*")

    if is_channel(mask):

        def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
            if isinstance(answer, Snapshot) and shows(wire, answer):
                channel = shown_channel(answer.channel)
                every_member(wire, answer, lambda wire, members: _members(wire, wanted, channel, members), end)
            else:
                end(wire)

        wire.ask(c.Look(channel=core_name(mask)), then, every=True)
        return
    if not set(mask) & set("*?") and mask != "0":
        person = wire.view.person_named(mask)
        if person is not None and wire.view.is_here(person.id):
            _person(wire, wanted, person)
        end(wire)
        return
    found: list[Person] = []

    def walked(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChatError):
            wire.refuse(command, "WHO", answer)
        if len(found) == FOUND_MOST:
            wire.remark("WARN", f"WHO TOO_MANY_MATCHES {FOUND_MOST} :There may be more than so many")
        for person in found:
            _person(wire, wanted, person)
        end(wire)

    wire.in_turn(walked, _search(wire, "*" if mask == "0" else fold(mask), wanted.operators, found))


def _search(wire: IrcWire, pattern: str, operators: bool, found: list[Person]) -> Iterator[None]:
    """Find who fits the pattern by nick, user, real name or host, FOUND_MOST at most, a slice of all people at each
    step. `operators`: of those alone."""
    view, faces = wire.view, wire.faces
    for at, number in enumerate(tuple(view.connected()), 1):
        if not at % PEOPLE_A_SLICE:
            yield
        person = view.person(number)
        if person is None or not view.is_here(number) or (operators and not view.is_administrator(number)):
            continue
        face = faces.of(number)
        if HIDDEN in face.modes and number != wire.person and not view.share_a_channel(wire.person, number):
            continue
        texts = (person.name, face.user, faces.real_name(number, person.name), faces.host(number))
        if pattern == "*" or any(matches(pattern, fold(text)) for text in texts):
            found.append(person)
            if len(found) == FOUND_MOST:
                return


def _person(wire: IrcWire, wanted: Wanted, person: Person) -> None:
    _line(wire, wanted, "*", person.id, person.name, person.guest, bool(wire.faces.away(person.id)), "")


def _members(wire: IrcWire, wanted: Wanted, channel: str, members: Sequence[Member]) -> None:
    every = wire.has(cap.MULTI_PREFIX)
    inside = wire.role(core_name(channel), wire.person) in INSIDE
    for member in members:
        if member.here and (inside or HIDDEN not in wire.faces.of(member.person).modes):
            before = prefixes(member.role, every, member.voiced)
            away = bool(member.away or member.dnd)
            _line(wire, wanted, channel, member.person, member.name, member.guest, away, before)


def _line(
    wire: IrcWire, wanted: Wanted, channel: str, person: int, name: str, guest: bool, away: bool, before: str
) -> None:
    operator, face = wire.view.is_administrator(person), wire.faces.of(person)
    real_name, host, server = wire.faces.real_name(person, name), wire.faces.host(person), wire.network.server
    if wanted.operators and not operator:
        return
    flags = ("G" if away else "H") + ("*" if operator else "") + before + (BOT if BOT in face.modes else "")
    if not wanted.fields:
        wire.reply(n.RPL_WHOREPLY, channel, face.user, host, server, name, flags, f":0 {real_name}")
        return
    told = {
        "t": wanted.token, "c": channel, "u": face.user, "i": NO_ADDRESS, "h": host, "s": server,
        "n": name, "f": flags, "d": "0", "l": str(wire.view.idle(person)) if "l" in wanted.fields else "",
        "a": "0" if guest else name, "o": "n/a", "r": f":{real_name}",
    }  # fmt: skip
    wire.reply(n.RPL_WHOSPCRPL, *(told[field] for field in wanted.fields))


COMMANDS = {"WHO": Entry(who, 1)}
