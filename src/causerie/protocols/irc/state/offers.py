"""What the settings let a client negotiate: capabilities, mechanisms of SASL, the policy to come by TLS only."""

from __future__ import annotations

from causerie.chat.metadata import KEY_BYTES
from causerie.protocols.irc.syntax.capabilities import OFFERED, VALUES
from causerie.protocols.irc.syntax.line_splitting import LINES_MOST
from causerie.server.state_view import StateView


def mechanisms(view: StateView, certificate: str = "") -> tuple[str, ...]:
    """Of SASL. `certificate`: the client's, without which EXTERNAL is nothing."""
    scram, external = bool(view.settings().accounts.scram_passes), bool(certificate)
    return ("PLAIN", *["SCRAM-SHA-256"] * scram, *["EXTERNAL"] * external)


def capabilities(view: StateView, certificate: str = "") -> dict[str, str]:
    """The capabilities on offer, each with what is said of it."""
    settings, push = view.settings(), bool(view.push_key())
    limits = settings.limits
    bounds = (
        f"before-connect,max-subs={limits.metadata_follows},max-keys={limits.metadata_keys},max-key-bytes={KEY_BYTES},"
        f"max-value-bytes={limits.metadata_value_bytes}"
    )
    values = {
        "draft/metadata-2": bounds,
        "draft/metadata-3": bounds,
        **VALUES,
        "sasl": ",".join(mechanisms(view, certificate)),
        "draft/multiline": f"max-bytes={limits.message_bytes},max-lines={LINES_MOST}",
    }
    without = {"draft/account-registration"} if settings.accounts.registration == "closed" else set()
    if not push:
        without |= {"draft/webpush", "soju.im/webpush"}
    return {name: values.get(name, "") for name in OFFERED if name not in without}


def strict_transport(view: StateView, secure: bool) -> str:
    """The policy that clients are told to come by TLS only (IRCv3 sts); "" for none."""
    irc = view.settings().irc
    port = next((one.port for one in irc.listen if one.tls and not one.websocket), 0)
    if not irc.sts_days or not port:
        return ""
    return f"duration={irc.sts_days * 86_400:.0f}" if secure else f"port={port}"
