"""What clients that know of metadata are told: lines in batches, what is noted of people, and that it changed.

Sources: see metadata.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from causerie.chat.events import MetadataSet
from causerie.chat.replies import MetadataLine
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.batches import batch
from causerie.protocols.irc.syntax.lines import cut
from causerie.protocols.irc.syntax.names import shown_channel

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire

LATER_SECONDS = 5

ALL = "*ALL"

READ_BY_PEOPLE = ("display-name", "pronouns", "status", "homepage", "url")
"""Keys that WHOIS tells (IRCv3 registry, "Metadata keys")."""

_OLD_CODES = {"INVALID_PARAMS": "SUBCOMMAND_INVALID", "INVALID_KEY": "KEY_INVALID"}
"""What draft/metadata-2 calls them."""


def is_aware(caps: int) -> bool:
    """Whether who has these capabilities knows of metadata: batches are needed too ("Definitions")."""
    return bool(caps & (cap.METADATA | cap.METADATA_2) and caps & cap.BATCH)


def aware(wire: IrcWire) -> bool:
    """Whether a client knows of metadata."""
    return is_aware(wire.caps)


def older(wire: IrcWire) -> bool:
    """Whether a client speaks the draft before (draft/metadata-2): values come by METADATA, some codes are others."""
    return wire.has(cap.METADATA_2)


def fail(wire: IrcWire, code: str, text: str, kind: str = "FAIL") -> None:
    """FAIL or WARN, as the client's draft has it."""
    if older(wire):
        word, _, rest = code.partition(" ")
        code, kind = f"{_OLD_CODES.get(word, word)} {rest}".strip(), "FAIL"
    wire.line(f"{kind} METADATA {code} :{text}")


def _in_batch(wire: IrcWire, kind: str, lines: Sequence[str]) -> None:
    start, end = (f":{wire.network.server} BATCH {sign}k" for sign in "+-")
    wire.lines(batch(f"{start} {kind}", "k", lines, end))


def collected(wire: IrcWire, kind: str, make: Callable[[], None]) -> None:
    """What `make` replies, in a batch."""
    kept = wire.take()
    make()
    lines = wire.take()
    wire.lines(kept)
    _in_batch(wire, kind, lines)


def values(wire: IrcWire, lines: Iterable[MetadataLine]) -> None:
    """What is noted of people and channels, a line each."""
    for one in lines:
        about = shown_channel(one.channel) if one.channel else one.name
        _value(wire, about, one.key, one.value)


def _value(wire: IrcWire, about: str, key: str, value: str) -> None:
    if older(wire):
        wire.line(f"METADATA {about} {key} * :{value}")
    else:
        wire.reply(n.RPL_KEYVALUE, about, key, "*", f":{value}")


def in_whois(wire: IrcWire, person: int, name: str) -> None:
    """760, for what people read ("RPL_WHOISKEYVALUE")."""
    if aware(wire):
        notes = wire.view.notes(person)
        for key in READ_BY_PEOPLE:
            if key in notes:
                wire.reply(n.RPL_WHOISKEYVALUE, name, key, "*", f":{notes[key]}")


def later(wire: IrcWire, target: str) -> None:
    """774: a client that knows of metadata is to ask for it ("Postponed synchronization")."""
    if aware(wire):
        wire.reply(n.RPL_METADATASYNCLATER, target, str(LATER_SECONDS if target != ALL else 0))


def own(wire: IrcWire) -> list[str]:
    """What is noted of the client itself, which its welcome says."""
    if not aware(wire):
        return []
    kept, notes = wire.take(), wire.view.notes(wire.person)

    def tell() -> None:
        for key, value in notes.items():
            _value(wire, wire.nick, key, value)

    collected(wire, f"metadata {wire.nick}", tell)
    lines = wire.take()
    wire.lines(kept)
    return lines


def told(wire: IrcWire, event: MetadataSet) -> bytes:
    """What is noted changed ("Notifications")."""
    if not aware(wire):
        return b""
    about = shown_channel(event.channel) if event.channel else event.name
    if older(wire):
        value = f" :{event.value}" if event.value else ""
        return f"{cut(f':{wire.network.server} METADATA {about} {event.key} *{value}')}\r\n".encode()
    numeric = n.RPL_KEYVALUE if event.value else n.RPL_KEYNOTSET
    rest = f"* :{event.value}" if event.value else f":{n.RPL_KEYNOTSET.text}"
    return f"{cut(f':{wire.network.server} {numeric.number} {wire.nick} {about} {event.key} {rest}')}\r\n".encode()
