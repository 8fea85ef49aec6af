"""The capabilities on offer (IRCv3), a bit each: which ones a connection has is one whole number.

A new one is a line here; what it changes is in `event_encoder.py` (events), in its own command file, or where it is
asked for by `wire.has(...)`.
"""

from __future__ import annotations

MESSAGE_TAGS = 1 << 0
SERVER_TIME = 1 << 1
ACCOUNT_TAG = 1 << 2
EXTENDED_JOIN = 1 << 3
AWAY_NOTIFY = 1 << 4
ACCOUNT_NOTIFY = 1 << 5
INVITE_NOTIFY = 1 << 6
ECHO_MESSAGE = 1 << 7
BATCH = 1 << 8
LABELED_RESPONSE = 1 << 9
MULTI_PREFIX = 1 << 10
USERHOST_IN_NAMES = 1 << 11
SASL = 1 << 12
CAP_NOTIFY = 1 << 13
STANDARD_REPLIES = 1 << 14
NO_IMPLICIT_NAMES = 1 << 15
CHATHISTORY = 1 << 16
EVENT_PLAYBACK = 1 << 17
READ_MARKER = 1 << 18
REDACTION = 1 << 19
MULTILINE = 1 << 20
CHANNEL_RENAME = 1 << 21
CHGHOST = 1 << 22
EXTENDED_MONITOR = 1 << 23
SETNAME = 1 << 24
METADATA = 1 << 27
METADATA_2 = 1 << 28
ACCOUNT_REGISTRATION = 1 << 25
PRE_AWAY = 1 << 26
NO_IMPLICIT_NAMES_DRAFT = 1 << 29
SEARCH = 1 << 40
SOJU_SEARCH = 1 << 41
WEBPUSH = 1 << 42
SOJU_WEBPUSH = 1 << 43

OFFERED: dict[str, int] = {
    "account-notify": ACCOUNT_NOTIFY,
    "account-tag": ACCOUNT_TAG,
    "away-notify": AWAY_NOTIFY,
    "batch": BATCH,
    "cap-notify": CAP_NOTIFY,
    "chghost": CHGHOST,
    "draft/account-registration": ACCOUNT_REGISTRATION,
    "draft/channel-rename": CHANNEL_RENAME,
    "draft/chathistory": CHATHISTORY,
    "draft/event-playback": EVENT_PLAYBACK,
    "draft/message-redaction": REDACTION,
    "draft/metadata-2": METADATA_2,
    "draft/metadata-3": METADATA,
    "draft/multiline": MULTILINE,
    "draft/no-implicit-names": NO_IMPLICIT_NAMES_DRAFT,
    "draft/pre-away": PRE_AWAY,
    "draft/read-marker": READ_MARKER,
    "draft/search": SEARCH,
    "draft/webpush": WEBPUSH,
    "echo-message": ECHO_MESSAGE,
    "extended-join": EXTENDED_JOIN,
    "extended-monitor": EXTENDED_MONITOR,
    "invite-notify": INVITE_NOTIFY,
    "labeled-response": LABELED_RESPONSE,
    "message-tags": MESSAGE_TAGS,
    "multi-prefix": MULTI_PREFIX,
    "no-implicit-names": NO_IMPLICIT_NAMES,
    "sasl": SASL,
    "server-time": SERVER_TIME,
    "setname": SETNAME,
    "soju.im/search": SOJU_SEARCH,
    "soju.im/webpush": SOJU_WEBPUSH,
    "standard-replies": STANDARD_REPLIES,
    "userhost-in-names": USERHOST_IN_NAMES,
}

VALUES: dict[str, str] = {"draft/account-registration": "before-connect"}
"""What is said of them to those who asked with version 302; `Network.offers` has the rest."""

NO_NAMES_AT_JOIN = NO_IMPLICIT_NAMES | NO_IMPLICIT_NAMES_DRAFT
"""Either name of it: clients know the one of its draft, too."""

HEARD = (
    MESSAGE_TAGS | SERVER_TIME | ACCOUNT_TAG | EXTENDED_JOIN | AWAY_NOTIFY | ACCOUNT_NOTIFY
    | INVITE_NOTIFY | SETNAME | REDACTION | MULTILINE | CHANNEL_RENAME | CHGHOST
)  # fmt: skip
"""Those that change how events are told: who has the same ones of these shares a language."""


def bits(names: list[str]) -> int:
    """The capabilities of these names; names that are not known count for none."""
    return sum({OFFERED.get(name, 0) for name in names})


def names_of(capabilities: int) -> list[str]:
    """Their names, in order."""
    return [name for name, bit in OFFERED.items() if capabilities & bit]
