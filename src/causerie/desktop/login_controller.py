"""The log-in form's controller: reads the form, starts the connection, asks about certificates."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import tkinter as tk
from collections.abc import Callable

from causerie.client import Certificate, ServerAddress
from causerie.desktop.models import keyring_storage, login
from causerie.desktop.models.login import Field, FormInput, InvalidForm, LoginProblem, LoginRequest
from causerie.desktop.models.saved_files import SavedFiles, Settings
from causerie.desktop.system.bridge import Bridge
from causerie.desktop.views.login_view import LoginView
from causerie.desktop.views.overlay import Overlay
from causerie.desktop.views.theme import Look
from causerie.i18n.text import _

log = logging.getLogger("causerie.desktop")

AT_LEISURE = 100
"""Milliseconds after the form is made, for what is not needed to see it and to type in it."""

Later = Callable[[Callable[[], None]], None]
"""Has something done on the interface thread; called on any thread."""


class LoginController:
    """The log-in form, until `close`. `server`: what its field holds; `save` stores settings; `started`: a log-in is
    under way, over this bridge; `cancel`: it was cancelled."""

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        files: SavedFiles,
        settings: Settings,
        server: str,
        save: Callable[..., None],
        started: Callable[[LoginRequest, Bridge], None],
        cancel: Callable[[], None],
        later: Later,
    ) -> None:
        self._root = root
        self._look = look
        self._files = files
        self._save = save
        self._started = started
        self._cancel = cancel
        self._keyring: keyring_storage.Found | None = None
        self._waiting: FormInput | None = None
        """A form that was sent before it was known whether there is a keyring."""
        self._closed = False
        fields: dict[Field, str] = {
            "server": server or settings.server,
            "name": settings.name,
            "password": "",
            "channel": settings.channel,
        }
        self._shown(FormInput(fields, settings.stay, settings.keyring, register=False))
        # On a thread: it takes some hundred milliseconds, and may ask programs that do not answer.
        thread = threading.Thread(target=self._look_for_keyring, args=(later,), name="keyring", daemon=True)
        root.after(AT_LEISURE, thread.start)

    def show_problem(self, problem: LoginProblem) -> None:
        """Show why the log-in failed."""
        log.info("not in: %s", problem.text)
        self.view.show_problem(problem)

    def redraw(self, look: Look) -> None:
        """Draw it again in another look, with what is typed."""
        self._look = look
        before = self.view
        self._shown(before.filled)
        self.view.as_it_was(before)
        before.frame.destroy()
        if self._keyring is not None:
            self.view.keyring(self._keyring.why_not)

    def close(self) -> None:
        """Logged in: remove the form."""
        self._closed = True
        self.view.frame.destroy()

    def _shown(self, filled: FormInput) -> None:
        self.view = LoginView(self._root, self._look, filled, self._enter, self._stop)
        self.view.frame.pack(fill="both", expand=True)

    def _look_for_keyring(self, later: Later) -> None:
        try:
            found = keyring_storage.find()
        except Exception as error:  # a backend's own error
            found = keyring_storage.Found(None, str(error))
        later(lambda: self._found(found))

    def _found(self, found: keyring_storage.Found) -> None:
        self._keyring = found
        log.info("the keyring: %s", found.why_not or type(found.backend).__module__)
        if not self._closed:
            self.view.keyring(found.why_not)
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                self._enter(waiting)

    def _stop(self) -> None:
        self._waiting = None
        self._cancel()
        self.show_problem(LoginProblem(_("Cancelled."), "", "server"))

    def _enter(self, filled: FormInput) -> None:
        fields = filled.fields
        server, name = fields["server"].strip() or login.DEFAULT_SERVER, fields["name"].strip()
        remembered, kept = self._is_remembered(server, name)
        if self._keyring is None and (kept or (filled.stay and filled.keyring)):
            self._waiting = filled
            return
        try:
            entry = login.parse_form(
                server,
                name,
                fields["password"],
                fields["channel"],
                lambda least, most: least + secrets.randbelow(most - least + 1),
                remembered=remembered and filled.stay,
                register=filled.register,
            )
        except InvalidForm as invalid:
            self.show_problem(invalid.problem)
            return
        backend = self._keyring.backend if self._keyring is not None else None
        if kept and backend is None and not entry.password and self._keyring is not None:
            self.show_problem(login.keyring_problem(self._keyring.why_not))
            return
        log.info("entering as %s", entry.name)
        plain = entry.server if "#invite" not in entry.server else entry.address
        self._save(server=plain, name=name, channel=fields["channel"].strip(), stay=filled.stay, keyring=filled.keyring)
        storage = None
        if filled.stay:
            needed = not entry.password
            storage = self._files.storage(entry.address, name, backend, keep=filled.keyring, needed=needed)
        bridge = Bridge(entry, storage, self._files.known())
        self._started(entry, bridge)
        bridge.start()

    def _is_remembered(self, server: str, name: str) -> tuple[bool, bool]:
        """Whether a token is stored for this name, and whether it is in the keyring."""
        with contextlib.suppress(ValueError):
            where, files = str(ServerAddress.parse(server)), self._files
            return bool(name) and files.has_token(where, name), bool(name) and files.has_token_in_keyring(where, name)
        return False, False


def ask_about_certificate(root: tk.Tk, look: Look, certificate: Certificate, answer: Callable[[bool], None]) -> Overlay:
    """Ask the person whether to trust this certificate."""
    log.info("asking about the certificate of %s", certificate.where)
    print_ = certificate.fingerprint
    grouped = " ".join(print_[at : at + 4] for at in range(0, len(print_), 4))
    if certificate.known:
        head = _("The server's certificate has changed")
        text = _(
            "{where} shows another certificate than the one you accepted. This is so after a new installation, and "
            "also when somebody listens in between. Ask whoever runs it before you trust this one:\n\n{print}"
        )
    else:
        head = _("Do you know this server?")
        text = _(
            "Nobody vouches for the certificate of {where}, as is usual with a server that made its own. Compare "
            "this fingerprint with what whoever runs it tells you:\n\n{print}"
        )
    overlay = Overlay(root, look, lambda: None)
    overlay.question(
        head,
        text.format(where=certificate.where, print=grouped),
        lambda typed: answer(True),
        yes=_("Trust it"),
        no=lambda: answer(False),
        unasked=True,
    )
    return overlay
