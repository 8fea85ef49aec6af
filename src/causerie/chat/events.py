"""All that can have happened: the only thing a protocol is ever told.

An event with a `number` above 0 is part of its channel's log: numbers of one channel rise by one, and whoever
sees a gap asks for what is missing. An event with number 0 is passing: told to those who are there, never kept.
On the native protocol the objects travel as they stand here, `is` naming the type.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from causerie.chat.model import Access, RoleName

How = Literal["left", "put_out", "quit"]


class Event(Struct, frozen=True, tag_field="is", omit_defaults=True):
    """What every event has: the channel's name, and the number in its log (0: passing)."""

    channel: str
    number: int = 0


class Message(Event, frozen=True, tag="message", kw_only=True):
    """Somebody said something. `key` is the id that the author's client gave it, if any."""

    at: int
    person: int
    name: str
    text: str
    guest: bool = False
    key: str = ""


class Topic(Event, frozen=True, tag="topic", kw_only=True):
    """The channel's topic was changed."""

    at: int
    person: int
    name: str
    topic: str
    guest: bool = False


class Stands(Event, frozen=True, tag="stands", kw_only=True):
    """`by` changed how `whom` stands here: role, mute, invitation, ban. No `role`: no longer a member.

    `was`: the role before; none: they had none, or it was not kept.
    """

    at: int
    person: int
    name: str
    whom: int
    whom_name: str
    whom_guest: bool = False
    role: RoleName | None = None
    was: RoleName | None = None
    muted_until: int = 0
    reason: str = ""


class Changed(Event, frozen=True, tag="changed", kw_only=True):
    """The channel's settings are now these."""

    at: int
    person: int
    name: str
    access: Access = "public"
    history: bool = True
    read_only: bool = False
    retention_days: int = 0


class Entered(Event, frozen=True, tag="entered", kw_only=True):
    """Somebody is here who was not. Passing."""

    person: int
    name: str
    guest: bool = False
    role: RoleName = "member"
    away: str = ""
    muted_until: int = 0


class Left(Event, frozen=True, tag="left", kw_only=True):
    """Somebody is no longer here. Passing. `gone`: no longer a member either. `reason` is for people.

    `how`: they left the channel, were put out of it (a stands event says so too), or quit: their last connection ended.
    """

    person: int
    name: str
    guest: bool = False
    gone: bool = False
    reason: str = ""
    how: How = "left"


class Presence(Event, frozen=True, tag="presence", kw_only=True):
    """Somebody here is away (`away` says why, in their words) or back (`away` empty). Passing."""

    person: int
    name: str
    away: str = ""


class Renamed(Event, frozen=True, tag="renamed", kw_only=True):
    """Somebody here has another name, or is an account now and was a guest. Passing."""

    person: int
    name: str
    was: str
    guest: bool = False


class Gap(Event, frozen=True, tag="gap", kw_only=True):
    """What followed `after`, up to and with `number`, is no longer kept (or never was: history off)."""

    after: int


class Farewell(Event, frozen=True, tag="farewell", kw_only=True):
    """The server ends this connection; `code` says why. `channel` is empty."""

    code: str


AnyEvent = Message | Topic | Stands | Changed | Entered | Left | Presence | Renamed | Gap | Farewell
LoggedEvent = Message | Topic | Stands | Changed
