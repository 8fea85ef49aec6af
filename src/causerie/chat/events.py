"""All events: what happened, as protocols are told it.

An event with a `number` above 0 is part of its channel's log: numbers of one channel rise by one, and whoever
sees a gap asks for what is missing. An event with number 0 is passing: told to those who are there, never kept.
On the native protocol the objects travel as they stand here, `is` naming the type.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from causerie.chat.model import Access, Everyone, MaskList, Preferences, Rank, RoleName, TopicFor
from causerie.chat.unions import union_of

How = Literal["left", "put_out", "quit"]


class Event(Struct, frozen=True, tag_field="is", omit_defaults=True, gc=False):
    """What every event has: the channel's name, and the number in its log (0: passing)."""

    channel: str
    number: int = 0


class Reaction(Struct, frozen=True, omit_defaults=True):
    """How many reacted to a message with one emoji. `mine`: the one who is told did."""

    emoji: str
    count: int
    mine: bool = False


class Message(Event, frozen=True, tag="message", kw_only=True):
    """Somebody said something. `key` is the id that the author's client gave it, if any.

    `said`: how many messages the channel has had with this one, so that the unread ones can be counted. `reply`: the
    message that this one answers; `thread`: the one that its thread began with; `nth` of the replies there.
    `mentions`: the ids of those named; `everyone`: who else is. `notice`, `tags`: as sent. What follows them is how the
    message stands when it is read later: when it was edited last, that it was deleted (its text is empty then), how
    many replies its own thread has, the reactions to it.
    """

    at: int
    person: int
    name: str
    text: str
    guest: bool = False
    key: str = ""
    said: int = 0
    reply: int = 0
    thread: int = 0
    nth: int = 0
    action: bool = False
    mentions: tuple[int, ...] = ()
    everyone: Everyone = ""
    notice: bool = False
    tags: dict[str, str] = {}
    edited_at: int = 0
    deleted: bool = False
    replies: int = 0
    reactions: tuple[Reaction, ...] = ()


class MessageRun(Event, frozen=True, kw_only=True):
    """Several Messages in fewer words: what one person said right after another in one channel, each just a text.

    `number` and `said` are the first one's; those of the others follow. No client is sent it as it stands.
    """

    at: int
    person: int
    name: str
    guest: bool
    said: int
    texts: tuple[str, ...]

    def messages(self) -> list[Message]:
        """The Messages that it stands for."""
        return [
            Message(
                channel=self.channel, number=self.number + nth, at=self.at, person=self.person, name=self.name,
                text=text, guest=self.guest, said=self.said + nth,
            )
            for nth, text in enumerate(self.texts)
        ]  # fmt: skip


class Edited(Event, frozen=True, tag="edited", kw_only=True):
    """A message has another text. Read later, `text` and what is found in it are what the message says by then."""

    at: int
    person: int
    name: str
    target: int
    text: str
    guest: bool = False
    mentions: tuple[int, ...] = ()
    everyone: Everyone = ""


class Deleted(Event, frozen=True, tag="deleted", kw_only=True):
    """Messages were deleted; their texts are gone."""

    at: int
    person: int
    name: str
    targets: tuple[int, ...]
    guest: bool = False
    reason: str = ""


class Reacted(Event, frozen=True, tag="reacted", kw_only=True):
    """Somebody reacted to a message, or took it back (`on` false). `count`: how many have this emoji there now.

    `words`: how the message begins, for protocols that can't point at it; empty when it was deleted.
    """

    at: int
    person: int
    name: str
    target: int
    emoji: str
    on: bool = True
    count: int = 0
    guest: bool = False
    words: str = ""


class Pinned(Event, frozen=True, tag="pinned", kw_only=True):
    """A message was pinned, or taken off again (`on` false). `words`: how it begins."""

    at: int
    person: int
    name: str
    target: int
    on: bool = True
    guest: bool = False
    words: str = ""


class Topic(Event, frozen=True, tag="topic", kw_only=True):
    """The channel's topic was changed."""

    at: int
    person: int
    name: str
    topic: str
    guest: bool = False


class MembershipChanged(Event, frozen=True, tag="stands", kw_only=True):
    """`by` changed how `whom` stands here: role, mute, invitation, ban. No `role`: no longer a member.

    `was`: the role before, which tells a ban that is lifted from a kick; none: they had none, or it was not kept.
    `voiced` and `was_voiced`: see model.Standing.
    """

    at: int
    person: int
    name: str
    whom: int
    whom_name: str
    whom_guest: bool = False
    role: RoleName | None = None
    muted_until: int = 0
    reason: str = ""
    was: RoleName | None = None
    voiced: bool = False
    was_voiced: bool = False
    guest: bool = False


class Changed(Event, frozen=True, tag="changed", kw_only=True):
    """The channel's settings are now these. `changed`: those that are not as they were, by name. `keyed`: to enter
    takes a key; which, members are told with the channel as it stands."""

    at: int
    person: int
    name: str
    access: Access = "public"
    history: bool = True
    read_only: bool = False
    retention_days: int = 0
    slow_seconds: int = 0
    tell_reactions: bool = False
    topic_for: TopicFor = "accounts"
    keyed: bool = False
    people_most: int = 0
    hidden: bool = False
    outsiders: bool = False
    changed: tuple[str, ...] = ()
    guest: bool = False


class ChannelRenamed(Event, frozen=True, tag="channel_renamed", kw_only=True):
    """The channel, which was called `was`, is called `now`. Told under the name that it had; read later, under the one
    that it has by then. Without a number: what somebody who resumes did not know."""

    at: int
    person: int
    name: str
    was: str
    now: str
    reason: str = ""


class Masked(Event, frozen=True, tag="masked", kw_only=True):
    """A mask was put on one of the channel's lists, or taken off (`on` false). See chat/masks.py."""

    at: int
    person: int
    name: str
    list: MaskList
    mask: str
    on: bool = True
    guest: bool = False


class Entered(Event, frozen=True, tag="entered", kw_only=True):
    """Somebody is here who was not. Passing."""

    person: int
    name: str
    guest: bool = False
    role: RoleName = "member"
    away: str = ""
    muted_until: int = 0
    dnd: bool = False
    voiced: bool = False


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
    """Somebody here is away (`away` says why, in their words) or back (`away` empty). Passing.

    `dnd`: is not to be disturbed.
    """

    person: int
    name: str
    away: str = ""
    dnd: bool = False


class Renamed(Event, frozen=True, tag="renamed", kw_only=True):
    """Somebody here has another name, or is an account now and was a guest. Passing."""

    person: int
    name: str
    was: str
    guest: bool = False


class Typing(Event, frozen=True, tag="typing", kw_only=True):
    """Somebody is typing here. Passing; it holds for a few seconds, or until they say something."""

    person: int
    name: str
    guest: bool = False


class Signalled(Event, frozen=True, tag="signalled", kw_only=True):
    """Somebody's client tells others something that is no message, see commands.Signal. Passing. `mark`: its id."""

    at: int
    person: int
    name: str
    mark: str
    text: str = ""
    guest: bool = False
    notice: bool = False
    tags: dict[str, str] = {}


class RestrictedMessage(Event, frozen=True, tag="confided", kw_only=True):
    """A message to those alone who have this role or a higher one, see commands.SendRestricted. Passing, told to those.
    `mark`: its id."""

    at: int
    person: int
    name: str
    mark: str
    to: Rank
    text: str = ""
    guest: bool = False
    action: bool = False
    notice: bool = False
    tags: dict[str, str] = {}


class Marked(Event, frozen=True, tag="marked", kw_only=True):
    """One's own read marker was moved, on some device, to the event `upto`. Passing, told only to oneself.

    `said`: the messages that the channel had with that event (a thread: its replies). `mentions`: the unread ones.
    `counted`: the channel's last event when this was decided; one's own message after it moves the marker further.
    `at` (ms): the time of that event, or the one that was given; where all was read, now. A thread's has none.
    """

    upto: int
    said: int
    thread: int = 0
    mentions: int = 0
    counted: int = 0
    at: int = 0


class Followed(Event, frozen=True, tag="followed", kw_only=True):
    """One follows a thread now, or no longer, by some device. Passing, told only to oneself."""

    thread: int
    on: bool = True


class Drafted(Event, frozen=True, tag="drafted", kw_only=True):
    """One's own draft here was changed on another device. Passing, told only to oneself."""

    text: str
    at: int
    reply: int = 0


class PreferencesChanged(Event, frozen=True, tag="preferring", kw_only=True):
    """What one wants was changed, on some device. Passing, told only to oneself; `channel` is empty.

    `levels` by the channel's name instead of its id.
    """

    preferences: Preferences
    levels: dict[str, str] = {}


class Reported(Event, frozen=True, tag="reported", kw_only=True):
    """A message was reported. Passing, told to the channel's moderators."""

    report: int
    at: int
    person: int
    name: str
    target: int
    whom: int
    whom_name: str
    reason: str = ""
    guest: bool = False
    whom_guest: bool = False


class AboutChanged(Event, frozen=True, tag="described", kw_only=True):
    """What somebody here wants to be shown beside their name is now this. Passing."""

    person: int
    name: str
    about: str = ""


class WatchedPresence(Event, frozen=True, tag="watched", kw_only=True):
    """Somebody whom one watches came (`here`) or went. Passing, told to those who asked; `channel` is empty."""

    person: int
    name: str
    here: bool
    guest: bool = False


class MetadataSet(Event, frozen=True, tag="metadata_set", kw_only=True):
    """What is noted under a key is now this; empty: nothing. Passing, told to who follows the key. `channel`: of which;
    empty: of `person`."""

    key: str
    value: str = ""
    person: int = 0
    name: str = ""


class Announced(Event, frozen=True, tag="announced", kw_only=True):
    """An administrator says something to everybody. Passing; `channel` is empty. No `name`: the server's operator."""

    at: int
    person: int
    name: str
    text: str


class Rights(Event, frozen=True, tag="rights", kw_only=True):
    """This connection has an administrator's rights now, or no longer: the account's were changed, or the settings by
    which it was elevated. Passing, told only to oneself; `channel` is empty."""

    person: int
    name: str
    administrator: bool


class Disconnected(Event, frozen=True, tag="disconnected", kw_only=True):
    """An administrator ends one's connections, this one too. Passing, told to who is put off; `channel` is empty. No
    `name`: the server's operator."""

    person: int
    name: str
    whom: int
    whom_name: str
    reason: str = ""


class Gap(Event, frozen=True, tag="gap", kw_only=True):
    """What followed `after`, up to and with `number`, is no longer kept (or never was: history off)."""

    after: int


class Farewell(Event, frozen=True, tag="farewell", kw_only=True):
    """The server ends this connection; `code` says why. `channel` is empty."""

    code: str


LoggedEvent = (
    Message | Edited | Deleted | Reacted | Pinned | Topic | MembershipChanged | Changed | ChannelRenamed | Masked
)
AnyEvent: Any = union_of(Event, vars())
