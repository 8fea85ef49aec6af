"""Asks the user whether to trust a certificate that no link and no authority vouches for, and keeps the answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from causerie.cli.failure import Failure
from causerie.i18n.text import _

if TYPE_CHECKING:
    from causerie.client import Certificate, CertificateRefused


class Acceptance:
    """Asks the person at the terminal about a certificate; what they accept is kept in `known_file`."""

    def __init__(self) -> None:
        self._declined = False

    async def ask(self, certificate: Certificate) -> bool:
        """Whether they accept it. One that has changed is not asked about: that may be an attack."""
        if certificate.known or not sys.stdin.isatty():
            return False
        where = certificate.where
        print(_("{where} shows a certificate that is not known here. Its fingerprint (SHA-256):").format(where=where))
        print(f"  {certificate.fingerprint}")
        # TRANSLATORS: the letter before the slash means yes.
        question = _("Is that the server's? [y/N] ")
        # TRANSLATORS: the letter that means yes.
        try:
            self._declined = input(question).strip().lower()[:1] != _("y")
        except EOFError:
            self._declined = True
        return not self._declined

    def failure(self, refused: CertificateRefused, pinned: bool) -> Failure:
        """What to say when it ends there. `pinned`: a link says which certificate is right."""
        from causerie.client import CertificateChanged

        where = refused.where
        if self._declined:
            return Failure(_("the certificate was not accepted; nothing was sent"))
        if not isinstance(refused, CertificateChanged):
            return Failure(
                _("{where} shows a certificate that is not known here; use a link, or accept it on a terminal").format(
                    where=where
                )
            )
        if pinned:
            return Failure(
                _("{where} shows another certificate than the link says; it may be somebody else's machine").format(
                    where=where
                )
            )
        return Failure(
            _("the certificate of {where} has changed; if that is right, take its line out of {file}").format(
                where=where, file=known_file()
            )
        )


def known_file() -> Path:
    """Where accepted certificates are kept: a line each, the address and the fingerprint."""
    from platformdirs import user_config_path

    # expanduser raises for a user without a home; of older platformdirs a directory `~` would be left.
    return user_config_path("causerie", appauthor=False).expanduser() / "known_servers"
