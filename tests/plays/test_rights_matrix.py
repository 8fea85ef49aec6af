"""Who may do what: one table, written by hand, and every cell of it tried through the protocols.

Read it as a document. Each cell is tried in a house with all doors of a fresh room, by somebody who has just come.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, get_args

import pytest

from causerie.bootstrap import Server
from causerie.chat.commands import AnyCommand, DisableAccount, MakeInvite
from causerie.chat.model import Access, Channel, Person, Role, Standing
from causerie.chat.names import skeleton
from causerie.chat.replies import InviteMade
from causerie.server.engine.hashing import Secrets
from causerie.server.features.accounts import accounts
from causerie.server.features.presence import channel_presence
from causerie.server.ports.changes import Append, Complaint, PutChannel, PutPerson
from causerie.transport import listener
from causerie.transport.control_socket import NAME
from causerie.transport.intake import Intake
from tests.irc_people import IrcPerson, irc
from tests.people import LONGEST, PASSWORD, House, NativePerson, config_with

LEGEND = {
    "login": "not_logged_in",
    "already": "already_logged_in",
    "account": "accounts_only",
    "admin": "administrators_only",
    "operator": "operator_only",
    "member": "not_a_member",
    "nowhere": "no_such_channel",
    "reading": "read_only",
    "rank": "not_moderator",
    "above": "outranked",
    "closed": "registration_closed",
    "stays": "cannot_leave",
    "none": "no_such_session",
    "unknown": "no_such_report",
    "yours": "not_yours",
    "shown": "bad_input",
    "off": "unavailable",
}
"""What the table's short words stand for; `yes` is allowed, all others are the code itself."""

# Who, from the left: somebody who has not logged in; a guest, a reader, a member, a member who is muted, a moderator
# and an owner of a public channel; an administrator who is not in it; somebody who is banned from it. Then, for a
# private channel, somebody who is not in it, somebody who is invited, and an administrator who is not. Then the
# operator on the control socket. Last, of a private channel, its owner, and an administrator who is a member: there
# that is all they are. A guest's standing is a member's. New channels are for accounts, accounts for who was invited.
# The last column is what a refusal tells whom the thing is hidden from (test_refusals_tell_nothing.py): `nothing` that
# is not told, byte for byte, of a channel that there is not; `own`: likewise of a person or a number, or what a test of
# its own says; `.`: nothing hidden is named.
RIGHTS = """
                     stranger guest   reader  member  muted   moderator owner   administrator banned  uninvited invited prying  operator keeper  insider           tells
hello                yes      yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     yes      yes     yes               .
ping                 yes      yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     yes      yes     yes               .
quit                 yes      yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     yes      yes     yes               .
login:guest          yes      already already already already already   already already       already already   already already yes      already already           .
login:password       yes      yes     already already already already   already already       already already   already already yes      already already           own
knock                yes      yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     yes      yes      yes            .
scram                yes      yes     already already already already   already   already       already already   already already yes      already  already        own
register             closed   closed  already already already already   already already       already already   already already closed   already already           .
register:invited     yes      yes     already already already already   already already       already already   already already yes      already already           .
logout               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
set_password         login    account yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
sessions             login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
revoke:another's     login    none    none    none    none    none      none    none          none    none      none    none    login    none    none              own
away                 login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
set_presence         login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
set_presence:hidden  login    account yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
whois                login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               own
set_name             login    yes     already already already already   already already       already already   already already login    already already           .
describe             login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
watch                login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            own
gone                 login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
set_metadata         login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
set_metadata:another's login  yours   yours   yours   yours   yours     yours     yes           yours   yours     yours   yes     login    yours    yes            own
set_metadata:room    login    rank    rank    rank    rank    yes       yes       yes           banned  nowhere   private nowhere login    yes      rank           nothing
metadata             login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
metadata:room        login    yes     yes     yes     yes     yes       yes       yes           banned  nowhere   private nowhere login    yes      yes            nothing
follow_metadata      login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
sync_metadata        login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
sync_metadata:room   login    yes     yes     yes     yes     yes       yes       yes           banned  nowhere   private nowhere login    yes      yes            nothing
keep_certificate     login    account shown   shown   shown   shown     shown     shown         shown   shown     shown   shown   login    shown   shown           .
subscribe            login    account off     off     off     off       off       off           off     off       off     off     login    off      off            .
unsubscribe          login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .
elevate:no-longer    login    yes     yes     yes     yes     yes       yes       yes           yes     yes       yes     yes     login    yes      yes            .

join                 login    yes     yes     yes     yes     yes       yes     yes           banned  private   yes     private login    yes     yes               own
join:new             login    account yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
resume               login    yes     yes     yes     yes     yes       yes     yes           out     out       yes     out     login    yes     yes               own
leave                login    yes     yes     yes     yes     yes       yes     member        member  nowhere    yes     nowhere  login    yes     yes             nothing
direct               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               own
leave:direct         login    stays   stays   stays   stays   stays     stays   stays         stays   stays     stays   stays   login    stays   stays             own
channels             login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
look                 login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
members              login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
history              login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
history:member       login    yes     yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
search               login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
search:everywhere    login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               own
send                 login    yes     reading yes     muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     yes             nothing
send:hall            login    reading reading reading muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     reading         nothing
send:reply           login    yes     reading yes     muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     yes             nothing
tell                 login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               own
is_typing            login    yes     reading yes     muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     yes             nothing
signal               login    yes     reading yes     muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     yes             nothing

confide              login    yes     reading yes     muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     yes             nothing
confide:hall         login    reading reading reading muted   yes       yes     member        banned  nowhere    member  nowhere  login    yes     reading         nothing

edit                 login    yours   yours   yours   yours   yes       yes     yes           banned  nowhere   private nowhere login    yes     yours             nothing
edit:own             login    yes     reading yes     muted   yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
edit:own-hall        login    reading reading reading muted   yes       yes     member        banned  nowhere   private nowhere login    yes     reading           nothing
delete               login    yours   yours   yours   yours   yes       yes     yes           banned  nowhere   private nowhere login    yes     yours             nothing
delete:own           login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
delete_since         login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
versions             login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing

react                login    yes     yes     yes     muted   yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
react:hall           login    yes     yes     yes     muted   yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
react:back           login    yes     yes     yes     muted   yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
reactions            login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
pin                  login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
pins                 login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
thread               login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
follow               login    yes     yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
mark                 login    yes     yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
mark:back            login    yes     yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
unread               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
recent               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
notify               login    yes     yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
prefer               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
preferred            login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
why                  login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
ignore               login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               own
draft                login    account yes     yes     yes     yes       yes     member        banned  nowhere   private nowhere login    yes     yes               nothing
drafts               login    account yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
threads              login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .

help                 login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .

set_topic            login    rank    rank    yes     muted   yes       yes     yes           member  nowhere    member  nowhere  login    yes     yes             nothing
set_topic:hall       login    rank    rank    rank    rank    yes       yes     yes           member  nowhere    member  nowhere  login    yes     rank            nothing
set_channel          login    rank    rank    rank    rank    yes       yes     yes           member  nowhere    member  nowhere  login    yes     rank            nothing
set_channel:access   login    rank    rank    rank    rank    rank      yes     yes           member  nowhere    member  nowhere  login    yes     rank            nothing
rename_channel       login    rank    rank    rank    rank    rank      yes     yes           member  nowhere    member  nowhere  login    yes     rank            nothing
invite               login    yes     rank    yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
kick                 login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
kick:moderator       login    rank    rank    rank    rank    above     yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
kick:owner           login    rank    rank    rank    rank    above     above   yes           banned  nowhere   private nowhere login    above   rank              nothing
kick:administrator   login    rank    rank    rank    rank    above     above   above         banned  nowhere   private nowhere login    yes     rank              nothing
kick:oneself         login    rank    rank    rank    rank    above     above   above         banned  nowhere   private nowhere login    above   rank              nothing
ban                  login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
ban:owner            login    rank    rank    rank    rank    above     above   yes           banned  nowhere   private nowhere login    above   rank              nothing
ban_author           login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
unban                login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
mute                 login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
mute:owner           login    rank    rank    rank    rank    above     above   yes           banned  nowhere   private nowhere login    above   rank              nothing
set_role:reader      login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_role:moderator   login    rank    rank    rank    rank    above     yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_role:down        login    rank    rank    rank    rank    above     yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_role:administrator login    rank    rank    rank    rank    above     yes     yes           banned  nowhere   private nowhere login    yes     rank            nothing
set_role:owner       login    rank    rank    rank    rank    above     yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_voice            login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_mask             login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
set_mask:name        login    rank    rank    rank    rank    above     above   yes           banned  nowhere   private nowhere login    above   rank              nothing
masks                login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
masks:invite         login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
memberships          login    rank    rank    rank    rank    yes       yes     yes           banned  nowhere   private nowhere login    yes     rank              nothing
report               login    yes     yes     yes     yes     yes       yes     yes           banned  nowhere   private nowhere login    yes     yes               nothing
reports              login    yes     yes     yes     yes     yes       yes     yes           yes     yes       yes     yes     login    yes     yes               .
close_report         login    unknown unknown unknown unknown yes       yes     yes           unknown unknown   unknown unknown login    yes     unknown           own

make_invite          login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
list_invites         login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
revoke_invite        login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               own
add_account          login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
reset_password       login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
list_accounts        login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
disable_account      login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
set_administrator    login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
disconnect           login    admin   admin   admin   admin   admin     admin     yes           admin   admin     admin   yes     yes      admin    yes            .
announce             login    admin   admin   admin   admin   admin     admin     yes           admin   admin     admin   yes     yes      admin    yes            .
reload               login    admin   admin   admin   admin   admin     admin     yes           admin   admin     admin   yes     yes      admin    yes            .
audit_log            login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
status               login    admin   admin   admin   admin   admin     admin   yes           admin   admin     admin   yes     yes      admin   yes               .
backup               operator operator operator operator operator operator  operator operator      operator operator  operator operator yes      operator operator .
check_store          operator operator operator operator operator operator  operator operator      operator operator  operator operator yes      operator operator .
"""  # noqa: E501 - a table

# The classic protocol's own: to come into a channel (who comes in is a member), to come into one that nobody has
# named, and to speak once one has tried to come in. A stranger does not try.
CLASSIC = """
                     stranger guest   reader  member  muted   moderator owner  administrator banned uninvited invited prying
CONN                 NO       yes     yes     yes     yes     yes     yes     yes     NO      NO      yes     NO
CONN:new             NO       NO      yes     yes     yes     yes     yes     yes     yes     yes     yes     yes
SEND                 login    yes     reading yes     muted   yes     yes     yes     login   login   yes     login
SEND:hall            login    reading reading reading muted   yes     yes     yes     login   login   reading login
"""  # noqa: E501

SOON = 60_000
KINDS: dict[str, tuple[Access, Standing | None, bool]] = {
    "stranger": ("public", None, False),
    "guest": ("public", Standing(Role.MEMBER), False),
    "reader": ("public", Standing(Role.READER), False),
    "member": ("public", Standing(Role.MEMBER), False),
    "muted": ("public", Standing(Role.MEMBER, 2**52), False),
    "moderator": ("public", Standing(Role.MODERATOR), False),
    "owner": ("public", Standing(Role.OWNER), False),
    "administrator": ("public", None, True),
    "banned": ("public", Standing(Role.BANNED), False),
    "uninvited": ("private", None, False),
    "invited": ("private", Standing(Role.INVITED), False),
    "prying": ("private", None, True),
    "operator": ("public", None, False),
    "keeper": ("private", Standing(Role.OWNER), False),
    "insider": ("private", Standing(Role.MEMBER), True),
}
"""Which channel it is about, how one stands in it, and whether one is an administrator."""

OTHERS = {
    "Target": Role.MEMBER,
    "Marshal": Role.MODERATOR,
    "Host": Role.OWNER,
    "Outcast": Role.BANNED,
    "Chief": Role.MEMBER,
}
"""Who else is there. Chief is an administrator; Nobody is in no channel."""

ABOUT: dict[str, dict[str, Any]] = {
    "hello": {"version": 1},
    "login:guest": {"guest": True},
    "login:password": {"name": "Target", "password": PASSWORD},
    "knock": {"password": "x"},
    "scram": {"message": "n,,n=Target,r=abc"},
    "register": {"name": "New-{n}", "password": PASSWORD},
    "register:invited": {"name": "New-{n}", "password": PASSWORD, "invite": "{token}"},
    "set_password": {"old": PASSWORD, "new": PASSWORD + "3"},
    "revoke:another's": {"session": 1},
    "away": {"text": "at lunch"},
    "set_presence": {"mode": "dnd"},
    "set_presence:hidden": {"mode": "invisible"},
    "whois": {"name": "Target"},
    "set_name": {"name": "Somebody-{n}"},
    "describe": {"about": "in the garden"},
    "watch": {"names": ["Target"]},
    "gone": {"name": "Target"},
    "set_metadata": {"key": "url", "value": "x"},
    "set_metadata:another's": {"name": "Target", "key": "url", "value": "x"},
    "set_metadata:room": {"channel": "{room}", "key": "url", "value": "x"},
    "metadata": {"name": "Target"},
    "metadata:room": {"channel": "{room}"},
    "follow_metadata": {"keys": ["url"]},
    "sync_metadata:room": {"channel": "{room}"},
    "elevate:no-longer": {"on": False},
    "subscribe": {
        "endpoint": "https://push.example/x",
        "public_key": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "unsubscribe": {"endpoint": "https://push.example/x"},
    "join": {"channel": "{room}"},
    "join:new": {"channel": "new{n}"},
    "resume": {"since": {"{room}": 0}},
    "leave": {"channel": "{room}"},
    "direct": {"people": ["Target"]},
    "leave:direct": {"channel": "{direct}"},
    "look": {"channel": "{room}"},
    "members": {"channel": "{room}"},
    "history": {"channel": "{room}"},
    "history:member": {"channel": "{room}", "member": True},
    "search": {"text": "x", "channel": "{room}"},
    "search:everywhere": {"text": "x"},
    "send": {"channel": "{room}", "text": "x"},
    "send:hall": {"channel": "{hall}", "text": "x"},
    "send:reply": {"channel": "{room}", "text": "x", "reply": 1},
    "tell": {"people": ["Target"], "text": "x"},
    "is_typing": {"channel": "{room}"},
    "signal": {"channel": "{room}", "text": "VERSION"},
    "confide": {"channel": "{room}", "to": "moderators", "text": "x"},
    "confide:hall": {"channel": "{hall}", "to": "moderators", "text": "x"},
    "edit": {"channel": "{room}", "number": 1, "text": "x"},
    "edit:own": {"channel": "{room}", "number": 2, "text": "x"},
    "edit:own-hall": {"channel": "{hall}", "number": 2, "text": "x"},
    "delete": {"channel": "{room}", "number": 1},
    "delete:own": {"channel": "{room}", "number": 2},
    "delete_since": {"channel": "{room}", "number": 1},
    "versions": {"channel": "{room}", "number": 1},
    "react": {"channel": "{room}", "number": 1, "emoji": "👍"},
    "react:hall": {"channel": "{hall}", "number": 1, "emoji": "👍"},
    "react:back": {"channel": "{room}", "number": 1, "emoji": "👍", "on": False},
    "reactions": {"channel": "{room}", "number": 1},
    "pin": {"channel": "{room}", "number": 1},
    "pins": {"channel": "{room}"},
    "thread": {"channel": "{room}", "number": 1},
    "follow": {"channel": "{room}", "number": 1},
    "mark": {"channel": "{room}", "number": 1},
    "mark:back": {"channel": "{room}", "number": 0},
    "notify": {"channel": "{room}", "level": "all"},
    "prefer": {"keywords": ["lunch"], "zone": "Europe/Paris"},
    "why": {"channel": "{room}", "number": 1},
    "ignore": {"name": "Target"},
    "draft": {"channel": "{room}", "text": "x"},
    "set_topic": {"channel": "{room}", "topic": "x"},
    "set_topic:hall": {"channel": "{hall}", "topic": "x"},
    "set_channel": {"channel": "{room}", "read_only": True},
    "set_channel:access": {"channel": "{room}", "access": "private"},
    "rename_channel": {"channel": "{room}", "name": "other-{n}"},
    "set_voice": {"channel": "{room}", "name": "Target"},
    "set_mask": {"channel": "{room}", "list": "ban", "mask": "troll*"},
    "set_mask:name": {"channel": "{room}", "list": "ban", "mask": "Host"},
    "masks": {"channel": "{room}", "list": "ban"},
    "masks:invite": {"channel": "{room}", "list": "invite"},
    "memberships": {"channel": "{room}"},
    "set_role:owner": {"channel": "{room}", "name": "Target", "role": "owner"},
    "invite": {"channel": "{room}", "name": "Nobody"},
    "kick": {"channel": "{room}", "name": "Target"},
    "kick:moderator": {"channel": "{room}", "name": "Marshal"},
    "kick:owner": {"channel": "{room}", "name": "Host"},
    "kick:administrator": {"channel": "{room}", "name": "Chief"},
    "kick:oneself": {"channel": "{room}", "name": "{self}"},
    "ban": {"channel": "{room}", "name": "Target"},
    "ban:owner": {"channel": "{room}", "name": "Host"},
    "ban_author": {"channel": "{room}", "number": 1},
    "report": {"channel": "{room}", "number": 1},
    "close_report": {"report": "{report}"},
    "unban": {"channel": "{room}", "name": "Outcast"},
    "mute": {"channel": "{room}", "name": "Target", "seconds": 60},
    "mute:owner": {"channel": "{room}", "name": "Host", "seconds": 60},
    "set_role:reader": {"channel": "{room}", "name": "Target", "role": "reader"},
    "set_role:moderator": {"channel": "{room}", "name": "Target", "role": "moderator"},
    "set_role:down": {"channel": "{room}", "name": "Marshal", "role": "member"},
    "set_role:administrator": {"channel": "{room}", "name": "Chief", "role": "reader"},
    "make_invite": {},
    "revoke_invite": {"invite": "{invite}"},
    "add_account": {"name": "Added-{n}", "password": PASSWORD},
    "reset_password": {"name": "Victim-{n}", "password": PASSWORD},
    "disable_account": {"name": "Victim-{n}"},
    "set_administrator": {"name": "Victim-{n}", "admin": True},
    "disconnect": {"name": "Victim-{n}"},
    "announce": {"text": "tea"},
    "backup": {"path": "{path}"},
}
"""What a row's command is given; those that are not here need nothing."""

IRC = {
    "away": "AWAY :at lunch",
    "set_name": "NICK Somebody-{n}",
    "describe": "SETNAME :in the garden",
    "watch": "MONITOR + Target",
    "join": "JOIN #{room}",
    "join:new": "JOIN #new{n}",
    "leave": "PART #{room}",
    "channels": "LIST",
    "history:member": "CHATHISTORY LATEST #{room} * 10",
    "send": "PRIVMSG #{room} :x",
    "send:hall": "PRIVMSG #{hall} :x",
    "send:reply": "@+draft/reply={channel}-1 PRIVMSG #{room} :x",
    "tell": "PRIVMSG Target :x",
    "signal": "PRIVMSG #{room} :\x01VERSION\x01",
    "confide": "PRIVMSG @#{room} :x",
    "confide:hall": "PRIVMSG @#{hall} :x",
    "delete": "REDACT #{room} {channel}-1",
    "react": "@+draft/react=👍;+draft/reply={channel}-1 TAGMSG #{room}",
    "set_metadata": "METADATA * SET url :x",
    "set_metadata:another's": "METADATA Target SET url :x",
    "set_metadata:room": "METADATA #{room} SET url :x",
    "metadata:room": "METADATA #{room} LIST",
    "set_topic": "TOPIC #{room} :x",
    "set_topic:hall": "TOPIC #{hall} :x",
    "set_channel": "MODE #{room} +m",
    "set_channel:access": "MODE #{room} +i",
    "rename_channel": "RENAME #{room} #other-{n}",
    "invite": "INVITE Nobody #{room}",
    "kick": "KICK #{room} Target",
    "kick:moderator": "KICK #{room} Marshal",
    "kick:owner": "KICK #{room} Host",
    "kick:administrator": "KICK #{room} Chief",
    "kick:oneself": "KICK #{room} {self}",
    "set_role:moderator": "MODE #{room} +o Target",
    "set_role:down": "MODE #{room} -o Marshal",
    "set_role:owner": "MODE #{room} +q Target",
    "set_voice": "MODE #{room} +v Target",
    "set_mask": "MODE #{room} +b troll*!*@*",
    "set_mask:name": "MODE #{room} +b Host!*@*",
    "masks": "MODE #{room} +b",
    "masks:invite": "MODE #{room} +I",
    "announce": "WALLOPS :tea",
    "disconnect": "KILL {victim} :x",
    "reload": "REHASH",
}
"""Rows that IRC has a line for. There its core's answer is asked for, so what is allowed is what the row says."""

CAPS = (
    "batch message-tags draft/chathistory draft/message-redaction draft/metadata-3 draft/channel-rename echo-message"
    " standard-replies setname"
)
REFUSED = re.compile(r"(@\S+ )?:irc\.local ([45]\d\d|FAIL) |ERROR ")
"""A line that refuses (Modern IRC, "Numerics"; IRCv3 standard-replies)."""

SAID = {
    "muted": "not said: you may not speak here for now.",
    "reading": "not said: only moderators speak here.",
    "login": "not said: you have not logged in.",
}


def cells(table: str) -> list[tuple[str, str, str]]:
    """Row, kind and expected outcome."""
    kinds, *rows = (line.split() for line in table.splitlines() if line)
    assert all(len(row) == len(kinds) + 1 for row in rows), "a row is not complete"
    return [
        (row[0], kind, expected)
        for row in rows
        for kind, expected in zip(kinds, row[1:], strict=True)
        if kind != "tells"
    ]


def tells() -> dict[str, str]:
    """By row, what a refusal tells: the last column of RIGHTS."""
    _kinds, *rows = (line.split() for line in RIGHTS.splitlines() if line)
    return {row[0]: row[-1] for row in rows}


class Scene:
    """A house with rooms that are made anew for each cell, so that no cell sees what another did."""

    def __init__(self, house: House, hashed: Secrets) -> None:
        self.house, self.hashed, self.count = house, hashed, 0
        self.context = house.server.context
        self.names: dict[str, str] = {}
        self.context.reload = lambda: None

    def person(self, name: str, admin: bool = False) -> Person:
        """Somebody gets an account."""
        person = Person(self.context.new_id(), name, admin=admin)
        accounts.keep(self.context, person, skeleton(name), self.hashed)
        return person

    async def next(self, kind: str) -> None:
        """Another room, another hall (where only moderators speak), another person of this kind.

        In each, Target has said something: event 1. In the room, somebody has reported it.
        """
        context, access, standing, admin = self.context, *KINDS[kind]
        self.count += 1
        number = str(self.count)
        me = self.person(f"Actor-{number}", admin)
        victim = self.person(f"Victim-{number}")
        self.names = {"n": number, "self": me.name, "room": f"room{number}", "hall": f"hall{number}"}
        self.names["path"] = str(self.house.data / f"copy{number}")
        for name, read_only in ((self.names["room"], False), (self.names["hall"], True)):
            channel = Channel(context.new_id(), name, access, read_only=read_only)
            context.apply(PutChannel(channel))
            for other, role in OTHERS.items():
                channel_presence.stand(context, channel, context.state.person(other), Standing(role))
            if kind not in ("stranger", "guest", "operator"):
                channel_presence.stand(context, channel, me, standing)
            said = context.state.person("Target")
            context.unit.append(Append(channel, "message", context.now(), said, "before you came", "", ""))
            if not read_only:
                context.state.reports = {
                    self.count: Complaint(self.count, channel.id, context.now(), victim.id, 1, said.id, "")
                }
        made = await self.house.operator(MakeInvite())
        assert isinstance(made, InviteMade)
        self.names.update(token=made.token, invite=str(made.invite), report=number, direct="@", victim=victim.name)

    async def native(self, kind: str) -> NativePerson:
        """Somebody of this kind at a native client."""
        if kind == "operator":
            person = NativePerson(*await asyncio.open_unix_connection(str(self.house.data / NAME), limit=LONGEST))
            self.house.people.append(person)
            await person.asks("hello", version=1)
            return person
        person = await self.house.native()
        if kind == "guest":
            await person.logs_in(f"Visitor-{self.names['n']}")
            guest = self.context.state.person(person.name)
            for name in ("room", "hall"):
                channel = self.context.state.channel(self.names[name])
                channel_presence.stand(self.context, channel, guest, Standing(Role.MEMBER))
            self.names["self"] = guest.name
        elif kind != "stranger":
            await person.logs_in(self.names["self"], PASSWORD)
        return person

    def says_something(self) -> None:
        """Who is about to try has said something in both rooms: event 2."""
        context, me = self.context, self.context.state.person(self.names["self"])
        context.apply(PutPerson(me, "" if me.guest else skeleton(me.name)))
        for name in (self.names["room"], self.names["hall"]):
            context.unit.append(Append(context.state.channel(name), "message", context.now(), me, "once", "", ""))

    def filled(self, about: Any) -> Any:
        """With this cell's names."""
        if isinstance(about, str):
            text = about.format(**self.names)
            return int(text) if about in ("{invite}", "{report}") else text
        if isinstance(about, list):
            return [self.filled(one) for one in about]
        if isinstance(about, dict):
            return {self.filled(name): self.filled(value) for name, value in about.items()}
        return about

    async def tried(self, row: str, kind: str) -> str:
        """What comes of a command of the native protocol."""
        await self.next(kind)
        person = await self.native(kind)
        if row == "leave:direct" and kind not in ("stranger", "operator"):
            self.names["direct"] = (await person.asks("direct", people=["Target"]))["channel"]
        if ":own" in row and kind not in ("stranger", "operator"):
            self.says_something()
        mark = person.tells(row.partition(":")[0], **self.filled(ABOUT.get(row, {})))
        try:
            answer = await person.answer(mark)
        except EOFError:
            # Whoever may leave is answered by the farewell.
            await person.hears("farewell", code="logged_out" if row == "logout" else "quit")
            return "yes"
        person.hang_up()
        if answer["is"] == "error":
            return str(answer["code"])
        return "out" if row == "resume" and not answer.get("channels") else "yes"

    async def tried_classic(self, row: str, kind: str) -> str:
        """What comes of CONN, or of SEND after it."""
        verb, _, what = row.partition(":")
        await self.next(kind)
        person = await self.house.classic()
        person.name = self.names["self"]
        place = "fresh" + self.names["n"] if what == "new" else self.names[what or "room"]
        if kind == "guest":
            person.name = "Guest" + self.names["n"]
        if verb == "CONN" or kind != "stranger":
            person.asks_in(place, person.name, "wrong " + PASSWORD if kind == "stranger" else PASSWORD)
            heard = await person.hears_one_of("NO", "OK", f"[+]{person.name}")
            if heard == "OK":
                await person.hears(f"[+]{person.name}")
            if verb == "CONN":
                person.hang_up()
                return "NO" if heard == "NO" else "yes"
        person.says("good day")
        refusals = {f"causerie>{text}": word for word, text in SAID.items()}
        heard = await person.hears_one_of(f"{person.name}>good day", *refusals)
        person.hang_up()
        return refusals.get(heard, "yes")

    async def tried_irc(self, row: str, kind: str) -> str:
        """Whether a row's line is refused."""
        await self.next(kind)
        person = await irc(self.house)
        self.names["channel"] = f"{self.context.state.channel(self.names['room']).id:x}"
        if kind == "guest":
            await person.registers(f"Visitor-{self.names['n']}", CAPS)
            guest = self.context.state.person(person.nick)
            for name in ("room", "hall"):
                channel_presence.stand(
                    self.context, self.context.state.channel(self.names[name]), guest, Standing(Role.MEMBER)
                )
            self.names["self"] = guest.name
        elif kind != "stranger":
            await person.registers(self.names["self"], CAPS, PASSWORD)
        heard = await person.answers(self.filled(IRC[row])) if kind != "stranger" else await self.unknown(person, row)
        person.hang_up()
        return "no" if any(map(REFUSED.match, heard)) else "yes"

    async def unknown(self, person: IrcPerson, row: str) -> list[str]:
        """What one hears who has not registered: a line, since PING is not answered before."""
        person.says(self.filled(IRC[row]))
        return [await person.line()]


async def scene_in(house: House) -> Scene:
    """The house with those who are always there."""
    scene = Scene(house, await house.server.context.hashing.secrets(PASSWORD))
    for name in (*OTHERS, "Nobody"):
        scene.person(name, admin=name == "Chief")
    return scene


async def hold(tried: Callable[[Scene, str, str], Awaitable[str]], wanted: Iterable[tuple[str, str, str]]) -> None:
    """Each cell comes to what is wanted, by one way of trying."""
    wrong = []
    async with House(channels={"create": "accounts"}) as house:
        scene = await scene_in(house)
        for row, kind, expected in wanted:
            outcome = await tried(scene, row, kind)
            if outcome != expected:
                wrong.append(f"{row}: {kind}: {outcome}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(240)  # hundreds of rooms and people
async def test_every_right_by_the_native_protocol_and_the_control_socket() -> None:
    """Each cell of the table."""
    await hold(Scene.tried, [(row, kind, LEGEND.get(expected, expected)) for row, kind, expected in cells(RIGHTS)])


@pytest.mark.timeout(240)
async def test_every_right_by_the_classic_protocol() -> None:
    """Each cell of its table."""
    await hold(Scene.tried_classic, cells(CLASSIC))


@pytest.mark.timeout(240)
async def test_every_right_by_irc() -> None:
    """Each cell of a row that IRC has a line for: refused there where it is refused natively, and only there."""
    wanted = []
    for row, kind, native in cells(RIGHTS):
        registering = kind == "stranger" and row in ("away", "set_name")
        if row in IRC and kind != "operator" and not registering:
            wanted.append((row, kind, "yes" if native == "yes" else "no"))
    assert wanted
    await hold(Scene.tried_irc, wanted)


def test_the_table_has_every_command() -> None:
    """A command without a row would have no expected rights."""
    rows = {row.partition(":")[0] for row, _, _ in cells(RIGHTS)}
    assert rows == {kind.__struct_config__.tag for kind in get_args(AnyCommand)}
    assert {row for row, _, _ in cells(RIGHTS)} >= set(ABOUT)


async def test_an_account_that_is_shut_out_may_do_nothing() -> None:
    """Its connections end, by either protocol, and it does not come in again by password, token or CONN."""
    async with House() as house:
        await house.account("Anna")
        anna, classic = await house.native(), await house.classic()
        await anna.logs_in("Anna", PASSWORD, keep=True)
        await anna.joins("home")
        await classic.enters("home", "Anna", PASSWORD)
        await house.operator(DisableAccount(name="Anna"))
        await anna.hears_farewell("disabled")
        await classic.hears("causerie>goodbye: this account was shut out.")
        await classic.hears_the_end()
        again = await house.native()
        await again.is_refused("login_failed", "login", name="Anna", password=PASSWORD)
        await again.is_refused("login_failed", "login", token=anna.token)
        again_classic = await house.classic()
        again_classic.asks_in("home", "Anna", PASSWORD)
        await again_classic.hears("NO")


def seen_from(server: Server, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who connects from now on comes from this address."""
    came = listener.Listener.came

    def from_there(self: listener.Listener, intake: Intake) -> None:
        came(self, intake)
        intake.host = host

    monkeypatch.setattr(listener.Listener, "came", from_there)
    monkeypatch.setattr(listener.Listener, "left", lambda self, intake: None)


async def test_in_clear_from_a_private_network_one_is_a_guest_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords, tokens and new accounts are refused by name, a guest's wish for a token is passed over."""
    async with House(accounts={"registration": "open"}) as house:
        await house.account("Anna")
        here = await house.native()
        token = (await here.logs_in("Anna", PASSWORD, keep=True))["token"]
        assert token
        seen_from(house.server, "192.168.1.20", monkeypatch)
        person = await house.native()
        await person.is_refused("in_clear", "login", name="Anna", password=PASSWORD)
        await person.is_refused("in_clear", "login", token=token)
        await person.is_refused("in_clear", "register", name="Ben", password=PASSWORD)
        answer = await person.logs_in("Ben", keep=True)
        assert not answer.get("token")
        await person.joins("home")
        await person.says("home", "good day")
        classic = await house.classic()
        classic.asks_in("home", "Anna", PASSWORD)
        await classic.hears("NO")


@pytest.mark.parametrize("plaintext", ["lan", "loopback"])
async def test_what_is_allowed_in_clear_is_asked_again_when_the_setting_is_another(
    plaintext: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a reload: connections that are there keep no right that those that come would not have."""
    async with House(server={"plaintext": "all"}) as house:
        await house.account("Anna")
        near = await house.native()
        await near.logs_in("Near")
        seen_from(house.server, "192.168.1.20" if plaintext == "loopback" else "8.8.8.8", monkeypatch)
        anna, guest, stranger = await house.native(), await house.native(), await house.native()
        await anna.logs_in("Anna", PASSWORD)
        await guest.logs_in("Ben")
        house.server.reload(config_with(house.config, server={"plaintext": plaintext}))
        await anna.hears_farewell("in_clear")
        if plaintext == "lan":
            await guest.hears_farewell("in_clear")
            await stranger.hears_farewell("in_clear")
        else:
            await guest.asks("join", channel="home")
            await stranger.is_refused("in_clear", "login", name="Anna", password=PASSWORD)
        await near.asks("ping")
