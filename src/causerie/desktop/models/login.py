"""The form at the beginning, as the first causerie had it: name, password, channel, all of which may be blank."""

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

HOME = "home"
HERE = "localhost:5000"

Sentence = Callable[[errors.ChatError], str]
"""A refusal of the server's in the reader's language."""

Field = Literal["server", "name", "password", "channel"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to come in with. `guest`: without an account. `address`: the server, without its secrets."""

    server: str
    address: str
    name: str
    password: str
    channel: str
    guest: bool
    register: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as somebody sent it. `stay`: without a password next time; `keyring`: what that takes is kept in the
    system's keyring, if there is one; `register`: make a new account."""

    fields: dict[Field, str]
    stay: bool
    keyring: bool
    register: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one is not in: a sentence, what to do about it, and the field to look at first."""

    text: str
    hint: str
    field: Field


class Misfilled(Exception):
    """The form cannot be sent as it is; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


def guest_name(dice: Callable[[int, int], int]) -> str:
    """Guest and three digits, 100 to 999."""
    return f"Guest{dice(100, 999)}"


def read(
    server: str,
    name: str,
    password: str,
    channel: str,
    dice: Callable[[int, int], int],
    remembered: bool = False,
    register: bool = False,
) -> Entry:
    """The form as it was filled in. `remembered`: this name was logged in from here before. Raises Misfilled."""
    server, name, channel = server.strip() or HERE, name.strip(), channel.strip().removeprefix("#")
    try:
        address = ServerAddress.parse(server)
    except ValueError as error:
        raise Misfilled(Trouble(str(error), _("It is written HOST:PORT, or paste an invite link."), "server")) from None
    if password and not name:
        raise Misfilled(
            Trouble(_("A password needs a name."), _("Type the name of your account, or leave both blank."), "name")
        )
    if (address.invite or register) and not (name and password):
        raise Misfilled(
            Trouble(
                _("A new account needs a name and a password."),
                _("Choose both; you will be asked for them when you come back."),
                "name" if not name else "password",
            )
        )
    guest = not password and not remembered
    return Entry(
        server=server,
        address=str(address),
        name=name or guest_name(dice),
        password=password,
        channel=channel or HOME,
        guest=guest,
        register=register,
    )


def trouble(error: Exception, entry: Entry, sentence: Sentence) -> Trouble:
    """What to say when one did not get in, each in its own words and with a way on."""
    if isinstance(error, errors.LoginFailed):
        return Trouble(
            _("Wrong password for {name}.").format(name=entry.name),
            _("Type it again. Without a password you come in as a guest, under a name that is free."),
            "password",
        )
    if isinstance(error, errors.NameTaken):
        return Trouble(
            _("The name {name} is in use.").format(name=entry.name),
            _("If it is your account, type its password; otherwise choose another name, or leave it blank."),
            "name" if entry.password else "password",
        )
    if isinstance(error, CertificateUnknown):
        return Trouble(
            _("You did not trust the server's certificate; nothing was sent."),
            _("Ask whoever runs {where} for an invite link: it holds the right fingerprint.").format(
                where=entry.address
            ),
            "server",
        )
    if isinstance(error, CertificateChanged):
        return Trouble(
            _("The server shows another certificate than before; nothing was sent."),
            _("Somebody may be in between. Ask whoever runs {where}, or for a new link.").format(where=entry.address),
            "server",
        )
    if isinstance(error, Unreachable):
        return Trouble(
            _("{where} cannot be reached: {why}.").format(where=error.where, why=error.about),
            _("Check the address, and whether the server runs; then try again."),
            "server",
        )
    if isinstance(error, KeyringRefused):
        return keyring_trouble(error.why)
    if isinstance(error, StorageDamaged):
        return Trouble(str(error), "", "server")
    if isinstance(error, errors.ChatError):
        return Trouble(begun(sentence(error)) + ".", "", _field_of(error))
    if isinstance(error, SessionEnded):
        return Trouble(farewell(error.code), "", "server")
    return Trouble(f"{type(error).__name__}: {error}", _("This is a bug; please report it."), "server")


def keyring_trouble(why: str) -> Trouble:
    """The keyring does not give what it was given."""
    return Trouble(
        _("The system's keyring does not let you in: {why}.").format(why=why.rstrip(".")),
        _("Unlock it and try again, or type your password."),
        "password",
    )


_OPENERS = frozenset(
    (
        "the",
        "this",
        "there",
        "you",
        "guests",
        "only",
        "no",
        "nobody",
        "somebody",
        "an",
        "a",
        "in",
        "le",
        "la",
        "les",
        "il",
        "ce",
        "cela",
        "cette",
        "vous",
        "personne",
        "aucun",
        "seuls",
        "un",
        "une",
        "trop",
    )
)
"""Words that begin sentences; anything else there may be a name, which keeps its letters."""


def begun(text: str) -> str:
    """A sentence with its first letter large, unless it begins with a name."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first in _OPENERS else text


def farewell(code: str) -> str:
    """Why the server ended it, for good."""
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
