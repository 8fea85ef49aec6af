"""MODE: what a channel's and a person's modes are, and changing them.

Source: Modern IRC, "MODE message" and "Channel Modes". Each mode is a setting, a role, a voice or a list of masks of
the core, which says who may change it. The settings of one line are changed together, and told as one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.model import MaskList
from causerie.chat.replies import MaskLines, Snapshot
from causerie.protocols.irc.commands import umodes
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax import settings
from causerie.protocols.irc.syntax.bounds import CHANGES_MOST
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.masks import core_mask, loses, shown_mask
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then

_LISTS: dict[str, MaskList] = {letter: name for name, letter in settings.LISTS.items()}
_NUMERICS = {
    "b": (n.RPL_BANLIST, n.RPL_ENDOFBANLIST),
    "e": (n.RPL_EXCEPTLIST, n.RPL_ENDOFEXCEPTLIST),
    "I": (n.RPL_INVITELIST, n.RPL_ENDOFINVITELIST),
}
_PEOPLE = "oqv"
_PLAIN = "imnst"

Change = tuple[bool, str, str | None]
"""Whether a mode is set, its letter, its parameter; None: none was given, or it takes none."""


def mode(wire: IrcWire, line: Line) -> None:
    """MODE of a channel or of oneself."""
    target = line.param(0)
    if not is_channel(target):
        umodes.of_person(wire, line)
    elif len(line.params) == 1:
        wire.ask(c.Look(channel=core_name(target), members=False), _told)
    else:
        _change(wire, target, list(_changes(line.params[1], line.params[2:])))
        if len(line.params[1].replace("+", "").replace("-", "")) > CHANGES_MOST:
            wire.remark("WARN", f"MODE TOO_MANY_CHANGES {target} {CHANGES_MOST} :What is beyond so many is not done")


def _told(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    assert isinstance(answer, Snapshot)
    channel = shown_channel(answer.channel)
    wire.reply(n.RPL_CHANNELMODEIS, channel, *settings.shown(answer))
    wire.reply(n.RPL_CREATIONTIME, channel, str(wire.made_at(answer.channel) // 1000))


def _changes(modes: str, params: list[str]) -> Iterator[Change]:
    plus, values, count = True, iter(params), 0
    for letter in modes:
        if letter in "+-":
            plus = letter == "+"
        elif count < CHANGES_MOST:
            count += 1
            takes = letter in _LISTS or letter in _PEOPLE or letter == "k" or (letter == "l" and plus)
            yield plus, letter, next(values, None) if takes else None


def _change(wire: IrcWire, target: str, changes: list[Change]) -> None:
    wanted: dict[str, str | None] = {}
    for plus, letter, value in changes:
        if letter in _PLAIN:
            wanted[letter] = "" if plus else None
        elif letter == "l" and (not plus or _is_number(value)):
            wanted[letter] = value
        elif letter == "k" and (not plus or value):
            wanted[letter] = value if plus else None
        elif letter in "kl":
            _invalid(wire, target, letter, value)
    if wanted:
        wire.ask(settings.command(core_name(target), wanted), _set(target, wanted), every=True)
    asked = set()
    for plus, letter, value in changes:
        if letter in _PEOPLE:
            _of_member(wire, target, plus, letter, value)
        elif letter in _LISTS and value:
            _mask(wire, target, plus, letter, value)
        elif letter in _LISTS and letter not in asked:
            asked.add(letter)
            wire.ask(c.Masks(channel=core_name(target), list=_LISTS[letter]), _listed(target, letter))
        elif letter not in _PLAIN and letter not in _LISTS and letter not in "kl":
            wire.reply(n.ERR_UNKNOWNMODE, letter)


def _is_number(value: str | None) -> bool:
    return value is not None and value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value) > 0


def _invalid(wire: IrcWire, target: str, letter: str, value: str | None, why: str = "") -> None:
    shown = value if value and " " not in value and value[0] != ":" and letter != "k" else "*"
    wire.reply(n.ERR_INVALIDMODEPARAM, target, letter, shown[:60], why=why or "That cannot be its parameter")


def _set(target: str, wanted: dict[str, str | None]) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, ChatError):
            return
        letter = {"key": "k", "people_most": "l", "access": "i"}.get(str(answer.data.get("why")), "")
        if answer.code == "bad_input" and letter:
            _invalid(wire, target, letter, wanted.get(letter))
        else:
            wire.refuse(command, "MODE", answer)

    return then


def _of_member(wire: IrcWire, target: str, plus: bool, letter: str, nick: str | None) -> None:
    channel = core_name(target)
    if not nick:
        wire.reply(n.ERR_NEEDMOREPARAMS, "MODE")
    elif letter == "v":
        wire.ask(c.SetVoice(channel=channel, name=nick, on=plus))
    else:
        person = wire.view.person_named(nick)
        role = wire.role(channel, person.id) if person is not None else ""
        if role == "owner" and plus and letter == "o":
            return  # they are that too
        if role in ("reader", "member", "moderator") and not plus and letter == "q":
            return
        if role == "reader" and not plus:
            return
        new = ("owner" if letter == "q" else "moderator") if plus else "member"
        wire.ask(c.SetRole(channel=channel, name=nick, role=new))  # type: ignore[arg-type]


def _mask(wire: IrcWire, target: str, plus: bool, letter: str, text: str) -> None:
    mask = core_mask(text)
    why = "Nobody's host or user name is shown here: write nick!*@* or $a:account"
    if not mask:
        _invalid(wire, target, letter, text, why)
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, ChatError):
            if loses(text):
                about = f"MODE MASK_CHANGED {target} {shown_mask(mask)}"
                wire.remark("WARN", f"{about} :Nobody's user or host is shown here, so only the nick counts")
            return
        reason = answer.data.get("why") if answer.code == "bad_input" else ""
        if reason == "mask":
            _invalid(wire, target, letter, text, why)
        elif reason not in ("masked", "not_banned") and not (answer.code == "no_such_person" and not plus):
            # What is as it was to be is no change, and MODE says nothing of it.
            wire.refuse(command, "MODE", answer)

    wire.ask(c.SetMask(channel=core_name(target), list=_LISTS[letter], mask=mask, on=plus), then, every=True)


def _listed(target: str, letter: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        assert isinstance(answer, MaskLines)
        item, end = _NUMERICS[letter]
        for mask in answer.masks:
            about = [mask.name, str(mask.at // 1000)] if mask.name else []
            wire.reply(item, target, shown_mask(mask.mask), *about)
        wire.reply(end, target)

    return then


COMMANDS = {"MODE": Entry(mode, 1)}
