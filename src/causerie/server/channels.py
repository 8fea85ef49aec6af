"""Channels: entering, leaving, making them on demand, direct conversations, topic, settings, lists."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from causerie.chat import policy
from causerie.chat.commands import Channels, Direct, Join, Leave, Look, Members, SetChannel, SetTopic
from causerie.chat.errors import BadInput, BadName, NoSuchChannel, TooManyChannels
from causerie.chat.events import Stands
from causerie.chat.model import MEMBER, OWNER, ROLE_NAMES, Channel, Person
from causerie.chat.names import BadName as _BadName
from causerie.chat.names import channel_name
from causerie.chat.replies import ChannelLine, ChannelList, Done, Member, MemberList, Snapshot
from causerie.chat.texts import check_text
from causerie.server import presence
from causerie.server.core import Core
from causerie.server.messages import keep_guest, spend
from causerie.server.session import AsItStands, Session
from causerie.server.store import Append, PutChannel

DIRECT_MOST = 7
PAGE_MOST = 1000
SNAPSHOT_MEMBERS = 200


def join(core: Core, session: Session, command: Join) -> AsItStands | Done:
    """Enter a channel, made if nobody has named it before."""
    channel = find_or_make(core, session, command.channel, command.create)
    walk_in(core, session, channel)
    return as_it_stands(core, session, channel)


def find_or_make(core: Core, session: Session, name: str, create: bool) -> Channel:
    """The channel of this name; a new one of it, where that is allowed, that its maker owns."""
    person = session.person
    assert person is not None
    directory = core.directory
    if (known := directory.by_name.get(name)) is not None:
        return directory.channels[known]
    try:
        return directory.channel(name)
    except NoSuchChannel:
        if not create or name.startswith("@"):
            raise
    try:
        name = channel_name(name)
    except _BadName as bad:
        raise BadName(name=name[:80].encode(errors="replace").decode(), why=bad.why) from None
    settings = core.config.channels
    if name != settings.home:
        policy.check_make_channel(person, settings.create)
    _check_room(core)
    if not session.exempt:
        spend(core, person.id)
    channel = Channel(
        id=core.new_id(),
        name=name,
        history=settings.history,
        retention_days=settings.retention_days,
        made_at=core.now(),
    )
    make(core, channel)
    if not person.guest and name != settings.home:
        presence.stand(core, channel, person, OWNER)
    return channel


def _check_room(core: Core) -> None:
    most = core.config.limits.channels
    if len(core.directory.channels) >= most:
        raise TooManyChannels(most=most)


def make(core: Core, channel: Channel) -> None:
    """Keep a channel that is new."""
    directory, tick = core.directory, core.tick
    tick.put(directory.channels, channel.id, channel)
    tick.put(directory.by_name, channel.name, channel.id)
    tick.put(directory.standings, channel.id, {})
    tick.store(PutChannel(channel))


def walk_in(core: Core, session: Session, channel: Channel) -> None:
    """Enter a channel, if the rules let this person."""
    person = session.person
    assert person is not None
    standings = core.directory.standings[channel.id]
    policy.check_enter(channel, person, standings.get(person.id))
    if channel.id in session.channels:
        # What happened before is told before the answer: a snapshot holds it already.
        core.tick.exit(session, channel.id)
        core.tick.enter(session, channel.id)
        return
    most = core.config.limits.members_channel
    if most and person.id not in standings and len(standings) >= most:
        raise TooManyChannels(channel=channel.name, most=most)
    presence.enter(core, session, channel)


def leave(core: Core, session: Session, command: Leave) -> Done:
    """Leave a channel for good: none of one's connections is in it any more, nor is one a member."""
    person = session.person
    assert person is not None
    channel = core.directory.channel(command.channel)
    policy.check_leave(channel)
    reason = check_text(command.reason, 400) if command.reason else ""
    standing, rest = core.directory.standing(channel.id, person.id), presence.remains(core, channel, person)
    gone = rest is None or not rest.inside
    told = presence.left(channel, person, reason, gone)
    here = person.id in core.directory.here.get(channel.id, ())
    for own in tuple(core.directory.connected[person.id]):
        if channel.id in own.channels:
            presence.leave(core, own, channel, reason, gone)
            if own is not session:
                core.tick.tell_one(own, told)
    if standing is not None and standing.inside and gone and not here:
        core.tick.tell(channel.id, told)
    if core.directory.standing(channel.id, person.id) != rest:
        presence.stand(core, channel, person, rest)
    return Done()


def direct(core: Core, session: Session, command: Direct) -> AsItStands | Done:
    """Open the direct conversation with these people, who are told of it when it is new."""
    person = session.person
    assert person is not None
    if not 1 <= len(command.people) <= DIRECT_MOST:
        raise BadInput(why="people", most=DIRECT_MOST)
    directory = core.directory
    people = {person.id: person}
    people.update((other.id, other) for other in map(directory.person, command.people))
    if len(people) < 2:
        raise BadInput(why="people", least=1)
    name = "@" + "+".join(f"{number:x}" for number in sorted(people))
    known = directory.by_name.get(name)
    if known is not None:
        channel = directory.channels[known]
    else:
        _check_room(core)
        if not session.exempt:
            spend(core, person.id)
        channel = Channel(id=core.new_id(), name=name, access="direct", made_at=core.now())
        make(core, channel)
    for other in people.values():
        if directory.standing(channel.id, other.id) is None:
            # It is new, or this is a guest that was gone for a while.
            presence.stand(core, channel, other, MEMBER)
            told = Stands(
                channel=name,
                at=core.now(),
                person=person.id,
                name=person.name,
                whom=other.id,
                whom_name=other.name,
                whom_guest=other.guest,
                role="member",
            )
            core.tick.tell(channel.id, told)
            for ears in directory.connected.get(other.id, ()):
                if ears is not session and channel.id not in ears.channels:
                    core.tick.tell_one(ears, told)
        for ears in directory.connected.get(other.id, ()):
            if ears.outlet.language.hears_direct and ears is not session:
                with suppress(TooManyChannels):
                    presence.enter(core, ears, channel)
    walk_in(core, session, channel)
    return as_it_stands(core, session, channel)


def set_topic(core: Core, session: Session, command: SetTopic) -> Append:
    """Change the topic."""
    channel, person, now = _place(core, session, command.channel)
    policy.check_topic(channel, person, core.directory.standing(channel.id, person.id), now)
    topic = check_text(command.topic, core.config.limits.topic_bytes) if command.topic else ""
    if "\n" in topic:
        raise BadInput(why="line_end")
    _put(core, msgspec.structs.replace(channel, topic=topic))
    return log(core, session, channel, "topic", now, topic)


def set_channel(core: Core, session: Session, command: SetChannel) -> Append:
    """Change the settings; home stays public."""
    channel, person, now = _place(core, session, command.channel)
    policy.check_settings(channel, person, core.directory.standing(channel.id, person.id))
    given = {
        name: value
        for name in ("access", "history", "read_only", "retention_days")
        if (value := getattr(command, name)) is not None
    }
    if command.access == "direct" or (command.access == "private" and channel.name == core.config.channels.home):
        raise BadInput(why="access")
    if command.retention_days is not None and not 0 <= command.retention_days <= 36_500:
        raise BadInput(why="retention_days", most=36_500)
    channel = msgspec.structs.replace(channel, **given)
    _put(core, channel)
    now_set = {name: getattr(channel, name) for name in ("access", "history", "read_only", "retention_days")}
    return log(core, session, channel, "changed", now, data=msgspec.json.encode(now_set).decode())


def _place(core: Core, session: Session, name: str) -> tuple[Channel, Person, int]:
    assert session.person is not None
    return core.directory.channel(name), session.person, core.now()


def _put(core: Core, channel: Channel) -> None:
    core.tick.put(core.directory.channels, channel.id, channel)
    core.tick.store(PutChannel(channel))


def log(core: Core, session: Session, channel: Channel, kind: str, at: int, text: str = "", data: str = "{}") -> Append:
    """Put an event by this session's person into the channel's log."""
    person = session.person
    assert person is not None
    if person.guest:
        keep_guest(core, session)
    append = Append(channel, kind, at, person, text, "", data)
    core.tick.append(append)
    return append


def channels(core: Core, session: Session, command: Channels) -> ChannelList:
    """The channels that one may know of, by name."""
    person = session.person
    assert person is not None
    directory = core.directory
    limit = max(1, min(command.limit, PAGE_MOST))
    lines: list[ChannelLine] = []
    for name in sorted(name for name in directory.by_name if name > command.after):
        channel = directory.channels[directory.by_name[name]]
        standing = directory.standing(channel.id, person.id)
        if not policy.may_know_of(channel, standing):
            continue
        if len(lines) == limit:
            return ChannelList(channels=lines, more=True)
        lines.append(
            ChannelLine(
                channel=name,
                access=channel.access,
                topic=channel.topic if policy.may_read(channel, person, standing) else "",
                people=len(directory.here.get(channel.id, ())),
                joined=standing is not None and standing.inside,
                number=core.fanout.audience(channel.id).number,
            )
        )
    return ChannelList(channels=lines)


def look(core: Core, session: Session, command: Look) -> AsItStands:
    """A channel's snapshot, for those who may read it."""
    channel, person, _ = _place(core, session, command.channel)
    policy.check_read(channel, person, core.directory.standing(channel.id, person.id))
    return AsItStands(channel.id, snapshot(core, session, channel))


def members(core: Core, session: Session, command: Members) -> MemberList:
    """A channel's members, and the guests that are there."""
    channel, person, _ = _place(core, session, command.channel)
    policy.check_read(channel, person, core.directory.standing(channel.id, person.id))
    limit = max(1, min(command.limit, PAGE_MOST))
    lines, more = member_lines(core, channel, command.after, limit)
    return MemberList(channel=channel.name, members=lines, more=more)


def member_lines(core: Core, channel: Channel, after: str, limit: int) -> tuple[list[Member], bool]:
    """The first `limit` members by name above `after`, and whether there are more."""
    directory = core.directory
    here = directory.here.get(channel.id, {})
    inside = sorted(
        (directory.people[number].name, number, standing)
        for number, standing in directory.standings[channel.id].items()
        if standing.inside and directory.people[number].name > after
    )
    lines = [
        Member(
            person=number,
            name=name,
            guest=directory.people[number].guest,
            role=ROLE_NAMES[standing.role],
            here=number in here,
            away=presence.away_text(core, channel, number) if number in here else "",
            muted_until=standing.muted_until,
        )
        for name, number, standing in inside[:limit]
    ]
    return lines, len(inside) > limit


def as_it_stands(core: Core, session: Session, channel: Channel) -> AsItStands | Done:
    """What one who enters is told: the channel, its people. Made only for languages that have words for it."""
    if not session.outlet.language.snapshots:
        return Done()
    return AsItStands(channel.id, snapshot(core, session, channel))


def snapshot(core: Core, session: Session, channel: Channel, number: int = 0) -> Snapshot:
    """A channel as it stands for this session's person."""
    person = session.person
    assert person is not None
    lines, more = member_lines(core, channel, "", SNAPSHOT_MEMBERS)
    standing = core.directory.standing(channel.id, person.id) or MEMBER
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
    )
