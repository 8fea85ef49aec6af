"""All refusals, as a tree of errors: each has a code and data, and no text for people.

    ChatError
    ├── BadInput         what came cannot be a command
    │   ├── NotJson  BadShape  UnknownCommand  UnknownSlash  TooDeep  FrameTooLong
    │   └── BadText  TextTooLong  BadName  WeakPassword
    ├── NotAllowed       a rule says no
    │   ├── NotLoggedIn  AlreadyLoggedIn  AccountsOnly  AdministratorsOnly  OperatorOnly  InClear
    │   ├── NotAMember  Banned  Muted  ReadOnly  Private  WrongKey  NotModerator  Outranked
    │   ├── GuestsRefused  RegistrationClosed  InviteRefused  CannotLeave
    │   └── NotYours  TooLate
    ├── NotFound         NoSuchChannel  NoSuchPerson  NoSuchInvite  NoSuchSession  NoSuchMessage  NoSuchReport
    ├── NameTaken        somebody has the name, or one that looks like it
    ├── LoginFailed      unknown name, wrong password or token: all the same from outside
    ├── TooMuch          TooFast  SlowMode  TooManyFailures  TooManyChannels  ChannelFull  TooMany  TooManyConnections
    │                    ServerFull  SearchTooBroad
    └── Unavailable      StoreUnavailable  OutcomeUnknown  Busy  ShuttingDown  Internal

Every protocol maps the codes once, in one table. `data` holds only text and numbers; `retry_after` is in seconds.
"""

from __future__ import annotations

from typing import ClassVar

Data = dict[str, str | int | float]


class ChatError(Exception):
    """A refusal. `code` names it for programs, `data` says about what."""

    code: ClassVar[str] = "refused"
    holds: ClassVar[bool] = False
    """Whether it holds even if the unit of work that it is in is undone: what was refused was counted already."""

    def __init__(self, **data: str | int | float) -> None:
        super().__init__(self.code, data)
        self.data: Data = data
        self.mark: int | str | None = None

    def asked_as(self, mark: int | str | None) -> ChatError:
        """The same, with the id of the command that could not be read any further."""
        self.mark = mark
        return self

    def forget_way(self) -> None:
        """Drop its traceback: that holds the frames it came through, and they all that was read."""
        self.__traceback__ = self.__context__ = None

    def __str__(self) -> str:
        about = ", ".join(f"{key} {value}" for key, value in self.data.items())
        return f"{self.code}: {about}" if about else self.code


class BadInput(ChatError):
    code = "bad_input"


class NotJson(BadInput):
    code = "not_json"


class BadShape(BadInput):
    code = "bad_shape"


class UnknownCommand(BadInput):
    code = "unknown_command"


class UnknownSlash(BadInput):
    code = "unknown_slash"


class TooDeep(BadInput):
    code = "too_deep"


class FrameTooLong(BadInput):
    code = "frame_too_long"


class BadText(BadInput):
    code = "bad_text"


class TextTooLong(BadInput):
    code = "text_too_long"


class BadName(BadInput):
    """A name that cannot be. `why`: "empty"; "too_long"; "character" (one that no name has, or not there, or no letter
    or digit at all); "look_alike" (scripts or digits mixed, or marks piled up, so that it passes for another name).
    """

    code = "bad_name"


class WeakPassword(BadInput):
    """A password that cannot be chosen; never holds it. `why`: "too_short"; "too_long"; "common" (or a plain pattern);
    "name" (little more than the person's name); "character" (one that RFC 8265 forbids). `least`, `most`: characters.
    """

    code = "weak_password"


class NotAllowed(ChatError):
    code = "not_allowed"


class NotLoggedIn(NotAllowed):
    code = "not_logged_in"


class AlreadyLoggedIn(NotAllowed):
    code = "already_logged_in"


class AccountsOnly(NotAllowed):
    code = "accounts_only"


class AdministratorsOnly(NotAllowed):
    code = "administrators_only"


class OperatorOnly(NotAllowed):
    code = "operator_only"


class InClear(NotAllowed):
    code = "in_clear"


class NotAMember(NotAllowed):
    code = "not_a_member"


class Banned(NotAllowed):
    code = "banned"


class Muted(NotAllowed):
    code = "muted"


class ReadOnly(NotAllowed):
    code = "read_only"


class Private(NotAllowed):
    code = "private"


class WrongKey(NotAllowed):
    code = "wrong_key"


class NotModerator(NotAllowed):
    code = "not_moderator"


class Outranked(NotAllowed):
    code = "outranked"


class GuestsRefused(NotAllowed):
    code = "guests_refused"


class RegistrationClosed(NotAllowed):
    code = "registration_closed"


class InviteRefused(NotAllowed):
    code = "invite_refused"


class CannotLeave(NotAllowed):
    code = "cannot_leave"


class NotYours(NotAllowed):
    code = "not_yours"


class TooLate(NotAllowed):
    code = "too_late"


class NotFound(ChatError):
    code = "not_found"


class NoSuchChannel(NotFound):
    code = "no_such_channel"


class NoSuchPerson(NotFound):
    code = "no_such_person"


class NoSuchInvite(NotFound):
    code = "no_such_invite"


class NoSuchSession(NotFound):
    code = "no_such_session"


class NoSuchMessage(NotFound):
    code = "no_such_message"


class NoSuchReport(NotFound):
    code = "no_such_report"


class NameTaken(ChatError):
    code = "name_taken"


class LoginFailed(ChatError):
    code = "login_failed"
    holds = True


class TooMuch(ChatError):
    code = "too_much"


class TooFast(TooMuch):
    code = "too_fast"
    holds = True


class SlowMode(TooFast):
    code = "slow_mode"


class TooManyFailures(TooMuch):
    code = "too_many_failures"
    holds = True


class TooManyChannels(TooMuch):
    code = "too_many_channels"


class ChannelFull(TooMuch):
    code = "channel_full"


class TooMany(TooMuch):
    code = "too_many"


class TooManyConnections(TooMuch):
    code = "too_many_connections"


class ServerFull(TooMuch):
    code = "server_full"


class SearchTooBroad(TooMuch):
    code = "search_too_broad"


class Unavailable(ChatError):
    code = "unavailable"


class StoreUnavailable(Unavailable):
    code = "store_unavailable"


class OutcomeUnknown(Unavailable):
    """Whether it was done is not known: the store was lost while it was being stored."""

    code = "outcome_unknown"


class Busy(Unavailable):
    code = "busy"


class ShuttingDown(Unavailable):
    code = "shutting_down"


class Internal(Unavailable):
    code = "internal"
