"""Which setting of a channel each mode is: one table for those who set it, ask for it and are told of it."""

from __future__ import annotations

from causerie.chat.commands import SetChannel
from causerie.chat.events import Changed
from causerie.chat.model import MaskList
from causerie.chat.replies import Snapshot

SETTINGS = {
    "access": "i",
    "key": "k",
    "people_most": "l",
    "read_only": "m",
    "outsiders": "n",
    "hidden": "s",
    "topic_for": "t",
}
"""The mode of each setting that has one."""

LISTS: dict[MaskList, str] = {"ban": "b", "except": "e", "invite": "I"}
"""The mode of each list of masks."""

CHANNEL_MODES = "Ibe,k,l,imnst"
"""ISUPPORT CHANMODES: lists; always with a parameter; with one when set; never."""


def modes_set(channel: Snapshot | Changed) -> dict[str, bool]:
    """Which modes are set, in the order in which they are shown."""
    return {
        "i": channel.access == "private",
        "k": channel.keyed,
        "l": channel.people_most > 0,
        "m": channel.read_only,
        "n": not channel.outsiders,
        "s": channel.hidden,
        "t": channel.topic_for != "all",
    }


def shown(channel: Snapshot) -> list[str]:
    """The modes of a channel with their parameters; the key only where it is told."""
    letters = "".join(letter for letter, on in modes_set(channel).items() if on)
    values = {"k": channel.key or "*", "l": str(channel.people_most)}
    return [f"+{letters}", *(values[letter] for letter in letters if letter in values)]


def command(channel: str, changes: dict[str, str | None]) -> SetChannel:
    """One command for all these modes; None takes a mode away, any text sets it."""
    on = {letter: value is not None for letter, value in changes.items()}
    return SetChannel(
        channel=channel,
        access=("private" if on["i"] else "public") if "i" in on else None,
        key=(changes["k"] or "") if "k" in on else None,
        people_most=int(changes["l"] or "0") if "l" in on else None,
        read_only=on.get("m"),
        outsiders=not on["n"] if "n" in on else None,
        hidden=on.get("s"),
        topic_for=("moderators" if on["t"] else "all") if "t" in on else None,
    )
