"""What a chat is made of: people, channels, and how a person stands in a channel. All frozen.

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
    """How a person stands in a channel; each may do what those below may."""

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
    """How one person stands in one channel. `muted_until` 0: not muted."""

    role: Role
    muted_until: int = 0

    @property
    def inside(self) -> bool:
        """Whether this is a member of the channel, rather than someone invited to it or banned from it."""
        return self.role >= Role.READER


MEMBER = Standing(Role.MEMBER)
OWNER = Standing(Role.OWNER)


class Channel(Struct, frozen=True):
    """A place where people talk. `retention_days` 0: kept for ever. `history` off: told, never stored.

    `slow_seconds`: between two messages of one person (0: none). `tell_reactions`: as lines, to those whose protocol
    cannot show them otherwise.
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


class Invite(Struct, frozen=True):
    """A link that lets people make an account. Only the token's hash is kept. `until` 0: for ever."""

    id: int
    token_hash: bytes
    made_by: int
    made_at: int
    uses_left: int
    until: int
    admin: bool = False
    note: str = ""


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
