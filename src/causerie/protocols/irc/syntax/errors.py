"""What IRC calls the core's refusals: one table of codes, and a few that one command has another number for.

Source: Modern IRC, "Numerics"; IRCv3 standard-replies for what has no number of its own.
"""

from __future__ import annotations

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.i18n.refusals import sentence
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.names import shown_channel
from causerie.protocols.irc.syntax.numerics import Numeric

TABLE: dict[str, tuple[Numeric, str]] = {
    "no_such_channel": (n.ERR_NOSUCHCHANNEL, "channel"),
    "no_such_person": (n.ERR_NOSUCHNICK, "name"),
    "not_a_member": (n.ERR_NOTONCHANNEL, "channel"),
    "banned": (n.ERR_BANNEDFROMCHAN, "channel"),
    "private": (n.ERR_INVITEONLYCHAN, "channel"),
    "wrong_key": (n.ERR_BADCHANNELKEY, "channel"),
    "channel_full": (n.ERR_CHANNELISFULL, "channel"),
    "muted": (n.ERR_CANNOTSENDTOCHAN, "channel"),
    "read_only": (n.ERR_CANNOTSENDTOCHAN, "channel"),
    "slow_mode": (n.ERR_CANNOTSENDTOCHAN, "channel"),
    "not_moderator": (n.ERR_CHANOPRIVSNEEDED, "channel"),
    "outranked": (n.ERR_CHANOPRIVSNEEDED, "channel"),
    "cannot_leave": (n.ERR_NOTONCHANNEL, "channel"),
    "too_many_channels": (n.ERR_TOOMANYCHANNELS, "channel"),
    "bad_name": (n.ERR_ERRONEUSNICKNAME, "name"),
    "name_taken": (n.ERR_NICKNAMEINUSE, "name"),
    "not_logged_in": (n.ERR_NOTREGISTERED, ""),
    "already_logged_in": (n.ERR_ALREADYREGISTERED, ""),
    "accounts_only": (n.ERR_NOPRIVILEGES, ""),
    "administrators_only": (n.ERR_NOPRIVILEGES, ""),
    "operator_only": (n.ERR_NOPRIVILEGES, ""),
    "login_failed": (n.ERR_PASSWDMISMATCH, ""),
    "too_many_failures": (n.ERR_PASSWDMISMATCH, ""),
    "guests_refused": (n.ERR_YOUREBANNEDCREEP, ""),
    "in_clear": (n.ERR_YOUREBANNEDCREEP, ""),
    "unknown_command": (n.ERR_UNKNOWNCOMMAND, "command"),
    "too_fast": (n.RPL_TRYAGAIN, "command"),
    "busy": (n.RPL_TRYAGAIN, "command"),
    "store_unavailable": (n.RPL_TRYAGAIN, "command"),
    "frame_too_long": (n.ERR_INPUTTOOLONG, ""),
}
"""The number of a code, and what is named before its text: a channel, a person, the command, or nothing."""

# At 433 clients try the same name with one more "_", until they give up.
BY_REASON: dict[str, tuple[Numeric, str]] = {"name_taken:reserved": (n.ERR_ERRONEUSNICKNAME, "name")}
"""Likewise of a code with the `why` of its data."""

OTHERWISE: dict[tuple[type[c.Command], str], tuple[Numeric, str]] = {
    (c.Send, "not_a_member"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.Send, "banned"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.Signal, "not_a_member"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.Signal, "banned"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.SendRestricted, "not_a_member"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.SendRestricted, "banned"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.IsTyping, "not_a_member"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.React, "private"): (n.ERR_CANNOTSENDTOCHAN, "channel"),
    (c.Join, "bad_name"): (n.ERR_BADCHANMASK, "channel"),
    (c.Join, "bad_name:too_long"): (n.ERR_NOSUCHCHANNEL, "channel"),
    (c.Join, "accounts_only"): (n.ERR_NOSUCHCHANNEL, "channel"),
    (c.Join, "administrators_only"): (n.ERR_NOSUCHCHANNEL, "channel"),
    (c.Join, "too_many_failures"): (n.ERR_BADCHANNELKEY, "channel"),
    (c.Kick, "not_a_member"): (n.ERR_USERNOTINCHANNEL, "name channel"),
    (c.SetRole, "not_a_member"): (n.ERR_USERNOTINCHANNEL, "name channel"),
    (c.SetVoice, "not_a_member"): (n.ERR_USERNOTINCHANNEL, "name channel"),
    (c.InviteTo, "bad_input:member"): (n.ERR_USERONCHANNEL, "name channel"),
    (c.Look, "private"): (n.ERR_NOTONCHANNEL, "channel"),
    (c.Look, "wrong_key"): (n.ERR_NOTONCHANNEL, "channel"),
    (c.Elevate, "in_clear"): (n.ERR_NOOPERHOST, ""),
    (c.Elevate, "too_many_failures"): (n.ERR_NOOPERHOST, ""),
    (c.SetName, "already_logged_in"): (n.ERR_NONICKCHANGE, ""),
}
"""Where a command has another number for a code, or for a code and the `why` of its data."""

STANDARD = frozenset((
    "refused", "bad_input", "not_json", "bad_shape", "unknown_slash", "too_deep", "bad_text", "text_too_long",
    "weak_password", "not_allowed", "registration_closed", "invite_refused", "not_yours", "too_late", "not_found",
    "no_such_invite", "no_such_session", "no_such_message", "no_such_report", "too_much", "too_many",
    "too_many_connections", "server_full", "search_too_broad", "unavailable", "outcome_unknown", "shutting_down",
    "internal",
))  # fmt: skip
"""Codes that IRC has no number for: `FAIL`, with the code."""

TEXTS: dict[str, str] = {
    "muted": "Cannot send to channel: you may not speak here for now",
    "read_only": "Cannot send to channel: only moderators speak here",
    "slow_mode": "Cannot send to channel: slow mode, wait {retry_after} s",
    "outranked": "They rank no lower than you do",
    "accounts_only": "Permission denied: for that one must have an account",
    "guests_refused": "One must log in here (SASL, or PASS account:password), over TLS",
    "in_clear": "Passwords are taken over TLS only",
    "too_many_failures": "Too many wrong passwords; try again later",
    "store_unavailable": "Nothing can be stored just now, please try again",
    "cannot_leave": "Direct conversations cannot be left",
    "name_taken:reserved": "That name is kept for the server and for those who run it",
    "name_taken:look_alike": "That name looks like one that somebody has",
    "bad_name:too_long": "That nickname is too long",
    "bad_name:character": "A nickname cannot have that character",
    "bad_name:look_alike": "That nickname mixes scripts, and could pass for another",
}
"""Texts that say more than the number's own."""


def refusal(command: c.Command, asked_as: str, error: ChatError) -> tuple[Numeric, list[str]] | None:
    """The numeric of a refusal with its parameters, the text last; None: it has none, see `fail`.

    `asked_as` is the IRC command.
    """
    why = f"{error.code}:{error.data.get('why')}"
    kind, code = type(command), error.code
    entry = OTHERWISE.get((kind, why)) or OTHERWISE.get((kind, code)) or BY_REASON.get(why) or TABLE.get(code)
    if entry is None:
        return None
    numeric, about = entry
    params = [_about(word, command, asked_as, error) for word in about.split()]
    text = TEXTS.get(why) or TEXTS.get(code) or numeric.text or code
    return numeric, [*params, text.format(retry_after=error.data.get("retry_after", "some"))]


def fail(asked_as: str, error: ChatError) -> str:
    """A standard reply (IRCv3) for what has no numeric: the code is the core's own."""
    return f"FAIL {asked_as or '*'} {error.code.upper()} :{sentence(error)}"


def _about(word: str, command: c.Command, asked_as: str, error: ChatError) -> str:
    if word == "command":
        return asked_as or "*"
    value = getattr(command, word, "") or error.data.get(word, "")
    text = str(value).split(" ")[0] or "*"
    return shown_channel(text) if word == "channel" else text
