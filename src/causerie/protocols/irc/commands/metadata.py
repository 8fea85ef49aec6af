"""METADATA: what is noted about people and channels under keys.

Sources: IRCv3 draft/metadata-3 (the draft of 2026), and the one before, draft/metadata-2, for the clients there are.
Who may is the core's. Lines in a batch come in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import BadInput, BadText, ChatError, NotFound, TextTooLong, TooFast, TooMany
from causerie.chat.metadata import is_key
from causerie.chat.replies import MetadataKeys, MetadataList, MetadataPage
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.metadata_replies import ALL, aware, collected, fail, later, older, values
from causerie.protocols.irc.state.metadata_ahead import NOBODY, Ahead
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, packed
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then

SYNC_MOST = 200
"""People in a channel whose metadata comes with JOIN; of more, the client asks later."""

_KEYED = {"GET": 1, "SET": 1, "SUB": 1, "UNSUB": 1}
"""Subcommands that have parameters, and how many at least."""

_BARE = ("LIST", "CLEAR", "SUBS", "SYNC")


def metadata(wire: IrcWire, line: Line) -> None:
    """METADATA target GET, LIST, SET, CLEAR, SUB, UNSUB, SUBS or SYNC; the target `*` is oneself."""
    target, word, params = line.param(0), line.param(1).upper(), line.params[2:]
    shown = word if word and " " not in word and word[0] != ":" else "*"
    if not aware(wire) and wire.registration is not None:
        wire.reply(n.ERR_NOTREGISTERED)
    elif not aware(wire):
        fail(wire, f"INVALID_PARAMS {shown}", "Negotiate draft/metadata-3 and batch first")
    elif word not in _KEYED and word not in _BARE:
        fail(wire, f"INVALID_PARAMS {shown}", "Unknown subcommand" if word else "Not enough parameters")
    elif len(params) < _KEYED.get(word, 0):
        fail(wire, f"INVALID_PARAMS {word}", "Not enough parameters")
    elif (word in _BARE and params) or (word == "SET" and len(params) > 2):
        fail(wire, f"INVALID_PARAMS {word}", "Too many parameters")
    elif wire.registration is not None and target != "*":
        # One has no nick before, even if one has said NICK ("METADATA client command").
        _invalid_target(wire, target)
    elif word in ("SUB", "UNSUB", "SUBS"):
        if target != "*" and not _is_oneself(wire, target):
            _invalid_target(wire, target)
        elif word == "SUBS":
            _ask(wire, c.FollowMetadata(), _followed)
        else:
            _follow(wire, params, word == "SUB")
    elif word == "SYNC":
        _sync(wire, target)
    elif word == "SET":
        _set(wire, target, params[0], params[1] if len(params) > 1 else "")
    elif word == "CLEAR":
        _ask(wire, c.SetMetadata(**_about(target)), _cleared(target))
    else:
        _ask(wire, c.Metadata(**_about(target)), _listed(target, params if word == "GET" else None))


def _ask(wire: IrcWire, command: c.Command, then: Then) -> None:
    """Of the core; before registration of what is held until then."""
    own = wire.registration
    if own is None:
        wire.ask(command, then, every=True)
        return
    own.ahead = own.ahead or Ahead(wire.view.settings().limits)
    then(wire, command, own.ahead.answer(command, wire.view.notes(wire.person)))


def settle(wire: IrcWire, ahead: Ahead, then: Callable[[], None]) -> None:
    """Somebody who said METADATA before comes in: the core is asked for all of it, what it refuses is said, and then
    the rest is done."""

    def refused(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChatError):
            _refused(wire, "*", getattr(command, "key", "") or "*", answer)

    def last(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        refused(wire, command, answer)
        then()

    *commands, follow = ahead.commands()
    for command in commands:
        wire.ask(command, refused, every=True)
    wire.ask(follow, last, every=True)


def _oneself(wire: IrcWire) -> str:
    return wire.nick if wire.registration is None else NOBODY


def _is_oneself(wire: IrcWire, target: str) -> bool:
    person = wire.view.person_named(target) if not is_channel(target) else None
    return person is not None and person.id == wire.person


def _about(target: str) -> dict[str, str]:
    if target == "*":
        return {}
    return {"channel": core_name(target)} if is_channel(target) else {"name": target or "*"}


def _shown(answer: MetadataList) -> str:
    return shown_channel(answer.channel) if answer.channel else answer.name


def _invalid_target(wire: IrcWire, target: str) -> None:
    fail(wire, f"INVALID_TARGET {target.split(' ')[0] or '*'}", "There is no such person or channel")


def _invalid_key(wire: IrcWire, key: str, kind: str) -> None:
    fail(wire, f"INVALID_KEY {key.split(' ')[0].lstrip(':') or '*'}", "Keys are of a-z, 0-9 and _./-", kind)


def _listed(target: str, keys: list[str] | None) -> Then:
    """The answer to GET (`keys`) and LIST."""

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, MetadataList):
            _refused(wire, target, "*", answer)
            return
        about = _shown(answer)

        def tell() -> None:
            for key in answer.metadata if keys is None else keys:
                if key in answer.metadata:
                    wire.reply(n.RPL_KEYVALUE, about, key, "*", f":{answer.metadata[key]}")
                elif is_key(key):
                    wire.reply(n.RPL_KEYNOTSET, about, key)
                else:
                    _invalid_key(wire, key, "WARN")

        collected(wire, f"metadata {about}", tell)

    return then


def _set(wire: IrcWire, target: str, key: str, value: str) -> None:
    if not is_key(key):
        _invalid_key(wire, key, "FAIL")
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, ChatError):
            _refused(wire, target, key, answer)
            return
        about = _oneself(wire) if target == "*" else target
        if value:
            wire.reply(n.RPL_KEYVALUE, about, key, "*", f":{value}")
        else:
            wire.reply(n.RPL_KEYNOTSET, about, key)

    _ask(wire, c.SetMetadata(**_about(target), key=key, value=value), then)


def _cleared(target: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, MetadataList):
            _refused(wire, target, "*", answer)
            return
        about = _shown(answer)

        def tell() -> None:
            for key in answer.metadata:
                wire.reply(n.RPL_KEYNOTSET, about, key)

        collected(wire, f"metadata {about}", tell)

    return then


def _refused(wire: IrcWire, target: str, key: str, answer: Answer) -> None:
    assert isinstance(answer, ChatError)
    about = target.split(" ")[0] or "*"
    if isinstance(answer, NotFound):
        _invalid_target(wire, target)
    elif isinstance(answer, TooFast):
        seconds = max(1, round(float(answer.data.get("retry_after", 1))))
        fail(wire, f"RATE_LIMITED {about} {key} {seconds}", f"Try again in {seconds} s")
    elif isinstance(answer, TooMany):
        fail(wire, f"LIMIT_REACHED {about} {answer.data.get('most', 0)}", "No more can be noted there")
    elif isinstance(answer, BadText | TextTooLong | BadInput):
        fail(
            wire,
            "VALUE_INVALID" if older(wire) else f"INVALID_VALUE {key}",
            "That cannot be a value, or it is too long",
        )
    else:
        fail(wire, f"KEY_NO_PERMISSION {about} {key}", "You may not do that there")


def _follow(wire: IrcWire, keys: list[str], on: bool) -> None:
    good = [key for key in keys if is_key(key)]
    for key in keys:
        if not is_key(key):
            _invalid_key(wire, key, "WARN")
    if not good:
        return

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, MetadataKeys):
            wire.refuse(command, "METADATA", answer)  # type: ignore[arg-type]
            return
        if not on:
            _keys(wire, n.RPL_METADATAUNSUBOK, dict.fromkeys(good))
            return
        taken = good[: good.index(answer.refused)] if answer.refused else good
        _keys(wire, n.RPL_METADATASUBOK, dict.fromkeys(taken))
        if answer.refused:
            code = "TOO_MANY_SUBS" if older(wire) else "LIMIT_REACHED"
            fail(wire, f"{code} {answer.refused} {answer.most}", "You follow as many keys as there may be")
        if wire.registration is not None:
            return
        if answer.new and older(wire):
            wire.ask(c.SyncMetadata(), _of_these(answer.new), every=True)
        elif answer.new:
            later(wire, ALL)

    _ask(wire, c.FollowMetadata(keys=good, on=on), then)


def _of_these(keys: list[str]) -> Then:
    """What there is under keys that were not followed before, if anything (draft/metadata-2, "Notifications")."""

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        lines = [one for one in answer.lines if one.key in keys] if isinstance(answer, MetadataPage) else []
        if lines:
            collected(wire, "metadata *", lambda: values(wire, lines))

    return then


def _keys(wire: IrcWire, numeric: n.Numeric, keys: Iterable[str]) -> None:
    for some in packed(keys, wire.room(f"{numeric.number} {wire.nick}")):
        wire.reply(numeric, some)


def _followed(wire: IrcWire, command: c.Command, answer: Answer) -> None:
    if not isinstance(answer, MetadataKeys):
        wire.refuse(command, "METADATA", answer)  # type: ignore[arg-type]
        return
    collected(wire, "metadata-subs", lambda: _keys(wire, n.RPL_METADATASUBS, answer.keys))


def _sync(wire: IrcWire, target: str) -> None:
    about = {} if target == ALL else {"name": wire.nick} if target == "*" else _about(target)
    command = c.SyncMetadata(channel=about.get("channel", ""), name=about.get("name", ""))
    _ask(wire, command, _synced(_oneself(wire) if target == "*" else target))


def _synced(target: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, MetadataPage):
            collected(wire, f"metadata {target}", lambda: values(wire, answer.lines))
        else:
            _refused(wire, target, "*", answer)

    return then


def at_join(wire: IrcWire, channel: str, people: int) -> None:
    """What a client that enters a channel is told ("Automatic synchronization")."""
    if not aware(wire):
        return
    shown = shown_channel(channel)
    if people > SYNC_MOST:
        later(wire, shown)
    else:
        wire.ask(c.SyncMetadata(channel=channel), _synced(shown), every=True)


COMMANDS = {"METADATA": Entry(metadata)}
