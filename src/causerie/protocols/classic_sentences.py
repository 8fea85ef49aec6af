"""Sentences of the classic protocol for what it has no field for: refusals, and why a connection ends."""

from __future__ import annotations

from causerie.chat.errors import ChatError, OutcomeUnknown, TooFast, Unavailable
from causerie.i18n.refusals import sentence
from causerie.i18n.text import _


def short_refusals() -> dict[str, str]:
    """Of the refusals that a message meets, those that are said shorter than elsewhere: here one is in one channel."""
    return {
        "bad_text": _("not said: it holds a character that cannot be sent."),
        "text_too_long": _("not said: it is too long."),
        "muted": _("not said: you may not speak here for now."),
        "read_only": _("not said: only moderators speak here."),
        "banned": _("not said: you were put out of this channel."),
        "not_a_member": _("not said: you are in no channel."),
        "not_logged_in": _("not said: you have not logged in."),
        "outcome_unknown": _("it is not known whether that was said: look before you say it again."),
    }


def farewells() -> dict[str, str]:
    """What is said before the end, by the reason for it; of any other reason nothing."""
    return {
        "stalled": _("goodbye: you have not read anything for too long."),
        "shutting_down": _("goodbye: the server is stopping."),
        "disconnected": _("goodbye: an administrator ended this connection."),
        "disabled": _("goodbye: this account was shut out."),
        "password_changed": _("goodbye: the password was changed."),
        "in_clear": _("goodbye: this server is reached from here by TLS only."),
        "idle": _("goodbye: you have been silent for too long."),
        "excess_flood": _("goodbye: you sent too much at once."),
    }


def refusal(error: ChatError) -> str:
    """The refusal of a message or a command, in the server's language."""
    seconds = error.data.get("retry_after", 5)
    if isinstance(error, TooFast):
        return _("not said: too fast, wait {seconds} s.").format(seconds=seconds)
    if isinstance(error, Unavailable) and not isinstance(error, OutcomeUnknown):
        return _("not said: the server cannot store it just now, try again in {seconds} s.").format(seconds=seconds)
    return short_refusals().get(error.code) or f"{sentence(error)}."
