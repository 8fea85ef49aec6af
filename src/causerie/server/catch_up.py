"""Catching up: a session that lags or resumes is sent what it missed, from the store, by number.

A reader that does not keep up is taken out of its channels' subscribers, so its queue is bounded, and is fed pages from
the store as it reads them, when it is its person's turn (read_shares.py). When it has everything that was told, it
hears the stream again. One that makes no progress for `stalled_seconds` is let go with a reason.
"""

from __future__ import annotations

import logging

from msgspec.structs import replace

from causerie.chat.commands import Command, Resume
from causerie.chat.errors import BadInput, ChannelFull, NotAllowed
from causerie.chat.events import ChannelRenamed, Event, Gap, Reacted
from causerie.chat.replies import Resumed
from causerie.server.context import Context
from causerie.server.engine.fair_queue import QueueFull
from causerie.server.engine.passing import PutKnownName
from causerie.server.engine.session import PendingSnapshot, Session
from causerie.server.features.channels import admission, channels
from causerie.server.features.presence import channel_presence
from causerie.server.ports.store import StoreFailed
from causerie.server.read_shares import share_of

log = logging.getLogger("causerie.delivery")

PAGE = 100
"""Events a page: small, so that what is on its way to one slow reader stays small."""


def lag(context: Context, session: Session) -> None:
    """The session's queue is full: from here on it is fed from the store, in the channels that it hears by now. One
    that it is about to enter comes with its turn, or never does."""
    if session.person is None or session.closed:
        return
    context.counters["lagged"] += 1
    heard = session.heard = session.heard or {}
    for number in (*session.channels, *session.parting):
        if number not in heard and context.fanout.hears(session, number):
            subscribers = context.fanout.subscribers(number)
            subscribers.remove(session)
            heard[number] = subscribers.number
    watch(context, session)


def watch(context: Context, session: Session) -> None:
    """See that it makes progress."""
    session.stuck_bytes = session.outlet.unsent()
    session.stuck_since = context.clock()
    context.lagging[session] = True


def sweep(context: Context) -> None:
    """Let go of those that took nothing for `stalled_seconds`. Asked every few seconds."""
    most = context.config.limits.stalled_seconds
    now = context.clock()
    for session in tuple(context.lagging):
        unsent = session.outlet.unsent()
        if session.heard is None and not unsent:
            del context.lagging[session]
        elif unsent < session.stuck_bytes or not unsent:
            session.stuck_bytes, session.stuck_since = unsent, now
        elif most and now - session.stuck_since >= most:
            context.lagging.pop(session, None)
            context.counters["stalled"] += 1
            log.warning("let go of %s: it has read nothing for %d s", session.host, now - session.stuck_since)
            session.outlet.end("stalled")
        else:
            session.stuck_bytes = max(unsent, session.stuck_bytes)


async def refill(context: Context, session: Session) -> None:
    """Send a session what it missed, as long as it takes it; then let it hear the stream again."""
    if session.refilling or session.heard is None:
        return
    session.refilling = True
    try:
        while session.heard is not None and not session.closed:
            behind = [n for n, heard in session.heard.items() if heard != context.fanout.subscribers(n).number]
            if not behind:
                heard, session.heard = session.heard, None
                session.own_told.clear()
                for number in heard:
                    hear_again(context, session, number)
                return
            for number in behind:
                if session.person is None:
                    return
                # It may have left a channel while another one's page was read.
                if number in session.heard and not await _page(context, session, number):
                    return
    except (StoreFailed, QueueFull) as failure:
        log.error("cannot bring %s up to date: %s", session.host, failure)
        session.outlet.end("store_unavailable")
    finally:
        session.refilling = False


def hear_again(context: Context, session: Session, number: int) -> None:
    """The channel as it stands now: what was passing is not kept, so who is there has to be told anew."""
    subscribers, channel = context.fanout.subscribers(number), context.state.channels[number]
    subscribers.add(session)
    known = session.known_as.pop(number, channel.name) if session.known_as else channel.name
    if known != channel.name:
        # Where it was in the log is no longer kept.
        told = ChannelRenamed(channel=known, at=context.now(), person=0, name="", was=known, now=channel.name)
        session.outlet.write(_said(session, told))
    if session.outlet.encoder.snapshots and session.person is not None and number in session.channels:
        stands = channels.snapshot(context, session, channel)
        context.unit.answer(session, Command(), PendingSnapshot(number, stands))
        context.commit_loop.wake()


async def _page(context: Context, session: Session, number: int) -> bool:
    """One page of one channel. False: the session takes no more for now."""
    channel = context.state.channels[number]
    told = context.fanout.subscribers(number).number
    name = session.known_as.get(number, channel.name) if session.known_as else channel.name
    assert session.heard is not None
    heard = session.heard[number]
    most = context.config.limits.resume_events
    events: list[Event] = []
    if heard > told or heard < told - most:
        # A number from the future: the store was put back from a backup. One from long ago: too much to send.
        start = max(0, told - most) if heard < told else told
        events.append(Gap(channel=name, number=start, after=heard))
        heard = start
    async with context.long_reads.turn(share_of(session)):
        page = await context.store.page(channel, heard, told + 1, PAGE, newest=False)
    if (job := session.outlet.encoder.ahead(page)) is not None:
        await context.slices.run(job)
    if session.heard is None or number not in session.heard:
        return not session.closed
    for event in page:
        if event.number != heard + 1:
            events.append(Gap(channel=name, number=event.number - 1, after=heard))
        events.append(event if event.channel == name else replace(event, channel=name))
        if type(event) is ChannelRenamed:
            name = event.now
        heard = event.number
    if len(page) < PAGE and heard < told:
        events.append(Gap(channel=name, number=told, after=heard))
        heard = told
    session.heard[number] = heard
    if session.known_as and number in session.known_as:
        session.known_as[number] = name
    if session.closed:
        return False
    encoder = session.outlet.encoder
    if not encoder.reactions and not channel.tell_reactions:
        events = [event for event in events if type(event) is not Reacted]
    if session.own_told:
        # It was told of these in the place of an answer, or has no ears for them.
        events = [event for event in events if (number, event.number) not in session.own_told]
    if data := b"".join(_said(session, event) for event in events):
        session.outlet.write(data)
    return not session.outlet.unsent() > context.config.limits.unsent_bytes // 4


def _said(session: Session, event: Event) -> bytes:
    outlet, own = session.outlet, None
    if type(event) is ChannelRenamed and not outlet.encoder.renames:
        own = outlet.encode_for_sender(None, event)
    return outlet.encoder.encode(event) if own is None else own


def resume(context: Context, session: Session, command: Resume) -> Resumed:
    """Enter the channels again, each from the number that the client has; those it may not enter are left out."""
    person = session.require_person()
    limits = context.config.limits
    if limits.channels_person and len(command.since) > limits.channels_person:
        raise BadInput(why="channels", most=limits.channels_person)
    state = context.state
    heard: dict[int, int] = {}
    names: list[str] = []
    for name, since in command.since.items():
        if not 0 <= since < 2**53:
            raise BadInput(why="number", channel=name[:80])
        known = state.by_name.get(name) or state.former.get(name)
        if known is None:
            continue
        channel = state.channels[known]
        try:
            admission.check(context, session, channel, person)
        except (NotAllowed, ChannelFull):
            continue
        if known in session.channels:
            raise BadInput(why="already_there", channel=name[:80])
        channel_presence.enter(context, session, channel)
        if channel.name != name:
            context.apply(PutKnownName(session.id, known, name))
        heard[known] = since
        names.append(name)
    context.unit.resume(session, heard)
    return Resumed(channels=names)
