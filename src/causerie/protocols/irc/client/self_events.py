"""Encodes events for the connection that caused them, and events that only one connection receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat.events import (
    AboutChanged,
    Announced,
    ChannelRenamed,
    Disconnected,
    Entered,
    Event,
    Left,
    Marked,
    MembershipChanged,
    MetadataSet,
    Renamed,
    Reported,
    Rights,
    Signalled,
    Typing,
    WatchedPresence,
)
from causerie.protocols.irc.commands import markers, metadata_replies, monitor, renaming, umodes
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax.names import is_alone, is_direct

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire


def encode(wire: IrcWire, event: Event) -> bytes | None:
    """The lines; None: those that everybody gets. JOIN comes with the reply to the command, before the names; an
    invitation goes to the one who is invited."""
    if type(event) is Entered:
        if event.person != wire.person:
            # This client is logging in as somebody else, whom the others read about before it is answered.
            wire.show_as(event.person)
        wire.entered = event
        return b""
    if type(event) is Disconnected:
        return None
    if type(event) is ChannelRenamed:
        return renaming.moved(wire, event)
    if type(event) is MembershipChanged and event.role == "invited" and event.was != "invited":
        return wire.encoder.invited(event)
    if type(event) is Reported:
        return wire.encoder.read(event, wire.nick)
    if not event.channel and type(event) in monitor.MORE:
        return monitor.more(wire, event)
    if type(event) is Renamed and event.person == wire.person:
        return b""  # once, with the answer
    if type(event) is Rights:
        return umodes.changed(wire, "+o" if event.administrator else "-o")
    if type(event) is WatchedPresence:
        return monitor.told(wire, event)
    if type(event) is MetadataSet:
        return metadata_replies.told(wire, event)
    if type(event) is Announced:
        hears = wire.face is not None and wire.face.modes & {"s", umodes.WALLOPS}
        return None if hears or event.person == wire.person else b""
    if type(event) is AboutChanged or (type(event) is Left and event.how == "quit"):
        return b""  # its own: the answer says it
    if type(event) is Marked:
        return _marked(wire, event)
    if type(event) is Signalled or type(event) is Typing:
        wire.passing = event  # its echo comes with the answer
        return wire.encoder.encode(event) if is_alone(event.channel) else b""
    return b"" if type(event) is MembershipChanged or is_direct(event.channel) else None


def _marked(wire: IrcWire, event: Marked) -> bytes:
    if wire.marking:
        wire.marked = event  # the answer says it
        return b""
    return markers.told(wire, event) if wire.has(cap.READ_MARKER) else b""
