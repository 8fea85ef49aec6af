"""All that anyone may ask, one struct each.

On the native protocol the objects arrive as they stand here, `do` naming the type. The other protocols make
them from their own words. `id` is the asker's own mark and comes back with the answer.
"""

from __future__ import annotations

from msgspec import Struct

from causerie.chat.model import Access, RoleName


class Command(Struct, frozen=True, tag_field="do", kw_only=True):
    """What every command may carry: the asker's mark, given back as `re` with the answer."""

    id: int | str | None = None


class Hello(Command, frozen=True, tag="hello", kw_only=True):
    """First words on the native protocol: the version of it that the client speaks, and the client's name."""

    version: int
    client: str = ""


class LogIn(Command, frozen=True, tag="login", kw_only=True):
    """Log in: as a guest (`guest` true, `name` may be blank), by `name` and `password`, or by `token`.

    `token` beside a password proves a device that logged in before. `enter` names a channel to be in and to leave
    every other for (the classic protocol's CONN). `device` is a name for the list of sessions.
    """

    name: str = ""
    password: str = ""
    token: str = ""
    guest: bool = False
    enter: str = ""
    device: str = ""
    keep: bool = False


class Register(Command, frozen=True, tag="register", kw_only=True):
    """Make an account; a guest that asks becomes it, with all that it said. `invite`: the link's token."""

    name: str
    password: str
    invite: str = ""
    device: str = ""


class SetPassword(Command, frozen=True, tag="set_password", kw_only=True):
    """Change one's own password; every other session of the account ends."""

    old: str
    new: str


class LogOut(Command, frozen=True, tag="logout", kw_only=True):
    """Revoke this session's token and end the connection."""


class Quit(Command, frozen=True, tag="quit", kw_only=True):
    """End the connection; the token stays good."""

    reason: str = ""


class Ping(Command, frozen=True, tag="ping", kw_only=True):
    """Answered when all that this session asked before is on its way to everyone."""


class Sessions(Command, frozen=True, tag="sessions", kw_only=True):
    """List one's own tokens."""


class Revoke(Command, frozen=True, tag="revoke", kw_only=True):
    """Revoke one of one's own tokens, by its id; connections that came in by it end."""

    session: int


class Join(Command, frozen=True, tag="join", kw_only=True):
    """Enter a channel; it is made if nobody has named it before and `create` is true."""

    channel: str
    create: bool = True


class Leave(Command, frozen=True, tag="leave", kw_only=True):
    """Leave a channel, and be a member of it no longer."""

    channel: str
    reason: str = ""


class Direct(Command, frozen=True, tag="direct", kw_only=True):
    """Open the direct conversation with these people (one to seven others); it is made once."""

    people: list[str]


class Send(Command, frozen=True, tag="send", kw_only=True):
    """Say something. `key` is the client's own id of the message: the same key again is the same message."""

    channel: str
    text: str
    key: str = ""


class History(Command, frozen=True, tag="history", kw_only=True):
    """A page of a channel's log: the newest `limit` events below `before`, or the first above `after`.

    With `around`, half of the page on each side of that number. 0: not given; none given: the newest page.
    """

    channel: str
    before: int = 0
    after: int = 0
    around: int = 0
    limit: int = 50


class Search(Command, frozen=True, tag="search", kw_only=True):
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
    """Go on where one stopped: for each channel the last number one has. What followed comes first, then the stream."""

    since: dict[str, int]


class Channels(Command, frozen=True, tag="channels", kw_only=True):
    """List the channels that one may know of. `after`: a name, for the next page."""

    after: str = ""
    limit: int = 200


class Look(Command, frozen=True, tag="look", kw_only=True):
    """A channel as it stands, without entering it."""

    channel: str


class Members(Command, frozen=True, tag="members", kw_only=True):
    """List a channel's members and those present. `after`: a name, for the next page."""

    channel: str
    after: str = ""
    limit: int = 200


class Away(Command, frozen=True, tag="away", kw_only=True):
    """Be away, with a text, or back with an empty one."""

    text: str = ""


class SetTopic(Command, frozen=True, tag="set_topic", kw_only=True):
    """Set a channel's topic."""

    channel: str
    topic: str


class SetChannel(Command, frozen=True, tag="set_channel", kw_only=True):
    """Change a channel's settings; what is not given stays."""

    channel: str
    access: Access | None = None
    history: bool | None = None
    read_only: bool | None = None
    retention_days: int | None = None


class SetRole(Command, frozen=True, tag="set_role", kw_only=True):
    """Make a member reader, member, moderator or owner."""

    channel: str
    name: str
    role: RoleName


class InviteTo(Command, frozen=True, tag="invite", kw_only=True):
    """Invite a person to a channel."""

    channel: str
    name: str


class Kick(Command, frozen=True, tag="kick", kw_only=True):
    """Put a person out of a channel; nothing keeps them from coming back."""

    channel: str
    name: str
    reason: str = ""


class Ban(Command, frozen=True, tag="ban", kw_only=True):
    """Put a person out of a channel and keep them out."""

    channel: str
    name: str
    reason: str = ""


class Unban(Command, frozen=True, tag="unban", kw_only=True):
    """Let a banned person come back."""

    channel: str
    name: str


class Mute(Command, frozen=True, tag="mute", kw_only=True):
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


class ListInvites(Command, frozen=True, tag="list_invites", kw_only=True):
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


class ListAccounts(Command, frozen=True, tag="list_accounts", kw_only=True):
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


class Status(Command, frozen=True, tag="status", kw_only=True):
    """How the server is."""


class Backup(Command, frozen=True, tag="backup", kw_only=True):
    """Write a verified copy of the store to a new file (a path on the server). Only from the server's own machine."""

    path: str


class CheckStore(Command, frozen=True, tag="check_store", kw_only=True):
    """Check the store from end to end. Only from the server's own machine."""


AnyCommand = (
    Hello | LogIn | Register | SetPassword | LogOut | Quit | Ping | Sessions | Revoke | Join | Leave | Direct
    | Send | History | Search | Resume | Channels | Look | Members | Away | SetTopic | SetChannel | SetRole | InviteTo
    | Kick | Ban | Unban | Mute | MakeInvite | ListInvites | RevokeInvite | AddAccount | ResetPassword
    | ListAccounts | DisableAccount | SetAdministrator | Status | Backup | CheckStore
)  # fmt: skip
