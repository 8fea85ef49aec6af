"""CHATHISTORY: what was said before (IRCv3 chathistory)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import LoggedEvent
from causerie.chat.replies import Page, RecentList
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.send_command import message_of, place_of
from causerie.protocols.irc.messages.line_encoder import time_text
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.batches import batch
from causerie.protocols.irc.syntax.lines import Line, split
from causerie.protocols.irc.syntax.names import is_direct, partner, shown_channel
from causerie.protocols.irc.syntax.times import time_of
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

SELECTORS = {"BEFORE": 1, "AFTER": 1, "LATEST": 1, "AROUND": 1, "BETWEEN": 2}
"""How many messages or times each asks by."""

PAGES_MOST = 10
"""So many pages are asked for to fill one with what IRC has words for."""


class Point(NamedTuple):
    """A message's number or a time; neither: any."""

    number: int = 0
    at: int = 0


def chathistory(wire: IrcWire, line: Line) -> None:
    """CHATHISTORY with one of its words."""
    word = line.param(0).upper()
    if word == "TARGETS":
        _targets(wire, line)
        return
    if word not in SELECTORS:
        _fail(wire, f"INVALID_PARAMS {word.split(' ')[0] or '*'}", "There is no such subcommand")
        return
    count = SELECTORS[word]
    if len(line.params) < count + 3:
        _fail(wire, f"NEED_MORE_PARAMS {word}", "Missing parameters")
        return
    target, limit = line.param(1), _limit(wire, line.param(count + 2))
    points = [_point(wire, target, given, word == "LATEST") for given in line.params[2 : count + 2]]
    if not limit or None in points:
        _fail(wire, f"INVALID_PARAMS {word}", "By msgid=... or timestamp=..., and how many")
        return
    command = _command(word, [point for point in points if point is not None])
    asked = c.History(
        channel=place_of(wire, target) or "@", limit=limit, talk=not wire.has(cap.EVENT_PLAYBACK), deleted=False,
        without=_without(wire), member=True, **command,  # type: ignore[arg-type]
    )  # fmt: skip
    wire.ask(asked, partial(_page, word, target, [], 1), every=True)


def _page(
    word: str, target: str, told: list[bytes], asked: int, wire: IrcWire, command: c.Command, answer: Answer
) -> None:
    """A page came. `told`: what earlier ones came to; `asked`: how many they are with
    this one. Events that IRC has no words for are not counted: if there are
    too few others, it is asked for more."""
    assert isinstance(command, c.History)
    if not isinstance(answer, Page):
        assert isinstance(answer, ChatError)
        if not told:
            code = "MESSAGE_ERROR" if answer.code in ("store_unavailable", "internal", "too_fast") else "INVALID_TARGET"
            _fail(wire, f"{code} {word} {target}", "Messages could not be retrieved")
            return
        answer = Page(channel="", events=[])
    lines = [data for event in answer.events if (data := wire.encoder.encode(event))]
    told = told + lines if command.oldest else lines + told
    more = _going_on(command, answer) if len(lines) < command.limit and asked < PAGES_MOST else None
    if more is not None:
        wire.ask(
            replace(more, limit=command.limit - len(lines)), partial(_page, word, target, told, asked + 1), every=True
        )
        return
    _show(wire, "chathistory", f" {target}", split(b"".join(told)))


def _going_on(command: c.History, page: Page) -> c.History | None:
    """What to ask for next; None: there is no more, or it was asked for what is around something."""
    if command.oldest is None or not page.more:
        return None
    if command.oldest:
        return replace(command, after=page.next or page.events[-1].number, since=0)
    return replace(command, before=page.next or page.events[0].number, until=0)


def _without(wire: IrcWire) -> list[str]:
    """The kinds of events that this client has no words for."""
    return ["edited"] if wire.encoder.reactions else ["edited", "reacted"]


def _point(wire: IrcWire, target: str, given: str, any_is_one: bool) -> Point | None:
    if given == "*":
        return Point() if any_is_one else None
    kind, _, value = given.partition("=")
    if kind.lower() == "msgid" and value:
        # One of another channel, or none at all, is behind all that there is.
        number = message_of(wire, target, value)
        return Point(number=number) if number else None
    at = time_of(given)
    return Point(at=at) if at else None


def _command(word: str, points: Sequence[Point]) -> dict[str, int | bool]:
    """What the core is asked by."""
    first = points[0]
    if word == "AROUND":
        return {"around": first.number, "near": first.at}
    if word == "BEFORE":
        return {"before": first.number, "until": first.at, "oldest": False}
    if word in ("AFTER", "LATEST"):
        return {"after": first.number, "since": first.at, "oldest": word == "AFTER"}
    low, high = points
    # Which of a message and a time comes first is for the client to know.
    backwards = high < low and bool(low.at) is bool(high.at)
    if backwards:
        low, high = high, low
    return {
        "after": low.number, "since": low.at, "before": high.number, "until": high.at, "oldest": not backwards
    }  # fmt: skip


def _limit(wire: IrcWire, given: str) -> int:
    if not given.isdecimal() or not given.isascii() or len(given) > 9:
        return 0
    return min(int(given), wire.view.settings().limits.history_page)


def show(wire: IrcWire, target: str, events: Sequence[LoggedEvent]) -> None:
    """Events as they are told, in a batch for those who know batches. A message stands as it is by now."""
    show_as(wire, "chathistory", f" {target}", events)


def show_as(wire: IrcWire, kind: str, about: str, events: Sequence[LoggedEvent]) -> None:
    """The same in a batch of another kind."""
    _show(wire, kind, about, split(b"".join(map(wire.encoder.encode, events))))


def _show(wire: IrcWire, kind: str, about: str, lines: Sequence[str]) -> None:
    if wire.has(cap.BATCH):
        start, end = (f":{wire.network.server} BATCH {sign}h" for sign in "+-")
        lines = batch(f"{start} {kind}{about}", "h", lines, end)
    wire.lines(lines)


def _targets(wire: IrcWire, line: Line) -> None:
    """CHATHISTORY TARGETS: where something was said between two times."""
    times = [time_of(given) for given in line.params[1:3]]
    limit = _limit(wire, line.param(3))
    if len(line.params) < 4:
        _fail(wire, "NEED_MORE_PARAMS TARGETS", "Missing parameters")
        return
    if not limit or not all(times):
        _fail(wire, "INVALID_PARAMS TARGETS", "By two times, timestamp=..., and how many")
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, RecentList):
            _fail(wire, "MESSAGE_ERROR TARGETS *", "Messages could not be retrieved")
            return
        lines = []
        for recent in answer.channels:
            if name := _target_name(wire, recent.channel):
                lines.append(f":{wire.network.server} CHATHISTORY TARGETS {name} {time_text(recent.at)}")
        _show(wire, "draft/chathistory-targets", "", lines)

    first, second = times
    recent = c.Recent(since=min(times), until=max(times), oldest=first <= second, limit=limit)
    wire.ask(recent, then, every=True)


def _target_name(wire: IrcWire, channel: str) -> str:
    if not is_direct(channel):
        return shown_channel(channel)
    other = wire.view.person(partner(channel, wire.person))
    return other.name if other is not None else ""


def _fail(wire: IrcWire, code: str, text: str) -> None:
    wire.line(f"FAIL CHATHISTORY {code} :{text}")


def replay(wire: IrcWire, channel: str, number: int) -> None:
    """What was said up to an event, for a client that comes in and cannot ask for it. One that is told no times could
    not tell it from what is said now."""
    most = min(wire.view.settings().irc.replay, wire.view.settings().limits.history_page)
    if not most or not number or wire.has(cap.CHATHISTORY) or not wire.has(cap.SERVER_TIME):
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, Page) and answer.events:
            show(wire, shown_channel(channel), answer.events)

    asked = c.History(channel=channel, before=number + 1, limit=most, talk=True, deleted=False)
    wire.ask(asked, then, every=True)


COMMANDS = {"CHATHISTORY": Entry(chathistory)}
