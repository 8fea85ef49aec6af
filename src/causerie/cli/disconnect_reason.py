"""Disconnect reasons as sentences."""

from __future__ import annotations

from causerie.i18n.text import _


def disconnect_reason(code: str) -> str:
    """Why the server ended it."""
    reasons = {
        "shutting_down": _("the server is shutting down; come back in a moment"),
        "disabled": _("the account was shut out"),
        "password_changed": _("the account has a new password; log in with it"),
        "revoked": _("this session was ended from another one"),
        "in_clear": _("the server is reached from here by TLS only"),
        "logged_out": _("logged out"),
        "login_timeout": _("the login took too long"),
        "stalled": _("this side read too slowly"),
    }
    return reasons.get(code, _("the connection is gone"))
