"""The log-in form: server, name, password, channel, all of which may be blank; and what to say when it fails. No Tk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from causerie.chat import errors
from causerie.client import (
    CertificateChanged,
    CertificateUnknown,
    ServerAddress,
    SessionEnded,
    StorageDamaged,
    Unreachable,
)
from causerie.desktop.models.keyring_storage import KeyringRefused
from causerie.i18n.text import _

DEFAULT_CHANNEL = "home"
DEFAULT_SERVER = "localhost:5000"

Sentence = Callable[[errors.ChatError], str]
"""A refusal of the server's in the reader's language."""

Field = Literal["server", "name", "password", "channel"]


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A log-in request. `guest`: without an account. `address`: the server, without secrets."""

    server: str
    address: str
    name: str
    password: str
    channel: str
    guest: bool
    register: bool = False


@dataclass(frozen=True, slots=True)
class FormInput:
    """The form as it was sent. `stay`: log in without a password next time; `keyring`: keep the token for that in the
    system's keyring, if there is one; `register`: make a new account."""

    fields: dict[Field, str]
    stay: bool
    keyring: bool
    register: bool


@dataclass(frozen=True, slots=True)
class LoginProblem:
    """Why the log-in failed: a sentence, what to do about it, and the field to look at first."""

    text: str
    hint: str
    field: Field


class InvalidForm(Exception):
    """The form cannot be sent as it is; `problem` says why."""

    def __init__(self, problem: LoginProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def guest_name(dice: Callable[[int, int], int]) -> str:
    """Guest and three digits, 100 to 999."""
    return f"Guest{dice(100, 999)}"


def parse_form(
    server: str,
    name: str,
    password: str,
    channel: str,
    dice: Callable[[int, int], int],
    remembered: bool = False,
    register: bool = False,
) -> LoginRequest:
    """The log-in request of a filled form. `remembered`: a token is stored for this name. Raises InvalidForm."""
    server, name, channel = server.strip() or DEFAULT_SERVER, name.strip(), channel.strip().removeprefix("#")
    try:
        address = ServerAddress.parse(server)
    except ValueError as error:
        raise InvalidForm(
            LoginProblem(str(error), _("It is written HOST:PORT, or paste an invite link."), "server")
        ) from None
    if password and not name:
        raise InvalidForm(
            LoginProblem(
                _("A password needs a name."), _("Type the name of your account, or leave both blank."), "name"
            )
        )
    if (address.invite or register) and not (name and password):
        raise InvalidForm(
            LoginProblem(
                _("A new account needs a name and a password."),
                _("Choose both; you will be asked for them when you come back."),
                "name" if not name else "password",
            )
        )
    guest = not password and not remembered
    return LoginRequest(
        server=server,
        address=str(address),
        name=name or guest_name(dice),
        password=password,
        channel=channel or DEFAULT_CHANNEL,
        guest=guest,
        register=register,
    )


def explain(error: Exception, entry: LoginRequest, sentence: Sentence) -> LoginProblem:
    """Why a log-in failed, in words for each error, with what to do."""
    if isinstance(error, errors.LoginFailed):
        return LoginProblem(
            _("Wrong password for {name}.").format(name=entry.name),
            _("Type it again. Without a password you come in as a guest, under a name that is free."),
            "password",
        )
    if isinstance(error, errors.NameTaken):
        return LoginProblem(
            _("The name {name} is in use.").format(name=entry.name),
            _("If it is your account, type its password; otherwise choose another name, or leave it blank."),
            "name" if entry.password else "password",
        )
    if isinstance(error, CertificateUnknown):
        return LoginProblem(
            _("You did not trust the server's certificate; nothing was sent."),
            _("Ask whoever runs {where} for an invite link: it holds the right fingerprint.").format(
                where=entry.address
            ),
            "server",
        )
    if isinstance(error, CertificateChanged):
        return LoginProblem(
            _("The server shows another certificate than before; nothing was sent."),
            _("Somebody may be in between. Ask whoever runs {where}, or for a new link.").format(where=entry.address),
            "server",
        )
    if isinstance(error, Unreachable):
        return LoginProblem(
            _("{where} cannot be reached: {why}.").format(
                where=error.where, why=_("it does not answer") if isinstance(error.why, TimeoutError) else error.about
            ),
            _("Check the address, and whether the server runs; then try again."),
            "server",
        )
    if isinstance(error, KeyringRefused):
        return keyring_problem(error.why)
    if isinstance(error, StorageDamaged):
        text = _("{path} cannot be read: {why}.").format(path=error.path, why=error.why)
        return LoginProblem(text, _("Move the file away to start afresh."), "server")
    if isinstance(error, errors.ChatError):
        return LoginProblem(capitalised(sentence(error)) + ".", "", _field_of(error))
    if isinstance(error, SessionEnded):
        return LoginProblem(disconnect_text(error.code), "", "server")
    return LoginProblem(f"{type(error).__name__}: {error}", _("This is a bug; please report it."), "server")


def keyring_problem(why: str) -> LoginProblem:
    """The system's keyring did not give the token."""
    return LoginProblem(
        _("The system's keyring does not let you in: {why}.").format(why=why.rstrip(".")),
        _("Unlock it and try again, or type your password."),
        "password",
    )


_OPENERS = frozenset((
    "the", "this", "there", "you", "guests", "only", "no", "nobody", "somebody", "an", "a", "in", "le", "la",
    "les", "il", "ce", "cela", "cette", "vous", "personne", "aucun", "seuls", "un", "une", "trop",
))  # fmt: skip
"""Words that begin sentences; anything else there may be a name, which keeps its letters."""


def capitalised(text: str) -> str:
    """A sentence with its first letter capitalised, unless it begins with a name."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first in _OPENERS else text


def disconnect_text(code: str) -> str:
    """The disconnect reason of a session that ended for good."""
    return {
        "shutting_down": _("The server is shutting down; come back in a moment."),
        "disabled": _("The account was shut out."),
        "password_changed": _("The account has a new password; log in with it."),
        "revoked": _("This session was ended from another device."),
        "logged_out": _("You have logged out."),
    }.get(code, _("The server ended the session."))


def _field_of(error: errors.ChatError) -> Field:
    if isinstance(error, errors.BadName):
        return "channel" if error.data.get("kind") == "channel" else "name"
    if isinstance(error, errors.WeakPassword):
        return "password"
    if isinstance(error, errors.Private | errors.Banned | errors.NoSuchChannel):
        return "channel"
    return "server"
