"""Stores the session's token in the system's keyring instead of a file: GNOME Keyring or KWallet (by the Secret Service
of freedesktop.org), macOS Keychain, Windows Credential Locker.

It is the token that is kept there, never the password: the server can revoke it, and it is good for one server only.
The rest of the saved session stays in the file, which holds no secret then. A mark beside the file says
that there is something in the keyring, so that nobody has to unlock one to see the form.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import Protocol

import msgspec

from causerie.client import ClientError, FileStorage
from causerie.client.storage import SavedSession
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

SERVICE = "causerie"

TRUSTED = 1
"""The least priority of a backend that is a system's own; those below keep secrets in plain files, or nowhere."""


class Backend(Protocol):
    """The methods of a keyring that are used: `keyring.backend.KeyringBackend` is one. All raise KeyringError."""

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept; None: nothing is."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep this."""

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no longer."""


@dataclass(frozen=True, slots=True)
class Found:
    """The system's keyring, or (None) one line that says why there is none."""

    backend: Backend | None
    why_not: str = ""


class KeyringRefused(ClientError):
    """The keyring did not give the token. `why`: what it said."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the system's keyring: {why}")
        self.why = why


def find() -> Found:
    """This system's keyring. Slow: it imports much, and asks other programs."""
    try:
        import keyring
    except ImportError:
        return Found(None, _("It needs the package keyring: pip install 'causerie[desktop]'"))
    backend = keyring.get_keyring()
    if float(backend.priority) < TRUSTED:
        return Found(None, _("There is no keyring here (on Linux: GNOME Keyring, KWallet or KeePassXC)."))
    return Found(backend)


class KeyringStorage:
    """A client's storage: `file`, but for the token, which is in the keyring under `entry`. `keep` False: it moves back
    into the file. `needed`: there is no password that could stand in for it. Without a
    `backend` the token is good for one run: it never goes where it was not meant to."""

    def __init__(self, file: FileStorage, backend: Backend | None, entry: str, keep: bool, needed: bool) -> None:
        self._file = file
        self._backend = backend
        self._entry = entry
        self._keep = keep
        self._needed = needed
        self._mark = file.path.with_suffix(".keyring")
        self._token = ""
        """What the keyring is known to hold."""

    def get(self) -> SavedSession:
        """See causerie.client.Memory. Raises KeyringRefused too, where it is needed."""
        kept = self._file.get()
        if kept.token or self._backend is None or not self._mark.exists():
            return kept
        try:
            self._token = self._backend.get_password(SERVICE, self._entry) or ""
        except Exception as error:  # a backend raises what the programs behind it do
            if self._needed:
                raise KeyringRefused(str(error) or type(error).__name__) from None
            log.warning("the keyring cannot be read: %s", error)
        else:
            if not self._token:
                self._mark.unlink(missing_ok=True)
                if self._needed:
                    raise KeyringRefused(_("nothing is kept there any more"))
        return msgspec.structs.replace(kept, token=self._token)

    def put(self, kept: SavedSession) -> None:
        """See causerie.client.Memory. What the keyring does not take is good for this run only."""
        if self._keep:
            if kept.token != self._token:
                self._set(kept.token)
            kept = msgspec.structs.replace(kept, token="")
        elif self._mark.exists() and self._backend is not None:
            forget(self._file, self._backend, self._entry)
        self._file.put(kept)

    def _set(self, token: str) -> None:
        self._token = token
        if self._backend is None:
            return
        try:
            if token:
                self._mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._mark.touch(mode=0o600)
                self._backend.set_password(SERVICE, self._entry, token)
            else:
                forget(self._file, self._backend, self._entry)
        except Exception as error:
            log.warning("the keyring does not take it: %s", error)
            self._mark.unlink(missing_ok=True)


def forget(file: FileStorage, backend: Backend, entry: str) -> None:
    """Nothing is kept under `entry` any more."""
    with contextlib.suppress(Exception):  # it is not there, or the keyring is locked
        backend.delete_password(SERVICE, entry)
    file.path.with_suffix(".keyring").unlink(missing_ok=True)
