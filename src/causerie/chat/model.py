"""The model: people, channels, memberships, preferences. All frozen.

Identifiers are whole numbers below 2**53, so that every client language can hold them.
Times named `at`, `until` or `*_at` are milliseconds since 1970, UTC.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from msgspec import Struct

Access = Literal["public", "private", "direct"]
"""public: anyone may enter and read; private: by invitation; direct: between its people, for good."""


class Role(IntEnum):
    """The role of a person in a channel; each may do what those below may."""

    BANNED = 0
    INVITED = 1
    READER = 2
    MEMBER = 3
    MODERATOR = 4
    OWNER = 5


RoleName = Literal["banned", "invited", "reader", "member", "moderator", "owner"]
ROLE_NAMES: dict[Role, RoleName] = {
    Role.BANNED: "banned",
    Role.INVITED: "invited",
    Role.READER: "reader",
    Role.MEMBER: "member",
    Role.MODERATOR: "moderator",
    Role.OWNER: "owner",
}
ROLES: dict[str, Role] = {name: role for role, name in ROLE_NAMES.items()}


class Person(Struct, frozen=True):
    """Someone who can speak: an account, or a guest for as long as it is connected.

    A guest that becomes an account keeps its `id`, and so all that it said.
    """

    id: int
    name: str
    guest: bool = False
    admin: bool = False
    disabled: bool = False
    made_at: int = 0


class Standing(Struct, frozen=True):
    """What a channel has on record of one person. `muted_until` 0: not muted. `voiced`: speaks where only moderators
    do. `admits`: whether the record lets its person enter, as membership and an invitation do.

    A record that does not admit is a ban, or what is kept of a mute or a reader's role after its person left: it holds
    when they come back, and they come back as anybody without a record would.
    """

    role: Role
    muted_until: int = 0
    voiced: bool = False
    admits: bool = True

    @property
    def inside(self) -> bool:
        """Whether this is a member of the channel."""
        return self.admits and self.role >= Role.READER

    @property
    def invited(self) -> bool:
        """Whether this is somebody who was invited and has not come yet."""
        return self.admits and self.role == Role.INVITED


MEMBER = Standing(Role.MEMBER)
MODERATOR = Standing(Role.MODERATOR)
OWNER = Standing(Role.OWNER)
BANNED = Standing(Role.BANNED, admits=False)

TopicFor = Literal["all", "accounts", "moderators"]
"""Which members may set the topic; `accounts`: those who are no guests."""


class Channel(Struct, frozen=True):
    """A place where people talk. `retention_days` 0: kept for ever. `history` off: told, never stored.

    `slow_seconds`: between two messages of one person (0: none). `tell_reactions`: as lines, to those whose protocol
    cannot show them otherwise. `topic_by` and `topic_at`: who set the topic, by the name they had, and when. `key`:
    what one must know to enter. `people_most`: no more people than that enter (0: no bound). `hidden`: not in lists.
    `outsiders`: who is not in it may speak in it too.
    """

    id: int
    name: str
    access: Access = "public"
    topic: str = ""
    history: bool = True
    read_only: bool = False
    retention_days: int = 0
    made_at: int = 0
    slow_seconds: int = 0
    tell_reactions: bool = False
    topic_by: str = ""
    topic_at: int = 0
    topic_for: TopicFor = "accounts"
    key: str = ""
    people_most: int = 0
    hidden: bool = False
    outsiders: bool = False


Rank = Literal["voiced", "moderators", "owners"]
"""Whom something in a channel is confided to: those who have a voice, moderate, own it; and whoever ranks above."""

MaskList = Literal["ban", "except", "invite"]
"""What a mask is for: whom it fits may not enter; may in spite of a ban; may enter without being invited."""


class Mask(Struct, frozen=True):
    """A pattern for people who may not be here, or not exist yet (see chat/masks.py). `by`: who put it there, by the
    name they had."""

    channel: int
    list: MaskList
    mask: str
    by: str = ""
    at: int = 0


class Invite(Struct, frozen=True):
    """A link that lets people make an account. Only the token's hash is kept. `until` 0: for ever. `made_as`: the
    `[[oper]]` entry by which its maker was elevated; empty: by their account's own rights."""

    id: int
    token_hash: bytes
    made_by: int
    made_at: int
    uses_left: int
    until: int
    admin: bool = False
    note: str = ""
    made_as: str = ""


Everyone = Literal["", "channel", "here"]
"""Whom else a message names: nobody, every member, every member who is there."""

Level = Literal["all", "mentions", "none"]
"""What of a channel one wants to be notified of."""

Mode = Literal["online", "away", "dnd", "invisible"]
"""How one is present; `dnd` is "do not disturb". Others see somebody invisible as somebody who is not there."""


class Preferences(Struct, frozen=True):
    """What one person wants, the same on every device. Times of day are minutes since midnight in `zone` (IANA).

    `quiet_from` == `quiet_to`: no quiet hours. `dnd_until` (ms): do not disturb until then. `levels` by channel id;
    where there is none: all of a direct conversation, mentions of any other channel. `ignored` are persons' ids.
    """

    levels: dict[int, Level] = {}
    keywords: tuple[str, ...] = ()
    quiet_from: int = 0
    quiet_to: int = 0
    zone: str = "UTC"
    dnd_until: int = 0
    share_last_seen: bool = False
    ignored: tuple[int, ...] = ()
    changed_at: int = 0


class Subscription(Struct, frozen=True):
    """A device that is to be told by Web Push while its person is not here. `endpoint`: where; `p256dh` and `auth`: its
    keys (RFC 8291); `form`: which protocol makes what it is told, and how; `made_at`: ms since 1970."""

    person: int
    endpoint: str
    p256dh: bytes
    auth: bytes
    form: str
    made_at: int
