"""What each person wants to be notified of, the same on every device; and why they were, or not.

A guest's wishes last as long as its connection.
"""

from __future__ import annotations

from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Ignore, Notify, Prefer, Preferred, Why
from causerie.chat.errors import BadInput, NoSuchMessage, TooMany
from causerie.chat.events import Message, PreferencesChanged
from causerie.chat.model import Channel, Level, Person, Preferences
from causerie.chat.notify import MINUTES, Verdict, decide, is_keyword
from causerie.chat.replies import Done, NotificationReason, OwnPreferences
from causerie.chat.texts import check_text
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.messages.history import check_numbers
from causerie.server.features.messages.messages import find_mentions
from causerie.server.ports.changes import PutPreferences

KEYWORD_BYTES = 100
ZONE_MOST = 64
DND_MOST = 366 * MINUTES

NOTHING = Preferences()
"""What is wanted by who never said."""


def wants(context: Context, person: int) -> Preferences:
    """What a person wants."""
    return context.state.preferences.get(person, NOTHING)


def notify(context: Context, session: Session, command: Notify) -> Done:
    """What of a channel one wants to be notified of."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    policy.check_member(channel, person, context.state.standing(channel.id, person.id))
    levels = {**wants(context, person.id).levels}
    levels.pop(channel.id, None)
    if command.level is not None:
        levels[channel.id] = command.level
    return _change(context, person, levels=levels)


def prefer(context: Context, session: Session, command: Prefer) -> Done:
    """Change the rest of what one wants; what is not given stays."""
    person = session.require_person()
    changes: dict[str, Any] = {}
    if command.keywords is not None:
        changes["keywords"] = _keywords(context, command.keywords)
    for name in ("quiet_from", "quiet_to"):
        if (minute := getattr(command, name)) is not None:
            if not 0 <= minute < MINUTES:
                raise BadInput(why=name, least=0, most=MINUTES - 1)
            changes[name] = minute
    if command.zone is not None:
        if not is_zone(command.zone):
            raise BadInput(why="zone", name=command.zone[:ZONE_MOST])
        changes["zone"] = command.zone
    if command.dnd_minutes is not None:
        if not 0 <= command.dnd_minutes <= DND_MOST:
            raise BadInput(why="dnd_minutes", least=0, most=DND_MOST)
        changes["dnd_until"] = context.now() + command.dnd_minutes * 60_000 if command.dnd_minutes else 0
    if command.share_last_seen is not None:
        changes["share_last_seen"] = command.share_last_seen
    return _change(context, person, **changes)


def _keywords(context: Context, given: list[str]) -> tuple[str, ...]:
    most = context.config.conversation.keywords_person
    if len(given) > most:
        raise TooMany(why="keywords", most=most)
    words: dict[str, None] = {}
    for word in given:
        word = " ".join(check_text(word, KEYWORD_BYTES).split())
        if not is_keyword(word):
            raise BadInput(why="keywords", name=word)
        words[word] = None
    return tuple(words)


def ignore(context: Context, session: Session, command: Ignore) -> Done:
    """Ignore a person, or no longer."""
    person, whom = session.require_person(), context.state.person(command.name)
    ignored = tuple(one for one in wants(context, person.id).ignored if one != whom.id)
    if command.on:
        if whom.id == person.id:
            raise BadInput(why="oneself", name=whom.name)
        most = context.config.conversation.ignored_person
        if len(ignored) >= most:
            # Guests that are gone make room first.
            ignored = tuple(one for one in ignored if one in context.state.people)
        if len(ignored) >= most:
            raise TooMany(why="ignored", most=most)
        ignored = (*ignored, whom.id)
    return _change(context, person, ignored=ignored)


def preferred(context: Context, session: Session, command: Preferred) -> OwnPreferences:
    """What one wants, as it is kept."""
    person = session.require_person()
    wanted, people = wants(context, person.id), context.state.people
    return OwnPreferences(
        preferences=msgspec.structs.replace(wanted, levels={}),
        levels=_levels(context, wanted),
        ignored=sorted(people[one].name for one in wanted.ignored if one in people),
    )


async def why(context: Context, session: Session, command: Why) -> NotificationReason:
    """Why one was notified of a message, or not: by what it said when it was said, and one's wishes as they are now."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    policy.check_read(channel, person, context.state.standing(channel.id, person.id))
    check_numbers(number=command.number)
    found = await context.store.messages(channel, (command.number,), person.id)
    if not found or found[0].deleted:
        raise NoSuchMessage(channel=channel.name, number=command.number)
    message = found[0]
    past = await context.store.versions(channel.id, message.number) if message.edited_at else []
    if past:
        # Who is named by an edit is not notified of it, and who is no longer named has been.
        gone = Person(id=message.person, name=message.name, guest=message.guest)
        author = context.state.people.get(message.person, gone)
        named = find_mentions(context, channel, author, past[0].text, message.person)
        message = msgspec.structs.replace(message, text=past[0].text, mentions=named.people, everyone=named.everyone)
    follows = bool(message.thread) and await context.store.follows(person.id, channel.id, message.thread)
    # Since it was asked, the person may have been put out.
    standing = context.state.standing(channel.id, person.id)
    policy.check_read(context.state.channels[channel.id], person, standing)
    told = verdict(context, person, channel, message, follows, session.mode == "dnd")
    changed = wants(context, person.id).changed_at > message.at
    return NotificationReason(notified=told.notified, rule=told.rule, about=told.about, changed=changed)


def verdict(context: Context, person: Person, channel: Channel, message: Message, follows: bool, dnd: bool) -> Verdict:
    """Whether somebody is notified of a message, by their wishes as they are now. `follows` its thread, `dnd`: see
    notify.decide."""
    wanted, standing = wants(context, person.id), context.state.standing(channel.id, person.id)
    return decide(
        message,
        wanted,
        wanted.levels.get(channel.id),
        channel.access,
        person.id,
        member=standing is not None and standing.inside,
        follows=follows,
        dnd=dnd,
        minute=minute_of_day(message.at, wanted.zone),
    )


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone (IANA) that this machine knows."""
    from zoneinfo import ZoneInfo

    if name == "UTC":
        return True
    if not name or len(name) > ZONE_MOST or not name.isascii() or not name.isprintable():
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Not found; no name at all; a folder of names.
        return False
    return True


def minute_of_day(at: int, zone: str) -> int:
    """Minutes since midnight at the time `at` (ms) in a zone; in UTC when this machine knows the zone no longer."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    there = UTC if zone == "UTC" or not is_zone(zone) else ZoneInfo(zone)
    local = datetime.fromtimestamp(at / 1000, there)
    return local.hour * 60 + local.minute


def _change(context: Context, person: Person, **changes: Any) -> Done:
    """Keep what a person wants now, and tell their sessions. Choices for channels that they left are forgotten."""
    state = context.state
    wanted = msgspec.structs.replace(wants(context, person.id), changed_at=context.now(), **changes)
    places = state.places.get(person.id, {})
    levels = {channel: level for channel, level in wanted.levels.items() if channel in places}
    wanted = msgspec.structs.replace(wanted, levels=levels)
    context.apply(PutPreferences(person.id, wanted), stored=not person.guest)
    told = PreferencesChanged(
        channel="", preferences=msgspec.structs.replace(wanted, levels={}), levels={**_levels(context, wanted)}
    )
    for own in state.connected.get(person.id, ()):
        context.unit.tell_one(own, told)
    return Done()


def _levels(context: Context, wanted: Preferences) -> dict[str, Level]:
    channels = context.state.channels
    return {channels[channel].name: level for channel, level in wanted.levels.items() if channel in channels}
