"""What a command is answered with when it was not refused.

On the native protocol the objects travel as they stand here, `is` naming the type and `re` beside it.
"""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.events import Changed, Message, Stands, Topic
from causerie.chat.model import Access, RoleName


class Reply(Struct, frozen=True, tag_field="is", omit_defaults=True):
    """The base of all answers."""


class Done(Reply, frozen=True, tag="done"):
    """It is done, and there is nothing more to say."""


class Pong(Reply, frozen=True, tag="pong"):
    """The answer to ping."""


class Welcome(Reply, frozen=True, tag="welcome", kw_only=True):
    """The answer to hello: the server's name, its version, the protocol's, and the bounds to keep to."""

    server: str
    software: str
    version: int
    message_bytes: int
    frame_bytes: int
    registration: str
    guests: bool


class LoggedIn(Reply, frozen=True, tag="logged_in", kw_only=True):
    """Who one is now. `token` logs in again without a password; it is told only here."""

    person: int
    name: str
    guest: bool = False
    admin: bool = False
    token: str = ""
    channels: list[str] = []


class Ack(Reply, frozen=True, tag="ack", kw_only=True):
    """The message is on disk under this number. `again`: it was before, this is the first one's number."""

    channel: str
    number: int
    at: int
    key: str = ""
    again: bool = False


class Member(Struct, frozen=True, omit_defaults=True):
    """One line of a member list. `here`: connected and in the channel now."""

    person: int
    name: str
    guest: bool = False
    role: RoleName = "member"
    here: bool = False
    away: str = ""
    muted_until: int = 0


class Snapshot(Reply, frozen=True, tag="snapshot", kw_only=True):
    """A channel as it stands after event `number`. `more`: the member list goes on, see the members command."""

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


class Resumed(Reply, frozen=True, tag="resumed", kw_only=True):
    """The channels one is in again. What was missed follows, then a snapshot of each, and from there on the stream."""

    channels: list[str]


class Page(Reply, frozen=True, tag="page", kw_only=True):
    """Events of one channel, oldest first. `more`: there is more in the direction asked for."""

    channel: str
    events: list[Message | Topic | Stands | Changed]
    more: bool = False


class Hit(Struct, frozen=True, omit_defaults=True):
    """A message found. `place` goes into the next search's `before`."""

    place: int
    message: Message


class Found(Reply, frozen=True, tag="found", kw_only=True):
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


class ChannelList(Reply, frozen=True, tag="channel_list", kw_only=True):
    """Channels by name."""

    channels: list[ChannelLine]
    more: bool = False


class MemberList(Reply, frozen=True, tag="member_list", kw_only=True):
    """A channel's people by name."""

    channel: str
    members: list[Member]
    more: bool = False


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


class StatusReport(Reply, frozen=True, tag="status_report", kw_only=True):
    """How the server is. `up_seconds` since start; `counters` since start, by name."""

    software: str
    up_seconds: int
    connections: int
    people: int
    accounts: int
    channels: int
    memory_bytes: int
    store: str
    counters: dict[str, int]


class StoreChecked(Reply, frozen=True, tag="store_checked", kw_only=True):
    """What a check or a backup of the store found: rows counted, and problems (none: it is whole)."""

    messages: int
    people: int
    channels: int
    problems: list[str] = []
    path: str = ""


AnyReply = (
    Done | Pong | Welcome | LoggedIn | Ack | Snapshot | Resumed | Page | Found | ChannelList | MemberList
    | SessionList | AccountList | InviteList | InviteMade | StatusReport | StoreChecked
)  # fmt: skip
