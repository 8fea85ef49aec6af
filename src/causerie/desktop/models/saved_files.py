"""The window's files: its settings, accepted certificates, and for each account its session and unsent texts."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path
from typing import IO, Literal, TypeVar

import msgspec
from msgspec import Struct

from causerie.client import FileStorage, KnownServers, Storage
from causerie.desktop.models.composers import SavedComposers, merged
from causerie.desktop.models.keyring_storage import Backend, KeyringStorage

log = logging.getLogger("causerie.desktop")

T = TypeVar("T")
Theme = Literal["system", "light", "dark"]

MAX_WINDOWS = 32
"""Windows of one account at once that save what is typed, at most."""


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of the window, and what was typed in the log-in form last time."""

    server: str = ""
    name: str = ""
    channel: str = ""
    theme: Theme = "system"
    notices: bool = True
    sounds: bool = False
    enter_sends: bool = True
    up_edits: bool = True
    stay: bool = True
    keyring: bool = False
    members: bool = True
    zoom: int = 100
    emoji: tuple[str, ...] = ()
    geometry: str = ""
    density: float = 1.0
    """Of the screen that `geometry` was on."""


class WindowState(Struct, frozen=True, kw_only=True):
    """A window's file: what is unsent with one account. `drafts`: by channel, from a version that saved no more."""

    drafts: dict[str, str] = {}
    typed: SavedComposers | None = None

    @property
    def composers(self) -> SavedComposers:
        """The texts, of whichever version."""
        return self.typed or SavedComposers(drafts=self.drafts)


def directory() -> Path:
    """Where it is: the system's place for a program's state. CAUSERIE_DESKTOP names another."""
    named = os.environ.get("CAUSERIE_DESKTOP")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("causerie", appauthor=False).expanduser() / "desktop"


class SavedFiles:
    """The files below one directory. What cannot be read counts as missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._session_lock: IO[str] | None = None
        self._window: tuple[Path, IO[str]] | None = None
        """The file of this window's state, and its lock."""

    def close(self) -> None:
        """Release all locks: other windows may use what this one did."""
        self.close_window_state()
        self._close_session()

    def _close_session(self) -> None:
        if self._session_lock is not None:
            self._session_lock.close()
            self._session_lock = None

    def settings(self) -> Settings:
        """The settings."""
        return self._read("settings.json", Settings) or Settings()

    def save_settings(self, settings: Settings) -> None:
        """Save the settings."""
        self._write("settings.json", settings)

    def known(self) -> KnownServers:
        """The certificates that were accepted."""
        return KnownServers(self.path / "known_servers")

    def storage(
        self, server: str, name: str, keyring: Backend | None, keep: bool = False, needed: bool = True
    ) -> Storage | None:
        """The storage of a session. `keep`: the token goes into this `keyring`; `needed`: no password was given. None:
        another window uses it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._close_session()
        self._session_lock = lock(self._path(server, name, ".lock"))
        if self._session_lock is None:
            return None
        file = FileStorage(self._path(server, name))
        return file if keyring is None and not keep else KeyringStorage(file, keyring, f"{name}@{server}", keep, needed)

    def has_token(self, server: str, name: str) -> bool:
        """Whether a token is stored for this account, as far as is known without asking a keyring."""
        path = self._path(server, name)
        try:
            kept = FileStorage(path).get()
        except Exception:
            return False
        return bool(kept.token or self.has_token_in_keyring(server, name)) and not kept.guest

    def has_token_in_keyring(self, server: str, name: str) -> bool:
        """Whether the token is in the system's keyring."""
        return self._path(server, name, ".keyring").exists()

    def forget(self, server: str, name: str) -> None:
        """Remove the stored session."""
        with contextlib.suppress(OSError):
            self._path(server, name).unlink()

    def window_state(self, server: str, name: str) -> SavedComposers:
        """What is unsent with this account, this window's own from now on.

        Each window has a file, so that none overwrites another's texts; files that closed windows left are merged.
        """
        self.close_window_state()
        with contextlib.suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        paths = [self._path(server, name, f".{number}.desk" if number else ".desk") for number in range(MAX_WINDOWS)]
        own = next(((path, held) for path in paths if (held := lock(path.with_suffix(".desk.lock"))) is not None), None)
        if own is None:
            return SavedComposers()
        self._window = own
        typed = (self._read(own[0].name, WindowState) or WindowState()).composers
        for path in paths:
            if path == own[0] or not path.exists() or (held := lock(path.with_suffix(".desk.lock"))) is None:
                continue
            with held:
                left = self._read(path.name, WindowState)
                if left is not None:
                    typed = merged(typed, left.composers)
                    if self.save_window_state(typed):
                        path.unlink(missing_ok=True)
        return typed

    def save_window_state(self, typed: SavedComposers) -> bool:
        """Save what is unsent in this window. False: it could not be written."""
        return self._window is not None and self._write(self._window[0].name, WindowState(typed=typed))

    def close_window_state(self) -> None:
        """The window shows this account no longer: the next one that does takes over what is unsent."""
        window, self._window = self._window, None
        if window is not None:
            window[1].close()

    def _path(self, server: str, name: str, suffix: str = ".json") -> Path:
        digest = hashlib.sha256(f"{server}\n{name.casefold()}".encode()).hexdigest()[:24]
        return self.path / f"{digest}{suffix}"

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _write(self, name: str, what: object) -> bool:
        new = self.path / f".{name}.new"
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.touch(mode=0o600)
            new.write_bytes(msgspec.json.encode(what))
            new.replace(self.path / name)
        except OSError:
            return False
        return True


def lock(path: Path) -> IO[str] | None:
    """A lock on this file, until it is closed; None: another program holds it, or the file cannot be made. Where the
    system or the file system has no locks, nobody is kept out."""
    try:
        file = path.open("w")
    except OSError:
        return None
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except (ImportError, OSError):
        log.info("no locks at %s", path.parent)
    return file
