"""Drafts: what a person has typed in a channel and not sent, kept for their other devices. Accounts only."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from causerie.chat import policy
from causerie.chat.commands import Draft, Drafts
from causerie.chat.errors import AccountsOnly, NotLoggedIn, TooMany
from causerie.chat.events import Drafted
from causerie.chat.model import Channel, Person
from causerie.chat.replies import Done, DraftLine, DraftList
from causerie.chat.texts import check_text
from causerie.server.context import Core
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.features.messages.own_reads import read_own
from causerie.server.ports.changes import PutDraft

KNOWN_MOST = 10_000
"""People of whom it is known where they have drafts; of others it is read from the store."""


def draft(core: Core, session: Session, command: Draft) -> Done | Coroutine[Any, Any, Done]:
    """Keep a draft, or none; one's other devices are told."""
    channel, person = _place(core, session, command.channel)
    check_numbers(reply=command.reply)
    text = check_text(command.text, core.config.limits.message_bytes) if command.text.strip() else ""
    if person.id in core.drafted:
        return _keep(core, session, channel, person, text, command.reply)
    return _read_and_keep(core, session, command, text)


async def _read_and_keep(core: Core, session: Session, command: Draft, text: str) -> Done:
    person = session.person
    if person is None:
        raise NotLoggedIn()
    places = {state.channel: True for state in await core.store.drafts(person.id)}
    channel, person = _place(core, session, command.channel)
    if person.id not in core.drafted:
        if len(core.drafted) >= KNOWN_MOST:
            core.drafted.clear()
        core.drafted[person.id] = places
    return _keep(core, session, channel, person, text, command.reply)


def _place(core: Core, session: Session, name: str) -> tuple[Channel, Person]:
    person = session.person
    if person is None:
        raise NotLoggedIn()
    if person.guest:
        raise AccountsOnly()
    channel = core.directory.channel_for(person, name)
    policy.check_member(channel, person, core.directory.standing(channel.id, person.id))
    return channel, person


def _keep(core: Core, session: Session, channel: Channel, person: Person, text: str, reply: int) -> Done:
    places, tick, now = core.drafted[person.id], core.tick, core.now()
    if text:
        most = core.config.conversation.drafts_person
        if channel.id not in places and len(places) >= most:
            _forget_left(core, person, places)
            if len(places) >= most:
                raise TooMany(why="drafts", most=most)
        tick.put(places, channel.id, True)
    else:
        reply = 0
        tick.drop(places, channel.id)
    tick.store(PutDraft(person.id, channel.id, text, reply, now))
    for own in core.directory.connected.get(person.id, ()):
        if own is not session:
            tick.tell_one(own, Drafted(channel=channel.name, text=text, at=now, reply=reply))
    return Done(at=now)


def _forget_left(core: Core, person: Person, places: dict[int, bool]) -> None:
    """Make room: drafts in channels of which one is no member any more are shown nowhere."""
    for number in tuple(places):
        standing = core.directory.standing(number, person.id)
        if standing is None or not standing.inside:
            core.tick.drop(places, number)
            core.tick.store(PutDraft(person.id, number, "", 0, 0))


async def drafts(core: Core, session: Session, command: Drafts) -> DraftList:
    """One's drafts in the channels that one is a member of, the newest first."""
    person = session.person
    assert person is not None
    if person.guest:
        raise AccountsOnly()
    lines = []
    for state in await read_own(core, session, lambda: core.store.drafts(person.id)):
        standing = core.directory.standing(state.channel, person.id)
        if standing is not None and standing.inside:
            name = core.directory.channels[state.channel].name
            lines.append(DraftLine(channel=name, text=state.text, at=state.at, reply=state.reply))
    return DraftList(drafts=lines)
