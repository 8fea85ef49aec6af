"""A channel's events on their way to its subscribers: what is told to all, and what to some otherwise.

Nothing here writes; `fanout` does.
"""

from __future__ import annotations

from typing import Any

from causerie.chat.commands import Command
from causerie.chat.events import AboutChanged, Event, Left, MessageRun, Presence, Renamed
from causerie.server.delivery.subscribers import Subscribers
from causerie.server.engine.session import EventEncoder, Session

EVERYWHERE = (Left, Renamed, Presence, AboutChanged)
"""What somebody does in all their channels at once (leaving: when it is to quit)."""


class Everywhere:
    """One such event: where it was told first, at which place among the events, and in which channels it is told.

    `told`, where there are several: those who have heard of it.
    """

    __slots__ = ("at", "channels", "first", "told")

    def __init__(self, first: OutboundEvents, channel: int) -> None:
        self.first, self.at = first, len(first.events)
        self.channels = {channel}
        self.told: set[Session] = set()

    def also(self, outbound: OutboundEvents, channel: int) -> None:
        """It is told in this channel too."""
        self.channels.add(channel)
        self.first.once[self.at] = self
        outbound.once[len(outbound.events)] = self


class OutboundEvents:
    """A channel's events that are not told yet, and from which of them on its newcomers hear.

    `number` and `said`: of the last of them that is logged. `shown`: those that are only for encoders that can show
    them, by their place among the events. `own`: for sessions that are told otherwise of what is their own doing, what
    stands in the place of which event. `once`: what of it is told in other channels too.
    """

    __slots__ = ("encoded", "events", "newcomers", "number", "once", "own", "said", "shown", "waits")

    def __init__(self, subscribers: Subscribers) -> None:
        self.waits = False
        self.number = subscribers.number
        self.said = subscribers.said
        self.events: list[Event] = []
        self.shown: dict[int, bool] = {}
        self.newcomers: dict[Session, int] = {}
        self.own: dict[Session, dict[int, bytes]] = {}
        self.once: dict[int, Everywhere] = {}
        self.encoded: dict[EventEncoder, list[bytes]] = {}

    def parts(self, encoder: EventEncoder) -> list[bytes]:
        """Each event as this encoder tells it, made when it is first asked for."""
        done = self.encoded.setdefault(encoder, [])
        for event in self.events[len(done) :]:
            if type(event) is MessageRun:
                done.append(encoder.encode_run(event))
            elif self.shown and not encoder.reactions and len(done) in self.shown:
                done.append(b"")
            else:
                done.append(encoder.encode(event))
        return done

    def add_own(self, event: Event, by: Session, command: Command | None) -> bool:
        """Add an event that may be told otherwise to the session whose doing it is: whether it is."""
        told = by.outlet.encode_for_sender(command, event)
        if told is not None:
            self.own.setdefault(by, {})[len(self.events)] = told
        self.events.append(event)
        return told is not None

    def heard_by(self, session: Session, start: int = 0, untold: int = 0) -> bytes:
        """All that a session is told from the event at `start` on, but for the last `untold` ones."""
        parts, own = self.parts(session.outlet.encoder), self.own.get(session)
        end = len(parts) - untold
        if self.once and session.outlet.encoder.once:
            parts = parts.copy()
            for index, doing in self.once.items():
                if start <= index < end:
                    if session in doing.told:
                        parts[index] = b""
                    doing.told.add(session)
        words = parts[start:end]
        if own is not None:
            for index, told in own.items():
                if start <= index < end:
                    words[index - start] = told
        return b"".join(words)


def note_everywhere(everywhere: dict[Any, Everywhere], event: Any, waiting: OutboundEvents, channel: int) -> None:
    """It is about to be told in a channel: note whether it was in another one of the same unit of work."""
    if type(event) is Left and event.how != "quit":
        return
    about = {field: getattr(event, field) for field in event.__struct_fields__ if field not in ("channel", "gone")}
    doing = (type(event), *about.values())
    known = everywhere.get(doing)
    if known is None or channel in known.channels:
        everywhere[doing] = Everywhere(waiting, channel)
    else:
        known.also(waiting, channel)
