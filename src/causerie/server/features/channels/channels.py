"""Channels: entering, leaving, making them on demand, topic, settings, lists."""

from __future__ import annotations

import re
from collections.abc import Coroutine, Iterator
from typing import Any

import msgspec

from causerie.chat import policy
from causerie.chat.bounds import KEY_LONGEST
from causerie.chat.commands import Channels, Join, Leave, Look, Members, SetChannel, SetTopic
from causerie.chat.errors import BadInput, Banned, NoSuchChannel, Private, TooManyChannels
from causerie.chat.model import MEMBER, ROLE_NAMES, Channel, Person, Role
from causerie.chat.names import channel_name
from causerie.chat.replies import ChannelLine, ChannelList, Done, Member, MemberList, Snapshot
from causerie.chat.texts import check_text
from causerie.server.context import Context
from causerie.server.engine import presence_view
from causerie.server.engine.session import PendingSnapshot, Session
from causerie.server.features.channels import admission
from causerie.server.features.presence import channel_presence, presence
from causerie.server.ports.changes import Append, PutChannel
from causerie.server.send_quota import give_back, keep_guest, spend
from causerie.server.walks import LOOKED_AT, in_slices, walk

PAGE_MOST = 1000
SNAPSHOT_MEMBERS = 200
SLOW_MOST = 86_400

PEOPLE_MOST = 1_000_000
_KEY = re.compile(rf"[!-+\--9;-~]{{1,{KEY_LONGEST}}}")
"""Printable ASCII without the comma and the colon, which not every protocol could send."""

SETTINGS = (
    "access", "history", "read_only", "retention_days", "slow_seconds", "tell_reactions", "topic_for", "key",
    "people_most", "hidden", "outsiders",
)  # fmt: skip


def join(context: Context, session: Session, command: Join) -> PendingSnapshot | Done:
    """Enter a channel, made if nobody has named it before."""
    channel = find_or_make(context, session, command.channel, command.create)
    try:
        if session.outlet.encoder.one_place:
            move_in(context, session, channel)
        else:
            walk_in(context, session, channel, command.key)
    except (Banned, Private):
        _tell_no_more(context, session, channel, command)
        raise
    return pending_snapshot(context, session, channel, command.members)


def _tell_no_more(context: Context, session: Session, channel: Channel, command: Join) -> None:
    """Who is kept out of a channel that they may not be told of hears what they would hear if there were none; whoever
    could make one, that this name is not to be had. Raises NoSuchChannel, AccountsOnly, AdministratorsOnly, Private."""
    person = session.require_person()
    if policy.may_be_told_of(channel, context.state.standing(channel.id, person.id)):
        return
    if not command.create or channel.access == "direct":
        raise NoSuchChannel(channel=command.channel[:80]) from None
    policy.check_make_channel(person, context.config.channels.create)
    raise Private(channel=channel_name(command.channel)) from None


def find_or_make(context: Context, session: Session, name: str, create: bool) -> Channel:
    """The channel of this name; a new one of it, where that is allowed, which is its maker's (policy.maker)."""
    person = session.require_person()
    state = context.state
    if (known := state.by_name.get(name)) is not None:
        return state.channels[known]
    try:
        return state.channel(name)
    except NoSuchChannel:
        if not create or name.startswith("@"):
            raise
    name = channel_name(name)
    settings = context.config.channels
    if name != settings.home:
        policy.check_make_channel(person, settings.create)
    check_room(context)
    spend(context, session)
    channel = Channel(
        id=context.new_id(),
        name=name,
        history=settings.history,
        retention_days=settings.retention_days,
        made_at=context.now(),
    )
    context.apply(PutChannel(channel))
    if name != settings.home:
        channel_presence.stand(context, channel, person, policy.maker(person))
    return channel


def check_room(context: Context) -> None:
    """Is there room for one more channel? Raises TooManyChannels."""
    most = context.config.limits.channels
    if most and len(context.state.channels) >= most:
        raise TooManyChannels(most=most)


def walk_in(context: Context, session: Session, channel: Channel, key: str = "") -> None:
    """Enter a channel, if the rules let this person."""
    person = session.require_person()
    standings = context.state.standings[channel.id]
    admission.check(context, session, channel, person, key)
    if channel.id in session.channels:
        # What happened before is told before the answer: a snapshot holds it already.
        context.unit.exit(session, channel.id)
        context.unit.enter(session, channel.id)
        return
    most = context.config.limits.members_channel
    if most and person.id not in standings and len(standings) >= most:
        raise TooManyChannels(channel=channel.name, most=most)
    channel_presence.enter(context, session, channel)


def move_in(context: Context, session: Session, channel: Channel) -> None:
    """The same, out of every other channel."""
    if channel.id not in session.channels:
        for number in tuple(session.channels):
            channel_presence.leave(context, session, context.state.channels[number])
    walk_in(context, session, channel)


def leave(context: Context, session: Session, command: Leave) -> Done:
    """Leave a channel for good: none of one's connections is in it any more, nor is one a member."""
    person = session.require_person()
    channel = context.state.channel_for(person, command.channel)
    standing, rest = context.state.standing(channel.id, person.id), channel_presence.remains(context, channel, person)
    policy.check_leave(channel, standing)
    reason = check_text(command.reason, 400) if command.reason else ""
    told = presence.left(channel, person, reason, gone=True)
    here = person.id in context.state.here.get(channel.id, ())
    for own in tuple(context.state.connected[person.id]):
        if channel.id in own.channels:
            channel_presence.leave(context, own, channel, reason, gone=True)
            if own is not session:
                context.unit.tell_one(own, told)
    if standing is not None and standing.inside and not here:
        context.unit.tell(channel.id, told)
    if context.state.standing(channel.id, person.id) != rest:
        channel_presence.stand(context, channel, person, rest)
    return Done()


def set_topic(context: Context, session: Session, command: SetTopic) -> Append:
    """Change the topic."""
    channel, person, now = _place(context, session, command.channel)
    policy.check_topic(channel, person, context.state.standing(channel.id, person.id), now)
    topic = check_text(command.topic, context.config.limits.topic_bytes) if command.topic else ""
    if "\n" in topic:
        raise BadInput(why="line_end")
    at = context.moment(channel.id, now)
    context.apply(PutChannel(msgspec.structs.replace(channel, topic=topic, topic_by=person.name, topic_at=at)))
    return log(context, session, channel, "topic", at, topic)


def set_channel(context: Context, session: Session, command: SetChannel) -> Append | Done:
    """Change the settings; home stays open to everybody. What is as asked for already is told to nobody."""
    channel, person, now = _place(context, session, command.channel)
    given = {name: value for name in SETTINGS if (value := getattr(command, name)) is not None}
    standing = policy.acting(context.state.standing(channel.id, person.id), owned(context, channel))
    policy.check_settings(channel, person, standing, given)
    home = channel.name == context.config.channels.home
    if command.access == "direct" or (command.access == "private" and home):
        raise BadInput(why="access")
    if command.key and (home or not _KEY.fullmatch(command.key)):
        raise BadInput(why="key", most=KEY_LONGEST)
    if command.people_most is not None and not 0 <= command.people_most <= PEOPLE_MOST:
        raise BadInput(why="people_most", most=PEOPLE_MOST)
    if command.retention_days is not None and not 0 <= command.retention_days <= 36_500:
        raise BadInput(why="retention_days", most=36_500)
    if command.slow_seconds is not None and not 0 <= command.slow_seconds <= SLOW_MOST:
        raise BadInput(why="slow_seconds", most=SLOW_MOST)
    changed = [name for name, value in given.items() if value != getattr(channel, name)]
    if not changed:
        give_back(context, session)
        return Done()
    was, channel = channel, msgspec.structs.replace(channel, **given)
    context.apply(PutChannel(channel))
    if policy.closes(was, channel):
        _end_invitations(context, channel)
    # The log is for ever, and who reads it later may not be meant to know the key.
    now_set: dict[str, Any] = {name: getattr(channel, name) for name in SETTINGS if name != "key"}
    now_set.update(keyed=bool(channel.key), changed=changed)
    return log(
        context,
        session,
        channel,
        "changed",
        context.moment(channel.id, now),
        data=msgspec.json.encode(now_set).decode(),
    )


def _end_invitations(context: Context, channel: Channel) -> None:
    """Those that were given while anybody could enter."""
    for number, standing in tuple(context.state.standings[channel.id].items()):
        person = context.state.people.get(number)
        if standing.invited and person is not None:
            channel_presence.stand(context, channel, person, policy.uninvited(standing))


def owned(context: Context, channel: Channel) -> bool:
    """Whether somebody owns the channel, or it is home, which is the administrators'."""
    if channel.name == context.config.channels.home:
        return True
    return any(one.role == Role.OWNER for one in context.state.standings[channel.id].values())


def _place(context: Context, session: Session, name: str) -> tuple[Channel, Person, int]:
    person = session.require_person()
    return context.state.channel_for(person, name), person, context.now()


def log(
    context: Context, session: Session, channel: Channel, kind: str, at: int, text: str = "", data: str = "{}"
) -> Append:
    """Put an event by this session's person into the channel's log."""
    person = session.require_person()
    keep_guest(context, session)
    append = Append(channel, kind, at, person, text, "", data)
    context.unit.append(append)
    return append


def channels(context: Context, session: Session, command: Channels) -> ChannelList | Coroutine[Any, Any, ChannelList]:
    """The channels that one may know of, by name."""
    limit, lines = max(1, min(command.limit, PAGE_MOST)), list[ChannelLine]()
    found = in_slices(_known(context, session, command.after, limit + 1), lines)
    if len(context.state.channels) > LOOKED_AT:
        return _walked(context, session, found, lines, limit)
    for _ in found:
        pass
    return ChannelList(channels=lines[:limit], more=len(lines) > limit)


async def _walked(
    context: Context, session: Session, found: Iterator[None], lines: list[ChannelLine], limit: int
) -> ChannelList:
    await walk(context, session, found)
    return ChannelList(channels=lines[:limit], more=len(lines) > limit)


def _known(context: Context, session: Session, after: str, most: int) -> Iterator[ChannelLine | None]:
    """The first channels with a name above `after` that this person may know of; None for each of the others."""
    state, person = context.state, session.require_person()
    for name in sorted(name for name in state.by_name if name > after):
        channel = state.channels.get(state.by_name.get(name, 0))
        standing = state.standing(channel.id, person.id) if channel is not None else None
        if channel is None or not policy.may_know_of(channel, standing):
            yield None
            continue
        yield ChannelLine(
            channel=name,
            access=channel.access,
            topic=channel.topic if policy.may_read(channel, person, standing) else "",
            people=len(state.here.get(channel.id, ())),
            joined=standing is not None and standing.inside,
            number=context.state.log_end(channel.id)[0],
            topic_at=channel.topic_at,
        )
        most -= 1
        if not most:
            return


def look(context: Context, session: Session, command: Look) -> PendingSnapshot:
    """A channel's snapshot, for those who may read it."""
    channel, person, _ = _place(context, session, command.channel)
    policy.check_read(channel, person, context.state.standing(channel.id, person.id))
    return PendingSnapshot(channel.id, snapshot(context, session, channel, members=command.members))


def members(context: Context, session: Session, command: Members) -> MemberList:
    """A channel's members, and the guests that are there."""
    channel, person, _ = _place(context, session, command.channel)
    policy.check_read(channel, person, context.state.standing(channel.id, person.id))
    limit = max(1, min(command.limit, PAGE_MOST))
    lines, more = member_lines(context, channel, person.id, command.after, limit)
    return MemberList(channel=channel.name, members=lines, more=more)


def member_lines(context: Context, channel: Channel, asker: int, after: str, limit: int) -> tuple[list[Member], bool]:
    """The first `limit` members by name above `after`, as this person sees them, and whether there are more."""
    state = context.state
    people, standings = state.people, state.standings[channel.id]
    lines: list[Member] = []
    for name, number in state.on_record(channel.id, after):
        standing = standings[number]
        if not standing.inside:
            continue
        if len(lines) == limit:
            return lines, True
        seen = presence_view.shown_to(state, channel, number, asker)
        away, dnd = seen or presence_view.AVAILABLE
        lines.append(
            Member(
                person=number,
                name=name,
                guest=people[number].guest,
                role=ROLE_NAMES[standing.role],
                here=seen is not None,
                away=away,
                muted_until=standing.muted_until,
                dnd=dnd,
                voiced=standing.voiced,
            )
        )
    return lines, False


def pending_snapshot(
    context: Context, session: Session, channel: Channel, members: bool = True
) -> PendingSnapshot | Done:
    """What one who enters is told: the channel, its people. Made only for languages that have words for it."""
    if not session.outlet.encoder.snapshots:
        return Done()
    return PendingSnapshot(channel.id, snapshot(context, session, channel, members=members))


def snapshot(context: Context, session: Session, channel: Channel, number: int = 0, members: bool = True) -> Snapshot:
    """A channel as it stands for this session's person, with its members or without."""
    person = session.require_person()
    lines, more = member_lines(context, channel, person.id, "", SNAPSHOT_MEMBERS) if members else ([], True)
    known = context.state.standing(channel.id, person.id)
    standing = known or MEMBER
    return Snapshot(
        channel=channel.name,
        access=channel.access,
        topic=channel.topic,
        number=number,
        history=channel.history,
        read_only=channel.read_only,
        retention_days=channel.retention_days,
        role=ROLE_NAMES[standing.role],
        members=lines,
        more=more,
        slow_seconds=channel.slow_seconds,
        tell_reactions=channel.tell_reactions,
        pins=tuple(context.state.pins.get(channel.id, ())),
        topic_by=channel.topic_by,
        topic_at=channel.topic_at,
        topic_for=channel.topic_for,
        keyed=bool(channel.key),
        key=channel.key if known is not None and known.inside else "",
        people_most=channel.people_most,
        hidden=channel.hidden,
        outsiders=channel.outsiders,
    )
