"""Refusals as one line each, for protocols that have no form for them: why a slash command was not done."""

from __future__ import annotations

from causerie.chat.errors import ChatError
from causerie.protocols.readings import one_line
from causerie.text import _


class _About(dict[str, "str | int | float"]):
    """What a refusal says about itself; a part that it does not say is three dots."""

    def __missing__(self, key: str) -> str:
        return "..."


def refusal_line(error: ChatError) -> str:
    """The sentence; for a code that has none, the code itself."""
    usage = error.data.get("usage")
    if usage:
        return _("use it like this: {usage}").format(usage=usage)
    said = sentences().get(error.code)
    if said is None:
        return _("refused: {code}.").format(code=error.code)
    return said.format_map(
        _About((name, one_line(part) if isinstance(part, str) else part) for name, part in error.data.items())
    )


def sentences() -> dict[str, str]:
    """Each code's sentence, for those that slash commands come to."""
    return {
        "unknown_slash": _("there is no command /{name}; /help lists them, and // says a line that begins with /."),
        "accounts_only": _("refused: this needs an account."),
        "bad_name": _("refused: {name} cannot be a name."),
        "cannot_leave": _("refused: a direct conversation cannot be left."),
        "name_taken": _("refused: the name {name} is taken."),
        "no_such_channel": _("refused: there is no channel {channel}."),
        "no_such_message": _("refused: there is no message {number} in {channel}."),
        "no_such_person": _("refused: nobody is called {name}."),
        "not_moderator": _("refused: in {channel} this is for moderators or owners."),
        "not_yours": _("refused: this is not yours to change."),
        "outranked": _("refused: {name} ranks too high in {channel} for that."),
        "private": _("refused: {channel} is private; one of its people has to invite you."),
        "too_late": _("refused: it is too late for that."),
        "too_many": _("refused: that is too many; {most} at most."),
        "too_many_channels": _("refused: there are too many channels or people in one; {most} at most."),
    }
