"""Drafts: what a person has typed in a channel and not sent, kept for their other devices. Accounts only."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from causerie.chat import policy
from causerie.chat.commands import Draft, Drafts
from causerie.chat.errors import AccountsOnly, TooMany
from causerie.chat.events import Drafted
from causerie.chat.model import Channel, Person
from causerie.chat.replies import Done, DraftLine, DraftList
from causerie.chat.texts import check_text
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.features.messages.own_reads import read_own
from causerie.server.ports.changes import PutDraft

KNOWN_MOST = 10_000
"""People of whom it is known where they have drafts; of others it is read from the store."""


def draft(context: Context, session: Session, command: Draft) -> Done | Coroutine[Any, Any, Done]:
    """Keep a draft, or none; one's other devices are told."""
    channel, person = _place(context, session, command.channel)
    check_numbers(reply=command.reply)
    text = check_text(command.text, context.config.limits.message_bytes) if command.text.strip() else ""
    if person.id in context.state.drafted:
        return _keep(context, session, channel, person, text, command.reply)
    return _read_and_keep(context, session, command, text)


async def _read_and_keep(context: Context, session: Session, command: Draft, text: str) -> Done:
    person = session.require_person()
    places = {kept.channel: True for kept in await context.store.drafts(person.id)}
    channel, person = _place(context, session, command.channel)
    if person.id not in context.state.drafted:
        if len(context.state.drafted) >= KNOWN_MOST:
            context.state.drafted.clear()
        context.state.drafted[person.id] = places
    return _keep(context, session, channel, person, text, command.reply)


def _place(context: Context, session: Session, name: str) -> tuple[Channel, Person]:
    person = session.require_person()
    if person.guest:
        raise AccountsOnly()
    channel = context.state.channel_for(person, name)
    policy.check_member(channel, person, context.state.standing(channel.id, person.id))
    return channel, person


def _keep(context: Context, session: Session, channel: Channel, person: Person, text: str, reply: int) -> Done:
    places, now = context.state.drafted[person.id], context.now()
    if text:
        most = context.config.conversation.drafts_person
        if channel.id not in places and len(places) >= most:
            _forget_left(context, person, places)
            if len(places) >= most:
                raise TooMany(why="drafts", most=most)
    else:
        reply = 0
    context.apply(PutDraft(person.id, channel.id, text, reply, now))
    for own in context.state.connected.get(person.id, ()):
        if own is not session:
            context.unit.tell_one(own, Drafted(channel=channel.name, text=text, at=now, reply=reply))
    return Done(at=now)


def _forget_left(context: Context, person: Person, places: dict[int, bool]) -> None:
    """Make room: drafts in channels of which one is no member any more are shown nowhere."""
    for number in tuple(places):
        standing = context.state.standing(number, person.id)
        if standing is None or not standing.inside:
            context.apply(PutDraft(person.id, number, "", 0, 0))


async def drafts(context: Context, session: Session, command: Drafts) -> DraftList:
    """One's drafts in the channels that one is a member of, the newest first."""
    person = session.require_person()
    if person.guest:
        raise AccountsOnly()
    lines = []
    for kept in await read_own(context, session, lambda: context.store.drafts(person.id)):
        standing = context.state.standing(kept.channel, person.id)
        if standing is not None and standing.inside:
            name = context.state.channels[kept.channel].name
            lines.append(DraftLine(channel=name, text=kept.text, at=kept.at, reply=kept.reply))
    return DraftList(drafts=lines)
