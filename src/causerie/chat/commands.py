"""All commands, one struct each.

On the native protocol the objects arrive as they stand here, `do` naming the type. The other protocols make
them from their own words. `id` is the asker's own mark and comes back with the answer.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from causerie.chat.model import Access, Level, MaskList, Mode, Rank, RoleName, TopicFor
from causerie.chat.unions import union_of

PROTOCOL_VERSION = 1
"""Of commands, replies and events as they travel on the native protocol."""


class Command(Struct, frozen=True, tag_field="do", kw_only=True, gc=False):
    """What every command may carry: the asker's mark, given back as `re` with the answer."""

    repeatable: ClassVar[bool] = False
    """Whether a client sends it again by itself when the connection was lost before the reply."""
    holds: ClassVar[bool] = False
    """Whether its reply holds even if the unit of work that it is in is undone: what it did cannot be undone."""

    id: int | str | None = None


class Query(Command, frozen=True, kw_only=True):
    """A command that stores nothing and tells nobody."""

    repeatable: ClassVar[bool] = True


class Logged(Command, frozen=True, kw_only=True):
    """A command that may come to an event of a channel's log, by which it is answered."""


class Hello(Command, frozen=True, tag="hello", kw_only=True):
    """Begin a native connection: the version of it that the client speaks, and the client's name.

    `html`: messages come with their formatting as HTML too.
    """

    version: int
    client: str = ""
    html: bool = False


class LogIn(Command, frozen=True, tag="login", kw_only=True):
    """Log in: as a guest (`guest` true, `name` may be blank), by `name` and `password`, or by `token`.

    `token` beside a password proves a device that logged in before. `enter` names a channel to be in and to leave
    every other for (the classic protocol's CONN). `device` is a name for the list of sessions. `certificate`: by the
    one that this connection has shown (see keep_certificate), as `name` if that is given.
    """

    name: str = ""
    password: str = ""
    token: str = ""
    guest: bool = False
    enter: str = ""
    device: str = ""
    keep: bool = False
    certificate: bool = False


class Register(Command, frozen=True, tag="register", kw_only=True):
    """Make an account; a guest that asks becomes it, with all that it said. `invite`: the link's token."""

    name: str
    password: str
    invite: str = ""
    device: str = ""


class GiveServerPassword(Command, frozen=True, tag="knock", kw_only=True):
    """Give the password that the server asks of every IRC connection (`irc.password`)."""

    password: str


class Scram(Command, frozen=True, tag="scram", kw_only=True):
    """One step of logging in by SCRAM-SHA-256 (RFC 5802, RFC 7677): the client's first message, its final one, and when
    the server's proof was looked at an empty one, which is answered as a login is."""

    message: str = ""
    device: str = ""


class KeepCertificate(Command, frozen=True, tag="keep_certificate", kw_only=True):
    """Let the client's certificate that this connection has shown log in to one's account; revoked as a token is."""


class Elevate(Command, frozen=True, tag="elevate", kw_only=True):
    """Have an administrator's rights on this connection, by a name and a password that the settings have (`[[oper]]`),
    or by one's own account's where it is an administrator's. `on` false: no longer; nothing else is needed then."""

    name: str = ""
    password: str = ""
    on: bool = True


class SetPassword(Command, frozen=True, tag="set_password", kw_only=True):
    """Change one's own password; every other session of the account ends."""

    old: str
    new: str


class LogOut(Command, frozen=True, tag="logout", kw_only=True):
    """Revoke this session's token and end the connection."""


class Quit(Command, frozen=True, tag="quit", kw_only=True):
    """End the connection; the token stays good."""

    reason: str = ""


class Ping(Query, frozen=True, tag="ping", kw_only=True):
    """Answered when all that this session asked before is on its way to everyone."""


class Sessions(Query, frozen=True, tag="sessions", kw_only=True):
    """List one's own tokens."""


class Revoke(Command, frozen=True, tag="revoke", kw_only=True):
    """Revoke one of one's own tokens, by its id; connections that came in by it end."""

    session: int


class Join(Command, frozen=True, tag="join", kw_only=True):
    """Enter a channel; it is made if nobody has named it before and `create` is true. `key`: where it asks for one.
    `members`: whether the snapshot is to list them."""

    repeatable: ClassVar[bool] = True

    channel: str
    create: bool = True
    key: str = ""
    members: bool = True


class Leave(Command, frozen=True, tag="leave", kw_only=True):
    """Leave a channel, and be a member of it no longer."""

    channel: str
    reason: str = ""


class Direct(Command, frozen=True, tag="direct", kw_only=True):
    """Open the direct conversation with these people (up to seven others, or only oneself); it is made once."""

    people: list[str]


class Send(Logged, frozen=True, tag="send", kw_only=True):
    """Say something. `key` is the client's own id of the message: the same key again is the same message.

    `reply` is the number of the message that this one answers. `action`: what one does rather than says (/me). A text
    that begins with a slash is a command (chat/slash.py), unless it is `literal`. `notice`: not to be answered by a
    program. `tags`: what clients tell each other with it; the core looks at none.
    """

    channel: str
    text: str
    key: str = ""
    reply: int = 0
    action: bool = False
    literal: bool = False
    notice: bool = False
    tags: dict[str, str] = {}


class Tell(Logged, frozen=True, tag="tell", kw_only=True):
    """Say something to these people: opens the direct conversation with them if need be. Acknowledged as a send."""

    people: list[str]
    text: str
    key: str = ""
    reply: int = 0
    action: bool = False
    literal: bool = False
    notice: bool = False
    tags: dict[str, str] = {}


class Signal(Command, frozen=True, tag="signal", kw_only=True):
    """Tell the clients there something that is no message: in a channel, or to `people` as `tell` does. Passing.

    `text` is what a client asks others (CTCP), or answers with `notice`; `tags` as with a message.
    """

    channel: str = ""
    people: list[str] = []
    text: str = ""
    notice: bool = False
    tags: dict[str, str] = {}


class SendRestricted(Command, frozen=True, tag="confide", kw_only=True):
    """Send a message to those in a channel who have this role or a higher one. Passing: nobody reads it again.

    `action`, `notice`, `tags` as with a message; no `text`: the tags alone, for clients.
    """

    channel: str
    to: Rank
    text: str = ""
    action: bool = False
    notice: bool = False
    tags: dict[str, str] = {}


class Edit(Logged, frozen=True, tag="edit", kw_only=True):
    """Change the text of a message: one's own for a time (a setting), a moderator anybody's."""

    channel: str
    number: int
    text: str


class Delete(Logged, frozen=True, tag="delete", kw_only=True):
    """Delete a message: one's own for a time (a setting), a moderator anybody's. Its text is gone for good."""

    channel: str
    number: int
    reason: str = ""


class DeleteSince(Logged, frozen=True, tag="delete_since", kw_only=True):
    """Delete all that the author of message `number` has said in the channel from that message on. Moderators."""

    channel: str
    number: int
    reason: str = ""


class Versions(Query, frozen=True, tag="versions", kw_only=True):
    """The earlier texts of a message. Moderators."""

    channel: str
    number: int


class React(Logged, frozen=True, tag="react", kw_only=True):
    """Add one's reaction to a message, or take it back (`on` false). `emoji` is one Unicode emoji."""

    channel: str
    number: int
    emoji: str
    on: bool = True


class Reactions(Query, frozen=True, tag="reactions", kw_only=True):
    """Who reacted to a message, and how. `after`: a person's id, for the next page of this emoji."""

    channel: str
    number: int
    emoji: str = ""
    after: int = 0
    limit: int = 200


class Pin(Logged, frozen=True, tag="pin", kw_only=True):
    """Pin a message to its channel, or take it off again (`on` false)."""

    channel: str
    number: int
    on: bool = True


class Pins(Query, frozen=True, tag="pins", kw_only=True):
    """A channel's pinned messages, the last pinned first."""

    channel: str


class Thread(Query, frozen=True, tag="thread", kw_only=True):
    """A page of a thread: the replies to message `number`, and that message first on the oldest page."""

    channel: str
    number: int
    before: int = 0
    after: int = 0
    limit: int = 50


class Follow(Command, frozen=True, tag="follow", kw_only=True):
    """Follow the thread of message `number`, or no longer. Who replies in a thread follows it."""

    channel: str
    number: int
    on: bool = True


class Threads(Query, frozen=True, tag="threads", kw_only=True):
    """The threads that one follows, with what is unread in each, the ones with the newest replies first."""


class Mark(Command, frozen=True, tag="mark", kw_only=True):
    """Move one's read marker in a channel, or in the thread of `thread`: what is up to and with `number` is read, what
    follows is not.

    A number before the marker makes what follows it unread again. `at` (ms) stands for the number of what was said
    by then; it moves the marker only forward, and a time that is yet to come counts as now.
    """

    channel: str
    number: int = 0
    thread: int = 0
    at: int = 0


class Unread(Query, frozen=True, tag="unread", kw_only=True):
    """What is unread in each of one's channels, or in one of them."""

    channel: str = ""


class Recent(Query, frozen=True, tag="recent", kw_only=True):
    """One's channels in which something was said after `since` and before `until` (ms; 0: no bound), by the time of
    their last message: the last ones, or (`oldest`) the first."""

    since: int = 0
    until: int = 0
    oldest: bool = False
    limit: int = 200


class Notify(Command, frozen=True, tag="notify", kw_only=True):
    """Choose which messages of a channel notify one; none given: the default."""

    channel: str
    level: Level | None = None


class Prefer(Command, frozen=True, tag="prefer", kw_only=True):
    """Change one's notification preferences (see model.Preferences); what is not given stays. `dnd_minutes` 0: no
    longer "do not disturb"."""

    keywords: list[str] | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None
    zone: str | None = None
    dnd_minutes: int | None = None
    share_last_seen: bool | None = None


class Preferred(Query, frozen=True, tag="preferred", kw_only=True):
    """One's notification preferences, as they are kept."""


class Why(Query, frozen=True, tag="why", kw_only=True):
    """Ask why one was notified of a message, or was not."""

    channel: str
    number: int


class Ignore(Command, frozen=True, tag="ignore", kw_only=True):
    """Ignore a person: clients hide what they say, and nothing of it notifies. `on` false: no longer."""

    name: str
    on: bool = True


class Draft(Command, frozen=True, tag="draft", kw_only=True):
    """Keep what one has typed in a channel and not sent, for one's other devices. An empty text: nothing."""

    channel: str
    text: str
    reply: int = 0


class Drafts(Query, frozen=True, tag="drafts", kw_only=True):
    """One's drafts in all channels."""


class IsTyping(Command, frozen=True, tag="is_typing", kw_only=True):
    """One is typing in a channel, now. To be said every few seconds as long as it is so."""

    channel: str


class SetPresence(Command, frozen=True, tag="set_presence", kw_only=True):
    """How one is present on this device, with a text where one is away."""

    mode: Mode
    text: str = ""


class Whois(Query, frozen=True, tag="whois", kw_only=True):
    """What one may know of a person."""

    name: str


class SetName(Command, frozen=True, tag="set_name", kw_only=True):
    """Take another name, as a guest. An account keeps its own."""

    name: str


class Describe(Command, frozen=True, tag="describe", kw_only=True):
    """What is shown beside one's name as long as one is here: a full name, a line about oneself. Empty: nothing."""

    about: str


class Watch(Command, frozen=True, tag="watch", kw_only=True):
    """Be told when the people of these names come and go, wherever they are, or no longer (`on` false); and what their
    channels are told of them, where one is in none of these.

    No names: with `on` the list as it is, without it nobody is watched any more.
    """

    names: list[str] = []
    on: bool = True


class Gone(Query, frozen=True, tag="gone", kw_only=True):
    """Who has left lately, newest first: those whose name is `name` (`*` and `?` stand for anything)."""

    name: str
    limit: int = 10


class BanAuthor(Logged, frozen=True, tag="ban_author", kw_only=True):
    """Ban who wrote a message, even when they have left."""

    channel: str
    number: int
    reason: str = ""


class Report(Command, frozen=True, tag="report", kw_only=True):
    """Show a message to the channel's moderators."""

    channel: str
    number: int
    reason: str = ""


class Reports(Query, frozen=True, tag="reports", kw_only=True):
    """The open reports of the channels that one moderates."""


class CloseReport(Command, frozen=True, tag="close_report", kw_only=True):
    """Close a report. `note`: what came of it."""

    report: int
    note: str = ""


class Disconnect(Command, frozen=True, tag="disconnect", kw_only=True):
    """End all of a person's connections; nothing keeps them from coming back."""

    holds: ClassVar[bool] = True

    name: str
    reason: str = ""


class Announce(Command, frozen=True, tag="announce", kw_only=True):
    """Say something to everybody who is connected. It is not kept."""

    text: str


class Reload(Command, frozen=True, tag="reload", kw_only=True):
    """Read the settings file and the certificate again."""

    holds: ClassVar[bool] = True


class AuditLog(Query, frozen=True, tag="audit_log", kw_only=True):
    """What was done to whom, newest first. `before`: an entry's id, for the next page."""

    before: int = 0
    limit: int = 100


class Help(Query, frozen=True, tag="help", kw_only=True):
    """The slash commands."""


class History(Query, frozen=True, tag="history", kw_only=True):
    """A page of a channel's log: the newest `limit` events below `before`, or the first above `after`.

    With `around`, half of the page on each side of that number. 0: not given; none given: the newest page.
    `talk`: messages only, so that a page is full of what was said. With both `after` and `before`, what is between
    them. `since`, `until` and `near` are the same three as times (ms): what is later, earlier, around then. `oldest`:
    the first events of what was asked for (true) or the newest; not given: the first where only a lower bound is.
    `member`: refused to who is no member, though others may read it. `deleted` false: messages that were deleted are
    left out; `without`: events of these kinds (their `is`) are. The page is full of others then.
    """

    channel: str
    before: int = 0
    after: int = 0
    around: int = 0
    limit: int = 50
    talk: bool = False
    deleted: bool = True
    without: list[str] = []
    since: int = 0
    until: int = 0
    near: int = 0
    oldest: bool | None = None
    member: bool = False


class Search(Query, frozen=True, tag="search", kw_only=True):
    """Find messages: words (all of them), `"phrases"`, `prefix*`; in a channel, by a person, between times (ms).

    Newest first. `before` is the `place` of the last one found, for the next page.
    """

    text: str = ""
    channel: str = ""
    name: str = ""
    since: int = 0
    until: int = 0
    before: int = 0
    limit: int = 20


class Resume(Command, frozen=True, tag="resume", kw_only=True):
    """Resume channels after a new connection: for each the last number that the client has. What followed comes first,
    then the stream."""

    since: dict[str, int]


class Channels(Query, frozen=True, tag="channels", kw_only=True):
    """List the channels that one may know of. `after`: a name, for the next page."""

    after: str = ""
    limit: int = 200


class Look(Query, frozen=True, tag="look", kw_only=True):
    """A channel as it stands, without entering it. `members`: whether to list them."""

    channel: str
    members: bool = True


class Members(Query, frozen=True, tag="members", kw_only=True):
    """List a channel's members and those present. `after`: a name, for the next page."""

    channel: str
    after: str = ""
    limit: int = 200


class Away(Command, frozen=True, tag="away", kw_only=True):
    """Be away, with a text, or back with an empty one."""

    text: str = ""


class SetTopic(Logged, frozen=True, tag="set_topic", kw_only=True):
    """Set a channel's topic."""

    channel: str
    topic: str


class SetChannel(Logged, frozen=True, tag="set_channel", kw_only=True):
    """Change a channel's settings (see model.Channel); what is not given stays. An empty `key`: none."""

    channel: str
    access: Access | None = None
    history: bool | None = None
    read_only: bool | None = None
    retention_days: int | None = None
    slow_seconds: int | None = None
    tell_reactions: bool | None = None
    topic_for: TopicFor | None = None
    key: str | None = None
    people_most: int | None = None
    hidden: bool | None = None
    outsiders: bool | None = None


class RenameChannel(Logged, frozen=True, tag="rename_channel", kw_only=True):
    """Give a channel another name; all that it has goes along. Its former name stays its own: who uses it means it."""

    channel: str
    name: str
    reason: str = ""


class SetMetadata(Command, frozen=True, tag="set_metadata", kw_only=True):
    """Note a `value` under a key of a channel, or of a person (neither: of oneself); empty: nothing any more. For
    programs: a picture's address, a page, a time zone. No `key`, and no value: forget all that is noted there."""

    channel: str = ""
    name: str = ""
    key: str = ""
    value: str = ""


class Metadata(Query, frozen=True, tag="metadata", kw_only=True):
    """All that is noted of a channel, or of a person (neither: of oneself)."""

    channel: str = ""
    name: str = ""


class FollowMetadata(Command, frozen=True, tag="follow_metadata", kw_only=True):
    """Be told on this connection when what is noted under these keys changes, or no longer (`on` false): of one's
    channels, of those in them, of whom one watches and of oneself. No keys: with `on` the list as it is, without it
    none any more."""

    keys: list[str] = []
    on: bool = True


class SyncMetadata(Command, frozen=True, tag="sync_metadata", kw_only=True):
    """What is noted now under the keys that one follows: of a channel and those in it, of a person, or of all whom one
    would be told of."""

    channel: str = ""
    name: str = ""


class SetRole(Logged, frozen=True, tag="set_role", kw_only=True):
    """Make a member reader, member, moderator or owner."""

    channel: str
    name: str
    role: RoleName


class SetVoice(Logged, frozen=True, tag="set_voice", kw_only=True):
    """Let a member speak where only moderators do, or no longer (`on` false)."""

    channel: str
    name: str
    on: bool = True


class SetMask(Logged, frozen=True, tag="set_mask", kw_only=True):
    """Put a mask on one of a channel's lists, or take it off (`on` false). `mask`: a name with `*` and `?` for any
    characters and for one, or `account:` and the name of an account. A ban of a name that somebody has is a ban."""

    channel: str
    list: MaskList
    mask: str
    on: bool = True


class Masks(Query, frozen=True, tag="masks", kw_only=True):
    """One of a channel's lists of masks; that of the bans holds those of people too."""

    channel: str
    list: MaskList


class Memberships(Query, frozen=True, tag="memberships", kw_only=True):
    """List everybody whom a channel has on record, by name: members, here or not, who is invited, banned, or muted and
    gone. For its moderators. `kick` takes somebody off it, `unban` lifts a ban."""

    channel: str
    after: str = ""
    limit: int = 200


class InviteTo(Logged, frozen=True, tag="invite", kw_only=True):
    """Invite a person to a channel."""

    channel: str
    name: str


class Kick(Logged, frozen=True, tag="kick", kw_only=True):
    """Put a person out of a channel; nothing keeps them from coming back."""

    channel: str
    name: str
    reason: str = ""


class Ban(Logged, frozen=True, tag="ban", kw_only=True):
    """Put a person out of a channel and keep them out."""

    channel: str
    name: str
    reason: str = ""


class Unban(Logged, frozen=True, tag="unban", kw_only=True):
    """Let a banned person come back."""

    channel: str
    name: str


class Mute(Logged, frozen=True, tag="mute", kw_only=True):
    """Keep a person from speaking in a channel for `seconds`; 0: let them speak again."""

    channel: str
    name: str
    seconds: int
    reason: str = ""


class MakeInvite(Command, frozen=True, tag="make_invite", kw_only=True):
    """Make an invite link: for so many `uses`, for so many `hours` (0: for ever). `admin`: for an administrator."""

    uses: int = 1
    hours: int = 168
    admin: bool = False
    note: str = ""


class ListInvites(Query, frozen=True, tag="list_invites", kw_only=True):
    """List the invites that are still good."""


class RevokeInvite(Command, frozen=True, tag="revoke_invite", kw_only=True):
    """Make an invite link useless, by its id."""

    invite: int


class AddAccount(Command, frozen=True, tag="add_account", kw_only=True):
    """Make an account for somebody."""

    name: str
    password: str
    admin: bool = False


class ResetPassword(Command, frozen=True, tag="reset_password", kw_only=True):
    """Give an account a new password; all its sessions end."""

    name: str
    password: str


class ListAccounts(Query, frozen=True, tag="list_accounts", kw_only=True):
    """List the accounts. `after`: a name, for the next page."""

    after: str = ""
    limit: int = 200


class DisableAccount(Command, frozen=True, tag="disable_account", kw_only=True):
    """Shut an account out (`disabled` true), at once and everywhere, or let it in again."""

    name: str
    disabled: bool = True


class SetAdministrator(Command, frozen=True, tag="set_administrator", kw_only=True):
    """Make an account an administrator, or no longer."""

    name: str
    admin: bool


class Status(Query, frozen=True, tag="status", kw_only=True):
    """The server's status: version, uptime, counts."""


class Backup(Command, frozen=True, tag="backup", kw_only=True):
    """Write a verified copy of the store to a new file (a path on the server). Only from the server's own machine."""

    path: str


class CheckStore(Query, frozen=True, tag="check_store", kw_only=True):
    """Check the store from end to end. Only from the server's own machine."""


class Subscribe(Command, frozen=True, tag="subscribe", kw_only=True):
    """Tell this device by Web Push, while one is not here, what one is notified of. `endpoint`, and `public_key` and
    `auth` in base64url, are the device's (RFC 8291: `p256dh`); `form`: see model.Subscription."""

    endpoint: str
    public_key: str
    auth: str
    form: str = ""


class Unsubscribe(Command, frozen=True, tag="unsubscribe", kw_only=True):
    """No longer tell the device at this endpoint."""

    endpoint: str


AnyCommand: Any = union_of(Command, vars())
