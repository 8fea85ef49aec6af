"""All replies: what commands are answered with that were not refused.

On the native protocol the objects travel as they stand here, `is` naming the type and `re` beside it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from causerie.chat.events import LoggedEvent, Message, RestrictedMessage
from causerie.chat.model import Access, Level, MaskList, Mode, Preferences, RoleName, TopicFor
from causerie.chat.unions import union_of


class Reply(Struct, frozen=True, tag_field="is", omit_defaults=True):
    """The base of all replies."""

    holds: ClassVar[bool] = False
    """Whether it holds even if the unit of work that it is in is undone."""


class StoredReply(Reply, frozen=True):
    """A reply that was read from the store."""

    holds: ClassVar[bool] = True


class Done(Reply, frozen=True, tag="done"):
    """It is done, and there is nothing more to say; `at` (ms since 1970) only where a draft was kept."""

    at: int = 0


class Pong(Reply, frozen=True, tag="pong"):
    """The answer to ping."""

    holds: ClassVar[bool] = True


class Welcome(Reply, frozen=True, tag="welcome", kw_only=True):
    """The answer to hello: the server's name, its version, the protocol's, and the bounds to keep to."""

    holds: ClassVar[bool] = True

    server: str
    software: str
    version: int
    message_bytes: int
    frame_bytes: int
    registration: str
    guests: bool
    password_min: int = 0
    """Characters of the shortest new password."""


class LoggedIn(Reply, frozen=True, tag="logged_in", kw_only=True):
    """Who one is now. `token` logs in again without a password; it is told only here."""

    person: int
    name: str
    guest: bool = False
    admin: bool = False
    token: str = ""
    channels: list[str] = []


class Challenge(Reply, frozen=True, tag="challenge", kw_only=True):
    """What the server says in return, in a log-in that takes several steps."""

    message: str


class Ack(Reply, frozen=True, tag="ack", kw_only=True):
    """The message is on disk under this number. `again`: it was before, this is the first one's number."""

    channel: str
    number: int
    at: int
    key: str = ""
    again: bool = False


class RestrictedSent(Reply, frozen=True, tag="confidence", kw_only=True):
    """A restricted message was sent: the event as its recipients are told it, which the asking connection is not."""

    confided: RestrictedMessage


class Member(Struct, frozen=True, omit_defaults=True):
    """One line of a member list. `here`: connected and in the channel now."""

    person: int
    name: str
    guest: bool = False
    role: RoleName = "member"
    here: bool = False
    away: str = ""
    muted_until: int = 0
    dnd: bool = False
    voiced: bool = False


class Snapshot(Reply, frozen=True, tag="snapshot", kw_only=True):
    """A channel as it stands after event `number`. `more`: the member list goes on, see the members command.

    `said`: the messages it has had. `pins`: the pinned ones, the first pinned first. The settings are model.Channel's;
    `key` is told to members only.
    """

    channel: str
    access: Access
    topic: str
    number: int
    history: bool = True
    read_only: bool = False
    retention_days: int = 0
    role: RoleName = "member"
    members: list[Member] = []
    more: bool = False
    slow_seconds: int = 0
    tell_reactions: bool = False
    said: int = 0
    pins: tuple[int, ...] = ()
    topic_by: str = ""
    topic_at: int = 0
    topic_for: TopicFor = "accounts"
    keyed: bool = False
    key: str = ""
    people_most: int = 0
    hidden: bool = False
    outsiders: bool = False


class Resumed(Reply, frozen=True, tag="resumed", kw_only=True):
    """The channels one is in again. What was missed follows, then a snapshot of each, and from there on the stream."""

    channels: list[str]


class Page(StoredReply, frozen=True, tag="page", kw_only=True):
    """Events of one channel, oldest first. `more`: there is more in the direction asked for; `next`, where so much was
    left out that the search for others ended: the event to go on from, as `before` or `after`.

    It holds no event above `number`, and its messages stand as they are after that event. What follows may have changed
    some of them already; being told of such a change then changes nothing.
    """

    channel: str
    events: list[LoggedEvent]
    more: bool = False
    number: int = 0
    next: int = 0


class ThreadPage(StoredReply, frozen=True, tag="thread_page", kw_only=True):
    """Replies of a thread, oldest first, after the message that it began with (`thread`) on the oldest page."""

    channel: str
    thread: int
    messages: list[Message]
    more: bool = False
    number: int = 0


class Version(Struct, frozen=True, omit_defaults=True):
    """A text that a message had until `at`, when `name` changed it."""

    at: int
    person: int
    name: str
    text: str


class VersionList(StoredReply, frozen=True, tag="version_list", kw_only=True):
    """The texts that a message had before, oldest first."""

    channel: str
    number: int
    versions: list[Version]


class Reactor(Struct, frozen=True, omit_defaults=True):
    """One person's reaction."""

    emoji: str
    person: int
    name: str
    guest: bool = False


class ReactorList(StoredReply, frozen=True, tag="reactor_list", kw_only=True):
    """Who reacted, by emoji, then by the person's id."""

    channel: str
    number: int
    reactors: list[Reactor]
    more: bool = False


class PinList(StoredReply, frozen=True, tag="pin_list", kw_only=True):
    """The pinned messages, the last pinned first."""

    channel: str
    messages: list[Message]


class ThreadLine(Struct, frozen=True, omit_defaults=True):
    """A thread that one follows: its `replies`, the last one's number, how many of them are `unread`."""

    channel: str
    thread: int
    replies: int
    last: int
    unread: int = 0
    upto: int = 0


class ThreadList(StoredReply, frozen=True, tag="thread_list", kw_only=True):
    """The threads that one follows, the ones with the newest replies first."""

    threads: list[ThreadLine]


class ReadLine(Struct, frozen=True, omit_defaults=True, gc=False):
    """How far one has read a channel, as it stood after event `number`. `said`: of the marker, see Marked.

    `at` (ms): the marker's time, where one channel is asked for; 0: nothing was read, or nobody knows any more.
    """

    channel: str
    number: int
    upto: int = 0
    said: int = 0
    unread: int = 0
    mentions: int = 0
    level: Level | None = None
    at: int = 0


class ReadList(StoredReply, frozen=True, tag="read_list", kw_only=True):
    """What is unread in each of one's channels."""

    channels: list[ReadLine]


class RecentLine(Struct, frozen=True, omit_defaults=True):
    """A channel's last message: its number and time (ms)."""

    channel: str
    number: int
    at: int


class RecentList(StoredReply, frozen=True, tag="recent_list", kw_only=True):
    """Channels by the time of their last message, the earliest first."""

    channels: list[RecentLine]


class OwnPreferences(Reply, frozen=True, tag="wishes", kw_only=True):
    """One's notification preferences, as they are kept. `levels` by the channel's name, `ignored` by the person's."""

    preferences: Preferences
    levels: dict[str, Level] = {}
    ignored: list[str] = []


class NotificationReason(Reply, frozen=True, tag="reason", kw_only=True):
    """Why one was notified of a message, or not: by which rule, and for which word. `changed`: one's wishes were
    changed after it was said, and this is what they would do now."""

    notified: bool
    rule: str
    about: str = ""
    changed: bool = False


class DraftLine(Struct, frozen=True, omit_defaults=True):
    """A draft."""

    channel: str
    text: str
    at: int
    reply: int = 0


class DraftList(StoredReply, frozen=True, tag="draft_list", kw_only=True):
    """One's drafts, the newest first."""

    drafts: list[DraftLine]


class PersonCard(Reply, frozen=True, tag="person_card", kw_only=True):
    """A person. `mode` and `away` as others see them; `here`: connected; `channels`: those that the asker is in too.

    `last_seen` (ms) where the person allows it and is not here; 0: not told. `since`: connected since (ms); `idle`:
    seconds since they said something. `operator`: an administrator, or one who has the rights of one for now. `secure`:
    all their connections have TLS. `about`: see the describe command. `hosts`, for administrators and oneself: where
    they are connected from.
    """

    person: int
    name: str
    guest: bool = False
    admin: bool = False
    here: bool = False
    mode: Mode = "online"
    away: str = ""
    last_seen: int = 0
    since: int = 0
    channels: list[str] = []
    idle: int = 0
    secure: bool = False
    operator: bool = False
    about: str = ""
    hosts: list[str] = []


class GoneLine(Struct, frozen=True, omit_defaults=True):
    """Somebody who left, at `at` (ms)."""

    person: int
    name: str
    at: int
    guest: bool = False


class GoneList(Reply, frozen=True, tag="gone_list", kw_only=True):
    """Who has left lately, newest first."""

    people: list[GoneLine]


class Watching(Reply, frozen=True, tag="watching", kw_only=True):
    """Which of the people whose coming and going one is told of are here, and which are not."""

    here: list[str] = []
    gone: list[str] = []


class MetadataList(Reply, frozen=True, tag="metadata_list", kw_only=True):
    """All that is noted of a channel or of a person, by key; after it was forgotten: what it was."""

    channel: str = ""
    person: int = 0
    name: str = ""
    metadata: dict[str, str] = {}


class MetadataKeys(Reply, frozen=True, tag="metadata_keys", kw_only=True):
    """The keys that this connection follows. `new`: of those asked for. `refused`: the first that was one too many, of
    at most `most`; those after it were not looked at."""

    keys: list[str] = []
    new: list[str] = []
    refused: str = ""
    most: int = 0


class MetadataLine(Struct, frozen=True, omit_defaults=True):
    """What is noted under one key: of a channel, or of a person."""

    key: str
    value: str
    channel: str = ""
    person: int = 0
    name: str = ""


class MetadataPage(Reply, frozen=True, tag="metadata_page", kw_only=True):
    """What is noted under the keys that one follows; what is not here is not set."""

    lines: list[MetadataLine] = []


class ReportLine(Struct, frozen=True, omit_defaults=True):
    """An open report, by `name`, of the message `target` that `whom_name` wrote."""

    report: int
    channel: str
    at: int
    name: str
    target: int
    whom_name: str
    text: str = ""
    reason: str = ""


class ReportList(StoredReply, frozen=True, tag="report_list", kw_only=True):
    """Open reports, oldest first."""

    reports: list[ReportLine]


class AuditLine(Struct, frozen=True, omit_defaults=True):
    """What somebody did. `data`: to whom and how, by name."""

    entry: int
    at: int
    name: str
    act: str
    data: dict[str, str | int | float | bool | None] = {}


class AuditPage(StoredReply, frozen=True, tag="audit_page", kw_only=True):
    """What was done, newest first."""

    entries: list[AuditLine]
    more: bool = False


class HelpLine(Struct, frozen=True, omit_defaults=True):
    """One slash command: its usage, and what for, in English."""

    usage: str
    about: str


class HelpPage(Reply, frozen=True, tag="help_page", kw_only=True):
    """The slash commands."""

    commands: list[HelpLine]


class Hit(Struct, frozen=True, omit_defaults=True):
    """A message found. `place` goes into the next search's `before`."""

    place: int
    message: Message


class Found(StoredReply, frozen=True, tag="found", kw_only=True):
    """Messages found, newest first. `behind`: so many of the newest messages are not indexed yet."""

    hits: list[Hit]
    more: bool = False
    behind: int = 0


class ChannelLine(Struct, frozen=True, omit_defaults=True):
    """One line of the channel list. `people`: there now. `joined`: the asker is a member."""

    channel: str
    access: Access = "public"
    topic: str = ""
    people: int = 0
    joined: bool = False
    number: int = 0
    topic_at: int = 0


class ChannelList(Reply, frozen=True, tag="channel_list", kw_only=True):
    """Channels by name."""

    channels: list[ChannelLine]
    more: bool = False


class MaskLine(Struct, frozen=True, omit_defaults=True):
    """A mask, who put it there and when; of a person's ban that is not kept here."""

    mask: str
    name: str = ""
    at: int = 0


class MaskLines(Reply, frozen=True, tag="mask_list", kw_only=True):
    """The masks of one list, in the order in which they were put there."""

    channel: str
    list: MaskList
    masks: tuple[MaskLine, ...] = ()


class MembershipLine(Struct, frozen=True, omit_defaults=True):
    """What a channel has on record of a person. `role`: theirs, or the one that they come back as. `member`: whether
    they are one; who is not, and neither invited nor banned, left while muted or as a reader, and enters as anybody
    else would."""

    person: int
    name: str
    guest: bool = False
    role: RoleName = "member"
    member: bool = False
    here: bool = False
    muted_until: int = 0


class MembershipList(Reply, frozen=True, tag="membership_list", kw_only=True):
    """The people that a channel has on record, by name."""

    channel: str
    people: list[MembershipLine]
    more: bool = False


class MemberList(Reply, frozen=True, tag="member_list", kw_only=True):
    """A channel's people by name."""

    channel: str
    members: list[Member]
    more: bool = False


CERTIFICATE_DEVICE = "certificate"
"""What the device of a session begins with that is a client's certificate."""


class SessionLine(Struct, frozen=True, omit_defaults=True):
    """One of one's own tokens. `current`: the one this connection came in by."""

    session: int
    device: str
    made_at: int
    used_at: int
    current: bool = False


class SessionList(Reply, frozen=True, tag="session_list", kw_only=True):
    """One's own tokens."""

    sessions: list[SessionLine]


class AccountLine(Struct, frozen=True, omit_defaults=True):
    """One line of the account list."""

    person: int
    name: str
    admin: bool = False
    disabled: bool = False
    here: bool = False
    made_at: int = 0


class AccountList(Reply, frozen=True, tag="account_list", kw_only=True):
    """Accounts by name."""

    accounts: list[AccountLine]
    more: bool = False


class InviteLine(Struct, frozen=True, omit_defaults=True):
    """One invite that is still good. `until` 0: for ever."""

    invite: int
    uses_left: int
    until: int
    made_by: str
    admin: bool = False
    note: str = ""


class InviteList(Reply, frozen=True, tag="invite_list", kw_only=True):
    """The invites that are still good."""

    invites: list[InviteLine]


class InviteMade(Reply, frozen=True, tag="invite_made", kw_only=True):
    """A new invite. `token` is told only here; `link` holds it with the server's address."""

    invite: int
    token: str
    link: str


class ListeningAddress(Struct, frozen=True, omit_defaults=True):
    """Where the server listens. `tls`, `websocket`: "auto" (by the first bytes), "always" or "never"."""

    address: str
    tls: str
    websocket: str
    protocols: list[str]


class StatusReport(Reply, frozen=True, tag="status_report", kw_only=True):
    """The server's status. `up_seconds` since start; `counters` since start, by name; `certificate_until`: when the one
    in use ends (ms since 1970)."""

    software: str
    up_seconds: int
    connections: int
    people: int
    accounts: int
    channels: int
    memory_bytes: int
    store: str
    counters: dict[str, int]
    listening: list[ListeningAddress] = []
    certificate_until: int = 0


class StoreChecked(Reply, frozen=True, tag="store_checked", kw_only=True):
    """What a check or a backup of the store found: rows counted, and problems (none: it is whole)."""

    messages: int
    people: int
    channels: int
    problems: list[str] = []
    path: str = ""


AnyReply: Any = union_of(Reply, vars())
