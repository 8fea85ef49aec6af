"""A sentence for each refusal of `causerie.chat.errors`, in the reader's language.

Where a protocol says it, that is the language that the server was started in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.i18n.text import _, once_per_language, printable

if TYPE_CHECKING:
    from causerie.chat.errors import ChatError


class _About(dict[str, "str | int | float"]):
    """What a refusal says about itself; a part that it does not say is three dots."""

    def __missing__(self, key: str) -> str:
        return "..."


def sentence(error: ChatError) -> str:
    """The refusal for a person: what is wrong, and what to do where there is something to do."""
    code, data = error.code, error.data
    about = _About((name, printable(part) if isinstance(part, str) else part) for name, part in data.items())
    why = reasons().get(f"{code}.{data.get('why', '')}")
    if why is not None:
        return why.format_map(about)
    text = sentences().get(code)
    if text is None:
        return _("the server refuses, for a reason that this version does not know: {code}").format(
            code=printable(code)
        )
    return text.format_map(about)


@once_per_language
def sentences() -> dict[str, str]:
    """Each code's sentence."""
    return {
        "refused": _("the server refuses this"),
        "bad_input": _("the server cannot make sense of this ({why})"),
        "not_json": _("the server did not get JSON ({why})"),
        "bad_shape": _("the server does not take a command of this form ({why})"),
        "unknown_command": _("the server does not know this command; one of the two may be older than the other"),
        "unknown_slash": _("there is no command /{name}; /help lists them, and // says what begins with a slash"),
        "too_deep": _("this is nested too deep: {most} levels at most"),
        "frame_too_long": _("this is too long: {most} bytes at most"),
        "bad_text": _("this text cannot be sent ({why})"),
        "text_too_long": _("this text has {bytes} bytes, and {most} is the most"),
        "bad_name": _("{name} cannot be a name"),
        "weak_password": _("this password is too easy to guess; choose another, of {least} to {most} characters"),
        "not_allowed": _("this is not allowed"),
        "not_logged_in": _("this needs a login"),
        "already_logged_in": _("this connection is logged in already, as {name}"),
        "accounts_only": _("guests may not do this; it needs an account"),
        "administrators_only": _("only administrators may do this"),
        "operator_only": _("this can be done only on the server's own machine, with the command causerie"),
        "in_clear": _("no password goes over a connection without TLS; use TLS, or see {setting} in the settings"),
        "not_a_member": _("{channel} has no such member; whoever wants to speak there joins it first"),
        "banned": _("{channel} is closed to this person by a ban"),
        "muted": _("you may not speak in {channel} for now"),
        "read_only": _("{channel} is for reading; only moderators write there"),
        "private": _("{channel} is private; one of its people has to invite you"),
        "wrong_key": _("to enter {channel} takes its key"),
        "not_moderator": _("in {channel} this is for moderators or owners"),
        "outranked": _("{name} ranks too high in {channel} for that"),
        "guests_refused": _("this server takes no guests on this connection; log in with an account, over TLS"),
        "registration_closed": _("nobody can make an account here; an administrator can add one"),
        "invite_refused": _("this invitation has been used up, revoked or is too old; ask for a new one"),
        "cannot_leave": _("a direct conversation cannot be left; nobody needs to say anything in it"),
        "not_yours": _("somebody else said this; only they and the moderators of {channel} can change it"),
        "too_late": _("this was said too long ago: what one said can be changed for {minutes} minutes"),
        "not_found": _("there is no such thing"),
        "no_such_channel": _("there is no channel {channel}"),
        "no_such_person": _("nobody is called {name}"),
        "no_such_invite": _("there is no invitation {invite}; it may have been used up"),
        "no_such_session": _("there is no session {session}"),
        "no_such_message": _("there is no message {number} in {channel}; it may have been deleted"),
        "no_such_report": _("there is no open report {report}; somebody may have closed it"),
        "name_taken": _("the name {name} is taken"),
        "login_failed": _("no account has this name and this password"),
        "too_much": _("this is too much; wait a little"),
        "too_fast": _("this is too fast; wait {retry_after} seconds"),
        "slow_mode": _("{channel} is slow, one message in {seconds} seconds for each; wait {retry_after} seconds"),
        "too_many_failures": _("there were too many failed logins; wait {retry_after} seconds"),
        "too_many_channels": _("there are too many channels or people in one: {most} at most"),
        "channel_full": _("there are {most} people in {channel}, and that is the most"),
        "too_many": _("there are too many of these: {most} at most"),
        "too_many_connections": _("there are too many connections from this address"),
        "server_full": _("the server is full; try again later"),
        "search_too_broad": _("this search takes too long; add a rarer word, a channel, a person or a time"),
        "unavailable": _("the server cannot do this at the moment; try again"),
        "store_unavailable": _("the server cannot write to its disk at the moment; nothing was stored ({why})"),
        "outcome_unknown": _(
            "whether this was done is not known: the server lost its database meanwhile; look before you do it again"
        ),
        "busy": _("the server is busy; try again in {retry_after} seconds"),
        "shutting_down": _("the server is shutting down"),
        "internal": _("the server made a mistake, which its log describes; nothing was changed"),
    }


@once_per_language
def reasons() -> dict[str, str]:
    """Better sentences, for a code and the `why` of its data."""
    return {
        "bad_input.uses": _("an invitation is for 1 to 10000 uses"),
        "bad_input.hours": _("an invitation lasts at most {most} hours; 0 is for ever"),
        "bad_input.note": _("a note is one line of at most {most} characters"),
        "bad_input.exists": _("{path} is there already; name a new file"),
        "bad_input.no_directory": _("there is no directory {path}; make it first"),
        "bad_input.not_writable": _(
            "the server may not write into {path}; give it the right, or name another directory"
        ),
        "bad_input.no_file": _("the store is not a file; back it up with the tools of its database"),
        "bad_input.not_absolute": _("{path} is not an absolute path"),
        "bad_input.not_banned": _("{name} is not banned there"),
        "bad_input.masked": _("{name} is on that list already"),
        "bad_input.mask": _("{mask} cannot be a mask; it is a name with * and ?, or account: and a name"),
        "bad_input.member": _("they are in {channel} already"),
        "bad_input.key": _("a key is 1 to {most} letters, digits and signs, without space, comma or colon"),
        "bad_input.people_most": _("a channel can be for 0 (no bound) to {most} people"),
        "bad_input.retention_days": _("what is said can be kept for 0 (for ever) to {most} days"),
        "bad_input.access": _("a channel is public or private, and the one that everybody enters is public"),
        "bad_input.home": _("{channel} is the channel that everybody enters; it keeps its name"),
        "bad_input.line_end": _("this is to be one line"),
        "bad_input.people": _("a direct conversation is of at most {most} people and oneself"),
        "bad_input.query": _("a search says what to look for, in at most {most} characters"),
        "bad_input.seconds": _("nobody can be kept from speaking for more than {most} seconds"),
        "bad_input.dnd_minutes": _("one can be left alone for 0 to {most} minutes"),
        "bad_input.slow_seconds": _("between two messages there can be 0 to {most} seconds"),
        "login_failed.door": _("this is not the password that the server asks of everybody"),
        "too_many.watched": _("you watch as many people as one may: {most}"),
        "bad_input.certificate": _("this connection has shown no certificate of its own"),
        "bad_input.scram": _("this is no message of SCRAM-SHA-256, or not the one that comes next"),
        "unavailable.web_push": _("this server wakes no devices: Web Push is off"),
        "unavailable.settings": _("this server has no settings file that it could read again"),
        "already_logged_in.account": _("an account keeps its name, and this is the account {name}"),
        "bad_input.version": _("the server speaks version {version} of the native protocol, and this is another"),
        "bad_input.zone": _("there is no time zone {name}; they are named like Europe/Paris"),
        "bad_input.oneself": _("you cannot ignore yourself"),
        "bad_input.keywords": _("{name} is no word that could be found in a text"),
        "bad_input.own": _("you said this yourself"),
        "bad_input.direct": _("this cannot be done in a direct conversation"),
        "bad_input.display_name": _("this passes for the server or for those who run it; choose another"),
        "bad_input.emoji": _("this is not one emoji"),
        "bad_input.slash": _("it is written {usage}"),
        "bad_text.character": _("the character {character} cannot be sent"),
        "bad_text.empty": _("there is nothing to send"),
        "bad_name.empty": _("a name cannot be empty"),
        "bad_name.too_long": _("{name} is too long for a name"),
        "bad_name.character": _("{name} cannot be a name: it has a character that no name has"),
        "bad_name.look_alike": _("{name} cannot be a name: it mixes scripts and could pass for another"),
        "bad_name.reserved": _("the name {name} is kept for the server"),
        "name_taken.look_alike": _("the name {name} looks like one that somebody has"),
        "name_taken.reserved": _("the name {name} is kept for the server"),
        "too_many.emoji": _("this message has {most} different reactions, and that is the most"),
        "too_many.metadata": _("no more than {most} things can be noted there"),
        "too_many.names": _("it has had {most} names, and that is the most"),
        "too_many.masks": _("there are {most} masks here, and that is the most; take one off first"),
        "too_many.pins": _("{most} messages are pinned here, and that is the most; take one off first"),
        "too_many.threads": _("you follow {most} threads, and that is the most"),
        "too_many.drafts": _("you have {most} drafts, and that is the most"),
        "too_many.keywords": _("{most} words are the most that one can be notified of"),
        "too_many.ignored": _("you ignore {most} people, and that is the most"),
        "too_many.reports": _("there are {most} open reports, and that is the most; moderators read them first"),
        "weak_password.too_short": _("this password is too short: {least} characters at least"),
        "weak_password.too_long": _("this password is too long: {most} characters at most"),
        "weak_password.common": _("this password is among the first that others try; choose another"),
        "weak_password.name": _("this password is hardly more than the name; choose another"),
        "weak_password.character": _("this password has a character that no password can have"),
        "registration_closed.invite": _("making an account here takes an invitation; ask for its link"),
    }
