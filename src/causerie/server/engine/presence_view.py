"""How people seem to others, read from their sessions: here or not, away, not to be disturbed.

A person counts for what the most available of their devices says: one that is online, then one that is not to be
disturbed, then one that is away. A device that is invisible counts for nothing, and who has no other is not here, for
everybody but oneself; a device that is arriving is invisible until it says how it is present.
"""

from __future__ import annotations

from causerie.chat.model import Channel
from causerie.server.engine.session import Session
from causerie.server.engine.state import State

AWAY = "away"
"""What is told of somebody who is away and does not say why: an empty text would say that they are back."""

Shown = tuple[str, bool]
"""The text of somebody who is away, and whether they are not to be disturbed."""

AVAILABLE: Shown = ("", False)


def _shown(devices: list[Session]) -> Shown:
    if not devices or any(own.mode == "online" and not own.away for own in devices):
        return AVAILABLE
    # Who says why they are away is heard before a device that nobody looks at (IRCv3 pre-away).
    said = [own for own in devices if own.away != AWAY] or devices
    last = ([own for own in devices if own.mode == "dnd"] or said)[-1]
    return last.away, last.mode == "dnd"


def shown(state: State, channel: Channel, person: int) -> Shown | None:
    """How a person seems to the others in a channel; None: not here."""
    if person not in state.here.get(channel.id, ()):
        return None
    return _shown([own for own in visible(state, person) if channel.id in own.channels])


def shown_to(state: State, channel: Channel, person: int, asker: int) -> Shown | None:
    """The same as `asker` may know it: one's own presence is no secret from oneself."""
    seen = shown(state, channel, person)
    if seen is None and person == asker and inside(state, channel, person):
        return AVAILABLE
    return seen


def shown_anywhere(state: State, person: int, but: Session | None = None) -> Shown | None:
    """How a person seems to others, wherever they are, without the session `but`; None: not connected, as far as
    anybody sees."""
    devices = [own for own in visible(state, person) if own is not but]
    return _shown(devices) if devices else None


def visible(state: State, person: int) -> list[Session]:
    """A person's devices that others may know of."""
    return [own for own in state.connected.get(person, ()) if own.mode != "invisible"]


def inside(state: State, channel: Channel, person: int) -> list[Session]:
    """A person's devices that are in a channel."""
    return [own for own in state.connected.get(person, ()) if channel.id in own.channels]


def idle(devices: list[Session], now: int) -> int:
    """Seconds since anything was said on one of these. `now`: ms since 1970."""
    last = max((own.spoke or own.since for own in devices), default=0)
    return max(0, now - last) // 1000 if last else 0
